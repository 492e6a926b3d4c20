"""Do the golden cases notice a mistake? Every condition is broken, one at a time.

Of each rule every condition is dropped, every list widened, the outcome turned, a date removed; of
each predicate in the pure functions every comparison, connective, negation and age is turned. A
mistake that no golden case notices survives; the test names the survivors.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from events.begrippen import Leefgebied, Onderwerp, Rubriek, herkomsten
from events.waarden import Doel
from services.consent import domain
from services.consent.domain import (
    Besluit,
    Feiten,
    Handeling,
    Vraag,
    mag,
    ontbrekende_akkoorden,
    relaties,
    wie_beslist,
)
from services.consent.domain.oordeel import DOEL_BIJ_REGIME, OOK_TE_VRAGEN
from services.consent.regels import Regel, Regelset, Uitkomst, Wie, regelset
from tests.consent import overzicht, test_namens
from tests.consent.gezin import PERSONEN
from tests.consent.test_gevallen import GEVALLEN, feiten_van, regels_van, vraag_van

GENOEG = 0.95
_REGIMES = tuple(sorted({h.regime for h in herkomsten().values()}))
_EERST = {Uitkomst.MOET: 0, Uitkomst.MAG_NIET: 1, Uitkomst.MAG: 2}


@dataclass(frozen=True)
class Proef:
    """One golden case, ready to be asked again and again."""

    geval: dict[str, Any]
    vraag: Vraag
    feiten: Feiten

    def klopt(self, besluit: Any) -> bool:
        gezegd = (besluit.uitkomst, besluit.code, besluit.regel)
        verwacht = (self.geval["uitkomst"], self.geval["code"], self.geval.get("regel"))
        zoveel = len(besluit.gebruikt) == self.geval.get("gebruikt", len(besluit.gebruikt))
        return gezegd == verwacht and self.geval["zin"] in besluit.zin and zoveel


@cache
def proeven() -> tuple[Proef, ...]:
    return tuple(
        Proef(geval, vraag, feiten_van(geval, vraag.vrager))
        for geval in GEVALLEN
        for vraag in [vraag_van(geval)]
    )


# --- the rules --------------------------------------------------------------------------------

_ALTIJD = {Doel.VERKENNING, Doel.ONDERZOEK, Doel.VERWIJSINDEX}
_VAN_TAAK = set(DOEL_BIJ_REGIME.values())
BEREIKBAAR: dict[Wie, set[Doel]] = {
    Wie.REGISSEUR: {Doel.REGIE} | _ALTIJD,
    Wie.DEELNEMER: _VAN_TAAK | _ALTIJD | {d for doelen in OOK_TE_VRAGEN.values() for d in doelen},
    Wie.VERVANGER: _VAN_TAAK,
    Wie.LID: {Doel.EIGEN_INZAGE},
    Wie.GEZAGHOUDER: {Doel.EIGEN_INZAGE},
    Wie.VERTEGENWOORDIGER: {Doel.EIGEN_INZAGE},
    Wie.NOODHULP: {Doel.NOOD},
}
"""Which purposes somebody can have at all; a mistake that no question can reach is none."""
_OVER = (*Leefgebied, *Rubriek)
Sleutel = tuple[Wie, Doel, str, Onderwerp]


def sleutels(regel: Regel) -> set[Sleutel]:
    """What a rule speaks of, as far as a question can reach it."""
    return {
        (wie, doel, regime, over)
        for wie in regel.wie
        for doel in regel.doelen
        if doel in BEREIKBAAR[wie]
        for regime in regel.regimes
        for over in _OVER
        if regel.raakt(over)
    }


class Anders:
    """The rule set with one rule replaced, without building it anew."""

    def __init__(self, regels: Regelset, anders: Regel) -> None:
        self.regels, self.anders = regels, anders
        self.plaats = {regel.id: nummer for nummer, regel in enumerate(regels.regels)}

    def voor(self, wie: Wie, doel: Doel, regime: str, onderwerp: Onderwerp) -> Sequence[Regel]:
        anders = self.anders
        rest = [r for r in self.regels.voor(wie, doel, regime, onderwerp) if r.id != anders.id]
        if (
            wie in anders.wie
            and doel in anders.doelen
            and regime in anders.regimes
            and anders.raakt(onderwerp)
        ):
            rest.append(anders)
            rest.sort(key=lambda r: (_EERST[r.uitkomst], self.plaats[r.id]))
        return rest


def fouten_in(regel: Regel) -> Iterator[tuple[str, Regel]]:
    """Every way in which this rule can be written wrongly."""

    def met(**anders: Any) -> Regel:
        return regel.model_copy(update=anders)

    for eis in regel.eist:
        over = tuple(ander for ander in regel.eist if ander is not eis)
        yield f"zonder {eis}", met(eist=over)
    if regel.hoeden:
        yield "met elke hoed", met(hoeden=())
    if regel.eigen_regime:
        yield "ook buiten het eigen regime", met(eigen_regime=False)
    if regel.geldt_vanaf is not None:
        yield "zonder begindatum", met(geldt_vanaf=None)
    yield "voor elk doel", met(doelen=tuple(Doel))
    yield "uit elk regime", met(regimes=_REGIMES)
    yield "over elk onderwerp", met(onderwerpen=_OVER)
    yield "voor iedereen", met(wie=tuple(Wie))
    yield "weg", met(wie=())
    omgekeerd = Uitkomst.MAG if regel.uitkomst is not Uitkomst.MAG else Uitkomst.MAG_NIET
    yield f"{omgekeerd} in plaats van {regel.uitkomst}", met(uitkomst=omgekeerd)


@dataclass(frozen=True)
class Vakje:
    """One square of the overview: a question, its facts, and what it must say."""

    vraag: Vraag
    feiten: Feiten
    zegt: tuple[str, str, str] | None

    def klopt(self, besluit: Besluit) -> bool:
        regel = besluit.regel
        zegt = None if regel is None else (besluit.uitkomst.value, regel, besluit.code.value)
        return zegt == self.zegt


@cache
def vakjes() -> dict[Sleutel, list[Vakje]]:
    """The overview by what its questions ask the rules for."""
    gevonden: dict[Sleutel, list[Vakje]] = {}
    for met, naam, doel, over in overzicht.regels_van_overzicht():
        vrager = overzicht.vragers()[naam]
        feiten = overzicht.feiten(met, naam, vrager, PERSONEN[over])
        zegt = overzicht.uitgeschreven(overzicht.golden()[met, naam, doel, over])
        hier = relaties(vrager, feiten)
        for vraag in overzicht.vragen(naam, doel, over):
            bron, onderwerp = vraag.herkomst, vraag.onderwerp
            vakje = Vakje(vraag, feiten, zegt.get((bron.code, onderwerp.value)))
            for wie, eigen in hier.items():
                sleutel = (wie, doel or eigen, bron.regime, onderwerp)
                gevonden.setdefault(sleutel, []).append(vakje)
    return gevonden


def gezien(regel: Regel, anders: Regel, volgorde: Iterable[Proef]) -> bool:
    """Whether a golden case or a square of the overview notices the change."""
    regels: Any = Anders(regelset(), anders)
    for proef in volgorde:
        dagen = proef.geval.get("tenzij", {}).get("geldt-vanaf", {})
        gebruikt = regels
        if dagen and anders.geldt_vanaf is not None:
            gedateerd = regels_van(proef.geval, Regelset("", "", (regel,))).regels[0]
            met = {"geldt_vanaf": gedateerd.geldt_vanaf}
            gebruikt = Anders(regelset(), anders.model_copy(update=met))
        elif dagen:
            continue  # the case sets a date, of this rule or of another
        if not proef.klopt(mag(proef.vraag, proef.feiten, gebruikt)):
            return True
    geraakt = sleutels(anders) ^ sleutels(regel) or sleutels(anders)
    return any(
        not vakje.klopt(mag(vakje.vraag, vakje.feiten, regels))
        for sleutel in sorted(geraakt)
        for vakje in vakjes().get(sleutel, ())
    )


def test_a_mistake_in_a_rule_is_noticed_by_the_golden_cases() -> None:
    gemaakt, overleefd = 0, []
    for regel in regelset().regels:
        volgorde = [
            proef
            for proef in proeven()
            if regel.id in (proef.geval.get("regel"), proef.geval.get("toetst"))
        ]
        for wat, anders in fouten_in(regel):
            inhoud = {"wie", "doelen", "regimes", "onderwerpen"}
            zelfde = anders.model_dump(exclude=inhoud) == regel.model_dump(exclude=inhoud)
            if zelfde and sleutels(anders) == sleutels(regel):
                continue  # no question can reach the difference
            gemaakt += 1
            if not gezien(regel, anders, volgorde):
                overleefd.append(f"{regel.id} {wat}")
    assert gemaakt > 400
    score = 1 - len(overleefd) / gemaakt
    assert score >= GENOEG, f"{score:.1%} van {gemaakt}; niet opgemerkt: {overleefd}"


def test_the_overview_says_what_the_rules_say() -> None:
    """Every square, open or closed; to extend: see `overzicht.py`."""
    for met, naam, doel, over in overzicht.regels_van_overzicht():
        feiten = overzicht.feiten(met, naam, overzicht.vragers()[naam], PERSONEN[over])
        gezegd = [
            (vraag, mag(vraag, feiten, regelset())) for vraag in overzicht.vragen(naam, doel, over)
        ]
        verwacht = overzicht.golden()[met, naam, doel, over]
        assert overzicht.samenvatting(gezegd) == verwacht, (met, naam, doel, over)


# --- the pure functions -----------------------------------------------------------------------

_KAMER = "services.consent.domain"
MODULES = ("feiten", "gezag", "vertegenwoordiging", "geval", "eisen_personen", "eisen", "oordeel")
"""In the order in which they import each other."""
_NIET = {"gezag_onbepaald", "werkt_onder", "regel_voor_grond"}
"""Judged by tests of their own, not by a golden case."""
_OM: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


def _plekken(tree: ast.Module) -> list[tuple[str, ast.AST, int]]:
    """Where something can be turned: the function, the node, and which of its parts."""
    gevonden: list[tuple[str, ast.AST, int]] = []

    def loop(node: ast.AST, functie: str) -> None:
        if isinstance(node, ast.FunctionDef):
            functie = node.name
        if functie and functie not in _NIET:
            if isinstance(node, ast.Compare):
                gevonden.extend((functie, node, deel) for deel in range(len(node.ops)))
            elif isinstance(node, ast.BoolOp) or (
                isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
            ):
                gevonden.append((functie, node, 0))
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value > 2:
            gevonden.append((functie or "leeftijd", node, 0))  # an age, in a table or a call
        for kind in ast.iter_child_nodes(node):
            loop(kind, functie)

    loop(tree, "")
    return gevonden


def _keer_om(node: ast.AST, deel: int) -> str:
    """Turn this very thing; in words what was done."""
    oud = ast.unparse(node)
    if isinstance(node, ast.Compare):
        node.ops[deel] = _OM[type(node.ops[deel])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.UnaryOp):
        node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
        ast.fix_missing_locations(node)
    elif isinstance(node, ast.Constant):
        node.value = int(str(node.value)) + 1
    return f"{oud} -> {ast.unparse(node)}"


def _pad(module: str) -> Path:
    return Path(domain.__file__).with_name(f"{module}.py")


def mutanten(module: str) -> Iterator[tuple[str, CodeType]]:
    """Each mistake in one module: in words, and the module with it."""
    path = _pad(module)
    tree = ast.parse(path.read_text())
    for nummer in range(len(_plekken(tree))):
        fout = copy.deepcopy(tree)
        functie, node, deel = _plekken(fout)[nummer]
        wat = _keer_om(node, deel)
        yield f"{module}.{functie}: {wat}", compile(fout, str(path), "exec")


@cache
def _code(module: str) -> CodeType:
    path = _pad(module)
    return compile(path.read_text(), str(path), "exec")


def wereld(module: str, code: CodeType) -> dict[str, ModuleType]:
    """The modules again, with one of them replaced, and those that import it."""
    echt = {naam: sys.modules[f"{_KAMER}.{naam}"] for naam in MODULES}
    nieuw = dict(echt)
    try:
        for naam in MODULES[MODULES.index(module) :]:
            nieuw[naam] = ModuleType(f"{_KAMER}.{naam}")
            sys.modules[f"{_KAMER}.{naam}"] = nieuw[naam]
            exec(code if naam == module else _code(naam), nieuw[naam].__dict__)
    finally:
        for naam, module_ in echt.items():
            sys.modules[f"{_KAMER}.{naam}"] = module_
    return nieuw


@cache
def _gewone() -> tuple[Proef, ...]:
    """The cases under the rules as they are."""
    return tuple(p for p in proeven() if "geldt-vanaf" not in p.geval.get("tenzij", {}))


@cache
def _namens() -> tuple[tuple[dict[str, Any], Feiten], ...]:
    return tuple((geval, test_namens.feiten(geval)) for geval in test_namens.GEVALLEN)


def _klopt_namens(
    wie_beslist: Callable[..., Any], ontbreekt: Callable[..., Any], geval: dict[str, Any],
    feiten: Feiten,
) -> bool:  # fmt: skip
    persoon = PERSONEN[geval["over"]]
    wie = wie_beslist(Handeling(geval["handeling"]), persoon, feiten)
    return (
        wie.samen == tuple(PERSONEN[naam] for naam in geval["samen"])
        and wie.een_van == tuple(PERSONEN[naam] for naam in geval["een-van"])
        and wie.code == geval["code"]
        and (
            "ontbreekt" not in geval
            or ontbreekt(persoon, geval["hulp"], feiten)
            == tuple(PERSONEN[naam] for naam in geval["ontbreekt"])
        )
    )


def _opgemerkt(modules: dict[str, ModuleType]) -> bool:
    namens = modules["vertegenwoordiging"]
    try:
        return not all(
            proef.klopt(modules["oordeel"].mag(proef.vraag, proef.feiten, regelset()))
            for proef in _gewone()
        ) or not all(
            _klopt_namens(namens.wie_beslist, namens.ontbrekende_akkoorden, geval, feiten)
            for geval, feiten in _namens()
        )
    except Exception:  # noqa: BLE001  # what falls over is noticed as well
        return True


def test_the_unbroken_functions_satisfy_every_case() -> None:
    assert all(proef.klopt(mag(proef.vraag, proef.feiten, regelset())) for proef in _gewone())
    assert all(
        _klopt_namens(wie_beslist, ontbrekende_akkoorden, geval, feiten)
        for geval, feiten in _namens()
    )


def test_a_mistake_in_a_predicate_is_noticed_by_the_golden_cases() -> None:
    gemaakt, overleefd = 0, []
    for module in MODULES:
        for wat, code in mutanten(module):
            gemaakt += 1
            if not _opgemerkt(wereld(module, code)):
                overleefd.append(wat)
    assert gemaakt > 150
    score = 1 - len(overleefd) / gemaakt
    assert score >= GENOEG, f"{score:.1%} van {gemaakt}; niet opgemerkt: {overleefd}"
