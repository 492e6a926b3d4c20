"""What is recorded for a random question: what it needs for everybody, one thing often wrong."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from events.begrippen import Leefgebied, Rubriek, herkomsten
from events.waarden import (
    Bezwaar,
    Doel,
    Doorbreking,
    Grond,
    Instemming,
    Maatregel,
    Maatregelsoort,
    Ontvanger,
    Opheffing,
    Veiligheidshuiscasus,
    Veiligheidskern,
    Vertegenwoordiger,
    Vertegenwoordiging,
    Verwijzing,
    Wilsonbekwaamheid,
)
from services.consent.domain import Feiten, Vastlegging, Vraag

if TYPE_CHECKING:
    from tests.cedar.toeval import Toeval

FOUTEN = ("doel", "regime", "onderwerp", "aan", "tot", "van", "herkomst", "soort")
WIJZEN = ("mondeling", "schriftelijk", "Schriftelijk", "schriftelijk, komt nog",
          "Schriftelijke verklaring ontbreekt nog", "zelf, op de eigen pagina")  # fmt: skip
AFWEGING = "Het kind is in gevaar en vragen om toestemming maakt het gevaar groter."
INWONER = (
    ("onbekwaam", 0.5), ("vertegenwoordiger", 0.5), ("doorbreking", 0.5), ("toestemming", 0.4),
    ("bezwaar", 0.2),
)  # fmt: skip
PROFESSIONAL = (
    ("toestemming", 0.5), ("grond", 0.5), ("opheffing", 0.4), ("doorbreking", 0.15),
    ("bezwaar", 0.06), ("veiligheidskern", 0.05), ("onbekwaam", 0.03),
)  # fmt: skip
BIJ_DOEL = {
    Doel.WMO: (("grond", 0.5), ("toestemming", 0.5), ("opheffing", 0.5)),
    Doel.JEUGD: (("grond", 0.6),),
    Doel.JEUGD_RAAD: (("grond", 0.6),),
    Doel.JEUGD_BEKOSTIGING: (("grond", 0.6),),
    Doel.JEUGD_CONTROLE: (("grond", 0.6),),
    Doel.JEUGDBESCHERMING: (("maatregel", 0.85), ("grond", 0.5)),
    Doel.VEILIG_THUIS: (("grond", 0.6), ("doorbreking", 0.6)),
    Doel.VEILIGHEIDSHUIS: (("casus", 0.7), ("doorbreking", 0.5)),
    Doel.VERWIJSINDEX: (("verwijzing", 0.8),),
    Doel.NOOD: (("veiligheidskern", 0.6), ("bezwaar", 0.1)),
}
UITKOMST = (("casus", 0.8), ("doorbreking", 0.8), ("grond", 0.8))
"""For what comes out of the safety house."""
DOSSIER = (("toestemming", 0.9), ("opheffing", 0.9))
"""For the file of somebody of the same profession."""


class Vastlegger:
    """Draws records with the luck of a `Toeval`."""

    def __init__(self, toeval: Toeval) -> None:
        self.t = toeval

    def bij(self, vraag: Vraag, doel: Doel, feiten: Feiten, nr: int) -> list[Vastlegging]:
        """What this question needs; the same kinds for everybody it is about, now and then not."""
        inwoner = vraag.vrager.rol == "inwoner"
        kansen = INWONER if inwoner else (*PROFESSIONAL, *BIJ_DOEL.get(doel, ()))
        if not inwoner and vraag.herkomst.regime == "veiligheidshuis":
            kansen = (*kansen, *UITKOMST)
        if vraag.herkomst.geheimhouder is not None and vraag.vrager.regime == vraag.herkomst.regime:
            kansen = (*kansen, *DOSSIER)
        soorten = sorted({soort for soort, p in kansen if self.t.kans(p)})
        gevonden: list[Vastlegging] = []
        gevonden_ook: list[Vastlegging] = []
        for wie in vraag.betrokkenen:
            for soort in soorten:
                if not self.t.kans(0.08):
                    inhoud = self.inhoud(soort, vraag, doel, feiten, wie)
                    gezag = feiten.gezag.get(wie)
                    if isinstance(inhoud, Opheffing) and gezag is not None and self.t.kans(0.6):
                        for nog, houder in enumerate(gezag.houders):
                            ook = inhoud.model_copy(update={"gegeven_door": houder})
                            nummer = UUID(int=nr + 100 + 10 * len(gevonden) + nog)
                            gevonden_ook.append(Vastlegging(nummer, wie, ook))
                    gevonden.append(Vastlegging(UUID(int=nr + len(gevonden)), wie, inhoud))
        return gevonden + gevonden_ook

    def inhoud(self, soort: str, vraag: Vraag, doel: Doel, feiten: Feiten, wie: UUID) -> Any:
        """One record that fits; one in four is wrong in one thing."""
        t, actor = self.t, vraag.vrager.actor
        fout = t.kies(FOUTEN) if t.kans(0.25) else ""
        tot = t.dag(feiten.vandaag) if fout == "tot" else t.kies((None, None, feiten.vandaag))
        loopt = {"van": self.van(fout, feiten.vandaag), "tot": tot}
        bron = t.kies(herkomsten()) if fout == "herkomst" else vraag.herkomst.code
        onderwerpen = (vraag.onderwerp,)
        if fout == "onderwerp":
            onderwerpen = (t.kies((*Leefgebied, *Rubriek)),)
        aan = self.aan(fout, vraag)
        match soort:
            case "toestemming" | "grond" | "bezwaar":
                return self.waarover(soort, fout, vraag, doel, aan, onderwerpen, tot)
            case "opheffing":
                gezag = feiten.gezag.get(wie)
                mensen = (wie, wie, *(() if gezag is None else gezag.houders))
                door = t.kies(mensen)
                return Opheffing(
                    herkomst=bron, houder="houder", ontvanger=aan, gegeven_door=door, tot=tot
                )
            case "doorbreking":
                return Doorbreking(
                    herkomst=bron, onderwerpen=onderwerpen, ontvanger=aan, afweging=AFWEGING,
                    **loopt,
                )  # fmt: skip
            case "maatregel":
                soorten = tuple(Maatregelsoort)[:2] if fout != "soort" else tuple(Maatregelsoort)
                instelling = actor.organisatie if fout != "aan" else "een ander"
                return Maatregel(
                    soort=t.kies(soorten), instelling=instelling, kenmerk="C/1", **loopt
                )
            case "onbekwaam":
                return Wilsonbekwaamheid(door="arts", toelichting="ziek", **loopt)
            case "vertegenwoordiger":
                wie = actor.id if t.kans(0.7) else UUID(int=105)
                return Vertegenwoordiger(persoon=wie, als=t.kies(Vertegenwoordiging), **loopt)
            case "casus":
                return Veiligheidshuiscasus(door="politie", toets="past", **loopt)
            case "verwijzing":
                melder = actor.id if fout != "aan" else UUID(int=t.r.randrange(1, 60))
                return Verwijzing(melder=melder, contact="tel", **loopt)
            case _:
                return Veiligheidskern(herkomst=bron, onderwerpen=onderwerpen, tot=tot)

    def waarover(
        self, soort: str, fout: str, vraag: Vraag, doel: Doel, aan: Ontvanger,
        onderwerpen: tuple[Leefgebied | Rubriek, ...], tot: date | None,
    ) -> Grond | Instemming | Bezwaar:  # fmt: skip
        """What speaks of a purpose, regimes and subjects."""
        t = self.t
        doel = t.kies(Doel) if fout == "doel" else doel
        regimes = [vraag.herkomst.regime]
        ander = t.kies(tuple(herkomsten().values())).regime
        if fout == "regime":
            regimes = [ander]
        elif t.kans(0.2):
            regimes.append(ander)
        if soort == "bezwaar":
            return Bezwaar(
                doel=doel, regimes=() if t.kans(0.5) else tuple(regimes),
                onderwerpen=() if t.kans(0.5) else onderwerpen, reden="om mij",
            )  # fmt: skip
        bereik = {
            "doel": doel, "regimes": tuple(regimes), "onderwerpen": onderwerpen, "ontvanger": aan,
            "tot": tot,
        }  # fmt: skip
        if soort == "grond":
            noodzaak = "Nodig voor wat er nu speelt."
            return Grond(**bereik, grondslag=vraag.herkomst.grondslag, noodzaak=noodzaak)
        door = vraag.betrokkenen[0]
        return Instemming(**bereik, gegeven_door=door, wijze=t.kies(WIJZEN))

    def van(self, fout: str, vandaag: date) -> date:
        if fout == "van":
            return self.t.dag(vandaag)
        return vandaag - timedelta(days=self.t.kies((1, 300, 725, 729, 730, 731, 735, 1100)))

    def aan(self, fout: str, vraag: Vraag) -> Ontvanger:
        t, actor = self.t, vraag.vrager.actor
        if fout == "aan":
            return t.kies((
                Ontvanger(medewerker=UUID(int=t.r.randrange(1, 60))),
                Ontvanger(organisatie=t.kies(("gemeente", "jeugdteam", "instelling"))),
            ))  # fmt: skip
        if t.kans(0.3):
            return Ontvanger(organisatie=actor.organisatie)
        return Ontvanger(medewerker=actor.id)
