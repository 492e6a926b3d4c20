"""A town of one gemeente on the cluster, and ways to look behind it: in topics and in tables."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import psycopg
from kafka import KafkaConsumer, TopicPartition
from psycopg.sql import SQL, Identifier

from app.cluster import ROOT, Cluster
from app.diensten import BRONNEN
from events.base import UnknownFactError
from infra.cloudevents import ForeignRecordError, Waarmerk, from_record
from infra.geheimen import BEHEER, DIENSTEN, Geheimen
from infra.kafka.verbinding import Mtls, Verbinding, topic_of
from infra.staff import Persona, Staff
from infra.testbed.processes import until
from tests.system.stad import Stad

GEDULD = 60.0
"""Seconds for what takes a moment, on a machine that is very busy."""


class Verdeeldestad(Stad):
    """The same town on the cluster: nothing is followed through by hand, a request waits for what
    came before it."""

    def __init__(self, cluster: Cluster, gemeente: str, client: httpx.Client) -> None:
        self.gemeente, self.client = gemeente, client
        self._staff = Staff.read(cluster.data / "medewerkers.json").of(gemeente)
        self._tokens = {}
        self._posities: dict[str, str] = {}
        self.gedaan = []

    @property
    def wie(self) -> dict[str, Persona]:
        return {persona.naam.split()[0].lower(): persona for persona in self._staff}

    def inwoner(self, naam: str, persoon: str) -> None:
        """Whoever works with a resident lets her sign in."""
        inwoner = {"persoon": persoon, "naam": naam}
        for wie in ("ellen", "fatma"):
            answer = self.vraag("POST", wie, "/personas", inwoner)
            if answer.status_code == 201:
                self._tokens.pop(UUID(persoon), None)
                self._bewoners(naam, persoon)
                return
        raise AssertionError(answer.text)

    def _bewoners(self, naam: str, persoon: str) -> None:
        iemand = self.wie["ellen"].model_copy(update={"id": UUID(persoon), "naam": naam})
        self._staff = Staff([*self._staff, iemand])

    def vraag(
        self, methode: str, wie: str | None, pad: str, inhoud: Any = None, *, volg: bool = True,
        **meer: Any,
    ) -> httpx.Response:  # fmt: skip
        headers = {"Idempotency-Key": str(uuid4())} if methode != "GET" else {}
        if wie is not None:
            headers["Authorization"] = f"Bearer {self.token(wie)}"
        headers |= meer.pop("headers", {})
        params = dict(meer.pop("params", {}))
        if volg and self._posities and wie is not None:
            params.setdefault("naPositie", ",".join(sorted(self._posities.values())))
        if inhoud is not None:
            meer["json"] = inhoud
        answer = self.client.request(
            methode, f"/v1{pad}", headers=headers, params=params, timeout=GEDULD, **meer
        )
        if volg and methode != "GET" and answer.is_success and "positie" in answer.json():
            self._posities[pad.split("/")[1]] = answer.json()["positie"]
        return answer


def geheimen(cluster: Cluster, dienst: str) -> Geheimen:
    """What one service of the cluster has."""
    return Geheimen(cluster.map / "geheimen" / dienst, dienst)


def broker(cluster: Cluster, wie: str = BEHEER) -> Verbinding:
    """The broker as a service meets it, or as the super-user."""
    own = cluster.map / "geheimen" / wie
    mtls = Mtls(own / "ca.crt", own / "tls.crt", own / "tls.key")
    return Verbinding(cluster.kafka.bootstrap, mtls)


def waarmerk(cluster: Cluster) -> Waarmerk:
    """What the relays of the cluster sign with."""
    return Waarmerk(geheimen(cluster, "intake").gedeeld("waarmerk"))


def records(cluster: Cluster, bron: str) -> list[Any]:
    """Everything on the topic of a source, as it is there."""
    consumer = KafkaConsumer(**broker(cluster).options(), auto_offset_reset="earliest")
    try:
        topic = topic_of(bron)
        mine = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic)]
        consumer.assign(mine)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(mine)
        found: list[Any] = []

        def all_of_it() -> bool:
            for batch in consumer.poll(200).values():
                found.extend(batch)
            return all(consumer.position(tp) >= ends[tp] for tp in mine)

        assert until(all_of_it, GEDULD)
    finally:
        consumer.close()
    return found


@contextmanager
def sql(cluster: Cluster, dienst: str = "") -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """The database as the role of a service, or as its superuser."""
    if not dienst:
        with psycopg.connect(cluster.postgres.url, autocommit=True) as connection:
            yield connection
        return
    where = urlsplit(cluster.postgres.address)
    with psycopg.connect(
        host=where.hostname, port=where.port, dbname=where.path[1:],
        user=f"samenplan_{dienst}", password=geheimen(cluster, dienst).wachtwoord, autocommit=True,
    ) as connection:  # fmt: skip
        yield connection


def tabellen(cluster: Cluster, schemas: str = "%") -> list[tuple[str, str]]:
    """Schema and name of every table of ours."""
    with sql(cluster) as connection:
        found = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE %s"
            " AND split_part(schemaname, '_', 1) = ANY(%s) ORDER BY 1, 2",
            (schemas, list(DIENSTEN)),
        ).fetchall()
    return [(str(schema), str(table)) for schema, table in found]


def inhoud(cluster: Cluster, schemas: str) -> bytes:
    """Every value in these tables, uncompressed, as binary and as text."""
    parts: list[bytes] = []
    with sql(cluster) as connection, connection.cursor() as cursor:
        for schema, table in tabellen(cluster, schemas):
            for form in ("BINARY", "TEXT"):
                statement = SQL(f"COPY {{}}.{{}} TO STDOUT (FORMAT {form})")
                with cursor.copy(
                    statement.format(Identifier(schema), Identifier(table))
                ) as copy:  # fmt: skip
                    parts.extend(bytes(part) for part in copy)
    return b"".join(parts)


def metingen(cluster: Cluster, proces: str) -> dict[str, float]:
    """The figures of a process: name with labels → value."""
    answer = httpx.get(f"{beheer(cluster, proces)}/metrics", timeout=GEDULD, trust_env=False)
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def beheer(cluster: Cluster, proces: str) -> str:
    """Where the management port of a process is."""
    line = cluster._commands[proces]
    [variable] = re.findall(r"SAMENPLAN_BEHEERPOORT=\$(\w+)", line)
    return f"http://127.0.0.1:{cluster.environment[variable]}"


def bij(
    cluster: Cluster, lezers: tuple[str, ...] = ("intake", "plan", "consent", "portal")
) -> bool:
    """Whether everybody has read everything that was brought out."""
    for lezer in lezers:
        figures = metingen(cluster, f"{lezer}-worker-1")
        behind = [v for k, v in figures.items() if k.startswith("samenplan_achterstand_feiten")]
        if not behind or any(behind):
            return False
    return naar_buiten(cluster)


def getekend(cluster: Cluster) -> bool:
    """Whether the last row of each log is under a signed head."""
    with sql(cluster) as connection:
        for gemeente in cluster.gemeenten:
            found = connection.execute(
                SQL(
                    "SELECT coalesce((SELECT max(nr) FROM {0}.logregels), 0)"
                    " = coalesce((SELECT max(grootte) FROM {0}.logkoppen), 0)"
                ).format(Identifier(f"consent_{gemeente}"))
            ).fetchone()
            if found != (True,):
                return False
    return True


def naar_buiten(cluster: Cluster) -> bool:
    """Whether the relays have brought out everything there is."""
    with sql(cluster) as connection:
        for dienst in BRONNEN:
            for gemeente in cluster.gemeenten:
                schema = Identifier(f"{dienst}_{gemeente}")
                found = connection.execute(
                    SQL(
                        "SELECT coalesce((SELECT max(notification_id) FROM {0}.stored_events), 0)"
                        " = coalesce((SELECT max(positie) FROM {0}.uitgang), 0)"
                    ).format(schema)
                ).fetchone()
                if found != (True,):
                    return False
    return True


def echt(cluster: Cluster, bron: str) -> list[Any]:
    """What the relay of a source brought out, and nothing that others put beside it."""
    found = []
    for record in records(cluster, bron):
        with suppress(ForeignRecordError, UnknownFactError):
            from_record(
                waarmerk(cluster), bron, record.key, record.value, record.headers, record.partition
            )
            found.append(record)
    return found


def rijen(cluster: Cluster, schemas: str) -> dict[tuple[str, str], list[str]]:
    """The rows of these tables, in an order of their own."""
    found = {}
    with sql(cluster) as connection, connection.cursor() as cursor:
        for schema, table in tabellen(cluster, schemas):
            name = SQL("{}.{}").format(Identifier(schema), Identifier(table))
            with cursor.copy(SQL("COPY {} TO STDOUT").format(name)) as copy:
                found[schema, table] = sorted(b"".join(map(bytes, copy)).decode().splitlines())
    return found


def omgeving(cluster: Cluster, dienst: str) -> dict[str, str]:
    """The settings of a service of the cluster."""
    consent = f"https://127.0.0.1:{cluster.environment['POORT_CONSENT']}"
    return cluster.environment | {
        "SAMENPLAN_GEHEIMEN": str(cluster.map / "geheimen" / dienst),
        "SAMENPLAN_DATA": str(cluster.data),
        "SAMENPLAN_CONSENT": consent,
    }


def opdracht(
    cluster: Cluster, dienst: str, *words: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    """A command of a service, by an operator of the cluster."""
    return subprocess.run(
        [sys.executable, "-m", "app", dienst, *words], cwd=ROOT, capture_output=True, text=True,
        env=omgeving(cluster, dienst) | settings, timeout=2 * GEDULD,
    )  # fmt: skip
