"""Reading what a form about sharing needs: always with a line in the log.

Rules kept here: who has no task here today is told that and nothing else, and that, too, is on the
record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from infra.auth import Aangemeld
from infra.decider import GeenRecht, NietBekend
from services.consent.application import Consent, vrager
from services.consent.domain import Feiten
from services.consent.domain.bevoegd import controleer_taak
from services.consent.log.verantwoording import Deel

T = TypeVar("T")


def lees(
    consent: Consent, wie: Aangemeld, huishouden: UUID,
    beantwoord: Callable[[Feiten], tuple[T, Sequence[Deel]] | None], meer: Mapping[str, Any],
    soort: str = "uitleg",
) -> T:  # fmt: skip
    """The answer to one question (as `Consent.stel`) for who has a task here today, or lives here.

    Raises NietBekend, and what `controleer_taak` raises.
    """

    def met_taak(feiten: Feiten) -> tuple[T | GeenRecht, Sequence[Deel]] | None:
        try:
            controleer_taak(vrager(wie), feiten)
        except GeenRecht as fout:
            return fout, []
        return beantwoord(feiten)

    found = consent.stel(wie, huishouden, None, met_taak, meer, soort=soort)
    if isinstance(found, GeenRecht):
        raise found
    if found is None:
        raise NietBekend
    return found
