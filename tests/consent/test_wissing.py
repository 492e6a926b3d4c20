"""Erasure: exactly that person's fields are gone, everywhere and for good; all others stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from events.base import Erased, Gezamenlijk, KeyId, Place, Sealed, Zegelplaats
from events.begrippen import Leefgebied, Rubriek, herkomst
from infra.decider import Context
from infra.keyring import Keyring
from infra.keys import CheckpointBusyError, SubjectErasedError, data_keys, person_keys
from infra.logbook import _plaats as logplaats
from infra.logbook import logregels
from infra.seal import Opener
from tests.consent.huis import Huis

LID = {"naam": "Buurvrouw Wilgenroos", "kanHelpenMet": "op Kees passen bij Wilgenroos",
       "contact": {"voorkeur": "bellen", "telefoon": "06 00000777"}}  # fmt: skip


@pytest.fixture
def buur(huis: Huis) -> UUID:
    return UUID(huis.stad.doe("ellen", f"/huishoudens/{huis.id}/netwerk", LID)["id"])


def wis(huis: Huis, persoon: UUID, **meer: Any) -> Any:
    return huis.stad.vraag("POST", "hanna", f"/personen/{persoon}/wissing", {}, **meer)


def wikkels(huis: Huis, persoon: UUID) -> set[bytes]:
    """The wrapped keys of one person as they stand on disk."""
    with huis.consent.database.read() as tx:
        zelf = select(person_keys.c.wrapped).where(person_keys.c.subject == persoon)
        eigen = select(data_keys.c.wrapped).where(data_keys.c.single == persoon)
        return {
            wrapped
            for keuze in (zelf, eigen)
            for wrapped in tx.execute(keuze).scalars()
            if wrapped is not None
        }


def bestanden(map_: Path) -> dict[str, bytes]:
    return {str(pad): pad.read_bytes() for pad in map_.rglob("*") if pad.is_file()}


def open_kids(huis: Huis, wie: str, *kids: KeyId) -> tuple[set[KeyId], set[KeyId]]:
    vrij = huis.vraag(wie, *kids)
    return set(vrij.keys), set(vrij.erased)


def test_exactly_that_persons_keys_go_and_joint_ones_by_their_policy(huis: Huis) -> None:
    anna, bert = huis.kid(huis.anna), huis.kid(huis.bert)
    allen = huis.kid(huis.anna, huis.bert)
    laatste = huis.kid(huis.anna, huis.bert, samen=Gezamenlijk.LAATSTE)
    voor = huis.vraag("yusuf", anna, bert, allen, laatste).keys
    assert wis(huis, huis.anna).status_code == 200
    na = huis.vraag("yusuf", anna, bert, allen, laatste)
    assert set(na.erased) == {anna, allen}
    assert dict(na.keys) == {bert: voor[bert], laatste: voor[laatste]}
    assert wis(huis, huis.bert).status_code == 200
    assert open_kids(huis, "yusuf", anna, bert, allen, laatste) == (
        set(), {anna, bert, allen, laatste},
    )  # fmt: skip


def test_what_waits_for_consent_is_known_to_the_regisseur_until_it_is_erased(huis: Huis) -> None:
    melding = huis.kid(huis.anna, over=Rubriek.MELDING)
    schuld = huis.kid(huis.anna)
    gevraagd = huis.vraag("ellen", melding, schuld)
    assert "blijft binnen die wet" in gevraagd.stappen[melding]
    assert (set(gevraagd.stappen), gevraagd.keys) == ({melding}, {})
    assert huis.vraag("tom", melding, schuld).stappen == {}
    assert wis(huis, huis.anna).status_code == 200
    assert huis.vraag("ellen", melding, schuld).stappen == {}


def test_in_the_dossier_only_hers_is_erased(huis: Huis, buur: UUID) -> None:
    stad, waar = huis.stad, str(huis.id)
    voor = stad.dossier("ellen", waar)
    wis(huis, buur)
    na = stad.dossier("ellen", waar)
    (netwerk,) = na["netwerk"]
    assert netwerk["persoonsnaam"] == {"gewist": True}
    for deel in ("leden", "regie", "plan", "meldingen", "notities"):
        assert na[deel] == voor[deel], deel


def test_her_words_and_keys_are_in_no_file(huis: Huis, buur: UUID, tmp_path: Path) -> None:
    sleutels = wikkels(huis, buur)
    assert sleutels
    wortel = huis.consent.provider
    oud = bytes(wortel._wrap[wortel.current])  # what only this test may look at
    alles = bestanden(tmp_path)
    assert all(any(sleutel in inhoud for inhoud in alles.values()) for sleutel in sleutels)
    assert wis(huis, buur).status_code == 200
    for naam, inhoud in bestanden(tmp_path).items():
        assert not any(sleutel in inhoud for sleutel in sleutels), naam
        assert oud not in inhoud, naam
        assert oud.hex().encode() not in inhoud, naam
        assert b"Wilgenroos" not in inhoud, naam
        assert b"06 00000777" not in inhoud, naam


def test_an_erased_name_is_on_no_page(huis: Huis, buur: UUID) -> None:
    wis(huis, buur)
    for wie, pad in (
        ("ellen", f"/dossiers/{huis.id}"),
        ("yusuf", f"/dossiers/{huis.id}"),
        ("anna", f"/dossiers/{huis.id}"),
        ("ellen", "/dossiers"),
        ("anna", f"/personen/{huis.anna}/inzagen"),
        ("joris", f"/huishoudens/{huis.id}/inzagen"),
    ):
        answer = huis.stad.vraag("GET", wie, pad)
        assert answer.status_code == 200, pad
        assert "Wilgenroos" not in answer.text, pad


def test_the_intaker_does_not_find_an_erased_person_again(huis: Huis) -> None:
    waar = {"postcode": "1234 AB", "huisnummer": "17"}
    huis.stad.doe("ellen", f"/huishoudens/{huis.id}/leden/{huis.anna}/adressen", {
        "adres": {"straat": "Voorbeeldstraat", "plaats": "Voorbeeldstad", "sinds": "2026-01-01"}
        | waar, "afgeschermd": False})  # fmt: skip
    zoek = {"naam": "Anna Proef", "geboortedatum": "1990-05-05"} | waar

    def bekend() -> bool:
        answer = huis.stad.vraag("POST", "ruben", "/personen/_zoek", zoek)
        assert answer.status_code == 200
        return bool(answer.json()["bekend"])

    assert bekend()
    wis(huis, huis.anna)
    assert not bekend()


def test_erasing_again_gives_the_same_proof(huis: Huis, buur: UUID) -> None:
    sleutel = {"Idempotency-Key": str(uuid4())}
    eerste, zelfde = wis(huis, buur, headers=sleutel), wis(huis, buur, headers=sleutel)
    opnieuw = wis(huis, buur)
    assert eerste.json() == zelfde.json()
    assert opnieuw.status_code == 200
    assert opnieuw.json()["bewijs"] == eerste.json()["bewijs"]


def test_an_open_reader_delays_the_confirmation_and_the_command_is_repeated(
    huis: Huis, buur: UUID
) -> None:
    kid = huis.kid(huis.anna)
    sleutel = {"Idempotency-Key": str(uuid4())}
    with huis.consent.database.read() as tx:
        tx.execute(select(logregels.c.nr).limit(1)).all()
        bezig = wis(huis, buur, headers=sleutel)
        assert (bezig.status_code, bezig.json()["code"]) == (503, "bezig")
    klaar = wis(huis, buur, headers=sleutel)
    assert klaar.status_code == 200
    assert len(huis.consent.provider._wrap) == 1  # the old ones are forgotten
    assert open_kids(huis, "yusuf", kid) == ({kid}, set())
    assert huis.stad.dossier("ellen", str(huis.id))["netwerk"][0]["persoonsnaam"] == {
        "gewist": True
    }


def test_a_writer_who_still_holds_a_key_writes_what_nobody_can_read(huis: Huis) -> None:
    plaats = Zegelplaats((huis.bert,), herkomst("wgs-schuldhulp"), Leefgebied.FINANCIEN_EN_SCHULDEN)
    bos = Keyring("proef", huis.consent.geef_zegelsleutels)
    sleutel = bos.sealing_keys([plaats])[plaats]
    wis(huis, huis.bert)
    capsule = sleutel.seal(Place("9999", huis.id, 1, "proef", 1), {"tekst": "nog net"})
    vrij = huis.vraag("yusuf", capsule.kid)
    assert capsule.kid in vrij.erased
    assert isinstance(Opener(vrij.keys, vrij.erased).open(Sealed(capsule, "tekst")), Erased)
    with pytest.raises(SubjectErasedError):
        Keyring("ander", huis.consent.geef_zegelsleutels).sealing_keys([plaats])


def test_nothing_is_written_about_an_erased_person(huis: Huis) -> None:
    wis(huis, huis.bert)
    answer = huis.stad.vraag(
        "POST", "ellen", f"/huishoudens/{huis.id}/leden/{huis.bert}/contactvoorkeuren",
        {"voorkeur": "bellen"},
    )  # fmt: skip
    assert answer.status_code in (404, 409)


def test_only_the_beslisser_erases(huis: Huis, buur: UUID) -> None:
    for wie in ("ellen", "joris", "anna", "tom"):
        answer = huis.stad.vraag("POST", wie, f"/personen/{buur}/wissing", {})
        assert (answer.status_code, answer.json()["code"]) == (403, "alleen-beslisser")
    assert huis.stad.dossier("ellen", str(huis.id))["netwerk"][0]["persoonsnaam"] == LID["naam"]


def test_only_a_person_can_be_erased(huis: Huis) -> None:
    """Not the keys of a month of log lines, nor those of a household, nor what does not exist."""
    (maand,) = logplaats(huis.stad.uur()).betrokkenen
    voor = huis.regels()
    for wat in (maand, huis.id, uuid4()):
        assert wis(huis, wat).status_code == 404
    assert huis.regels() == voor
    with huis.consent.database.read() as tx:
        assert huis.consent.logboek.verify(tx) == voor


def test_an_erasure_is_on_the_record(huis: Huis, buur: UUID) -> None:
    bewijs = wis(huis, buur).json()["bewijs"]
    with huis.consent.database.read() as tx:
        regels = huis.consent.logboek.read(tx, select(logregels).where(logregels.c.persoon == buur))
        (regel,) = [regel.regel for regel in regels if regel.regel.soort == "wissing"]
        boven = select(logregels).where(logregels.c.span == regel.boven)
        (wissing,) = huis.consent.logboek.read(tx, boven)
    assert "Hanna" not in str(regel.inhoud)
    assert wissing.regel.inhoud["vraag"] == {"soort": "wissing", "bewijs": bewijs}
    assert wissing.regel.inhoud["wie"]["naam"] == "Hanna Bos"


def test_what_a_person_decided_goes_with_her(huis: Huis) -> None:
    kid = huis.kid(huis.kees)
    gever = {"persoon": str(huis.kees), "gegevenDoor": str(huis.anna)}
    huis.toestemming(**gever)
    assert open_kids(huis, "ellen", kid) == ({kid}, set())
    wis(huis, huis.kees)
    assert open_kids(huis, "ellen", kid) == (set(), set())


def test_rubrieken_of_others_in_the_same_fact_stay(huis: Huis, buur: UUID) -> None:
    eigen = huis.kid(huis.anna, bron="gezinsplan", over=Rubriek.PERSONALIA)
    van_buur = huis.kid(buur, bron="gezinsplan", over=Rubriek.PERSONALIA)
    wis(huis, buur)
    assert open_kids(huis, "ellen", eigen, van_buur) == ({eigen}, {van_buur})


def test_busy_is_an_error_and_not_a_confirmation(huis: Huis, buur: UUID) -> None:
    wie = huis.wie("hanna")
    context = Context("9999", wie.actor, wie.hoed, huis.stad.uur(), wie.herkomst, uuid4())
    with huis.consent.database.read() as tx:
        tx.execute(select(logregels.c.nr).limit(1)).all()
        with pytest.raises(CheckpointBusyError):
            huis.consent.wis(wie, buur, context)
    recorded = huis.consent.wis(wie, buur, context)
    assert recorded.position > 0


def test_nothing_is_accepted_about_who_was_just_erased(huis: Huis) -> None:
    """The writing service kept its sealing key for a minute: what it sealed would be lost."""
    pad = f"/huishoudens/{huis.id}/leden/{huis.bert}/contactvoorkeuren"
    doel = {"personen": [str(huis.bert)], "woorden": "Rust", "resultaat": "slapen",
            "evaluatieOp": "2026-06-01", "leefgebied": "wonen"}  # fmt: skip
    huis.stad.doe("ellen", pad, {"voorkeur": "bellen"})
    huis.stad.doe("ellen", f"/plannen/{huis.plan}/doelen", doel)
    assert wis(huis, huis.bert, volg=False).status_code == 200
    for waar, wat in ((pad, {"voorkeur": "mailen"}), (f"/plannen/{huis.plan}/doelen", doel)):
        answer = huis.stad.vraag("POST", "ellen", waar, wat, volg=False)
        assert (answer.status_code, answer.json()["code"]) == (409, "gewist")
