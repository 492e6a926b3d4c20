"""A family of which every personal field holds an unmistakable value (a canary), and who may see.


Who may see is written down here by hand, from domain.md §6.1 and §6.5: it is the second opinion
on the rules, so it is not derived from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.system.stad import Stad

DEELNEMERS = ("karin", "yusuf", "omar", "marloes", "bram", "sanne")
"""One professional of every regime, all in the plan."""
LEDEN = ("anna", "bert", "kees", "opa")
PLAN = (*DEELNEMERS, "ellen")


@dataclass
class Gezin:
    """What was seeded: ids by name, and per canary who may ever read it."""

    stad: Stad
    ids: dict[str, str] = field(default_factory=dict)
    kanaries: dict[str, set[str]] = field(default_factory=dict)

    def k(self, woord: str, *lezers: str) -> str:
        """A canary in words."""
        return self.waarde(f"Kanarie{woord}Qz7", *lezers)

    def waarde(self, waarde: str, *lezers: str) -> str:
        """A canary of a form of its own: a date, a number, a postcode."""
        self.kanaries.setdefault(waarde, set()).update(lezers)
        return waarde

    def doe(self, wie: str, pad: str, inhoud: Any = None, als: str = "") -> Any:
        made = self.stad.doe(wie, pad.format(**self.ids), inhoud)
        if als:
            self.ids[als] = made["id"]
        return made


def zaai(stad: Stad) -> Gezin:
    """Everything that can be recorded, through the API, by who would record it."""
    g = Gezin(stad)
    _personen(g)
    _regie(g)
    _plan(g)
    _gesprek(g)
    _delen(g)
    _ander_huishouden(g)
    _omstandigheden(g)
    return g


def _uitspraak(tekst: str, van: str) -> dict[str, str]:
    return {"tekst": tekst, "bron": "gezegd", "van": van}


def _personen(g: Gezin) -> None:
    iedereen = (*PLAN, *LEDEN)

    def lid(naam: str, geboren: str, rol: str, *meer: str, **velden: str) -> dict[str, str]:
        lezers = (*iedereen, *meer)
        return {
            "naam": g.k(f"Naam{naam}", *lezers),
            "geboortedatum": g.waarde(geboren, *lezers),
            "rol": rol,
            "sinds": "2025-06-01",
            "reden": "gevormd",
            **velden,
        }

    school = g.stad.wie["marloes"]
    # Who reports, and the regisseurs of the child; the other one by a report made after it came.
    melders = ("ellen", "marloes", "fatma")
    melding = {
        "melder": {
            "soort": "professional",
            "naam": g.k("Melder", *melders),
            "organisatie": g.k("Melderorganisatie", *melders),
            "contact": g.k("Meldercontact", *melders),
        },
        "aangemelde": {
            "naam": "KanarieNaamKeesQz7",
            "geboortedatum": "2011-07-19",
            "postcode": g.waarde("4321 QZ", *melders),
            "huisnummer": g.waarde("71731Qz7", *melders),
        },
        "hulpvraag": {
            "vraag": g.k("Vraag", *melders),
            "namens": g.k("Namens", *melders),
            "wieWeetErvan": g.k("Weet", *melders),
            "wieWilHulp": g.k("Wil", *melders),
        },
        "clientondersteuningAangeboden": True,
    }
    assert school.herkomst == "school"
    g.doe("marloes", "/meldingen", melding, als="melding")
    # The child lives in two households: who works with or lives in either knows the child by name.
    kind = lid("Kees", "2011-07-19", "kind", "fatma", "dirk")
    bsn = g.waarde("999971773", "ellen", "anna", "marloes")  # she reports with it as well
    made = g.doe(
        "ruben",
        "/huishoudens",
        {
            "melding": g.ids["melding"],
            "regisseur": str(g.stad.wie["ellen"].id),
            "mandaat": {"kenmerk": g.k("Mandaat", *iedereen), "van": "2026-01-01"},
            "leden": [
                lid("Anna", "1983-11-23", "ouder", bsn=bsn),
                lid("Bert", "1981-12-29", "ouder"),
                kind,
                lid("Opa", "1944-08-17", "grootouder"),
            ],
        },
        als="huis",
    )
    g.ids |= dict(zip(LEDEN, made["leden"], strict=True))
    for naam in LEDEN:
        g.stad.inwoner(naam.capitalize(), g.ids[naam])
    for wie, postcode, nummer, afgeschermd in (
        ("anna", "4321 QZ", "71731Qz7", False),
        ("opa", "4322 QY", "71732Qz7", True),
        ("kees", "4323 QX", "71733Qz7", False),
    ):
        # How the child lives here does not open in the other household.
        lezers = ("ellen", wie)
        adres = {
            "straat": g.k(f"Straat{wie}", *lezers),
            "plaats": g.k(f"Plaats{wie}", *lezers),
            "postcode": g.waarde(postcode, *lezers),
            "huisnummer": g.waarde(nummer, *lezers),
            "sinds": "2025-01-01",
        }
        g.doe(
            "ellen",
            f"/huishoudens/{{huis}}/leden/{{{wie}}}/adressen",
            {"adres": adres, "afgeschermd": afgeschermd},
        )
    g.doe(
        "ellen",
        "/huishoudens/{huis}/leden/{anna}/contactvoorkeuren",
        {
            "voorkeur": g.k("Voorkeur", *PLAN, "anna"),
            "telefoon": g.waarde("06 71731717", *PLAN, "anna"),
            "email": g.waarde("kanarie@qz7.example", *PLAN, "anna"),
        },
    )
    g.doe(
        "ellen",
        "/huishoudens/{huis}/leden/{kees}/gezag",
        {"uitkomst": "gezamenlijk-ouderlijk-gezag", "houders": [g.ids["anna"], g.ids["bert"]]},
    )
    g.doe(
        "ellen",
        "/huishoudens/{huis}/leden/{anna}/correcties",
        {"naam": g.k("Naamcorrectie", *iedereen)},
    )
    g.doe(
        "ellen",
        "/huishoudens/{huis}/netwerk",
        {
            "naam": g.k("Buurvrouw", *iedereen),
            "kanHelpenMet": g.k("Helpen", *iedereen),
            "contact": {"voorkeur": g.k("Buurvrouwvoorkeur", *PLAN), "telefoon": "06 71731718"},
        },
        als="buurvrouw",
    )
    g.waarde("06 71731718", *PLAN)


def _regie(g: Gezin) -> None:
    iedereen = (*PLAN, *LEDEN)
    g.doe(
        "hanna",
        "/huishoudens/{huis}/regie",
        {
            "regisseur": str(g.stad.wie["ellen"].id),
            "reden": g.k("Overdracht", *iedereen),
            "mandaat": {"kenmerk": g.k("Mandaattwee", *iedereen), "van": "2026-02-01"},
        },
    )
    tweede = g.doe(
        "ruben",
        "/meldingen",
        {
            "melder": {"soort": "professional", "naam": "Ruben Hoekstra"},
            "aangemelde": {"naam": "x", "bsn": "999971773"},
            "hulpvraag": {
                "vraag": g.k("Vraagtwee", "ellen", "marloes"),
                "wieWeetErvan": "x",
                "wieWilHulp": "x",
            },
            "clientondersteuningAangeboden": True,
        },
        als="melding2",
    )
    assert tweede["id"] != g.ids["melding"]
    g.doe(
        "ellen",
        "/huishoudens/{huis}/meldingen/{melding2}/opvolging",
        {"uitkomst": g.k("Opvolging")},
    )
    g.doe(
        "ruben",
        "/meldingen/{melding2}/afhandeling",
        {"huishouden": None, "uitkomst": g.k("Afhandeling", "ellen")},
    )
    g.doe(
        "ellen",
        "/huishoudens/{huis}/verkenning",
        {
            "meervoudig": True,
            "waarom": g.k("Verkenning", *iedereen),
            "grondslag": {"bwb": "BWBR0035362", "artikel": "2.3.2"},
        },
    )
    g.doe(
        "ellen",
        "/huishoudens/{huis}/informatie",
        {"persoon": g.ids["bert"], "op": "2026-02-02", "hoe": g.k("Hoe", *iedereen)},
    )
    g.doe(
        "ellen",
        "/huishoudens/{huis}/informatie",
        {"persoon": g.ids["opa"], "waarom": g.k("Nogniet", "ellen")},
    )


def _plan(g: Gezin) -> None:
    iedereen = (*PLAN, *LEDEN)
    zonder_kind = (*PLAN, "anna", "bert", "opa")
    g.doe("ellen", "/huishoudens/{huis}/plan", als="plan")
    for wie in DEELNEMERS:
        g.doe(
            "ellen",
            "/plannen/{plan}/deelnemers",
            {"medewerker": str(g.stad.wie[wie].id), "taak": g.k(f"Taak{wie}", *iedereen)},
        )
    for wie, lezers in (("anna", zonder_kind), ("kees", iedereen)):
        inhoud = {
            "woorden": g.k(f"Woorden{wie}", *lezers),
            "resultaat": g.k(f"Resultaat{wie}", *lezers),
            "evaluatieOp": g.waarde("2031-07-17" if wie == "anna" else "2032-08-18", *lezers),
            "leefgebied": "wonen",
        }
        g.doe(
            "ellen",
            "/plannen/{plan}/doelen",
            inhoud | {"personen": [g.ids[wie]]},
            als=f"doel_{wie}",
        )
        g.doe(
            "ellen",
            "/plannen/{plan}/acties",
            {
                "doel": g.ids[f"doel_{wie}"],
                "eigenaar": str(g.stad.wie["ellen"].id),
                "eigenaarsoort": "professional",
                "wat": g.k(f"Wat{wie}", *lezers),
                "uiterlijkOp": g.waarde("2033-09-19" if wie == "anna" else "2034-10-21", *lezers),
                "aard": "ondersteunend",
                "leefgebied": "wonen",
            },
            als=f"actie_{wie}",
        )
    anna = "/plannen/{plan}/doelen/{doel_anna}"
    g.doe(
        "ellen",
        f"{anna}/bijstellingen",
        {
            "woorden": g.k("Bijgesteld", *zonder_kind),
            "resultaat": "y",
            "leefgebied": "wonen",
            "evaluatieOp": g.waarde("2035-11-23", *zonder_kind),
        },
    )
    g.doe(
        "ellen",
        f"{anna}/evaluaties",
        {"uitkomst": "deels", "toelichting": g.k("Evaluatie", *zonder_kind), "leefgebied": "wonen"},
    )
    g.doe(
        "ellen",
        "/plannen/{plan}/acties/{actie_anna}/voortgang",
        {"status": "niet-gelukt", "reden": g.k("Mislukt", *zonder_kind), "leefgebied": "wonen"},
    )
    g.doe(
        "ellen",
        "/plannen/{plan}/volgorde",
        {"doelen": [g.ids["doel_kees"], g.ids["doel_anna"]], "reden": g.k("Volgorde", *iedereen)},
    )
    g.doe(
        "anna",
        "/plannen/{plan}/standpunten",
        {"persoon": g.ids["anna"], "standpunt": "oneens", "waarom": g.k("Oneens", *iedereen)},
    )


def _gesprek(g: Gezin) -> None:
    """A note by every regime; who else may read it than its writer and who it is about."""
    ouders = ("anna", "bert")
    for wie, over, gebied, lezers in (
        ("ellen", ["anna"], "wonen", ("yusuf", "anna")),  # Yusuf on Wgs 8d, see _delen
        ("ellen", ["kees"], "onderwijs", ("kees", *ouders)),
        ("karin", ["kees"], "veiligheid", ("kees",)),  # not for parents of itself
        ("yusuf", ["anna"], "financien-en-schulden", ("anna",)),
        ("yusuf", ["bert"], "financien-en-schulden", ("bert",)),
        ("yusuf", ["anna", "bert"], "financien-en-schulden", ()),
        ("omar", ["bert"], "werk-en-inkomen", ("bert",)),
        ("marloes", ["kees"], "onderwijs", ("kees", *ouders)),
        ("bram", ["kees"], "geestelijke-gezondheid", ("kees",)),  # from 12 on it is his secret
        ("sanne", ["anna"], "middelengebruik", ("anna",)),
    ):
        mag = (wie, *lezers)
        naam = f"{wie.capitalize()}{''.join(over)}"
        g.doe(wie, "/huishoudens/{huis}/gesprekken", {"deelnemers": [g.ids["anna"]]}, als="gesprek")
        g.doe(
            wie, "/gesprekken/{gesprek}/zittingen", {"deelnemers": [g.ids["anna"]], "minuten": 30}
        )
        inhoud: dict[str, Any] = {
            "personen": [g.ids[persoon] for persoon in over],
            "leefgebied": gebied,
            "reden": g.k(f"Reden{naam}", *mag),
            **{
                veld: _uitspraak(g.k(f"{veld}{naam}", *mag), g.k(f"Van{naam}", *mag))
                for veld in ("gaatGoed", "zorgen", "wens", "zelfDoen", "wieHelpt")
            },
        }
        if len(over) == 1:
            inhoud["zrm"] = 2
        notitie = g.doe(wie, "/gesprekken/{gesprek}/notities", inhoud, als=f"notitie_{naam}")["id"]
        g.doe(
            wie,
            f"/gesprekken/{{gesprek}}/notities/{notitie}/aanvullingen",
            {"leefgebied": gebied, "aanvulling": _uitspraak(g.k(f"Aanvulling{naam}", *mag), "x")},
        )
        g.doe(wie, "/gesprekken/{gesprek}/afronding")


def _delen(g: Gezin) -> None:
    """Records about sharing are for the person herself; what they open is in `_gesprek`."""
    over = {"huishouden": g.ids["huis"], "persoon": g.ids["anna"]}
    g.doe(
        "yusuf",
        "/grondslagen",
        {
            "huishouden": g.ids["huis"],
            "personen": [g.ids["anna"]],
            "doel": "schuldhulp",
            "regimes": ["wmo"],
            "onderwerpen": ["wonen"],
            "noodzaak": g.waarde("KanarieNoodzaakQz7 telt", "anna"),
        },
    )
    g.doe(
        "anna",
        "/toestemmingen",
        over
        | {
            "doel": "regie",
            "regimes": ["pw"],
            "onderwerpen": ["dagbesteding"],
            "ontvanger": {"medewerker": str(g.stad.wie["ellen"].id)},
            "gegevenDoor": g.ids["anna"],
            "wijze": g.k("Wijze", "anna"),
        },
        als="toestemming",
    )
    g.doe(
        "anna",
        "/opheffingen",
        over
        | {
            "herkomst": "zorg-behandeling",
            "houder": g.k("Houder", "anna"),
            "ontvanger": {"organisatie": "Wijkteam Zuid"},
            "gegevenDoor": g.ids["anna"],
        },
    )
    g.doe("anna", "/akkoorden", over | {"hulp": g.k("Hulp", "anna"), "gegevenDoor": g.ids["anna"]})
    g.doe(
        "anna",
        "/bezwaren",
        over | {"doel": "zorg", "regimes": ["wgs"], "reden": g.k("Bezwaar", "anna")},
    )
    g.doe(
        "anna",
        "/vastleggingen/{toestemming}/intrekking",
        {"huishouden": g.ids["huis"], "reden": g.k("Intrekking", "anna")},
    )


def _ander_huishouden(g: Gezin) -> None:
    """Where the child lives too, and where a plan was closed and opened again."""
    daar = ("fatma", "dirk", "eva")
    made = g.doe(
        "ruben",
        "/huishoudens",
        {
            "regisseur": str(g.stad.wie["fatma"].id),
            "mandaat": g.stad.mensen(),
            "leden": [
                {
                    "naam": g.k(f"Naam{naam}", *daar, "kees"),
                    "geboortedatum": geboren,
                    "rol": "volwassene",
                    "sinds": "2025-06-01",
                    "reden": "gevormd",
                }
                for naam, geboren in (("Dirk", "1979-10-31"), ("Eva", "1978-10-30"))
            ],
        },
        als="elders",
    )
    g.ids |= dict(zip(("dirk", "eva"), made["leden"], strict=True))
    for naam in ("dirk", "eva"):
        g.stad.inwoner(naam.capitalize(), g.ids[naam])
    g.doe(
        "fatma",
        "/huishoudens/{elders}/leden",
        {"persoon": g.ids["kees"], "rol": "kind", "sinds": "2025-06-01", "reden": "ingetrokken"},
    )
    g.doe("fatma", "/huishoudens/{elders}/plan", als="plan2")
    allen = ("fatma", "dirk", "kees")  # Eva moves out below
    tom = str(g.stad.wie["ruben"].id)
    g.doe("fatma", "/plannen/{plan2}/deelnemers", {"medewerker": tom, "taak": g.k("Taak2", *allen)})
    g.doe(
        "fatma", f"/plannen/{{plan2}}/deelnemers/{tom}/vertrek", {"reden": g.k("Vertrek", *allen)}
    )
    g.doe("fatma", "/plannen/{plan2}/afsluiting", {"reden": g.k("Afsluiting", *allen)})
    g.doe("fatma", "/plannen/{plan2}/heropening", {"reden": g.k("Heropening")})
    g.doe(
        "fatma",
        "/huishoudens/{elders}/leden/{eva}/vertrek",
        {"op": g.waarde("2026-02-27", "fatma", "dirk", "kees"), "reden": "uit-huis"},
    )
    g.doe("ellen", "/huishoudens/{huis}/netwerk/{buurvrouw}/vertrek")


def _omstandigheden(g: Gezin) -> None:
    """What is so of a person and changes who may see."""
    g.doe(
        "ellen",
        "/omstandigheden",
        {
            "huishouden": g.ids["huis"],
            "persoon": g.ids["kees"],
            "omstandigheid": {
                "wat": "maatregel",
                "soort": "ondertoezichtstelling",
                "instelling": "Jeugdbescherming Voorbeeldland",
                "kenmerk": g.k("Maatregel"),
                "van": "2026-02-01",
            },
        },
    )
