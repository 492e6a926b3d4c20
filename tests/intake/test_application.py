"""Intake on a real store: no wrong door, one receipt, duplicates, repetition, erasure."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from events.base import Fact
from events.begrippen import Bron, Leefgebied
from events.consent import PersoonGewist
from events.intake import (
    HuishoudenGevormd,
    LidToegevoegd,
    MeldingAfgehandeld,
    MeldingGekoppeld,
    MeldingOntvangen,
    PersoonVastgelegd,
    RegisseurAangewezen,
)
from events.waarden import (
    Aangemelde,
    Adres,
    Gezag,
    Gezagsuitkomst,
    Ledenreden,
    Mandaat,
    Uitspraak,
)
from infra.auth import Rol
from infra.decider import NietBekend, Recorded
from infra.staff import MedewerkerOnbekend, Persona
from infra.store import SleutelHergebruikt
from services.intake.application import (
    AlleenTestBsn,
    AlleenToeleiding,
    Gevonden,
    NietMelden,
    NieuwLid,
)
from services.intake.domain import Notitie, Personalia
from services.intake.domain import regels as r
from services.intake.projections import Kenmerken
from tests.intake.world import (
    ANDER_BSN,
    ANNA,
    BEN,
    BSN,
    CAS,
    DIRK,
    EVA,
    HULPVRAAG,
    MANDAAT,
    MELDER,
    VANDAAG,
    World,
    context,
    envelope,
    nieuw_lid,
)

GEBOREN = date(2010, 5, 1)
NOAH = Aangemelde(naam="Noah de Vries", geboortedatum=GEBOREN)
IEMAND = Aangemelde(naam="Iemand Anders", geboortedatum=GEBOREN)
THUIS = Adres(straat="Dorpsstraat", huisnummer="1", postcode="1234 AB", plaats="X", sinds=VANDAAG)


def gekoppeld(world: World, huishouden: UUID) -> list[UUID]:
    return [f.melding for f in world.feiten(huishouden) if isinstance(f, MeldingGekoppeld)]


def persoon_van(world: World, melding: UUID) -> UUID:
    (fact,) = world.feiten(melding)
    assert isinstance(fact, MeldingOntvangen)
    return fact.persoon


# --- no wrong door


@pytest.mark.parametrize(
    "aangemelde",
    [
        NOAH,
        Aangemelde(naam="VRIES, Noah de", geboortedatum=GEBOREN),
        Aangemelde(naam="Onbekend", bsn=BSN),
        Aangemelde(naam="N.", geboortedatum=date(2001, 1, 1), bsn=BSN),
    ],
)
def test_a_melding_about_a_member_becomes_a_task_of_the_regisseur(
    world: World, aangemelde: Aangemelde
) -> None:
    huis, (noah,) = world.vorm(nieuw_lid("Noah de Vries", GEBOREN, BSN))
    melding = world.meld(aangemelde)
    assert gekoppeld(world, huis) == [melding]
    assert persoon_van(world, melding) == noah


def test_the_receipt_tells_nothing(world: World) -> None:
    world.vorm(nieuw_lid("Noah de Vries", GEBOREN))

    def meld(wie: Aangemelde) -> Recorded:
        return world.intake.meld(CAS.aangemeld, MELDER, wie, HULPVRAAG, True, context(CAS))

    bekend, onbekend = meld(NOAH), meld(IEMAND)
    for recorded in (bekend, onbekend):
        assert recorded.version == 1
        assert recorded.answer.keys() == {"id", "ontvangenOp", "bericht"}
        assert recorded.answer["id"] == str(recorded.stream)
        # The position is the melding's own, not that of what followed from it.
        located = world.store.envelopes(recorded.position - 1, 1)
        assert located[0][1].stream == recorded.stream
        assert len(world.feiten(recorded.stream)) == 1
    same = {"ontvangenOp", "bericht"}
    assert {k: bekend.answer[k] for k in same} == {k: onbekend.answer[k] for k in same}


def test_a_child_in_two_households_is_a_task_of_both(world: World) -> None:
    een, (noah,) = world.vorm(nieuw_lid("Noah de Vries", GEBOREN))
    twee, leden = world.vorm(nieuw_lid("Noah", persoon=noah), regisseur=BEN)
    assert leden == [noah]
    melding = world.meld(NOAH)
    assert gekoppeld(world, een) == gekoppeld(world, twee) == [melding]


def test_more_than_one_match_links_nothing(world: World) -> None:
    een, _ = world.vorm(nieuw_lid("Noah de Vries", GEBOREN, BSN))
    twee, _ = world.vorm(nieuw_lid("Noah de Vries", GEBOREN, ANDER_BSN))
    melding = world.meld(NOAH)
    assert gekoppeld(world, een) == gekoppeld(world, twee) == []
    op_bsn = world.meld(NOAH.model_copy(update={"bsn": ANDER_BSN}))
    assert gekoppeld(world, een) == []
    assert gekoppeld(world, twee) == [op_bsn]
    # A person decides: the regisseur takes it in.
    world.intake.handel_af(ANNA.aangemeld, melding, een, "hoort hier", context(ANNA))
    assert gekoppeld(world, een) == [melding]


def test_the_address_tells_namesakes_apart_unless_it_is_shielded(world: World) -> None:
    een, (a,) = world.vorm(nieuw_lid("Noah de Vries", GEBOREN, BSN))
    twee, (b,) = world.vorm(nieuw_lid("Noah de Vries", GEBOREN, ANDER_BSN))
    ander = THUIS.model_copy(update={"huisnummer": "2"})
    world.intake.woont(een, a, THUIS, False, context(ANNA))
    world.intake.woont(twee, b, ander, True, context(ANNA))
    melding = world.meld(NOAH.model_copy(update={"postcode": "1234AB", "huisnummer": "1"}))
    assert gekoppeld(world, een) == [melding]
    world.meld(NOAH.model_copy(update={"postcode": "1234AB", "huisnummer": "2"}))
    assert gekoppeld(world, twee) == []


def test_a_name_does_not_match_somebody_with_another_bsn(world: World) -> None:
    huis, _ = world.vorm(nieuw_lid("Noah de Vries", GEBOREN, BSN))
    world.meld(NOAH.model_copy(update={"bsn": ANDER_BSN}))
    assert gekoppeld(world, huis) == []


def test_a_report_adds_nothing_to_what_finds_somebody(world: World) -> None:
    huis, _ = world.vorm(nieuw_lid("Noah de Vries", GEBOREN, BSN))
    world.meld(Aangemelde(naam="Iemand Anders", geboortedatum=GEBOREN, bsn=BSN))
    world.meld(IEMAND)
    assert len(gekoppeld(world, huis)) == 1


def test_who_left_is_no_longer_a_task(world: World) -> None:
    huis, (noah,) = world.vorm(nieuw_lid("Noah de Vries", GEBOREN))
    world.intake.laat_lid_gaan(huis, noah, VANDAAG, Ledenreden.VERHUISD, context(ANNA))
    world.meld(NOAH)
    assert gekoppeld(world, huis) == []


def test_two_meldingen_about_one_new_person_find_each_other(world: World) -> None:
    assert persoon_van(world, world.meld(NOAH)) == persoon_van(world, world.meld(NOAH))
    assert persoon_van(world, world.meld(IEMAND)) != persoon_van(world, world.meld(NOAH))
    zonder = Aangemelde(naam="Noah de Vries")
    assert persoon_van(world, world.meld(zonder)) != persoon_van(world, world.meld(zonder))


def test_residents_report_too_but_supervisors_do_not(world: World) -> None:
    world.meld(NOAH, EVA)
    with pytest.raises(NietMelden):
        world.meld(NOAH, DIRK)


# --- forming


def test_forming_from_a_melding_makes_no_second_person_and_handles_it(world: World) -> None:
    melding = world.meld(NOAH)
    persoon = persoon_van(world, melding)
    huis, leden = world.vorm(
        nieuw_lid("Lena"), nieuw_lid("Noah de Vries", GEBOREN), melding=melding
    )
    assert leden[1] == persoon
    assert [type(f) for f in world.feiten(huis)] == [
        HuishoudenGevormd, RegisseurAangewezen, LidToegevoegd, LidToegevoegd,
    ]  # fmt: skip
    assert isinstance(world.feiten(melding)[-1], MeldingAfgehandeld)
    assert [type(f) for f in world.feiten(persoon)] == [PersoonVastgelegd]


def test_a_name_alone_never_takes_in_another_households_member(world: World) -> None:
    _, (noah,) = world.vorm(nieuw_lid("Noah de Vries", GEBOREN))
    _, (ander,) = world.vorm(nieuw_lid("Noah de Vries", GEBOREN), regisseur=BEN)
    assert ander != noah
    _, (bekend,) = world.vorm(nieuw_lid("Mia", date(2012, 1, 1), BSN))
    _, (zelfde,) = world.vorm(nieuw_lid("Mia", date(2012, 1, 1), BSN), regisseur=BEN)
    assert zelfde == bekend


@pytest.mark.parametrize("wie", [CAS, DIRK, EVA])
def test_forming_and_searching_is_for_toeleiding_and_coordinatie(
    world: World, wie: Persona
) -> None:
    lid = nieuw_lid("Noah")
    with pytest.raises(AlleenToeleiding):
        world.intake.vorm(wie.aangemeld, ANNA.id, MANDAAT, [lid], None, context(wie))
    with pytest.raises(AlleenToeleiding):
        world.intake.zoek(wie.aangemeld, Kenmerken(bsn=BSN))
    with pytest.raises(AlleenToeleiding):
        world.intake.handel_af(wie.aangemeld, uuid4(), None, "advies", context(wie))


def test_a_refused_household_leaves_nothing_behind(world: World) -> None:
    lid, wrong = nieuw_lid("Noah de Vries", GEBOREN), nieuw_lid("Mia", date(2030, 1, 1))
    verlopen = Mandaat(kenmerk="x", van=date(2020, 1, 1), tot=date(2021, 1, 1))
    before = world.store.log.end

    leden: Sequence[NieuwLid]
    for rule, regisseur, mandaat, leden, melding in (
        (MedewerkerOnbekend, DIRK.id, MANDAAT, [lid], None),
        (r.MandaatGeldtNiet, ANNA.id, verlopen, [lid], None),
        (r.GeenLeden, ANNA.id, MANDAAT, [], None),
        (r.InDeToekomst, ANNA.id, MANDAAT, [lid, wrong], None),
        (NietBekend, ANNA.id, MANDAAT, [lid, nieuw_lid("Wie?", persoon=uuid4())], None),
        (NietBekend, ANNA.id, MANDAAT, [lid], uuid4()),
        (AlleenTestBsn, ANNA.id, MANDAAT, [lid, nieuw_lid("Echt", None, "123456782")], None),
    ):
        with pytest.raises(rule):
            world.intake.vorm(BEN.aangemeld, regisseur, mandaat, leden, melding, context(BEN))
    assert world.store.log.end == before


def test_in_production_every_valid_bsn_is_accepted(world: World, tmp_path: Path) -> None:
    with pytest.raises(AlleenTestBsn):
        world.meld(NOAH.model_copy(update={"bsn": "123456782"}))
    (tmp_path / "p").mkdir()
    productie = World(tmp_path / "p", alleen_testbsn=False)
    productie.meld(NOAH.model_copy(update={"bsn": "123456782"}))
    productie.close()


# --- searching


def test_the_intaker_sees_whom_to_contact_and_nothing_else(world: World) -> None:
    huis, _ = world.vorm(nieuw_lid("Noah de Vries", GEBOREN, BSN))
    naam = Kenmerken(None, "Noah de Vries", GEBOREN, "1234AB", "1")
    zoek = world.intake.zoek
    for kenmerken in (Kenmerken(bsn=BSN), naam):
        assert zoek(BEN.aangemeld, kenmerken) == Gevonden(True, ANNA.medewerker)
    assert zoek(BEN.aangemeld, Kenmerken(bsn=ANDER_BSN)) == Gevonden(False)
    world.intake.draag_over(DIRK.aangemeld, huis, BEN.id, MANDAAT, "ziek", context(DIRK))
    assert zoek(BEN.aangemeld, naam) == Gevonden(True, BEN.medewerker)


def test_a_person_known_from_a_melding_only_is_not_known(world: World) -> None:
    world.meld(NOAH)
    naam = Kenmerken(None, "Noah de Vries", GEBOREN)
    assert world.intake.zoek(BEN.aangemeld, naam) == Gevonden(False)


def test_namesakes_are_left_for_a_person(world: World) -> None:
    world.vorm(nieuw_lid("Noah de Vries", GEBOREN, BSN))
    world.vorm(nieuw_lid("Noah de Vries", GEBOREN, ANDER_BSN), regisseur=BEN)
    gevonden = world.intake.zoek(BEN.aangemeld, Kenmerken(None, "Noah de Vries", GEBOREN))
    assert gevonden == Gevonden(True, None)


def test_the_register_holds_no_value_in_clear(world: World) -> None:
    huis, (noah,) = world.vorm(nieuw_lid("Noah de Vries", GEBOREN, BSN))
    world.intake.woont(huis, noah, THUIS, False, context(ANNA))
    world.intake.voeg_netwerklid_toe(huis, "Buurman Kees", "oppassen", None, context(ANNA))
    world.meld(NOAH)
    world.close()
    for path in world.folder.iterdir():
        content = path.read_bytes()
        for secret in ("Noah", "Vries", BSN, "2010-05-01", "Dorpsstraat", "Kees", "Bakker"):
            assert secret.encode() not in content, (path.name, secret)


def test_erasure_forgets_whoever_was_erased(world: World) -> None:
    huis, (noah, mia) = world.vorm(
        nieuw_lid("Noah de Vries", GEBOREN, BSN), nieuw_lid("Mia", date(2012, 1, 1))
    )
    gewist = envelope(PersoonGewist(persoon=noah, bewijs="x"))
    with world.databases[1].write() as tx:
        world.intake.register.vergeet(tx, "consent", [(1, gewist)])
        assert world.intake.register.huishoudens(tx, noah) == ()
        assert world.intake.register.huishoudens(tx, mia) == (huis,)
    assert world.intake.zoek(BEN.aangemeld, Kenmerken(bsn=BSN)) == Gevonden(False)
    assert persoon_van(world, world.meld(NOAH)) != noah


def test_a_melding_just_after_an_erasure_is_about_somebody_new(world: World) -> None:
    huis, (noah,) = world.vorm(nieuw_lid("Noah de Vries", GEBOREN))
    beslisser = DIRK.aangemeld
    world.consent.wis(beslisser, noah, context(DIRK))
    world.store._keys.forget()  # type: ignore[attr-defined]  # as after its 60 seconds
    melding = world.meld(NOAH)  # the register has not heard of it yet
    assert persoon_van(world, melding) != noah
    assert gekoppeld(world, huis) == []


# --- repetition


def test_a_repeated_command_gives_the_same_answer_and_writes_nothing(world: World) -> None:
    ctx = context(BEN, "vorm-1", b"body")
    leden = [nieuw_lid("Noah de Vries", GEBOREN, BSN), nieuw_lid("Lena", date(1980, 1, 1))]
    first = world.vorm(*leden, ctx=ctx)
    huis, (noah, _) = first
    m_ctx = context(CAS, "meld-1", b"body")
    melding = world.meld(NOAH, ctx=m_ctx)
    l_ctx = context(ANNA, "lid-1", b"body")
    lid = world.intake.voeg_lid_toe(huis, nieuw_lid("Mia", date(2012, 1, 1)), l_ctx)
    a_ctx = context(ANNA, "adres-1", b"body")
    adres = world.intake.woont(huis, noah, THUIS, False, a_ctx)
    position = world.store.log.end

    assert world.vorm(*leden, ctx=ctx) == first
    assert world.meld(NOAH, ctx=m_ctx) == melding
    assert world.intake.voeg_lid_toe(huis, nieuw_lid("Mia", date(2012, 1, 1)), l_ctx) == lid
    assert world.intake.woont(huis, noah, THUIS, False, a_ctx) == adres
    assert world.store.log.end == position
    with pytest.raises(SleutelHergebruikt):
        world.meld(NOAH, ctx=replace(m_ctx, verzoek=b"other body"))


def test_a_command_that_broke_off_is_finished_when_it_is_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = context(BEN, "vorm-1", b"body")
    leden = [nieuw_lid("Noah de Vries", GEBOREN), nieuw_lid("Lena", date(1980, 1, 1))]
    handle, calls = world.store.handle, iter(range(99))

    def breaks(*args: object, **kwargs: object) -> Recorded:
        if next(calls) == 2:  # both persons are written, the household is not
            raise sqlite3.OperationalError("disk full")
        return handle(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(world.store, "handle", breaks)
    with pytest.raises(sqlite3.OperationalError):
        world.vorm(*leden, ctx=ctx)
    monkeypatch.undo()
    huis, (noah, lena) = world.vorm(*leden, ctx=ctx)
    for persoon in (noah, lena):
        assert [type(f) for f in world.feiten(persoon)] == [PersoonVastgelegd]
    assert len(world.feiten(huis)) == 4
    personen = {e.stream for _, e in world.store.envelopes(0, 99)} - {huis}
    assert personen == {noah, lena}


# --- the rest of the work


def test_a_members_data_are_for_the_regisseur_of_a_household_she_is_in(world: World) -> None:
    huis, (noah, lena) = world.vorm(
        nieuw_lid("Noah de Vries", GEBOREN), nieuw_lid("Lena", date(1980, 1, 1))
    )
    wie, gezag = Personalia("Noah B."), Gezag(uitkomst=Gezagsuitkomst.EENHOOFDIG, houders=(lena,))
    world.intake.corrigeer(huis, noah, wie, context(ANNA))
    world.intake.leg_gezag_vast(huis, noah, gezag, context(ANNA))
    vreemd = Gezag(uitkomst=Gezagsuitkomst.EENHOOFDIG, houders=(uuid4(),))
    with pytest.raises(NietBekend):
        world.intake.leg_gezag_vast(huis, noah, vreemd, context(ANNA))
    position = world.store.log.end
    for ctx in (context(BEN), context(CAS), context(EVA)):
        with pytest.raises(NietBekend):
            world.intake.corrigeer(huis, noah, wie, ctx)
        with pytest.raises(NietBekend):
            world.intake.corrigeer(uuid4(), noah, wie, ctx)
    with pytest.raises(NietBekend):
        world.intake.woont(huis, uuid4(), THUIS, False, context(ANNA))
    assert world.store.log.end == position


def test_a_corrected_person_is_found_under_both_names(world: World) -> None:
    huis, (noah,) = world.vorm(nieuw_lid("Noah de Vries", GEBOREN))
    world.intake.corrigeer(huis, noah, Personalia("Noah Smit", GEBOREN, BSN), context(ANNA))
    for aangemelde in (NOAH, Aangemelde(naam="Noah Smit", geboortedatum=GEBOREN)):
        melding = world.meld(aangemelde)
        assert melding in gekoppeld(world, huis)


def test_network_member_moves_in_under_the_same_id(world: World) -> None:
    huis, _ = world.vorm(nieuw_lid("Noah de Vries", GEBOREN))
    recorded = world.intake.voeg_netwerklid_toe(huis, "Oma", "oppassen", None, context(ANNA))
    oma = UUID(recorded.answer["id"])
    world.intake.voeg_lid_toe(huis, nieuw_lid("Oma", persoon=oma), context(ANNA))
    assert [type(f) for f in world.feiten(oma)] == [PersoonVastgelegd]


def test_only_the_regisseur_gives_a_melding_a_place_in_her_household(world: World) -> None:
    huis, _ = world.vorm(nieuw_lid("Noah de Vries", GEBOREN))
    melding = world.meld(IEMAND)
    for where in (huis, uuid4()):
        with pytest.raises(NietBekend):
            world.intake.handel_af(BEN.aangemeld, melding, where, "x", context(BEN))
    with pytest.raises(NietBekend):
        world.intake.handel_af(ANNA.aangemeld, uuid4(), huis, "x", context(ANNA))
    assert gekoppeld(world, huis) == []
    world.intake.handel_af(BEN.aangemeld, melding, None, "advies gegeven", context(BEN))


def test_gesprek_from_start_to_end(world: World) -> None:
    huis, (noah,) = world.vorm(nieuw_lid("Noah de Vries", GEBOREN))
    ctx = context(ANNA)
    gesprek = world.intake.start_gesprek(huis, [noah, CAS.id], ctx).stream
    world.intake.houd_zitting(gesprek, [noah], 45, context(ANNA))
    zin = Uitspraak(tekst="Ik wil naar school.", bron=Bron.GEZEGD, van="Noah")
    inhoud = Notitie((noah,), Leefgebied.ONDERWIJS, "verzuim", wens=zin, zrm=3)
    notitie = UUID(world.intake.noteer(gesprek, inhoud, context(ANNA)).answer["id"])
    world.intake.rond_af(gesprek, context(ANNA))
    world.intake.vul_aan(gesprek, notitie, Leefgebied.ONDERWIJS, zin, context(ANNA))
    facts: list[Fact] = world.feiten(gesprek)
    assert len(facts) == 5
    with pytest.raises(NietBekend):
        world.intake.noteer(gesprek, inhoud, context(CAS))
    with pytest.raises(NietBekend):
        world.intake.rond_af(uuid4(), context(ANNA))


def test_a_resident_forms_nothing_even_with_a_professionals_hat(world: World) -> None:
    eva = replace(EVA.aangemeld, hoed=BEN.hoed)
    assert eva.rol is Rol.INWONER
    with pytest.raises(AlleenToeleiding):
        world.intake.vorm(eva, ANNA.id, MANDAAT, [nieuw_lid("N")], None, context(EVA))
