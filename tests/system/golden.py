"""Makes a golden data folder: `python -m tests.system.golden v1` once per released version.

What is made is never made again for the same version: that it opens later is the promise.
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.verhaal import Toneel, Verhaal
from tests.system.stad import BEGIN, Stad, stad

GOLDEN = Path(__file__).parent.parent / "golden"
LEZERS = ("ellen", "yusuf", "samira")


def maak(name: str) -> None:
    """The story's household, as it stands at its end, with what three readers see of it."""
    archive = GOLDEN / f"{name}.tar.gz"
    if archive.exists():
        raise SystemExit(f"{archive.name} bestaat al en blijft zoals hij is")
    GOLDEN.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        data = Path(folder) / name
        with stad(data) as s:
            s.world.worker.start()
            verhaal = Verhaal(Toneel(s.client, iter(s.world.staff)), BEGIN.date())
            for _ in verhaal.stappen():
                pass
            s.world.worker.stop()
            s.world.worker.drain()
            seen = {wie: gezien(s, wie, verhaal.huishouden) for wie in LEZERS}
            for database in s.world._databases.values():
                assert database.checkpoint()
        (data / "in-gebruik").unlink()
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(data, arcname=".")
    expected = {"huishouden": verhaal.huishouden, "gewist": verhaal.ria, "gezien": seen}
    (GOLDEN / f"{name}.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")


def gezien(s: Stad, wie: str, huishouden: str) -> Any:
    """What somebody sees; entity tags are of the moment's secret and stay out."""
    return _zonder_tags(s.dossier(wie, huishouden))


def _zonder_tags(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _zonder_tags(part) for name, part in value.items() if name != "etag"}
    return [_zonder_tags(part) for part in value] if isinstance(value, list) else value


if __name__ == "__main__":
    maak(sys.argv[1])
