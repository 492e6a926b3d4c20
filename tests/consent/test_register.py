"""The register of processing activities holds together with purposes, rules and herkomsten."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from events.begrippen import herkomsten
from events.waarden import Doel
from services.consent.log.register import (
    AFWIJKEND,
    DELEN,
    FG,
    INZAGE,
    TOEZICHT,
    WISSING,
    Activiteit,
    Register,
    register,
)  # fmt: skip
from services.consent.regels import regelset
from tests.consent.huis import Huis

BOEK = register("9999")
VANDAAG = date(2026, 3, 2)


def test_every_purpose_has_one_activity_and_every_activity_is_reached() -> None:
    bij = [a.doel for a in BOEK.activiteiten.values() if a.doel is not None]
    assert sorted(bij) == sorted(Doel)
    los = {id_ for id_, a in BOEK.activiteiten.items() if a.doel is None}
    assert los == {DELEN, WISSING, FG, AFWIJKEND, "melding"}
    assert {BOEK.activiteiten[INZAGE].doel, BOEK.activiteiten[TOEZICHT].doel} == {
        Doel.EIGEN_INZAGE, Doel.TOEZICHT,
    }  # fmt: skip


def test_an_activity_uses_exactly_the_sources_that_the_rules_open_for_it() -> None:
    regels = regelset().regels
    for activiteit in BOEK.activiteiten.values():
        if activiteit.doel in (None, Doel.TOEZICHT):
            continue
        opent = {
            regime
            for regel in regels
            if activiteit.doel in regel.doelen and regel.uitkomst.value != "mag-niet"
            for regime in regel.regimes
        }
        assert set(activiteit.versies[-1].sources) == opent, activiteit.id


def test_a_term_is_the_longest_of_the_sources() -> None:
    jaren = {h.regime: 0 for h in herkomsten().values()}
    for rij in herkomsten().values():
        klasse = int(rij.bewaarklasse.rsplit("-", 1)[1])
        jaren[rij.regime] = max(jaren[rij.regime], klasse)
    for activiteit in BOEK.activiteiten.values():
        versie = activiteit.versies[-1]
        if versie.sources and versie.sources != ("intern",):
            langst = max(jaren[regime] for regime in versie.sources)
            assert versie.personal_data.retention_period == f"P{langst}Y", activiteit.id


def test_every_kind_of_fact_has_who_answers_for_it() -> None:
    rollen = {rol.herkomst: rol for rol in BOEK.rollen}
    assert list(rollen) == list(herkomsten())
    for code, rij in herkomsten().items():
        eigen = rij.verwerkingsverantwoordelijke == "college"
        assert ("college" in rollen[code].controller) == eigen, code


def test_a_version_is_found_by_day_and_by_uri() -> None:
    oud = BOEK.activiteiten["schuldhulp"]
    eerste = oud.versies[0]
    nieuw = eerste.model_copy(
        update={"version": 2, "valid_from": date(2026, 7, 1), "purpose": "Een ander doel."}
    )
    twee = Activiteit(id=oud.id, doel=oud.doel, versies=(eerste, nieuw))
    boek = Register("9999", [twee], [])
    voor, na = boek.uri("schuldhulp", date(2026, 6, 30)), boek.uri("schuldhulp", date(2026, 7, 1))
    assert voor != na
    assert boek.lees(voor)[1] == eerste
    assert boek.lees(na)[1].purpose == "Een ander doel."
    with pytest.raises(LookupError):
        boek.uri("schuldhulp", eerste.valid_from - timedelta(days=1))


@pytest.mark.parametrize(
    "uri", ["", "urn:samenplan:verwerking:9998:schuldhulp:1", "urn:samenplan:verwerking:9999:x:1",
            "urn:samenplan:verwerking:9999:schuldhulp:9", "urn:samenplan:verwerking:9999:regie:²"]
)  # fmt: skip
def test_what_is_no_activity_of_ours_is_not_found(uri: str) -> None:
    with pytest.raises(LookupError):
        BOEK.lees(uri)


def test_versions_that_skip_or_overlap_are_refused() -> None:
    eerste = BOEK.activiteiten["zorg"].versies[0]
    for anders in ({"version": 3, "valid_from": date(2027, 1, 1)}, {"version": 2}):
        verkeerd = Activiteit(
            id="zorg", doel=Doel.ZORG, versies=(eerste, eerste.model_copy(update=anders))
        )
        with pytest.raises(ValueError, match="zorg"):
            Register("9999", [verkeerd], [])


def test_the_register_is_there_for_who_signs_in(huis: Huis) -> None:
    boek = huis.stad.zie("anna", "/verwerkingsregister")
    assert {a["id"] for a in boek["activiteiten"]} == set(BOEK.activiteiten)
    (schuld,) = (a for a in boek["activiteiten"] if a["id"] == "schuldhulp")
    versie = huis.stad.zie("anna", "/verwerkingsregister/schuldhulp/versies/1")
    assert versie == schuld["versie"]
    assert versie["legalBasis"][0]["article"] == "Wgs artikel 3"
    assert len(boek["rollen"]) == len(herkomsten())
    for pad in ("schuldhulp/versies/9", "bestaat-niet/versies/1"):
        assert huis.stad.vraag("GET", "anna", f"/verwerkingsregister/{pad}").status_code == 404
    assert huis.stad.vraag("GET", None, "/verwerkingsregister").status_code == 401
