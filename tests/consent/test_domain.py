"""Rules of consent: records, who decides for whom, which rule asks for a ground, and what holds for
every decision whatever the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from events.base import Open, Zegelplaats
from events.begrippen import Leefgebied, Rubriek, herkomst
from events.consent import (
    BezwaarGemaakt,
    GrondslagVastgelegd,
    Ingetrokken,
    PersoonGewist,
    ToestemmingGegeven,
)
from events.waarden import (
    Akkoord,
    Bezwaar,
    Doel,
    Gezag,
    Gezagsuitkomst,
    Grond,
    Instemming,
    Ontvanger,
    Opheffing,
    Reikwijdte,
)
from infra.decider import NietBekend
from services.consent.domain import (
    AlIngetrokken,
    AlVastgelegd,
    Feiten,
    GeenUitdrukkelijkeGrond,
    LopendVerleden,
    MagNietNamens,
    Record,
    controleer_akkoord,
    controleer_instemming,
    controleer_opheffing,
    gezaghouders,
    leeftijd,
    regel_voor_grond,
)
from services.consent.domain.vastleggen import VAN_HET_COLLEGE, VraagPerWet
from services.consent.regels import Eis, regelset
from tests import scenario
from tests.consent.gezin import (
    BUURVROUW,
    HUIS,
    LINA,
    MENSEN,
    MOEDER,
    NOAH,
    VADER,
    VANDAAG,
    gezin,
)

DELEN = Zegelplaats((MOEDER,), herkomst("delen"), Rubriek.DELEN)
REGISSEUR = Ontvanger(medewerker=MENSEN["regisseur"].actor.id)


def instemming(door: UUID, tot: date | None = None) -> Instemming:
    return Instemming(
        doel=Doel.REGIE, regimes=("wgs",), onderwerpen=(Leefgebied.WONEN,), ontvanger=REGISSEUR,
        tot=tot, gegeven_door=door, wijze="mondeling",
    )  # fmt: skip


GEGEVEN = ToestemmingGegeven(
    huishouden=HUIS, persoon=MOEDER, toestemming=Open(instemming(MOEDER), DELEN)
)
INTREKKING = Ingetrokken(huishouden=HUIS, persoon=MOEDER)


# --- records ----------------------------------------------------------------------------------


def test_a_record_is_made_once() -> None:
    scenario.given(Record).when(lambda r: r.leg_vast(GEGEVEN)).then(GEGEVEN)
    scenario.given(Record, GEGEVEN).when(lambda r: r.leg_vast(GEGEVEN)).refuses(AlVastgelegd)


def test_a_record_is_withdrawn_once() -> None:
    made = scenario.given(Record, GEGEVEN)
    made.when(lambda r: r.trek_in(HUIS, INTREKKING)).then(INTREKKING)
    made.when(lambda r: r.trek_in(HUIS, INTREKKING)).refuses(AlIngetrokken)


def test_what_was_never_recorded_cannot_be_withdrawn() -> None:
    scenario.given(Record).when(lambda r: r.trek_in(HUIS, INTREKKING)).refuses(NietBekend)


def test_a_record_of_another_household_is_not_known_here() -> None:
    elders = UUID(int=999)
    scenario.given(Record, GEGEVEN).when(lambda r: r.trek_in(elders, INTREKKING)).refuses(
        NietBekend
    )


def test_a_withdrawn_record_does_not_come_back() -> None:
    (
        scenario.given(Record, GEGEVEN, INTREKKING)
        .when(lambda r: r.leg_vast(GEGEVEN))
        .refuses(AlVastgelegd)
    )


def test_an_erasure_is_told_once() -> None:
    gewist = PersoonGewist(persoon=MOEDER, bewijs="0" * 64)
    scenario.given(Record).when(lambda r: r.wis(gewist)).then(gewist).when(
        lambda r: r.wis(gewist)
    ).then()


@pytest.mark.parametrize(
    "fact",
    [
        GEGEVEN,
        GrondslagVastgelegd(huishouden=HUIS, persoon=MOEDER, grond=Open(
            Grond(**dict(Reikwijdte(**{n: getattr(instemming(MOEDER), n)
                                       for n in Reikwijdte.model_fields})),
                  grondslag=herkomst("delen").grondslag, noodzaak="nodig voor de huur"), DELEN)),
        BezwaarGemaakt(huishouden=HUIS, persoon=MOEDER, bezwaar=Open(
            Bezwaar(doel=Doel.REGIE, reden="om mij"), DELEN)),
    ],
    ids=lambda fact: fact.naam,
)  # fmt: skip
def test_every_record_knows_whose_it_is(fact: Any) -> None:
    record = scenario.given(Record, fact).state
    assert (record.huishouden, record.persoon, record.ingetrokken) == (HUIS, MOEDER, False)


# --- who decides for whom ---------------------------------------------------------------------

OUD = {11: date(2014, 3, 3), 12: date(2014, 3, 2), 15: date(2010, 3, 3), 16: date(2010, 3, 2),
       17: date(2008, 3, 3), 18: date(2008, 3, 2)}  # fmt: skip


def met_noah(jaren: int) -> Feiten:
    feiten = gezin()
    return replace(feiten, geboortedata={**feiten.geboortedata, NOAH: OUD[jaren]})


@pytest.mark.parametrize(
    ("jaren", "zelf", "ouder"),
    [(11, False, True), (12, False, True), (15, False, True), (16, True, False), (18, True, False)],
)
def test_toestemming_below_16_is_given_by_who_has_custody(
    jaren: int, zelf: bool, ouder: bool
) -> None:
    """UAVG 5 lid 1."""
    for door, mag_het in ((NOAH, zelf), (MOEDER, ouder), (VADER, ouder), (BUURVROUW, False)):
        _mag(mag_het, lambda d=door: controleer_instemming(instemming(d), NOAH, met_noah(jaren)))


@pytest.mark.parametrize(
    ("jaren", "zelf", "ouder"), [(11, False, True), (12, True, False), (17, True, False)]
)
def test_secrecy_is_lifted_by_the_youth_from_12(jaren: int, zelf: bool, ouder: bool) -> None:
    """Jeugdwet 7.3.11, Wmo 5.3.3 lid 2."""
    for door, mag_het in ((NOAH, zelf), (MOEDER, ouder), (BUURVROUW, False)):
        wil = Opheffing(
            herkomst="jeugdhulp-dossier", houder="De Brug", ontvanger=REGISSEUR, gegeven_door=door
        )
        _mag(mag_het, lambda w=wil: controleer_opheffing(w, NOAH, met_noah(jaren)))


@pytest.mark.parametrize(
    ("jaren", "zelf", "ouder"),
    [(11, False, True), (12, True, True), (15, True, True), (16, True, False)],
)
def test_help_needs_the_youth_and_the_parents_between_12_and_16(
    jaren: int, zelf: bool, ouder: bool
) -> None:
    """Jeugdwet 7.3.4: each gives an agreement of her own."""
    for door, mag_het in ((NOAH, zelf), (VADER, ouder), (BUURVROUW, False)):
        wil = Akkoord(hulp="begeleiding", gegeven_door=door)
        _mag(mag_het, lambda w=wil: controleer_akkoord(w, NOAH, met_noah(jaren)))


def _mag(wel: bool, controle: Any) -> None:
    if wel:
        controle()
    else:
        with pytest.raises(MagNietNamens):
            controle()


@pytest.mark.parametrize("uitkomst", ["tijdelijk-geen-gezag", "niet-te-bepalen"])
def test_unclear_custody_gives_nobody_a_say(uitkomst: str) -> None:
    gezag = Gezag(uitkomst=Gezagsuitkomst(uitkomst), houders=(MOEDER, VADER))
    feiten = replace(gezin(), gezag={LINA: gezag})
    assert not gezaghouders(LINA, feiten)
    with pytest.raises(MagNietNamens):
        controleer_instemming(instemming(MOEDER), LINA, feiten)


def test_custody_ends_at_18_and_needs_a_birth_date() -> None:
    assert set(gezaghouders(NOAH, met_noah(17))) == {MOEDER, VADER}
    assert not gezaghouders(NOAH, met_noah(18))
    assert not gezaghouders(NOAH, replace(gezin(), geboortedata={}))


def test_without_a_birth_date_nobody_decides() -> None:
    feiten = replace(gezin(), geboortedata={})
    for wie, door in ((MOEDER, MOEDER), (NOAH, MOEDER), (NOAH, NOAH)):
        with pytest.raises(MagNietNamens):
            controleer_instemming(instemming(door), wie, feiten)


def test_an_end_in_the_past_is_refused() -> None:
    gisteren = date(2026, 3, 1)
    with pytest.raises(LopendVerleden):
        controleer_instemming(instemming(MOEDER, gisteren), MOEDER, gezin())
    with pytest.raises(LopendVerleden):
        controleer_opheffing(
            Opheffing(herkomst="zorg-behandeling", houder="huisarts", ontvanger=REGISSEUR,
                      gegeven_door=MOEDER, tot=gisteren), MOEDER, gezin(),
        )  # fmt: skip
    controleer_instemming(instemming(MOEDER, VANDAAG), MOEDER, gezin())


@pytest.mark.parametrize(
    ("geboren", "op", "jaren"),
    [
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2010, 3, 2), date(2026, 3, 1), 15),
        (date(2010, 3, 2), date(2026, 3, 2), 16),
    ],
)
def test_age_counts_from_the_birthday(geboren: date, op: date, jaren: int) -> None:
    assert leeftijd(geboren, op) == jaren


# --- the rule behind a ground -----------------------------------------------------------------


def bereik(
    doel: Doel = Doel.SCHULDHULP, regimes: tuple[str, ...] = ("wmo",), tot: date | None = None
) -> Reikwijdte:
    return Reikwijdte(
        doel=doel, regimes=regimes, onderwerpen=(Leefgebied.WONEN,), tot=tot,
        ontvanger=Ontvanger(medewerker=MENSEN["schuldhulpverlener"].actor.id),
    )  # fmt: skip


def test_a_ground_gets_its_article_from_the_rule() -> None:
    schuldhulp = MENSEN["schuldhulpverlener"]
    regel = regel_voor_grond(
        bereik(regimes=("wmo", "jeugd", "pw")), schuldhulp, gezin(), regelset()
    )
    assert (regel.id, str(regel.grondslag)) == ("R-30", "BWBR0031331 artikel 8d")


@pytest.mark.parametrize(
    ("wie", "wat"),
    [
        ("schuldhulpverlener", bereik(regimes=("veilig-thuis",))),
        ("schuldhulpverlener", bereik(regimes=("wmo", "jeugdhulp"))),
        ("schuldhulpverlener", bereik(doel=Doel.REGIE)),
        ("regisseur", bereik(doel=Doel.REGIE, regimes=("wgs",))),
        ("buitenstaander", bereik()),
    ],
)
def test_where_no_rule_asks_for_a_ground_none_can_be_made(wie: str, wat: Reikwijdte) -> None:
    with pytest.raises(GeenUitdrukkelijkeGrond):
        regel_voor_grond(wat, MENSEN[wie], gezin(), regelset())


def test_a_ground_does_not_end_in_the_past() -> None:
    with pytest.raises(LopendVerleden):
        regel_voor_grond(
            bereik(tot=date(2026, 3, 1)), MENSEN["schuldhulpverlener"], gezin(), regelset()
        )


def test_what_the_college_tells_others_under_the_wmo_a_youth_decides_from_12() -> None:
    """Wmo 2015 5.3.3 lid 1 names the college beside a provider; lid 2 asks the representative only
    below 12. For the Wmo itself, and for any other law, a toestemming is that of the AVG: 16."""
    gevraagd = {
        (doel, regime)
        for regel in regelset().regels
        if regel.artikel.startswith("Wmo 2015 artikel 5.3.3") and Eis.TOESTEMMING in regel.eist
        for doel in regel.doelen
        for regime in regel.regimes
        if regime in ("wmo", "plan")
    }
    assert gevraagd == VAN_HET_COLLEGE

    def mag(gever: UUID, jaren: int, doel: Doel, *regimes: str) -> type[Exception] | None:
        hier = replace(gezin(), geboortedata={**gezin().geboortedata, NOAH: OUD[jaren]})
        wil = Instemming(
            doel=doel, regimes=regimes, onderwerpen=(Leefgebied.WONEN,), gegeven_door=gever,
            ontvanger=Ontvanger(medewerker=UUID(int=5)), wijze="mondeling",
        )  # fmt: skip
        try:
            controleer_instemming(wil, NOAH, hier)
        except MagNietNamens as fout:
            return type(fout)
        return None

    for doel, regime in VAN_HET_COLLEGE:
        assert mag(NOAH, 12, doel, regime) is None
        assert mag(MOEDER, 12, doel, regime) is MagNietNamens
        assert mag(MOEDER, 11, doel, regime) is None
        assert mag(NOAH, 11, doel, regime) is MagNietNamens
    assert mag(MOEDER, 15, Doel.WMO, "jeugd") is None
    assert mag(NOAH, 15, Doel.WMO, "jeugd") is MagNietNamens
    assert mag(MOEDER, 15, Doel.JEUGDHULP, "jeugd") is None
    assert mag(NOAH, 12, Doel.JEUGDHULP, "wmo", "jeugd") is VraagPerWet
