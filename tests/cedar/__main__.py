"""`python -m tests.cedar 1000000 [zaad]`: many random questions to both, on all cores."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.cedar.verschil import Telling, krimp, per_soort, reeks, vertel

DEEL = 10_000


def zeg(regel: str) -> None:
    sys.stdout.write(regel + "\n")
    sys.stdout.flush()


def main() -> int:
    aantal = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    zaad = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    telling = Telling()
    with ProcessPoolExecutor(os.cpu_count()) as werkers:
        zaden = range(zaad * 1_000_000, zaad * 1_000_000 + max(1, aantal // DEEL))
        for deel in werkers.map(partial(reeks, min(aantal, DEEL)), zaden):
            telling.erbij(deel)
            if telling.vragen % (10 * DEEL) < DEEL:
                zeg(f"{telling.vragen:>9} vragen, {len(telling.verschillen)} verschillen")
    zeg(f"uitkomsten: {dict(telling.uitkomsten.most_common())}")
    for (regel, uitkomst), keer in sorted(telling.regels.items()):
        zeg(f"  {regel:8} {uitkomst:10} {keer:>8}")
    soorten = per_soort(telling.verschillen)
    for verschil in soorten:
        zeg("\nVERSCHIL\n" + vertel(krimp(verschil)))
    zeg(f"{telling.vragen} vragen, {len(telling.verschillen)} verschillen, {len(soorten)} soorten")
    return 1 if telling.verschillen else 0


if __name__ == "__main__":
    sys.exit(main())
