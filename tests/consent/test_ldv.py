"""The Logboek Dataverwerkingen, rule by rule, against the real log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from infra import trace
from infra.decider import NietBekend, WordtHersteld
from infra.keys import UnknownKeyError
from services.consent.log.register import FG, register
from services.consent.log.verantwoording import NAMEN, OnbekendAttribuutError, logregel, status
from tests.consent.huis import Huis
from tests.consent.ldvboek import (
    LEZEN,
    STAP,
    WAT,
    WIE,
    gevonden,
    lijnen,
    pseudoniem,
    rijen,
)
from tests.system.stad import stad


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    """One household for all questions that only add to the log."""
    with stad(tmp_path_factory.mktemp("ldv")) as made:
        yield Huis(made)


def test_ldv_01_a_write_that_is_not_confirmed_fails_the_processing(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    kid, voor = huis.kid(huis.anna), huis.regels()

    def vol(*_: Any, **__: Any) -> None:
        raise OSError

    monkeypatch.setattr(huis.consent.logboek, "write", vol)
    with pytest.raises(Exception):  # noqa: B017, PT011  # whatever it is: no key
        huis.vraag("yusuf", kid)
    assert huis.regels() == voor


def test_ldv_02_a_new_trace_when_none_is_known_and_a_span_for_every_action(huis: Huis) -> None:
    kid, voor = huis.kid(huis.anna, huis.bert), huis.regels()
    huis.vraag("yusuf", kid)
    huis.vraag("yusuf", kid)
    nieuw = rijen(huis, voor)
    assert len({rij.regel.vraag for rij in nieuw}) == 2
    spans = [rij.regel.span for rij in nieuw]
    assert len(set(spans)) == len(spans) == 6
    assert all(re.fullmatch("[0-9a-f]{16}", span or "") for span in spans)


def test_ldv_03_a_nested_action_has_the_trace_and_the_span_above_it(huis: Huis) -> None:
    kid, voor = huis.kid(huis.anna, huis.bert), huis.regels()
    huis.vraag("yusuf", kid)
    besluit, *regels = rijen(huis, voor)
    assert {r.regel.boven for r in regels} == {besluit.regel.span}
    assert {r.regel.vraag for r in regels} == {besluit.regel.vraag}
    assert besluit.regel.boven is None


def test_ldv_04_a_line_is_about_one_person_at_most(huis: Huis) -> None:
    kids = [huis.kid(huis.anna, huis.bert), huis.kid(huis.kees)]
    voor = huis.regels()
    huis.vraag("yusuf", *kids)
    regels = lijnen(huis, voor)
    assert {r.regel.persoon for r in regels} == {huis.anna, huis.bert, huis.kees}
    mensen = {str(p) for p in (huis.anna, huis.bert, huis.kees)}
    for regel in regels:
        anderen = mensen - {str(regel.regel.persoon)}
        assert not [p for p in anderen if p in json.dumps(regel.regel.inhoud)]


def test_ldv_05_nothing_is_sampled_away(huis: Huis, spoor: str) -> None:
    voor = huis.regels()
    kop = {"traceparent": f"00-{spoor}-{STAP}-00"}
    antwoord = huis.stad.vraag("GET", "yusuf", f"/dossiers/{huis.id}", headers=kop)
    assert antwoord.status_code == 200
    assert {r.regel.vraag.hex for r in lijnen(huis, voor)} == {spoor}


@pytest.mark.parametrize(
    ("fout", "stand"),
    [(None, "Ok"), (KeyboardInterrupt(), "Ok"), (NietBekend(), "Unset"),
     (UnknownKeyError(), "Unset"), (WordtHersteld(), "Error"), (RuntimeError("Anna"), "Error")],
)  # fmt: skip
def test_ldv_06_the_status_tells_how_it_ended(fout: BaseException | None, stand: str) -> None:
    gezegd, attributen = status(fout)
    assert gezegd == stand
    if stand == "Error":
        assert set(attributen) == {"exception.type", "exception.message", "exception.stacktrace"}
        assert "Anna" not in str(attributen)
    else:
        assert attributen == {}


def test_ldv_06_a_failed_question_is_in_the_log_with_its_status(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    kid, voor = huis.kid(huis.anna), huis.regels()
    with pytest.raises(UnknownKeyError):
        huis.vraag("yusuf", "0" * 32)
    monkeypatch.setattr(huis.consent, "volgt", lambda _tx: False)
    with pytest.raises(WordtHersteld):
        huis.vraag("yusuf", kid)
    standen = [regel.regel.inhoud["ldv"]["status"] for regel in lijnen(huis, voor)]
    assert standen == ["Unset", "Error"]
    fout = lijnen(huis, voor)[-1].regel.inhoud["ldv"]["attributes"]
    assert fout["exception.type"] == "WordtHersteld"
    assert "_bijgewerkt" in fout["exception.stacktrace"]


def test_ldv_07_the_trace_comes_in_and_goes_on(vers: Huis, spoor: str) -> None:
    kid, voor = vers.kid(vers.anna), vers.regels()
    with trace.binnen(UUID(spoor), STAP):
        vers.vraag("yusuf", kid)
        assert trace.verder() == f"00-{spoor}-{STAP}-01"
    besluit, regel = rijen(vers, voor)
    assert besluit.regel.vraag.hex == regel.regel.vraag.hex == spoor
    assert besluit.regel.inhoud["adl"]["parent_span_id"] == STAP


def test_ldv_08_a_name_is_filled_in_and_a_line_never_breaks_what_it_tells_of(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    nu = huis.stad.uur()
    assert logregel("iets-nieuws", nu, nu, "Ok", {})["name"] == "iets-nieuws"
    assert logregel("inzage", nu, nu, "Ok", {})["name"] == NAMEN["inzage"]
    monkeypatch.setattr(huis.consent.logboek, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(UnknownKeyError):  # what went wrong, not that it could not be told
        huis.vraag("yusuf", "0" * 32)


def test_ldv_09_only_attributes_of_adopted_namespaces(vers: Huis) -> None:
    nu = vers.stad.uur()
    for naam in ("dpl.x", "dpl.core.iets", "naam", "dpl.nen7513.users"):
        with pytest.raises(OnbekendAttribuutError):
            logregel("inzage", nu, nu, "Ok", {naam: "waarde"})
    vers.vraag("yusuf", vers.kid(vers.anna))
    for made in gevonden(vers, "joris", **{WIE: pseudoniem(vers, vers.anna)}):
        assert set(made["attributes"]) == {WAT, WIE, f"{WIE}_type"}


def test_ldv_10_a_line_means_the_text_of_its_day(vers: Huis) -> None:
    """A change of purpose is a new version; what an old line names still says what it said."""
    boek = vers.consent.verantwoording.register
    voor = vers.regels()
    vers.vraag("yusuf", vers.kid(vers.anna))
    oud = lijnen(vers, voor)[-1].regel.inhoud["ldv"]["attributes"][WAT]
    zaak = boek.activiteiten["schuldhulp"]
    morgen = vers.stad.uur.nu.date() + timedelta(days=1)
    anders = zaak.versies[-1].model_copy(
        update={"version": 2, "valid_from": morgen, "purpose": "Iets heel anders."}
    )
    gewijzigd = zaak.model_copy(update={"versies": (*zaak.versies, anders)})
    boek.activiteiten = {**boek.activiteiten, "schuldhulp": gewijzigd}
    vers.stad.uur.nu += timedelta(days=2)
    vers.stad._tokens.clear()
    voor = vers.regels()
    vers.vraag("yusuf", vers.kid(vers.anna))
    nieuw = lijnen(vers, voor)[-1].regel.inhoud["ldv"]["attributes"][WAT]
    assert (oud, nieuw) == tuple(f"urn:samenplan:verwerking:9999:schuldhulp:{n}" for n in (1, 2))
    assert boek.lees(oud)[1].purpose == register("9999").lees(oud)[1].purpose
    assert boek.lees(nieuw)[1].purpose == "Iets heel anders."


def test_ldv_11_no_line_says_who_acted(vers: Huis) -> None:
    """Whatever was done here: asked, seen, recorded, withdrawn, and the log read."""
    vers.vraag("yusuf", vers.kid(vers.anna))
    vers.trek_in(vers.toestemming())
    vers.stad.zie("anna", f"/personen/{vers.anna}/inzagen")
    vers.log()
    staf = [str(p.id) for p in vers.stad.wie.values() if p.rol != "inwoner"]
    staf += [p.naam for p in vers.stad.wie.values()] + ["functie", "organisatie"]
    regels = lijnen(vers)
    assert {"inzage", "vastlegging", "intrekking", "loginzage"} <= {r.regel.soort for r in regels}
    for regel in regels:
        told = json.dumps(regel.regel.inhoud, ensure_ascii=False)
        assert not [woord for woord in staf if woord in told], regel.regel.soort
        if regel.regel.boven is not None:
            boven = [r for r in rijen(vers) if r.regel.span == regel.regel.boven]
            assert [r.regel.vraag for r in boven] == [regel.regel.vraag]
            assert "wie" in boven[0].regel.inhoud


def test_ldv_12_a_line_holds_nothing_of_the_content(vers: Huis) -> None:
    """No value of the dossier, and of the register only the reference."""
    vers.vraag("yusuf", vers.kid(vers.anna))
    versie = vers.consent.verantwoording.register.activiteiten["schuldhulp"].versies[-1]
    for regel in lijnen(vers):
        told = json.dumps(regel.regel.inhoud, ensure_ascii=False)
        assert "Proef" not in told
        assert "2012-01-05" not in told
        assert versie.purpose not in told
        assert versie.plain not in told


def test_ldv_13_of_a_confidential_activity_only_that_it_was_done_is_told(vers: Huis) -> None:
    """The work of the FG is (AVG 38 lid 5); that of the privacy officer is not. Whom it is about
    learns that it was done, for nothing is withheld without a decision (UAVG 41)."""
    vers.vraag("yusuf", vers.kid(vers.anna))
    for wie in ("joris", "wil"):
        vers.stad.zie(wie, f"/huishoudens/{vers.id}/inzagen")
    pad = f"/personen/{vers.anna}/inzagen"
    gezien = [r["wie"] for r in vers.stad.zie("anna", pad)["regels"] if r["wat"] == [
        "wie uw gegevens zag"]]  # fmt: skip
    assert gezien == ["privacy officer, Gemeente Voorbeeldstad", "functionaris gegevensbescherming"]
    eigen = {WIE: pseudoniem(vers, vers.anna)}
    bij_fg = register("9999").uri(FG, vers.stad.uur.nu.date())
    for wie, vindt in (("anna", True), ("wil", False), ("femke", True), ("joris", False)):
        assert (bij_fg in {r["attributes"][WAT] for r in gevonden(vers, wie, **eigen)}) is vindt
    assert bij_fg not in str(vers.stad.zie("joris", "/logboek/otlp", na=0))


def test_ldv_14_nothing_deletes_lines(vers: Huis) -> None:
    routes = vers.stad.client.get("/v1/openapi.json").json()["paths"]
    assert not [pad for pad, methoden in routes.items() if "delete" in methoden]
    for pad in (LEZEN, f"/huishoudens/{vers.id}/inzagen"):
        assert vers.stad.vraag("DELETE", "joris", pad).status_code in (404, 405)


def test_ldv_15_of_what_others_do_only_a_reference(vers: Huis, spoor: str) -> None:
    """A step elsewhere that called us is a number in the record; nothing else of it is kept."""
    kop = {"traceparent": f"00-{spoor}-{STAP}-01", "User-Agent": "buurgemeente"}
    voor = vers.regels()
    vers.stad.vraag("GET", "yusuf", f"/dossiers/{vers.id}", headers=kop)
    nieuw = rijen(vers, voor)
    assert {STAP} == {
        r.regel.inhoud["adl"]["parent_span_id"] for r in nieuw if r.regel.boven is None
    }
    assert "buurgemeente" not in json.dumps([rij.regel.inhoud for rij in nieuw])


def test_ldv_16_lines_go_out_as_otlp(vers: Huis) -> None:
    vers.vraag("yusuf", vers.kid(vers.anna, vers.bert))
    antwoord = vers.stad.zie("joris", "/logboek/otlp", na=0)
    (bron,) = antwoord["resourceSpans"]
    (groep,) = bron["scopeSpans"]
    assert {"key": "service.name", "value": {"stringValue": "samenplan"}} in bron["resource"][
        "attributes"
    ]
    spans = groep["spans"]
    assert len(spans) >= 2
    for span in spans:
        assert re.fullmatch("[0-9a-f]{32}", span["traceId"])
        assert re.fullmatch("[0-9a-f]{16}", span["spanId"])
        assert re.fullmatch("[0-9a-f]{16}", span["parentSpanId"])
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
        assert span["status"]["code"] in (0, 1, 2)
        assert {a["key"] for a in span["attributes"]} == {WAT, WIE, f"{WIE}_type"}
    verder = vers.stad.zie("joris", "/logboek/otlp", na=antwoord["verder"])
    nieuw = [
        s["name"] for r in verder["resourceSpans"] for g in r["scopeSpans"] for s in g["spans"]
    ]
    assert set(nieuw) == {"het logboek inzien"}  # only that it was read
