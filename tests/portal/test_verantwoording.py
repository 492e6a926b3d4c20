"""After the whole story was played: whatever wrote in the log kept to its form."""

from __future__ import annotations

import json
import re

from sqlalchemy import select

from infra.logbook import Geschreven, logregels
from services.consent.log.ldv import GEEN_REGEL
from tests.portal.conftest import Wereld


def rijen(wereld: Wereld) -> list[Geschreven]:
    consent = wereld.embedded.consent
    with consent.database.read() as tx:
        return list(consent.logboek.read(tx, select(logregels).order_by(logregels.c.nr)))


def test_every_line_has_its_form_and_hangs_under_a_record(wereld: Wereld) -> None:
    alle = rijen(wereld)
    records = {(r.regel.vraag, r.regel.span): r for r in alle if "wie" in r.regel.inhoud}
    boek = wereld.embedded.consent.verantwoording.register
    lijnen = [r for r in alle if r.regel.soort not in GEEN_REGEL]
    assert len(lijnen) > 50
    for rij in lijnen:
        ldv = rij.regel.inhoud["ldv"]
        assert ldv["status"] == "Ok", rij.regel.soort
        boek.lees(ldv["attributes"]["dpl.core.processing_activity_id"])
        assert (rij.regel.vraag, rij.regel.boven) in records, rij.regel.soort
    for rij in alle:
        if rij.regel.persoon is not None:
            assert "ldv" in rij.regel.inhoud, rij.regel.soort


def test_no_line_names_who_acted(wereld: Wereld) -> None:
    staf = [p for p in wereld.embedded.staff if p.rol != "inwoner"]
    woorden = {str(p.id) for p in staf} | {p.naam for p in staf} | {p.organisatie for p in staf}
    for rij in rijen(wereld):
        if rij.regel.soort not in GEEN_REGEL:
            told = json.dumps(rij.regel.inhoud, ensure_ascii=False)
            assert not [woord for woord in woorden if woord in told], rij.regel.soort


def test_what_left_is_what_the_lines_say(wereld: Wereld) -> None:
    wereld.embedded.consent.volledigheid.eis()


def test_whom_it_is_about_reads_reasons_that_were_written_for_her(wereld: Wereld) -> None:
    """Not the sentence for who looks, and with each article the law in words."""
    inwoners = [p.naam for p in wereld.embedded.staff if p.rol == "inwoner"]
    assert "Samira Amrani" in inwoners
    for naam in inwoners:
        bezoeker = wereld.bezoeker(naam)
        page = bezoeker.zie("/wie-keek?ook=zelf")
        regels = bezoeker.vraag("GET", "/wie-keek/overzicht.json").json()["regels"]
        gezien = [regel for regel in regels if regel["grond"]]
        assert gezien, naam
        for regel in gezien:
            assert "De wet staat dit toe: " in regel["waarom"]
            assert not re.match("U (ziet|moet)", regel["waarom"]), regel["waarom"]
        for regel in regels:
            assert regel["waarvoor"], regel
            if regel["wat"] and regel["wie"] != "functionaris gegevensbescherming":
                assert regel["waarom"], regel
        assert "U ziet dit omdat" not in page
        assert "erover las" not in page
        assert "Dit staat in " in page


def test_the_rules_are_read_in_words(wereld: Wereld) -> None:
    page = wereld.bezoeker("Samira Amrani").zie("/regels?alles=1")
    assert ", met de hoed toeleiding of coördinatie" in page
    assert "coordinatie" not in page
