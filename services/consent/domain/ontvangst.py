"""What a toestemming can open for whoever receives it, by the rules alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from events.base import Hoed
from events.begrippen import Actor
from events.waarden import Doel, Instemming
from infra.decider import RegelFout
from services.consent.domain.feiten import Feiten, Vrager
from services.consent.domain.oordeel import relaties, zelf_te_noemen
from services.consent.regels import Eis, Regelset

_TOESTEMMING = {Eis.TOESTEMMING, Eis.VERKLARING}


class OpentNiets(RegelFout):
    """Voor dit doel opent een toestemming niets bij wie het zou mogen zien. Kies een doel dat bij
    de taak van deze persoon hoort."""


class OntvangerOnbekend(RegelFout):
    """Deze ontvanger is hier niet bekend. Kies een professional uit de medewerkersgids, een
    organisatie waar zo iemand werkt, of iemand uit het huishouden."""


def te_openen(
    ontvanger: UUID | None, feiten: Feiten, regels: Regelset
) -> Mapping[Doel, tuple[str, ...]]:
    """Per purpose the laws whose data a toestemming can open: for the task somebody has here, or,
    of an organisation or who has none here yet, for any task."""
    doelen = set(Doel) if ontvanger is None else _doelen(ontvanger, feiten) or set(Doel)
    gevonden: dict[Doel, dict[str, None]] = {}
    for regel in regels.regels:
        if _TOESTEMMING & set(regel.eist) and regel.geldt(feiten.vandaag):
            for doel in doelen & set(regel.doelen):
                gevonden.setdefault(doel, {}).update(dict.fromkeys(regel.regimes))
    return {doel: tuple(gevonden[doel]) for doel in Doel if doel in gevonden}


def controleer_ontvanger(instemming: Instemming, feiten: Feiten, regels: Regelset) -> None:
    """Raises OpentNiets."""
    wel = te_openen(instemming.ontvanger.medewerker, feiten, regels)
    if not set(wel.get(instemming.doel, ())) & set(instemming.regimes):
        raise OpentNiets


def _doelen(wie: UUID, feiten: Feiten) -> set[Doel]:
    """What for she may look here, by her task; nothing for who has none. That she stands in for
    somebody or looks in an emergency is not for whoever asks: it changes nothing here."""
    feiten = replace(feiten, vervangers={}, noodtoegang={})
    actor = Actor(id=wie, naam="ontvanger", organisatie="hier", functie="taak")
    regime = feiten.deelnemers.get(wie, "")
    aan = Vrager(actor, "professional", Hoed.HULPVERLENING, regime)
    return {*relaties(aan, feiten).values(), *zelf_te_noemen(aan, feiten)}
