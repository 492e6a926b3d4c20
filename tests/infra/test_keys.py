"""The key store: one key per place, succession, joint keys, erasure, rotation; and its key file."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from events.base import Gezamenlijk, KeyId, Zegelplaats
from events.begrippen import Leefgebied, Rubriek, herkomst, herkomsten
from infra.database import Database
from infra.keys import (
    CheckpointBusyError,
    KeyStore,
    SubjectErasedError,
    UnknownKeyError,
    data_keys,
    tables,
)
from infra.provider import FileKeyProvider, KeyFileError
from tests.infra.world import NU, contents, plaats

ANNA, BRAM, CAS = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC)


class Kluis:
    """A key store with its database and its key file; can be opened anew, as after a restart."""

    def __init__(self, database: Database, file: Path) -> None:
        self.database, self.file = database, file
        database.create(tables)
        self.reopen()

    def reopen(self) -> Kluis:
        self.provider = FileKeyProvider(self.file, create=True)
        self.store = KeyStore(self.provider)
        return self

    def key(self, asked: Zegelplaats) -> tuple[KeyId, bytes]:
        with self.database.write() as tx:
            return self.store.sealing_key(tx, asked)

    def read(self, kid: KeyId) -> bytes | None:
        """The key as a reader gets it, or None when it was erased."""
        with self.database.read() as tx:
            return self.store.unwrap(self.store.describe(tx, [kid])).get(kid)

    def readable(self, made: Iterable[tuple[KeyId, bytes]]) -> set[bytes]:
        found = {self.read(kid) for kid, _ in made} - {None}
        assert found <= {key for _, key in made}
        return found  # type: ignore[return-value]  # None was taken out

    def destroy(self, person: UUID) -> str:
        with self.database.write() as tx:
            return self.store.destroy(tx, person, NU)

    def succeed(self, asked: Zegelplaats) -> None:
        with self.database.write() as tx:
            self.store.succeed(tx, asked)

    def rotate(self) -> None:
        self.store.rotate(self.database)

    def wrap_keys(self) -> dict[str, str]:
        return dict(json.loads(self.file.read_text())["wikkel"])


@pytest.fixture
def kluis(database: Database, tmp_path: Path) -> Kluis:
    return Kluis(database, tmp_path / "sleutels.json")


def samen(*personen: UUID, wie: Gezamenlijk = Gezamenlijk.ALLEN) -> Zegelplaats:
    return replace(plaats(*personen), gezamenlijk=wie)


# One key per person × herkomst × onderwerp.


def test_every_place_has_its_own_key(kluis: Kluis) -> None:
    places = [
        Zegelplaats((person,), law, over)
        for person, law, over in product(
            (ANNA, BRAM), herkomsten().values(), [*Leefgebied, *Rubriek]
        )
    ]
    made = [kluis.key(place) for place in places]
    assert len({kid for kid, _ in made}) == len({key for _, key in made}) == len(places)
    assert all(len(key) == 32 and len(bytes.fromhex(kid)) == 16 for kid, key in made)
    assert [kluis.key(place) for place in places] == made  # asked again: the same


def test_key_of_several_persons_is_none_of_theirs(kluis: Kluis) -> None:
    places = [
        samen(ANNA), samen(BRAM), samen(ANNA, BRAM), samen(ANNA, BRAM, CAS),
        samen(ANNA, BRAM, wie=Gezamenlijk.LAATSTE),
    ]  # fmt: skip
    assert len({kluis.key(place) for place in places}) == len(places)
    assert kluis.key(samen(BRAM, ANNA, BRAM)) == kluis.key(samen(ANNA, BRAM))


def test_keys_survive_a_restart(kluis: Kluis) -> None:
    made = kluis.key(samen(ANNA)), kluis.key(samen(ANNA, BRAM))
    kluis.reopen()
    assert (kluis.key(samen(ANNA)), kluis.key(samen(ANNA, BRAM))) == made


def test_succeeded_key_gives_way_and_goes_on_reading(kluis: Kluis) -> None:
    old, beside = kluis.key(samen(ANNA)), kluis.key(plaats(ANNA, over=Rubriek.CONTACT))
    kluis.succeed(samen(ANNA))
    new = kluis.key(samen(ANNA))
    assert new != old
    assert kluis.key(samen(ANNA)) == new
    assert kluis.key(plaats(ANNA, over=Rubriek.CONTACT)) == beside
    assert kluis.read(old[0]) == old[1]
    assert kluis.read(new[0]) == new[1]


def test_store_knows_what_a_key_is_about(kluis: Kluis) -> None:
    kid, _ = kluis.key(samen(BRAM, ANNA))
    with kluis.database.read() as tx:
        (info,) = kluis.store.describe(tx, [kid])
    assert info.betrokkenen == (ANNA, BRAM)
    assert (info.herkomst, info.onderwerp) == (herkomst("wmo-onderzoek"), Leefgebied.WONEN)
    assert not info.erased


def test_key_that_was_never_given_out_is_unknown(kluis: Kluis) -> None:
    kid, _ = kluis.key(samen(ANNA))
    with kluis.database.read() as tx, pytest.raises(UnknownKeyError):
        kluis.store.describe(tx, [kid, "00" * 16])


def test_no_key_lies_open_in_the_database(kluis: Kluis) -> None:
    made = [kluis.key(samen(ANNA)), kluis.key(samen(ANNA, BRAM))]
    bytes_kept = contents(kluis.database)
    assert made[0][0].encode() in bytes_kept  # we are looking in the right place
    secrets = [key for _, key in made] + [bytes.fromhex(key) for key in kluis.wrap_keys().values()]
    for secret in secrets:
        assert secret not in bytes_kept
        assert secret.hex().encode() not in bytes_kept


# Erasure.


def test_erasing_takes_the_keys_of_that_person_and_leaves_the_others(kluis: Kluis) -> None:
    of_anna = [kluis.key(plaats(ANNA, over=part)) for part in Leefgebied]
    kluis.succeed(samen(ANNA))
    of_anna.append(kluis.key(samen(ANNA)))  # the old one goes too
    of_bram = [kluis.key(plaats(BRAM, over=part)) for part in Leefgebied]
    kluis.destroy(ANNA)
    assert kluis.readable(of_anna) == set()
    assert kluis.readable(of_bram) == {key for _, key in of_bram}


@pytest.mark.parametrize(
    ("wie", "still_readable"),
    [(Gezamenlijk.ALLEN, [False, False, False]), (Gezamenlijk.LAATSTE, [True, True, False])],
)
def test_joint_key_goes_with_the_first_or_with_the_last(
    kluis: Kluis, wie: Gezamenlijk, still_readable: list[bool]
) -> None:
    kid, key = kluis.key(samen(ANNA, BRAM, CAS, wie=wie))
    for person, expected in zip((BRAM, ANNA, CAS), still_readable, strict=True):
        kluis.destroy(person)
        assert kluis.read(kid) == (key if expected else None)


def test_nothing_can_be_sealed_for_an_erased_person(kluis: Kluis) -> None:
    kluis.key(samen(ANNA, BRAM, wie=Gezamenlijk.LAATSTE))
    kluis.destroy(ANNA)
    for place in (
        samen(ANNA),
        plaats(ANNA, over=Rubriek.CONTACT),
        samen(ANNA, BRAM),
        samen(ANNA, BRAM, wie=Gezamenlijk.LAATSTE),
    ):
        with pytest.raises(SubjectErasedError):
            kluis.key(place)
    assert kluis.key(samen(BRAM))


def test_erased_key_cannot_be_unwrapped(kluis: Kluis) -> None:
    kid, _ = kluis.key(samen(ANNA))
    kluis.destroy(ANNA)
    with kluis.database.read() as tx:
        (info,) = kluis.store.describe(tx, [kid])
        assert info.erased
        assert kluis.store.unwrap([info]) == {}
        with pytest.raises(SubjectErasedError):
            info.closed.open(kluis.provider.unwrap)


def test_proof_is_the_hash_of_the_ids_that_became_unreadable(kluis: Kluis) -> None:
    gone = [kluis.key(samen(ANNA)), kluis.key(samen(ANNA, BRAM))]
    kluis.key(samen(ANNA, BRAM, wie=Gezamenlijk.LAATSTE))
    kluis.key(samen(BRAM))
    proof = kluis.destroy(ANNA)
    assert proof == sha256("\n".join(sorted(kid for kid, _ in gone)).encode()).hexdigest()
    assert kluis.destroy(ANNA) == proof  # asked again: the same proof, nothing more


def test_person_without_keys_is_erased_as_well(kluis: Kluis) -> None:
    assert kluis.destroy(CAS) == sha256(b"").hexdigest()
    with pytest.raises(SubjectErasedError):
        kluis.key(samen(CAS))


def test_erasure_that_is_rolled_back_never_happened(kluis: Kluis) -> None:
    made = kluis.key(samen(ANNA))
    with suppress(ZeroDivisionError), kluis.database.write() as tx:
        kluis.store.destroy(tx, ANNA, NU)
        raise ZeroDivisionError
    assert kluis.key(samen(ANNA)) == made


def test_no_byte_of_an_erased_key_is_left(kluis: Kluis) -> None:
    kluis.key(samen(ANNA))
    with kluis.database.read() as tx:
        wrapped = {
            bytes(row[0])
            for table in ("person_keys", "data_keys")
            for row in tx.exec_driver_sql(f"SELECT wrapped FROM {table}")
        }
    assert all(value in contents(kluis.database) for value in wrapped)
    kluis.destroy(ANNA)
    kluis.rotate()
    assert not [value for value in wrapped if value in contents(kluis.database)]


# Rotation of the wrap key.


def test_rotation_keeps_every_key_and_forgets_the_old_wrap_key(kluis: Kluis) -> None:
    made = [kluis.key(samen(ANNA)), kluis.key(samen(BRAM)), kluis.key(samen(ANNA, BRAM))]
    ((old_number, old),) = kluis.wrap_keys().items()
    kluis.rotate()
    ((number, new),) = kluis.wrap_keys().items()
    assert int(number) > int(old_number)
    assert new != old
    assert kluis.readable(made) == {key for _, key in made}
    assert kluis.readable(made) == kluis.reopen().readable(made)
    for file in kluis.file.parent.iterdir():  # nor beside it
        assert old.encode() not in file.read_bytes(), file.name


def test_copy_from_before_an_erasure_is_worthless_after_rotation(
    kluis: Kluis, new_database: Callable[[], Database]
) -> None:
    kid, _ = kluis.key(samen(ANNA))
    kept, _ = kluis.key(samen(BRAM))
    backup = new_database()
    with kluis.database.read() as source, backup.write() as target:
        tables.create_all(target)
        for table in tables.sorted_tables:
            for row in source.execute(table.select()).mappings():
                target.execute(table.insert().values(dict(row)))
    kluis.destroy(ANNA)
    kluis.rotate()
    with backup.read() as tx:
        for info in kluis.reopen().store.describe(tx, [kid, kept]):
            assert not info.erased  # the backup does not know
            with pytest.raises(KeyFileError):
                kluis.store.unwrap([info])


class Crash(BaseException):
    """The process died here."""


def _crash(*_: object, **__: object) -> None:
    raise Crash


def _renewed_then_crash(kluis: Kluis, patch: pytest.MonkeyPatch) -> None:
    renew = kluis.provider.renew
    patch.setattr(kluis.provider, "renew", lambda: (renew(), _crash()))


def _crash_while_rewrapping(kluis: Kluis, patch: pytest.MonkeyPatch) -> None:
    wrap, wrapped = kluis.provider.wrap, list[int]()

    def some(key: bytes) -> tuple[int, bytes]:
        wrapped.append(1)
        return _crash() if len(wrapped) == 3 else wrap(key)  # type: ignore[func-returns-value,return-value]

    patch.setattr(kluis.provider, "wrap", some)


def _forgotten_then_crash(kluis: Kluis, patch: pytest.MonkeyPatch) -> None:
    forget = kluis.provider.forget
    patch.setattr(kluis.provider, "forget", lambda keep: (forget(keep), _crash()))


STEPS: dict[str, Callable[[Kluis, pytest.MonkeyPatch], None]] = {
    "before a new wrap key": lambda k, patch: patch.setattr(k.provider, "renew", _crash),
    "while its file is written": lambda k, patch: patch.setattr("infra.provider.os.fsync", _crash),
    "after a new wrap key": _renewed_then_crash,
    "while re-wrapping": _crash_while_rewrapping,
    "before the log file is emptied": lambda k, patch: patch.setattr(
        k.database, "checkpoint", _crash
    ),
    "before the old one is forgotten": lambda k, patch: patch.setattr(k.provider, "forget", _crash),
    "after the old one is forgotten": _forgotten_then_crash,
}


@pytest.mark.parametrize("where", STEPS)
def test_crash_during_rotation_loses_nothing_and_revives_nobody(kluis: Kluis, where: str) -> None:
    made = [kluis.key(samen(BRAM)), kluis.key(samen(CAS)), kluis.key(samen(BRAM, CAS))]
    gone = [kluis.key(samen(ANNA)), kluis.key(samen(ANNA, BRAM))]
    kluis.destroy(ANNA)
    old = kluis.wrap_keys()["1"]
    with pytest.MonkeyPatch.context() as patch:
        STEPS[where](kluis, patch)
        with pytest.raises(Crash):
            kluis.rotate()
    for finished in (False, True):  # as the crash left it; and after the next rotation
        if finished:
            kluis.rotate()
        kluis.reopen()
        assert kluis.readable(made) == {key for _, key in made}
        assert kluis.readable(gone) == set()
        with pytest.raises(SubjectErasedError):
            kluis.key(samen(ANNA))
        assert kluis.read(kluis.key(plaats(CAS, over=Rubriek.CONTACT))[0])
    assert old not in kluis.wrap_keys().values()
    assert len(kluis.wrap_keys()) == 1
    for file in kluis.file.parent.iterdir():
        assert old.encode() not in file.read_bytes(), file.name


def test_erasure_is_not_confirmed_while_a_reader_holds_the_log_file(
    kluis: Kluis, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, old = kluis.key(samen(BRAM)), kluis.wrap_keys()["1"]
    with monkeypatch.context() as busy:
        busy.setattr(kluis.database, "checkpoint", lambda: False)
        with pytest.raises(CheckpointBusyError):
            kluis.rotate()
    assert old in kluis.wrap_keys().values()
    assert kluis.readable([made]) == {made[1]}
    kluis.rotate()
    assert old not in kluis.wrap_keys().values()


def test_rotations_beside_each_other_and_beside_writers_lose_nothing(kluis: Kluis) -> None:
    made, together = [kluis.key(samen(ANNA))], threading.Barrier(4)

    def write(who: int) -> None:
        together.wait()
        for number in range(5):
            made.append(kluis.key(samen(UUID(int=1000 * who + number + 100))))

    def rotate() -> None:
        together.wait()
        for _ in range(3):
            kluis.rotate()

    threads = [threading.Thread(target=write, args=(who,)) for who in (1, 2)]
    threads += [threading.Thread(target=rotate) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 11
    assert kluis.reopen().readable(made) == {key for _, key in made}
    assert len(kluis.wrap_keys()) == 1


def test_second_rotation_waits_for_the_first(kluis: Kluis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two erasures at once: the first may not forget a wrap key that the second still needs."""
    made = kluis.key(samen(ANNA))
    checkpoint, renew = kluis.database.checkpoint, kluis.provider.renew
    renewed, first_is_done = threading.Event(), threading.Event()

    def renew_and_wait() -> int:
        number = renew()
        renewed.set()
        first_is_done.wait()
        return number

    second = threading.Thread(target=kluis.rotate, daemon=True)  # a failure must not hang

    def begin_another() -> bool:
        monkeypatch.setattr(kluis.database, "checkpoint", checkpoint)
        monkeypatch.setattr(kluis.provider, "renew", renew_and_wait)
        second.start()
        renewed.wait(0.05)  # as far as it can get beside the first
        return checkpoint()

    monkeypatch.setattr(kluis.database, "checkpoint", begin_another)
    kluis.rotate()
    first_is_done.set()
    second.join()
    assert kluis.reopen().readable([made]) == {made[1]}


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["key", "succeed", "destroy", "rotate", "reopen"]), st.data()),
        max_size=25,
    )
)
def test_any_course_keeps_what_should_open_and_nothing_else(
    new_database: Callable[[], Database],
    tmp_path_factory: pytest.TempPathFactory,
    course: list[tuple[str, st.DataObject]],
) -> None:
    kluis = Kluis(new_database(), tmp_path_factory.mktemp("kluis") / "sleutels.json")
    made: dict[KeyId, tuple[bytes, Zegelplaats]] = {}
    erased: set[UUID] = set()
    people = st.lists(st.sampled_from([ANNA, BRAM, CAS]), min_size=1, max_size=3)
    for act, data in course:
        place = samen(*data.draw(people), wie=data.draw(st.sampled_from(Gezamenlijk)))
        if act == "key" and erased.isdisjoint(place.betrokkenen):
            kid, key = kluis.key(place)
            assert made.setdefault(kid, (key, place)) == (key, place)
        elif act == "succeed":
            kluis.succeed(place)
        elif act == "destroy":
            kluis.destroy(place.betrokkenen[0])
            erased.add(place.betrokkenen[0])
        elif act == "rotate":
            kluis.rotate()
        else:
            kluis.reopen()
    for kid, (key, place) in made.items():
        if place.gezamenlijk is Gezamenlijk.LAATSTE:
            gone = set(place.betrokkenen) <= erased
        else:
            gone = not erased.isdisjoint(place.betrokkenen)
        assert kluis.read(kid) == (None if gone else key)


# The key file.


def test_other_key_file_is_refused(kluis: Kluis, tmp_path: Path) -> None:
    kid, _ = kluis.key(samen(ANNA))
    joint, _ = kluis.key(samen(ANNA, BRAM))
    wrong = KeyStore(FileKeyProvider(tmp_path / "andere.json", create=True))
    with kluis.database.read() as tx:
        kluis.store.verify(tx)
        with pytest.raises(KeyFileError, match="hoort niet bij deze gegevens"):
            wrong.verify(tx)
        for info in wrong.describe(tx, [kid, joint]):
            with pytest.raises(KeyFileError):
                wrong.unwrap([info])


def test_empty_store_fits_any_key_file(kluis: Kluis) -> None:
    with kluis.database.read() as tx:
        kluis.store.verify(tx)


def test_damaged_row_is_an_error_and_no_erasure(kluis: Kluis) -> None:
    kid, _ = kluis.key(samen(ANNA))
    with kluis.database.write() as tx:
        tx.execute(update(data_keys).values(wrapped=bytes(40)))
    with pytest.raises(KeyFileError, match="beschadigd"):
        kluis.read(kid)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "map" / "sleutels.json"
    FileKeyProvider(path, create=True).renew()
    return path


def test_key_file_is_for_its_owner_only(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    FileKeyProvider(file).forget(keep=2)
    assert file.stat().st_mode & 0o777 == 0o600
    for mode in (0o640, 0o604, 0o620, 0o666):
        file.chmod(mode)
        with pytest.raises(KeyFileError, match="leesbaar voor anderen"):
            FileKeyProvider(file)


def test_absent_key_file_is_made_only_when_asked(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="ontbreekt"):
        FileKeyProvider(tmp_path / "sleutels.json")
    assert list(tmp_path.iterdir()) == []


DAMAGE = ["", "{", "[]", "null", "{}", '"x"', '{"wortel": "00"}', '{"wortel": 1, "wikkel": {}}']


@pytest.mark.parametrize("text", DAMAGE)
def test_damaged_key_file_is_refused_and_left_as_it_is(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(KeyFileError, match="beschadigd"):
        FileKeyProvider(file, create=True)
    assert file.read_text() == text


def test_key_file_with_a_key_cut_off_or_none_at_all_is_refused(file: Path) -> None:
    whole = json.loads(file.read_text())
    for part in (
        {"wikkel": {}},
        {"wikkel": {"1": whole["wikkel"]["1"][:-2]}},
        {"wikkel": {"een": whole["wikkel"]["1"]}},
        {"wortel": whole["wortel"][:-2]},
        {"wortel": "niet-hexadecimaal"},
    ):
        file.write_text(json.dumps(whole | part))
        with pytest.raises(KeyFileError, match="beschadigd"):
            FileKeyProvider(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KeyFileError, match="beschadigd"):
        FileKeyProvider(file)


def test_error_about_the_key_file_tells_no_key(file: Path) -> None:
    keys = json.loads(file.read_text())["wikkel"].values()
    file.write_text(file.read_text()[:-1])
    with pytest.raises(KeyFileError) as error:
        FileKeyProvider(file)
    assert not [key for key in keys if key in str(error.value) + repr(error.value.__cause__)]


def test_folder_in_the_place_of_the_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sleutels.json").mkdir(mode=0o700)
    with pytest.raises(KeyFileError, match="beschadigd"):
        FileKeyProvider(tmp_path / "sleutels.json")


def test_wrap_key_is_not_used_before_it_is_on_disk(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a key wrapped under it is lost at the next start."""
    provider = FileKeyProvider(file)
    with monkeypatch.context() as full:
        full.setattr("infra.provider.os.fsync", _disk_full)
        with pytest.raises(OSError, match="disk full"):
            provider.renew()
    wrap, wrapped = provider.wrap(b"k" * 32)
    assert FileKeyProvider(file).unwrap(wrap, wrapped) == b"k" * 32


def test_forgetting_that_did_not_reach_the_disk_did_not_happen(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = FileKeyProvider(file)
    with monkeypatch.context() as full:
        full.setattr("infra.provider.os.fsync", _disk_full)
        with pytest.raises(OSError, match="disk full"):
            provider.forget(keep=2)
    assert provider.holds(1)
    assert FileKeyProvider(file).holds(1)


def _disk_full(_: int) -> None:
    raise OSError("disk full")


def test_search_hashes_and_secrets_differ_per_purpose_and_survive_rotation(file: Path) -> None:
    provider = FileKeyProvider(file)
    asked = list(product(("9998", "9999"), ("bsn", "naam"), ("999990019", "Noor")))
    hashes = {provider.search_hash(*question) for question in asked}
    assert len(hashes) == len(asked)
    assert provider.search_hash("9999", "bsn", "x") != provider.search_hash("9999", "bs", "nx")
    assert provider.secret("etag") != provider.secret("token")
    provider.renew()
    provider.forget(keep=3)
    again = FileKeyProvider(file)
    assert {again.search_hash(*question) for question in asked} == hashes
    assert again.secret("etag") == provider.secret("etag")
