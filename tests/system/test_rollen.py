"""Every service can do what is hers and nothing else: in the database, on the bus, over HTTPS."""

from __future__ import annotations

import gc
import logging
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from app.cluster import Cluster
from app.diensten import BRONNEN, VOLGT
from app.migreer import BLIJFT
from infra.geheimen import DIENSTEN
from infra.kafka.topics import sta_toe
from infra.kafka.verbinding import topic_of
from infra.pki import Pki
from infra.testbed.processes import until
from tests.system.gezin import Gezin
from tests.system.verdeeld import GEDULD, broker, geheimen, opdracht, records, sql, tabellen


@pytest.mark.parametrize("dienst", DIENSTEN)
def test_a_role_reads_and_writes_its_own_schemas_only(cluster: Cluster, dienst: str) -> None:
    eigen = vreemd = 0
    with sql(cluster, dienst) as connection:
        for schema, table in tabellen(cluster):
            name = SQL("{}.{}").format(Identifier(schema), Identifier(table))
            look, change = SQL("SELECT 1 FROM {} LIMIT 1"), SQL("INSERT INTO {} DEFAULT VALUES")
            if schema.split("_")[0] == dienst:
                connection.execute(look.format(name))
                eigen += 1
                continue
            vreemd += 1
            for statement in (look, change, SQL("DELETE FROM {}"), SQL("TRUNCATE {}")):
                with pytest.raises(InsufficientPrivilege):
                    connection.execute(statement.format(name))
    assert eigen > 5
    assert vreemd > eigen


@pytest.mark.parametrize("dienst", DIENSTEN)
def test_a_role_makes_no_tables_and_lets_none_go(cluster: Cluster, dienst: str) -> None:
    own = f"{dienst}_9999"
    with sql(cluster, dienst) as connection:
        for statement in (
            *(f"CREATE TABLE {where}.nieuw (x int)" for where in (own, dienst, "public")),
            f"CREATE VIEW {own}.nieuw AS SELECT 1",
            "CREATE TEMPORARY TABLE nieuw (x int)",
            f"CREATE SCHEMA {dienst}_9997",
            f"DROP TABLE {own}.posities",
            f"ALTER TABLE {own}.posities ADD COLUMN x int",
            f"TRUNCATE {own}.posities",
            f"CREATE ROLE {dienst}_meer",
            "SELECT pg_read_file('PG_VERSION')",
            f"COPY {own}.posities TO PROGRAM 'true'",
        ):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(SQL(statement))


@pytest.mark.parametrize("dienst", BRONNEN)
def test_no_service_changes_a_fact_or_a_line_of_the_log(
    cluster: Cluster, gezinnen: dict[str, Gezin], dienst: str
) -> None:
    for gezin in gezinnen.values():
        gezin.stad.dossier("ellen", gezin.ids["huis"])  # keys left, and were counted
    kept = [(s, t) for s, t in tabellen(cluster, f"{dienst}\\_%") if t in BLIJFT]
    assert {t for _, t in kept} == ({"stored_events"} if dienst != "consent" else set(BLIJFT))
    assert {s for s, _ in kept} == {f"{dienst}_{gemeente}" for gemeente in gezinnen}
    with sql(cluster, dienst) as connection:
        for schema, table in kept:
            name = SQL("{}.{}").format(Identifier(schema), Identifier(table))
            [column] = connection.execute(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_schema = %s AND table_name = %s LIMIT 1", (schema, table),
            ).fetchone() or [""]  # fmt: skip
            assert connection.execute(SQL("SELECT 1 FROM {} LIMIT 1").format(name)).fetchone()
            for statement in (
                SQL("DELETE FROM {}").format(name),
                SQL("TRUNCATE {}").format(name),
                SQL("UPDATE {} SET {c} = {c}").format(name, c=Identifier(str(column))),
            ):
                with pytest.raises(InsufficientPrivilege):
                    connection.execute(statement)


def test_a_role_with_the_password_of_another_gets_nowhere(cluster: Cluster) -> None:
    address = cluster.postgres.address.removeprefix("postgresql://")
    for user, password in (
        ("samenplan_plan", geheimen(cluster, "intake").wachtwoord),
        ("samenplan_plan", ""),
        ("beheer", geheimen(cluster, "consent").wachtwoord),
    ):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://{user}:{password}@{address}")


@pytest.mark.parametrize("dienst", DIENSTEN)
def test_a_principal_writes_to_its_own_topic_only(cluster: Cluster, dienst: str) -> None:
    options = broker(cluster, dienst).options()
    before = {bron: len(records(cluster, bron)) for bron in BRONNEN if bron != dienst}
    assert before
    producer = KafkaProducer(**options, acks="all", max_block_ms=5000)
    for bron in before:
        with pytest.raises(KafkaError, match="Authorization"):
            producer.send(topic_of(bron), b"niet van mij").get(30)
    producer.close()
    assert {bron: len(records(cluster, bron)) for bron in before} == before


@pytest.mark.parametrize("dienst", DIENSTEN)
def test_a_principal_reads_what_it_follows_only(
    cluster: Cluster, gezinnen: dict[str, Gezin], dienst: str
) -> None:
    assert gezinnen
    options = broker(cluster, dienst).options()
    for bron in BRONNEN:
        parts = [TopicPartition(topic_of(bron), n) for n in range(12)]
        consumer = KafkaConsumer(**options)
        consumer.assign(parts)
        consumer.seek_to_beginning()

        def reads(consumer: Any = consumer) -> bool:
            return bool(consumer.poll(500))

        if bron in VOLGT[dienst]:
            assert until(reads, GEDULD)
        else:  # who may write to it may know how long it is
            refused = reads if bron == dienst else partial(consumer.end_offsets, parts)
            with pytest.raises(TopicAuthorizationFailedError):
                until(refused, GEDULD)
        consumer.close()


def test_a_principal_has_no_other_rights_on_the_broker(cluster: Cluster) -> None:
    admin = KafkaAdminClient(**broker(cluster, "intake").options())
    new = {"num_partitions": 1, "replication_factor": 1}
    attempts: Sequence[Callable[[], object]] = (
        lambda: admin.create_topics({"samenplan.nieuw": new}),
        lambda: admin.delete_topics([topic_of("intake")]),
        lambda: admin.create_partitions({topic_of("intake"): 24}),
        lambda: admin.describe_acls(_all_of("intake", "intake")),
    )
    for forbidden in attempts:
        with pytest.raises(KafkaError, match="Authorization"):
            forbidden()
    admin.close()
    consumer = KafkaConsumer(
        topic_of("plan"), **broker(cluster, "intake").options(), group_id="samenplan.portal.plan"
    )
    with pytest.raises(GroupAuthorizationFailedError):
        consumer.poll(20_000)
    consumer.close()


def _all_of(dienst: str, bron: str) -> ACLFilter:
    return ACLFilter(
        principal=f"User:{dienst}", host="*", operation=ACLOperation.ANY,
        permission_type=ACLPermissionType.ANY,
        resource_pattern=ResourcePatternFilter(
            ResourceType.TOPIC, topic_of(bron), ACLResourcePatternType.LITERAL
        ),
    )  # fmt: skip


@contextmanager
def without_right(cluster: Cluster, dienst: str, bron: str) -> Iterator[None]:
    """A service may not read a topic for a while."""
    admin = KafkaAdminClient(**broker(cluster).options())
    try:
        [(_, gone, _)] = admin.delete_acls([_all_of(dienst, bron)])
        assert gone
        yield
    finally:
        admin.close()
        writes = [dienst] if dienst in BRONNEN else []
        sta_toe(broker(cluster), dienst, writes, VOLGT[dienst])


def test_a_worker_that_may_not_read_says_so_and_ends(cluster: Cluster) -> None:
    with without_right(cluster, "plan", "intake"):
        done = opdracht(cluster, "plan", "worker", SAMENPLAN_EXEMPLAAR="3")
    spoken = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert spoken == ["De dienst plan mag topic samenplan.intake niet lezen, of het is er niet."], (
        done.stderr
    )
    assert (done.returncode, done.stdout) == (2, "")
    # Those that were reading go on by themselves once they may again.
    assert until(
        lambda: all(cluster.health(f"plan-worker-{n}").get("status") == "goed" for n in (1, 2)),
        GEDULD,
    )


@pytest.mark.parametrize("dienst", BRONNEN)
def test_without_our_certificate_nobody_speaks_to_a_service(
    cluster: Cluster, dienst: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"https://127.0.0.1:{cluster.environment[f'POORT_{dienst.upper()}']}"
    ours = geheimen(cluster, "portal")
    bare = ssl.create_default_context(cafile=str(ours.ca))
    stranger = ssl.create_default_context(cafile=str(ours.ca))
    other = Pki(tmp_path).identity("portal")
    stranger.load_cert_chain(other.cert, other.key)
    for context in (bare, stranger):
        with pytest.raises(httpx.TransportError), caplog.at_level(logging.CRITICAL):
            httpx.get(f"{url}/v1/dossiers", verify=context, trust_env=False, timeout=GEDULD)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://{url.removeprefix('https://')}/v1/dossiers", trust_env=False)
    known = httpx.get(f"{url}/v1/x", verify=ours.tls_client(), trust_env=False, timeout=GEDULD)
    assert known.status_code in (401, 404)  # the door is open to who has one
    gc.collect()
