"""Which rule asks for the necessity of a ground, and what must be so before one says it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from events.begrippen import herkomsten
from events.waarden import Doel, Reikwijdte
from infra.decider import RegelFout
from services.consent.domain.eisen import EISEN
from services.consent.domain.feiten import Feiten, Vraag, Vrager, geldig, mandaat_geldt
from services.consent.domain.geval import Geval
from services.consent.domain.oordeel import hoedanigheden
from services.consent.domain.uitkomst import Code
from services.consent.domain.vastleggen import LopendVerleden
from services.consent.regels import Eis, Regel, Regelset, Wie


class GeenUitdrukkelijkeGrond(RegelFout):
    """Voor dit gebruik kan geen grondslag worden vastgelegd; er is toestemming voor nodig."""


class MaatregelOntbreekt(RegelFout):
    """Er loopt geen ondertoezichtstelling die uw instelling uitvoert. Het college legt die eerst
    vast; daarna legt u deze grond vast (Jeugdwet 7.3.11 lid 4)."""


class CasusOntbreekt(RegelFout):
    """Er is geen casus toegelaten in het Zorg- en Veiligheidshuis. De deelnemers daarvan leggen dat
    eerst vast; daarna legt u deze grond vast (WGS 2.31)."""


class HouderSprakNiet(RegelFout):
    """De geheimhouder heeft niet vastgelegd dat u dit mag weten. Die weegt dat eerst zelf (Sr 40)
    en legt het vast; daarna legt u deze grond vast."""


class GeenJeugdigeOfOuder(RegelFout):
    """Dit kan alleen over een jeugdige onder de 18 in dit huishouden of wie daarover het ouderlijk
    gezag heeft; het burgerservicenummer alleen van de jeugdige (Jeugdwet 7.4.0). Staat de
    geboortedatum of het gezag nog niet vast? Leg die eerst vast."""


VOORAF: Mapping[Eis, type[RegelFout]] = {
    Eis.ONDERTOEZICHTSTELLING: MaatregelOntbreekt,
    Eis.VEILIGHEIDSHUISCASUS: CasusOntbreekt,
    Eis.DOORBREKING: HouderSprakNiet,
    Eis.JEUGDIGE_OF_OUDER: GeenJeugdigeOfOuder,
}
"""What others must have established before she can say why it is necessary for her."""


def regel_voor_grond(
    bereik: Reikwijdte, vrager: Vrager, feiten: Feiten, regels: Regelset,
    personen: Sequence[UUID] = (),
) -> Regel:  # fmt: skip
    """The rule that asks for the necessity of a ground about these persons: it names the article.

    Raises GeenUitdrukkelijkeGrond where no rule, or more than one, covers all of it;
    LopendVerleden; and of `VOORAF` what the rule rests on and is not so.
    """
    if not geldig(None, bereik.tot, feiten):
        raise LopendVerleden
    gevonden: set[Regel] = set()
    for regime in bereik.regimes:
        for onderwerp in bereik.onderwerpen:
            passend = [
                (regel, doel)
                for wie, doel in hoedanigheden(vrager, bereik.doel, feiten)
                for regel in regels.voor(wie, doel, regime, onderwerp)
                if Eis.NOODZAAK in regel.eist
                and regel.geldt(feiten.vandaag)
                and (wie is not Wie.REGISSEUR or mandaat_geldt(feiten))
            ]
            if not passend:
                raise GeenUitdrukkelijkeGrond
            vragen = [
                Vraag(vrager, bereik.doel, (persoon,), bron, onderwerp)
                for persoon in personen
                for bron in herkomsten().values()
                if bron.regime == regime
            ]
            tekort = [_ontbreekt(regel, doel, vragen, feiten) for regel, doel in passend]
            staat = next((n for n, fout in enumerate(tekort) if fout is None), None)
            if staat is None:
                raise next(fout for fout in tekort if fout is not None)
            gevonden.add(passend[staat][0])
    if len(gevonden) != 1:
        raise GeenUitdrukkelijkeGrond
    return gevonden.pop()


def _ontbreekt(
    regel: Regel, doel: Doel, vragen: Sequence[Vraag], feiten: Feiten
) -> type[RegelFout] | None:
    """What the rule rests on and is not so of somebody; a file of hers may be any of the regime."""
    gevallen = [Geval(vraag.betrokkenen[0], doel, vraag, feiten) for vraag in vragen]
    for eis in regel.eist:
        if eis in VOORAF:
            zo = {een.persoon for een in gevallen if not isinstance(EISEN[eis](een), Code)}
            if zo != {een.persoon for een in gevallen}:
                return VOORAF[eis]
    return None
