"""Who sees what about one person, now, on another day, or if something were otherwise.

Who may ask. The person herself, from 12, or who speaks for her: who may see this of hers. The
regisseur: the same for the household she coordinates, by the rules alone, because what people
recorded (a consent, an objection, an emergency) is not hers to see. Privacy officer and FG:
everything, with a reason that goes into the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from events.base import Hoed
from events.begrippen import Actor, Herkomst, Onderwerp, Rubriek, herkomst
from events.waarden import Doel, Vertegenwoordiger, zegt_waarom
from infra.auth import Aangemeld, Rol
from infra.decider import NietBekend, RegelFout
from infra.staff import Persona
from services.consent.application import Consent, vrager
from services.consent.domain import Besluit, Feiten, Vraag, Vrager, relaties
from services.consent.domain.feiten import Vastlegging
from services.consent.log.namens import leest_namens
from services.consent.log.verantwoording import Deel
from services.consent.regels import Regelset, Wie
from services.consent.uitleg.openingen import Opening, Stap, Stapsoort, met, minste
from services.consent.uitleg.simulatie import (
    Onderdeel,
    Verschil,
    beslis,
    onderdelen,
    op,
    opent,
    regelwijziging,
    zonder_vastleggingen,
)
from services.consent.uitleg.uitleg import deel_van, herstelbaar

TOEZICHT = (Rol.PRIVACY_OFFICER, Rol.FG)
_IEMAND = UUID("6f7d0c5e-1b1a-4c7e-9a0b-2f1d5d0e4a21")


class RedenOntbreekt(RegelFout):
    """Zeg in ten minste tien tekens en twee woorden waarom u dit wilt weten. Dat staat straks in
    het logboek."""


def eis_reden(reden: str | None) -> None:
    """Asked of who supervises before she is shown anything. Raises RedenOntbreekt."""
    if not zegt_waarom(reden or "", 10, 2):
        raise RedenOntbreekt


class EenVraagTegelijk(RegelFout):
    """Vraag naar een extra vastlegging, of naar andere regels; niet naar beide tegelijk."""


@dataclass(frozen=True, slots=True)
class Stel:
    """Suppose that this were recorded about the person: by whom it may be seen, for what."""

    soort: Stapsoort
    ontvanger: UUID
    doel: Doel
    herkomst: Herkomst
    onderwerpen: tuple[Onderwerp, ...]


@dataclass(frozen=True, slots=True)
class Simulatie:
    """Who sees what about one person; what is left open is asked for all."""

    huishouden: UUID
    persoon: UUID
    herkomst: Herkomst | None = None
    onderwerp: Onderwerp | None = None
    wie: UUID | None = None
    als_deelnemer: Herkomst | None = None
    """Somebody who does not take part yet, with a task under this herkomst."""
    op: date | None = None
    stel: tuple[Stel, ...] = ()
    vergelijk: Regelset | None = None
    """Older or newer rules: only what they answer otherwise."""


@dataclass(frozen=True, slots=True)
class Rij:
    """One answer: to whom (None: the supposed newcomer), of what; and, compared, what it was.

    `opening` is told only to the person herself: what would open to this one by her own consent.
    """

    wie: UUID | None
    relaties: Mapping[Wie, Doel]
    onderdeel: Onderdeel
    besluit: Besluit
    eerst: Besluit | None = None
    opening: Opening | None = None


class Zicht:
    """These questions for one consent service; `staf` is who can sign in here, by id."""

    def __init__(self, consent: Consent, staf: Callable[[UUID], Persona | None]) -> None:
        self._consent = consent
        self._staf = staf

    def simuleer(
        self, wie: Aangemeld, vraag: Simulatie, reden: str | None = None,
        meer: Mapping[str, Any] | None = None, nummer: UUID | None = None,
    ) -> list[Rij]:  # fmt: skip
        """Who sees what; `meer` and `nummer` are for the log.

        Raises NietBekend, RedenOntbreekt, EenVraagTegelijk.
        """
        toezicht = wie.rol in TOEZICHT
        if toezicht:
            eis_reden(reden)
        if vraag.stel and vraag.vergelijk is not None:
            raise EenVraagTegelijk

        with self._consent.database.read() as tx:
            verborgen = self._consent.afscherming.verborgen(tx, vraag.persoon, self._staf)

        def beantwoord(feiten: Feiten) -> tuple[list[Rij], list[Deel]] | None:
            zicht = self._zicht(wie, vraag.persoon, feiten, verborgen)
            if zicht is None:
                return None
            rijen = self._rijen(vraag, zicht, allen=toezicht)
            if wie.rol is Rol.INWONER and vraag.op is None and not vraag.stel:
                rijen = [self._met_opening(rij, zicht) for rij in rijen]
            return rijen, list({deel_van(rij.onderdeel, rij.besluit): None for rij in rijen})

        gevraagd = {
            "event_name": "adl.search_subject", "actie": "simulatie", "reden": reden,
            "persoon": str(vraag.persoon), "over": None if vraag.wie is None else str(vraag.wie),
            "op": None if vraag.op is None else vraag.op.isoformat(),
            "stel": [stel.soort.value for stel in vraag.stel],
            "vergelijk": None if vraag.vergelijk is None else vraag.vergelijk.hash,
            **(meer or {}),
        }  # fmt: skip
        doel = Doel.TOEZICHT if toezicht else None
        found = self._consent.stel(
            wie, vraag.huishouden, doel, beantwoord, gevraagd, toezicht=toezicht, nummer=nummer
        )
        if found is None:
            raise NietBekend
        return found

    def _zicht(
        self,
        wie: Aangemeld,
        persoon: UUID,
        feiten: Feiten,
        verborgen: Callable[[Vastlegging], bool],
    ) -> Feiten | None:
        """The facts that an answer to this asker may rest on; None when she may not ask."""
        if persoon not in feiten.leden:
            return None
        if wie.rol in TOEZICHT:
            return feiten
        ik, regels = vrager(wie), self._consent.regels
        if wie.rol is Rol.INWONER:
            zelf = Onderdeel((persoon,), herkomst("gezinsplan"), Rubriek.PERSONALIA)
            namens = persoon == wie.actor.id or leest_namens(wie.actor.id, persoon, feiten)
            if not namens or not beslis(ik, zelf, feiten, regels).open:
                return None
            # What was recorded about her is hers to know; of what others do in an emergency or in
            # the safety house she is told by them, not by a question put here; and what would tell
            # of a look that a decision withholds (UAVG 41) is not told here either.
            eigen = tuple(
                r for r in feiten.vastleggingen if r.persoon == persoon and not verborgen(r)
            )
            return replace(zonder_vastleggingen(feiten), vastleggingen=eigen)
        huis = Onderdeel((persoon,), herkomst("gezinsplan"), Rubriek.REGIE)
        if Wie.REGISSEUR in relaties(ik, feiten) and beslis(ik, huis, feiten, regels).open:
            return zonder_vastleggingen(feiten)
        return None

    def _rijen(self, vraag: Simulatie, feiten: Feiten, *, allen: bool) -> list[Rij]:
        regels = self._consent.regels
        if vraag.op is not None:
            feiten = op(feiten, vraag.op)
        vragers = self._vragers(vraag, feiten, allen=allen)
        if vraag.als_deelnemer is not None:
            nieuw = uuid5(_IEMAND, vraag.als_deelnemer.code)
            erin = {**feiten.deelnemers, nieuw: vraag.als_deelnemer.regime}
            feiten = replace(feiten, deelnemers=erin)
            vragers = [_nieuwkomer(nieuw, vraag.als_deelnemer)]
        delen = _gevraagd(vraag)
        rol = {v.actor.id: relaties(v, feiten) for v in vragers}
        if vraag.stel:
            erbij = met(feiten, _gesteld(vraag))
            return _anders(opent(delen, vragers, feiten, erbij, regels), rol, vraag)
        if vraag.vergelijk is not None:
            anders = regelwijziging(delen, vragers, feiten, vraag.vergelijk, regels)
            return _anders(anders, rol, vraag)
        # Of a question about everything, what may not and cannot be opened is no answer but a list.
        gericht = vraag.wie is not None or None not in (vraag.herkomst, vraag.onderwerp)
        antwoorden = ((v, d, beslis(v, d, feiten, regels)) for d in delen for v in vragers)
        return [
            Rij(_id(v, vraag), rol[v.actor.id], deel, besluit)
            for v, deel, besluit in antwoorden
            if gericht or besluit.open or herstelbaar(besluit)
        ]

    def _met_opening(self, rij: Rij, feiten: Feiten) -> Rij:
        """What the person herself could record so that this one sees it."""
        persona = None if rij.wie is None else self._staf(rij.wie)
        if persona is None or not herstelbaar(rij.besluit):
            return rij
        deel = rij.onderdeel
        vraag = Vraag(
            vrager(persona.aangemeld), None, deel.betrokkenen, deel.herkomst, deel.onderwerp
        )
        zelf = [
            opening
            for opening in minste(vraag, feiten, self._consent.regels)
            if all(set(deel.betrokkenen) & set(stap.door) for stap in opening.stappen)
        ]
        return replace(rij, opening=zelf[0]) if zelf else rij

    def _vragers(self, vraag: Simulatie, feiten: Feiten, *, allen: bool) -> list[Vrager]:
        """Everybody who has something to do with this household, or the one that is asked about.

        Who stands in for a deelnemer, or speaks for an incapable adult, is known to few: only for
        who supervises (`allen`) they are in it.
        """
        professionals = [*feiten.deelnemers, *feiten.noodtoegang]
        if feiten.regisseur is not None:
            professionals.insert(0, feiten.regisseur)
        houders = [h for gezag in feiten.gezag.values() for h in gezag.houders]
        if allen:
            professionals += feiten.vervangers
            spreken = (record.inhoud for record in feiten.vastleggingen)
            houders += [wie.persoon for wie in spreken if isinstance(wie, Vertegenwoordiger)]
        ids = dict.fromkeys((*professionals, *feiten.leden, *houders))
        if vraag.wie is not None:
            ids = {vraag.wie: None}
        bewoners = {*feiten.leden, *houders}
        gevonden = (_inwoner(wie) if wie in bewoners else self._professional(wie) for wie in ids)
        return [wie for wie in gevonden if wie is not None]

    def _professional(self, wie: UUID) -> Vrager | None:
        """None for who cannot sign in here (any more), and so sees nothing."""
        persona = self._staf(wie)
        return None if persona is None else vrager(persona.aangemeld)


def _gevraagd(vraag: Simulatie) -> list[Onderdeel]:
    return [
        deel
        for deel in onderdelen(vraag.persoon)
        if vraag.herkomst in (None, deel.herkomst) and vraag.onderwerp in (None, deel.onderwerp)
    ]


def _inwoner(persoon: UUID) -> Vrager:
    actor = Actor(id=persoon, naam="inwoner", organisatie="Inwoner", functie="inwoner")
    return Vrager(actor, Rol.INWONER.value, Hoed.INWONER, "plan", "gezinsplan")


def _nieuwkomer(wie: UUID, uit: Herkomst) -> Vrager:
    actor = Actor(id=wie, naam="iemand", organisatie="nog niet bekend", functie=uit.taak)
    return Vrager(actor, Rol.PROFESSIONAL.value, Hoed.HULPVERLENING, uit.regime, uit.code)


def _gesteld(vraag: Simulatie) -> Iterable[tuple[Stap, Vraag]]:
    """The supposed records as steps, each with a question it would be the answer to."""
    for stel in vraag.stel:
        for wat in stel.onderwerpen:
            actor = Actor(
                id=stel.ontvanger, naam="ontvanger", organisatie="nog niet bekend", functie="taak"
            )
            aan = Vrager(actor, Rol.PROFESSIONAL.value, Hoed.HULPVERLENING, stel.herkomst.regime)
            gesteld = Vraag(aan, stel.doel, (vraag.persoon,), stel.herkomst, wat)
            yield Stap(stel.soort, vraag.persoon, stel.doel), gesteld


def _anders(
    verschillen: Sequence[Verschil], rol: Mapping[UUID, Mapping[Wie, Doel]], vraag: Simulatie
) -> list[Rij]:
    return [
        Rij(_id(v.vrager, vraag), rol[v.vrager.actor.id], v.onderdeel, v.dan, v.eerst)
        for v in verschillen
    ]


def _id(wie: Vrager, vraag: Simulatie) -> UUID | None:
    return None if vraag.als_deelnemer is not None else wie.actor.id


def slotzin(rol: Rol) -> str:
    """What an answer to this asker leaves out, always the same."""
    if rol in TOEZICHT:
        return "Dit is zonder inhoud: of er gegevens van een soort zijn, staat hier niet."
    if rol is Rol.INWONER:
        return (
            "Kijken in noodgevallen en wat het Zorg- en Veiligheidshuis doet, staat hier niet bij. "
            "Wie keek, staat bij “Wie keek er?”."
        )
    return (
        "Dit zeggen de regels. Wat mensen hebben vastgelegd, zoals een toestemming of een bezwaar, "
        "telt hier niet mee."
    )
