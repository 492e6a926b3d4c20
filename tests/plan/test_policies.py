"""What the plan does when intake says something."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from events.base import ERASED, Envelope, Fact, Hoed, Open
from events.intake import (
    HuishoudenGevormd,
    LidToegevoegd,
    LidVertrokken,
    NetwerklidToegevoegd,
    NetwerklidVertrokken,
    RegieOvergedragen,
    RegisseurAangewezen,
)
from events.plan import LedenGevolgd, RegieGevolgd, plan_id
from events.waarden import Huishoudrol, Ledenreden, Mandaat
from infra.decider import NietBekend
from infra.feed import LogFeed
from infra.reactor import Reactor
from infra.sqlite import SQLite
from infra.store import Store
from services.plan.domain import Plan
from services.plan.policies import react
from tests.plan.world import (
    BUUR,
    GEMEENTE,
    HUIS,
    MOEDER,
    NU,
    OPVOLGER,
    REGISSEUR,
    Wereld,
    opdracht,
    veld,
)
from tests.scenario import given

_SINDS, _WAAROM = Open(date(2026, 1, 1), veld()), Open(Ledenreden.GEVORMD, veld())
_MANDAAT = Open(Mandaat(kenmerk="B-1", van=date(2026, 1, 1)), veld())
AANGEWEZEN = RegisseurAangewezen(
    regisseur=REGISSEUR.id, medewerker=Open(REGISSEUR.medewerker, veld()), mandaat=_MANDAAT
)
OVERGEDRAGEN = RegieOvergedragen(
    van=REGISSEUR.id,
    aan=OPVOLGER.id,
    medewerker=Open(OPVOLGER.medewerker, veld()),
    mandaat=_MANDAAT,
    reden=Open("verlof", veld()),
)
LID = LidToegevoegd(
    persoon=MOEDER, rol=Open(Huishoudrol.OUDER, veld()), sinds=_SINDS, reden=_WAAROM
)
LID_WEG = LidVertrokken(persoon=MOEDER, op=_SINDS, reden=_WAAROM)
BUUR_ERBIJ = NetwerklidToegevoegd(
    persoon=BUUR, persoonsnaam=Open("Hans Proef", veld()), kan_helpen_met=Open("klussen", veld())
)
BUUR_WEG = NetwerklidVertrokken(persoon=BUUR)

_LID = LedenGevolgd(huishouden=HUIS, erbij=MOEDER)
_BUUR = LedenGevolgd(huishouden=HUIS, erbij=BUUR, netwerk=True)


def verteld(fact: Fact) -> Envelope:
    """A fact of intake as the reactor hands it on."""
    return Envelope("9999", HUIS, 1, fact, NU, Hoed.COORDINATIE, HUIS, None, ERASED)


@pytest.mark.parametrize(
    ("gezegd", "eerder", "gevolgd"),
    [
        (AANGEWEZEN, [], RegieGevolgd(huishouden=HUIS, regisseur=REGISSEUR.id)),
        (OVERGEDRAGEN, [], RegieGevolgd(huishouden=HUIS, regisseur=OPVOLGER.id)),
        (LID, [], _LID),
        (BUUR_ERBIJ, [], _BUUR),
        (LID_WEG, [_LID], LedenGevolgd(huishouden=HUIS, eraf=MOEDER)),
        (BUUR_WEG, [_BUUR], LedenGevolgd(huishouden=HUIS, eraf=BUUR, netwerk=True)),
    ],
    ids=lambda given: type(given).__name__,
)
def test_the_plan_follows_intake_once(gezegd: Fact, eerder: list[Fact], gevolgd: Fact) -> None:
    (reaction,) = react(verteld(gezegd))
    assert reaction.kind is Plan
    assert reaction.stream == plan_id(HUIS)
    given(Plan, *eerder).when(reaction.decide).then(gevolgd).when(reaction.decide).then()


def test_other_facts_ask_for_nothing() -> None:
    assert react(verteld(HuishoudenGevormd(melding=UUID(int=9)))) == []


def test_a_plan_can_be_opened_once_intake_named_a_regisseur(tmp_path: Path) -> None:
    """From intake's own log, over the reactor, to a command on the plan."""
    wereld = Wereld(tmp_path, verteld=())
    intake = Store("intake", SQLite(tmp_path / "intake.sqlite"), GEMEENTE, wereld.sleutelbos)
    reactor = Reactor("plan", wereld.plannen.store, [LogFeed(intake)], react, lambda: NU)

    def intake_zegt(*facts: Fact) -> None:
        intake.handle(Plan, HUIS, lambda _: facts, opdracht(REGISSEUR).context)

    with pytest.raises(NietBekend):
        wereld.plannen.open(HUIS, opdracht(REGISSEUR))
    intake_zegt(HuishoudenGevormd(), AANGEWEZEN, LID, BUUR_ERBIJ)
    assert reactor.step() == 4
    wereld.plannen.open(HUIS, opdracht(REGISSEUR))
    staat = wereld.plan()
    assert (staat.leden, staat.netwerk) == ({MOEDER}, {BUUR})
    intake.database.close()
    wereld.close()
