"""What holds for every decision, whatever the facts: hypothesis looks for a counterexample."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from events.begrippen import Leefgebied, Rubriek, herkomst, herkomsten
from events.waarden import (
    Bezwaar,
    Doel,
    Gezag,
    Gezagsuitkomst,
    Grond,
    Instemming,
    Mandaat,
    Ontvanger,
    Opheffing,
)
from services.consent.domain import (
    Code,
    Feiten,
    Vastlegging,
    Vraag,
    mag,
    relaties,
)
from services.consent.regels import Regelset, Uitkomst, regelset
from tests.consent.gezin import (
    BUURVROUW,
    HUIS,
    LINA,
    MENSEN,
    MOEDER,
    NOAH,
    PERSONEN,
    VADER,
    VANDAAG,
    VREEMDE,
    gezin,
)

GRENZEN = [date(2014, 3, 3), date(2014, 3, 2), date(2010, 3, 3), date(2010, 3, 2), date(2008, 3, 2)]
"""Birth dates around 12, 16 and 18."""
mensen = st.sampled_from(sorted(MENSEN))
onderwerpen = st.sampled_from([*Leefgebied, *Rubriek])
doelen = st.sampled_from(list(Doel))
regimes = st.sampled_from(sorted({h.regime for h in herkomsten().values()}))
dagen = st.sampled_from([date(2025, 1, 1), date(2026, 3, 1), VANDAAG, date(2026, 3, 3)])
personen = st.sampled_from([MOEDER, VADER, NOAH, LINA, BUURVROUW, HUIS])
ontvangers = mensen.map(lambda naam: Ontvanger(medewerker=MENSEN[naam].actor.id)) | mensen.map(
    lambda naam: Ontvanger(organisatie=MENSEN[naam].actor.organisatie)
)


def _bereik(**meer: Any) -> dict[str, Any]:
    return {
        "doel": doelen, "regimes": st.lists(regimes, min_size=1, max_size=4).map(tuple),
        "onderwerpen": st.lists(onderwerpen, min_size=1, max_size=6).map(tuple),
        "ontvanger": ontvangers, "tot": st.none() | dagen, **meer,
    }  # fmt: skip


inhouden = st.one_of(
    st.builds(Instemming, **_bereik(gegeven_door=personen, wijze=st.just("mondeling"))),
    st.builds(Grond, **_bereik(grondslag=st.just(herkomst("delen").grondslag),
                               noodzaak=st.just("nodig voor deze taak"))),
    st.builds(Opheffing, herkomst=st.sampled_from(sorted(herkomsten())), houder=st.just("houder"),
              ontvanger=ontvangers, gegeven_door=personen, tot=st.none() | dagen),
    st.builds(Bezwaar, doel=doelen, regimes=st.lists(regimes, max_size=2).map(tuple),
              onderwerpen=st.lists(onderwerpen, max_size=2).map(tuple), reden=st.just("om mij")),
)  # fmt: skip
vastleggingen = st.lists(st.builds(Vastlegging, st.uuids(), personen, inhouden), max_size=6).map(
    tuple
)
gezagen = st.builds(
    Gezag,
    uitkomst=st.sampled_from(Gezagsuitkomst),
    houders=st.lists(personen, max_size=2).map(tuple),
)
feitensets = st.builds(
    Feiten,
    vandaag=st.just(VANDAAG),
    huishouden=st.just(HUIS),
    regisseur=st.none() | mensen.map(lambda naam: MENSEN[naam].actor.id),
    mandaat=st.none()
    | st.builds(Mandaat, kenmerk=st.just("M-1"), van=dagen, tot=st.none() | dagen),
    deelnemers=st.dictionaries(mensen.map(lambda naam: MENSEN[naam].actor.id), regimes, max_size=5),
    leden=st.frozensets(personen),
    bekenden=st.frozensets(personen),
    geboortedata=st.dictionaries(
        personen,
        st.sampled_from(
            [
                date(1985, 1, 1),
                date(2014, 3, 3),
                date(2014, 3, 2),
                date(2010, 3, 3),
                date(2010, 3, 2),
                date(2008, 3, 2),
                date(2016, 1, 1),
            ]
        ),
    ),
    gezag=st.dictionaries(personen, gezagen, max_size=2),
    vastleggingen=vastleggingen,
)
alle_personen = st.sampled_from([*PERSONEN.values()])
vragen = st.builds(
    Vraag,
    mensen.map(MENSEN.__getitem__),
    st.none() | doelen,
    st.lists(alle_personen, min_size=1, max_size=3, unique=True).map(lambda p: tuple(sorted(p))),
    st.sampled_from(sorted(herkomsten())).map(herkomst),
    onderwerpen,
)
# Facts near the ordinary household, so that much opens; and facts from nowhere.
_ruim = st.builds(lambda v: replace(gezin(), vastleggingen=v), vastleggingen)
_feiten = _ruim | feitensets
veel = settings(max_examples=300)


@veel
@given(vragen, _feiten)
def test_a_decision_always_comes_and_explains_itself(vraag: Vraag, feiten: Feiten) -> None:
    besluit = mag(vraag, feiten, regelset())
    assert besluit.zin
    assert besluit.controles
    assert besluit.open == (besluit.code is Code.MAG)
    if besluit.open:
        assert besluit.regel
        assert besluit.artikel
        assert not besluit.ontbreekt
    if besluit.uitkomst is Uitkomst.MAG_NA:
        assert besluit.ontbreekt


def _met(feiten: Feiten, veld: str, waarde: Any) -> Feiten:
    wissel: dict[str, Any] = {veld: waarde}
    return replace(feiten, **wissel)


def _minder(feiten: Feiten) -> list[Feiten]:
    """The same facts with one of them gone; an objection is not counted as one."""
    zonder = [replace(feiten, regisseur=None), replace(feiten, mandaat=None)]
    for veld in ("deelnemers", "geboortedata", "gezag"):
        for sleutel in getattr(feiten, veld):
            over = {k: v for k, v in getattr(feiten, veld).items() if k != sleutel}
            zonder.append(_met(feiten, veld, over))
    for veld in ("leden", "bekenden"):
        for wie in getattr(feiten, veld):
            zonder.append(_met(feiten, veld, set(getattr(feiten, veld)) - {wie}))
    for record in feiten.vastleggingen:
        if not isinstance(record.inhoud, Bezwaar):
            over_ = tuple(r for r in feiten.vastleggingen if r is not record)
            zonder.append(replace(feiten, vastleggingen=over_))
    return zonder


@veel
@given(vragen, _feiten)
def test_taking_a_fact_away_never_opens(vraag: Vraag, feiten: Feiten) -> None:
    if not mag(vraag, feiten, regelset()).open:
        for minder in _minder(feiten):
            assert not mag(vraag, minder, regelset()).open


@veel
@given(vragen, _feiten)
def test_a_joint_field_opens_only_if_each_part_would(vraag: Vraag, feiten: Feiten) -> None:
    """Except in the shared plan for whoever it is also about (R-42)."""
    besluit = mag(vraag, feiten, regelset())
    if besluit.open and besluit.regel != "R-42":
        for persoon in vraag.betrokkenen:
            assert mag(replace(vraag, betrokkenen=(persoon,)), feiten, regelset()).open


@veel
@given(vragen, feitensets)
def test_without_a_relation_nothing_is_known(vraag: Vraag, feiten: Feiten) -> None:
    assume(not relaties(vraag.vrager, feiten))
    besluit = mag(vraag, feiten, regelset())
    assert besluit == mag(vraag, Feiten(VANDAAG, HUIS), regelset())
    assert besluit.code is Code.GEEN_RELATIE


@veel
@given(vragen, _feiten)
def test_nobody_outside_the_household_opens(vraag: Vraag, feiten: Feiten) -> None:
    erbij = replace(vraag, betrokkenen=tuple(sorted({*vraag.betrokkenen, VREEMDE})))
    assert not mag(erbij, feiten, regelset()).open


@given(mensen, _feiten)
def test_a_field_about_nobody_does_not_open(naam: str, feiten: Feiten) -> None:
    vraag = Vraag(MENSEN[naam], None, (), herkomst("gezinsplan"), Rubriek.PERSONALIA)
    assert not mag(vraag, feiten, regelset()).open


MOET = Regelset("proef", "", tuple(
    regel.model_copy(update={"uitkomst": Uitkomst.MOET}) for regel in regelset().regels
))  # fmt: skip


@veel
@given(vragen, _feiten)
def test_an_objection_never_blocks_what_must(vraag: Vraag, feiten: Feiten) -> None:
    zonder = tuple(r for r in feiten.vastleggingen if not isinstance(r.inhoud, Bezwaar))
    met, los = (mag(vraag, f, MOET) for f in (feiten, replace(feiten, vastleggingen=zonder)))
    assert (met.open, met.code) == (los.open, los.code)
    assert not met.open or met.uitkomst is Uitkomst.MOET


@veel
@given(vragen, _feiten)
def test_the_same_question_gets_the_same_answer(vraag: Vraag, feiten: Feiten) -> None:
    assert mag(vraag, feiten, regelset()) == mag(vraag, feiten, regelset())
