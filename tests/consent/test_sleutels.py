"""The key file and the wrap key: only its owner reads it, another one opens nothing, and replacing
the wrap key loses nothing."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.wiring import Embedded
from infra.keys import KeyStore
from infra.provider import FileKeyProvider, KeyFileError
from infra.settings import Settings
from tests.consent.huis import Huis
from tests.system.stad import stad


def bestand(map_: Path) -> Path:
    return map_ / "sleutels.json"


def test_only_the_owner_reads_the_key_file_also_after_a_rotation(
    huis: Huis, tmp_path: Path
) -> None:
    assert bestand(tmp_path).stat().st_mode & 0o777 == 0o600
    huis.consent.vervang_wikkelsleutel()
    assert bestand(tmp_path).stat().st_mode & 0o777 == 0o600
    assert not bestand(tmp_path).with_suffix(".nieuw").exists()


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    FileKeyProvider(bestand(tmp_path), create=True)
    bestand(tmp_path).chmod(0o640)
    with pytest.raises(KeyFileError, match="leesbaar voor anderen"):
        FileKeyProvider(bestand(tmp_path))


@pytest.mark.parametrize(
    "inhoud", ["", "geen json", "[]", '{"wortel": "00"}', '{"wortel": "00", "wikkel": {}}']
)
def test_a_damaged_key_file_is_refused_and_left_alone(tmp_path: Path, inhoud: str) -> None:
    bestand(tmp_path).write_text(inhoud)
    bestand(tmp_path).chmod(0o600)
    with pytest.raises(KeyFileError, match="is beschadigd"):
        FileKeyProvider(bestand(tmp_path))
    assert bestand(tmp_path).read_text() == inhoud


def test_without_its_key_file_a_data_folder_does_not_open(tmp_path: Path) -> None:
    with stad(tmp_path) as made:
        Huis(made)
    bestand(tmp_path).unlink()
    with pytest.raises(KeyFileError, match="ontbreekt"):
        Embedded(Settings(data=tmp_path, demo=True))
    assert not bestand(tmp_path).exists()  # no new one, which would hide what is lost


def test_the_key_file_of_other_data_is_refused(tmp_path: Path) -> None:
    with stad(tmp_path) as made:
        Huis(made)
    bestand(tmp_path).unlink()
    FileKeyProvider(bestand(tmp_path), create=True)
    with pytest.raises(KeyFileError, match="hoort niet bij deze gegevens"):
        Embedded(Settings(data=tmp_path, demo=True))


def test_after_a_new_wrap_key_everything_is_readable_and_the_old_one_is_gone(
    huis: Huis, tmp_path: Path
) -> None:
    kids = [huis.kid(huis.anna), huis.kid(huis.anna, huis.bert)]
    voor = huis.vraag("yusuf", *kids).keys
    oud = huis.consent.provider.current
    huis.consent.vervang_wikkelsleutel()
    assert not huis.consent.provider.holds(oud)
    assert huis.vraag("yusuf", *kids).keys == voor
    opnieuw = FileKeyProvider(bestand(tmp_path))
    with huis.consent.database.read() as tx:
        keys = KeyStore(opnieuw)
        assert keys.unwrap(keys.describe(tx, kids)) == voor
        assert huis.consent.logboek.verify(tx) == huis.regels()


def test_a_rotation_that_stopped_halfway_is_finished_by_the_next(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    kid = huis.kid(huis.anna)
    voor = huis.vraag("yusuf", kid).keys
    for stap in ("wrap", "forget"):
        with monkeypatch.context() as patch:
            patch.setattr(huis.consent.provider, stap, _stop)
            with pytest.raises(StopError):
                huis.consent.vervang_wikkelsleutel()
        assert huis.vraag("yusuf", kid).keys == voor
    huis.consent.vervang_wikkelsleutel()
    assert huis.vraag("yusuf", kid).keys == voor
    assert not huis.consent.provider.holds(huis.consent.provider.current - 1)


class StopError(Exception):
    pass


def _stop(*_args: object, **_named: object) -> None:
    raise StopError


def test_rotations_at_the_same_time_lose_no_key(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One waits for the other; else one forgets the wrap key that the other's rows still need."""
    kid = huis.kid(huis.anna)
    voor = huis.vraag("yusuf", kid).keys
    begonnen = threading.Event()
    echt = huis.consent.database.checkpoint

    def vervang() -> None:
        begonnen.set()
        huis.consent.vervang_wikkelsleutel()

    ander = threading.Thread(target=vervang)

    def met_een_ander() -> bool:
        if not begonnen.is_set():
            ander.start()
            begonnen.wait()
        return echt()

    monkeypatch.setattr(huis.consent.database, "checkpoint", met_een_ander)
    huis.consent.vervang_wikkelsleutel()
    ander.join()
    assert huis.vraag("yusuf", kid).keys == voor


def test_reading_goes_on_while_the_wrap_key_is_replaced(huis: Huis) -> None:
    kid = huis.kid(huis.anna)
    voor = huis.vraag("yusuf", kid).keys
    fouten: list[BaseException] = []

    def lees() -> None:
        try:
            for _ in range(30):
                assert huis.vraag("yusuf", kid).keys == voor
        except BaseException as fout:  # noqa: BLE001  # reported below
            fouten.append(fout)

    lezer = threading.Thread(target=lees)
    lezer.start()
    for _ in range(5):
        huis.consent.vervang_wikkelsleutel()
    lezer.join()
    assert not fouten


def test_what_is_kept_in_the_key_file_is_not_in_the_databases(huis: Huis, tmp_path: Path) -> None:
    provider = huis.consent.provider
    geheim = [provider.secret("token"), *provider._wrap.values(), provider._root]
    for pad in tmp_path.rglob("*.sqlite*"):
        inhoud = pad.read_bytes()
        for sleutel in geheim:
            assert sleutel not in inhoud
            assert sleutel.hex().encode() not in inhoud
