"""Given these facts, when this is decided, then these facts follow or this rule refuses.

given(Huishouden, gevormd, aangewezen).when(lambda h: h.vertrek(...)).then(LidVertrokken)
given(Huishouden, gevormd).when(lambda h: h.vertrek(...)).refuses(NietBekend)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Self, TypeVar

from events.base import Fact
from infra.decider import RegelFout, State

S = TypeVar("S", bound=State)


class Scenario(Generic[S]):
    """A state with its past, and what the last decision made of it."""

    def __init__(self, state: S) -> None:
        self.state = state
        self.facts: Sequence[Fact] = []
        self._refusal: RegelFout | None = None
        self._decided = False

    def when(self, decide: Callable[[S], Sequence[Fact]]) -> Self:
        """Decide; what follows becomes part of the past, so steps can be chained."""
        assert self._refusal is None, f"already refused: {self._refusal!r}"
        self._decided = True
        try:
            self.facts = decide(self.state)
        except RegelFout as refusal:
            self._refusal = refusal
        else:
            self.state = folded(self.state, self.facts)
        return self

    def then(self, *expected: Fact | type[Fact]) -> Self:
        """Exactly these facts, in this order; a class stands for any fact of that kind."""
        assert self._decided, "nothing was decided"
        assert self._refusal is None, f"refused: {self._refusal!r}"
        assert len(self.facts) == len(expected), self.facts
        for fact, wanted in zip(self.facts, expected, strict=True):
            assert type(fact) is wanted if isinstance(wanted, type) else fact == wanted, fact
        return self

    def refuses(self, rule: type[RegelFout]) -> None:
        """Exactly this rule was broken (a subclass is another rule)."""
        assert self._decided, "nothing was decided"
        assert type(self._refusal) is rule, self._refusal or self.facts


def given(kind: Callable[[], S], *facts: Fact) -> Scenario[S]:
    """The state of this kind after these facts."""
    return Scenario(folded(kind(), facts))


def folded(state: S, facts: Sequence[Fact]) -> S:
    """The state after more facts, as the store folds them."""
    for fact in facts:
        state = state.evolve(fact)
    return state
