"""Documents that can drift from the code have a test here."""

from __future__ import annotations

import ast
import os
import re
import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from app.__main__ import cli
from app.wiring import Embedded
from infra.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ADRS = sorted((ROOT / "docs" / "adr").glob("*.md"))
SECURITY = ROOT / "docs" / "security-properties.md"
SUFFIXES = {
    ".css", ".html", ".json", ".lock", ".md", ".py", ".sh", ".svg", ".toml", ".yaml", ".yml",
}  # fmt: skip
FORBIDDEN = [
    # Written in pieces, so that this file may be searched as well.
    *(re.compile(re.escape(part)) for part in ("/" + "work/", "/" + "root/", "/" + "tmp/bash_")),
    *(
        re.compile(re.escape(host))
        for host in (
            "pypi" + ".org", "files." + "pythonhosted", "registry." + "npmjs", "index" + "-url =",
            "proxy." + "golang", "/" + "simple/",
        )
    ),
]  # fmt: skip


def section(title: str) -> str:
    """The text under a heading of the security page, up to the next heading of any level."""
    text = SECURITY.read_text()
    assert f"# {title}\n" in text
    return re.split(r"^#+ ", text.split(f"# {title}\n")[1], maxsplit=1, flags=re.M)[0]


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without their heads."""
    lines = [line.strip() for line in text.splitlines()]
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for number, line in enumerate(lines)
        if line.startswith("|")
        and not line.startswith("|--")
        and not (number + 1 < len(lines) and lines[number + 1].startswith("|--"))
    ]


def names(cell: str) -> list[str]:
    return [name.strip(" `") for name in cell.split(",")]


def text_files() -> Iterator[Path]:
    for folder, below, files in os.walk(ROOT):
        below[:] = [
            name for name in below
            if name not in ("node_modules", "data", "__pycache__")
            and not name.endswith(".egg-info")
            and (not name.startswith(".") or name == ".ci")
        ]  # fmt: skip
        for name in files:
            path = Path(folder, name)
            if path.suffix in SUFFIXES or name in ("Makefile", "LICENSE", ".gitignore", "run"):
                yield path


@cache
def functions(path: Path) -> frozenset[str]:
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


# --- README and the other pages --------------------------------------------------------------


def test_readme_names_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    used = set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)`", readme, flags=re.M))
    assert {a or b for a, b in used} >= {"run", "test"}
    assert {a or b for a, b in used} <= targets


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_commands_and_options_in_the_pages_exist(path: Path) -> None:
    known = {
        name: {option for parameter in command.params for option in parameter.opts}
        for name, command in get_command(cli).commands.items()  # type: ignore[attr-defined]
    }
    used = re.findall(r"\bsamenplan ([a-z]+)((?: --[a-z]+)*)", code_of(path))
    for name, options in used:
        assert name in known, f"{path.name}: samenplan {name}"
        assert set(options.split()) <= known[name], f"{path.name}: samenplan {name}{options}"


def code_of(path: Path) -> str:
    """What stands in code: fenced blocks and `inline`."""
    return "\n".join(re.findall(r"```sh\n.*?```|`[^`\n]+`", path.read_text(), flags=re.S))


def test_readme_tells_the_story_command_and_stays_short() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "samenplan verhaal --techniek" in readme
    assert len(readme.splitlines()) <= 90
    assert "badge" not in readme


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_resolve(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if not target.startswith(("http://", "https://", "#")):
            assert (path.parent / target.split("#")[0]).exists(), target


def test_operations_page_names_every_setting() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"`SAMENPLAN_([A-Z]+)` \|", page))
    assert named == {name.upper() for name in Settings.model_fields}


def test_publiccode_says_what_the_project_says() -> None:
    about = yaml.safe_load((ROOT / "publiccode.yaml").read_text())
    project = (ROOT / "pyproject.toml").read_text()
    assert f'version = "{about["softwareVersion"]}"' in project
    assert f'license = "{about["legal"]["license"]}"' in project
    assert f"SPDX-License-Identifier: {about['legal']['license']}" in (ROOT / "LICENSE").read_text()
    assert f"## {about['softwareVersion']}" in (ROOT / "CHANGELOG.md").read_text()
    required = {"url", "platforms", "developmentStatus", "softwareType", "maintenance"}
    assert required | {"publiccodeYmlVersion", "name", "description", "localisation"} <= set(about)
    for language in about["description"].values():
        assert len(language["shortDescription"]) <= 150
        assert 150 <= len(language["longDescription"]) <= 10_000
        assert all(len(feature) <= 100 for feature in language["features"])


# --- ADRs ------------------------------------------------------------------------------------


def test_adrs_are_numbered_without_a_hole() -> None:
    assert [int(path.name[:4]) for path in ADRS] == list(range(1, len(ADRS) + 1))
    assert len(ADRS) >= 13


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.name)
def test_adr_has_its_parts_and_a_price(path: Path) -> None:
    text = path.read_text()
    assert text.startswith(f"# {int(path.name[:4])}. ")
    assert re.findall(r"^## (\w+)$", text, flags=re.M) == [
        "Status", "Context", "Decision", "Consequences",
    ]  # fmt: skip
    assert "\n- Price: " in text
    assert len(text.splitlines()) <= 60


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_files_named_in_the_pages_exist(path: Path) -> None:
    named = re.findall(
        r"`((?:app|bench|docs|events|infra|services|tests)/[\w./-]*\w)", path.read_text()
    )
    for name in named:
        assert (ROOT / name).exists(), name


# --- security properties ---------------------------------------------------------------------


def test_every_security_property_names_a_module_and_a_test_that_exist() -> None:
    properties = rows(section("Eigenschappen"))
    assert len(properties) >= 20
    for promise, modules, tests in properties:
        for module in names(modules):
            assert (ROOT / module).is_file(), f"{promise}: {module}"
        for test in names(tests):
            path, function = test.split("::")
            assert function in functions(ROOT / path), f"{promise}: {test}"


def test_every_measure_of_the_dpia_names_a_module_and_a_test_that_exist() -> None:
    measures = [row for row in rows((ROOT / "docs" / "dpia.md").read_text()) if "::" in row[-1]]
    assert len(measures) >= 15
    for what, *_, module, test in measures:
        assert (ROOT / module.strip("`")).is_file(), f"{what}: {module}"
        path, function = test.strip("`").split("::")
        assert function in functions(ROOT / path), f"{what}: {test}"


@pytest.fixture(scope="module")
def real_columns(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str, str]]:
    """Every column on disk of a new installation: database, table, column."""
    data = tmp_path_factory.mktemp("data")
    Embedded(Settings(data=data, demo=True)).close()
    found = set()
    for path in data.glob("*.sqlite"):
        database = sqlite3.connect(path)
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in database.execute(f"PRAGMA table_info({table})"):
                found.add((path.stem, table, row[1]))
        database.close()
    return found


def test_readable_columns_are_the_real_ones(real_columns: set[tuple[str, str, str]]) -> None:
    written = [
        (database, table, column)
        for databases, table, columns, reason in rows(section("Leesbare kolommen"))
        for database in names(databases)
        for column in names(columns)
        if reason
    ]
    assert len(written) == len(set(written)), "a column stands in the register twice"
    assert set(written) == real_columns


# --- all files -------------------------------------------------------------------------------


def test_no_file_names_a_workplace_or_a_package_registry() -> None:
    files = list(text_files())
    assert len(files) > 100
    found = [
        (str(path.relative_to(ROOT)), pattern.pattern)
        for path in files
        for pattern in FORBIDDEN
        if pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert not found
