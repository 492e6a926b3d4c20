"""The writer's keys: exactly those places, at most a minute, never for who was erased."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from events.base import KeyId, Zegelplaats
from events.begrippen import Leefgebied
from infra import keys
from infra.database import Database
from infra.keyring import MAX_AGE, Keyring
from infra.keys import KeyStore, SubjectErasedError
from infra.provider import FileKeyProvider
from tests.infra.world import NU, Schrift, a_store, context, issue, over, plaats

ANNA, BRAM = UUID(int=0xA), UUID(int=0xB)


class Bos:
    """A keyring on a real key store, with what it asked and a clock that we move."""

    def __init__(self, database: Database, file: Path) -> None:
        database.create(keys.tables)
        self.database = database
        self.store = KeyStore(FileKeyProvider(file, create=True))
        self.asked: list[tuple[str, tuple[Zegelplaats, ...]]] = []
        self.now = 1000.0
        self._issue = issue(database, self.store)
        self.keyring = Keyring("intake", self._asked, lambda: self.now)

    def _asked(
        self, service: str, plaatsen: Sequence[Zegelplaats]
    ) -> dict[Zegelplaats, tuple[KeyId, bytes]]:
        self.asked.append((service, tuple(plaatsen)))
        return self._issue(service, plaatsen)

    def erase(self, person: UUID) -> None:
        with self.database.write() as tx:
            self.store.destroy(tx, person, NU)


@pytest.fixture
def bos(database: Database, tmp_path: Path) -> Bos:
    return Bos(database, tmp_path / "sleutels.json")


def test_key_is_asked_once_and_kept(bos: Bos) -> None:
    first = bos.keyring.sealing_keys([plaats(ANNA)])
    bos.now += MAX_AGE - 0.001
    assert bos.keyring.sealing_keys([plaats(ANNA)]) == first
    assert bos.asked == [("intake", (plaats(ANNA),))]


def test_key_is_forgotten_after_a_minute(bos: Bos) -> None:
    assert MAX_AGE == 60
    bos.keyring.sealing_keys([plaats(ANNA)])
    bos.now += MAX_AGE
    bos.keyring.sealing_keys([plaats(ANNA)])
    assert len(bos.asked) == 2


def test_use_does_not_lengthen_the_minute(bos: Bos) -> None:
    for _ in range(4):
        bos.keyring.sealing_keys([plaats(ANNA)])
        bos.now += MAX_AGE / 3
    assert len(bos.asked) == 2


def test_time_spent_asking_counts(bos: Bos) -> None:
    issuing = bos._issue

    def slow(
        service: str, plaatsen: Sequence[Zegelplaats]
    ) -> dict[Zegelplaats, tuple[KeyId, bytes]]:
        bos.now += MAX_AGE / 2
        return issuing(service, plaatsen)

    bos._issue = slow
    bos.keyring.sealing_keys([plaats(ANNA)])
    bos.now += MAX_AGE / 2
    bos.keyring.sealing_keys([plaats(ANNA)])
    assert len(bos.asked) == 2


def test_old_keys_do_not_stay_in_memory(bos: Bos) -> None:
    for _ in range(5):
        bos.keyring.sealing_keys([plaats(uuid4())])
        bos.now += MAX_AGE
    assert len(bos.keyring._kept) == 1


def test_use_of_one_key_drops_the_old_others(bos: Bos) -> None:
    bos.keyring.sealing_keys([plaats(ANNA)])
    bos.now += MAX_AGE / 2
    bos.keyring.sealing_keys([plaats(BRAM)])
    bos.now += MAX_AGE / 2
    bos.keyring.sealing_keys([plaats(BRAM)])
    assert len(bos.asked) == 2
    assert bos.keyring._kept.keys() == {plaats(BRAM)}


def test_key_that_was_on_its_way_while_forgetting_is_not_kept(bos: Bos) -> None:
    issuing = bos._issue

    def overtaken(
        service: str, plaatsen: Sequence[Zegelplaats]
    ) -> dict[Zegelplaats, tuple[KeyId, bytes]]:
        issued = issuing(service, plaatsen)
        bos.erase(ANNA)
        bos.keyring.forget()
        return issued

    bos._issue = overtaken
    bos.keyring.sealing_keys([plaats(ANNA)])
    with pytest.raises(SubjectErasedError):
        bos.keyring.sealing_keys([plaats(ANNA)])


def test_exactly_the_places_that_are_written_are_asked(bos: Bos) -> None:
    wonen, onderwijs = plaats(ANNA), plaats(ANNA, over=Leefgebied.ONDERWIJS)
    samen = plaats(ANNA, BRAM)
    bos.keyring.sealing_keys([wonen])
    got = bos.keyring.sealing_keys([wonen, onderwijs, samen])
    assert got.keys() == {wonen, onderwijs, samen}
    assert len({key.kid for key in got.values()}) == 3
    assert [set(places) for _, places in bos.asked] == [{wonen}, {onderwijs, samen}]
    assert bos.keyring.sealing_keys([]) == {}
    assert len(bos.asked) == 2


def test_forgetting_drops_every_key_at_once(bos: Bos) -> None:
    bos.keyring.sealing_keys([plaats(ANNA), plaats(BRAM)])
    bos.keyring.forget()
    assert bos.keyring._kept == {}
    bos.keyring.sealing_keys([plaats(ANNA)])
    assert len(bos.asked) == 2


def test_erased_person_gets_no_key_and_nobody_gets_a_part(bos: Bos) -> None:
    bos.erase(ANNA)
    for places in ([plaats(ANNA)], [plaats(BRAM), plaats(ANNA)], [plaats(ANNA, BRAM)]):
        with pytest.raises(SubjectErasedError):
            bos.keyring.sealing_keys(places)
    assert bos.keyring._kept == {}
    assert bos.keyring.sealing_keys([plaats(BRAM)])


def test_nothing_can_be_written_about_an_erased_person_after_forgetting(bos: Bos) -> None:
    store, stream = a_store(bos.database, bos.keyring), uuid4()
    store.handle(Schrift, stream, lambda s: s.noteer(over("voor", ANNA)), context())
    bos.erase(ANNA)
    bos.keyring.forget()
    with pytest.raises(SubjectErasedError):
        store.handle(Schrift, stream, lambda s: s.noteer(over("na", ANNA)), context())
    assert store.load(Schrift, stream)[1] == 1


def test_what_was_sealed_with_a_kept_key_after_an_erasure_opens_for_nobody(bos: Bos) -> None:
    """Within the minute another service may still write; what it writes is lost at once."""
    kept = bos.keyring.sealing_keys([plaats(ANNA)])[plaats(ANNA)]
    bos.erase(ANNA)
    assert bos.keyring.sealing_keys([plaats(ANNA)])[plaats(ANNA)] is kept
    with bos.database.read() as tx:
        (info,) = bos.store.describe(tx, [kept.kid])
    assert info.erased


def test_writers_beside_each_other_get_the_same_keys(bos: Bos) -> None:
    together, got = threading.Barrier(8), list[set[KeyId]]()

    def ask() -> None:
        together.wait()
        found = bos.keyring.sealing_keys([plaats(ANNA), plaats(BRAM)])
        got.append({key.kid for key in found.values()})

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert all(kids == got[0] for kids in got)
    assert len(got[0]) == 2
