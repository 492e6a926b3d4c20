"""The contract of the event store, on every kind of database."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID, uuid4

import pytest

from events.base import ERASED, Open, Sealed
from events.begrippen import Leefgebied, Verantwoording
from infra.database import Database
from infra.decider import Recorded, Verouderd
from infra.mapper import SealedInNewFactError
from infra.recorder import feiten
from infra.seal import KeyNotReleasedError, SealError
from infra.store import (
    MAX_FACT,
    FeitTeGroot,
    SleutelHergebruikt,
    Store,
)
from tests.infra.world import (
    ANNA,
    GEMEENTE,
    NU,
    AlGesloten,
    Genoteerd,
    Schrift,
    Sleutels,
    a_store,
    contents,
    context,
    over,
    plaats,
)

GEHEIM = "De-huurschuld-is-elf-maanden"


def test_appended_facts_fold_into_the_state(database: Database) -> None:
    store, stream = a_store(database), uuid4()
    first = store.handle(Schrift, stream, lambda s: s.noteer(over("een"), over("twee")), context())
    second = store.handle(Schrift, stream, Schrift.sluit, context())
    assert (first.version, second.version) == (2, 3)
    assert store.load(Schrift, stream) == (Schrift(2, gesloten=True), 3)
    assert store.log.end == second.position > first.position


def test_unknown_stream_is_the_empty_state(database: Database) -> None:
    assert a_store(database).load(Schrift, uuid4()) == (Schrift(), 0)


def test_envelope_comes_back_as_it_was_written(database: Database) -> None:
    sleutels, stream, asked = Sleutels(), uuid4(), context()
    store = a_store(database, sleutels)
    store.handle(Schrift, stream, lambda s: s.noteer(over(GEHEIM)), asked)
    (read,) = store.stream(stream)
    assert (read.gemeente, read.stream, read.version) == (GEMEENTE, stream, 1)
    assert (read.opgenomen_op, read.hoed, read.correlation) == (NU, asked.hoed, asked.correlation)
    assert isinstance(read.fact, Genoteerd)
    assert isinstance(read.fact.tekst, Sealed)
    assert isinstance(read.verantwoording, Sealed)
    assert sleutels.opener().open(read.fact.tekst) == GEHEIM
    reason = Verantwoording.model_validate(sleutels.opener().open(read.verantwoording))
    assert reason == Verantwoording(actor=ANNA, grondslag=asked.herkomst.grondslag)


def test_fields_under_one_key_share_a_capsule_and_others_do_not(database: Database) -> None:
    store, stream, anna, bram = a_store(database), uuid4(), uuid4(), uuid4()
    for ander in (plaats(anna), plaats(bram), plaats(anna, over=Leefgebied.ONDERWIJS)):
        fact = Genoteerd(nummer=1, tekst=over("een", anna), ander=Open("twee", ander))
        store.handle(Schrift, stream, lambda _, fact=fact: [fact], context())
    same, person, subject = (e.fact for e in store.stream(stream))
    assert same.tekst.capsule is same.ander.capsule
    assert person.tekst.capsule.kid != person.ander.capsule.kid
    assert subject.tekst.capsule.kid != subject.ander.capsule.kid


def test_a_key_opens_its_own_fields_only(database: Database) -> None:
    sleutels, stream, anna, bram = Sleutels(), uuid4(), uuid4(), uuid4()
    store = a_store(database, sleutels)
    fact = Genoteerd(nummer=1, tekst=over("van Anna", anna), ander=over("van Bram", bram))
    store.handle(Schrift, stream, lambda _: [fact], context())
    (read,) = store.stream(stream)
    del sleutels.keys[read.fact.ander.capsule.kid]
    assert sleutels.opener().open(read.fact.tekst) == "van Anna"
    with pytest.raises(KeyNotReleasedError):
        sleutels.opener().open(read.fact.ander)


def test_nothing_personal_is_readable_in_the_bytes(database: Database) -> None:
    store, stream, person = a_store(database), uuid4(), uuid4()
    store.handle(Schrift, stream, lambda s: s.noteer(over(GEHEIM, person)), context("s-1"))
    kept = contents(database)
    assert b"nl.samenplan.proef-genoteerd" in kept  # we are looking in the right place
    for secret in (
        GEHEIM, ANNA.naam, ANNA.organisatie, str(ANNA.id), "wmo-onderzoek", "BWBR0035362",
        Leefgebied.WONEN.value, str(person), person.hex,
    ):  # fmt: skip
        assert secret.encode() not in kept, secret
    assert person.bytes not in kept


def test_row_moved_to_another_stream_does_not_open(database: Database) -> None:
    sleutels = Sleutels()
    store, stream, other = a_store(database, sleutels), uuid4(), uuid4()
    store.handle(Schrift, stream, lambda s: s.noteer(over(GEHEIM)), context())
    with database.write() as tx:
        tx.execute(
            feiten.update().where(feiten.c.originator_id == stream).values(originator_id=other)
        )
    (found,) = store.stream(other)
    with pytest.raises(SealError):
        sleutels.opener().open(found.fact.tekst)


def test_concurrent_appends_all_land_once(database: Database) -> None:
    """Two stores on one database, as two processes would have; two writers in each."""
    stores, stream, together = [a_store(database) for _ in range(2)], uuid4(), threading.Barrier(4)
    store, done = stores[0], list[Recorded]()

    def write(store: Store) -> None:
        for _ in range(5):
            together.wait()  # at most three others can win before this one does
            done.append(store.handle(Schrift, stream, lambda s: s.noteer(over("x")), context()))

    threads = [threading.Thread(target=write, args=(each,)) for each in stores * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(recorded.version for recorded in done) == list(range(1, 21))
    assert [e.fact.nummer for e in store.stream(stream)] == list(range(1, 21))
    positions = [position for position, _ in store.envelopes(0, 100)]
    assert positions == sorted(set(positions))


def test_conflict_decides_again_on_the_new_state(database: Database) -> None:
    store, stream, seen = a_store(database), uuid4(), list[int]()

    def decide(state: Schrift) -> Any:
        seen.append(state.aantal)
        if len(seen) == 1:  # somebody else is first
            store.handle(Schrift, stream, lambda s: s.noteer(over("eerst")), context())
        return state.noteer(over("daarna"))

    assert store.handle(Schrift, stream, decide, context()).version == 2
    assert seen == [0, 1]
    assert [e.fact.nummer for e in store.stream(stream)] == [1, 2]


def test_endless_conflict_is_outdated(database: Database) -> None:
    store, stream = a_store(database), uuid4()

    def decide(state: Schrift) -> Any:
        store.handle(Schrift, stream, lambda s: s.noteer(over("eerst")), context())
        return state.noteer(over("daarna"))

    with pytest.raises(Verouderd):
        store.handle(Schrift, stream, decide, context())


def test_same_key_same_body_gives_the_first_answer(database: Database) -> None:
    store, stream = a_store(database), uuid4()
    asked = context("sleutel-1", b"body")
    first = store.handle(Schrift, stream, lambda s: s.noteer(over("x")), asked, {"id": str(stream)})
    again = store.handle(Schrift, stream, lambda s: s.noteer(over("x")), asked, {"id": "anders"})
    elsewhere = store.handle(Schrift, uuid4(), lambda s: s.noteer(over("x")), asked)
    assert first == again == elsewhere
    assert len(store.envelopes(0, 10)) == 1


def test_same_key_after_the_state_moved_on_still_gives_the_first_answer(
    database: Database,
) -> None:
    store, stream, asked = a_store(database), uuid4(), context("sleutel-1", b"body")
    first = store.handle(Schrift, stream, Schrift.sluit, asked)
    assert store.handle(Schrift, stream, Schrift.sluit, asked) == first  # the rule says no now
    with pytest.raises(AlGesloten):
        store.handle(Schrift, stream, Schrift.sluit, context("sleutel-2", b"body"))


def test_same_key_other_body_is_refused(database: Database) -> None:
    store, stream = a_store(database), uuid4()
    store.handle(Schrift, stream, lambda s: s.noteer(over("x")), context("sleutel-1", b"een"))
    for decide in (lambda s: s.noteer(over("y")), lambda s: s.sluit(), lambda s: []):
        with pytest.raises(SleutelHergebruikt):
            store.handle(Schrift, stream, decide, context("sleutel-1", b"twee"))
    assert len(store.envelopes(0, 10)) == 1


def test_key_of_a_refused_command_stays_free(database: Database) -> None:
    store, stream, asked = a_store(database), uuid4(), context("sleutel-1", b"body")

    def refused(_: Schrift) -> Any:
        raise AlGesloten

    with pytest.raises(AlGesloten):
        store.handle(Schrift, stream, refused, asked)
    assert store.handle(Schrift, stream, lambda s: s.noteer(over("x")), asked).version == 1


def test_answer_without_a_fact_is_kept_too(database: Database) -> None:
    store, stream, asked = a_store(database), uuid4(), context("sleutel-1", b"body")
    first = store.handle(Schrift, stream, lambda _: [], asked, {"zin": "niets te doen"})
    assert store.handle(Schrift, stream, lambda s: s.noteer(over("x")), asked) == first
    assert store.log.end == 0


def test_concurrent_use_of_one_key_lands_once(database: Database) -> None:
    store, asked, together = a_store(database), context("sleutel-1", b"body"), threading.Barrier(4)
    done: list[Recorded] = []

    def write() -> None:
        together.wait()
        done.append(store.handle(Schrift, uuid4(), lambda s: s.noteer(over("x")), asked))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    assert len(set(map(repr, done))) == 1
    assert len(store.envelopes(0, 10)) == 1


@pytest.mark.parametrize("where", ["within", "also", "second-too-large"])
def test_all_or_nothing(database: Database, where: str) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    woken: list[int] = []
    store = a_store(
        database,
        also=fail if where == "also" else None,
        appended=lambda: woken.append(1),
    )
    second = "x" * MAX_FACT if where == "second-too-large" else "kort"
    asked, stream = context("sleutel-1", b"body"), uuid4()
    with pytest.raises((ZeroDivisionError, FeitTeGroot)):
        store.handle(
            Schrift, stream, lambda s: s.noteer(over("kort"), over(second)), asked,
            within=fail if where == "within" else None,
        )  # fmt: skip
    assert store.load(Schrift, stream) == (Schrift(), 0)
    assert store.log.end == 0
    assert woken == []
    retried = a_store(database).handle(Schrift, stream, lambda s: s.noteer(over("nu")), asked)
    assert retried.version == 1


def test_too_large_fact_is_refused_with_a_sentence(database: Database) -> None:
    store, stream = a_store(database), uuid4()
    with pytest.raises(FeitTeGroot, match="te lang"):
        store.handle(Schrift, stream, lambda s: s.noteer(over("x" * MAX_FACT)), context())
    largest = "x" * (MAX_FACT * 3 // 4 - 1200)  # base64 makes it a third longer
    assert store.handle(Schrift, stream, lambda s: s.noteer(over(largest)), context()).version == 1


def test_stream_of_another_gemeente_is_not_found(database: Database) -> None:
    stream = uuid4()
    a_store(database, gemeente="9998").handle(
        Schrift, stream, Schrift.sluit, context(gemeente="9998")
    )
    ours = a_store(database)
    assert ours.load(Schrift, stream) == (Schrift(), 0)
    with pytest.raises(Verouderd):  # and cannot be written either
        ours.handle(Schrift, stream, lambda s: s.noteer(over("x")), context())
    assert len(ours.envelopes(0, 10)) == 1


def test_sealed_value_in_a_new_fact_is_refused(database: Database) -> None:
    store, stream = a_store(database), uuid4()
    store.handle(Schrift, stream, lambda s: s.noteer(over("x")), context())
    (read,) = store.stream(stream)
    for value in (read.fact.tekst, ERASED):
        with pytest.raises(SealedInNewFactError):
            store.handle(
                Schrift,
                uuid4(),
                lambda _, value=value: [Genoteerd(nummer=1, tekst=value)],
                context(),
            )
    assert len(store.envelopes(0, 10)) == 1


def test_also_sees_what_was_recorded_in_the_same_transaction(database: Database) -> None:
    seen: list[Any] = []
    store = a_store(database, also=lambda tx, facts: seen.append((tx.in_transaction(), facts)))
    store.handle(Schrift, uuid4(), lambda s: s.noteer(over("x")), context())
    ((inside, (opened,)),) = seen
    assert inside
    assert opened.version == 1
    assert opened.fact.tekst == over("x")


def test_log_is_read_in_order_after_a_position_up_to_a_limit(database: Database) -> None:
    store = a_store(database)
    streams = [UUID(int=n) for n in (9, 3, 9, 5, 3)]
    for stream in streams:
        store.handle(Schrift, stream, lambda s: s.noteer(over("x")), context())
    everything = store.envelopes(0, 100)
    assert [envelope.stream for _, envelope in everything] == streams
    assert [envelope.version for _, envelope in everything] == [1, 1, 2, 1, 2]
    third = everything[2][0]
    assert store.envelopes(third, 1) == [everything[3]]
    assert store.envelopes(everything[-1][0], 10) == []


def test_a_second_store_on_the_same_database_reads_what_the_first_wrote(
    database: Database,
) -> None:
    sleutels, stream = Sleutels(), uuid4()
    a_store(database, sleutels).handle(Schrift, stream, lambda s: s.noteer(over("x")), context())
    (read,) = a_store(database, sleutels).stream(stream)
    assert sleutels.opener().open(read.fact.tekst) == "x"
