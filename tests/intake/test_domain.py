"""Every rule of intake: given these facts, when this is decided, then …"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from events.base import Fact, Open
from events.begrippen import Bron, Grondslag, Leefgebied, Rubriek, herkomst
from events.intake import (
    AdresVastgelegd,
    GesprekAfgerond,
    GesprekGestart,
    GezagVastgelegd,
    HuishoudenGevormd,
    LeefgebiedBesproken,
    LidToegevoegd,
    LidVertrokken,
    MeewerkerGevolgd,
    MeewerkersVervallen,
    MeldingAfgehandeld,
    MeldingGekoppeld,
    MeldingOntvangen,
    MeldingOpgepakt,
    NetwerklidToegevoegd,
    NetwerklidVertrokken,
    NotitieAangevuld,
    PersoonVastgelegd,
    RegieOvergedragen,
    RegisseurAangewezen,
    RegistratieMeegedeeld,
    RegistratieNogNietMeegedeeld,
    VerkenningAfgerond,
    ZittingGehouden,
)
from events.plan import DeelnemerToegetreden, DeelnemerVertrokken, PlanAfgesloten, PlanHeropend
from events.waarden import (
    Aangemelde,
    Adres,
    Contact,
    Deelnemer,
    Gezag,
    Gezagsuitkomst,
    Huishoudrol,
    Informatie,
    Ledenreden,
    Mandaat,
    Uitspraak,
    Verkenning,
)
from infra.decider import NietBekend
from infra.staff import Persona
from services.intake.domain import (
    Gesprek,
    Huishouden,
    Lid,
    Melding,
    Notitie,
    Personalia,
    Persoon,
    Regie,
    adresspoor,
    naamspoor,
)
from services.intake.domain import regels as r
from services.intake.domain.regels import gedeeld
from services.intake.policies import react
from tests.intake.world import (
    ANNA,
    BEN,
    BUUR,
    CAS,
    DIRK,
    EVA,
    HUIS,
    HULPVRAAG,
    MANDAAT,
    MELDER,
    MOEDER,
    NOAH,
    VANDAAG,
    context,
    envelope,
    gevormd,
    netwerklid,
)
from tests.scenario import folded, given

MELDING, GESPREK, NOTITIE = (UUID(int=n) for n in (200, 201, 202))
MORGEN = VANDAAG + timedelta(days=1)
REGIE = Regie(ANNA.id, ANNA.medewerker, MANDAAT)
ZIN = Uitspraak(tekst="Het gaat beter.", bron=Bron.GEZIEN)


def nieuw(
    persoon: UUID = NOAH, reden: Ledenreden = Ledenreden.GEVORMD, sinds: date = VANDAAG
) -> Lid:
    return Lid(persoon, Huishoudrol.KIND, sinds, reden)


# --- forming and regie


def test_household_begins_with_its_regisseur_and_members() -> None:
    given(Huishouden).when(
        lambda h: h.vorm(HUIS, REGIE, [nieuw(MOEDER), nieuw(NOAH)], None, context())
    ).then(HuishoudenGevormd, RegisseurAangewezen, LidToegevoegd, LidToegevoegd)


def test_regie_and_membership_are_sealed_under_the_shared_plan() -> None:
    facts = Huishouden().vorm(HUIS, REGIE, [nieuw()], None, context(CAS))
    assert isinstance(facts[1], RegisseurAangewezen)
    assert isinstance(facts[1].mandaat, Open)
    assert facts[1].mandaat.plaats == gedeeld(Rubriek.REGIE, HUIS)
    assert isinstance(facts[2], LidToegevoegd)
    assert isinstance(facts[2].rol, Open)
    assert facts[2].rol.plaats == gedeeld(Rubriek.REGIE, NOAH)


@pytest.mark.parametrize(
    "mandaat",
    [
        Mandaat(kenmerk="x", van=MORGEN),
        Mandaat(kenmerk="x", van=date(2025, 1, 1), tot=date(2025, 12, 31)),
        Mandaat(kenmerk="x", van=VANDAAG, tot=date(2025, 12, 31)),
    ],
)
def test_mandate_must_hold_today(mandaat: Mandaat) -> None:
    regie = replace(REGIE, mandaat=mandaat)
    given(Huishouden).when(lambda h: h.vorm(HUIS, regie, [nieuw()], None, context())).refuses(
        r.MandaatGeldtNiet
    )
    given(Huishouden, *gevormd()).when(
        lambda h: h.draag_over(HUIS, regie, "ziek", context(DIRK), beslisser=True)
    ).refuses(r.MandaatGeldtNiet)


def test_mandate_holds_on_its_first_and_last_day() -> None:
    regie = replace(REGIE, mandaat=Mandaat(kenmerk="x", van=VANDAAG, tot=VANDAAG))
    assert Huishouden().vorm(HUIS, regie, [nieuw()], None, context())


def test_household_needs_a_member_and_is_formed_once() -> None:
    given(Huishouden).when(lambda h: h.vorm(HUIS, REGIE, [], None, context())).refuses(r.GeenLeden)
    given(Huishouden).when(
        lambda h: h.vorm(HUIS, REGIE, [nieuw(), nieuw()], None, context())
    ).refuses(r.AlBetrokken)
    given(Huishouden, *gevormd()).when(
        lambda h: h.vorm(HUIS, REGIE, [nieuw()], None, context())
    ).refuses(r.AlGevormd)


def test_transfer_is_one_fact_and_ends_the_first_regisseurs_rights() -> None:
    ben = Regie(BEN.id, BEN.medewerker, MANDAAT)
    scenario = (
        given(Huishouden, *gevormd())
        .when(lambda h: h.draag_over(HUIS, ben, "verhuisd", context(ANNA), beslisser=False))
        .then(RegieOvergedragen)
    )
    assert scenario.state.regisseur == BEN.id
    scenario.when(lambda h: h.voeg_lid_toe(nieuw(uuid4()), context(BEN))).then(LidToegevoegd)
    scenario.when(lambda h: h.voeg_lid_toe(nieuw(uuid4()), context(ANNA))).refuses(NietBekend)


def test_beslisser_transfers_too_and_nobody_else() -> None:
    ben = Regie(BEN.id, BEN.medewerker, MANDAAT)
    given(Huishouden, *gevormd()).when(
        lambda h: h.draag_over(HUIS, ben, "ziek", context(DIRK), beslisser=True)
    ).then(RegieOvergedragen)
    given(Huishouden, *gevormd()).when(
        lambda h: h.draag_over(HUIS, ben, "zelf", context(BEN), beslisser=False)
    ).refuses(NietBekend)
    given(Huishouden).when(
        lambda h: h.draag_over(HUIS, ben, "niets", context(DIRK), beslisser=True)
    ).refuses(NietBekend)


def test_own_mandate_is_extended_by_the_beslisser_only() -> None:
    given(Huishouden, *gevormd()).when(
        lambda h: h.draag_over(HUIS, REGIE, "langer", context(ANNA), beslisser=False)
    ).refuses(r.EigenMandaat)
    given(Huishouden, *gevormd()).when(
        lambda h: h.draag_over(HUIS, REGIE, "langer", context(DIRK), beslisser=True)
    ).then(RegieOvergedragen)


@pytest.mark.parametrize("wie", [BEN, CAS, DIRK, EVA])
def test_to_others_every_change_is_as_if_the_household_did_not_exist(wie: Persona) -> None:
    ctx = context(wie)
    verkenning = Verkenning(
        meervoudig=True, waarom="x", grondslag=Grondslag(bwb="BWBR0035362", artikel="2.3.2")
    )
    for past in ([], [*gevormd(), netwerklid(), MeldingGekoppeld(melding=MELDING)]):
        for decide in (
            lambda h: h.voeg_lid_toe(nieuw(uuid4()), ctx),
            lambda h: h.laat_lid_gaan(NOAH, VANDAAG, Ledenreden.VERHUISD, ctx),
            lambda h: h.voeg_netwerklid_toe(uuid4(), "n", "k", None, ctx),
            lambda h: h.laat_netwerklid_gaan(BUUR, ctx),
            lambda h: h.pak_op(HUIS, MELDING, "gebeld", ctx),
            lambda h: h.verken(HUIS, verkenning, ctx),
            lambda h: h.deel_mee(NOAH, Informatie(op=VANDAAG, hoe="brief"), ctx),
            lambda h: h.stel_mededeling_uit(NOAH, "onveilig", ctx),
            lambda h: Gesprek().start(HUIS, h, [NOAH], {NOAH}, ctx),
        ):
            given(Huishouden, *past).when(decide).refuses(NietBekend)


# --- members and network


@pytest.mark.parametrize(
    "reden", [Ledenreden.VERHUISD, Ledenreden.GESCHEIDEN, Ledenreden.UIT_HUIS, Ledenreden.OVERLEDEN]
)
def test_member_leaves_and_may_come_back(reden: Ledenreden) -> None:
    given(Huishouden, *gevormd()).when(
        lambda h: h.laat_lid_gaan(NOAH, VANDAAG, reden, context())
    ).then(LidVertrokken).when(
        lambda h: h.voeg_lid_toe(nieuw(NOAH, Ledenreden.INGETROKKEN), context())
    ).then(LidToegevoegd)


def test_reason_fits_joining_or_leaving() -> None:
    given(Huishouden, *gevormd()).when(
        lambda h: h.laat_lid_gaan(NOAH, VANDAAG, Ledenreden.GEBOREN, context())
    ).refuses(r.RedenPastNiet)
    given(Huishouden, *gevormd()).when(
        lambda h: h.voeg_lid_toe(nieuw(uuid4(), Ledenreden.OVERLEDEN), context())
    ).refuses(r.RedenPastNiet)


def test_nobody_joins_or_leaves_in_the_future() -> None:
    given(Huishouden, *gevormd()).when(
        lambda h: h.laat_lid_gaan(NOAH, MORGEN, Ledenreden.VERHUISD, context())
    ).refuses(r.InDeToekomst)
    given(Huishouden, *gevormd()).when(
        lambda h: h.voeg_lid_toe(nieuw(uuid4(), Ledenreden.GEBOREN, MORGEN), context())
    ).refuses(r.InDeToekomst)


def test_member_joins_once_and_a_stranger_cannot_leave() -> None:
    given(Huishouden, *gevormd()).when(lambda h: h.voeg_lid_toe(nieuw(), context())).refuses(
        r.AlBetrokken
    )
    given(Huishouden, *gevormd()).when(
        lambda h: h.laat_lid_gaan(uuid4(), VANDAAG, Ledenreden.VERHUISD, context())
    ).refuses(NietBekend)


def test_network_member_joins_leaves_and_may_become_a_member() -> None:
    contact = Contact(telefoon="0600000000", voorkeur="bellen")
    given(Huishouden, *gevormd()).when(
        lambda h: h.voeg_netwerklid_toe(BUUR, "Buur Man", "oppassen", contact, context())
    ).then(NetwerklidToegevoegd).when(lambda h: h.laat_netwerklid_gaan(BUUR, context())).then(
        NetwerklidVertrokken
    ).when(lambda h: h.laat_netwerklid_gaan(BUUR, context())).refuses(NietBekend)
    given(Huishouden, *gevormd(), netwerklid()).when(
        lambda h: h.voeg_netwerklid_toe(BUUR, "Buur Man", "oppassen", None, context())
    ).refuses(r.AlBetrokken)
    scenario = given(Huishouden, *gevormd(), netwerklid()).when(
        lambda h: h.voeg_lid_toe(nieuw(BUUR, Ledenreden.INGETROKKEN), context())
    )
    assert BUUR in scenario.state.leden
    assert BUUR not in scenario.state.netwerk


# --- meldingen, verkenning, who was told


def test_melding_becomes_a_task_once_and_is_taken_up_once() -> None:
    given(Huishouden, *gevormd()).when(lambda h: h.koppel(MELDING)).then(
        MeldingGekoppeld(melding=MELDING)
    ).when(lambda h: h.koppel(MELDING)).then().when(
        lambda h: h.pak_op(HUIS, MELDING, "gebeld met school", context())
    ).then(MeldingOpgepakt).when(lambda h: h.pak_op(HUIS, MELDING, "nog eens", context())).refuses(
        r.AlOpgepakt
    )
    given(Huishouden, *gevormd()).when(
        lambda h: h.pak_op(HUIS, MELDING, "gebeld", context())
    ).refuses(NietBekend)
    given(Huishouden).when(lambda h: h.koppel(MELDING)).refuses(NietBekend)


def test_the_melding_a_household_was_formed_from_is_no_task() -> None:
    given(Huishouden, *gevormd(melding=MELDING)).when(lambda h: h.koppel(MELDING)).then()


def test_verkenning_is_recorded_with_its_ground() -> None:
    verkenning = Verkenning(
        meervoudig=True, waarom="schulden en verzuim",
        grondslag=Grondslag(bwb="BWBR0035362", artikel="2.3.2", lid="4"),
    )  # fmt: skip
    given(Huishouden, *gevormd()).when(lambda h: h.verken(HUIS, verkenning, context())).then(
        VerkenningAfgerond(verkenning=Open(verkenning, gedeeld(Rubriek.REGIE, HUIS)))
    )


def test_everybody_is_told_or_there_is_a_reason_why_not() -> None:
    verteld = Informatie(op=VANDAAG, hoe="brief")
    given(Huishouden, *gevormd(), netwerklid()).when(
        lambda h: h.stel_mededeling_uit(MOEDER, "eerst veiligheid", context())
    ).then(RegistratieNogNietMeegedeeld).when(
        lambda h: h.deel_mee(MOEDER, verteld, context())
    ).then(RegistratieMeegedeeld).when(lambda h: h.deel_mee(BUUR, verteld, context())).then(
        RegistratieMeegedeeld
    ).when(lambda h: h.stel_mededeling_uit(MOEDER, "toch niet", context())).refuses(r.AlMeegedeeld)


def test_a_parent_who_left_is_told_too_but_not_a_stranger_nor_tomorrow() -> None:
    scenario = given(Huishouden, *gevormd()).when(
        lambda h: h.laat_lid_gaan(MOEDER, VANDAAG, Ledenreden.GESCHEIDEN, context())
    )
    scenario.when(
        lambda h: h.deel_mee(MOEDER, Informatie(op=VANDAAG, hoe="brief"), context())
    ).then(RegistratieMeegedeeld)
    given(Huishouden, *gevormd()).when(
        lambda h: h.deel_mee(uuid4(), Informatie(op=VANDAAG, hoe="brief"), context())
    ).refuses(NietBekend)
    given(Huishouden, *gevormd()).when(
        lambda h: h.deel_mee(NOAH, Informatie(op=MORGEN, hoe="brief"), context())
    ).refuses(r.InDeToekomst)


def test_why_somebody_was_not_told_is_not_sealed_for_fellow_members() -> None:
    given(Huishouden, *gevormd()).when(
        lambda h: h.stel_mededeling_uit(MOEDER, "gevaar", context())
    ).then(
        RegistratieNogNietMeegedeeld(
            persoon=MOEDER, waarom=Open("gevaar", gedeeld(Rubriek.MELDING, MOEDER))
        )
    )


# --- melding


def test_melding_is_sealed_for_the_person_under_the_reporters_law() -> None:
    ctx = replace(context(CAS), herkomst=herkomst("school"))
    wie = Aangemelde(naam="Noah Bakker")
    scenario = given(Melding).when(lambda m: m.ontvang(NOAH, MELDER, wie, HULPVRAAG, True, ctx))
    scenario.then(MeldingOntvangen)
    (fact,) = scenario.facts
    assert isinstance(fact, MeldingOntvangen)
    for field in (fact.melder, fact.aangemelde, fact.hulpvraag):
        assert isinstance(field, Open)
        assert field.plaats.betrokkenen == (NOAH,)
        assert field.plaats.herkomst.code == "school"
        assert field.plaats.onderwerp is Rubriek.MELDING


def test_melding_is_received_and_handled_once() -> None:
    wie = Aangemelde(naam="Noah Bakker")
    given(Melding).when(lambda m: m.ontvang(NOAH, MELDER, wie, HULPVRAAG, True, context())).when(
        lambda m: m.handel_af(None, "advies", context())
    ).then(MeldingAfgehandeld).when(lambda m: m.krijgt_huishouden(HUIS, context())).then().when(
        lambda m: m.handel_af(HUIS, "nog eens", context())
    ).refuses(r.AlAfgehandeld)
    given(Melding).when(lambda m: m.handel_af(None, "advies", context())).refuses(NietBekend)
    given(Melding).when(lambda m: m.ontvang(NOAH, MELDER, wie, HULPVRAAG, True, context())).when(
        lambda m: m.ontvang(NOAH, MELDER, wie, HULPVRAAG, True, context())
    ).refuses(r.AlOntvangen)


# --- persoon


def persoon(*meer: Personalia) -> Persoon:
    state = Persoon()
    for wie in (Personalia("Noah Bakker"), *meer):
        for fact in state.leg_vast(NOAH, wie, context()):
            state = state.evolve(fact)
    return state


def test_person_is_recorded_once_and_then_corrected() -> None:
    given(Persoon).when(
        lambda p: p.leg_vast(NOAH, Personalia("Noah", date(2010, 5, 1), "999900006"), context())
    ).then(PersoonVastgelegd).when(
        lambda p: p.leg_vast(NOAH, Personalia("Iemand anders"), context())
    ).then().when(lambda p: p.corrigeer(NOAH, Personalia("Noah B."), context())).then(
        PersoonVastgelegd(persoonsnaam=Open("Noah B.", gedeeld(Rubriek.PERSONALIA, NOAH)))
    )


def test_person_without_a_name_or_born_tomorrow_is_refused() -> None:
    given(Persoon).when(lambda p: p.leg_vast(NOAH, Personalia(), context())).refuses(NietBekend)
    given(Persoon).when(lambda p: p.corrigeer(NOAH, Personalia("N"), context())).refuses(NietBekend)
    given(Persoon).when(lambda p: p.leg_vast(NOAH, Personalia("Noah", MORGEN), context())).refuses(
        r.InDeToekomst
    )


def test_bsn_has_a_key_of_its_own() -> None:
    (fact,) = Persoon().leg_vast(NOAH, Personalia("Noah", None, "999900006"), context())
    assert isinstance(fact, PersoonVastgelegd)
    assert isinstance(fact.bsn, Open)
    assert fact.bsn.plaats.onderwerp is Rubriek.IDENTIFICATIE


@pytest.mark.parametrize(
    ("afgeschermd", "rubriek"), [(True, Rubriek.ADRES_AFGESCHERMD), (False, Rubriek.ADRES)]
)
def test_only_the_key_knows_that_an_address_is_shielded(
    afgeschermd: bool, rubriek: Rubriek
) -> None:
    adres = Adres(plaats="Ergens", sinds=VANDAAG, geen_vast_adres=True)
    given(persoon).when(lambda p: p.woont(HUIS, NOAH, adres, afgeschermd)).then(
        AdresVastgelegd(adres=Open(adres, gedeeld(rubriek, NOAH)), huishouden=HUIS)
    )


def test_address_ends_after_it_began() -> None:
    adres = Adres(plaats="Ergens", sinds=VANDAAG, tot=VANDAAG - timedelta(days=1))
    given(persoon).when(lambda p: p.woont(HUIS, NOAH, adres, False)).refuses(r.EindeVoorBegin)


@pytest.mark.parametrize(
    ("uitkomst", "aantal", "goed"),
    [
        (Gezagsuitkomst.GEZAMENLIJK_OUDERLIJK, 2, True),
        (Gezagsuitkomst.GEZAMENLIJK_OUDERLIJK, 1, False),
        (Gezagsuitkomst.EENHOOFDIG, 1, True),
        (Gezagsuitkomst.EENHOOFDIG, 0, False),
        (Gezagsuitkomst.VOOGDIJ, 0, True),
        (Gezagsuitkomst.TIJDELIJK_GEEN, 0, True),
        (Gezagsuitkomst.TIJDELIJK_GEEN, 1, False),
        (Gezagsuitkomst.NIET_TE_BEPALEN, 1, False),
        (Gezagsuitkomst.IN_ONDERZOEK, 0, True),
        (Gezagsuitkomst.IN_ONDERZOEK, 1, False),
    ],
)
def test_number_of_holders_fits_the_outcome(
    uitkomst: Gezagsuitkomst, aantal: int, goed: bool
) -> None:
    gezag = Gezag(uitkomst=uitkomst, houders=(MOEDER, BUUR)[:aantal])
    scenario = given(persoon).when(lambda p: p.gezag(NOAH, gezag))
    if goed:
        scenario.then(GezagVastgelegd)
    else:
        scenario.refuses(r.GezagKloptNiet)


def test_nobody_holds_custody_over_herself_or_twice() -> None:
    for houders in ((NOAH,), (MOEDER, MOEDER)):
        gezag = Gezag(uitkomst=Gezagsuitkomst.VOOGDIJ, houders=houders)
        given(persoon).when(partial(Persoon.gezag, persoon=NOAH, gezag=gezag)).refuses(
            r.GezagKloptNiet
        )


# --- gesprek


STAND = given(Huishouden, *gevormd(), netwerklid()).state
STAND_CAS = STAND.evolve(MeewerkerGevolgd(erbij=CAS.id))
GESTART = GesprekGestart(huishouden=HUIS, deelnemers=(MOEDER,))
ZITTING = ZittingGehouden(deelnemers=(MOEDER,), minuten=60)


def notitie(*personen: UUID, zrm: int | None = None, wens: Uitspraak | None = ZIN) -> Notitie:
    return Notitie(personen or (NOAH,), Leefgebied.ONDERWIJS, "verzuim", wens=wens, zrm=zrm)


def test_gesprek_runs_over_sittings_and_ends() -> None:
    gids = {ANNA.id}
    given(Gesprek).when(
        lambda g: g.start(HUIS, STAND, [MOEDER, BUUR, ANNA.id], gids, context())
    ).then(GesprekGestart).when(lambda g: g.rond_af(STAND, context())).refuses(r.GeenZitting)
    given(Gesprek, GESTART).when(
        lambda g: g.houd_zitting(STAND, [MOEDER], gids, 90, context())
    ).then(ZittingGehouden(deelnemers=(MOEDER,), minuten=90)).when(
        lambda g: g.rond_af(STAND, context())
    ).then(GesprekAfgerond).when(
        lambda g: g.houd_zitting(STAND, [MOEDER], gids, 5, context())
    ).refuses(r.GesprekAlAfgerond)


def test_only_known_people_sit_at_the_table() -> None:
    given(Gesprek).when(lambda g: g.start(HUIS, STAND, [uuid4()], {ANNA.id}, context())).refuses(
        r.DeelnemerOnbekend
    )
    given(Gesprek, GESTART).when(
        lambda g: g.houd_zitting(STAND, [uuid4()], {ANNA.id}, 10, context())
    ).refuses(r.DeelnemerOnbekend)


def test_note_is_sealed_under_the_authors_law_and_its_leefgebied() -> None:
    ctx = replace(context(CAS), herkomst=herkomst("jeugd-toegang"))
    scenario = given(Gesprek, GESTART).when(
        lambda g: g.noteer(STAND_CAS, NOTITIE, notitie(NOAH, MOEDER), ctx)
    )
    (fact,) = scenario.facts
    assert isinstance(fact, LeefgebiedBesproken)
    assert fact.gaat_goed is None
    for field in (fact.leefgebied, fact.reden, fact.wens):
        assert isinstance(field, Open)
        assert field.plaats.betrokkenen == (MOEDER, NOAH)
        assert field.plaats.herkomst.code == "jeugd-toegang"
        assert field.plaats.onderwerp is Leefgebied.ONDERWIJS


def test_note_says_something_and_zrm_is_about_one_person() -> None:
    ctx = context()
    given(Gesprek, GESTART).when(
        lambda g: g.noteer(STAND, NOTITIE, notitie(wens=None), ctx)
    ).refuses(r.LegeNotitie)
    given(Gesprek, GESTART).when(
        lambda g: g.noteer(STAND, NOTITIE, notitie(wens=None, zrm=3), ctx)
    ).then(LeefgebiedBesproken)
    given(Gesprek, GESTART).when(
        lambda g: g.noteer(STAND, NOTITIE, notitie(NOAH, MOEDER, zrm=3), ctx)
    ).refuses(r.ZrmPerPersoon)


def test_note_is_about_members_and_the_gesprek_runs() -> None:
    ctx = context()
    given(Gesprek, GESTART).when(lambda g: g.noteer(STAND, NOTITIE, notitie(uuid4()), ctx)).refuses(
        NietBekend
    )
    given(Gesprek).when(lambda g: g.noteer(STAND, NOTITIE, notitie(), ctx)).refuses(NietBekend)
    given(Gesprek, GESTART, ZITTING, GesprekAfgerond(huishouden=HUIS)).when(
        lambda g: g.noteer(STAND, NOTITIE, notitie(), ctx)
    ).refuses(r.GesprekAlAfgerond)


def test_a_note_gets_another_reading_also_afterwards() -> None:
    scenario = given(Gesprek, GESTART, ZITTING).when(
        lambda g: g.noteer(STAND, NOTITIE, notitie(), context())
    )
    scenario.when(lambda g: g.rond_af(STAND, context()))
    scenario.when(lambda g: g.vul_aan(STAND, NOTITIE, Leefgebied.ONDERWIJS, ZIN, context())).then(
        NotitieAangevuld
    )
    scenario.when(
        lambda g: g.vul_aan(STAND, uuid4(), Leefgebied.ONDERWIJS, ZIN, context())
    ).refuses(NietBekend)


@pytest.mark.parametrize("wie", [BEN, CAS, DIRK, EVA])
def test_to_others_a_gesprek_does_not_exist(wie: Persona) -> None:
    for decide in (
        lambda g: g.houd_zitting(STAND, [MOEDER], set(), 10, context(wie)),
        lambda g: g.noteer(STAND, NOTITIE, notitie(), context(wie)),
        lambda g: g.vul_aan(STAND, NOTITIE, Leefgebied.ONDERWIJS, ZIN, context(wie)),
        lambda g: g.rond_af(STAND, context(wie)),
    ):
        given(Gesprek, GESTART, ZITTING).when(decide).refuses(NietBekend)


# --- following the plan


def _deelnemer(wie: UUID) -> DeelnemerToegetreden:
    rol = Deelnemer(
        naam="Cas", organisatie="Jeugdhulp", functie="hulp", hoed=CAS.hoed, taak="begeleiden",
        herkomst="jeugd-toegang",
    )  # fmt: skip
    return DeelnemerToegetreden(
        huishouden=HUIS, medewerker=wie, deelnemer=Open(rol, gedeeld(Rubriek.REGIE, HUIS))
    )


def _volg(state: Huishouden, *facts: Fact) -> Huishouden:
    for fact in facts:
        for reaction in react(envelope(fact, uuid4())):
            assert (reaction.kind, reaction.stream) == (Huishouden, HUIS)
            state = folded(state, reaction.decide(state))
    return state


def test_who_joins_the_plan_may_write_until_she_leaves() -> None:
    vertrokken = DeelnemerVertrokken(
        huishouden=HUIS, medewerker=CAS.id, reden=Open("klaar", gedeeld(Rubriek.REGIE, HUIS))
    )
    erbij = _volg(STAND, _deelnemer(CAS.id), _deelnemer(CAS.id))
    given(Gesprek, GESTART).when(lambda g: g.noteer(erbij, NOTITIE, notitie(), context(CAS))).then(
        LeefgebiedBesproken
    )
    eraf = _volg(erbij, vertrokken, vertrokken)
    given(Gesprek, GESTART).when(
        lambda g: g.noteer(eraf, NOTITIE, notitie(), context(CAS))
    ).refuses(NietBekend)


def test_closing_the_plan_ends_everybodys_place_and_reopening_revives_none() -> None:
    reden = Open("klaar", gedeeld(Rubriek.REGIE, HUIS))
    stand = _volg(STAND, _deelnemer(CAS.id), _deelnemer(BEN.id))
    assert stand.meewerkers == {CAS.id, BEN.id}
    stand = _volg(stand, PlanAfgesloten(huishouden=HUIS, reden=reden))
    stand = _volg(stand, PlanHeropend(huishouden=HUIS, reden=reden))
    assert stand.meewerkers == frozenset()


def test_what_is_known_is_not_recorded_again() -> None:
    given(Huishouden, *gevormd()).when(lambda h: h.volg_meewerker(erbij=CAS.id)).then(
        MeewerkerGevolgd(erbij=CAS.id)
    ).when(lambda h: h.volg_meewerker(erbij=CAS.id)).then().when(
        lambda h: h.laat_meewerkers_vervallen()
    ).then(MeewerkersVervallen).when(lambda h: h.laat_meewerkers_vervallen()).then()
    given(Huishouden, *gevormd()).when(lambda h: h.volg_meewerker(eraf=CAS.id)).then()


def test_a_meewerker_writes_but_does_not_change_the_household() -> None:
    given(Huishouden, *gevormd(), MeewerkerGevolgd(erbij=CAS.id)).when(
        lambda h: h.voeg_lid_toe(nieuw(uuid4()), context(CAS))
    ).refuses(NietBekend)


# --- recognising somebody


def test_spelling_makes_no_difference() -> None:
    dag = date(2010, 5, 1)
    assert naamspoor("Noah  de Vrîes", dag) == naamspoor("VRIES, de noah", dag)
    assert naamspoor("Noah de Vries", dag) != naamspoor("Noah de Vries", date(2010, 5, 2))
    assert naamspoor("يوسف", dag) != naamspoor("علي", dag)
    assert naamspoor("---", dag) is None
    assert adresspoor("1234 AB", "12-a") == adresspoor("1234AB", "12A")
