"""Where consent's own facts are sealed: records about sharing, and what supervision writes."""

from __future__ import annotations

from uuid import UUID

from events.base import Zegelplaats
from events.begrippen import Rubriek, herkomst


def plaats_delen(over: UUID) -> Zegelplaats:
    """Of a record about sharing: whose it is may read it."""
    return Zegelplaats((over,), herkomst("delen"), Rubriek.DELEN)


def plaats_toezicht(over: UUID) -> Zegelplaats:
    """Of a text of supervision: it opens for no ordinary question."""
    return Zegelplaats((over,), herkomst("toezicht"), Rubriek.REGIE)
