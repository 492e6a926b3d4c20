"""What happened to one household of the demo, told in a file in `huishoudens/`.

The files speak the words of the API: people by name, dates in days from the day of recording.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources

from app.demo.gemeente import Gemeente, Tabel

BALIE = "Ruben Hoekstra"
"""Takes the meldingen of residents."""


def huishoudens() -> Iterator[Tabel]:
    """The households of the demo, the one that is known longest first."""
    files = resources.files("app.demo").joinpath("huishoudens").iterdir()
    for file in sorted(files, key=lambda file: file.name):
        yield tomllib.loads(file.read_text())


class Huishouden:
    """What happened to one household, in the order in which it happens."""

    def __init__(self, gemeente: Gemeente, huishouden: Tabel) -> None:
        self.g = gemeente
        self.h = huishouden
        self.regisseur: str = huishouden.get("regisseur", BALIE)
        self.hier = ""
        self.id = ""
        self.doelen: list[str] = []

    async def vertel(self) -> None:
        melding = await self._meldingen()
        if not self._lijst("leden"):
            return  # newly met: a melding that waits
        self.g.verder(1)
        await self._vorm(melding)
        for lid in self._lijst("leden"):
            await self._gegevens(lid)
        self.g.verder(2)
        await self._kring()
        self.g.verder(2)
        await self._gesprekken([n for n in self._lijst("notities") if "door" not in n])
        if "plan" in self.h:
            self.g.verder(4)
            await self._plan(self.h["plan"])
        await self._gesprekken([n for n in self._lijst("notities") if "door" in n])
        for vastlegging in self._lijst("delen"):
            await self._deel(vastlegging)
        self.g.verder(3)
        await self._later()
        for kijker in self.h.get("kijkers", [self.regisseur]):
            await self.g.kijk(kijker, self.id)

    def _lijst(self, naam: str) -> list[Tabel]:
        found: list[Tabel] = self.h.get(naam, [])
        return found

    def _wie(self, namen: list[str]) -> list[str]:
        return [self.g.id(naam) for naam in namen]

    # --- intake -------------------------------------------------------------------------------

    async def _meldingen(self) -> str | None:
        """Each melding; the id of the first, from which the household is formed."""
        first: str | None = None
        for melding in self._lijst("meldingen"):
            made = await self.g.doe(*self._melding(melding))
            first = first or made["id"]
        return first

    def _melding(self, melding: Tabel) -> tuple[str, str, Tabel]:
        naam = melding["door"]
        if melding.get("soort", "professional") == "professional":
            wie = self.g.medewerker(naam)
            melder = {"soort": "professional", "naam": naam, "organisatie": wie.organisatie,
                      "contact": wie.contact}  # fmt: skip
            balie = naam
        else:
            melder, balie = {"soort": melding["soort"], "naam": naam}, BALIE
        over = {"naam": melding["over"], "geboortedatum": self.g.geboren(melding["leeftijd"])}
        adres = {
            k: v for k, v in self.h.get("adres", {}).items() if k in ("postcode", "huisnummer")
        }
        vraag = {"vraag": melding["vraag"], "wieWeetErvan": melding["wieWeetErvan"],
                 "wieWilHulp": melding["wieWilHulp"]}  # fmt: skip
        return balie, "/meldingen", {
            "melder": melder, "aangemelde": over | adres, "hulpvraag": vraag,
            "clientondersteuningAangeboden": True,
        }  # fmt: skip

    async def _vorm(self, melding: str | None) -> None:
        mandaat = {"kenmerk": self.h["mandaat"], "van": self.g.over(-1)}
        made = await self.g.doe(self.h.get("gevormdDoor", self.regisseur), "/huishoudens", {
            "melding": melding, "regisseur": self.g.id(self.regisseur), "mandaat": mandaat,
            "leden": [self._lid(lid) for lid in self._lijst("leden") if "later" not in lid],
        }, na=True)  # fmt: skip
        self.id, self.hier = made["id"], f"/huishoudens/{made['id']}"
        samen = [lid for lid in self._lijst("leden") if "later" not in lid]
        for lid, persoon in zip(samen, made["leden"], strict=True):
            self.g.ken(lid["naam"], persoon)

    def _lid(self, lid: Tabel) -> Tabel:
        sinds = {"rol": lid["rol"], "sinds": self.g.over(-lid.get("sinds", 900)),
                 "reden": lid.get("later", "gevormd")}  # fmt: skip
        if self.g.kent(lid["naam"]):
            return {"persoon": self.g.id(lid["naam"])} | sinds
        wie = {"naam": lid["naam"], "geboortedatum": self.g.geboren(lid["leeftijd"])}
        return wie | sinds | ({"bsn": lid["bsn"]} if "bsn" in lid else {})

    async def _gegevens(self, lid: Tabel) -> None:
        """Address, contact, gezag and the sign-in of one member."""
        if "later" in lid:
            return
        deze = f"{self.hier}/leden/{self.g.id(lid['naam'])}"
        adres = lid.get("adres", self.h.get("adres"))
        if adres:
            sinds = {"sinds": self.g.over(-adres.get("sinds", 900))}
            await self.g.doe(self.regisseur, f"{deze}/adressen", {
                "adres": {k: v for k, v in adres.items() if k != "afgeschermd"} | sinds,
                "afgeschermd": adres.get("afgeschermd", False),
            })  # fmt: skip
        if "contact" in lid:
            await self.g.doe(self.regisseur, f"{deze}/contactvoorkeuren", lid["contact"])
        if "gezag" in lid:
            gezag = lid["gezag"] | {"houders": self._wie(lid["gezag"]["houders"])}
            await self.g.doe(self.regisseur, f"{deze}/gezag", gezag)
        if "aanmelden" in lid:
            await self.g.doe(self.regisseur, "/personas", {
                "persoon": self.g.id(lid["naam"]), "naam": lid["naam"], "uitleg": lid["aanmelden"],
            }, na=True)  # fmt: skip

    async def _kring(self) -> None:
        """The network, who was told, and the verkenning."""
        for helper in self._lijst("netwerk"):
            made = await self.g.doe(self.regisseur, f"{self.hier}/netwerk", helper)
            self.g.ken(helper["naam"], made["id"])
        for bericht in self._lijst("informatie"):
            persoon = {"persoon": self.g.id(bericht["persoon"])}
            op = {"op": self.g.over(0)} if "hoe" in bericht else {}
            await self.g.doe(self.regisseur, f"{self.hier}/informatie", bericht | persoon | op)
        if "verkenning" in self.h:
            grond = {"grondslag": {"bwb": "BWBR0035362", "artikel": "2.3.2"}}
            await self.g.doe(
                self.regisseur, f"{self.hier}/verkenning", self.h["verkenning"] | grond
            )

    async def _gesprekken(self, notities: list[Tabel]) -> None:
        """One conversation per professional, with what she wrote down."""
        per_wie: dict[str, list[Tabel]] = {}
        for notitie in notities:
            per_wie.setdefault(notitie.get("door", self.regisseur), []).append(notitie)
        for wie, geschreven in per_wie.items():
            aan_tafel = sorted({naam for notitie in geschreven for naam in notitie["personen"]})
            made = await self.g.doe(
                wie, f"{self.hier}/gesprekken", {"deelnemers": self._wie(aan_tafel)}, na=True
            )
            dit = f"/gesprekken/{made['id']}"
            for notitie in geschreven:
                inhoud = {k: v for k, v in notitie.items() if k != "door"}
                inhoud["personen"] = self._wie(notitie["personen"])
                await self.g.doe(wie, f"{dit}/notities", inhoud)
            zitting = {"deelnemers": [self.g.id(wie), *self._wie(aan_tafel)], "minuten": 60}
            await self.g.doe(wie, f"{dit}/zittingen", zitting)
            await self.g.doe(wie, f"{dit}/afronding", {})

    # --- plan and consent ---------------------------------------------------------------------

    async def _plan(self, plan: Tabel) -> None:
        opened = await self.g.doe(self.regisseur, f"{self.hier}/plan", {}, na=True)
        dit = f"/plannen/{opened['id']}"
        for deelnemer in plan.get("deelnemers", []):
            wie = {"medewerker": self.g.id(deelnemer["wie"]), "taak": deelnemer["taak"]}
            await self.g.doe(self.regisseur, f"{dit}/deelnemers", wie)
        for doel in plan["doelen"]:
            await self._doel(dit, doel)
        if "volgorde" in plan:
            volgorde = {"doelen": self.doelen, "reden": plan["volgorde"]}
            await self.g.doe(self.regisseur, f"{dit}/volgorde", volgorde)
        for standpunt in plan.get("standpunten", []):
            persoon = {"persoon": self.g.id(standpunt["persoon"])}
            over = {"over": self.doelen[standpunt["over"] - 1]} if "over" in standpunt else {}
            await self.g.doe(self.regisseur, f"{dit}/standpunten", standpunt | persoon | over)
        if "afsluiting" in plan:
            self.g.verder(3)
            for doel in self.doelen:
                await self.g.doe(self.regisseur, f"{dit}/doelen/{doel}/evaluaties",
                                 plan["evaluatie"])  # fmt: skip
            await self.g.doe(self.regisseur, f"{dit}/afsluiting", {"reden": plan["afsluiting"]})

    async def _doel(self, plan: str, doel: Tabel) -> None:
        inhoud = {k: v for k, v in doel.items() if k != "acties"}
        inhoud["personen"] = self._wie(doel["personen"])
        inhoud["evaluatieOp"] = self.g.over(doel.get("evaluatieOp", 90))
        made = await self.g.doe(self.regisseur, f"{plan}/doelen", inhoud)
        self.doelen.append(made["id"])
        gebied = {"leefgebied": doel["leefgebied"]}
        for actie in doel["acties"]:
            wie = actie["wie"]
            afspraak = {
                "doel": made["id"], "wat": actie["wat"], "eigenaar": self.g.id(wie),
                "eigenaarsoort": actie.get("soort", "professional"),
                "uiterlijkOp": self.g.over(actie.get("binnen", 28)),
                "aard": actie.get("aard", "ondersteunend"),
            }  # fmt: skip
            afgesproken = await self.g.doe(self.regisseur, f"{plan}/acties", afspraak | gebied)
            if "status" in actie:
                stand = {k: actie[k] for k in ("status", "reden") if k in actie} | gebied
                await self.g.doe(
                    self.regisseur, f"{plan}/acties/{afgesproken['id']}/voortgang", stand
                )

    async def _deel(self, vastlegging: Tabel) -> None:
        """A ground, a consent, an objection …: people by name, the rest as the API says it."""
        inhoud = {k: v for k, v in vastlegging.items() if k not in ("pad", "wie")}
        for sleutel in ("persoon", "gegevenDoor"):
            if sleutel in inhoud:
                inhoud[sleutel] = self.g.id(inhoud[sleutel])
        if "personen" in inhoud:
            inhoud["personen"] = self._wie(inhoud["personen"])
        if "medewerker" in inhoud.get("ontvanger", {}):
            inhoud["ontvanger"] = {"medewerker": self.g.id(inhoud["ontvanger"]["medewerker"])}
        await self.g.doe(
            vastlegging["wie"], vastlegging["pad"], {"huishouden": self.id} | inhoud, na=True
        )

    # --- what happened since ------------------------------------------------------------------

    async def _later(self) -> None:
        """Who joined or left, another melding, another regisseur."""
        for lid in self._lijst("leden"):
            if "later" in lid:
                made = await self.g.doe(self.regisseur, f"{self.hier}/leden", self._lid(lid))
                self.g.ken(lid["naam"], made["id"])
        for vertrek in self._lijst("vertrek"):
            await self.g.doe(
                self.regisseur, f"{self.hier}/leden/{self.g.id(vertrek['persoon'])}/vertrek",
                {"op": self.g.over(0), "reden": vertrek["reden"]},
            )  # fmt: skip
        for melding in self._lijst("nieuweMeldingen"):
            await self.g.doe(*self._melding(melding))
        if "overdracht" in self.h:
            overdracht = self.h["overdracht"]
            await self.g.doe(self.regisseur, f"{self.hier}/regie", {
                "regisseur": self.g.id(overdracht["naar"]), "reden": overdracht["reden"],
                "mandaat": {"kenmerk": overdracht["mandaat"], "van": self.g.over(0)},
            })  # fmt: skip
            self.regisseur = overdracht["naar"]
