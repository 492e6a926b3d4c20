"""The log in plain Dutch: for the person it is about, and for the privacy officer. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from infra.logbook import Geschreven
from services.consent.regels import Regelset

_OPEN = ("mag", "moet")


def _uitgeschreven(inhoud: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per part again, from a record that says equal outcomes once."""
    return [
        {"herkomst": herkomst, "onderwerp": onderwerp, "betrokkenen": betrokkenen}
        | {name: value for name, value in groep.items() if name != "wat"}
        for groep in inhoud.get("delen", [])
        for herkomst, onderwerp, *betrokkenen in groep["wat"]
    ]


def voor_betrokkene(
    regels: Iterable[Geschreven], bekend: Collection[UUID], zelf: UUID, regelset: Regelset
) -> list[dict[str, Any]]:
    """Who looked at her, at what, why, on which ground. Names only of who she knows by name."""
    zinnen = {regel.id: regel.zin for regel in regelset.regels}
    shown = []
    for geschreven in regels:
        inhoud = geschreven.regel.inhoud
        if "delen" not in inhoud:
            continue
        door = inhoud["door"]
        if door["id"] == str(zelf):
            wie = "uzelf"
        elif UUID(door["id"]) in bekend:
            wie = f"{door['naam']} ({door['functie']}, {door['organisatie']})"
        else:
            wie = f"{door['functie']}, {door['organisatie']}"
        delen = _uitgeschreven(inhoud)
        open_ = [deel for deel in delen if deel["uitkomst"] in _OPEN]
        # Opening a dossier asks for all of it: what stayed closed beside it was not sought.
        dicht = [] if open_ else delen
        for mocht, delen in ((True, open_), (False, dicht)):
            if delen:
                # Asking whether one may see shows nothing, also when the answer is yes.
                niet_gezien = not mocht or geschreven.regel.soort == "uitleg"
                grond = sorted({deel["artikel"] for deel in delen if deel["artikel"]})
                waarom = sorted({zinnen[d["regel"]] for d in delen if d["regel"] in zinnen})
                shown.append({
                    "tijdstip": geschreven.tijdstip,
                    "wie": wie,
                    "wat": ", ".join(sorted({d["onderwerp"].replace("-", " ") for d in delen})),
                    "waarom": " ".join(waarom) if mocht else "",
                    "grond": "; ".join(grond) if mocht else "",
                    "uitkomst": "gevraagd, niet gezien" if niet_gezien else "gezien",
                })  # fmt: skip
    return shown


def voor_toezicht(regels: Iterable[Geschreven]) -> list[dict[str, Any]]:
    """Every decision and line about a household, refusals included: metadata, no content."""
    shown = []
    for geschreven in regels:
        regel, inhoud = geschreven.regel, geschreven.regel.inhoud
        delen = _uitgeschreven(inhoud)
        geheel = inhoud.get("geheel")
        door = inhoud.get("door", {})
        # Of the people it is about only a number, also when one of them looked.
        inwoner = door.get("rol") == "inwoner"
        shown.append({
            "nr": geschreven.nr,
            "tijdstip": geschreven.tijdstip,
            "soort": regel.soort,
            "vraag": regel.vraag,
            "persoon": regel.persoon,
            "wie": f"inwoner {door['id'][:8]}" if inwoner else door.get("naam"),
            "rol": door.get("rol"),
            "functie": door.get("functie"),
            "organisatie": door.get("organisatie"),
            "doel": inhoud.get("doel"),
            "gezien": [deel for deel in delen if deel["uitkomst"] in _OPEN],
            "geweigerd": [deel for deel in delen if deel["uitkomst"] not in _OPEN],
            "weigering": None if geheel is None else geheel["code"],
        })  # fmt: skip
    return shown
