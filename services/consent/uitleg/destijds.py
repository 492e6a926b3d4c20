"""Why it was decided so then: from the record of the decision and the rules of that version.

What a decision rested on is in its record: outcome, rule, article, the records it used, and the
hash of the rule set, which stays readable. The facts of then are not worked out again: decision
facts are kept as they are now, and a decision is not repeated but told. Who asked is told what
opened, and what she named herself; never what stayed closed beside it, for that would tell her
that it is there. Privacy officer, FG and beslisser (for a review) see all of it, with a reason, and
nobody of those what she did herself; they hear it in the third person.
Asking is on the record too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from infra.auth import Aangemeld, Rol
from infra.decider import NietBekend
from infra.logbook import Geschreven, logregels
from services.consent.application import Consent
from services.consent.domain import GEEN_RELATIE, Code, Controle
from services.consent.log.blik import Blik, EigenInzage
from services.consent.log.inzagen import uitgeschreven
from services.consent.regels import Regel, regelset
from services.consent.uitleg.derde import over_een_ander
from services.consent.uitleg.zicht import eis_reden

INZIEN = (Rol.PRIVACY_OFFICER, Rol.FG, Rol.BESLISSER)
_OPEN = ("mag", "moet")
_STAPPEN = {
    "A2": "een taak in dit huishouden", "A3": "het doel en de hoed passen bij de taak",
    "A4": "een regel staat het toe", "A5": "leeftijd en vertegenwoordiging",
    "A7": "geen bezwaar of geheimhouding in de weg",
}  # fmt: skip
_VAST = {
    Code.GEEN_RELATIE: GEEN_RELATIE.zin,
    Code.MANDAAT_VERLOPEN: "Het mandaat als regisseur gold die dag niet.",
    Code.DOEL_PAST_NIET: "Het doel paste niet bij de taak in dit huishouden.",
    Code.GEEN_REGEL: "Geen regel stond dit toe.",
    Code.BEZWAAR: "De betrokkene had bezwaar gemaakt tegen dit gebruik.",
    Code.GEZAG_ONBEPAALD: "Het gezag over dit kind stond niet vast.",
}
"""Refusals whose sentence is not that of a rule."""


@dataclass(frozen=True, slots=True)
class Toen:
    """One outcome of then. `regel` is the rule as it was; None when no rule was involved, or when
    its rule set is not of this program."""

    uitkomst: str
    code: str
    zin: str
    artikel: str | None
    ontbrak: tuple[str, ...]
    controles: tuple[Controle, ...]
    gebruikt: tuple[UUID, ...]
    regel: Regel | None


@dataclass(frozen=True, slots=True)
class DeelToen:
    """What a part of the question was about, and its outcome."""

    personen: tuple[UUID, ...]
    herkomst: str
    onderwerp: str
    toen: Toen


@dataclass(frozen=True, slots=True)
class BesluitToen:
    """One question of then with its outcomes; `geheel` when all of it was refused at once."""

    nr: int
    tijdstip: datetime
    huishouden: UUID | None
    wie: Mapping[str, Any]
    vraag: Mapping[str, Any]
    versie: str
    hash: str
    geheel: Toen | None
    delen: tuple[DeelToen, ...]


class Destijds:
    """Tells decisions of the past from the log of one consent service."""

    def __init__(self, consent: Consent) -> None:
        self._consent = consent

    def waarom(self, wie: Aangemeld, spoor: UUID, reden: str | None = None) -> list[BesluitToen]:
        """The decisions made in one trace, oldest first, as far as she may know them.

        Raises NietBekend when there are none, RedenOntbreekt, EigenInzage when there is nothing but
        what she did herself.
        """
        toezicht = wie.rol in INZIEN
        if toezicht:
            eis_reden(reden)
        waar = select(logregels).where(logregels.c.vraag == spoor).order_by(logregels.c.nr)
        with self._consent.database.read() as tx:
            gelezen = list(self._consent.logboek.read(tx, waar))
            blikken = self._consent.loginzage.onder_record(tx, gelezen)
            rijen = [blik.regel for blik in blikken if not (toezicht and blik.dicht_voor(wie))]
            personen = self._consent.loginzage.over_wie(tx, rijen) if toezicht else set()
        eigen = toezicht and any(blik.van(wie) for blik in blikken)
        besluiten = [
            rij
            for rij in rijen
            if rij.regel.soort == "besluit" and (toezicht or _van(rij) == wie.actor.id)
        ]
        huizen = {rij.regel.huishouden for rij in besluiten}
        meer = {"spoor": str(spoor)} | ({"reden": reden} if reden else {})
        huis = next(iter(huizen)) if len(huizen) == 1 else None
        self._consent.loginzage.schrijf(wie, personen, meer, huis)
        if eigen and not besluiten:  # of a trace that she shares with another, only hers is closed
            raise EigenInzage
        if not besluiten:
            raise NietBekend
        verteld = [toen(rij, alles=toezicht) for rij in besluiten]
        return [_aan_een_ander(b) for b in verteld] if toezicht else verteld


def toen(rij: Geschreven, *, alles: bool) -> BesluitToen:
    """A decision as it can be told; without `alles` only to who asked the question herself."""
    inhoud = rij.regel.inhoud
    wie = Blik(rij, None).door
    gezegd = inhoud.get("regelset", {"versie": "", "hash": ""})
    regels = _regels(gezegd["hash"])
    vraag = inhoud.get("vraag") or {"doel": inhoud.get("doel")}
    # What she named herself she may hear of; of a whole dossier only what opened.
    genoemd = alles or vraag.get("soort") == "uitleg"
    delen = tuple(
        DeelToen(
            tuple(map(UUID, deel["betrokkenen"])), deel["herkomst"], deel["onderwerp"],
            _toen(deel, regels, wie),
        )
        for deel in uitgeschreven(inhoud)
        if genoemd or deel["uitkomst"] in _OPEN
    )  # fmt: skip
    geheel = inhoud.get("geheel")
    return BesluitToen(
        rij.nr, rij.tijdstip, rij.regel.huishouden, wie, vraag, gezegd["versie"], gezegd["hash"],
        None if geheel is None else _toen(geheel, regels, wie), delen,
    )  # fmt: skip


def _aan_een_ander(besluit: BesluitToen) -> BesluitToen:
    """As who supervises hears it: about who asked, and of a resident only her number."""
    inwoner = besluit.wie.get("rol") == Rol.INWONER.value
    wie = "deze inwoner" if inwoner else "deze medewerker"

    def van(toen_: Toen) -> Toen:
        ontbrak = tuple(over_een_ander(wat, wie) for wat in toen_.ontbrak)
        return replace(toen_, zin=over_een_ander(toen_.zin, wie), ontbrak=ontbrak)

    nummer = {"naam": f"inwoner {besluit.wie['id'][:8]}"} if inwoner else {}
    return replace(
        besluit, wie={**besluit.wie, **nummer},
        geheel=None if besluit.geheel is None else van(besluit.geheel),
        delen=tuple(replace(deel, toen=van(deel.toen)) for deel in besluit.delen),
    )  # fmt: skip


def _toen(gezegd: Mapping[str, Any], regels: Mapping[str, Regel], wie: Mapping[str, Any]) -> Toen:
    regel, code = regels.get(gezegd["regel"] or ""), Code(gezegd["code"])
    return Toen(
        gezegd["uitkomst"], code, _zin(gezegd, code, regel), gezegd["artikel"],
        tuple(gezegd.get("ontbreekt", ())), tuple(_controles(code, gezegd)),
        tuple(map(UUID, gezegd["gebruikt"])), regel,
    )  # fmt: skip


def _zin(gezegd: Mapping[str, Any], code: Code, regel: Regel | None) -> str:
    if code in _VAST:
        return _VAST[code]
    if regel is None:
        return f"Regel {gezegd['regel']} van toen staat niet in dit programma."
    if code is Code.HOED_PAST_NIET:
        return regel.hoedzin
    if gezegd["uitkomst"] in _OPEN or code is Code.VERBODEN:
        return regel.zin
    return regel.zin_zonder or regel.zin


def _controles(code: Code, gezegd: Mapping[str, Any]) -> Iterable[Controle]:
    """The checks before the one that failed went well; those after it were not reached."""
    mis = "" if gezegd["uitkomst"] in _OPEN else code[:2]
    for stap, wat in _STAPPEN.items():
        if stap != "A5" or mis == "A5":  # of age only when it was in the way
            yield Controle(
                stap, wat, True if not mis or stap < mis else False if stap == mis else None
            )


def _regels(hash_: str) -> Mapping[str, Regel]:
    try:
        return {regel.id: regel for regel in regelset(hash_).regels}
    except KeyError:
        return {}


def _van(rij: Geschreven) -> UUID | None:
    wie = Blik(rij, None).door.get("id")
    return None if wie is None else UUID(wie)
