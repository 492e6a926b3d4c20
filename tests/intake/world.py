"""An invented world for intake: people who work here, the facts they make, a real store."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from events.base import Envelope, Fact, Hoed, Open
from events.begrippen import Actor, Rubriek, Verantwoording, herkomst
from events.intake import (
    HuishoudenGevormd,
    LidToegevoegd,
    NetwerklidToegevoegd,
    RegisseurAangewezen,
)
from events.waarden import (
    Aangemelde,
    Huishoudrol,
    Hulpvraag,
    Ledenreden,
    Mandaat,
    Melder,
    Melderssoort,
)
from infra.auth import Rol
from infra.decider import Context
from infra.keyring import Keyring
from infra.provider import FileKeyProvider
from infra.sqlite import SQLite
from infra.staff import Persona, Staff
from infra.store import Store
from services.consent.application import Consent
from services.intake.application import Intake, NieuwLid
from services.intake.domain import Personalia
from services.intake.domain.regels import gedeeld
from tests.infra.world import with_keys_and_log

NU = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VANDAAG = NU.date()
GEMEENTE = "9999"
HUIS, MOEDER, NOAH, BUUR = (UUID(int=n) for n in (100, 101, 102, 103))
BSN, ANDER_BSN = "999900006", "999900018"
MANDAAT = Mandaat(kenmerk="B-2026-1", van=date(2026, 1, 1), tot=date(2026, 12, 31))
MELDER = Melder(soort=Melderssoort.PROFESSIONAL, naam="J. Bakker", organisatie="De Regenboog")
HULPVRAAG = Hulpvraag(vraag="Blijft vaak weg.", wie_weet_ervan="moeder", wie_wil_hulp="moeder")


def _persona(nr: int, naam: str, hoed: Hoed, rol: Rol = Rol.PROFESSIONAL) -> Persona:
    return Persona(
        id=UUID(int=nr), naam=naam, organisatie="Wijkteam", functie="medewerker",
        contact="telefoon 1", rol=rol, hoed=hoed, herkomst="wmo-onderzoek",
    )  # fmt: skip


ANNA = _persona(1, "Anna Regie", Hoed.COORDINATIE)
BEN = _persona(2, "Ben Toeleiding", Hoed.TOELEIDING)
CAS = _persona(3, "Cas Hulp", Hoed.HULPVERLENING)
DIRK = _persona(4, "Dirk Beslist", Hoed.TOEZICHT, Rol.BESLISSER)
EVA = _persona(5, "Eva Inwoner", Hoed.INWONER, Rol.INWONER)
STAFF = Staff([ANNA, BEN, CAS, DIRK, EVA])


def context(wie: Persona = ANNA, sleutel: str | None = None, verzoek: bytes = b"") -> Context:
    """A command of somebody; a fresh key unless one is given."""
    aangemeld = wie.aangemeld
    return Context(
        GEMEENTE, aangemeld.actor, aangemeld.hoed, NU, aangemeld.herkomst, uuid4(),
        sleutel=sleutel or uuid4().hex, verzoek=verzoek,
    )  # fmt: skip


def gevormd(*leden: UUID, regisseur: Persona = ANNA, melding: UUID | None = None) -> list[Fact]:
    """The facts of a household with these members."""
    plaats = gedeeld(Rubriek.REGIE, HUIS)
    return [
        HuishoudenGevormd(melding=melding),
        RegisseurAangewezen(
            regisseur=regisseur.id,
            medewerker=Open(regisseur.medewerker, plaats),
            mandaat=Open(MANDAAT, plaats),
        ),
        *(lid(persoon) for persoon in leden or (MOEDER, NOAH)),
    ]


def lid(persoon: UUID) -> LidToegevoegd:
    plaats = gedeeld(Rubriek.REGIE, persoon)
    return LidToegevoegd(
        persoon=persoon, rol=Open(Huishoudrol.KIND, plaats), sinds=Open(VANDAAG, plaats),
        reden=Open(Ledenreden.GEVORMD, plaats),
    )  # fmt: skip


def netwerklid(persoon: UUID = BUUR) -> NetwerklidToegevoegd:
    return NetwerklidToegevoegd(
        persoon=persoon,
        persoonsnaam=Open("Buur Man", gedeeld(Rubriek.PERSONALIA, persoon)),
        kan_helpen_met=Open("oppassen", gedeeld(Rubriek.REGIE, persoon)),
    )


def envelope(fact: Fact, stream: UUID = HUIS, version: int = 1) -> Envelope:
    """A fact as it comes from another service."""
    actor = Actor(id=UUID(int=9), naam="P", organisatie="P", functie="P")
    reden = Verantwoording(actor=actor, grondslag=herkomst("gezinsplan").grondslag)
    return Envelope(
        GEMEENTE, stream, version, fact, NU, Hoed.SYSTEEM, uuid4(), None,
        Open(reden, gedeeld(Rubriek.REGIE, stream)),
    )  # fmt: skip


def nieuw_lid(
    naam: str, geboren: date | None = None, bsn: str | None = None, persoon: UUID | None = None
) -> NieuwLid:
    wie = Personalia(naam, geboren, bsn)
    return NieuwLid(persoon, wie, Huishoudrol.KIND, VANDAAG, Ledenreden.GEVORMD)


class World:
    """Intake on SQLite files, with consent to give it sealing keys."""

    def __init__(self, folder: Path, *, alleen_testbsn: bool = True) -> None:
        self.folder = folder
        self.provider = FileKeyProvider(folder / "sleutels.json", create=True)
        self.databases = [SQLite(folder / f"{naam}.sqlite") for naam in ("consent", "intake")]
        self.consent = Consent(
            with_keys_and_log(self.databases[0]), self.provider, GEMEENTE, lambda: NU
        )
        keys = Keyring("intake", self.consent.geef_zegelsleutels)
        self.store = Store("intake", self.databases[1], GEMEENTE, keys)
        self.intake = Intake(
            self.store, self.provider, STAFF, alleen_testbsn, self.consent.nood.neem
        )

    def vorm(self, *leden: NieuwLid, regisseur: Persona = ANNA, melding: UUID | None = None,
             ctx: Context | None = None) -> tuple[UUID, list[UUID]]:  # fmt: skip
        recorded = self.intake.vorm(
            BEN.aangemeld, regisseur.id, MANDAAT, leden, melding, ctx or context(BEN)
        )
        return UUID(recorded.answer["id"]), [UUID(wie) for wie in recorded.answer["leden"]]

    def meld(self, aangemelde: Aangemelde, wie: Persona = CAS, ctx: Context | None = None) -> UUID:
        recorded = self.intake.meld(
            wie.aangemeld, MELDER, aangemelde, HULPVRAAG, True, ctx or context(wie)
        )
        return UUID(recorded.answer["id"])

    def feiten(self, stream: UUID) -> list[Fact]:
        return [envelope.fact for envelope in self.store.stream(stream)]

    def close(self) -> None:
        for database in self.databases:
            database.close()
