"""A sealed append on PostgreSQL against bare eventsourcing and against pgbench, all durable.

Every command starts a stream of its own with one fact. Ours also folds, seals, and keeps the
idempotency record; pgbench inserts a row as large as our sealed one and does nothing else.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from app.gesproken import clock
from bench.opdracht import TEKST, Gesprek
from events.base import Hoed, KeyId, Zegelplaats
from events.begrippen import Actor, herkomst
from infra.decider import Context
from infra.keyring import Keyring
from infra.postgres import PostgreSQL
from infra.store import Store
from infra.testbed.postgres import Postgres

SECONDEN = 1.0
RONDEN = 3
ACTOR = Actor(id=uuid4(), naam="A", organisatie="B", functie="C")
Doe = Callable[[], object]


class Kaal(Aggregate):
    """A conversation with its first note, as the library's own tutorial would write it."""

    @event("Besproken")
    def __init__(
        self, leefgebied: str, reden: str, gaat_goed: str, zorgen: str, wens: str, zelf_doen: str
    ) -> None:
        self.notities = 1


def verzegeld(url: str, schema: str, *, maak: bool = False) -> Doe:
    """Our append: a command on a new stream, with sealing keys at hand."""
    keys: dict[Zegelplaats, tuple[KeyId, bytes]] = {}

    def issue(_: str, plaatsen: Sequence[Zegelplaats]) -> dict[Zegelplaats, tuple[KeyId, bytes]]:
        return {p: keys.setdefault(p, (os.urandom(16).hex(), os.urandom(32))) for p in plaatsen}

    database = PostgreSQL(url, schema, migrates=maak)
    store = Store("intake", database, "9999", Keyring("intake", issue))
    persoon, huishouden = uuid4(), uuid4()

    def doe() -> None:
        context = Context(
            "9999", ACTOR, Hoed.COORDINATIE, clock(), herkomst("wmo-onderzoek"), uuid4(), None,
            os.urandom(16).hex(), b"",
        )  # fmt: skip
        store.handle(Gesprek, uuid4(), lambda g: g.bespreek(persoon, huishouden), context)

    return doe


def kaal(url: str, schema: str, *, maak: bool = False) -> Doe:
    """The library's append on its own PostgreSQL factory; one of several makes its tables."""
    where = urlsplit(url)
    app: Application[UUID] = Application(env={
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": where.path[1:], "POSTGRES_HOST": str(where.hostname),
        "POSTGRES_PORT": str(where.port), "POSTGRES_USER": str(where.username),
        "POSTGRES_PASSWORD": str(where.password), "POSTGRES_SCHEMA": schema,
        "POSTGRES_POOL_SIZE": "16", "CREATE_TABLE": "y" if maak else "n",
    })  # fmt: skip
    return lambda: app.save(Kaal("wonen", TEKST, TEKST, TEKST, TEKST, TEKST))


def per_seconde(doe: Doe, klanten: int, start: Any = None) -> float:
    """How often so many threads do it together, per second."""
    doe()
    counts = [0] * klanten
    if start is not None:
        start.wait()
    begin = time.perf_counter()

    def loop(me: int) -> None:
        while time.perf_counter() < begin + SECONDEN:
            doe()
            counts[me] += 1

    threads = [threading.Thread(target=loop, args=(n,)) for n in range(klanten)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begin)


def _kind(maak: Callable[[], Doe], klanten: int, start: Any, uit: Any) -> None:
    uit.put(per_seconde(maak(), klanten, start))


def processen(maak: Callable[[], Doe], aantal: int, klanten: int) -> float:
    """As `per_seconde`, in so many processes at the same time."""
    spawn = get_context("spawn")
    start, uit = spawn.Barrier(aantal), spawn.Queue()
    children = [
        spawn.Process(target=_kind, args=(maak, klanten, start, uit)) for _ in range(aantal)
    ]
    for child in children:
        child.start()
    total = sum(uit.get(timeout=60) for _ in children)
    for child in children:
        child.join()
    return float(total)


def regels(_folder: Path) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, measured, against."""
    with Postgres() as server:
        yield from _regels(server.url)


def _regels(url: str) -> Iterator[tuple[str, str, str]]:
    with psycopg.connect(url, autocommit=True) as connection:
        for schema in ("ons", "kaal"):
            connection.execute(f"CREATE SCHEMA {schema}")
        ours, bare = partial(verzegeld, url, "ons"), partial(kaal, url, "kaal")
        mine, theirs = verzegeld(url, "ons", maak=True), bare(maak=True)
        mine()
        row = _row(connection)
        for wat, een, ander, klanten in (
            ("1 klant", partial(per_seconde, mine, 1), partial(per_seconde, theirs, 1), 1),
            ("16 klanten", partial(per_seconde, mine, 16), partial(per_seconde, theirs, 16), 16),
            ("4 processen van 4", partial(processen, ours, 4, 4),
             partial(processen, bare, 4, 4), 16),
        ):  # fmt: skip
            found = [(een(), ander(), _pgbench(url, row, klanten)) for _ in range(RONDEN)]
            kaal_s, pg_s, ons_s = (statistics.median(f[i] for f in found) for i in (1, 2, 0))
            x_kaal = statistics.median(a / b for a, b, _ in found)
            x_pg = statistics.median(a / c for a, _, c in found)
            yield (
                f"verzegeld toevoegen, {wat}", f"{ons_s:,.0f}/s · {x_kaal:.2f} × · {x_pg:.2f} ×",
                f"kale eventsourcing {kaal_s:,.0f}/s · pgbench {pg_s:,.0f}/s",
            )  # fmt: skip


def _row(connection: psycopg.Connection[Any]) -> str:
    """A pgbench script that inserts a row like ours in a table like ours."""
    state = connection.execute("SELECT state FROM ons.stored_events").fetchone()
    assert state is not None
    connection.execute("CREATE SCHEMA pgbench")
    connection.execute("CREATE TABLE pgbench.stored_events (LIKE ons.stored_events INCLUDING ALL)")
    return (
        "INSERT INTO pgbench.stored_events (originator_id, originator_version, topic, state)"
        f" VALUES (gen_random_uuid(), 1, 'nl.samenplan.ijkpunt', '\\x{bytes(state[0]).hex()}');"
    )


def _pgbench(url: str, row: str, klanten: int) -> float:
    [program] = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))[-1:]
    shown = subprocess.run(
        [program, "-n", "-M", "prepared", "-c", str(klanten), "-j", str(min(klanten, 2)),
         "-T", str(round(SECONDEN)), "-f", "/dev/stdin", url],
        input=row.encode(), capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    [line] = [line for line in shown.splitlines() if line.startswith("tps")]
    return float(line.split()[2])
