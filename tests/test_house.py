"""The house rules that a machine can check: imports, purity, names, sizes, the glossary."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from events.begrippen import Leefgebied, Rubriek, herkomsten
from infra.decider import RegelFout
from tests.events.voorbeelden import published

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "services", "infra", "events")
GLOSSARY = ROOT / "docs" / "begrippen.md"

LARGE = {
    "app/verhaal.py": "one story told from start to end",
    "infra/store.py": "the whole path of a command, with the mapper beside the recorder it serves",
    "infra/web.py": "every default of the HTTP border in one place",
    "services/consent/application.py": "release, records, erasure and log share one transaction",
    "events/waarden.py": "one table: every value that a field of a fact can hold",
    "services/intake/api.py": "one route after another",
    "services/intake/application.py": "one use case after another",
    "services/plan/domain/plan.py": "one state with all its decisions",
    "tests/infra/test_keys.py": "one contract",
    "tests/infra/test_seal.py": "one contract, with a second reader beside it",
    "tests/portal/test_pages.py": "one page after another",
    "tests/intake/test_application.py": "one case after another",
    "tests/intake/test_domain.py": "a case for every rule",
    "tests/system/gezin.py": "one family, every field a canary, and by hand who may see it",
    "tests/plan/test_domain.py": "a case for every rule",
}
"""Files over 400 lines, each with the reason it is not two files."""


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def rules() -> list[Path]:
    """Files that decide, and may therefore not look around: facts, domains, policies."""
    return [
        path
        for path in sources("events", "services")
        if path.parts[-2] in ("events", "domain") or path.stem in ("domain", "policies")
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# Imports.

CONTRACTS = {
    "app > services > infra > events": [
        ("infra/seal.py", "import services.plan"),
        ("services/plan/application.py", "import app.wiring"),
        ("events/plan.py", "import infra.decider"),
    ],
    "services never import each other": [("services/plan/policies.py", "import services.intake")],
    "inside a service": [
        ("services/plan/domain/plan.py", "import services.plan.policies"),
        ("services/consent/projections.py", "import services.consent.application"),
    ],
    "rules and facts do no I/O": [
        ("services/plan/domain/plan.py", "import httpx"),
        ("services/consent/domain/oordeel.py", "import infra.store"),
        ("events/plan.py", "import sqlalchemy"),
    ],
    "cryptography only where it is owned": [("infra/store.py", "import cryptography")],
    "canonical JSON in one place": [("infra/logbook.py", "import orjson")],
    "eventsourcing only in the store": [("infra/feed.py", "import eventsourcing")],
    "fastapi only at the edge": [("services/plan/application.py", "import fastapi")],
    "prometheus only in metrics": [("infra/management.py", "import prometheus_client")],
    "kafka only in its room": [("infra/relay.py", "import kafka")],
}


def lint(folder: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return f"{done.stdout}\n{done.stderr}\nexit code {done.returncode}"


def test_imports_go_one_way() -> None:
    said = lint(ROOT)
    assert "exit code 0" in said, said
    kept = re.findall(r"^(.+) KEPT$", said, re.MULTILINE)
    assert len(kept) == len(CONTRACTS)
    for contract in CONTRACTS:
        assert any(line.startswith(contract) for line in kept), f"{contract} is never broken below"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("huis")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize(
    ("contract", "where", "line"),
    [(contract, *case) for contract, cases in CONTRACTS.items() for case in cases],
)
def test_a_forbidden_import_is_noticed(copy: Path, contract: str, where: str, line: str) -> None:
    """A contract that no import can break protects nothing."""
    path = copy / where
    before = path.read_text()
    path.write_text(f"{before}\n{line}\n")
    try:
        said = lint(copy)
    finally:
        path.write_text(before)
    assert "exit code 1" in said, said
    assert re.search(rf"^{re.escape(contract)}.* BROKEN$", said, re.MULTILINE), said
    assert where.removesuffix(".py").replace("/", ".") in said


# Purity.

IMPURE_MODULES = {
    "asyncio", "httpx", "io", "logging", "os", "pathlib", "random",
    "secrets", "socket", "sqlite3", "structlog", "subprocess", "tempfile", "threading", "time",
}  # fmt: skip
IMPURE_NAMES = {"uuid1", "uuid4", "urandom", "token_bytes", "open", "print", "input", "getenv"}
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "urandom", "write_text", "execute"}


def impure(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.Import(names=found):
                yield from (a.name for a in found if a.name.split(".")[0] in IMPURE_MODULES)
            case ast.ImportFrom(module=source, names=found) if source is not None:
                if source.split(".")[0] in IMPURE_MODULES:
                    yield source
                yield from (a.name for a in found if a.name in IMPURE_NAMES)
            case ast.Call(func=ast.Name(id=called)) if called in IMPURE_NAMES:
                yield called
            case ast.Call(func=ast.Attribute(attr=called)) if called in IMPURE_CALLS:
                yield called
            case ast.AsyncFunctionDef(name=called):
                yield f"async {called}"
            case _:
                pass


@pytest.mark.parametrize("path", rules(), ids=name)
def test_rules_have_no_clock_no_chance_and_no_io(path: Path) -> None:
    assert list(impure(tree(path))) == []


@pytest.mark.parametrize(
    "line",
    ["import random", "from time import monotonic", "from uuid import uuid4", "uuid.uuid4()",
     "datetime.now(UTC)", "date.today()", "print(1)", "open('x')", "import os.path",
     "async def f(): ...", "tx.execute(x)"],
)  # fmt: skip
def test_impurity_is_noticed(line: str) -> None:
    assert list(impure(ast.parse(line)))


def test_every_module_with_facts_is_imported_with_the_package() -> None:
    """Otherwise its facts are unknown to whoever reads them."""
    imported = {
        alias.name
        for node in tree(ROOT / "events" / "__init__.py").body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    holding = {kind.__module__.removeprefix("events.") for kind in published()}
    assert holding <= imported
    declaring = {path.stem for path in sources("events") if "(Fact, naam=" in path.read_text()}
    assert declaring - {"base"} == holding  # base only shows how


# Sizes and leftovers.


def test_what_the_project_asks_for_is_in_its_locks() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for lock, lines in (
        ("requirements.lock", asked["project"]["dependencies"]),
        ("requirements-test.lock", asked["dependency-groups"]["test"]),
    ):
        locked = set(re.findall(r"^([\w-]+)==", (ROOT / lock).read_text(), re.MULTILINE))
        assert len(lines) > 5
        names = {re.split(r"[\[<>=]", line)[0] for line in lines}
        assert names <= locked, f"{lock} mist {names - locked}: draai make lock"


def test_large_files_are_argued() -> None:
    sizes = {name(path): len(path.read_text().splitlines()) for path in sources(*PACKAGES, "tests")}
    large = {path for path, lines in sizes.items() if lines > 400}
    assert large <= LARGE.keys(), "split it, or say why not"
    assert {path for path in LARGE if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("path", sources(*PACKAGES), ids=name)
def test_nothing_is_left_to_be_done(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)
    assert not re.search(r"raise NotImplementedError|pytest\.skip|type: ignore(?!\[)", text)


@pytest.mark.parametrize("path", sources(*PACKAGES), ids=name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    if path.read_text().strip():
        assert ast.get_docstring(tree(path))


# Names.


def broken_rules() -> list[type[RegelFout]]:
    for path in sources("infra", "services"):
        if "RegelFout" in path.read_text():
            import_module(name(path).removesuffix(".py").replace("/", "."))

    def below(kind: type[RegelFout]) -> Iterator[type[RegelFout]]:
        for found in kind.__subclasses__():
            yield found
            yield from below(found)

    return [kind for kind in below(RegelFout) if not kind.__module__.startswith("tests.")]


def test_every_broken_rule_is_one_dutch_sentence() -> None:
    found = broken_rules()
    assert len(found) > 30
    for kind in found:
        assert re.fullmatch(r"[A-ZÉ].*[.?]", kind.zin), kind.__name__
        assert kind.zin != RegelFout.zin, kind.__name__
        assert not {"the", "is not", "must"} & set(kind.zin.lower().split()), kind.__name__
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code), kind.__name__


# The glossary.


def is_error(kind: ast.ClassDef) -> bool:
    """Broken rules explain themselves in a sentence; errors are machinery."""
    docstring = ast.get_docstring(kind) or ""
    bases = {ast.unparse(base) for base in kind.bases}
    known = {found.__name__ for found in [RegelFout, *broken_rules()]} | {"Exception"}
    return bool(bases & known) and bool(docstring)


def words(identifier: str) -> set[str]:
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)}


@cache
def terms() -> tuple[set[str], set[str]]:
    """The classes, and the words of fields and choices, that speak of the domain."""
    classes, parts = set[str](), set[str]()
    for path in rules():
        if path.stem == "policies":
            continue
        for kind in ast.walk(tree(path)):
            if not isinstance(kind, ast.ClassDef) or is_error(kind) or kind.name.startswith("_"):
                continue
            classes.add(kind.name)
            for line in kind.body:
                targets = line.targets if isinstance(line, ast.Assign) else []
                targets = [line.target] if isinstance(line, ast.AnnAssign) else targets
                for target in targets:
                    if isinstance(target, ast.Name) and not target.id.startswith(("_", "model_")):
                        parts |= words(target.id)
    return classes, parts


def test_every_class_of_the_domain_is_in_the_glossary() -> None:
    explained = set(re.findall(r"`(\w+)`", GLOSSARY.read_text()))
    classes, _ = terms()
    assert len(classes) > 90
    assert sorted(classes - explained) == []


def test_every_word_of_fields_and_choices_is_in_the_glossary() -> None:
    rows = [line for line in GLOSSARY.read_text().splitlines() if line.startswith(("| ", "`", "L"))]
    explained = {word for row in rows for part in re.findall(r"\w+", row) for word in words(part)}
    explained |= {part.lower() for row in rows for part in re.findall(r"[^\W_]+", row)}
    _, parts = terms()
    assert len(parts) > 200
    assert sorted(parts - explained) == []


def test_the_glossary_explains_nothing_that_is_gone() -> None:
    code = "\n".join(path.read_text() for path in sources(*PACKAGES))
    known = set(re.findall(r"\w+", code))
    codes = {area.value for area in Leefgebied} | herkomsten().keys()
    assert set(re.findall(r"`([A-Za-z_]+)`", GLOSSARY.read_text())) - known - codes == set()


def test_codes_are_in_the_glossary() -> None:
    text = GLOSSARY.read_text()
    for area in Leefgebied:
        assert f"`{area.value}`" in text
    for subject in Rubriek:
        assert subject.value in text.replace("afgeschermd adres", "adres-afgeschermd")
    for row in herkomsten().values():
        grondslag = row.grondslag.artikel + (
            f" lid {row.grondslag.lid}" if row.grondslag.lid else ""
        )
        line = f"| `{row.code}` | {row.wet} {grondslag} | {row.regime} | {row.bewaarklasse} |"
        assert line in text


def test_every_fact_is_named_after_its_class() -> None:
    """One word for one thing. Where the two differ, the type name is the one that stays."""
    other = {"Ingetrokken": "vastlegging-ingetrokken"}
    for kind in published():
        kebab = re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()
        assert kind.naam == f"nl.samenplan.{other.get(kind.__name__, kebab)}"
