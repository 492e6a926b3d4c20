"""A cluster as its operator sees it: tables, topics, commands, and whether all is at rest."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

import psycopg

from app.cluster import ROOT, Cluster
from app.diensten import BRONNEN, VOLGT, Omgeving
from infra.kafka.feed import KafkaFeed
from infra.kafka.verbinding import Mtls, Verbinding
from infra.positions import Located
from infra.settings import Settings
from infra.testbed.processes import until

GEMEENTE = "9999"
HERSTEL = 300.0
"""Seconds in which all must have healed, on a machine that is very busy."""
Feit = tuple[UUID, int, str, bytes]
"""Stream, version, name, bytes."""


class Access:
    """Looks into a cluster from outside, with the rights of its operator."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        beheer = cluster.map / "geheimen" / "beheer"
        mtls = Mtls(beheer / "ca.crt", beheer / "tls.crt", beheer / "tls.key")
        self._kafka = Verbinding(cluster.kafka.bootstrap, mtls)

    def healed(self) -> None:
        """Every process works, every fact is outside, every reader has read everything.

        Raises TimeoutError.
        """
        self.cluster.ready(HERSTEL)
        with self._feeds() as feeds:
            if not until(lambda: not self._missing(feeds), HERSTEL):
                raise TimeoutError("nog niet alles is gevolgd")

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Who gives up in here also tells what is not followed and how the processes are."""
        try:
            yield
        except TimeoutError as error:
            for name in self.cluster.processes:
                error.add_note(f"{name}: {self.cluster.health(name)}")
            with self._feeds() as feeds:
                error.add_note("\n".join(self._missing(feeds)))
            raise

    def _missing(self, feeds: Sequence[KafkaFeed]) -> list[str]:
        """What is still on its way. Outside twice: a reader may have decided something in
        between."""
        if inside := self._inside():
            return inside
        ends = self._ends(feeds)
        unread: list[str] = []
        for dienst, bronnen in VOLGT.items():
            rows = self.sql(
                f"SELECT bron, partitie, stand FROM {dienst}.leesstanden WHERE lezer = %s", dienst
            )
            stand = {(row[0], row[1]): row[2] for row in rows}
            unread += [
                f"{dienst} leest {b}/{p}: {stand.get((b, p), 0)} van {end}"
                for b in bronnen
                for p, end in ends[b].items()
                if stand.get((b, p), 0) != end
            ]
        return unread or self._inside() or _changed(ends, self._ends(feeds))

    def _inside(self) -> list[str]:
        """What was recorded and not brought outside."""
        found = []
        for bron in BRONNEN:
            schema = f"{bron}_{GEMEENTE}"
            [(last, out)] = self.sql(
                f"SELECT coalesce((SELECT max(notification_id) FROM {schema}.stored_events), 0),"
                f" coalesce((SELECT max(positie) FROM {schema}.uitgang), 0)"
            )
            if last != out:
                found.append(f"relay van {bron}: {out} van {last}")
        return found

    @staticmethod
    def _ends(feeds: Sequence[KafkaFeed]) -> dict[str, dict[int, int]]:
        return {feed.name: feed.lag({}) for feed in feeds}

    def topic(self, bron: str) -> list[Located]:
        """Every record of a topic, per partition in order."""
        found: list[Located] = []
        with self._feeds(bron) as [feed]:
            cursors: dict[int, int] = {}

            def done() -> bool:
                batch = feed.read(cursors, 500)
                found.extend(batch.facts)
                cursors.update(batch.cursors)
                return not sum(feed.lag(cursors).values())

            assert until(done, HERSTEL), bron
            assert not feed.vreemd, feed.vreemd
        return found

    def facts(self, bron: str) -> dict[int, Feit]:
        """The log of a service, by position."""
        rows = self.sql(
            "SELECT notification_id, originator_id, originator_version, topic, state"
            f" FROM {bron}_{GEMEENTE}.stored_events ORDER BY notification_id"
        )
        return {row[0]: tuple(row[1:]) for row in rows}

    def sql(self, query: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.cluster.postgres.url) as connection:
            return connection.execute(query, values).fetchall()

    def samenplan(self, dienst: str, opdracht: str) -> str:
        """What an operator's command says. Raises CalledProcessError."""
        geheimen = {"SAMENPLAN_GEHEIMEN": str(self.cluster.map / "geheimen" / dienst)}
        return subprocess.run(
            [sys.executable, "-m", "app", dienst, opdracht], cwd=ROOT, check=True, text=True,
            env=self.cluster.environment | geheimen, stdout=subprocess.PIPE,
        ).stdout  # fmt: skip

    @contextmanager
    def omgeving(self, dienst: str) -> Iterator[Omgeving]:
        """What a service works with, in this process."""
        made = Omgeving(dienst, "controle", Settings(
            geheimen=self.cluster.map / "geheimen" / dienst, gemeenten=(GEMEENTE,),
            database=self.cluster.postgres.address,
        ))  # fmt: skip
        try:
            yield made
        finally:
            made.close()

    @contextmanager
    def _feeds(self, *bronnen: str) -> Iterator[list[KafkaFeed]]:
        with self.omgeving("portal") as omgeving, ExitStack() as opened:
            feeds = []
            for bron in bronnen or BRONNEN:
                feed = KafkaFeed(bron, self._kafka, omgeving.waarmerk, f"controle.{bron}", "1")
                opened.callback(feed.close)
                feeds.append(feed)
            yield feeds


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return [f"topic van {bron} groeide" for bron in before if before[bron] != after[bron]]
