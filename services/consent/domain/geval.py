"""One person concerned of a question: what a condition of a rule looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from events.waarden import Doel
from services.consent.domain.feiten import Feiten, Vraag
from services.consent.domain.uitkomst import Code

T = TypeVar("T")
Bewijs = UUID | Code | None
"""The record that meets a condition, None when it holds without one, or why it does not."""


@dataclass(frozen=True, slots=True)
class Geval:
    """One person concerned of a question, for one purpose."""

    persoon: UUID
    doel: Doel
    vraag: Vraag
    feiten: Feiten

    @property
    def wie(self) -> UUID:
        """Who asks."""
        return self.vraag.vrager.actor.id

    def van(self, soort: type[T]) -> Sequence[tuple[UUID, T]]:
        """The records of one kind about this person."""
        return self.feiten.over(self.persoon, soort)
