"""What a professional may record about a person's situation, and what of it runs.

Asked of the very checks that a record meets, so that what is offered here is what will be accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events.begrippen import Leefgebied, herkomsten
from events.waarden import (
    Doorbreking,
    Maatregel,
    Maatregelsoort,
    Omstandigheid,
    Ontvanger,
    Veiligheidshuiscasus,
    Veiligheidskern,
    Vertegenwoordiger,
    Vertegenwoordiging,
    Verwijzing,
    Wilsonbekwaamheid,
)
from infra.decider import RegelFout
from services.consent.domain.bevoegd import heeft_taak
from services.consent.domain.feiten import Feiten, Vrager, geldig
from services.consent.domain.vastleggen import (
    controleer_omstandigheid,
    controleer_vastlegger,
    mag_beeindigen,
)

NOODAFSPRAAK = "noodafspraak"
_IEMAND = UUID(int=0)
_SOORTEN = (
    Maatregel, Wilsonbekwaamheid, Vertegenwoordiger, Veiligheidshuiscasus, Doorbreking, Verwijzing,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loopt:
    """A record that stands: which kind and when; what it says further is not told."""

    id: UUID
    wat: str
    van: date | None
    tot: date | None


def vast_te_leggen(persoon: UUID, vrager: Vrager, feiten: Feiten) -> tuple[str, ...]:
    """The kinds of records about this person's situation that are hers to make today."""
    if not heeft_taak(vrager, feiten):
        return ()
    soorten = [
        wat.wat for wat in _voorstellen(vrager, feiten) if _mag(wat, persoon, vrager, feiten)
    ]
    return (*soorten, NOODAFSPRAAK) if houdt_dossier(vrager) else tuple(soorten)


def lopend(persoon: UUID, vrager: Vrager, feiten: Feiten) -> tuple[Loopt, ...]:
    """What stands about this person and is hers to end."""
    gevonden = []
    for record in feiten.vastleggingen:
        wat = record.inhoud
        if record.persoon != persoon or not geldig(None, getattr(wat, "tot", None), feiten):
            continue
        if isinstance(wat, Veiligheidskern):
            if wat.herkomst == vrager.herkomst:
                gevonden.append(Loopt(record.id, NOODAFSPRAAK, None, wat.tot))
        elif isinstance(wat, _SOORTEN) and (
            mag_beeindigen(wat, vrager, feiten)
            or (isinstance(wat, Doorbreking | Verwijzing) and _is_haar(wat, vrager, feiten))
        ):
            gevonden.append(Loopt(record.id, wat.wat, wat.van, wat.tot))
    return tuple(gevonden)


def houdt_dossier(vrager: Vrager) -> bool:
    """Whether she keeps a file under secrecy, and so says herself what of it opens."""
    dossier = herkomsten().get(vrager.herkomst)
    return dossier is not None and dossier.geheimhouder is not None


def _is_haar(wat: Omstandigheid, vrager: Vrager, feiten: Feiten) -> bool:
    try:
        controleer_vastlegger(wat, vrager, feiten)
    except RegelFout:
        return False
    return True


def _mag(wat: Omstandigheid, persoon: UUID, vrager: Vrager, feiten: Feiten) -> bool:
    try:
        controleer_omstandigheid(wat, persoon, feiten)
    except RegelFout:
        return False
    return _is_haar(wat, vrager, feiten)


def _voorstellen(vrager: Vrager, feiten: Feiten) -> Iterator[Omstandigheid]:
    """One of each kind as she would record it today, to be tried on the checks."""
    dag, zelf = feiten.vandaag, vrager.actor.id
    yield Maatregel(
        soort=Maatregelsoort.ONDERTOEZICHTSTELLING, instelling="-", kenmerk="-", van=dag
    )
    yield Wilsonbekwaamheid(door="-", toelichting="-", van=dag)
    yield Vertegenwoordiger(persoon=_IEMAND, als=Vertegenwoordiging.MENTOR, kenmerk="-", van=dag)
    yield Veiligheidshuiscasus(door="-", toets="-", van=dag)
    yield Doorbreking(
        herkomst=vrager.herkomst, onderwerpen=(Leefgebied.VEILIGHEID,), van=dag,
        ontvanger=Ontvanger(medewerker=zelf), afweging="-" * 40,
    )  # fmt: skip
    yield Verwijzing(melder=zelf, contact="-", van=dag, tot=dag)
