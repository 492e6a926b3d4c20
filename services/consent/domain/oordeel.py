"""May she see this? The pure decision.

Rules kept here: deny by default; a missing fact is a refusal with a code; a field about several
persons opens only when it may for each of them; a ground, the lifting of secrecy and an agreement
with help are three things and none implies another. What must ("moet") goes before a prohibition
and is never blocked by an objection; a prohibition goes before what may. Which regime may serve
which purpose is data: `regelsets/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from events.begrippen import Rubriek
from events.waarden import Doel, Vertegenwoordiger
from services.consent.domain.eisen import EISEN, bezwaar
from services.consent.domain.feiten import Feiten, Vraag, Vrager, mandaat_geldt
from services.consent.domain.geval import Geval
from services.consent.domain.gezag import kinderen_van
from services.consent.domain.uitkomst import GEEN_RELATIE, Besluit, Code, Controle
from services.consent.domain.vertegenwoordiging import spreekt_namens
from services.consent.regels import Regel, Regelset, Uitkomst, Wie

DOEL_BIJ_REGIME: dict[str, Doel] = {
    "wmo": Doel.WMO,
    "plan": Doel.WMO,
    "wmo-aanbieder": Doel.WMO_HULP,
    "jeugd": Doel.JEUGD,
    "jeugdhulp": Doel.JEUGDHULP,
    "jeugdbescherming": Doel.JEUGDBESCHERMING,
    "wgs": Doel.SCHULDHULP,
    "pw": Doel.INKOMEN,
    "onderwijs": Doel.ONDERWIJS,
    "zorg": Doel.ZORG,
    "veilig-thuis": Doel.VEILIG_THUIS,
    "veiligheidshuis": Doel.VEILIGHEIDSHUIS,
}
"""The purpose follows from the task, which follows from the law somebody works under."""
OOK_TE_VRAGEN: dict[str, frozenset[Doel]] = {
    "jeugd": frozenset({Doel.JEUGD_RAAD, Doel.JEUGD_BEKOSTIGING, Doel.JEUGD_CONTROLE}),
}
"""Purposes of the same task that somebody names herself (Jeugdwet 7.4.0 lid 1 onder b, c, d)."""
ALTIJD_TE_VRAGEN = frozenset({Doel.VERKENNING, Doel.ONDERZOEK, Doel.VERWIJSINDEX})
"""Purposes that any professional here may name; the rules say what then holds."""
_HERSTELBAAR = frozenset({Code.GEEN_GROND, Code.GEHEIMHOUDING})


def relaties(vrager: Vrager, feiten: Feiten) -> dict[Wie, Doel]:
    """What somebody is to this household, with the purpose that follows from it."""
    if vrager.rol == "inwoner":
        return _als_inwoner(vrager.actor.id, feiten)
    gevonden: dict[Wie, Doel] = {}
    if vrager.rol != "professional":
        return gevonden
    wie = vrager.actor.id
    if feiten.regisseur == wie:
        gevonden[Wie.REGISSEUR] = Doel.REGIE
    regime = feiten.deelnemers.get(wie)
    if regime is not None:
        gevonden[Wie.DEELNEMER] = DOEL_BIJ_REGIME.get(regime, Doel.WMO)
    taken = [
        feiten.deelnemers[een.vervangt]
        for een in feiten.vervangers.get(wie, ())
        if een.vervangt in feiten.deelnemers
    ]
    if taken:
        taak = vrager.regime if vrager.regime in taken else taken[0]
        gevonden[Wie.VERVANGER] = DOEL_BIJ_REGIME.get(taak, Doel.WMO)
    if wie in feiten.noodtoegang:
        gevonden[Wie.NOODHULP] = Doel.NOOD
    return gevonden


def _als_inwoner(wie: UUID, feiten: Feiten) -> dict[Wie, Doel]:
    gevonden: dict[Wie, Doel] = {}
    if wie in feiten.leden:
        gevonden[Wie.LID] = Doel.EIGEN_INZAGE
    if next(kinderen_van(wie, feiten), None) is not None:
        gevonden[Wie.GEZAGHOUDER] = Doel.EIGEN_INZAGE
    if any(
        isinstance(record.inhoud, Vertegenwoordiger)
        and record.persoon in feiten.bekenden
        and spreekt_namens(wie, record.persoon, feiten, alleen_wettelijk=False)
        for record in feiten.vastleggingen
    ):
        gevonden[Wie.VERTEGENWOORDIGER] = Doel.EIGEN_INZAGE
    return gevonden


def zelf_te_noemen(vrager: Vrager, feiten: Feiten) -> tuple[Doel, ...]:
    """The purposes of her task that somebody names herself here, in the order of `Doel`."""
    hier = relaties(vrager, feiten)
    return tuple(
        doel for doel in Doel if any(_ook_te_vragen(vrager, doel, wie, feiten) for wie in hier)
    )


def hoedanigheden(
    vrager: Vrager, doel: Doel | None, feiten: Feiten
) -> tuple[tuple[Wie, Doel], ...]:
    """As what, and for what, somebody may ask: for the purpose of her task, or one she names."""
    return tuple(
        (wie, eigen if doel is None else doel)
        for wie, eigen in relaties(vrager, feiten).items()
        if doel is None or doel is eigen or _ook_te_vragen(vrager, doel, wie, feiten)
    )


def mag(vraag: Vraag, feiten: Feiten, regels: Regelset) -> Besluit:
    """Decide on one part.

    A2 relation and mandate; A3 purpose and hat; A4 a rule for source and purpose, and its
    conditions for every person concerned; A5 age, for a resident; A7 secrecy and objections
    (trust.md §3.1).
    """
    # A2
    hier = relaties(vraag.vrager, feiten)
    if not hier:
        return GEEN_RELATIE
    if Wie.REGISSEUR in hier and not mandaat_geldt(feiten):
        del hier[Wie.REGISSEUR]
        if not hier:
            zin = "Uw mandaat als regisseur geldt vandaag niet."
            niet = Controle("A2", "uw mandaat als regisseur geldt vandaag", False)
            return _klaar(_niet(Code.MANDAAT_VERLOPEN, zin), [niet])
    if not vraag.betrokkenen:
        return GEEN_RELATIE
    for persoon in vraag.betrokkenen:
        if not _bekend(persoon, vraag, feiten):
            return GEEN_RELATIE
    controles = [_TAAK]
    # A3
    passend = [
        (wie, doel if vraag.doel is None else vraag.doel)
        for wie, doel in hier.items()
        if vraag.doel is None
        or vraag.doel is doel
        or _ook_te_vragen(vraag.vrager, vraag.doel, wie, feiten)
    ]
    controles.append(_DOEL[bool(passend)])
    if not passend:
        zin = "Dit doel past niet bij uw taak in dit huishouden."
        return _klaar(_niet(Code.DOEL_PAST_NIET, zin), controles)
    # A4, A5, A7 per rule; the first duty that opens wins, then the first right, else the refusal
    # that says most
    recht: Besluit | None = None
    bijna: Besluit | None = None
    for wie, doel in passend:
        for regel in regels.voor(wie, doel, vraag.herkomst.regime, vraag.onderwerp):
            if regel.eigen_regime and not vraag.vrager.werkt_onder(vraag.herkomst):
                continue
            if recht is not None and regel.uitkomst is Uitkomst.MAG:
                continue
            besluit = _toets(regel, wie, doel, vraag, feiten)
            if besluit.uitkomst is Uitkomst.MOET:
                return _open(besluit, controles)
            if besluit.open:
                recht = besluit
                continue
            if bijna is None or _beter(besluit, bijna):
                bijna = besluit
            if besluit.code is Code.VERBODEN:
                break
    if recht is not None:
        return _open(recht, controles)
    if bijna is None:
        bijna = _niet(Code.GEEN_REGEL, "Geen regel staat toe dat u dit voor uw taak ziet.")
    controles.append(Controle(bijna.code[:2], bijna.zin, False))
    return _klaar(bijna, controles)


def _toets(regel: Regel, wie: Wie, doel: Doel, vraag: Vraag, feiten: Feiten) -> Besluit:
    if not regel.geldt(feiten.vandaag):
        return _niet(Code.NOG_GEEN_WET, regel.zin_zonder or regel.zin, regel)
    if regel.hoeden and vraag.vrager.hoed not in regel.hoeden:
        zin = f"U werkt nu met de hoed {vraag.vrager.hoed.woord}. {regel.hoedzin}"
        return _niet(Code.HOED_PAST_NIET, zin, regel)
    if regel.uitkomst is Uitkomst.MAG_NIET:
        return _niet(Code.VERBODEN, regel.zin, regel)
    gebruikt: list[UUID] = []
    ontbreekt: list[str] = []
    code = Code.MAG
    stil = False
    for persoon in vraag.betrokkenen:
        geval = Geval(persoon, doel, vraag, feiten)
        for eis in regel.eist:
            bewijs = EISEN[eis](geval)
            if isinstance(bewijs, Code):
                # What cannot be mended weighs more than what can: it is the honest answer.
                if code is Code.MAG or code in _HERSTELBAAR:
                    code = bewijs
                if eis.tekst not in ontbreekt:
                    ontbreekt.append(eis.tekst)
            elif bewijs is not None:
                gebruikt.append(bewijs)
        if wie is Wie.LID:
            # Who lives with her is not told that she objected: it is as if there is no rule.
            stil = stil or bezwaar(geval, wie)
        elif regel.uitkomst is not Uitkomst.MOET and bezwaar(geval, wie):
            zin = "De betrokkene heeft bezwaar gemaakt tegen dit gebruik."
            return _niet(Code.BEZWAAR, zin, regel)
    if not ontbreekt and stil:
        return _niet(Code.GEEN_REGEL, regel.zin, regel)
    if not ontbreekt:
        return Besluit(
            regel.uitkomst, Code.MAG, regel.zin, regel.id, regel.artikel, (), (), tuple(gebruikt)
        )
    zin = regel.zin_zonder or regel.zin
    if code is Code.GEZAG_ONBEPAALD:
        zin = "Het gezag over dit kind staat niet vast. Een medewerker zoekt dat eerst uit."
    uitkomst = Uitkomst.MAG_NA if code in _HERSTELBAAR else Uitkomst.MAG_NIET
    return Besluit(uitkomst, code, zin, regel.id, regel.artikel, tuple(ontbreekt))


def _beter(een: Besluit, ander: Besluit) -> bool:
    """Whether this refusal is the one to give: it tells more, or the same with less to do."""
    if een.uitkomst is ander.uitkomst is Uitkomst.MAG_NA:
        return set(een.ontbreekt) < set(ander.ontbreekt)
    return _zegt(een) < _zegt(ander)


def _zegt(besluit: Besluit) -> int:
    """How much a refusal tells, lowest first: a step that lacks, then an objection (it is against
    one purpose, and stops no other task nor a duty), then what the law forbids or a person must
    sort out, then no; a hat or a date only when nothing else speaks."""
    if besluit.uitkomst is Uitkomst.MAG_NA:
        return 0
    if besluit.code is Code.BEZWAAR:
        return 1
    if besluit.code in (Code.VERBODEN, Code.GEZAG_ONBEPAALD):
        return 2
    return 4 if besluit.code in (Code.HOED_PAST_NIET, Code.NOG_GEEN_WET) else 3


def _ook_te_vragen(vrager: Vrager, doel: Doel, wie: Wie, feiten: Feiten) -> bool:
    taak = feiten.deelnemers.get(vrager.actor.id, "")
    if wie is Wie.DEELNEMER and doel in OOK_TE_VRAGEN.get(taak, ()):
        return True
    return wie in (Wie.REGISSEUR, Wie.DEELNEMER) and doel in ALTIJD_TE_VRAGEN


_HOE_ZIJ_LEEFT = frozenset({
    Rubriek.CONTACT, Rubriek.ADRES, Rubriek.ADRES_AFGESCHERMD, Rubriek.IDENTIFICATIE,
    Rubriek.GEZAG,
})  # fmt: skip
"""What is not of this household any more once somebody left it; her name in its plan is."""


def _bekend(persoon: UUID, vraag: Vraag, feiten: Feiten) -> bool:
    van_haar_leven = vraag.onderwerp in _HOE_ZIJ_LEEFT and vraag.herkomst.regime == "plan"
    if van_haar_leven and persoon in feiten.vertrokken:
        return False
    return persoon in feiten.bekenden or (
        vraag.onderwerp is Rubriek.MELDING and persoon in feiten.gemelden
    )


def _niet(code: Code, zin: str, regel: Regel | None = None) -> Besluit:
    if regel is None:
        return Besluit(Uitkomst.MAG_NIET, code, zin)
    return Besluit(Uitkomst.MAG_NIET, code, zin, regel.id, regel.artikel)


def _met(besluit: Besluit, controles: Sequence[Controle]) -> Besluit:
    return Besluit(
        besluit.uitkomst, besluit.code, besluit.zin, besluit.regel, besluit.artikel,
        besluit.ontbreekt, tuple(controles), besluit.gebruikt,
    )  # fmt: skip


def _open(besluit: Besluit, controles: Sequence[Controle]) -> Besluit:
    regel = Controle("A4", f"regel {besluit.regel}, {besluit.artikel}", True)
    return _met(besluit, (*controles, regel, _VRIJ))


# Made once: a look at a household is decided in dozens of parts.
_TAAK = Controle("A2", "u heeft een taak in dit huishouden", True)
_DOEL = {past: Controle("A3", "het doel past bij uw taak", past) for past in (True, False)}
_VRIJ = Controle("A7", "geen bezwaar of geheimhouding in de weg", True)
_NIET_BEREIKT = (
    Controle("A2", "relatie", None), Controle("A3", "doel", None), Controle("A4", "grond", None),
    Controle("A7", "bezwaar en geheimhouding", None),
)  # fmt: skip


def _klaar(besluit: Besluit, controles: Sequence[Controle]) -> Besluit:
    """With the checks that were not reached."""
    gedaan = {controle.code for controle in controles}
    rest = (controle for controle in _NIET_BEREIKT if controle.code not in gedaan)
    return _met(besluit, (*controles, *rest))
