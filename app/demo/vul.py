"""Fills a municipality through the HTTP API, in process, as the people of the demo.

A household is a file in `huishoudens/`, told in the words of the API: people by name, dates in
days from the moment they are recorded. There is no back door: what the API refuses, the demo
cannot have. The clock of the demo walks from some months ago to today, so that there is a past.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any
from uuid import UUID

import httpx

from infra.decider import NEDERLAND
from infra.staff import Persona, Staff

BALIE = "Ruben Hoekstra"
"""Takes the meldingen of residents, and forms what nobody else may form."""
Tabel = dict[str, Any]


class DemoFout(Exception):
    """The API refused something that the demo tells."""


class Klok:
    """The clock of a municipality that is being filled; never past `eind`, never back."""

    def __init__(self, eind: datetime, dagen: int) -> None:
        self._eind = eind
        self.nu = eind - timedelta(days=dagen)

    def __call__(self) -> datetime:
        return self.nu

    @property
    def vandaag(self) -> date:
        return self.nu.astimezone(NEDERLAND).date()

    def verder(self, dagen: float) -> None:
        self.nu = min(self._eind, self.nu + timedelta(days=dagen))

    def tot(self, dagen_geleden: float) -> None:
        self.nu = max(self.nu, self._eind - timedelta(days=dagen_geleden))


def huishoudens() -> Iterator[Tabel]:
    """The households of the demo, the one that is known longest first."""
    files = resources.files("app.demo").joinpath("huishoudens").iterdir()
    for file in sorted(files, key=lambda file: file.name):
        yield tomllib.loads(file.read_text())


class Gemeente:
    """Everybody in the demo, and what they do."""

    def __init__(self, client: httpx.AsyncClient, staff: Staff, klok: Klok) -> None:
        self._client = client
        self._klok = klok
        self._medewerkers = {persona.naam: persona for persona in staff}
        self._inwoners: dict[str, str] = {}
        self._tokens: dict[UUID, tuple[str, date]] = {}
        self._posities: dict[str, str] = {}
        self._nummer = 0

    async def vul(self) -> None:
        """Everything. Raises DemoFout."""
        for huishouden in huishoudens():
            self._klok.tot(huishouden["dagenGeleden"])
            await Huishouden(self, huishouden).vertel()

    # --- people and dates ---------------------------------------------------------------------

    def ken(self, naam: str, persoon: str) -> None:
        """From now on this resident is known by name."""
        self._inwoners[naam] = persoon

    def id(self, naam: str) -> str:
        medewerker = self._medewerkers.get(naam)
        return self._inwoners[naam] if medewerker is None else str(medewerker.id)

    def kent(self, naam: str) -> bool:
        return naam in self._inwoners

    def medewerker(self, naam: str) -> Persona:
        return self._medewerkers[naam]

    def over(self, dagen: float) -> str:
        """The date so many days from the demo's today."""
        return (self._klok.vandaag + timedelta(days=dagen)).isoformat()

    def geboren(self, jaren: float) -> str:
        return self.over(-int(jaren * 365.25) - 40)

    def verder(self, dagen: float) -> None:
        self._klok.verder(dagen)

    # --- acting -------------------------------------------------------------------------------

    async def doe(self, wie: str, pad: str, inhoud: Tabel, *, na: bool = False) -> Tabel:
        """One command; with `na` only after everybody saw the ones before. Raises DemoFout."""
        self._nummer += 1
        headers = {"Idempotency-Key": f"demo-{self._nummer:06d}"}
        made = await self._vraag("POST", wie, pad, inhoud, headers, na=na)
        if "positie" in made:
            # The last one of each kind will do: a service's facts are followed in order.
            self._posities[pad.split("/")[1] + pad.split("/")[-1]] = made["positie"]
        return made

    async def kijk(self, wie: str, huishouden: str) -> None:
        """Somebody opens the dossier; the log has it. An outsider gets the answer of outsiders."""
        await self._vraag("GET", wie, f"/dossiers/{huishouden}", None, {}, na=True)

    async def _vraag(
        self, methode: str, wie: str, pad: str, inhoud: Tabel | None, headers: dict[str, str],
        *, na: bool,
    ) -> Tabel:  # fmt: skip
        headers["Authorization"] = f"Bearer {await self._token(UUID(self.id(wie)))}"
        params = {}
        if na and self._posities:
            params["naPositie"] = ",".join(self._posities.values())
            self._posities.clear()
        answer = await self._client.request(
            methode, f"/v1{pad}", json=inhoud, headers=headers, params=params
        )
        if not answer.is_success and methode != "GET":
            raise DemoFout(f"{wie} {pad}: {answer.status_code} {answer.text}")
        made: Tabel = answer.json()
        return made

    async def _token(self, wie: UUID) -> str:
        token, sinds = self._tokens.get(wie, ("", None))
        if sinds != self._klok.vandaag:  # a sign-in is good for one working day
            answer = await self._client.post("/v1/sessies", json={"persona": str(wie)})
            token = answer.json()["token"]
            self._tokens[wie] = token, self._klok.vandaag
        return token


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
            })  # fmt: skip

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
