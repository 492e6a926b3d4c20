"""Opening the household of `bench.lezen` through the cluster's front door with 16 readers at once,
beside the same on the embedded server; and where the time goes."""

from __future__ import annotations

import http.client
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from pydantic_core import to_json

from app.cluster import Cluster
from app.diensten import Consentcel, Portalcel
from bench import start
from bench.cluster import GEMEENTE, Schrijver, omgeving
from bench.huishouden import Wereld
from bench.meet import ms, p50, p99, tijden
from infra.auth import Aangemeld
from services.portal import projections
from services.portal.domain import Dossier, vouw
from services.portal.weergave import toon

LEZERS, PER_LEZER, RONDEN = 16, 6, 3
PROCESSEN = ("portal-api", "consent-api")


class Plek(NamedTuple):
    """A household somewhere, and the token of who reads it."""

    url: str
    token: str


def regels(folder: Path, cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, measured, against."""
    world = Wereld(folder / "ingebed")
    los, token = world.huishouden(), world.token
    world.app.worker.drain()
    world.app.close()
    with omgeving(cluster.environment, "intake") as intake:
        schrijver = Schrijver(intake)
        huishouden = schrijver.huishouden()
    hier = Plek(f"{cluster.url}/v1/dossiers/{huishouden}", schrijver.aangemeld(cluster.url))
    _lezer(Plek(f"{hier.url}?naPositie={schrijver.positie}", hier.token))
    with start.samenplan(folder / "ingebed") as basis:
        yield from _zestien(hier, Plek(f"{basis}/v1/dossiers/{los}", token), cluster)
    yield from _waar(cluster, huishouden, hier.token)


def _zestien(hier: Plek, daar: Plek, cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    _samen(daar)
    _samen(hier)
    pids = {name: cluster.processes[name].pid for name in PROCESSEN}
    pids["de ingebedde server"] = start._children[-1].pid
    eerst = {name: _rekentijd(pid) for name, pid in pids.items()}
    rondes = [(_samen(hier), _samen(daar)) for _ in range(RONDEN)]
    verbruikt = {name: _rekentijd(pid) - eerst[name] for name, pid in pids.items()}
    een, ander = (sorted(t for ronde in rondes for t in ronde[kant][0]) for kant in (0, 1))
    for wat, deel in (("p50", p50), ("p99", p99)):
        yield (
            f"{LEZERS} lezers, verdeeld, {wat}",
            f"{ms(deel(een))} · {deel(een) / deel(ander):.2f} ×", f"ingebed {ms(deel(ander))}",
        )  # fmt: skip
    snel, baken = (statistics.median(ronde[kant][1] for ronde in rondes) for kant in (0, 1))
    ratio = statistics.median(a / b for (_, a), (_, b) in rondes)
    yield f"{LEZERS} lezers, verdeeld", f"{snel:.0f}/s · {ratio:.2f} ×", f"ingebed {baken:.0f}/s"
    for name, seconds in verbruikt.items():
        yield f"- rekentijd van {name}", ms(seconds / len(een)), "per keer openen"


def _waar(cluster: Cluster, huishouden: UUID, token: str) -> Iterator[tuple[str, str, str]]:
    """The steps of one look, one reader, in this process; consent in its own and in this one."""
    with (
        omgeving(cluster.environment, "portal") as portal,
        omgeving(cluster.environment, "consent") as consent,
    ):
        hier, daar = Portalcel(portal, GEMEENTE), Consentcel(consent, GEMEENTE)
        wie = portal.geheimen.tokens(GEMEENTE).check(token, portal.now())
        gevouwen = _vouw(hier, huishouden)
        kids = gevouwen.kids()
        vrijgave = hier.consent.vrijgave(wie, huishouden, kids)
        shown = toon(gevouwen, vrijgave, lambda _part, _version: "")
        stappen = {
            "stand van het huishouden": lambda: _stand(hier, wie, huishouden),
            "vouwen (eens per stand)": lambda: _vouw(hier, huishouden),
            f"sleutels vragen ({len(kids)} ids)": lambda: hier.consent.vrijgave(
                wie, huishouden, kids
            ),
            "waarvan besluit, log, sleutels": lambda: daar.consent.vrijgave(wie, huishouden, kids),
            "openen": lambda: toon(gevouwen, vrijgave, lambda _part, _version: ""),
            "JSON": lambda: to_json(shown),
        }
        for wat, doe in stappen.items():
            yield f"- {wat}", ms(p50(tijden(doe, 30))), "1 lezer"


def _stand(hier: Portalcel, wie: Aangemeld, huishouden: UUID) -> object:
    with hier.database.read() as tx:
        return projections.stand_van(tx, wie.actor.id, huishouden)


def _samen(plek: Plek) -> tuple[list[float], float]:
    """Seconds of every look, and looks per second."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(LEZERS) as pool:
        found = [t for times in pool.map(_lezer, [plek] * LEZERS) for t in times]
    return found, len(found) / (time.perf_counter() - begin)


def _lezer(plek: Plek) -> list[float]:
    with closing(http.client.HTTPConnection(urlsplit(plek.url).netloc, timeout=60)) as connection:
        return [_lees(connection, plek) for _ in range(PER_LEZER)]


def _lees(connection: http.client.HTTPConnection, plek: Plek) -> float:
    begin = time.perf_counter()
    where = urlsplit(plek.url)
    path = f"{where.path}?{where.query}" if where.query else where.path
    connection.request("GET", path, headers={"Authorization": f"Bearer {plek.token}"})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, answer.status
    assert len(body) > 100_000
    return time.perf_counter() - begin


def _vouw(hier: Portalcel, huishouden: UUID) -> Dossier:
    with hier.database.read() as tx:
        return vouw(projections.feiten_van(tx, huishouden), huishouden)


def _rekentijd(pid: int) -> float:
    """Seconds of processor that a process used by now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
