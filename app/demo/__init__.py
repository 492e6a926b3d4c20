"""The demo: an invented municipality of people who do not exist, made through the real API.

Rules kept here: a folder is the demo's when it holds the mark of the demo, and only such a folder
is ever emptied; the mark says whether the filling was finished, so half a municipality is made
anew; no file that Samenplan did not make is removed.
"""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime
from importlib import resources
from pathlib import Path

import httpx

from app.demo.gemeente import Gemeente, Klok
from app.demo.huishouden import Huishouden, huishoudens
from app.gesproken import NietDeDemoError
from app.wiring import Embedded, claim, release
from infra.settings import Settings
from infra.staff import Staff, personas

MERK = "demo"
BEZIG, KLAAR = "wordt gevuld\n", "verzonnen gegevens\n"
DAGEN = 100
"""How long ago the first household became known."""
EIGEN = (
    *(f"{name}.sqlite{part}" for name in ("intake", "plan", "consent", "portal")
      for part in ("", "-wal", "-shm", "-journal")),
    "medewerkers.json", "medewerkers.nieuw", "sleutels.json", "sleutels.nieuw",
    "logboek", "logboek.sleutel",
    MERK,  # last: as long as it is there, the folder is ours to empty
)  # fmt: skip
"""The files and the folder Samenplan makes in a data folder, apart from the lock."""


def _verwijder(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def schrijf_personas(data: Path, gemeente: str = "9999") -> None:
    """Put the demo's professionals in the directory of a data folder, before anything starts."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    invented = resources.files("app.demo").joinpath("personas.json").read_bytes()
    Staff(personas(invented, gemeente), data / "medewerkers.json").save()


def maak(settings: Settings, nu: datetime, *, opnieuw: bool = False) -> bool:
    """See to it that the data folder holds the demo; True when it was filled now.

    Raises NietDeDemoError, InGebruikError, DemoFout and what `Embedded` raises.
    """
    data = settings.data
    merk = data / MERK
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = claim(data)
    try:
        if not merk.exists() and any((data / name).exists() for name in EIGEN):
            raise NietDeDemoError(str(data))
        if merk.exists() and merk.read_text() == KLAAR and not opnieuw:
            return False
        for name in EIGEN:
            _verwijder(data / name)
        merk.write_text(BEZIG)
    finally:
        release(lock)
    schrijf_personas(data, settings.gemeente)
    klok = Klok(nu, DAGEN)
    world = Embedded(settings, klok)
    try:
        asyncio.run(_vul(world, klok))
    finally:
        world.close()
    merk.write_text(KLAAR)
    return True


async def _vul(world: Embedded, klok: Klok) -> None:
    web = world.web()
    async with (
        web.router.lifespan_context(web),  # the worker runs, as in the real server
        httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url="http://demo") as client,
    ):
        gemeente = Gemeente(client, world.staff, klok)
        for told in huishoudens():
            klok.tot(told["dagenGeleden"])
            await Huishouden(gemeente, told).vertel()
