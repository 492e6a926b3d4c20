"""A restriction must not betray itself: against a person or a household without one."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from events.begrippen import Leefgebied
from tests.consent.test_omstandigheden import doet_mee, grond, professional, vast
from tests.consent.twee import Twee


def vorm(value: Any) -> Any:
    """What something looks like: names, order, counts and kinds; of numbers, hashes and proofs only
    that they are there (how long a proof is follows from where in the tree a row stands)."""
    if isinstance(value, dict):
        return {
            naam: "bewijs" if naam in ("pad", "bewijs", "insluiting") else vorm(inner)
            for naam, inner in value.items()
        }
    if isinstance(value, list):
        return [vorm(inner) for inner in value]
    if isinstance(value, str):
        return re.sub(r"[0-9a-f]{16,}", "#", re.sub(r"[0-9a-f-]{36}", "#", value))
    return type(value).__name__


def test_her_export_and_the_api_for_lines_look_like_anybodys(twee: Twee) -> None:
    twee.besluit()
    for _ in range(3):
        twee.kijkt("yusuf", twee.anna, twee.bert)
        twee.kijkt("sanne", twee.anna)
    (sequencer,) = twee.stad.world.volgorde.consumers
    while sequencer.step():
        pass
    uitvoer, regels = [], []
    for wie in ("anna", "bert"):
        persoon = twee.wie(wie).actor.id
        uitvoer.append(twee.stad.zie(wie, f"/personen/{persoon}/inzagen/uitvoer"))
        body = {"dpl.core.data_subject_id": twee.consent.pseudoniemen.van(persoon)}
        lezen = twee.stad.vraag("POST", wie, "/logboek/processing-activities", body)
        assert lezen.status_code == 200, lezen.text
        regels.append(lezen.json()["processingActivities"])
    assert len(uitvoer[0]["regels"]) >= 6
    assert vorm(uitvoer[0]) == vorm(uitvoer[1])
    assert len(regels[0]) >= 3
    assert len(regels[0]) == len(regels[1])
    assert vorm(regels[0]) == vorm(regels[1])
    sanne = str(twee.stad.wie["sanne"].id)
    assert sanne not in str(uitvoer[0])


def test_a_look_at_two_is_withheld_from_both_and_neither_list_betrays_it(twee: Twee) -> None:
    """Bert, not named in the decision, against Evert, at whom nobody looked in secret."""
    stad = twee.stad
    huis, (dora, evert) = stad.huishouden("ellen", "Dora Proef", "Evert Proef")
    plan = stad.doe("ellen", f"/huishoudens/{huis}/plan", {})["id"]
    stad.doe("ellen", f"/plannen/{plan}/deelnemers", {
        "medewerker": str(stad.wie["yusuf"].id), "taak": "schuldhulp"})  # fmt: skip
    for naam, persoon in (("Dora", dora), ("Evert", evert)):
        stad.inwoner(naam, persoon)
    twee.besluit()
    thuis = {twee.id: (twee.anna, twee.bert), UUID(huis): (UUID(dora), UUID(evert))}
    for _ in range(2):
        for waar, samen in thuis.items():
            for wie, kid in (("yusuf", twee.kid(*samen)), ("ellen", twee.kid(samen[1]))):
                twee.consent.vrijgave(twee.wie(wie), waar, [kid])
        samen_gezien = twee.kid(
            twee.anna, twee.bert, bron="zorg-behandeling", over=Leefgebied.VEILIGHEID
        )
        twee.consent.vrijgave(twee.wie("sanne"), twee.id, [samen_gezien])
    twee.teken()
    gezien = []
    for wie in ("bert", "evert"):
        persoon = twee.wie(wie).actor.id
        body = {"dpl.core.data_subject_id": twee.consent.pseudoniemen.van(persoon)}
        gezien.append([
            twee.overzicht(wie),
            vorm(stad.zie(wie, f"/personen/{persoon}/inzagen/uitvoer")),
            vorm(stad.vraag("POST", wie, "/logboek/processing-activities", body).json()),
            twee.blad(wie),
        ])  # fmt: skip
    assert gezien[0] == gezien[1]
    assert len(gezien[0][0]) == 4
    assert "praktijkondersteuner" not in str(gezien[0])
    twee.kijkt("sanne", twee.bert)  # at him alone: his to know
    assert "praktijkondersteuner" in str(twee.overzicht("bert"))
    assert "praktijkondersteuner" not in str(twee.overzicht("anna"))


def test_that_supervision_read_the_log_does_not_tell_what_there_was_to_read(twee: Twee) -> None:
    """Anna was looked at in secret, Bert not at all: what supervision does is told alike."""
    stad = twee.stad
    twee.besluit()
    spoor = UUID(int=1)
    kid = twee.kid(twee.anna, bron="zorg-behandeling", over=Leefgebied.VEILIGHEID)
    twee.consent.vrijgave(twee.wie("sanne"), twee.id, [kid], vraag=spoor)
    twee.teken()
    log = f"/huishoudens/{twee.id}/inzagen"
    regels = stad.zie("joris", log)["regels"]
    (nr,) = [regel["nr"] for regel in regels if regel["persoon"] == str(twee.anna)]
    ldv = "/logboek/processing-activities"
    stad.zie("joris", f"{log}/uitvoer")
    stad.zie("joris", "/logboek/otlp")
    for pad, body in (
        (ldv, {"traceId": spoor.hex}),
        *((ldv, {"dpl.core.data_subject_id": twee.consent.pseudoniemen.van(wie)})
          for wie in (twee.anna, twee.bert)),
        (f"/logboek/regels/{nr}", {"reden": "Een klacht van de familie."}),
        ("/terugblikken", {"spoor": str(spoor), "reden": "Een klacht van de familie."}),
    ):  # fmt: skip
        assert stad.vraag("POST", "joris", pad, body).status_code == 200, pad
    assert twee.overzicht("anna") == twee.overzicht("bert")
    assert len(twee.overzicht("anna")) == 4  # household, export, central log, and asked by name


def test_a_parent_reads_in_the_list_of_a_child_no_look_that_is_withheld_from_her(
    twee: Twee,
) -> None:
    """Sanne looked at the child alone: Anna, from whom Sanne's looks are withheld, reads for it."""
    stad, lia = twee.stad, twee.kind()
    twee.besluit()
    twee.kijkt("sanne", lia)
    gezien = [str(stad.zie(wie, f"/personen/{lia}/inzagen")) for wie in ("anna", "bert")]
    assert ["praktijkondersteuner" in regels for regels in gezien] == [False, True]


@pytest.mark.parametrize("naar", ["medewerkers", "organisaties", "doelen"])
def test_who_sees_what_tells_of_no_record_for_a_look_that_is_withheld(
    twee: Twee, naar: str
) -> None:
    """A ground of Veilig Thuis, and a doctor who spoke without leave, about Anna only."""
    vera = professional(twee, 1, "Vera", "Veilig Thuis", "veilig-thuis")
    doet_mee(twee, vera)
    wie = [twee.stad.wie[naam] for naam in (vera, "sanne")]
    gebied = {
        "medewerkers": [str(persona.id) for persona in wie],
        "organisaties": [persona.organisatie for persona in wie],
        "doelen": ["veilig-thuis"],
    }
    twee.besluit(toepassingsgebied={naar: gebied[naar], "van": "2026-03-01"})
    twee.toestemming()
    twee.toestemming(persoon=str(twee.bert), gegevenDoor=str(twee.bert), wie="bert")
    voor = [twee.zicht(wie) for wie in ("anna", "bert")]
    assert voor[0] == voor[1]
    grond(twee, vera, twee.anna, "veilig-thuis", "wmo", "veiligheid")
    if naar != "doelen":
        gesproken = {
            "wat": "doorbreking", "herkomst": "zorg-behandeling", "onderwerpen": ["veiligheid"],
            "ontvanger": {"medewerker": str(twee.stad.wie[vera].id)}, "van": "2026-03-01",
            "afweging": "Er is acuut gevaar en een lichter middel helpt hier niet meer.",
        }  # fmt: skip
        assert vast(twee, "sanne", twee.anna, gesproken).status_code == 201
    assert twee.zicht("anna") == twee.zicht("bert") == voor[0]
    wonen = [twee.zicht(wie, Leefgebied.WONEN) for wie in ("anna", "bert")]
    assert wonen[0] == wonen[1]
    grond(twee, "yusuf", twee.anna, "schuldhulp", "wmo", "wonen")
    assert twee.zicht("anna", Leefgebied.WONEN) != wonen[0]  # what is not withheld counts


def test_nothing_in_a_fact_or_a_column_says_whom_a_restriction_is_about(twee: Twee) -> None:
    nummer = UUID(twee.besluit())
    twee.stad.doe("hanna", f"/beperkingen/{nummer}/einde", {"reden": "Het gevaar is voorbij."})
    ander = UUID(twee.besluit())
    wie = (twee.anna.hex, str(twee.anna))
    with twee.consent.database.read() as tx:
        feiten = tx.execute(
            text("SELECT topic, state FROM stored_events WHERE originator_id IN (:een, :twee)"),
            {"een": nummer.hex, "twee": ander.hex},
        ).all()
        rijen = tx.execute(
            text(
                "SELECT sleutel, huishouden, persoon, medewerker FROM beslisfeiten "
                "WHERE soort = 'beperking'"
            )
        ).all()
    assert len(feiten) == 5
    assert len(rijen) == 1
    assert not [rij for rij in (*feiten, *rijen) if any(naam in str(rij) for naam in wie)]
