"""What an adult of the household sees of another in the plan (domain: a member of 16 or older)."""

from __future__ import annotations

from events.begrippen import Leefgebied
from tests.consent.huis import Huis

GEZONDHEID = Leefgebied.GEESTELIJKE_GEZONDHEID


def _opent(huis: Huis, over: Leefgebied) -> bool:
    """Whether Bert gets the key of what the plan says about Anna."""
    return bool(huis.vraag("bert", huis.kid(huis.anna, bron="gezinsplan", over=over)).keys)


def _zegt(huis: Huis, over: Leefgebied) -> dict[str, object]:
    antwoord: dict[str, object] = huis.stad.doe("bert", "/vragen", {
        "huishouden": str(huis.id), "persoon": str(huis.anna), "herkomst": "gezinsplan",
        "onderwerp": over.value,
    })  # fmt: skip
    return antwoord


def test_he_never_sees_her_safety_and_her_health_with_her_consent(huis: Huis) -> None:
    huis.toestemming(
        doel="eigen-inzage", regimes=["plan"], ontvanger={"medewerker": str(huis.bert)},
        onderwerpen=[GEZONDHEID.value, "veiligheid", "justitie"],
    )  # fmt: skip
    assert [o for o in Leefgebied if not _opent(huis, o)] == [
        Leefgebied.LICHAMELIJKE_GEZONDHEID, Leefgebied.MIDDELENGEBRUIK, Leefgebied.VEILIGHEID,
        Leefgebied.JUSTITIE,
    ]  # fmt: skip


def test_without_her_consent_he_does_not_see_her_health(huis: Huis) -> None:
    assert _opent(huis, Leefgebied.WONEN)
    assert not _opent(huis, GEZONDHEID)


def test_her_objection_counts_and_he_is_not_told_of_it(huis: Huis) -> None:
    dicht = _zegt(huis, Leefgebied.VEILIGHEID)
    huis.stad.doe("anna", "/bezwaren", {
        "huishouden": str(huis.id), "persoon": str(huis.anna), "doel": "eigen-inzage",
        "reden": "dit gaat hem niet aan",
    })  # fmt: skip
    assert not _opent(huis, Leefgebied.WONEN)
    gezegd = _zegt(huis, Leefgebied.WONEN)
    anders = {deel for deel in gezegd if gezegd[deel] != dicht[deel]}
    assert anders <= {"onderwerp"}
    eigen = huis.kid(huis.anna, bron="gezinsplan", over=Leefgebied.WONEN)
    assert huis.vraag("anna", eigen).keys
