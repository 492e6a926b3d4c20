"""What waits for the regisseur, on the pages: she sees it, does it, and it is gone."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.consent.tijd import taken as module
from services.consent.tijd.taken import Taaksoort, soorten
from tests.portal.conftest import Wereld

PROEF = Taaksoort(
    over="persoon", zin="Er is iets.", doe="Bel vóór vrijdag.", brief="Beste ouder,\n\nTot dan."
)


@pytest.fixture
def taak(wereld: Wereld, monkeypatch: pytest.MonkeyPatch) -> UUID:
    monkeypatch.setattr(module, "soorten", lambda: soorten() | {"proef": PROEF})
    taken, verhaal = wereld.embedded.consent.taken, wereld.verhaal
    return taken.ontsta(
        "proef", "regisseur", UUID(str(verhaal.noah)), None, taken.systeem(),
        huishouden=UUID(str(verhaal.huishouden)), bij=uuid4(),
    )  # fmt: skip


def test_the_regisseur_sees_it_does_it_and_it_is_gone(wereld: Wereld, taak: UUID) -> None:
    ellen = wereld.bezoeker(wereld.verhaal.ellen.naam)
    assert "1 taak vraagt uw aandacht" in ellen.zie("/huishoudens")
    pagina = ellen.zie(wereld.pad)
    assert "Vraagt uw aandacht" in pagina
    assert ": Er is iets." in pagina, "with the name of whom it is about"
    assert "Bel vóór vrijdag." in pagina
    assert "Beste ouder," in pagina
    actie = f"{wereld.pad}/taken/{taak}"
    velden = ellen.verborgen(wereld.pad, actie) | {"uitkomst": "Gebeld, alles goed."}
    klaar = ellen.verstuur(actie, velden)
    assert klaar.status_code == 303
    na = ellen.zie(klaar.headers["Location"])
    assert "De taak is afgehandeld." in na
    assert "Vraagt uw aandacht" not in na


def test_nobody_else_of_the_household_sees_it(wereld: Wereld, taak: UUID) -> None:
    for naam in (wereld.verhaal.yusuf.naam, "Samira"):
        anders = next(p.naam for p in wereld.embedded.staff if p.naam.startswith(naam))
        assert "Er is iets." not in wereld.bezoeker(anders).zie(wereld.pad)
    taken = wereld.embedded.consent.taken
    taken.handel_af(taak, None, "Klaar.", taken.systeem())


def test_what_was_typed_stays_when_it_is_refused(wereld: Wereld, taak: UUID) -> None:
    ellen = wereld.bezoeker(wereld.verhaal.ellen.naam)
    actie = f"{wereld.pad}/taken/{taak}"
    velden = ellen.verborgen(wereld.pad, actie)
    lang = "Zilverreiger " * 700
    antwoord = ellen.verstuur(actie, velden | {"uitkomst": lang})
    assert antwoord.status_code == 400
    assert "Dit is nog niet gelukt" in antwoord.text
    assert "Zilverreiger" in antwoord.text
    taken = wereld.embedded.consent.taken
    taken.handel_af(taak, None, "Klaar.", taken.systeem())
    weg = ellen.verstuur(actie, velden | {"uitkomst": "Gebeld."})
    assert weg.status_code == 404
    assert "Dit is nog niet gelukt" in weg.text
