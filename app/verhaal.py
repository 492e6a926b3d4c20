"""The story of one household, played against the running HTTP API and told step by step.

Every step checks what it tells: a step that does not come true stops the story (`VerhaalFout`).
The same story is the end-to-end test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from infra.staff import Persona
from services.portal.woorden import woord

PLAATS = {"postcode": "1234 AB", "huisnummer": "17"}
"""An invented address: a postcode that serves as an example everywhere."""
BURENTEKST = "past op Lina als de bus te laat is"


class VerhaalFout(Exception):
    """The story did not come true."""


@dataclass(slots=True)
class Stap:
    """One step as it is told: the actions it took, and what nobody had to say again."""

    titel: str
    regels: list[str] = field(default_factory=list)
    handelingen: int = 0
    niet_opnieuw: str = ""


class Toneel:
    """The stage: signs people in, counts what they do, waits for their own changes."""

    def __init__(self, client: httpx.Client, personas: Iterator[Persona]) -> None:
        self.client = client
        self._personas = {persona.naam: persona for persona in personas}
        self._tokens: dict[UUID, str] = {}
        self._posities: dict[str, str] = {}
        self.stap = Stap("")

    def speel(self, acts: Iterable[Callable[[], None]]) -> Iterator[Stap]:
        """Act by act; each step is yielded after it came true."""
        for act in acts:
            self.stap = Stap(act.__doc__ or "")
            act()
            yield self.stap

    def zeg(self, regel: str) -> None:
        self.stap.regels.append(regel)

    def wie(self, naam: str) -> Persona:
        return self._personas[naam]

    def meld_aan(self, persona: UUID) -> None:
        answer = self.client.post("/v1/sessies", json={"persona": str(persona)})
        eis(answer.status_code == 201, f"aanmelden lukt ({answer.status_code})")
        self._tokens[persona] = answer.json()["token"]

    def bevestig(self, wie: UUID) -> None:
        """Confirm who one is once more, as emergency access asks."""
        answer = self.vraag("POST", wie, "/sessies/bevestiging")
        eis(answer.status_code == 201, f"bevestigen lukt ({answer.status_code})")
        self._tokens[wie] = answer.json()["token"]

    def token(self, wie: UUID) -> str:
        if wie not in self._tokens:
            self.meld_aan(wie)
        return self._tokens[wie]

    def doe(self, wie: UUID, pad: str, inhoud: dict[str, Any], *, verwacht: int = 0) -> Any:
        """One command by somebody; its answer. Counted as one action."""
        self.stap.handelingen += 1
        answer = self.vraag("POST", wie, pad, json=inhoud, sleutel=str(uuid4()))
        goed = answer.status_code == verwacht if verwacht else answer.is_success
        eis(goed, f"{pad}: {answer.status_code} {answer.text}")
        body = answer.json()
        if "positie" in body:
            self._posities[pad.split("/")[1]] = body["positie"]
        return body

    def zie(self, wie: UUID, pad: str, *, verwacht: int = 200) -> Any:
        """One look by somebody."""
        self.stap.handelingen += 1
        answer = self.vraag("GET", wie, pad)
        eis(answer.status_code == verwacht, f"{pad}: {answer.status_code} {answer.text}")
        return answer.json()

    def dossier(self, wie: UUID, huishouden: str) -> Any:
        return self.zie(wie, f"/dossiers/{huishouden}")

    def vraag(
        self, methode: str, wie: UUID, pad: str, json: Any = None, sleutel: str | None = None
    ) -> httpx.Response:
        """What the server answers, whatever it is; seeing one's own changes."""
        headers = {"Authorization": f"Bearer {self.token(wie)}"}
        if sleutel is not None:
            headers["Idempotency-Key"] = sleutel
        params = {"naPositie": ",".join(sorted(self._posities.values()))} if self._posities else {}
        return self.client.request(
            methode, f"/v1{pad}", json=json, headers=headers, params=params, timeout=30
        )


def eis(waar: bool, wat: str) -> None:
    """What the story claims must be so. Raises VerhaalFout."""
    if not waar:
        raise VerhaalFout(wat)


class Verhaal:
    """Noah's school reports, and what comes of it."""

    def __init__(self, toneel: Toneel, vandaag: date) -> None:
        self.t, self.zeg = toneel, toneel.zeg
        self.vandaag = vandaag
        wie = toneel.wie
        self.yusuf, self.ellen = wie("Yusuf Kaya"), wie("Ellen de Wit")
        self.school, self.bram = wie("Marloes Vink"), wie("Bram Postma")
        self.college, self.privacy = wie("Hanna Bos"), wie("Joris Meijer")
        self.buiten = wie("Tom Aarts")
        self.huishouden = self.plan = self.melding = self.gesprek = ""
        self.samira = self.peter = self.noah = self.lina = self.ria = ""
        self.doelen: list[str] = []
        self.acties: list[str] = []

    def stappen(self) -> Iterator[Stap]:
        """Play the story; each step is yielded after it came true."""
        acts: list[Callable[[], None]] = [
            self.schuldhulp_kent_het_gezin, self.school_meldt_noah, self.regisseur,
            self.keukentafel, self.gezinsplan, self.schuldhulp_leest_wonen,
            self.regisseur_vraagt_schulden, self.moeder_geeft_toestemming, self.moeder_trekt_in,
            self.buitenstaander, self.wie_keek, self.privacy_officer, self.buurvrouw,
        ]  # fmt: skip
        return self.t.speel(acts)

    def over(self, dagen: int) -> str:
        return (self.vandaag + timedelta(days=dagen)).isoformat()

    def geboren(self, jaren: int) -> str:
        return date(self.vandaag.year - jaren, 1, 15).isoformat()

    # --- the steps ----------------------------------------------------------------------------

    def schuldhulp_kent_het_gezin(self) -> None:
        """Vooraf: de schuldhulp kent dit gezin al"""
        leden = [
            {"naam": "Samira Amrani", "geboortedatum": self.geboren(36), "rol": "ouder",
             "bsn": "999900018"},
            {"naam": "Peter Jansen", "geboortedatum": self.geboren(41), "rol": "ouder"},
            {"naam": "Noah Jansen", "geboortedatum": self.geboren(15), "rol": "kind"},
            {"naam": "Lina Jansen", "geboortedatum": self.geboren(9), "rol": "kind"},
        ]  # fmt: skip
        sinds = {"sinds": self.over(-900), "reden": "gevormd"}
        mandaat = {"kenmerk": "M-2026-041", "van": self.over(-60)}
        made = self.t.doe(self.t.wie("Ruben Hoekstra").id, "/huishoudens", {
            "regisseur": str(self.yusuf.id), "mandaat": mandaat,
            "leden": [lid | sinds for lid in leden],
        })  # fmt: skip
        self.huishouden = made["id"]
        self.samira, self.peter, self.noah, self.lina = made["leden"]
        hier = f"/huishoudens/{self.huishouden}"
        thuis = {"straat": "Voorbeeldstraat", "plaats": "Voorbeeldstad", "sinds": self.over(-900)}
        for persoon in (self.samira, self.noah, self.lina):
            self.t.doe(self.yusuf.id, f"{hier}/leden/{persoon}/adressen", {
                "adres": thuis | PLAATS, "afgeschermd": False,
            })  # fmt: skip
        for kind in (self.noah, self.lina):
            self.t.doe(self.yusuf.id, f"{hier}/leden/{kind}/gezag", {
                "uitkomst": "gezamenlijk-ouderlijk-gezag", "houders": [self.samira, self.peter],
            })  # fmt: skip
        gesprek = self.t.doe(
            self.yusuf.id, f"{hier}/gesprekken", {"deelnemers": [self.samira, self.peter]}
        )
        for personen, tekst in (
            ([self.samira], "Huurachterstand van drie maanden."),
            ([self.peter], "Lening bij een kredietverstrekker."),
            ([self.samira, self.peter], "Gezamenlijke schuld bij de energieleverancier."),
        ):
            self.notitie(self.yusuf, gesprek["id"], personen, "financien-en-schulden",
                          "aanmelding bij de schuldhulp", tekst)  # fmt: skip
        self.zeg("Yusuf Kaya (schuldhulp) is regisseur van het huishouden van Samira Amrani.")

    def school_meldt_noah(self) -> None:
        """School meldt zorgen over Noah: één dossier, geen dubbel, een neutrale ontvangst"""

        def melding(naam: str, jaren: int, huis: dict[str, str]) -> dict[str, Any]:
            made: dict[str, Any] = self.t.doe(self.school.id, "/meldingen", {
                "melder": {"soort": "professional", "naam": self.school.naam,
                           "organisatie": self.school.organisatie},
                "aangemelde": {"naam": naam, "geboortedatum": self.geboren(jaren), **huis},
                "hulpvraag": {"vraag": "Verzuimt al weken. Wij maken ons zorgen.",
                              "wieWeetErvan": "moeder en Noah", "wieWilHulp": "Noah"},
                "clientondersteuningAangeboden": True,
            })  # fmt: skip
            return made

        bekend = melding("Noah Jansen", 15, PLAATS)
        ander = melding("Sem de Boer", 13, {"postcode": "1234 AB", "huisnummer": "90"})
        self.melding = bekend["id"]
        zelfde = {"id", "positie", "ontvangenOp"}
        eis(
            {k: v for k, v in bekend.items() if k not in zelfde}
            == {k: v for k, v in ander.items() if k not in zelfde}
            and bekend.keys() == ander.keys(),
            "de ontvangstbevestiging is voor een bekend en een onbekend kind gelijk",
        )
        taken = self.t.dossier(self.yusuf.id, self.huishouden)["meldingen"]
        eis(
            [m["id"] for m in taken if m["wachtOpRegisseur"]] == [self.melding],
            "de melding is een taak van de regisseur",
        )
        self.zeg("De melding komt bij de regisseur van dit gezin; er ontstaat geen tweede dossier.")
        self.zeg("School krijgt precies dezelfde ontvangstbevestiging als over een onbekend kind.")
        self.t.stap.niet_opnieuw = "naam, geboortedatum en adres van het hele gezin"

    def regisseur(self) -> None:
        """Eén regisseur, met mandaat; de vader wordt geïnformeerd"""
        hier = f"/huishoudens/{self.huishouden}"
        self.t.doe(self.college.id, f"{hier}/regie", {
            "regisseur": str(self.ellen.id),
            "mandaat": {"kenmerk": "M-2026-112", "van": self.vandaag.isoformat()},
            "reden": "De vragen gaan over meer dan schulden.",
        })  # fmt: skip
        self.t.doe(self.ellen.id, f"{hier}/informatie", {
            "persoon": self.peter, "op": self.vandaag.isoformat(), "hoe": "brief",
        })  # fmt: skip
        self.t.doe(self.ellen.id, f"{hier}/meldingen/{self.melding}/opvolging", {
            "uitkomst": "Opgepakt: keukentafelgesprek afgesproken."})  # fmt: skip
        self.t.doe(self.ellen.id, f"{hier}/verkenning", {
            "meervoudig": True, "waarom": "Wonen, geld en school hangen samen.",
            "grondslag": {"bwb": "BWBR0035362", "artikel": "2.3.2"}})  # fmt: skip
        seen = self.t.dossier(self.ellen.id, self.huishouden)
        regie = seen["regie"]
        eis(regie["medewerker"]["naam"] == self.ellen.naam, "Ellen is de regisseur")
        eis(regie["mandaat"]["kenmerk"] == "M-2026-112", "haar mandaat staat erbij")
        eis(len(seen["informatie"]) == 1, "de vader is geïnformeerd")
        eis(not any(m["wachtOpRegisseur"] for m in seen["meldingen"]), "de melding is opgepakt")
        self.zeg("Het college wijst Ellen de Wit aan (mandaat M-2026-112); Yusuf draagt over.")
        self.zeg("De vader, die elders woont, kreeg per brief bericht dat dit is vastgelegd.")
        self.t.stap.niet_opnieuw = "alles wat de vorige regisseur van het gezin vastlegde"

    def keukentafel(self) -> None:
        """Aan de keukentafel: drie leefgebieden, elk met een reden"""
        hier = f"/huishoudens/{self.huishouden}"
        made = self.t.doe(self.ellen.id, f"{hier}/gesprekken", {
            "deelnemers": [self.samira, self.noah]})  # fmt: skip
        self.notitie(
            self.ellen,
            made["id"],
            [self.samira],
            "wonen",
            "de huur en het dak boven hun hoofd",
            "De verhuurder dreigt met ontruiming.",
        )
        self.notitie(
            self.ellen,
            made["id"],
            [self.noah],
            "onderwijs",
            "de melding van school",
            "Noah slaapt slecht en komt te laat.",
        )
        self.notitie(
            self.ellen,
            made["id"],
            [self.samira],
            "sociaal-netwerk",
            "wie er kan bijspringen",
            "Buurvrouw Ria helpt waar zij kan.",
        )
        netwerk = self.t.doe(self.ellen.id, f"{hier}/netwerk", {
            "naam": "Ria Verhoef", "kanHelpenMet": BURENTEKST,
            "contact": {"voorkeur": "bellen", "telefoon": "06 00000017"}})  # fmt: skip
        self.ria, self.gesprek = netwerk["id"], made["id"]
        notities = self.t.dossier(self.ellen.id, self.huishouden)["notities"]
        eis(
            {n["leefgebied"] for n in notities} == {"wonen", "onderwijs", "sociaal-netwerk"},
            f"drie leefgebieden zijn besproken: {notities}",
        )
        eis(all(n["reden"] for n in notities), "elk leefgebied heeft zijn reden")
        self.zeg("Wonen, onderwijs en sociaal netwerk; wat niet nodig was, is niet gevraagd.")

    def gezinsplan(self) -> None:
        """Eén plan: drie doelen, zeven acties; moeder is het eens, Noah met één doel niet"""
        opened = self.t.doe(self.ellen.id, f"/huishoudens/{self.huishouden}/plan", {})
        self.plan = opened["id"]
        plan = f"/plannen/{self.plan}"
        for wie, taak in ((self.yusuf, "schuldhulpverlening"), (self.bram, "jeugdhulp aan Noah")):
            self.t.doe(
                self.ellen.id, f"{plan}/deelnemers", {"medewerker": str(wie.id), "taak": taak}
            )
        inhoud: list[tuple[str, str, list[str], str, list[tuple[str, str, str]]]] = [
            ("Wij blijven in ons huis wonen", "geen huurachterstand", [self.samira], "wonen", [
                ("Betaalafspraak maken met de verhuurder", str(self.yusuf.id), "professional"),
                ("Budgetplan maken en samen doornemen", self.samira, "lid"),
                ("Toeslagen nakijken", str(self.yusuf.id), "professional")]),
            ("Noah gaat weer elke dag naar school", "vier weken niet te laat", [self.noah],
             "onderwijs", [
                ("Startgesprek met de mentor", str(self.bram.id), "professional"),
                ("Wekker en ochtendritme afspreken", self.noah, "lid")]),
            ("Thuis is er weer rust", "elke week een rustige avond", [self.samira, self.noah],
             "opgroeien-en-opvoeden", [
                ("Op Lina passen als de bus te laat is", self.ria, "netwerk"),
                ("Gezinsgesprek plannen", str(self.ellen.id), "professional")]),
        ]  # fmt: skip
        for woorden, resultaat, personen, gebied, acties in inhoud:
            doel = self.t.doe(self.ellen.id, f"{plan}/doelen", {
                "personen": personen, "woorden": woorden, "resultaat": resultaat,
                "evaluatieOp": self.over(90), "leefgebied": gebied})["id"]  # fmt: skip
            self.doelen.append(doel)
            for wat, eigenaar, soort in acties:
                actie = self.t.doe(self.ellen.id, f"{plan}/acties", {
                    "doel": doel, "eigenaar": eigenaar, "eigenaarsoort": soort, "wat": wat,
                    "uiterlijkOp": self.over(21), "aard": "ondersteunend",
                    "leefgebied": gebied})["id"]  # fmt: skip
                self.acties.append(actie)
        self.t.doe(self.ellen.id, f"{plan}/standpunten", {
            "persoon": self.samira, "standpunt": "eens"})  # fmt: skip
        self.t.doe(self.ellen.id, f"{plan}/standpunten", {
            "persoon": self.noah, "standpunt": "oneens", "over": self.doelen[1],
            "waarom": "Elke dag is te veel ineens."})  # fmt: skip
        seen = self.t.dossier(self.ellen.id, self.huishouden)["plan"]
        eis(len(seen["doelen"]) == 3, "het plan heeft drie doelen")
        eis(sum(len(doel["acties"]) for doel in seen["doelen"]) == 7, "en zeven acties")
        oneens = [s for s in seen["standpunten"] if s["standpunt"] == "oneens"]
        eis([s["over"] for s in oneens] == [self.doelen[1]], "het oneens van Noah is te zien")
        self.zeg(
            "Doelen in eigen woorden; wie wat doet staat erbij, ook moeder, Noah en de buurvrouw."
        )
        self.zeg("Noah is het met één doel niet eens, en dat staat in het plan.")
        self.t.stap.niet_opnieuw = "namen en organisaties van de professionals"

    def schuldhulp_leest_wonen(self) -> None:
        """De schuldhulpverlener leest de notitie over wonen zonder toestemming (Wgs 8d)"""
        voor = self._gebieden(self.yusuf)
        eis("wonen" not in voor, "zonder zin waarom ziet hij de Wmo-notitie niet")
        self.t.stap.handelingen = 0
        self.t.doe(self.yusuf.id, "/grondslagen", {
            "huishouden": self.huishouden, "personen": [self.samira], "doel": "schuldhulp",
            "regimes": ["wmo"], "onderwerpen": ["wonen"],
            "noodzaak": "De dreigende ontruiming bepaalt welke schuld eerst moet."})  # fmt: skip
        seen = self.t.dossier(self.yusuf.id, self.huishouden)
        wonen = [n for n in seen["notities"] if n.get("leefgebied") == "wonen"]
        eis(len(wonen) == 1, "met één zin ziet hij de notitie over wonen")
        reden = seen["redenen"][wonen[0]["waarom"]]
        eis(reden["artikel"] == "Wgs artikel 8d", f"op grond van Wgs 8d, niet {reden}")
        self.zeg(f"{reden['zin']} ({reden['artikel']})")
        self.t.stap.niet_opnieuw = "de woonsituatie van het gezin"

    def regisseur_vraagt_schulden(self) -> None:
        """De regisseur vraagt naar de schulden, mag het niet zien, en leest waarom"""
        uitleg = self.t.doe(self.ellen.id, "/vragen", {
            "huishouden": self.huishouden, "persoon": self.samira,
            "herkomst": "wgs-schuldhulp", "onderwerp": "financien-en-schulden"})  # fmt: skip
        eis(uitleg["uitkomst"] == "mag-na", f"zij mag het na toestemming: {uitleg}")
        eis("5.1.1 lid 4" in uitleg["artikel"], "op grond van Wmo 5.1.1 lid 4")
        eis(not self._schulden(self.ellen), "het schuldendossier blijft dicht")
        self.zeg(f"{uitleg['zin']} ({uitleg['artikel']})")

    def moeder_geeft_toestemming(self) -> None:
        """Moeder geeft toestemming: haar deel gaat open, dat van vader en van hen samen niet"""
        samira = UUID(self.samira)
        self.t.doe(self.ellen.id, "/personas", {"persoon": self.samira, "naam": "Samira Amrani"})
        self.t.stap.handelingen = 0
        self._toestemming = self.t.doe(samira, "/toestemmingen", {
            "huishouden": self.huishouden, "persoon": self.samira, "doel": "regie",
            "regimes": ["wgs"], "onderwerpen": ["financien-en-schulden"],
            "ontvanger": {"medewerker": str(self.ellen.id)}, "gegevenDoor": self.samira,
            "wijze": "zelf, op haar eigen pagina"})["id"]  # fmt: skip
        open_ = self._schulden(self.ellen)
        eis([n["personen"] for n in open_] == [[self.samira]], f"alleen haar deel: {open_}")
        self.zeg(
            "Ellen ziet de notitie over Samira; die over Peter en die over beiden blijven dicht."
        )

    def moeder_trekt_in(self) -> None:
        """Zij trekt haar toestemming in: het eerstvolgende verzoek wordt geweigerd"""
        samira = UUID(self.samira)
        self.t.doe(samira, f"/vastleggingen/{self._toestemming}/intrekking", {
            "huishouden": self.huishouden})  # fmt: skip
        eis(not self._schulden(self.ellen), "de regisseur ziet niets meer van de schulden")
        eis(len(self._schulden(self.yusuf)) == 3, "de schuldhulp werkt door op haar eigen grond")
        eis("wonen" in self._gebieden(self.yusuf), "en op Wgs 8d")
        self.zeg("Intrekken kost één handeling. De schuldhulp gaat door op haar wettelijke grond.")

    def buitenstaander(self) -> None:
        """Een buitenstaander vraagt ernaar en komt niets te weten"""
        echt = self.t.zie(self.buiten.id, f"/dossiers/{self.huishouden}", verwacht=404)
        verzonnen = self.t.zie(self.buiten.id, f"/dossiers/{uuid4()}", verwacht=404)
        eis(echt == verzonnen, "een bestaand en een verzonnen huishouden geven hetzelfde antwoord")
        self.zeg(f"«{echt['detail']}» Ook niet dat het gezin bestaat.")

    def wie_keek(self) -> None:
        """Moeder vraagt: wie keek er?"""
        lijst = self.t.zie(UUID(self.samira), f"/personen/{self.samira}/inzagen")
        regels = lijst["regels"] if isinstance(lijst, dict) else lijst
        namen = {regel["wie"] for regel in regels}
        eis(any("Ellen de Wit" in naam for naam in namen), f"zij leest dat Ellen keek: {namen}")
        eis(any("Yusuf Kaya" in naam for naam in namen), "en Yusuf")
        for regel in {regel["wie"]: regel for regel in regels}.values():
            wat = ", ".join(str(woord(code, "onderwerp")).lower() for code in regel["wat"])
            self.zeg(f"{regel['wie']}: {wat} ({regel['waarvoor']}).")

    def privacy_officer(self) -> None:
        """De privacy officer ziet wie wat zag, waarom, op welke grond, met de weigeringen"""
        lijst = self.t.zie(self.privacy.id, f"/huishoudens/{self.huishouden}/inzagen")
        regels = lijst["regels"] if isinstance(lijst, dict) else lijst
        tekst = str(regels)
        for naam in (self.ellen.naam, self.yusuf.naam, self.buiten.naam):
            eis(naam in tekst, f"{naam} staat in het logboek")
        eis("A2-GEEN-RELATIE" in tekst, "de weigering van de buitenstaander staat erin")
        eis("Wgs artikel 8d" in tekst, "de grond staat erbij")
        self.zeg(f"{len(regels)} regels: ieder kijken en iedere weigering, met grond en uitkomst.")

    def buurvrouw(self) -> None:
        """De buurvrouw wil eruit: gewist, en te zien dat het zo is; het plan blijft open gaan"""
        voor = self.t.dossier(self.ellen.id, self.huishouden)["netwerk"]
        eis(voor[0]["persoonsnaam"] == "Ria Verhoef", "de buurvrouw staat in het netwerk")
        self.t.stap.handelingen = 0
        bewijs = self.t.doe(self.college.id, f"/personen/{self.ria}/wissing", {})["bewijs"]
        seen = self.t.dossier(self.ellen.id, self.huishouden)
        eis(seen["netwerk"][0]["persoonsnaam"] == {"gewist": True}, "haar naam is gewist")
        eis(BURENTEKST not in str(seen), "wat zij deed ook")
        eis(len(seen["plan"]["doelen"]) == 3, "het plan gaat nog open")
        eis(seen["leden"][0]["persoonsnaam"] == "Samira Amrani", "de anderen zijn leesbaar")
        self.zeg(f"Haar sleutels zijn vernietigd; het bewijs is {bewijs[:16]}…")

    # --- small helpers ------------------------------------------------------------------------

    def notitie(
        self, wie: Persona, gesprek: str, personen: list[str], gebied: str, reden: str, zorg: str
    ) -> None:
        self.t.doe(wie.id, f"/gesprekken/{gesprek}/notities", {
            "personen": personen, "leefgebied": gebied, "reden": reden,
            "zorgen": {"tekst": zorg, "bron": "gezegd", "van": "het gezin"}})  # fmt: skip

    def _gebieden(self, wie: Persona) -> set[str]:
        return {n["leefgebied"] for n in self.t.dossier(wie.id, self.huishouden)["notities"]}

    def _schulden(self, wie: Persona) -> list[Any]:
        notities = self.t.dossier(wie.id, self.huishouden)["notities"]
        return [n for n in notities if n["leefgebied"] == "financien-en-schulden"]
