"""`make soak`: the quick round of the tests at full size, with a summary in a table.

`python -m tests.system.storing --deel 0.1 --zaad 7` does a tenth of it, with another seed.
"""

from __future__ import annotations

import argparse
import math
import signal
import time
from types import FrameType

from rich.console import Console
from rich.table import Table

from app.cluster import Cluster
from tests.system.storing import checks
from tests.system.storing.access import Access
from tests.system.storing.chaos import Chaos, Plan
from tests.system.storing.load import Load
from tests.system.storing.oracle import Oracle

HEEL = Plan(rollen=100, postgres=20, bevries=20, broker=10, uitval=600)
HOOGSTENS = 4 * 3600
"""Seconds after which a whole soak is given up."""


def main() -> None:
    arguments = argparse.ArgumentParser(description="Storingen onder belasting.")
    arguments.add_argument("--deel", type=float, default=1.0, help="welk deel van het geheel")
    arguments.add_argument("--zaad", type=int, default=1)
    given = arguments.parse_args()
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(HOOGSTENS)
    console, begin, oracle = Console(highlight=False), time.monotonic(), Oracle()

    def said(what: str) -> None:
        minutes = (time.monotonic() - begin) / 60
        console.print(f"{minutes:6.1f} min  {len(oracle.opdrachten):7} bevestigd  {what}")

    with Cluster() as cluster:
        cluster.start()
        cluster.ready(300)
        access, chaos = Access(cluster), Chaos(cluster, oracle, given.zaad)
        with access.telling():
            with Load(cluster.url, oracle, given.zaad):
                oracle.wait(gezinnen=1, seconds=120)
                chaos.run(_part(HEEL, given.deel), said)
            said("belasting gestopt")
            access.healed()
        said("hersteld")
        table = Table("wat", "aantal", box=None, header_style="dim")
        rows = dict(chaos.geteld) | {"verzoeken herhaald": oracle.herhaald.total()}
        for check in checks.ALL:
            rows |= check(access, oracle)
            said(check.__name__)
    for what, much in rows.items():
        table.add_row(what, str(much))
    console.print(table)
    said("alles klopt")


def _part(plan: Plan, part: float) -> Plan:
    """At least one of everything."""
    return Plan(
        *(math.ceil(n * part) for n in (plan.rollen, plan.postgres, plan.bevries, plan.broker)),
        plan.tussen, plan.uitval * part,
    )  # fmt: skip


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"niet klaar binnen {HOOGSTENS // 3600} uur")


if __name__ == "__main__":
    main()
