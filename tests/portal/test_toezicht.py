"""What privacy officer and FG look up on the pages: the log itself, who may see what, and why."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from events.begrippen import Leefgebied
from infra.limited import Limited
from infra.logbook import Geschreven, logregels
from infra.testbed.processes import until
from tests.consent.huis import NERGENS, Huis
from tests.portal.test_nood import Mens
from tests.system.stad import stad

TEKSTEN = (
    "weging", "doeleinden", "categorieen", "waarborgen", "verantwoordelijken", "opslag", "risicos",
    "mededeling",
)  # fmt: skip


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    with stad(tmp_path_factory.mktemp("toezicht")) as made:
        yield Huis(made)


def test_when_the_log_was_compared_is_on_the_page_with_a_button(huis: Huis) -> None:
    joris, pad = Mens(huis, "joris"), "/inzagen/volledigheid"
    eerst = joris.zie(pad)
    assert "Er is nog niet vergeleken" in eerst
    assert "geen verschil gevonden" not in eerst
    tot = huis.regels()
    naar = joris.doe(pad, pad)
    na = joris.zie(naar)
    assert "Alles is opnieuw vergeleken" in na
    assert f"tot en met regel {tot} van het logboek" in na
    assert "geen verschil gevonden" in na
    assert Mens(huis, "hanna").verstuur(pad, {}).status_code != 303


def test_a_comparison_that_goes_on_and_a_damaged_line_are_told(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    joris, pad, verder = Mens(huis, "joris"), "/inzagen/volledigheid", threading.Event()
    with monkeypatch.context() as patch:
        langzaam = Limited(lambda: int(verder.wait(60)), 0.01)
        patch.setattr(huis.consent.volledigheid, "_alles", langzaam)
        loopt = joris.zie(joris.doe(pad, pad))
        assert "Samenplan vergelijkt nu alles" in loopt
        assert "Alles is opnieuw vergeleken" not in loopt
        assert "Controleer nu" not in loopt
        verder.set()
        assert until(lambda: not langzaam.running, 30)
        assert "Controleer nu" in joris.zie(pad)
    huis.vraag("yusuf", huis.kid(huis.anna, bron="zorg-behandeling"))
    deze = logregels.c.nr == select(func.max(logregels.c.nr)).scalar_subquery()
    with huis.consent.database.write() as tx:
        gaaf = tx.execute(select(logregels.c.nr, logregels.c.tijdstip).where(deze)).one()
        tx.execute(update(logregels).where(deze).values(tijdstip="gisteren"))
    assert "een regel is beschadigd" in joris.zie(joris.doe(pad, pad))
    with huis.consent.database.write() as tx:
        heel = update(logregels).where(logregels.c.nr == gaaf.nr)
        tx.execute(heel.values(tijdstip=gaaf.tijdstip))


def test_what_was_computed_anew_is_told_as_it_is(huis: Huis) -> None:
    """Rows that still fit what was signed; what they say is read back when it is compared."""
    narekening, joris = huis.consent.narekening, Mens(huis, "joris")
    huis.teken()
    while narekening.step():
        pass
    page = joris.zie("/inzagen/volledigheid")
    assert re.search(r"de \d+ regels die zijn ondertekend, passen nog bij wat ervan is", page)
    assert "kloppen nog" not in page


def test_a_look_ahead_is_told_as_that_and_what_lacks_is_no_refusal(huis: Huis) -> None:
    yusuf, joris = Mens(huis, "yusuf"), Mens(huis, "joris")
    lijst = f"/inzagen?huishouden={huis.id}"
    yusuf.zie(f"/huishoudens/{huis.id}/personen/{huis.anna}/nodig")
    (rij,) = [r for r in joris.zie(f"{lijst}&soort=uitleg").split("</tr>") if "Yusuf" in r]
    tekst = " ".join(re.sub("<[^>]+>", " ", rij).split())
    assert "Keek vooruit wat met een extra stap open kan gaan. Er zijn geen gegevens" in tekst
    assert re.search(r"Wat de regels zeggen: \d+ keer ‘nog niet: er ontbreekt iets’", tekst)
    assert "keer ‘nee’" not in tekst
    assert "Nog niet: er ontbreekt iets Wonen over" in tekst
    assert "er ontbreekt een grond; kan na een extra stap open volgens Wgs artikel 8d" in tekst
    huis.vraag("yusuf", huis.kid(huis.anna, bron="wmo-onderzoek"))
    eerste = joris.zie(f"{lijst}&soort=inzage").split("<tbody>")[1].split("</tr>")[0]
    assert "Nog niet: er ontbreekt iets</span>" in eerste
    assert "1 geweigerd" in eerste


def test_the_log_leads_to_who_may_see_what_about_a_person(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    joris = Mens(huis, "joris")
    pad = f"/huishoudens/{huis.id}/personen/{huis.anna}/zicht"
    lijst = joris.zie(f"/inzagen?huishouden={huis.id}")
    assert f'<a href="{pad}"><code>{str(huis.anna)[:8]}</code></a>' in lijst
    assert f"/personen/{huis.id}/zicht" not in lijst, "a household is no person"
    voor = huis.regels()
    zonder = joris.doe(pad, pad, reden="Kort.")
    assert "Zeg in ten minste tien tekens" in zonder
    assert huis.regels() == voor
    gezien = joris.doe(pad, pad, reden="Een klacht van een inwoner.")
    assert "Yusuf Kaya" in gezien
    assert "deelnemer aan het plan, voor schuldhulp" in gezien
    assert "Deze persoon zelf" in gezien
    assert "Anna" not in gezien
    assert huis.regels() > voor
    assert "Een klacht van een inwoner." in str([r.regel.inhoud for r in huis_log(huis)])
    later = joris.doe(pad, pad, reden="Een klacht van een inwoner.", op="2031-01-01")
    assert "Op 1 januari 2031" in later
    assert "Op welke dag: is geen geldige datum" in joris.doe(
        pad, pad, reden="Een klacht van een inwoner.", op="x"
    )


def test_who_may_see_what_is_not_told_of_whom_is_not_there(huis: Huis) -> None:
    femke = Mens(huis, "femke")
    for huishouden, persoon in ((huis.id, NERGENS), (NERGENS, huis.anna), (NERGENS, NERGENS)):
        pad = f"/huishoudens/{huishouden}/personen/{persoon}/zicht"
        answer = femke.doe(pad, pad, reden="Een klacht van een inwoner.")
        assert "In dit huishouden is geen lid met dit nummer" in answer
        assert "/werk/beperking" not in answer, "the FG proposes none"
    pad = f"/huishoudens/{huis.id}/personen/{huis.anna}/zicht"
    for wie in ("hanna", "pieter", "nadia", "tom"):
        Mens(huis, wie).zie(pad, 404)


def test_a_restriction_is_proposed_with_the_number_that_the_log_shows(huis: Huis) -> None:
    joris, pad = Mens(huis, "joris"), "/werk/beperking"
    zicht = joris.zie(f"/huishoudens/{huis.id}/personen/{huis.anna}/zicht")
    verder = f"{pad}?persoon={huis.anna}"
    assert f'href="{verder}"' in zicht
    assert f'value="{huis.anna}"' in joris.zie(verder)
    velden = dict.fromkeys(TEKSTEN, "Zo overwogen.") | {
        "gronden": "i", "medewerkers": str(huis.stad.wie["sanne"].id), "van": "2026-03-01",
        "herzienOp": "2026-06-01", "tot": "2026-09-01",
    }  # fmt: skip
    for niemand in ("00000000", str(NERGENS)):
        answer = joris.doe(pad, pad, **velden, persoon=niemand)
        assert "Nummer van de persoon: niet te vinden" in answer
        assert f'value="{niemand}"' in answer
    naar = joris.doe(pad, pad, **velden, persoon=f" {str(huis.anna)[:8].upper()} ")
    assert f"Beperking over persoon {str(huis.anna)[:8]}" in joris.zie(naar)


def test_looking_back_tells_who_looked_about_whom_and_no_empty_heads(huis: Huis) -> None:
    spoor = str(uuid4())
    for kids in ([], [huis.kid(huis.anna)], []):
        huis.consent.vrijgave(huis.wie("ellen"), huis.id, kids, vraag=UUID(spoor))
    huis.consent.vrijgave(huis.wie("anna"), huis.id, [huis.kid(huis.anna)], vraag=UUID(spoor))
    joris = Mens(huis, "joris")
    pagina = joris.doe("/terugblik", "/terugblik", spoor=spoor, reden="Een klacht over een blik.")
    assert pagina.count('<section class="deel" aria-labelledby="kop-') == 2
    assert "Ellen de Wit" in pagina
    assert f"inwoner {str(huis.anna)[:8]}" in pagina
    assert "Anna" not in pagina
    assert "deze medewerker" in pagina
    assert "omdat het over deze inwoner zelf gaat" in pagina
    tekst = re.sub("<[^>]+>", " ", pagina.partition("kop-zoek")[2].partition("</section>")[2])
    assert not re.search(r"\b[Uu](w|zelf)?\b", tekst.partition("Dit is wat er toen")[0])
    samen = str(uuid4())
    gebieden = (Leefgebied.WONEN, Leefgebied.DAGBESTEDING)
    kids = [huis.kid(huis.anna, bron="wmo-onderzoek", over=over) for over in gebieden]
    huis.consent.vrijgave(huis.wie("ellen"), huis.id, kids, vraag=UUID(samen))
    een = joris.doe("/terugblik", "/terugblik", spoor=samen, reden="Een klacht over een blik.")
    assert een.count('<article class="blok">') == 1, "decided alike, told once"
    assert re.search("<h3>(Wonen, dagbesteding|Dagbesteding, wonen)</h3>", een)
    leeg = str(uuid4())
    huis.consent.vrijgave(huis.wie("ellen"), huis.id, [], vraag=UUID(leeg))
    niets = Mens(huis, "ellen").doe("/terugblik", "/terugblik", spoor=leeg)
    assert "ging niets open voor u" in niets


def huis_log(huis: Huis) -> list[Geschreven]:
    with huis.consent.database.read() as tx:
        return list(huis.consent.logboek.read(tx, select(logregels)))
