"""Random households with questions about them, most of them nearly right.

A question drawn blindly is nearly always refused for a dull reason. So a question is drawn around a
task that exists, what it needs is recorded for it, and then one thing is often made wrong.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from events.base import Hoed
from events.begrippen import Actor, Leefgebied, Onderwerp, Rubriek, herkomst, herkomsten
from events.plan import plan_id
from events.waarden import (
    Bezwaar,
    Doel,
    Gezag,
    Gezagsuitkomst,
    Grond,
    Instemming,
    Maatregel,
    Maatregelsoort,
    Mandaat,
    Ontvanger,
    Opheffing,
    Veiligheidskern,
)
from services.consent.domain import Feiten, Noodtoegang, Vastlegging, Vraag, Vrager
from tests.cedar.vraag import doelen

HUIS = UUID(int=100)
OUDER, KIND, KLEIN, ELDERS, BUUR, VREEMDE = (UUID(int=n) for n in range(101, 107))
LEDEN = (OUDER, KIND, KLEIN)
HERKOMSTEN = tuple(herkomsten().values())
CODES = tuple(
    code for code, h in herkomsten().items() if h.regime not in ("intern", "delen", "plan")
)
ONDERWERPEN: tuple[Onderwerp, ...] = (*Leefgebied, *Rubriek)
ORGANISATIES = ("gemeente", "jeugdteam", "instelling")
VAKKEN: dict[str, tuple[Onderwerp, ...]] = {
    "plan": (*Leefgebied, *Rubriek),
    "school": (Leefgebied.ONDERWIJS, Rubriek.MELDING),
    "wmo-melding": (Leefgebied.WONEN, Rubriek.MELDING, Rubriek.ADRES),
}
"""Which subjects are usual where; elsewhere a leefgebied."""
GEREGELD = frozenset(Gezagsuitkomst) - {
    Gezagsuitkomst.TIJDELIJK_GEEN,
    Gezagsuitkomst.NIET_TE_BEPALEN,
}


class Toeval:
    """Draws households and questions; the same seed draws the same."""

    def __init__(self, zaad: int) -> None:
        self.r = Random(zaad)

    def kans(self, p: float) -> bool:
        return self.r.random() < p

    def kies(self, uit: Any) -> Any:
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
        """A professional; her number decides the law she works under, mostly."""
        code = CODES[nr % len(CODES)]
        rol = "professional"
        if nr % 17 == 0:
            rol = self.kies(("beslisser", "privacy-officer", "fg"))
        organisatie = ORGANISATIES[nr % len(ORGANISATIES)]
        actor = Actor(id=UUID(int=nr), naam=f"mens {nr}", organisatie=organisatie, functie=code)
        hoed = self.kies((Hoed.TOELEIDING, Hoed.HULPVERLENING, Hoed.COORDINATIE))
        return Vrager(actor, rol, hoed, herkomst(code).regime, code)

    def inwoner(self, wie: UUID) -> Vrager:
        actor = Actor(id=wie, naam="inwoner", organisatie="Inwoner", functie="inwoner")
        return Vrager(actor, "inwoner", Hoed.INWONER, "plan")

    def huis(self) -> tuple[Feiten, dict[UUID, Vrager]]:
        """A household on a day, and everybody who may come and ask."""
        vandaag = self.kies((date(2026, 3, 2), date(2027, 3, 1), date(2028, 2, 29)))
        staf = {UUID(int=nr): self.mens(nr) for nr in self.r.sample(range(1, 60), 12)}
        leden = tuple(wie for wie in LEDEN if self.kans(0.95))
        bekenden = {HUIS, plan_id(HUIS), *LEDEN, *(w for w in (ELDERS, BUUR) if self.kans(0.9))}
        geboren = {
            OUDER: self.geboren(self.kies((16, 18, 36)), vandaag),
            KIND: self.geboren(self.kies((11, 12, 15, 16, 18, 23)), vandaag),
            KLEIN: self.geboren(self.kies((3, 9, 12)), vandaag),
            ELDERS: self.geboren(41, vandaag),
        }
        gezag = Gezag(
            uitkomst=self.kies(GEREGELD if self.kans(0.8) else Gezagsuitkomst),
            houders=tuple(wie for wie in (OUDER, ELDERS, BUUR) if self.kans(0.6)),
        )
        regisseur = self.kies(staf)
        feiten = Feiten(
            vandaag=vandaag,
            huishouden=HUIS,
            regisseur=regisseur if self.kans(0.95) else None,
            mandaat=self.mandaat(vandaag),
            deelnemers={
                wie: vrager.regime if self.kans(0.95) else herkomst(self.kies(CODES)).regime
                for wie, vrager in staf.items() if self.kans(0.75)
            },
            leden=leden,
            bekenden=bekenden,
            gemelden=tuple(w for w in (KIND, BUUR) if self.kans(0.2)),
            geboortedata={wie: op for wie, op in geboren.items() if self.kans(0.95)},
            gezag={wie: gezag for wie in (KIND, KLEIN) if self.kans(0.9)},
            noodtoegang={
                wie: self.noodtoegang(wie) for wie in staf if self.kans(0.08)
            },
            zvh=tuple(wie for wie in LEDEN if self.kans(0.2)),
        )  # fmt: skip
        inwoners = (OUDER, KIND, KLEIN, ELDERS, BUUR)
        return feiten, staf | {wie: self.inwoner(wie) for wie in inwoners}

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
        open_ = tuple(code for code in CODES if self.kans(0.2))
        return Noodtoegang(id=UUID(int=wie.int + 5000), opengesteld=open_)

    # --- a question ---------------------------------------------------------------------------

    def vraag(self, feiten: Feiten, mensen: dict[UUID, Vrager]) -> Vraag:
        taken = [w for w in mensen if w in feiten.deelnemers or w in feiten.noodtoegang]
        bewoners = [w for w in mensen if mensen[w].rol == "inwoner"]
        soort = self.r.random()
        if soort < 0.25 and feiten.regisseur in mensen:
            vrager = mensen[feiten.regisseur]
        elif soort < 0.6 and taken:
            vrager = mensen[self.kies(taken)]
        elif soort < 0.95:
            vrager = mensen[self.kies(bewoners)]
        else:
            vrager = mensen[self.kies(mensen)]
        bron = herkomst("gezinsplan") if self.kans(0.2) else self.kies(HERKOMSTEN)
        doel = None
        if self.kans(0.1):
            doel = self.kies(Doel)
        elif self.kans(0.1) and (
            eigen := doelen(Vraag(vrager, None, (), bron, Rubriek.REGIE), feiten)
        ):
            doel = Doel(self.kies(eigen)) if eigen[0] != "onbekend" else None
        gewoon = VAKKEN.get(bron.code, VAKKEN.get(bron.regime, tuple(Leefgebied)))
        onderwerp = self.kies(gewoon if self.kans(0.8) else ONDERWERPEN)
        return Vraag(vrager, doel, self.over(vrager), bron, onderwerp)

    def over(self, vrager: Vrager) -> tuple[UUID, ...]:
        if vrager.rol == "inwoner" and self.kans(0.4):
            return (vrager.actor.id,)
        if self.kans(0.04):
            return (HUIS,)
        wie = {self.kies((OUDER, KIND, KIND, KLEIN, ELDERS))}
        if self.kans(0.2):
            wie.add(self.kies((OUDER, KIND, ELDERS, BUUR)))
        if self.kans(0.03):
            wie.add(VREEMDE)
        return tuple(sorted(wie))

    # --- what is recorded for it --------------------------------------------------------------

    def vastleggingen(self, vraag: Vraag, feiten: Feiten, nr: int) -> list[Vastlegging]:
        """What the question needs, for everybody it is about, and sometimes just not."""
        gevonden: list[Vastlegging] = []
        samen = {soort for soort, p in (("toestemming", 0.55), ("grond", 0.5), ("opheffing", 0.45),
                                        ("bezwaar", 0.06), ("maatregel", 0.15), ("kern", 0.08))
                 if self.kans(p)}  # fmt: skip
        for wie in vraag.betrokkenen:
            for soort in sorted(samen):
                if self.kans(0.08):
                    continue
                inhoud = self.inhoud(soort, vraag, feiten)
                gevonden.append(Vastlegging(UUID(int=nr + len(gevonden)), wie, inhoud))
        return gevonden

    def inhoud(self, soort: str, vraag: Vraag, feiten: Feiten) -> Any:
        """One record that fits the question; one in four is wrong in one thing."""
        fout = self.kies(("doel", "regime", "onderwerp", "aan", "tot", "herkomst", "soort", "van"))
        if not self.kans(0.25):
            fout = ""
        doel = vraag.doel or Doel(
            next((d for d in doelen(vraag, feiten) if d != "onbekend"), "regie")
        )
        if fout == "doel":
            doel = self.kies(Doel)
        regimes: tuple[str, ...] = (vraag.herkomst.regime,)
        if fout == "regime":
            regimes = (self.kies(HERKOMSTEN).regime,)
        elif self.kans(0.2):
            regimes = (*regimes, self.kies(HERKOMSTEN).regime)
        onderwerpen = (self.kies(ONDERWERPEN) if fout == "onderwerp" else vraag.onderwerp,)
        actor = vraag.vrager.actor
        aan = Ontvanger(medewerker=actor.id)
        if fout == "aan":
            aan = self.kies((
                Ontvanger(medewerker=UUID(int=self.r.randrange(1, 60))),
                Ontvanger(organisatie=self.kies(ORGANISATIES)),
            ))  # fmt: skip
        elif self.kans(0.3):
            aan = Ontvanger(organisatie=actor.organisatie)
        tot = self.dag(feiten.vandaag) if fout == "tot" else self.kies((None, feiten.vandaag))
        bron = self.kies(CODES) if fout == "herkomst" else vraag.herkomst.code
        bereik = {
            "doel": doel, "regimes": regimes, "onderwerpen": onderwerpen, "ontvanger": aan,
            "tot": tot,
        }  # fmt: skip
        match soort:
            case "toestemming":
                return Instemming(**bereik, gegeven_door=vraag.betrokkenen[0], wijze="mondeling")
            case "grond":
                wet = vraag.herkomst.grondslag
                return Grond(**bereik, grondslag=wet, noodzaak="Nodig voor wat er nu speelt.")
            case "opheffing":
                door = vraag.betrokkenen[0]
                return Opheffing(
                    herkomst=bron, houder="houder", ontvanger=aan, gegeven_door=door, tot=tot
                )
            case "bezwaar":
                wijd = self.kans(0.5)
                return Bezwaar(
                    doel=doel, regimes=() if wijd else regimes,
                    onderwerpen=() if self.kans(0.5) else onderwerpen, reden="om mij",
                )  # fmt: skip
            case "maatregel":
                ots = Maatregelsoort.ONDERTOEZICHTSTELLING
                instelling = actor.organisatie if fout != "aan" else self.kies(ORGANISATIES)
                return Maatregel(
                    soort=self.kies(Maatregelsoort) if fout == "soort" or self.kans(0.2) else ots,
                    instelling=instelling, kenmerk="C/16/1",
                    van=self.dag(feiten.vandaag) if fout == "van" else date(2025, 1, 1), tot=tot,
                )  # fmt: skip
            case _:
                return Veiligheidskern(herkomst=bron, onderwerpen=onderwerpen, tot=tot)

    def geval(self, vragen: int = 8) -> tuple[Feiten, list[Vraag]]:
        """A household with questions about it, and for half of them what they need."""
        feiten, mensen = self.huis()
        gesteld, vastgelegd = [], []
        for _ in range(vragen):
            vraag = self.vraag(feiten, mensen)
            gesteld.append(vraag)
            if self.kans(0.5):
                vastgelegd += self.vastleggingen(vraag, feiten, 10_000 + 100 * len(gesteld))
        return replace(feiten, vastleggingen=tuple(vastgelegd)), gesteld
