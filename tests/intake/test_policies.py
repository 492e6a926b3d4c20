"""Intake follows plan and consent through their real feeds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import pytest

from events.base import Fact, Open
from events.begrippen import Bron, Leefgebied, Rubriek
from events.plan import DeelnemerToegetreden, PlanAfgesloten
from events.waarden import Deelnemer, Uitspraak
from infra.decider import NietBekend
from infra.feed import Consumer, LogFeed
from infra.keyring import Keyring
from infra.reactor import Reactor
from infra.sqlite import SQLite
from infra.store import Store
from services.intake.application import Gevonden
from services.intake.domain import Notitie
from services.intake.domain.regels import gedeeld
from services.intake.policies import react
from services.intake.projections import Kenmerken
from tests.intake.world import (
    ANNA,
    BEN,
    BSN,
    CAS,
    DIRK,
    GEMEENTE,
    NU,
    World,
    context,
    nieuw_lid,
)


@dataclass(frozen=True)
class Elders:
    """A stream of another service, of which intake sees the facts only."""

    def evolve(self, _fact: Fact) -> Elders:
        return self


def test_a_professional_in_the_plan_may_write_notes_until_it_closes(world: World) -> None:
    plan = Store(
        "plan",
        SQLite(world.folder / "plan.sqlite"),
        GEMEENTE,
        Keyring("plan", world.consent.geef_zegelsleutels),
    )
    reactor = Reactor("intake", world.store, [LogFeed(plan)], react, lambda: NU)
    huis, (noah,) = world.vorm(nieuw_lid("Noah"))
    gesprek = world.intake.start_gesprek(huis, [noah], context(ANNA)).stream
    plaats = gedeeld(Rubriek.REGIE, huis)
    zin = Uitspraak(tekst="Het gaat beter.", bron=Bron.GEZIEN)
    notitie = Notitie((noah,), Leefgebied.ONDERWIJS, "verzuim", gaat_goed=zin)
    rol = Deelnemer(
        **CAS.medewerker.model_dump(), hoed=CAS.hoed, taak="begeleiden", herkomst=CAS.herkomst
    )
    toegetreden = DeelnemerToegetreden(
        huishouden=huis, medewerker=CAS.id, deelnemer=Open(rol, plaats)
    )
    gesloten = PlanAfgesloten(huishouden=huis, reden=Open("klaar", plaats))

    with pytest.raises(NietBekend):
        world.intake.noteer(gesprek, notitie, context(CAS))
    stream = uuid4()
    plan.handle(Elders, stream, lambda _: [toegetreden], context(ANNA))
    reactor.step()
    world.intake.noteer(gesprek, notitie, context(CAS))
    plan.handle(Elders, stream, lambda _: [gesloten], context(ANNA))
    reactor.step()
    with pytest.raises(NietBekend):
        world.intake.noteer(gesprek, notitie, context(CAS))
    plan.database.close()


def test_an_erased_person_is_found_no_more(world: World) -> None:
    _, (noah,) = world.vorm(nieuw_lid("Noah", None, BSN))
    register = Consumer(
        "register", world.databases[1], [LogFeed(world.consent.store)],
        world.intake.register.vergeet,
    )  # fmt: skip
    world.consent.wis(DIRK.aangemeld, noah, context(DIRK))
    register.step()
    assert world.intake.zoek(BEN.aangemeld, Kenmerken(bsn=BSN)) == Gevonden(False)
