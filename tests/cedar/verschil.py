"""Our decision beside Cedar's; where they differ, the smallest case that still does, in Dutch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from services.consent.domain import Besluit, Code, Feiten, Vraag, mag
from services.consent.domain.oordeel import relaties
from services.consent.regels import Regelset, regelset
from tests.cedar.mening import Mening, meningen
from tests.cedar.toeval import Toeval

OPEN = ("moet", "mag", "mag-na")


@dataclass(frozen=True)
class Verschil:
    """One question on which the two do not agree."""

    vraag: Vraag
    feiten: Feiten
    besluit: Besluit
    mening: Mening


@dataclass
class Telling:
    """What came out of many questions."""

    vragen: int = 0
    uitkomsten: Counter[str] = field(default_factory=Counter)
    regels: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Per rule of ours and outcome."""
    bijna: Counter[str] = field(default_factory=Counter)
    """Per rule of ours how often it spoke of a question and nothing opened."""
    beleid: Counter[str] = field(default_factory=Counter)
    """Per policy of Cedar how often it decided."""
    verschillen: list[Verschil] = field(default_factory=list)

    def erbij(self, ander: Telling) -> None:
        self.vragen += ander.vragen
        self.uitkomsten += ander.uitkomsten
        self.regels += ander.regels
        self.bijna += ander.bijna
        self.beleid += ander.beleid
        self.verschillen += ander.verschillen


def gelijk(besluit: Besluit, mening: Mening) -> bool:
    """The same outcome, by an article that Cedar names too. What simply nothing opens needs none;
    what the law forbids in so many words does."""
    if mening.fouten or besluit.uitkomst != mening.uitkomst:
        return False
    zegt_waarom = mening.uitkomst in OPEN or besluit.code is Code.VERBODEN
    return not zegt_waarom or besluit.artikel in mening.artikelen


def vergelijk(vragen: Sequence[Vraag], feiten: Feiten, telling: Telling) -> None:
    regels = regelset()
    for vraag, mening in zip(vragen, meningen(vragen, feiten), strict=True):
        besluit = mag(vraag, feiten, regels)
        telling.vragen += 1
        telling.uitkomsten[str(besluit.uitkomst)] += 1
        telling.regels[besluit.regel or "-", str(besluit.uitkomst)] += 1
        if besluit.uitkomst in ("mag-na", "mag-niet"):
            telling.bijna.update(_spreken(vraag, feiten, regels))
        telling.beleid.update(mening.regels)
        if not gelijk(besluit, mening):
            telling.verschillen.append(Verschil(vraag, feiten, besluit, mening))


def _spreken(vraag: Vraag, feiten: Feiten, regels: Regelset) -> set[str]:
    """The rules of ours about this source and purpose, for what the one who asks is here."""
    return {
        regel.id
        for wie, doel in relaties(vraag.vrager, feiten).items()
        for regel in regels.voor(wie, vraag.doel or doel, vraag.herkomst.regime, vraag.onderwerp)
    }


def reeks(aantal: int, zaad: int) -> Telling:
    """At least so many questions, drawn from this seed."""
    toeval, telling = Toeval(zaad), Telling()
    while telling.vragen < aantal:
        feiten, vragen = toeval.geval()
        vergelijk(vragen, feiten, telling)
    return telling


def per_soort(verschillen: Sequence[Verschil]) -> list[Verschil]:
    """One example of each pair of a rule of ours and policies of Cedar that disagree."""
    soorten: dict[object, Verschil] = {}
    for verschil in verschillen:
        besluit, mening = verschil.besluit, verschil.mening
        soort = (besluit.regel, besluit.code, besluit.uitkomst, mening.uitkomst, mening.regels)
        soorten.setdefault(soort, verschil)
    return list(soorten.values())


# --- smaller ------------------------------------------------------------------------------------


def _kleiner(vraag: Vraag, feiten: Feiten) -> Iterator[tuple[Vraag, Feiten]]:
    """The same case with one thing less."""
    for wie in vraag.betrokkenen if len(vraag.betrokkenen) > 1 else ():
        minder = tuple(ander for ander in vraag.betrokkenen if ander != wie)
        yield replace(vraag, betrokkenen=minder), feiten
    if vraag.doel is not None:
        yield replace(vraag, doel=None), feiten
    for veld in fields(Feiten):
        waarde: Any = getattr(feiten, veld.name)
        if not veld.init:
            continue
        if isinstance(waarde, dict):
            for sleutel in waarde:
                minder_feiten = {k: v for k, v in waarde.items() if k != sleutel}
                yield vraag, replace(feiten, **{veld.name: minder_feiten})
        elif isinstance(waarde, tuple | list | set | frozenset):
            for weg in tuple(waarde):
                yield vraag, replace(feiten, **{veld.name: tuple(x for x in waarde if x != weg)})
        elif veld.name in ("regisseur", "mandaat") and waarde is not None:
            yield vraag, replace(feiten, **{veld.name: None})


def krimp(verschil: Verschil) -> Verschil:
    """The smallest case found that differs in the same way: the same two outcomes."""
    while True:
        for vraag, feiten in _kleiner(verschil.vraag, verschil.feiten):
            besluit, mening = mag(vraag, feiten, regelset()), meningen([vraag], feiten)[0]
            zelfde = besluit.uitkomst == verschil.besluit.uitkomst
            if (
                zelfde
                and mening.uitkomst == verschil.mening.uitkomst
                and not gelijk(besluit, mening)
            ):
                verschil = Verschil(vraag, feiten, besluit, mening)
                break
        else:
            return verschil


# --- in Dutch -----------------------------------------------------------------------------------


def vertel(verschil: Verschil) -> str:
    """The case as a lawyer can read it; people are numbers."""
    vraag, feiten = verschil.vraag, verschil.feiten
    vrager = vraag.vrager
    rollen = [
        *(["regisseur"] if feiten.regisseur == vrager.actor.id else []),
        *(f"deelnemer ({r})" for w, r in feiten.deelnemers.items() if w == vrager.actor.id),
        *(["lid"] if vrager.actor.id in feiten.leden else []),
        *(["noodtoegang"] if vrager.actor.id in feiten.noodtoegang else []),
    ]
    hier = ", ".join(rollen) or "niets"
    regels = [
        f"Op {feiten.vandaag} vraagt {vrager.actor.id.int} ({vrager.rol}, {vrager.hoed.value}, "
        f"werkt onder {vrager.regime}, bij {vrager.actor.organisatie}; hier: {hier})",
        f"  naar {vraag.onderwerp.value} uit {vraag.herkomst.code} ({vraag.herkomst.regime}) "
        f"over {_kort(vraag.betrokkenen)}, doel: {vraag.doel or 'volgt uit de taak'}",
    ]
    for veld in fields(Feiten):
        waarde = getattr(feiten, veld.name)
        if veld.init and veld.name not in ("vandaag", "huishouden", "vastleggingen") and waarde:
            regels.append(f"  {veld.name}: {_kort(waarde)}")
    regels += [f"  over {wat.persoon.int}: {wat.inhoud!r}" for wat in feiten.vastleggingen]
    besluit, mening = verschil.besluit, verschil.mening
    regels += [
        f"  wij:   {besluit.uitkomst} · {besluit.code} · {besluit.regel} · {besluit.artikel}",
        f"  Cedar: {mening.uitkomst} · {', '.join(sorted(mening.regels)) or '-'} · "
        f"{', '.join(sorted(mening.artikelen)) or '-'} {' '.join(mening.fouten)}",
    ]
    return "\n".join(regels)


def _kort(waarde: Any) -> str:
    if hasattr(waarde, "int"):
        return str(waarde.int)
    if isinstance(waarde, dict):
        return ", ".join(f"{_kort(k)}: {_kort(v)}" for k, v in waarde.items())
    if isinstance(waarde, tuple | list | set | frozenset):
        return ", ".join(_kort(deel) for deel in waarde)
    return str(waarde)
