"""Who sees what at a glance: with nothing recorded, and with everything recorded that can be.

`gevallen_overzicht.json` has a line per person who asks, purpose and person concerned: by which
rule which subjects open from which herkomst ("leefgebieden" stands for all twelve), or must, or
lack a step, or are forbidden. What is not in a line, no rule speaks of. After a change of the
rules `python -m tests.consent.overzicht` writes it anew, for a lawyer to read what changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from events.begrippen import Leefgebied, Rubriek, herkomst, herkomsten
from events.waarden import (
    Doel,
    Doorbreking,
    Grond,
    Instemming,
    Maatregel,
    Maatregelsoort,
    Ontvanger,
    Opheffing,
    Veiligheidshuiscasus,
    Vertegenwoordiger,
    Vertegenwoordiging,
    Vervanging,
    Vervangingsoort,
    Verwijzing,
    Wilsonbekwaamheid,
)
from services.consent.domain import (
    Feiten,
    Noodtoegang,
    Vastlegging,
    Vervanger,
    Vraag,
    Vrager,
    mag,
)
from services.consent.regels import regelset
from tests.consent.gezin import BUURVROUW, MENSEN, MOEDER, PERSONEN, gezin

BESTAND = Path(__file__).with_name("gevallen_overzicht.json")
BRONNEN = tuple(h for h in herkomsten().values() if h.regime != "intern")
ONDERWERPEN = (*Leefgebied, *Rubriek)
TE_NOEMEN = (
    Doel.VERKENNING, Doel.ONDERZOEK, Doel.VERWIJSINDEX, Doel.JEUGD_RAAD,
    Doel.JEUGD_BEKOSTIGING, Doel.JEUGD_CONTROLE,
)  # fmt: skip
NOEMT = (
    "regisseur", "regisseur-jeugd", "wmo-consulent", "wmo-consulent-als-toegang", "jeugdconsulent",
    "jeugdconsulent-als-hulpverlener", "jeugdhulpverlener", "schuldhulpverlener",
    "inkomensconsulent", "praktijkondersteuner", "leerplichtambtenaar", "wmo-aanbieder",
    "jeugdbeschermer", "veilig-thuis", "procesregisseur-zvh",
)  # fmt: skip
"""Who names another purpose of her task as well."""
BEGIN = date(2026, 1, 1)
VERVANGT = {
    "collega-jeugdhulp": "jeugdhulpverlener", "collega-zorg": "praktijkondersteuner",
    "collega-wmo": "wmo-consulent", "collega-jeugd": "jeugdconsulent",
    "collega-schuldhulp": "schuldhulpverlener", "collega-inkomen": "inkomensconsulent",
    "collega-veilig-thuis": "veilig-thuis",
    "collega-aanbieder": "wmo-aanbieder", "collega-school": "leerplichtambtenaar",
    "collega-jeugdbescherming": "jeugdbeschermer", "collega-zvh": "procesregisseur-zvh",
}  # fmt: skip


def elders(wie: Vrager, code: str) -> Vrager:
    """The same person, signed in for another task than the one she has here."""
    return replace(wie, regime=herkomst(code).regime, herkomst=code)


@cache
def vragers() -> dict[str, Vrager]:
    """Everybody of the household and its plan, and everybody signed in for another task."""
    gewoon = {naam: wie for naam, wie in MENSEN.items() if wie.rol in ("professional", "inwoner")}
    anders = {
        f"{naam}, hier voor een andere taak": elders(
            wie, "wgs-schuldhulp" if wie.regime != "wgs" else "wmo-onderzoek"
        )
        for naam, wie in gewoon.items()
        if wie.rol == "professional" and "-als-" not in naam
    }
    return gewoon | anders


def alles(wie: Vrager, over: UUID) -> tuple[Vastlegging, ...]:
    """Every record about one person that may open something to somebody."""
    aan, codes = Ontvanger(medewerker=wie.actor.id), tuple(h.code for h in BRONNEN)
    bereik = {"regimes": tuple({h.regime for h in BRONNEN}), "onderwerpen": ONDERWERPEN}
    inhouden: list[Any] = [
        Veiligheidshuiscasus(door="politie", toets="past bij 2.25", van=BEGIN),
        Verwijzing(melder=wie.actor.id, contact="06 00000000", van=BEGIN),
        *(
            Maatregel(soort=soort, instelling=wie.actor.organisatie, kenmerk="C/1", van=BEGIN)
            for soort in Maatregelsoort
        ),
        *(
            Instemming(doel=doel, ontvanger=aan, gegeven_door=over, wijze="schriftelijk", **bereik)
            for doel in Doel
        ),
        *(
            Grond(
                doel=doel, ontvanger=aan, grondslag=BRONNEN[0].grondslag,
                noodzaak="nodig voor deze taak", **bereik,
            )
            for doel in Doel
        ),
        *(
            Opheffing(herkomst=code, houder="houder", ontvanger=aan, gegeven_door=over)
            for code in codes
        ),
        *(
            Doorbreking(
                herkomst=code, onderwerpen=ONDERWERPEN, ontvanger=aan, van=BEGIN,
                afweging="Er dreigt ernstig gevaar en niets lichters helpt hier nog.",
            )
            for code in codes
        ),
    ]  # fmt: skip
    return tuple(Vastlegging(UUID(int=5000 + nr), over, wat) for nr, wat in enumerate(inhouden))


def feiten(met: str, naam: str, wie: Vrager, over: UUID) -> Feiten:
    """The household, with as much recorded as the line says."""
    hier = replace(gezin(), gemelden=(over,) if met == "alles" else ())
    kaal = naam.split(",")[0].split("-als-")[0]
    if kaal.startswith("regisseur"):
        hier = replace(hier, regisseur=wie.actor.id)
    if kaal == "crisisdienst":
        open_ = tuple(h.code for h in BRONNEN) if met == "alles" else ()
        hier = replace(hier, noodtoegang={wie.actor.id: Noodtoegang(UUID(int=800), open_)})
    if kaal in VERVANGT:
        voor = MENSEN[VERVANGT[kaal]].actor
        vervanging = Vervanging(
            soort=Vervangingsoort.VERVANGT, organisatie=voor.organisatie, van=BEGIN
        )
        naast = Vervanger(UUID(int=801), voor.id, vervanging)
        hier = replace(hier, vervangers={wie.actor.id: (naast,)})
    if met == "alles":
        return replace(hier, vastleggingen=alles(wie, over))
    if met == "moeder wilsonbekwaam":
        wat: list[Any] = [
            Wilsonbekwaamheid(door="arts", toelichting="ziek", van=BEGIN),
            Vertegenwoordiger(persoon=BUURVROUW, als=Vertegenwoordiging.MENTOR, van=BEGIN),
        ]
        namens = tuple(Vastlegging(UUID(int=6000 + n), MOEDER, een) for n, een in enumerate(wat))
        return replace(hier, vastleggingen=namens)
    return hier


def regels_van_overzicht() -> Iterator[tuple[str, str, Doel | None, str]]:
    """What the lines are about: how much is recorded, who asks, for what, about whom."""
    for naam, wie in vragers().items():
        if wie.rol == "inwoner":
            for met in ("niets", "moeder wilsonbekwaam"):
                for over in ("moeder", "noah", "lina"):
                    yield met, naam, None, over
        else:
            yield "niets", naam, None, "noah"
            yield "alles", naam, None, "noah"
            yield "alles", naam, None, "lina"
            for doel in TE_NOEMEN if naam in NOEMT else ():
                yield "alles", naam, doel, "noah"


def vragen(naam: str, doel: Doel | None, over: str) -> Iterator[Vraag]:
    for bron in BRONNEN:
        for onderwerp in ONDERWERPEN:
            yield Vraag(vragers()[naam], doel, (PERSONEN[over],), bron, onderwerp)


def samenvatting(uitkomsten: list[tuple[Vraag, Any]]) -> dict[str, list[str]]:
    """A line: outcome and rule → what; questions that no rule speaks of are left out."""
    gevonden: dict[str, dict[str, list[str]]] = {}
    for vraag, besluit in uitkomsten:
        if besluit.regel is not None:
            hoe = f"{besluit.uitkomst.value} {besluit.regel} {besluit.code.value}"
            bron = gevonden.setdefault(hoe, {}).setdefault(vraag.herkomst.code, [])
            bron.append(vraag.onderwerp.value)
    return {
        hoe: [f"{bron}: {', '.join(_kort(wat))}" for bron, wat in bronnen.items()]
        for hoe, bronnen in sorted(gevonden.items())
    }


def _kort(wat: list[str]) -> list[str]:
    gebieden = [area.value for area in Leefgebied]
    if not set(gebieden) <= set(wat):
        return wat
    return ["leefgebieden", *(over for over in wat if over not in gebieden)]


def uitgeschreven(
    ziet: dict[str, list[str]],
) -> dict[tuple[str, str], tuple[str, str, str]]:
    """A line written out: herkomst and subject → outcome, rule and code."""
    gevonden = {}
    for hoe, bronnen in ziet.items():
        uitkomst, regel, code = hoe.split(" ")
        for bron in bronnen:
            herkomst_, _, wat = bron.partition(": ")
            for over in wat.split(", "):
                allemaal = [area.value for area in Leefgebied] if over == "leefgebieden" else [over]
                for een in allemaal:
                    gevonden[herkomst_, een] = (uitkomst, regel, code)
    return gevonden


@cache
def golden() -> dict[tuple[str, str, Doel | None, str], dict[str, list[str]]]:
    return {
        (lijn["met"], lijn["wie"], Doel(lijn["doel"]) if lijn["doel"] else None, lijn["over"]):
            lijn["ziet"]
        for lijn in json.loads(BESTAND.read_text(encoding="utf-8"))
    }  # fmt: skip


def schrijf() -> None:
    """Write the overview anew; what changed is for a lawyer to read."""
    lijnen = []
    for met, naam, doel, over in regels_van_overzicht():
        hier = feiten(met, naam, vragers()[naam], PERSONEN[over])
        gezegd = [(vraag, mag(vraag, hier, regelset())) for vraag in vragen(naam, doel, over)]
        lijnen.append(
            {"met": met, "wie": naam, "doel": doel, "over": over, "ziet": samenvatting(gezegd)}
        )
    rijen = ",\n".join("  " + json.dumps(lijn, ensure_ascii=False) for lijn in lijnen)
    BESTAND.write_text(f"[\n{rijen}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    schrijf()
