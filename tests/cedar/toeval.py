"""Random households with questions about them, most of them nearly right.

A question drawn blindly is nearly always refused for a dull reason. So a question is drawn around a
task that exists, what it needs is recorded for it, and then one thing is often made wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

from events.base import Hoed
from events.begrippen import Actor, Leefgebied, Onderwerp, Rubriek, herkomst, herkomsten
from events.plan import plan_id
from events.waarden import Doel, Gezag, Gezagsuitkomst, Mandaat, Vervanging, Vervangingsoort
from services.consent.domain import (
    Feiten,
    Noodtoegang,
    Vastlegging,
    Vervanger,
    Vraag,
    Vrager,
)
from tests.cedar.vastgelegd import Vastlegger
from tests.cedar.vraag import TAAK, hoedanigheden

T = TypeVar("T")
HUIS = UUID(int=100)
OUDER, KIND, KLEIN, ELDERS, BUUR, VREEMDE = (UUID(int=n) for n in range(101, 107))
LEDEN = (OUDER, KIND, KLEIN)
HERKOMSTEN = tuple(herkomsten().values())
WERK = tuple(code for code, bij in herkomsten().items() if bij.regime in TAAK)
"""The herkomsten somebody can work under."""
ONDERWERPEN: tuple[Onderwerp, ...] = (*Leefgebied, *Rubriek)
ORGANISATIES = ("gemeente", "jeugdteam", "instelling")
VAKKEN: dict[str, tuple[Onderwerp, ...]] = {
    "plan": ONDERWERPEN,
    "onderwijs": (Leefgebied.ONDERWIJS, Rubriek.MELDING),
    "jeugd": (*Leefgebied, *(Rubriek.MELDING,) * 4),
    "wgs": (*Leefgebied, *(Rubriek.MELDING,) * 6),
    "pw": (*Leefgebied, *(Rubriek.MELDING,) * 12),
    "verwijsindex": (Rubriek.CONTACT,),
    "veiligheidshuis": (Leefgebied.VEILIGHEID, Rubriek.PERSONALIA, Rubriek.CONTACT),
}
"""Which subjects are usual under a regime; elsewhere a leefgebied."""
BREED = (Doel.VERKENNING, Doel.VERWIJSINDEX, Doel.ONDERZOEK)
"""Purposes that several tasks may declare."""
TOEGANG = (Doel.JEUGD_RAAD, Doel.JEUGD_BEKOSTIGING, Doel.JEUGD_CONTROLE)
VAN_COLLEGE = ("gezinsplan", "jeugd-toegang", "wmo-onderzoek", "wgs-schuldhulp")
VERPLICHT = {
    "plan": ("jeugdhulp-dossier", "zorg-behandeling", "gi-maatregel", "veilig-thuis"),
    "wmo": ("wmo-aanbieder", "veilig-thuis", "zorg-behandeling"),
    "wmo-aanbieder": ("jeugd-toegang", "wgs-schuldhulp"),
    "jeugd": ("jeugdhulp-dossier", "gi-maatregel", "veilig-thuis"),
    "jeugdhulp": ("wmo-onderzoek", "jeugd-toegang"),
    "onderwijs": ("wmo-onderzoek", "jeugd-toegang"),
    "zorg": ("wmo-onderzoek", "wgs-schuldhulp"),
    "jeugdbescherming": ("zorg-behandeling", "jeugdhulp-dossier", "wmo-onderzoek", "school"),
    "veilig-thuis": ("zorg-behandeling", "jeugdhulp-dossier", "gi-maatregel"),
}
"""Where a duty or a right to be told may hold, per law somebody works under; a resident: plan."""
GEREGELD = (
    Gezagsuitkomst.GEZAMENLIJK_OUDERLIJK, Gezagsuitkomst.EENHOOFDIG, Gezagsuitkomst.GEZAMENLIJK,
    Gezagsuitkomst.VOOGDIJ,
)  # fmt: skip


class Toeval:
    """Draws households and questions; the same seed draws the same."""

    def __init__(self, zaad: int) -> None:
        self.r = Random(zaad)
        self.vastlegger = Vastlegger(self)

    def kans(self, p: float) -> bool:
        return self.r.random() < p

    def kies(self, uit: Iterable[T]) -> T:
        return self.r.choice(tuple(uit))

    def dag(self, om: date) -> date:
        """Around a day: on it, just before or after, or far away."""
        return om + timedelta(days=self.kies((-400, -30, -1, -1, 0, 0, 1, 1, 30, 400)))

    def geboren(self, jaren: int, vandaag: date) -> date:
        """Somebody who turns this age around today."""
        try:
            om = vandaag.replace(year=vandaag.year - jaren)
        except ValueError:
            om = date(vandaag.year - jaren, 2, 28)
        return om + timedelta(days=self.kies((-200, -1, 0, 0, 1, 150)))

    # --- the household ------------------------------------------------------------------------

    def mens(self, nr: int) -> Vrager:
        """A professional; her number decides the law she works under and her organisation."""
        code = WERK[nr % len(WERK)]
        rol = "professional"
        if nr % 17 == 0:
            rol = self.kies(("beslisser", "privacy-officer", "fg"))
        organisatie = ORGANISATIES[nr % len(ORGANISATIES)]
        actor = Actor(id=UUID(int=nr), naam=f"mens {nr}", organisatie=organisatie, functie=code)
        toegang = herkomst(code).regime in ("jeugd", "wmo")
        gewoon = Hoed.TOELEIDING if toegang else Hoed.HULPVERLENING
        hoed = gewoon if self.kans(0.7) else self.kies(Hoed)
        # Of several holders of secrecy each has a file of her own.
        eigen = f"{code}-{organisatie}" if self.kans(0.3) else code
        return Vrager(actor, rol, hoed, herkomst(code).regime, eigen)

    def inwoner(self, wie: UUID) -> Vrager:
        actor = Actor(id=wie, naam="inwoner", organisatie="Inwoner", functie="inwoner")
        return Vrager(actor, "inwoner", Hoed.INWONER, "plan")

    def huis(self) -> tuple[Feiten, dict[UUID, Vrager]]:
        """A household on a day, and everybody who may come and ask."""
        vandaag = self.kies((date(2026, 3, 2), date(2027, 3, 1), date(2028, 2, 29)))
        staf = {UUID(int=nr): self.mens(nr) for nr in self.r.sample(range(1, 60), 14)}
        bekenden = {HUIS, plan_id(HUIS), *LEDEN, *(w for w in (ELDERS, BUUR) if self.kans(0.9))}
        geboren = {
            OUDER: self.geboren(self.kies((16, 18, 36)), vandaag),
            KIND: self.geboren(self.kies((11, 12, 15, 16, 18, 23)), vandaag),
            KLEIN: self.geboren(self.kies((3, 9, 12)), vandaag),
            ELDERS: self.geboren(41, vandaag),
        }
        deelnemers = {
            wie: vrager.regime if self.kans(0.95) else herkomst(self.kies(WERK)).regime
            for wie, vrager in staf.items() if self.kans(0.7)
        }  # fmt: skip
        feiten = Feiten(
            vandaag=vandaag,
            huishouden=HUIS,
            regisseur=self.kies(staf) if self.kans(0.95) else None,
            mandaat=self.mandaat(vandaag),
            deelnemers=deelnemers,
            leden=tuple(wie for wie in LEDEN if self.kans(0.95)),
            bekenden=bekenden,
            vertrokken=tuple(wie for wie in (OUDER, KIND, ELDERS) if self.kans(0.06)),
            gemelden=tuple(wie for wie in (OUDER, KIND, KLEIN, BUUR) if self.kans(0.4)),
            geboortedata={wie: op for wie, op in geboren.items() if self.kans(0.95)},
            gezag={kind: self.gezag() for kind in (KIND, KLEIN) if self.kans(0.9)},
            noodtoegang={wie: self.noodtoegang(wie) for wie in staf if self.kans(0.1)},
            vervangers={
                wie: (self.vervanger(wie, staf, deelnemers, vandaag),)
                for wie in staf if wie not in deelnemers and deelnemers and self.kans(0.7)
            },
        )  # fmt: skip
        inwoners = (OUDER, KIND, KLEIN, ELDERS, BUUR)
        return feiten, staf | {wie: self.inwoner(wie) for wie in inwoners}

    def gezag(self) -> Gezag:
        return Gezag(
            uitkomst=self.kies(GEREGELD if self.kans(0.8) else Gezagsuitkomst),
            houders=tuple(wie for wie in (OUDER, ELDERS, BUUR) if self.kans(0.6)),
        )

    def mandaat(self, vandaag: date) -> Mandaat | None:
        if self.kans(0.05):
            return None
        if self.kans(0.7):
            return Mandaat(kenmerk="M-1", van=date(2025, 1, 1))
        return Mandaat(
            kenmerk="M-1", van=self.dag(vandaag),
            tot=self.dag(vandaag) if self.kans(0.6) else None,
        )  # fmt: skip

    def noodtoegang(self, wie: UUID) -> Noodtoegang:
        opengesteld = tuple(code for code in WERK if self.kans(0.25))
        return Noodtoegang(id=UUID(int=wie.int + 5000), opengesteld=opengesteld)

    def vervanger(
        self, wie: UUID, staf: dict[UUID, Vrager], deelnemers: dict[UUID, str], vandaag: date
    ) -> Vervanger:
        """Mostly for somebody of the same trade, if there is one."""
        zelfde = [voor for voor, regime in deelnemers.items() if regime == staf[wie].regime]
        voor = self.kies(zelfde if zelfde and self.kans(0.9) else deelnemers)
        eigen = staf[wie].actor.organisatie
        return Vervanger(UUID(int=wie.int + 6000), voor, Vervanging(
            soort=self.kies(Vervangingsoort),
            organisatie=eigen if self.kans(0.85) else self.kies(ORGANISATIES),
            van=date(2025, 1, 1) if self.kans(0.85) else self.dag(vandaag),
            tot=self.dag(vandaag) if self.kans(0.3) else None,
        ))  # fmt: skip

    # --- a question ---------------------------------------------------------------------------

    def vraag(self, feiten: Feiten, mensen: dict[UUID, Vrager]) -> Vraag:
        staf = [
            wie for wie in mensen
            if wie in feiten.deelnemers or wie in feiten.noodtoegang or wie in feiten.vervangers
        ]  # fmt: skip
        bewoners = [wie for wie in mensen if mensen[wie].rol == "inwoner"]
        soort = self.r.random()
        if soort < 0.2 and feiten.regisseur in mensen:
            vrager = mensen[feiten.regisseur]
        elif soort < 0.7 and staf:
            vrager = mensen[self.kies(staf)]
        elif soort < 0.97:
            vrager = mensen[self.kies(bewoners)]
        else:
            vrager = mensen[self.kies(mensen)]
        doel = self.doel(vrager)
        bron = self.kies(HERKOMSTEN)
        if bron.regime == "intern" and self.kans(0.8):
            bron = self.kies(HERKOMSTEN)
        if doel is Doel.VERWIJSINDEX and self.kans(0.7):
            bron = herkomst("verwijsindex")
        elif doel is Doel.VERKENNING and self.kans(0.7):
            bron = herkomst(self.kies(("wmo-onderzoek", "jeugd-toegang", "wgs-schuldhulp")))
        elif doel in TOEGANG and self.kans(0.3):
            bron = herkomst(self.kies(VAN_COLLEGE))
        elif self.kans(0.12):
            bron = herkomst("gezinsplan")
        elif self.kans(0.3):
            zelfde = [h for h in HERKOMSTEN if h.regime == vrager.regime]
            bron = self.kies(zelfde or HERKOMSTEN)
        elif vrager.regime in VERPLICHT and self.kans(0.5):
            bron = herkomst(self.kies(VERPLICHT[vrager.regime]))
        gewoon = VAKKEN.get(bron.regime, tuple(Leefgebied))
        if doel in TOEGANG and self.kans(0.5):
            gewoon = (Rubriek.PERSONALIA, Rubriek.IDENTIFICATIE)
        onderwerp = self.kies(gewoon if self.kans(0.85) else ONDERWERPEN)
        return Vraag(vrager, doel, self.over(vrager), bron, onderwerp)

    def doel(self, vrager: Vrager) -> Doel | None:
        """Mostly none: it follows from the task."""
        if vrager.rol == "inwoner":
            return self.kies(Doel) if self.kans(0.04) else None
        if vrager.regime == "jeugd" and self.kans(0.4):
            return self.kies(TOEGANG)
        if self.kans(0.18):
            return self.kies((Doel.VERKENNING, *BREED))
        return self.kies(Doel) if self.kans(0.06) else None

    def over(self, vrager: Vrager) -> tuple[UUID, ...]:
        if vrager.rol == "inwoner" and self.kans(0.3):
            return (vrager.actor.id,)
        if vrager.rol == "inwoner" and self.kans(0.15):
            return tuple(sorted({vrager.actor.id, self.kies(LEDEN)}))
        if self.kans(0.03):
            return (HUIS,)
        wie = {self.kies((OUDER, KIND, KIND, KLEIN, KLEIN, ELDERS))}
        if self.kans(0.2):
            wie.add(self.kies((OUDER, KIND, ELDERS, BUUR)))
        if self.kans(0.02):
            wie.add(VREEMDE)
        return tuple(sorted(wie))

    def geval(self, vragen: int = 8) -> tuple[Feiten, list[Vraag]]:
        """A household with questions about it, and for half of them what they need."""
        feiten, mensen = self.huis()
        gesteld: list[Vraag] = []
        vastgelegd: list[Vastlegging] = []
        for _ in range(vragen):
            vraag = self.vraag(feiten, mensen)
            gesteld.append(vraag)
            taken = [taak for _als, taak in hoedanigheden(vraag, feiten)]
            if taken and self.kans(0.55):
                doel = self.kies(taken)
                vastgelegd += self.vastlegger.bij(
                    vraag, Doel.REGIE if doel == "onbekend" else Doel(doel), feiten,
                    10_000 + 1000 * len(gesteld),
                )  # fmt: skip
        return replace(feiten, vastleggingen=tuple(vastgelegd)), gesteld
