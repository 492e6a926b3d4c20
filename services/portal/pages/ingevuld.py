"""What a person typed or chose, all of it and in words, when its form is gone. Pure."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from services.portal.pages.formulier import Formulier
from services.portal.woorden import WOORDEN, datum, opsomming, woord

_MACHINE = frozenset((
    "formulier", "sleutel", "stap", "groep", "noemt", "regime", "regimes", "etag", "plan", "hash",
    "leefgebied", "wat", "huishouden", "naar", "persona",
))  # fmt: skip
_ZELF = ("zelf, op de eigen pagina", "zelf, in Samenplan")
_VRAGEN = {
    "afweging": "Uw afweging", "alleen": "Alleen uit", "als": "Als wat",
    "categorie": "Wat is er aan de hand", "categorieen": "Categorieën van gegevens",
    "doel": "Waarvoor", "gronden": "Op welke grond", "herkomst": "Waar het vandaan komt",
    "herzienOp": "Opnieuw bekijken op", "instemmingOp": "Ingestemd op", "moment": "Op welke dag",
    "noodzaak": "Waarom is dit nodig", "onderwerp": "Waarover", "onderwerpen": "Waarover",
    "op": "Op welke dag", "opheffing": "Beroepsgeheim opgeheven", "risicos": "Risico’s",
    "soort": "Wat u koos", "spoor": "Kenmerk van de vraag", "toets": "Waarom past het",
    "tot": "Tot en met", "van": "Vanaf", "weging": "Waarom nodig en evenredig",
    "wijze": "Hoe is dat gegaan",
}  # fmt: skip
_LIJSTEN = {
    "alleen": ("regime",), "als": ("vertegenwoordiging",), "categorie": ("noodcategorie",),
    "doel": ("doel",), "gronden": ("beperkingsgrond",), "herkomst": ("herkomst",),
    "onderwerp": ("onderwerp",), "onderwerpen": ("onderwerp",), "opheffing": ("herkomst",),
    "soort": ("maatregelsoort", "vervangingsoort"), "status": ("actiestatus",),
    "uitkomst": ("gezag",),
}  # fmt: skip


def ingevuld(velden: Formulier) -> dict[str, list[str]]:
    """By question. People are not in it: a form only has their number."""
    gevonden: dict[str, list[str]] = {}
    for naam, waarde in velden.paren:
        if not waarde or naam in _MACHINE or waarde in _ZELF or _is_nummer(waarde):
            continue
        vraag = _VRAGEN.get(naam, naam.capitalize())
        gevonden.setdefault(vraag, []).append(_in_woorden(naam, waarde, velden["stap"]))
    return gevonden


def _in_woorden(naam: str, waarde: str, stap: str) -> str:
    if naam == "reden" and stap == "grond":
        over, _, rest = waarde.partition("|")
        onderwerpen = [WOORDEN["onderwerp"].get(code, code) for code in over.split(",")]
        return f"{opsomming(onderwerpen)}: {rest.partition('|')[2]}"
    for lijst in _LIJSTEN.get(naam, ()):
        if (gevonden := woord(waarde, lijst)) != waarde:
            return str(gevonden)
    if len(waarde) == 10:
        with suppress(ValueError):
            return str(datum(waarde))
    return waarde


def _is_nummer(waarde: str) -> bool:
    with suppress(ValueError):
        UUID(waarde)
        return True
    return False
