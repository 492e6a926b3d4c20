"""A household of five persons with 1,000 sealed fields, in a world of its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from app.gesproken import clock
from app.wiring import Embedded
from events.base import Fact, Hoed, Open, Zegelplaats
from events.begrippen import Bron, Leefgebied, Rubriek, herkomst
from events.intake import (
    GesprekGestart,
    HuishoudenGevormd,
    LeefgebiedBesproken,
    LidToegevoegd,
    PersoonVastgelegd,
    RegisseurAangewezen,
)
from events.waarden import Huishoudrol, Ledenreden, Mandaat, Uitspraak
from infra.auth import Aangemeld, Rol
from infra.decider import Context
from infra.settings import Settings
from infra.staff import Persona

TEKST = "Een notitie van gewone lengte, zoals die na een gesprek aan tafel wordt opgeschreven. " * 2


class Stroom:
    """A state that lets any fact in: the bench writes what the services would."""

    def evolve(self, _fact: Fact) -> Stroom:
        return self


class Wereld:
    """The embedded application with one regisseur, and households as large as asked."""

    def __init__(self, data: Path) -> None:
        self.app = Embedded(Settings(data=data, demo=True))
        self.persona = Persona(
            id=uuid4(), naam="Ellen de Wit", organisatie="Wijkteam Noord", functie="regisseur",
            rol=Rol.PROFESSIONAL, hoed=Hoed.COORDINATIE, herkomst="wmo-onderzoek",
        )  # fmt: skip
        self.token = self.app.tokens.issue(self.wie, clock())

    @property
    def wie(self) -> Aangemeld:
        return self.persona.aangemeld

    def leg_vast(self, stream: UUID, *facts: Fact) -> None:
        wie = self.wie
        context = Context(
            self.app.settings.gemeente, wie.actor, wie.hoed, clock(), wie.herkomst, uuid4()
        )
        self.app.intake.store.handle(Stroom, stream, lambda _: list(facts), context)

    def huishouden(self, personen: int = 5, notities: int = 200) -> UUID:
        """A household with `notities` notes of five sealed fields each."""
        huishouden, gesprek, nu = uuid4(), uuid4(), clock()
        plan = herkomst("gezinsplan")
        hier = Zegelplaats((huishouden,), plan, Rubriek.REGIE)
        leden = [uuid4() for _ in range(personen)]
        facts: list[Fact] = [
            HuishoudenGevormd(),
            RegisseurAangewezen(
                regisseur=self.persona.id, medewerker=Open(self.persona.medewerker, hier),
                mandaat=Open(Mandaat(kenmerk="M-1", van=nu.date() - timedelta(days=9)), hier),
            ),
        ]  # fmt: skip
        for lid in leden:
            mijn = Zegelplaats((lid,), plan, Rubriek.REGIE)
            facts.append(
                LidToegevoegd(
                    persoon=lid, rol=Open(Huishoudrol.HUISGENOOT, mijn),
                    sinds=Open(nu.date(), mijn), reden=Open(Ledenreden.GEVORMD, mijn),
                )
            )  # fmt: skip
            wie = Zegelplaats((lid,), plan, Rubriek.PERSONALIA)
            self.leg_vast(lid, PersoonVastgelegd(persoonsnaam=Open("Bewoner", wie)))
        self.leg_vast(huishouden, *facts)
        gebieden = list(Leefgebied)[:5]
        notes: list[Fact] = [GesprekGestart(huishouden=huishouden, deelnemers=tuple(leden))]
        for number in range(notities):
            lid = leden[number % personen]
            gebied = gebieden[number // personen % len(gebieden)]
            plaats = Zegelplaats((lid,), herkomst("wmo-onderzoek"), gebied)
            zin = Open(Uitspraak(tekst=TEKST, bron=Bron.GEZIEN), plaats)
            notes.append(
                LeefgebiedBesproken(
                    huishouden=huishouden, notitie=uuid4(), personen=(lid,),
                    leefgebied=Open(gebied, plaats), reden=Open("nodig voor het plan", plaats),
                    gaat_goed=zin, zorgen=zin, wens=zin,
                )
            )  # fmt: skip
        self.leg_vast(gesprek, *notes)
        return huishouden
