"""Policies at work: every decision a fact asks for has its effect once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from events.base import Envelope, Hoed
from infra import positions
from infra.database import Database
from infra.decider import Reaction
from infra.positions import Located, quarantaine
from infra.reactor import SYSTEEM, Reactor
from infra.seal import Opener
from infra.store import Store
from tests.infra.world import (
    NU,
    Genoteerd,
    Gesloten,
    LijstFeed,
    Schrift,
    Sleutels,
    a_store,
    context,
    envelope,
    over,
)

A, B, DOEL = UUID(int=11), UUID(int=12), UUID(int=99)


@dataclass
class Proef:
    """A store, a feed of another service, and a policy that writes one note per fact.

    The note would be written twice if the reaction had its effect twice.
    """

    database: Database
    feed: LijstFeed
    breekt_op: set[int] = field(default_factory=set)
    """Numbers of facts that this policy cannot handle (yet)."""
    gezien: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sleutels = Sleutels()
        self.store: Store = a_store(self.database, self.sleutels, name="eigen")
        self.reactor = self.opnieuw()

    def opnieuw(self) -> Reactor:
        """The reactor as it is after a start of the process."""
        return Reactor("eigen", self.store, [self.feed], self.react, lambda: NU)

    def react(self, gehoord: Envelope) -> Sequence[Reaction]:
        if not isinstance(gehoord.fact, Genoteerd):
            return []
        nummer = gehoord.fact.nummer
        if nummer in self.breekt_op:
            raise RuntimeError("dit kan deze versie niet aan")
        self.gezien.append(nummer)
        return [
            Reaction(Schrift, DOEL, lambda s: s.noteer(over(f"hoorde {nummer}"))),
            Reaction(Schrift, gehoord.stream, lambda s: s.noteer(None)),
        ]

    def gehoord(self) -> list[str]:
        """What the policy wrote, in order."""
        opener: Opener = self.sleutels.opener()
        return [opener.open(e.fact.tekst) for e in self.store.stream(DOEL)]  # type: ignore[attr-defined]

    def geparkeerd(self) -> dict[UUID, str]:
        with self.database.read() as tx:
            return {row.stroom: row.fout for row in tx.execute(quarantaine.select())}


def facts(*which: tuple[UUID, int], start: int = 1) -> list[Located]:
    """Facts of a source: (stream, version) with the log position as their number."""
    return [
        (position, envelope(stream, version, Genoteerd(nummer=position)))
        for position, (stream, version) in enumerate(which, start=start)
    ]


@pytest.fixture
def proef(database: Database) -> Callable[..., Proef]:
    def make(*located: Located, again: bool = False, **given: set[int]) -> Proef:
        return Proef(database, LijstFeed("elders", located, again=again), **given)

    return make


def test_a_fact_has_its_effect_once_however_often_it_comes(proef: Callable[..., Proef]) -> None:
    p = proef(*facts((A, 1), (B, 1), (A, 2)), again=True)
    for _ in range(3):
        assert p.reactor.step() == 3
    p.opnieuw().step()
    assert p.gehoord() == ["hoorde 1", "hoorde 2", "hoorde 3"]
    assert p.store.log.end == 6


def test_a_crash_between_deciding_and_moving_is_harmless(
    proef: Callable[..., Proef], monkeypatch: pytest.MonkeyPatch
) -> None:
    p = proef(*facts((A, 1), (B, 1)))

    def stroom_valt_uit(*_given: object) -> Sequence[Located]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(positions, "fresh", stroom_valt_uit)
        with pytest.raises(KeyboardInterrupt):
            p.reactor.step()
    assert p.gehoord() == ["hoorde 1", "hoorde 2"]
    p.opnieuw().step()
    assert p.gezien == [1, 2, 1, 2]
    assert p.gehoord() == ["hoorde 1", "hoorde 2"]
    assert p.opnieuw().step() == 0


def test_what_it_decides_says_by_whom_and_because_of_what(proef: Callable[..., Proef]) -> None:
    p = proef(*facts((A, 1)))
    p.reactor.step()
    (made,) = p.store.stream(DOEL)
    assert made.hoed is Hoed.SYSTEEM
    assert made.opgenomen_op == NU
    assert made.causation == f"elders:{A}:1"
    assert made.correlation == p.feed.facts[0][1].correlation
    reden = p.sleutels.opener().open(made.verantwoording)  # type: ignore[arg-type]
    assert reden["actor"] == SYSTEEM.model_dump(mode="json")


def test_a_failing_reaction_parks_its_stream_and_the_rest_goes_on(
    proef: Callable[..., Proef],
) -> None:
    p = proef(*facts((A, 1), (B, 1), (B, 2), (A, 2)), breekt_op={2})
    while p.reactor.step():
        pass
    assert p.geparkeerd() == {B: "RuntimeError"}
    assert p.gehoord() == ["hoorde 1", "hoorde 4"]


def test_a_refused_decision_parks_too(proef: Callable[..., Proef]) -> None:
    p = proef(*facts((A, 1), (B, 1)))
    p.store.handle(Schrift, A, lambda s: s.sluit(), context())
    p.reactor.step()
    assert p.geparkeerd() == {A: "AlGesloten"}
    assert p.gehoord() == ["hoorde 1", "hoorde 2"]


def test_after_repair_a_replay_does_what_was_missed_in_order(proef: Callable[..., Proef]) -> None:
    p = proef(*facts((B, 1), (B, 2), (A, 1), (B, 3)), breekt_op={2})
    p.reactor.step()
    assert p.gehoord() == ["hoorde 1", "hoorde 3"]
    with pytest.raises(RuntimeError):
        p.reactor.replay("elders", B)
    assert p.geparkeerd() == {B: "RuntimeError"}
    p.breekt_op.clear()
    p.reactor.replay("elders", B)
    assert p.geparkeerd() == {}
    assert p.gehoord() == ["hoorde 1", "hoorde 3", "hoorde 2", "hoorde 4"]
    p.feed.facts += facts((B, 4), start=5)
    p.reactor.step()
    p.reactor.replay("elders", B)
    assert p.gehoord()[4:] == ["hoorde 5"]


def test_a_hole_in_a_stream_parks_it_before_anything_is_decided(
    proef: Callable[..., Proef],
) -> None:
    p = proef(*facts((A, 1), (A, 3), (B, 1)))
    p.reactor.step()
    assert p.geparkeerd() == {A: "gat"}
    assert p.gehoord() == ["hoorde 1", "hoorde 3"]
    assert p.gezien == [1, 3]


def test_facts_that_ask_for_nothing_only_move_the_position(proef: Callable[..., Proef]) -> None:
    p = proef((1, envelope(A, 1, Gesloten())))
    assert p.reactor.step() == 1
    assert p.store.log.end == 0
    assert p.reactor.reached(positions.Positie.of("elders", A, 1))
