"""One invented household, and everybody who may ask something about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from events.base import Hoed
from events.begrippen import Actor, herkomst
from events.plan import plan_id
from events.waarden import Gezag, Gezagsuitkomst, Mandaat
from services.consent.domain import Feiten, Vrager

VANDAAG = date(2026, 3, 2)
HUIS = UUID(int=100)
MOEDER, VADER, NOAH, LINA, BUURVROUW, VREEMDE = (UUID(int=n) for n in range(101, 107))
PERSONEN = {
    "moeder": MOEDER, "vader": VADER, "noah": NOAH, "lina": LINA, "buurvrouw": BUURVROUW,
    "vreemde": VREEMDE, "huishouden": HUIS,
}  # fmt: skip


def _mens(
    nr: int, wie: str, code: str, rol: str = "professional", hoed: Hoed = Hoed.HULPVERLENING,
    bij: int | None = None,
) -> Vrager:  # fmt: skip
    organisatie = f"organisatie {nr if bij is None else bij}"
    actor = Actor(id=UUID(int=nr), naam=wie, organisatie=organisatie, functie=wie)
    return Vrager(actor, rol, hoed, herkomst(code).regime, code)


def _elders(nr: int, wie: str, code: str) -> Vrager:
    """Of the same profession, with a file of her own."""
    return replace(_mens(nr, wie, code), herkomst=f"{code}-elders")


def _inwoner(persoon: UUID, naam: str) -> Vrager:
    actor = Actor(id=persoon, naam=naam, organisatie="Inwoner", functie="inwoner")
    return Vrager(actor, "inwoner", Hoed.INWONER, "plan")


MENSEN = {
    "regisseur": _mens(1, "regisseur", "wmo-onderzoek", hoed=Hoed.COORDINATIE),
    "wmo-consulent": _mens(2, "wmo-consulent", "wmo-onderzoek"),
    "schuldhulpverlener": _mens(3, "schuldhulpverlener", "wgs-schuldhulp"),
    "jeugdconsulent": _mens(4, "jeugdconsulent", "jeugd-toegang", hoed=Hoed.TOELEIDING),
    "jeugdhulpverlener": _mens(5, "jeugdhulpverlener", "jeugdhulp-dossier"),
    "inkomensconsulent": _mens(6, "inkomensconsulent", "pw-inkomen"),
    "leerplichtambtenaar": _mens(7, "leerplichtambtenaar", "school"),
    "praktijkondersteuner": _mens(8, "praktijkondersteuner", "zorg-behandeling"),
    "buitenstaander": _mens(9, "buitenstaander", "wmo-onderzoek"),
    "regisseur-jeugd": _mens(10, "regisseur-jeugd", "jeugd-toegang", hoed=Hoed.COORDINATIE),
    "beslisser": _mens(11, "beslisser", "gezinsplan", "beslisser"),
    "privacy-officer": _mens(12, "privacy-officer", "logboek", "privacy-officer"),
    "fg": _mens(13, "fg", "logboek", "fg"),
    "regisseur-schuld": _mens(14, "regisseur-schuld", "wgs-schuldhulp", hoed=Hoed.COORDINATIE),
    "regisseur-inkomen": _mens(15, "regisseur-inkomen", "pw-inkomen", hoed=Hoed.COORDINATIE),
    "wmo-aanbieder": _mens(16, "wmo-aanbieder", "wmo-aanbieder"),
    "jeugdbeschermer": _mens(17, "jeugdbeschermer", "gi-maatregel"),
    "veilig-thuis": _mens(18, "veilig-thuis", "veilig-thuis"),
    "procesregisseur-zvh": _mens(19, "procesregisseur-zvh", "zvh-casus"),
    "crisisdienst": _mens(20, "crisisdienst", "wmo-onderzoek"),
    "jeugdconsulent-als-hulpverlener": _mens(4, "jeugdconsulent", "jeugd-toegang"),
    "jeugdhulpverlener-als-toegang": _mens(
        5, "jeugdhulpverlener", "jeugdhulp-dossier", hoed=Hoed.TOELEIDING
    ),
    "praktijkondersteuner-als-toegang": _mens(
        8, "praktijkondersteuner", "zorg-behandeling", hoed=Hoed.TOELEIDING
    ),
    "wmo-consulent-als-toegang": _mens(2, "wmo-consulent", "wmo-onderzoek", hoed=Hoed.TOELEIDING),
    "collega-jeugdhulp": _mens(25, "collega-jeugdhulp", "jeugdhulp-dossier", bij=5),
    "collega-zorg": _mens(28, "collega-zorg", "zorg-behandeling", bij=8),
    "collega-wmo": _mens(22, "collega-wmo", "wmo-onderzoek", bij=2),
    "collega-jeugd": _mens(24, "collega-jeugd", "jeugd-toegang", hoed=Hoed.TOELEIDING, bij=4),
    "collega-schuldhulp": _mens(23, "collega-schuldhulp", "wgs-schuldhulp", bij=3),
    "collega-inkomen": _mens(26, "collega-inkomen", "pw-inkomen", bij=6),
    "wmo-aanbieder-als-toegang": _mens(16, "wmo-aanbieder", "wmo-aanbieder", hoed=Hoed.TOELEIDING),
    "jeugdbeschermer-als-toegang": _mens(
        17, "jeugdbeschermer", "gi-maatregel", hoed=Hoed.TOELEIDING
    ),
    "collega-jeugdhulp-als-toegang": _mens(
        25, "collega-jeugdhulp", "jeugdhulp-dossier", hoed=Hoed.TOELEIDING, bij=5
    ),
    "collega-zorg-als-toegang": _mens(
        28, "collega-zorg", "zorg-behandeling", hoed=Hoed.TOELEIDING, bij=8
    ),
    "collega-jeugd-als-hulpverlener": _mens(24, "collega-jeugd", "jeugd-toegang", bij=4),
    "collega-aanbieder": _mens(36, "collega-aanbieder", "wmo-aanbieder", bij=16),
    "collega-school": _mens(27, "collega-school", "school", bij=7),
    "collega-jeugdbescherming": _mens(37, "collega-jeugdbescherming", "gi-maatregel", bij=17),
    "collega-zvh": _mens(39, "collega-zvh", "zvh-casus", bij=19),
    "collega-veilig-thuis": _mens(38, "collega-veilig-thuis", "veilig-thuis", bij=18),
    "andere-jeugdhulpverlener": _elders(45, "andere-jeugdhulpverlener", "jeugdhulp-dossier"),
    "andere-behandelaar": _elders(46, "andere-behandelaar", "zorg-behandeling"),
    "andere-jeugdbeschermer": _elders(47, "andere-jeugdbeschermer", "gi-maatregel"),
    **{naam: _inwoner(persoon, naam) for naam, persoon in PERSONEN.items() if naam != "huishouden"},
}
DEELNEMERS = (
    "wmo-consulent", "schuldhulpverlener", "jeugdconsulent", "jeugdhulpverlener",
    "inkomensconsulent", "leerplichtambtenaar", "praktijkondersteuner", "wmo-aanbieder",
    "jeugdbeschermer", "veilig-thuis", "procesregisseur-zvh", "andere-jeugdhulpverlener",
    "andere-behandelaar", "andere-jeugdbeschermer",
)  # fmt: skip


def gezin() -> Feiten:
    """Mother (36), Noah (15), Lina (9); father (41) elsewhere with custody; a neighbour."""
    gezag = Gezag(uitkomst=Gezagsuitkomst.GEZAMENLIJK_OUDERLIJK, houders=(MOEDER, VADER))
    return Feiten(
        vandaag=VANDAAG,
        huishouden=HUIS,
        regisseur=MENSEN["regisseur"].actor.id,
        mandaat=Mandaat(kenmerk="M-1", van=date(2026, 1, 1)),
        deelnemers={MENSEN[wie].actor.id: MENSEN[wie].regime for wie in DEELNEMERS},
        leden=(MOEDER, NOAH, LINA),
        bekenden=(HUIS, plan_id(HUIS), MOEDER, VADER, NOAH, LINA, BUURVROUW),
        geboortedata={
            MOEDER: date(1989, 5, 1), VADER: date(1984, 5, 1), NOAH: date(2010, 6, 1),
            LINA: date(2016, 6, 1),
        },
        gezag={NOAH: gezag, LINA: gezag},
    )  # fmt: skip
