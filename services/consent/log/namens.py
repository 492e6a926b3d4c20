"""For whom somebody else reads who looked. Pure.

Below 12 who has custody, of two each alone; of an adult who cannot decide the curator or mentor, of
a youth who cannot who has custody (AVG 15, UAVG 5 lid 4, BW 1:245). From 12 a youth reads her own:
what she chose is never told to a parent by default, and who she spoke with is part of that.
"""

from __future__ import annotations

from uuid import UUID

from services.consent.domain import Feiten
from services.consent.domain.gezag import vertegenwoordigt
from services.consent.domain.vertegenwoordiging import spreekt_namens


def leest_namens(wie: UUID, persoon: UUID, feiten: Feiten) -> bool:
    """Whether `wie` reads the overview of this person in her place."""
    return vertegenwoordigt(wie, persoon, feiten, tot=12) or spreekt_namens(
        wie, persoon, feiten, alleen_wettelijk=True
    )
