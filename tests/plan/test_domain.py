"""The rules of the plan, given/when/then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest

from events.base import Fact, Hoed, Open
from events.begrippen import Leefgebied
from events.plan import (
    ActieAfgesproken,
    ActieBijgewerkt,
    DeelnemerToegetreden,
    DeelnemerVertrokken,
    DoelBijgesteld,
    DoelGeevalueerd,
    DoelGesteld,
    LedenGevolgd,
    PlanAfgesloten,
    PlanGeopend,
    PlanHeropend,
    RegieGevolgd,
    StandpuntVastgelegd,
    VolgordeBepaald,
)
from events.waarden import Actiestatus, Deelnemer, Doeluitkomst, Eigenaarsoort, Standpunt
from infra.auth import Aangemeld
from infra.decider import NietBekend, RegelFout, Verouderd
from infra.staff import Persona
from services.plan.domain import Plan, regels
from services.plan.domain.regels import (
    AlDeelnemer,
    AlleenEigenaar,
    AlleenEigenStandpunt,
    AlleenRegisseur,
    AlleenSteller,
    EigenaarDoetNietMee,
    EvaluatieInVerleden,
    GeenDeelnemer,
    HoedPastNiet,
    PersoonHoortErNietBij,
    PlanIsAfgesloten,
    PlanLooptAl,
    RedenOntbreekt,
    VolgordeKloptNiet,
)
from tests.plan.world import (
    ACTIE,
    BUUR,
    HUIS,
    HULP,
    MOEDER,
    NOAH,
    OFFICER,
    OPVOLGER,
    REGISSEUR,
    SCHOOL,
    TOEZICHT,
    VADER,
    VANDAAG,
    VREEMDE,
    WONEN,
    B,
    M,
    N,
    afgesproken,
    afspraak,
    als,
    gesteld,
    gevolgd,
    inhoud,
    lopend,
    toegetreden,
    veld,
)
from tests.scenario import Scenario, given

NIEUW = UUID(int=399)
REDEN = Open("Zo is het afgesproken", veld())
Daad = Callable[[Plan, Aangemeld], Sequence[Fact]]


def altijd(_onderdeel: UUID, _versie: int) -> None:
    """If-Match was not given."""


def gezien_op(versie: int) -> Callable[[UUID, int], None]:
    def controleer(_onderdeel: UUID, nu: int) -> None:
        if nu != versie:
            raise Verouderd

    return controleer


def plan(*meer: Fact) -> Scenario[Plan]:
    return given(Plan, *lopend(), *meer)


def deelnemer(hoed: Hoed = Hoed.HULPVERLENING) -> Deelnemer:
    return Deelnemer(
        **VREEMDE.medewerker.model_dump(), hoed=hoed, taak="schuldhulp", herkomst="wgs-schuldhulp"
    )


def bijwerken(
    wie: Persona, status: Actiestatus = Actiestatus.BEZIG, reden: str | None = None
) -> Callable[[Plan], Sequence[Fact]]:
    return lambda p: p.werk_bij(als(wie), ACTIE, status, reden, Leefgebied.WONEN, altijd)


def standpunt(
    wie: Persona, persoon: UUID, over: UUID | None = None
) -> Callable[[Plan], Sequence[Fact]]:
    return lambda p: p.leg_standpunt_vast(
        als(wie), persoon, over, Standpunt.ONEENS, "Ik wil dit niet", altijd
    )


BESLUITEN: dict[str, Daad] = {
    "sluit_af": lambda p, wie: p.sluit_af(wie, "klaar"),
    "heropen": lambda p, wie: p.heropen(wie, "toch niet"),
    "laat_toe": lambda p, wie: p.laat_toe(wie, VREEMDE.id, deelnemer()),
    "laat_gaan": lambda p, wie: p.laat_gaan(wie, HULP.id, "klaar"),
    "bepaal_volgorde": lambda p, wie: p.bepaal_volgorde(wie, (SCHOOL, WONEN), "eerst school"),
    "stel_doel": lambda p, wie: p.stel_doel(wie, NIEUW, (MOEDER,), inhoud(), VANDAAG),
    "stel_bij": lambda p, wie: p.stel_bij(wie, WONEN, inhoud(), VANDAAG, altijd),
    "evalueer": lambda p, wie: p.evalueer(
        wie, WONEN, Doeluitkomst.DEELS, "half", Leefgebied.WONEN, altijd
    ),
    "spreek_af": lambda p, wie: p.spreek_af(wie, NIEUW, afspraak()),
    "werk_bij": lambda p, wie: p.werk_bij(
        wie, ACTIE, Actiestatus.KLAAR, None, Leefgebied.WONEN, altijd
    ),
    "leg_standpunt_vast": lambda p, wie: p.leg_standpunt_vast(
        wie, MOEDER, None, Standpunt.EENS, None, altijd
    ),
}
ALLEEN_REGISSEUR = ("sluit_af", "heropen", "laat_toe", "laat_gaan")
STELLEN = ("bepaal_volgorde", "stel_doel", "stel_bij", "evalueer", "spreek_af")


# --- following intake ------------------------------------------------------------------------


def test_following_says_nothing_when_it_already_holds() -> None:
    (
        given(Plan)
        .when(lambda p: p.volg_regie(HUIS, REGISSEUR.id))
        .then(RegieGevolgd(huishouden=HUIS, regisseur=REGISSEUR.id))
        .when(lambda p: p.volg_regie(HUIS, REGISSEUR.id))
        .then()
        .when(lambda p: p.volg_komst(HUIS, MOEDER, netwerk=False))
        .then(LedenGevolgd(huishouden=HUIS, erbij=MOEDER))
        .when(lambda p: p.volg_komst(HUIS, MOEDER, netwerk=False))
        .then()
        .when(lambda p: p.volg_vertrek(HUIS, MOEDER, netwerk=False))
        .then(LedenGevolgd(huishouden=HUIS, eraf=MOEDER))
        .when(lambda p: p.volg_vertrek(HUIS, MOEDER, netwerk=False))
        .then()
    )


def test_a_member_and_a_network_member_are_two_things() -> None:
    """A son who left home can still help as somebody from the network."""
    staat = (
        given(Plan, *gevolgd())
        .when(lambda p: p.volg_komst(HUIS, NOAH, netwerk=True))
        .then(LedenGevolgd(huishouden=HUIS, erbij=NOAH, netwerk=True))
        .when(lambda p: p.volg_vertrek(HUIS, NOAH, netwerk=False))
        .then(LedenGevolgd(huishouden=HUIS, eraf=NOAH))
        .state
    )
    assert NOAH in staat.netwerk
    assert NOAH not in staat.leden


# --- opening, closing, re-opening ------------------------------------------------------------


def test_the_regisseur_opens_one_plan() -> None:
    (
        given(Plan, *gevolgd())
        .when(lambda p: p.open(als(REGISSEUR)))
        .then(PlanGeopend(huishouden=HUIS))
        .when(lambda p: p.open(als(REGISSEUR)))
        .refuses(PlanLooptAl)
    )


def test_nobody_opens_a_plan_for_a_household_of_somebody_else() -> None:
    given(Plan).when(lambda p: p.open(als(REGISSEUR))).refuses(NietBekend)
    given(Plan, *gevolgd()).when(lambda p: p.open(als(VREEMDE))).refuses(NietBekend)
    given(Plan, *gevolgd()).when(lambda p: p.open(als(B))).refuses(NietBekend)
    given(Plan, *gevolgd()).when(lambda p: p.open(als(M))).refuses(AlleenRegisseur)


def test_a_closed_plan_is_reopened_not_opened_again() -> None:
    dicht = plan().when(lambda p: p.sluit_af(als(REGISSEUR), REDEN.waarde))
    dicht.then(PlanAfgesloten(huishouden=HUIS, reden=REDEN))
    dicht.when(lambda p: p.open(als(REGISSEUR))).refuses(PlanIsAfgesloten)


def test_reopening_revives_no_access() -> None:
    """Whoever took part has to join anew; the regisseur and the family are still there."""
    weer = (
        plan()
        .when(lambda p: p.sluit_af(als(REGISSEUR), REDEN.waarde))
        .when(lambda p: p.heropen(als(REGISSEUR), REDEN.waarde))
        .then(PlanHeropend(huishouden=HUIS, reden=REDEN))
    )
    assert weer.state.deelnemers == frozenset()
    weer.when(lambda p: p.laat_toe(als(REGISSEUR), HULP.id, deelnemer())).then(DeelnemerToegetreden)
    plan().when(lambda p: p.heropen(als(REGISSEUR), "nog eens")).refuses(PlanLooptAl)


def test_after_closing_former_deelnemers_know_nothing() -> None:
    dicht = plan().when(lambda p: p.sluit_af(als(REGISSEUR), "klaar"))
    dicht.when(bijwerken(HULP)).refuses(NietBekend)


@pytest.mark.parametrize("naam", sorted(BESLUITEN.keys() - {"heropen"}))
def test_nothing_changes_in_a_closed_plan(naam: str) -> None:
    dicht = plan().when(lambda p: p.sluit_af(als(REGISSEUR), "klaar"))
    dicht.when(lambda p: BESLUITEN[naam](p, als(REGISSEUR))).refuses(PlanIsAfgesloten)


# --- who is who ------------------------------------------------------------------------------


@pytest.mark.parametrize("naam", sorted(BESLUITEN))
@pytest.mark.parametrize("wie", [VREEMDE, OFFICER, B], ids=["vreemde", "privacy-officer", "buur"])
def test_to_an_outsider_there_is_no_plan(naam: str, wie: Persona) -> None:
    """Exactly the refusal of a plan that was never there."""
    plan().when(lambda p: BESLUITEN[naam](p, als(wie))).refuses(NietBekend)
    given(Plan).when(lambda p: BESLUITEN[naam](p, als(wie))).refuses(NietBekend)


@pytest.mark.parametrize("naam", sorted(BESLUITEN))
def test_a_plan_that_was_not_opened_is_not_there(naam: str) -> None:
    given(Plan, *gevolgd()).when(lambda p: BESLUITEN[naam](p, als(REGISSEUR))).refuses(NietBekend)


@pytest.mark.parametrize("naam", ALLEEN_REGISSEUR)
@pytest.mark.parametrize("wie", [HULP, M], ids=["deelnemer", "moeder"])
def test_what_only_the_regisseur_decides(naam: str, wie: Persona) -> None:
    plan().when(lambda p: BESLUITEN[naam](p, als(wie))).refuses(AlleenRegisseur)


@pytest.mark.parametrize("naam", STELLEN)
def test_who_sets_goals_and_actions(naam: str) -> None:
    for wie in (REGISSEUR, HULP):
        assert BESLUITEN[naam](plan().state, als(wie))
    for wie in (TOEZICHT, M):
        plan().when(lambda p, wie=wie: BESLUITEN[naam](p, als(wie))).refuses(AlleenSteller)


@pytest.mark.parametrize("naam", sorted(BESLUITEN.keys() - {"heropen"}))
def test_a_transfer_of_regie_ends_one_and_starts_the_other(naam: str) -> None:
    over = RegieGevolgd(huishouden=HUIS, regisseur=OPVOLGER.id)
    plan(over).when(lambda p: BESLUITEN[naam](p, als(REGISSEUR))).refuses(NietBekend)
    assert BESLUITEN[naam](plan(over).state, als(OPVOLGER))


def test_joining_and_leaving() -> None:
    wie = deelnemer()
    (
        plan()
        .when(lambda p: p.laat_toe(als(REGISSEUR), VREEMDE.id, wie))
        .then(
            DeelnemerToegetreden(
                huishouden=HUIS, medewerker=VREEMDE.id, deelnemer=Open(wie, veld())
            )
        )
        .when(lambda p: p.laat_gaan(als(REGISSEUR), VREEMDE.id, REDEN.waarde))
        .then(DeelnemerVertrokken(huishouden=HUIS, medewerker=VREEMDE.id, reden=REDEN))
        .when(lambda p: p.laat_gaan(als(REGISSEUR), VREEMDE.id, "nogmaals"))
        .refuses(GeenDeelnemer)
    )
    plan().when(lambda p: p.laat_toe(als(REGISSEUR), HULP.id, wie)).refuses(AlDeelnemer)


@pytest.mark.parametrize("hoed", [Hoed.INWONER, Hoed.SYSTEEM, Hoed.TOEZICHT])
def test_a_deelnemer_wears_the_hat_of_a_professional(hoed: Hoed) -> None:
    plan().when(lambda p: p.laat_toe(als(REGISSEUR), VREEMDE.id, deelnemer(hoed))).refuses(
        HoedPastNiet
    )


def test_who_left_knows_nothing_and_the_action_stays() -> None:
    weg = plan().when(lambda p: p.laat_gaan(als(REGISSEUR), HULP.id, "andere baan"))
    assert ACTIE in weg.state.acties
    weg.when(bijwerken(HULP)).refuses(NietBekend)


# --- goals -----------------------------------------------------------------------------------


def test_a_goal_is_sealed_for_the_persons_it_concerns() -> None:
    plaats = veld(MOEDER, NOAH, over=Leefgebied.WONEN)
    wat = inhoud()
    (
        plan()
        .when(lambda p: p.stel_doel(als(HULP), NIEUW, (NOAH, MOEDER, NOAH), wat, VANDAAG))
        .then(
            DoelGesteld(
                huishouden=HUIS,
                doel=NIEUW,
                personen=(MOEDER, NOAH),
                woorden=Open(wat.woorden, plaats),
                resultaat=Open(wat.resultaat, plaats),
                evaluatie_op=Open(wat.evaluatie_op, plaats),
                leefgebied=Open(Leefgebied.WONEN, plaats),
            )
        )
    )


@pytest.mark.parametrize("wie", [BUUR, VREEMDE.id], ids=["buur", "vreemde"])
def test_a_goal_concerns_members_only(wie: UUID) -> None:
    plan().when(
        lambda p: p.stel_doel(als(REGISSEUR), NIEUW, (MOEDER, wie), inhoud(), VANDAAG)
    ).refuses(PersoonHoortErNietBij)


def test_a_goal_is_looked_back_on_in_the_future() -> None:
    gisteren, vandaag = inhoud(VANDAAG - timedelta(days=1)), inhoud(VANDAAG)
    wie = als(REGISSEUR)
    plan().when(lambda p: p.stel_doel(wie, NIEUW, (NOAH,), gisteren, VANDAAG)).refuses(
        EvaluatieInVerleden
    )
    plan().when(lambda p: p.stel_bij(wie, WONEN, gisteren, VANDAAG, altijd)).refuses(
        EvaluatieInVerleden
    )
    plan().when(lambda p: p.stel_doel(wie, NIEUW, (NOAH,), vandaag, VANDAAG)).then(DoelGesteld)


def test_a_revision_is_sealed_as_the_goal_was() -> None:
    plaats = veld(NOAH, over=Leefgebied.ONDERWIJS)
    nieuw = inhoud(date(2026, 9, 1))
    nieuw = type(nieuw)("Naar school", "Elke dag", nieuw.evaluatie_op, Leefgebied.ONDERWIJS)
    (
        plan()
        .when(lambda p: p.stel_bij(als(HULP), SCHOOL, nieuw, VANDAAG, altijd))
        .then(
            DoelBijgesteld(
                huishouden=HUIS,
                doel=SCHOOL,
                woorden=Open("Naar school", plaats),
                resultaat=Open("Elke dag", plaats),
                evaluatie_op=Open(date(2026, 9, 1), plaats),
            )
        )
    )


def test_a_goal_that_is_not_in_the_plan() -> None:
    wie = als(REGISSEUR)
    for besluit in (
        lambda p: p.stel_bij(wie, NIEUW, inhoud(), VANDAAG, altijd),
        lambda p: p.evalueer(wie, NIEUW, Doeluitkomst.NIET, "nee", Leefgebied.WONEN, altijd),
        lambda p: p.spreek_af(wie, NIEUW, afspraak(doel=NIEUW)),
        lambda p: p.werk_bij(wie, NIEUW, Actiestatus.KLAAR, None, Leefgebied.WONEN, altijd),
        standpunt(REGISSEUR, MOEDER, NIEUW),
    ):
        plan().when(besluit).refuses(NietBekend)


def test_the_order_names_every_running_goal_once() -> None:
    wie = als(HULP)
    for fout in ((), (WONEN,), (WONEN, WONEN), (WONEN, SCHOOL, NIEUW), (WONEN, SCHOOL, SCHOOL)):
        plan().when(lambda p, fout=fout: p.bepaal_volgorde(wie, fout, "zo")).refuses(
            VolgordeKloptNiet
        )
    plan().when(lambda p: p.bepaal_volgorde(wie, (SCHOOL, WONEN), REDEN.waarde)).then(
        VolgordeBepaald(huishouden=HUIS, doelen=(SCHOOL, WONEN), reden=REDEN)
    )


def test_a_reached_goal_leaves_the_order_until_it_runs_again() -> None:
    wie = als(REGISSEUR)

    def evalueer(uitkomst: Doeluitkomst) -> Callable[[Plan], Sequence[Fact]]:
        return lambda p: p.evalueer(wie, WONEN, uitkomst, "samen", Leefgebied.WONEN, altijd)

    plaats = veld(MOEDER, NOAH, over=Leefgebied.WONEN)
    gehaald = (
        plan()
        .when(evalueer(Doeluitkomst.GEHAALD))
        .then(
            DoelGeevalueerd(
                huishouden=HUIS,
                doel=WONEN,
                afgerond=True,
                uitkomst=Open(Doeluitkomst.GEHAALD, plaats),
                toelichting=Open("samen", plaats),
            )
        )
        .when(lambda p: p.bepaal_volgorde(wie, (SCHOOL,), "alleen school nog"))
        .then(VolgordeBepaald)
    )
    gehaald.when(evalueer(Doeluitkomst.DEELS)).then(DoelGeevalueerd)
    gehaald.when(lambda p: p.bepaal_volgorde(wie, (SCHOOL,), "zo")).refuses(VolgordeKloptNiet)


# --- actions ---------------------------------------------------------------------------------


def test_an_action_is_sealed_as_its_goal() -> None:
    plaats, wat = veld(MOEDER, NOAH, over=Leefgebied.WONEN), afspraak()
    (
        plan()
        .when(lambda p: p.spreek_af(als(REGISSEUR), NIEUW, wat))
        .then(
            ActieAfgesproken(
                huishouden=HUIS,
                actie=NIEUW,
                doel=WONEN,
                eigenaar=HULP.id,
                eigenaarsoort=Eigenaarsoort.PROFESSIONAL,
                wat=Open(wat.wat, plaats),
                uiterlijk_op=Open(wat.uiterlijk_op, plaats),
                aard=Open(wat.aard, plaats),
            )
        )
    )


@pytest.mark.parametrize(
    ("eigenaar", "soort", "kan"),
    [
        (REGISSEUR.id, Eigenaarsoort.PROFESSIONAL, True),
        (HULP.id, Eigenaarsoort.PROFESSIONAL, True),
        (VREEMDE.id, Eigenaarsoort.PROFESSIONAL, False),
        (MOEDER, Eigenaarsoort.PROFESSIONAL, False),
        (MOEDER, Eigenaarsoort.LID, True),
        (BUUR, Eigenaarsoort.LID, False),
        (BUUR, Eigenaarsoort.NETWERK, True),
        (VADER, Eigenaarsoort.NETWERK, False),
    ],
)
def test_who_does_an_action_takes_part(eigenaar: UUID, soort: Eigenaarsoort, kan: bool) -> None:
    besluit = plan().when(lambda p: p.spreek_af(als(REGISSEUR), NIEUW, afspraak(eigenaar, soort)))
    if kan:
        besluit.then(ActieAfgesproken)
    else:
        besluit.refuses(EigenaarDoetNietMee)


@pytest.mark.parametrize(
    ("eigenaar", "soort"),
    [
        (M, Eigenaarsoort.LID),
        (B, Eigenaarsoort.NETWERK),
        (TOEZICHT, Eigenaarsoort.PROFESSIONAL),
        (HULP, Eigenaarsoort.PROFESSIONAL),
    ],
    ids=["lid", "buur", "toezicht", "hulp"],
)
def test_who_owns_an_action_tells_how_it_stands(eigenaar: Persona, soort: Eigenaarsoort) -> None:
    plaats = veld(MOEDER, NOAH, over=Leefgebied.WONEN)
    (
        plan(afgesproken(eigenaar.id, soort))
        .when(bijwerken(eigenaar))
        .then(ActieBijgewerkt(huishouden=HUIS, actie=ACTIE, status=Open(Actiestatus.BEZIG, plaats)))
    )


def test_somebody_elses_action() -> None:
    plan().when(bijwerken(M)).refuses(AlleenEigenaar)
    plan().when(bijwerken(TOEZICHT)).refuses(AlleenEigenaar)
    plan(afgesproken(MOEDER, Eigenaarsoort.LID)).when(bijwerken(HULP)).then(ActieBijgewerkt)
    weg = LedenGevolgd(huishouden=HUIS, eraf=BUUR, netwerk=True)
    plan(afgesproken(BUUR, Eigenaarsoort.NETWERK), weg).when(bijwerken(B)).refuses(NietBekend)


def test_what_did_not_work_out_has_a_reason() -> None:
    mislukt = Actiestatus.NIET_GELUKT
    plan().when(bijwerken(HULP, mislukt)).refuses(RedenOntbreekt)
    (fact,) = plan().when(bijwerken(HULP, mislukt, "niet thuis")).then(ActieBijgewerkt).facts
    assert isinstance(fact, ActieBijgewerkt)
    assert fact.reden == Open("niet thuis", veld(MOEDER, NOAH, over=Leefgebied.WONEN))


# --- changing a part that somebody else changed ----------------------------------------------


def test_a_change_is_refused_when_the_part_changed_since() -> None:
    wie = als(REGISSEUR)
    doel, actie = plan().state.doelen[WONEN].versie, plan().state.acties[ACTIE].versie
    assert (doel, actie) == (9, 11)

    def bij(versie: int) -> Callable[[Plan], Sequence[Fact]]:
        return lambda p: p.stel_bij(wie, WONEN, inhoud(), VANDAAG, gezien_op(versie))

    def klaar(versie: int) -> Callable[[Plan], Sequence[Fact]]:
        return lambda p: p.werk_bij(
            wie, ACTIE, Actiestatus.KLAAR, None, Leefgebied.WONEN, gezien_op(versie)
        )

    # Another part, an opinion, a new colleague: none of them makes this part another one.
    anders = (gesteld(NIEUW, NOAH), toegetreden(VREEMDE))
    na = plan(*anders).when(standpunt(N, NOAH, WONEN)).when(bij(doel)).then(DoelBijgesteld)
    na.when(klaar(actie)).then(ActieBijgewerkt)
    na.when(bij(doel)).refuses(Verouderd)
    plan().when(klaar(actie)).when(klaar(actie)).refuses(Verouderd)
    plan().when(
        lambda p: p.evalueer(
            wie, WONEN, Doeluitkomst.NIET, "nee", Leefgebied.WONEN, gezien_op(doel - 1)
        )
    ).refuses(Verouderd)
    plan().when(
        lambda p: p.leg_standpunt_vast(
            wie, MOEDER, ACTIE, Standpunt.EENS, None, gezien_op(actie - 1)
        )
    ).refuses(Verouderd)


def test_an_outsider_learns_nothing_from_if_match() -> None:
    plan().when(lambda p: p.stel_bij(als(VREEMDE), WONEN, inhoud(), VANDAAG, gezien_op(0))).refuses(
        NietBekend
    )


# --- what people think -----------------------------------------------------------------------


def test_noah_disagrees_with_one_goal_and_it_is_his_to_say() -> None:
    plaats = veld(NOAH)
    (
        plan()
        .when(standpunt(N, NOAH, SCHOOL))
        .then(
            StandpuntVastgelegd(
                huishouden=HUIS,
                persoon=NOAH,
                planversie=3,
                over=SCHOOL,
                standpunt=Open(Standpunt.ONEENS, plaats),
                waarom=Open("Ik wil dit niet", plaats),
            )
        )
    )
    plan().when(standpunt(N, MOEDER)).refuses(AlleenEigenStandpunt)


@pytest.mark.parametrize("wie", [REGISSEUR, HULP, TOEZICHT], ids=["regisseur", "hulp", "toezicht"])
def test_a_professional_records_what_a_member_thinks(wie: Persona) -> None:
    plan().when(standpunt(wie, VADER)).then(StandpuntVastgelegd)
    plan().when(standpunt(wie, BUUR)).refuses(PersoonHoortErNietBij)


def test_people_agree_with_a_version_of_the_content() -> None:
    """Goals and actions make a new version; progress, order, opinions and people do not."""
    wie = als(REGISSEUR)
    stappen: list[tuple[Callable[[Plan], Sequence[Fact]], int]] = [
        (lambda p: p.open(wie), 0),
        (lambda p: p.laat_toe(wie, HULP.id, deelnemer()), 0),
        (lambda p: p.stel_doel(wie, WONEN, (MOEDER,), inhoud(), VANDAAG), 1),
        (lambda p: p.spreek_af(wie, ACTIE, afspraak()), 2),
        (bijwerken(HULP), 2),
        (lambda p: p.bepaal_volgorde(wie, (WONEN,), "zo"), 2),
        (standpunt(M, MOEDER), 2),
        (lambda p: p.stel_bij(wie, WONEN, inhoud(), VANDAAG, altijd), 3),
        (lambda p: BESLUITEN["evalueer"](p, wie), 3),
        (lambda p: p.sluit_af(wie, "klaar"), 3),
        (lambda p: p.heropen(wie, "toch niet"), 3),
    ]
    verhaal = given(Plan, *gevolgd())
    for besluit, versie in stappen:
        verhaal.when(besluit)
        assert verhaal.facts
        assert verhaal.state.planversie == versie


def test_every_refusal_is_a_dutch_sentence() -> None:
    alle = [
        regel
        for regel in vars(regels).values()
        if isinstance(regel, type)
        and issubclass(regel, RegelFout)
        and regel.__module__ == regels.__name__
    ]
    assert len({regel.code for regel in alle}) == len(alle) == 14
    for regel in alle:
        assert regel.zin.endswith(".")
        assert regel.zin != RegelFout.zin
