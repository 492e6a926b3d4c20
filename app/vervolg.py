"""How the story goes on: what must be shared, what a youth decides himself, a night of crisis, a
look that stays unseen, and a log that an outsider checks. Told and checked like the first half.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from app.verhaal import Stap, Verhaal, eis
from infra.decider import NEDERLAND

CONTROLE = Path(__file__).parents[1] / "controle" / "controleer_logboek.py"
GEBIED = "opgroeien-en-opvoeden"
DOSSIER = "jeugdhulp-dossier"
WACHT = 30.0
"""Seconds within which a new line of the log is under a signed head; it takes about one."""


class Vervolg:
    """The same household, some weeks later."""

    def __init__(self, verhaal: Verhaal) -> None:
        self.v, self.t, self.zeg = verhaal, verhaal.t, verhaal.zeg
        wie = self.t.wie
        self.petra, self.nadia = wie("Petra Blom"), wie("Nadia Bouzid")
        self.fg = wie("Femke Postma")
        self.toestemmingen: list[str] = []

    def stappen(self) -> Iterator[Stap]:
        """Play it; each step is yielded after it came true."""
        acts: list[Callable[[], None]] = [
            self.noah_beslist_zelf, self.gezinsvoogd, self.crisisnacht, self.maandag,
            self.onopgemerkt, self.bewijs,
        ]  # fmt: skip
        return self.t.speel(acts)

    # --- the steps ----------------------------------------------------------------------------

    def noah_beslist_zelf(self) -> None:
        """Noah is 15: hij beslist zelf over zijn dossier, en zijn ouders horen dat niet"""
        noah, samira = UUID(self.v.noah), UUID(self.v.samira)
        self._inwoner(self.v.noah, "Noah Jansen")
        gesprek = self.t.doe(self.v.bram.id, f"{self._hier}/gesprekken", {
            "deelnemers": [self.v.noah]})  # fmt: skip
        verteld = "Noah durft thuis niet te zeggen wat er is."
        self.v.notitie(
            self.v.bram, gesprek["id"], [self.v.noah], GEBIED, "de hulp aan Noah", verteld
        )
        eis(not self._dossier_open(self.v.ellen.id), "het jeugdhulpdossier is voor Ellen dicht")
        voor = self._zicht(samira)
        self.t.stap.handelingen = 0
        bereik = {
            "huishouden": self.v.huishouden, "persoon": self.v.noah, "gegevenDoor": self.v.noah,
            "ontvanger": {"medewerker": str(self.v.ellen.id)},
        }  # fmt: skip
        self.toestemmingen = [
            self.t.doe(noah, "/toestemmingen", bereik | {
                "doel": "regie", "regimes": ["jeugdhulp"], "onderwerpen": [GEBIED],
                "wijze": "zelf, op zijn eigen pagina"})["id"],
            self.t.doe(noah, "/opheffingen", bereik | {
                "herkomst": DOSSIER, "houder": self.v.bram.naam})["id"],
        ]  # fmt: skip
        eis(self._dossier_open(self.v.ellen.id), "met zijn toestemming leest Ellen mee")
        eis(self._zicht(samira) == voor, "zijn moeder ziet niets anders dan eerst")
        self.zeg("Vanaf 12 jaar beslist Noah zelf of zijn hulpverlener mag spreken.")
        self.zeg("Ellen leest mee. Voor zijn moeder veranderde er niets, ook niet in de lijst.")

    def gezinsvoogd(self) -> None:
        """Een gezinsvoogd met een ondertoezichtstelling vraagt, en moet antwoord krijgen"""
        self.t.doe(self.v.ellen.id, f"/plannen/{self.v.plan}/deelnemers", {
            "medewerker": str(self.petra.id), "taak": "toezicht op Noah"})  # fmt: skip
        noah = UUID(self.v.noah)
        for vastlegging in self.toestemmingen:  # a duty does not hang on what somebody allows
            self.t.doe(noah, f"/vastleggingen/{vastlegging}/intrekking", {
                "huishouden": self.v.huishouden})  # fmt: skip
        self.t.stap.handelingen = 0
        zonder = self._mag(self.petra.id)
        eis(zonder["uitkomst"] != "moet", f"zonder maatregel geldt de gewone regel: {zonder}")
        self.t.doe(self.v.ellen.id, "/omstandigheden", {
            "huishouden": self.v.huishouden, "persoon": self.v.noah, "omstandigheid": {
                "wat": "maatregel", "soort": "ondertoezichtstelling",
                "instelling": self.petra.organisatie, "kenmerk": "C/05/2026-114",
                "van": self.v.vandaag.isoformat(), "tot": self.v.over(365)}})  # fmt: skip
        self.t.doe(self.petra.id, "/grondslagen", {
            "huishouden": self.v.huishouden, "personen": [self.v.noah], "doel": "jeugdbescherming",
            "regimes": ["jeugdhulp"], "onderwerpen": [GEBIED],
            "noodzaak": "Nodig om te weten of Noah thuis veilig is."})  # fmt: skip
        antwoord = self._mag(self.petra.id)
        eis(antwoord["uitkomst"] == "moet", f"nu moet het: {antwoord}")
        eis(antwoord["artikel"] == "Jeugdwet artikel 7.3.11 lid 4", "op grond van 7.3.11 lid 4")
        eis(self._dossier_open(self.petra.id), "zij leest wat Bram schreef")
        eis(not self._dossier_open(self.v.ellen.id), "Ellen niet meer: Noah trok in")
        self.zeg(f"{antwoord['zin']} ({antwoord['artikel']})")
        self.zeg("Dat Noah zijn toestemming introk, houdt een plicht niet tegen.")

    def crisisnacht(self) -> None:
        """Vrijdagnacht: de crisisdienst neemt noodtoegang tot één huishouden, voor vier uur"""
        eis(
            self._onbekend(self.nadia.id, self.v.huishouden),
            "zonder noodtoegang bestaat het gezin voor haar niet",
        )
        self.t.bevestig(self.nadia.id)
        gegeven = self.t.doe(self.nadia.id, "/noodtoegangen", {
            "categorie": "gevaar-voor-een-kind", "naam": "Noah Jansen",
            "geboortedatum": self.v.geboren(15),
            "reden": "Buren horen geschreeuw; een jongen staat buiten en wil niet naar binnen.",
        })  # fmt: skip
        self.noodtoegang = gegeven["id"]
        eis(gegeven["huishouden"] == self.v.huishouden, "precies één gezin past")
        seen = self.t.dossier(self.nadia.id, self.v.huishouden)
        eis(any(lid["persoonsnaam"] == "Noah Jansen" for lid in seen["leden"]), "zij ziet wie")
        eis(not self._schulden(seen) and not self._geheim(seen), "geen schulden, geen geheim")
        eis(seen["verkenning"] is None, "ook niet door wat erover bij de regie staat")
        taken = self._taken(self.v.privacy.id)
        eis(any(taak["bij"] == self.noodtoegang for taak in taken), "de privacy officer weet het")
        tot = datetime.fromisoformat(gegeven["tot"]).astimezone(NEDERLAND)
        self.zeg(
            "Nadia Bouzid ziet wie er wonen, hun adres en contact, wie zij kan bellen, en wat er "
            f"bekend is over veiligheid, wonen, gezondheid en netwerk, tot {tot:%H:%M} uur."
        )
        self.zeg("Schulden en dossiers onder beroepsgeheim blijven dicht.")
        self.zeg("De privacy officer heeft er meteen een taak aan.")

    def maandag(self) -> None:
        """Maandag: zij doet verslag, de privacy officer bereidt voor, de beslisser oordeelt"""
        hier = f"/noodtoegangen/{self.noodtoegang}"
        uiterlijk = self.t.zie(self.v.college.id, hier)["uiterlijk"]
        self.t.doe(self.nadia.id, f"{hier}/verslag", {
            "verslag": "Noah gesproken, hij slaapt bij de buurvrouw. Ellen gebeld."})  # fmt: skip
        self.t.doe(self.v.privacy.id, f"{hier}/voorbereiding", {
            "advies": "De reden past bij wat er is ingezien."})  # fmt: skip
        self.t.doe(self.fg.id, f"{hier}/oordeel", {
            "uitkomst": "terecht", "motivering": "Dat mag ik niet beslissen."},
            verwacht=404)  # fmt: skip
        self.t.doe(
            self.v.college.id,
            f"{hier}/oordeel",
            {"uitkomst": "terecht", "motivering": "Gevaar voor een kind, niets te veel ingezien."},
        )
        oordeel = self.t.zie(self.v.college.id, hier)["oordeel"]
        eis(oordeel == "terecht", f"het oordeel staat er: {oordeel}")
        dag = f"{date.fromisoformat(uiterlijk):%-d-%-m-%Y}"
        self.zeg(f"Uiterlijk {dag}; nu al beoordeeld: terecht. De FG kan dat niet beslissen.")

    def onopgemerkt(self) -> None:
        """Een blik die onopgemerkt moet blijven: het bewijs van vader verraadt haar niet"""
        peter = UUID(self.v.peter)
        self._inwoner(self.v.peter, "Peter Jansen")
        eerst = self._wie_keek(peter)
        eis(any("Crisisdienst" in regel["wie"] for regel in eerst), "hij zou haar blik zien")
        nummer = self.t.doe(self.v.privacy.id, "/beperkingen", {
            "persoon": self.v.peter, "gronden": ["i"],
            "weging": "Wie thuis geweld meldt, loopt gevaar als hij het leest.",
            "doeleinden": "De veiligheid van Noah.", "categorieen": "Wie er keek, en wanneer.",
            "toepassingsgebied": {"medewerkers": [str(self.nadia.id)],
                                  "van": self.v.vandaag.isoformat()},
            "waarborgen": "Herzien na een maand.", "verantwoordelijken": "Het college.",
            "opslag": "Zolang als de regel zelf.", "risicos": "Hij mist een regel.",
            "mededeling": "Na afloop, als het veilig is.",
            "herzienOp": self.v.over(30), "tot": self.v.over(90)})["id"]  # fmt: skip
        self.t.doe(self.v.college.id, f"/beperkingen/{nummer}/besluit", {})
        daarna = self._wie_keek(peter)
        eis(
            daarna == [regel for regel in eerst if "Crisisdienst" not in regel["wie"]],
            "de lijst is die van iemand bij wie zij nooit keek",
        )
        uitvoer = self._uitvoer(peter, f"/personen/{self.v.peter}/inzagen/uitvoer")
        eis(self.nadia.naam not in str(uitvoer), "ook zijn bewijs noemt haar niet")
        self._controleer(uitvoer)
        self.zeg("Pas na een besluit met weging, herziening en einde blijft één blik weg.")
        self.zeg("Zijn uitvoer klopt, telt door, en zegt niets over wat er niet in staat.")

    def bewijs(self) -> None:
        """De privacy officer neemt het logboek mee; een buitenstaander rekent het na"""
        pad = f"/huishoudens/{self.v.huishouden}/inzagen/uitvoer"
        uitvoer = self._uitvoer(self.v.privacy.id, pad)
        regels = self._controleer(uitvoer, zelf_gekeken=True)
        vals = json.loads(json.dumps(uitvoer))
        del vals["regels"][len(vals["regels"]) // 2]
        code, gezegd = self._reken_na(vals)
        eis(code == 1, f"een weggelaten regel valt op: {gezegd}")
        for regel in regels[1:3]:
            self.zeg(regel)
        self.zeg("Eén bestand, geen netwerk. Haal één regel weg, en de controle faalt.")

    # --- small helpers ------------------------------------------------------------------------

    @property
    def _hier(self) -> str:
        return f"/huishoudens/{self.v.huishouden}"

    def _inwoner(self, persoon: str, naam: str) -> None:
        self.t.doe(self.v.ellen.id, "/personas", {"persoon": persoon, "naam": naam})

    def _mag(self, wie: UUID) -> Any:
        return self.t.doe(wie, "/vragen", {
            "huishouden": self.v.huishouden, "persoon": self.v.noah, "herkomst": DOSSIER,
            "onderwerp": GEBIED})  # fmt: skip

    def _dossier_open(self, wie: UUID) -> bool:
        return self._geheim(self.t.dossier(wie, self.v.huishouden))

    @staticmethod
    def _geheim(dossier: Any) -> bool:
        return any(notitie.get("leefgebied") == GEBIED for notitie in dossier["notities"])

    @staticmethod
    def _schulden(dossier: Any) -> bool:
        return "financien-en-schulden" in str(dossier["notities"])

    def _onbekend(self, wie: UUID, huishouden: str) -> bool:
        return bool(self.t.zie(wie, f"/dossiers/{huishouden}", verwacht=404))

    def _taken(self, wie: UUID) -> list[Any]:
        taken: list[Any] = self.t.zie(wie, "/taken")["taken"]
        return taken

    def _zicht(self, wie: UUID) -> Any:
        """What somebody sees of the family, and what others saw of her."""
        gezien = {(regel["wie"], str(regel["wat"])) for regel in self._wie_keek(wie)}
        return self.t.dossier(wie, self.v.huishouden), gezien

    def _wie_keek(self, wie: UUID) -> list[dict[str, Any]]:
        """The looks of others."""
        regels = self.t.zie(wie, f"/personen/{wie}/inzagen")["regels"]
        return [regel for regel in regels if regel["wie"] != "uzelf"]

    def _uitvoer(self, wie: UUID, pad: str) -> Any:
        """An export, once a signed head holds the lines."""
        ends = time.monotonic() + WACHT
        while (antwoord := self.t.vraag("GET", wie, pad)).status_code != 200:
            eis(time.monotonic() < ends, f"het logboek is ondertekend: {antwoord.text}")
            time.sleep(0.2)
        return antwoord.json()

    def _controleer(self, uitvoer: Any, *, zelf_gekeken: bool = False) -> list[str]:
        """What the check says; of who looked herself it says that her own rows are closed."""
        code, gezegd = self._reken_na(uitvoer)
        eis(code == (3 if zelf_gekeken else 0), f"de controle slaagt: {gezegd}")
        return [regel.strip() for regel in gezegd.splitlines() if regel.strip()]

    def _reken_na(self, uitvoer: Any) -> tuple[int, str]:
        """Run the offline check as an outsider does; its exit code and what it says."""
        # An outsider has the key from elsewhere, such as the site of the gemeente.
        sleutel = self.t.client.get(f"/v1/logboek/{self.fg.gemeente}/sleutel").text
        with tempfile.TemporaryDirectory() as folder:
            bestand = Path(folder) / "uitvoer.json"
            bestand.write_text(json.dumps(uitvoer))
            gedaan = subprocess.run(
                [sys.executable, str(CONTROLE), str(bestand), "--sleutel", sleutel],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        return gedaan.returncode, gedaan.stdout + gedaan.stderr
