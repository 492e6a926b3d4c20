"""The rules twice: ours, and those of `beleid.cedar`, written from the law by somebody else.

They must agree on every golden case and on 30,000 random questions, outcome and article both;
`python -m tests.cedar 1000000` (make tweede-mening) asks more.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from services.consent.regels import Regel, Uitkomst, regelset
from tests.cedar import mening
from tests.cedar.mening import Mening, beleid, meningen
from tests.cedar.verschil import Telling, gelijk, krimp, per_soort, reeks, vertel
from tests.consent.gezin import MENSEN
from tests.consent.test_gevallen import GEVALLEN, besluit, feiten_van, vraag_van

NU = [geval for geval in GEVALLEN if "geldt-vanaf" not in geval.get("tenzij", {})]
"""The golden cases under the law as it is; the others imagine a bill in force."""
pytestmark = pytest.mark.timeout(900)  # 30,000 questions wait for processor time like any other
AANTAL = 30_000
ZAAD = 2026


def _mening(geval: dict[str, Any]) -> Mening:
    return meningen([vraag_van(geval)], feiten_van(geval, MENSEN[geval["wie"]]))[0]


@pytest.mark.parametrize("geval", NU, ids=lambda geval: geval["geval"])
def test_cedar_decides_the_golden_case_the_same(geval: dict[str, Any]) -> None:
    gevonden = _mening(geval)
    assert gevonden.uitkomst == geval["uitkomst"]
    assert gelijk(besluit(geval), gevonden), (besluit(geval), gevonden)


@pytest.fixture(scope="module")
def telling() -> Telling:
    return reeks(AANTAL, ZAAD)


def test_no_difference_on_random_questions(telling: Telling) -> None:
    assert telling.vragen >= AANTAL
    verteld = [vertel(krimp(verschil)) for verschil in per_soort(telling.verschillen)[:3]]
    assert not telling.verschillen, "\n\n".join([f"{len(telling.verschillen)}:", *verteld])


def test_the_random_questions_are_worth_asking(telling: Telling) -> None:
    """Each outcome often enough, and each policy of Cedar decides something."""
    deel = {uitkomst: keer / telling.vragen for uitkomst, keer in telling.uitkomsten.items()}
    assert deel["mag"] > 0.15
    assert deel["mag-na"] > 0.08
    assert deel["mag-niet"] < 0.75
    assert telling.uitkomsten["moet"] > 100
    beslissend = {naam for naam, bij in beleid().annotaties.items() if "lijst" not in bij}
    assert beslissend - set(telling.beleid) == set()


NOOIT_OPEN = {regel.id for regel in regelset().regels if not regel.geldt(date(2026, 3, 2))}
"""Not yet law."""


@pytest.mark.parametrize("regel", regelset().regels, ids=lambda regel: regel.id)
def test_every_rule_of_ours_opens_and_refuses(regel: Regel, telling: Telling) -> None:
    """Refused: the rule spoke of the question, and nothing opened. A rule that demands nothing of
    whom it is for refuses nobody."""
    uitkomsten = {uitkomst for (wie, uitkomst), _ in telling.regels.items() if wie == regel.id}
    if regel.uitkomst is Uitkomst.MAG_NIET:
        assert uitkomsten == {"mag-niet"}
        return
    if regel.id not in NOOIT_OPEN:
        assert uitkomsten & {"moet", "mag"}, "geen enkele vraag opende door deze regel"
    if regel.eist or regel.hoeden:
        assert telling.bijna[regel.id], "geen enkele vraag liep op deze regel stuk"


def test_an_error_in_cedar_opens_nothing_and_is_a_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cedar skips a `forbid` that fails and would answer Allow; here that is never agreement."""
    geval = next(g for g in NU if g["uitkomst"] == "mag")
    assert gelijk(besluit(geval), _mening(geval))
    tekst = (mening.MAP / "beleid.cedar").read_text(encoding="utf-8")
    stuk = '@id("stuk") @artikel("-") forbid(principal, action, resource) when { principal.weg };'
    monkeypatch.setattr(mening, "beleid", lambda: mening.lees(tekst + stuk))
    gevonden = _mening(geval)
    assert gevonden.fouten
    assert gevonden.uitkomst == "mag-niet"
    assert not gelijk(besluit(geval), gevonden)


def test_every_policy_names_its_article_and_what_it_decides() -> None:
    tekst = (mening.MAP / "beleid.cedar").read_text(encoding="utf-8")
    gelezen = set(re.findall(r'(?:allen|iemand|deze|vrager)\.contains\("(\w+)"\)', tekst))
    gevuld = {bij["lijst"] for bij in beleid().annotaties.values() if "lijst" in bij}
    assert gelezen == gevuld
    for naam, bij in beleid().annotaties.items():
        assert bij["artikel"], naam
