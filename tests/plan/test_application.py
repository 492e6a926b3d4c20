"""The plan on a real store, sealed with real keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from events.base import ERASED
from events.begrippen import Leefgebied, Rubriek
from events.plan import DeelnemerToegetreden, DoelGesteld, plan_id
from events.waarden import Actiestatus, Standpunt
from infra.decider import NietBekend, Verouderd
from infra.staff import MedewerkerOnbekend
from infra.store import SleutelHergebruikt
from infra.web import etag
from tests.plan.world import (
    HUIS,
    HULP,
    MOEDER,
    NOAH,
    REGISSEUR,
    VREEMDE,
    WONEN,
    M,
    Wereld,
    afspraak,
    inhoud,
    opdracht,
)

PLAN = plan_id(HUIS)


@pytest.fixture
def wereld(tmp_path: Path) -> Iterator[Wereld]:
    made = Wereld(tmp_path)
    yield made
    made.close()


def test_a_plan_from_opening_to_opinion(wereld: Wereld) -> None:
    """Every use case once, on the facts that intake told."""
    app, wie = wereld.plannen, opdracht(REGISSEUR)
    assert app.open(HUIS, wie).stream == PLAN
    app.laat_toe(PLAN, HULP.id, "schulden ordenen", None, opdracht(REGISSEUR))
    app.stel_doel(PLAN, WONEN, (MOEDER, NOAH), inhoud(), opdracht(HULP))
    actie = UUID(app.spreek_af(PLAN, uuid4(), afspraak(), opdracht(HULP)).answer["id"])
    app.bepaal_volgorde(PLAN, (WONEN,), "eerst rust", opdracht(HULP))
    app.stel_bij(PLAN, WONEN, inhoud(), opdracht(REGISSEUR))
    app.werk_bij(PLAN, actie, Actiestatus.KLAAR, None, Leefgebied.WONEN, opdracht(HULP))
    app.leg_standpunt_vast(PLAN, MOEDER, None, Standpunt.EENS, None, opdracht(M))
    app.laat_gaan(PLAN, HULP.id, "klaar", opdracht(REGISSEUR))
    app.sluit_af(PLAN, "gehaald", opdracht(REGISSEUR))
    laatste = app.heropen(PLAN, "toch niet", opdracht(REGISSEUR))
    staat = wereld.plan()
    assert staat.versie == laatste.version == 5 + 11
    assert staat.planversie == 3
    assert staat.deelnemers == frozenset()


def test_what_is_stored_is_sealed_for_whom_and_what_it_is_about(wereld: Wereld) -> None:
    wereld.plannen.open(HUIS, opdracht(REGISSEUR))
    wereld.plannen.laat_toe(PLAN, HULP.id, "schulden ordenen", None, opdracht(REGISSEUR))
    wereld.plannen.stel_doel(PLAN, WONEN, (NOAH, MOEDER), inhoud(), opdracht(REGISSEUR))
    facts = {type(e.fact): e.fact for e in wereld.plannen.store.stream(PLAN)}
    doel, deelnemer = facts[DoelGesteld], facts[DeelnemerToegetreden]
    assert isinstance(doel, DoelGesteld)
    assert isinstance(deelnemer, DeelnemerToegetreden)
    assert wereld.over(doel.woorden) == ((MOEDER, NOAH), "gezinsplan", Leefgebied.WONEN)
    assert wereld.over(deelnemer.deelnemer) == ((HUIS,), "gezinsplan", Rubriek.REGIE)
    assert wereld.lees(doel.woorden) == inhoud().woorden
    gelezen = wereld.lees(deelnemer.deelnemer)
    assert gelezen == {
        "naam": HULP.naam, "organisatie": HULP.organisatie, "functie": HULP.functie,
        "contact": None, "hoed": "hulpverlening", "taak": "schulden ordenen",
        "herkomst": "wgs-schuldhulp",
    }  # fmt: skip
    ruw = b"".join(file.read_bytes() for file in wereld.map.glob("plan*"))
    assert inhoud().woorden.encode() not in ruw
    assert HULP.naam.encode() not in ruw


def test_the_same_command_again_gives_the_same_answer(wereld: Wereld) -> None:
    wereld.plannen.open(HUIS, opdracht(REGISSEUR))
    eerst, weer = (
        wereld.plannen.stel_doel(
            PLAN, uuid4(), (NOAH,), inhoud(), opdracht(REGISSEUR, sleutel="een-sleutel")
        )
        for _ in range(2)
    )
    assert eerst == weer
    assert wereld.plannen.etag(eerst) == wereld.plannen.etag(weer)
    assert len(wereld.plan().doelen) == 1
    with pytest.raises(SleutelHergebruikt):
        wereld.plannen.open(HUIS, opdracht(REGISSEUR, sleutel="een-sleutel", verzoek=b"iets"))


def test_if_match_must_be_the_part_as_it_is(wereld: Wereld) -> None:
    app = wereld.plannen
    app.open(HUIS, opdracht(REGISSEUR))
    gesteld = app.stel_doel(PLAN, WONEN, (NOAH,), inhoud(), opdracht(REGISSEUR))
    gezien = app.etag(gesteld)
    assert gezien == etag(wereld.geheim, WONEN, gesteld.version)
    app.leg_standpunt_vast(PLAN, NOAH, WONEN, Standpunt.ONEENS, None, opdracht(REGISSEUR))
    bij = app.stel_bij(PLAN, WONEN, inhoud(), opdracht(REGISSEUR, als_versie=gezien))
    with pytest.raises(Verouderd):
        app.stel_bij(PLAN, WONEN, inhoud(), opdracht(REGISSEUR, als_versie=gezien))
    app.stel_bij(PLAN, WONEN, inhoud(), opdracht(REGISSEUR, als_versie=app.etag(bij)))
    app.stel_bij(PLAN, WONEN, inhoud(), opdracht(REGISSEUR, als_versie="*"))
    app.stel_bij(PLAN, WONEN, inhoud(), opdracht(REGISSEUR))


def test_if_match_takes_a_list_and_no_weak_tag(wereld: Wereld) -> None:
    app = wereld.plannen
    app.open(HUIS, opdracht(REGISSEUR))
    gezien = app.etag(app.stel_doel(PLAN, WONEN, (NOAH,), inhoud(), opdracht(REGISSEUR)))
    for geen in (f"W/{gezien}", f'W/{gezien}, "x"', '"x", "y"', '*, "x"', "", gezien.strip('"')):
        with pytest.raises(Verouderd):
            app.stel_bij(PLAN, WONEN, inhoud(), opdracht(REGISSEUR, als_versie=geen))
    for wel in ('{0}, "x"', '"x",{0}', 'W/"x" , {0}', " * "):
        als_versie = wel.format(gezien)
        bij = app.stel_bij(PLAN, WONEN, inhoud(), opdracht(REGISSEUR, als_versie=als_versie))
        gezien = app.etag(bij)


def test_a_repeated_change_is_not_out_of_date_by_itself(wereld: Wereld) -> None:
    """The answer got lost, the client asks again with the tag it had: the change was made once."""
    app = wereld.plannen
    app.open(HUIS, opdracht(REGISSEUR))
    gezien = app.etag(app.stel_doel(PLAN, WONEN, (NOAH,), inhoud(), opdracht(REGISSEUR)))
    eerst, weer = (
        app.stel_bij(
            PLAN, WONEN, inhoud(), opdracht(REGISSEUR, als_versie=gezien, sleutel="bijstelling")
        )
        for _ in range(2)
    )
    assert eerst == weer


def test_who_joins_is_in_the_directory(wereld: Wereld) -> None:
    wereld.plannen.open(HUIS, opdracht(REGISSEUR))
    for onbekend in (UUID(int=999), MOEDER):
        with pytest.raises(MedewerkerOnbekend):
            wereld.plannen.laat_toe(PLAN, onbekend, "taak", None, opdracht(REGISSEUR))


def test_an_outsider_gets_the_refusal_of_a_plan_that_is_not_there(wereld: Wereld) -> None:
    wereld.plannen.open(HUIS, opdracht(REGISSEUR))
    for plan in (PLAN, plan_id(UUID(int=12345))):
        with pytest.raises(NietBekend):
            wereld.plannen.laat_toe(plan, HULP.id, "taak", None, opdracht(VREEMDE))
    for huishouden in (HUIS, UUID(int=12345)):
        with pytest.raises(NietBekend):
            wereld.plannen.open(huishouden, opdracht(VREEMDE))


def test_a_goal_of_two_goes_when_one_of_them_is_erased(wereld: Wereld) -> None:
    """The joint field becomes Erased; the goals of others and the plan itself stay."""
    app, samen, alleen = wereld.plannen, uuid4(), uuid4()
    app.open(HUIS, opdracht(REGISSEUR))
    app.stel_doel(PLAN, samen, (NOAH, MOEDER), inhoud(), opdracht(REGISSEUR))
    app.stel_doel(PLAN, alleen, (MOEDER,), inhoud(), opdracht(REGISSEUR))
    wereld.wis(NOAH)
    woorden = {
        e.fact.doel: wereld.lees(e.fact.woorden)
        for e in app.store.stream(PLAN)
        if isinstance(e.fact, DoelGesteld)
    }
    assert woorden == {samen: ERASED, alleen: inhoud().woorden}
    assert set(wereld.plan().doelen) == {samen, alleen}
