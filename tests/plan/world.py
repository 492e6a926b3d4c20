"""An invented household and the people around it, for the tests of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from events.base import Fact, Hoed, Open, Sealed, Zegelplaats
from events.begrippen import Leefgebied, Onderwerp, Rubriek, herkomst
from events.plan import (
    ActieAfgesproken,
    DeelnemerToegetreden,
    DoelGesteld,
    LedenGevolgd,
    PlanGeopend,
    RegieGevolgd,
    plan_id,
)
from events.waarden import Aard, Deelnemer, Eigenaarsoort
from infra.auth import Aangemeld, Rol
from infra.decider import Context
from infra.keyring import Keyring
from infra.keys import KeyInfo, KeyStore
from infra.provider import FileKeyProvider
from infra.reactor import SYSTEEM
from infra.seal import Opener
from infra.sqlite import SQLite
from infra.staff import Persona, Staff
from infra.store import Store
from infra.web import Opdracht
from services.consent.application import Consent
from services.plan.application import Plannen
from services.plan.domain import Afspraak, Doelinhoud, Plan
from tests.infra.world import with_keys_and_log

GEMEENTE = "9999"
NU = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
VANDAAG = date(2026, 3, 2)
HUIS = UUID(int=100)
MOEDER, VADER, NOAH, BUUR = (UUID(int=n) for n in (201, 202, 203, 204))
WONEN, SCHOOL, ACTIE = (UUID(int=n) for n in (301, 302, 303))


def iemand(
    nummer: int,
    naam: str,
    rol: Rol = Rol.PROFESSIONAL,
    hoed: Hoed = Hoed.HULPVERLENING,
    uit: str = "wmo-onderzoek",
) -> Persona:
    return Persona(
        id=UUID(int=nummer), naam=naam, organisatie="Wijkteam Noord", functie="werker",
        rol=rol, hoed=hoed, herkomst=uit,
    )  # fmt: skip


REGISSEUR = iemand(1, "Anna Voorbeeld", hoed=Hoed.COORDINATIE)
HULP = iemand(2, "Bram Voorbeeld", uit="wgs-schuldhulp")
TOEZICHT = iemand(3, "Carla Voorbeeld", hoed=Hoed.TOEZICHT)
VREEMDE = iemand(4, "Daan Voorbeeld")
OPVOLGER = iemand(5, "Eva Voorbeeld", hoed=Hoed.COORDINATIE)
OFFICER = iemand(6, "Fenna Voorbeeld", rol=Rol.PRIVACY_OFFICER, hoed=Hoed.TOEZICHT)
M, N, B = (
    iemand(p.int, naam, rol=Rol.INWONER, hoed=Hoed.INWONER)
    for p, naam in ((MOEDER, "Gwen Proef"), (NOAH, "Noah Proef"), (BUUR, "Hans Proef"))
)
STAFF = Staff([REGISSEUR, HULP, TOEZICHT, VREEMDE, OPVOLGER, OFFICER, M, N, B])


def als(persona: Persona) -> Aangemeld:
    return persona.aangemeld


def veld(*personen: UUID, over: Onderwerp = Rubriek.REGIE) -> Zegelplaats:
    return Zegelplaats(personen or (HUIS,), herkomst("gezinsplan"), over)


def inhoud(evaluatie_op: date = date(2026, 6, 1)) -> Doelinhoud:
    return Doelinhoud("Rust in huis", "Geen achterstand meer", evaluatie_op, Leefgebied.WONEN)


def afspraak(
    eigenaar: UUID = HULP.id,
    soort: Eigenaarsoort = Eigenaarsoort.PROFESSIONAL,
    doel: UUID = WONEN,
) -> Afspraak:
    return Afspraak(
        doel, eigenaar, soort, "Belt de verhuurder", date(2026, 4, 1), Aard.ONDERSTEUNEND,
        Leefgebied.WONEN,
    )  # fmt: skip


def gevolgd() -> list[Fact]:
    """What intake told: a regisseur, three members and a neighbour."""
    return [
        RegieGevolgd(huishouden=HUIS, regisseur=REGISSEUR.id),
        *(LedenGevolgd(huishouden=HUIS, erbij=lid) for lid in (MOEDER, VADER, NOAH)),
        LedenGevolgd(huishouden=HUIS, erbij=BUUR, netwerk=True),
    ]


def geopend() -> list[Fact]:
    return [*gevolgd(), PlanGeopend(huishouden=HUIS)]


def toegetreden(wie: Persona) -> Fact:
    deelnemer = Deelnemer(
        **wie.medewerker.model_dump(), hoed=wie.hoed, taak="helpen", herkomst=wie.herkomst
    )
    return DeelnemerToegetreden(
        huishouden=HUIS, medewerker=wie.id, deelnemer=Open(deelnemer, veld())
    )


def gesteld(doel: UUID = WONEN, *personen: UUID) -> Fact:
    plaats = veld(*(personen or (MOEDER, NOAH)), over=Leefgebied.WONEN)
    tekst, wanneer = Open("Rust in huis", plaats), Open(date(2026, 6, 1), plaats)
    return DoelGesteld(
        huishouden=HUIS, doel=doel, personen=plaats.betrokkenen, woorden=tekst, resultaat=tekst,
        evaluatie_op=wanneer, leefgebied=Open(Leefgebied.WONEN, plaats),
    )  # fmt: skip


def afgesproken(
    eigenaar: UUID = HULP.id, soort: Eigenaarsoort = Eigenaarsoort.PROFESSIONAL
) -> Fact:
    plaats = veld(MOEDER, NOAH, over=Leefgebied.WONEN)
    return ActieAfgesproken(
        huishouden=HUIS, actie=ACTIE, doel=WONEN, eigenaar=eigenaar, eigenaarsoort=soort,
        wat=Open("Belt de verhuurder", plaats), uiterlijk_op=Open(date(2026, 4, 1), plaats),
        aard=Open(Aard.ONDERSTEUNEND, plaats),
    )  # fmt: skip


def lopend() -> list[Fact]:
    """An open plan with two professionals, two goals and one action of the first."""
    return [
        *geopend(),
        toegetreden(HULP),
        toegetreden(TOEZICHT),
        gesteld(WONEN),
        gesteld(SCHOOL, NOAH),
        afgesproken(),
    ]


def opdracht(
    wie: Persona, sleutel: str | None = None, verzoek: bytes = b"", als_versie: str | None = None
) -> Opdracht:
    """A command of somebody; a fresh key unless one is given."""
    aangemeld = wie.aangemeld
    context = Context(
        GEMEENTE, aangemeld.actor, aangemeld.hoed, NU, aangemeld.herkomst, uuid4(),
        sleutel=sleutel or uuid4().hex, verzoek=verzoek,
    )  # fmt: skip
    return Opdracht(aangemeld, context, als_versie)


class Wereld:
    """A plan service on real files and keys, after intake told who is who."""

    geheim = b"geheim" * 6

    def __init__(self, folder: Path, verteld: Sequence[Fact] | None = None) -> None:
        self.map = folder
        self._databases = [SQLite(folder / f"{name}.sqlite") for name in ("consent", "plan")]
        consent, plan = self._databases
        provider = FileKeyProvider(folder / "sleutels.json", create=True)
        self._keys = KeyStore(provider)
        self.consent = Consent(with_keys_and_log(consent), provider, GEMEENTE, lambda: NU)
        self.sleutelbos = Keyring("plan", self.consent.geef_zegelsleutels)
        self.plannen = Plannen(Store("plan", plan, GEMEENTE, self.sleutelbos), STAFF, self.geheim)
        eerst = gevolgd() if verteld is None else verteld
        self.plannen.store.handle(Plan, plan_id(HUIS), lambda _: eerst, context_systeem())

    def plan(self) -> Plan:
        return self.plannen.store.load(Plan, plan_id(HUIS))[0]

    def lees(self, value: object) -> Any:
        """What a sealed field holds, with every key there is."""
        info = self._info(value)
        assert isinstance(value, Sealed)
        if info.erased:
            return Opener({}, {info.kid}).open(value)
        return Opener(self._keys.unwrap([info])).open(value)

    def over(self, value: object) -> tuple[tuple[UUID, ...], str, Onderwerp]:
        """Whose a sealed field is, from which herkomst and about what."""
        info = self._info(value)
        return info.betrokkenen, info.herkomst.code, info.onderwerp

    def wis(self, persoon: UUID) -> None:
        with self.consent.database.write() as tx:
            self._keys.destroy(tx, persoon, NU)
        self.sleutelbos.forget()

    def close(self) -> None:
        for database in self._databases:
            database.close()

    def _info(self, value: object) -> KeyInfo:
        assert isinstance(value, Sealed)
        with self.consent.database.read() as tx:
            (info,) = self._keys.describe(tx, [value.capsule.kid])
        return info


def context_systeem() -> Context:
    return Context(GEMEENTE, SYSTEEM, Hoed.SYSTEEM, NU, herkomst("gezinsplan"), uuid4())
