"""The test bed itself: what was acknowledged survives, what stands still is silent, and whoever
starts servers, and however he ends, nothing of them is left."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from infra.testbed.bed import ROOT, Bed, TestbedError
from infra.testbed.kafka import Kafka
from infra.testbed.postgres import Postgres
from infra.testbed.processes import family, until


def rows(postgres: Postgres) -> list[tuple[int]]:
    with psycopg.connect(postgres.url) as connection:
        return connection.execute("select number from kept order by number").fetchall()


@pytest.fixture
def kept(postgres: Postgres) -> Iterator[psycopg.Connection]:
    """A connection to a database with an empty table, gone afterwards."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("create table kept (number int)")
        yield connection
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("drop table kept")


def test_postgres_is_durable_and_checks_what_it_reads(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        shown = [
            connection.execute(f"show {name}").fetchone()
            for name in ("fsync", "data_checksums", "password_encryption", "server_encoding")
        ]
    assert shown == [("on",), ("on",), ("scram-sha-256",), ("UTF8",)]


def test_postgres_wants_a_password(postgres: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.address, user="beheer", password="geraden")


def test_a_row_survives_every_end_of_postgres(postgres: Postgres, kept: psycopg.Connection) -> None:
    kept.execute("insert into kept values (1)")
    backends = family(postgres.pid)
    postgres.kill()
    assert not [pid for pid in backends if family(pid)]
    assert not shared_memory_of(backends)
    postgres.start()
    with pytest.raises(psycopg.OperationalError):
        kept.execute("insert into kept values (9)")
    for number, how in ((2, "fast"), (3, "immediate")):
        with psycopg.connect(postgres.url) as connection:
            connection.execute("insert into kept values (%s)", (number,))
        postgres.stop(how)
        postgres.start()
    assert rows(postgres) == [(1,), (2,), (3,)]


def test_a_frozen_postgres_is_silent_and_then_goes_on(
    postgres: Postgres, kept: psycopg.Connection
) -> None:
    postgres.freeze()
    try:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(kept.execute, "insert into kept values (1)")
            assert not wait([asked], timeout=0.3).done
            postgres.thaw()
            asked.result(30)
    finally:
        postgres.thaw()
    assert rows(postgres) == [(1,)]


def test_a_record_survives_every_end_of_kafka(kafka: Kafka) -> None:
    partition = TopicPartition("testbed", 0)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.create_topics({"testbed": {"num_partitions": 1, "replication_factor": 1}})
    admin.close()
    for number in range(3):
        producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
        producer.send("testbed", b"%d" % number, partition=0).get(30)
        producer.close()
        if number == 0:
            kafka.kill()
            kafka.start()
        elif number == 1:
            kafka.stop()
            kafka.start()
        else:
            kafka.freeze()
            kafka.thaw()
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap)
    consumer.assign([partition])
    consumer.seek(partition, 0)
    seen: list[bytes] = []
    assert until(
        lambda: (
            bool(seen.extend(r.value for r in consumer.poll(500).get(partition, ())))
            or len(seen) >= 3
        ),
        30,
    )
    consumer.close()
    assert seen == [b"0", b"1", b"2"]


def test_a_frozen_broker_is_silent_and_then_goes_on(kafka: Kafka) -> None:
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.create_topics({"stil": {"num_partitions": 1, "replication_factor": 1}})
    admin.close()
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
    producer.send("stil", b"0").get(30)
    kafka.freeze()
    try:
        asked = producer.send("stil", b"1")
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(asked.get, 30)
            assert not wait([answer], timeout=0.3).done
            kafka.thaw()
            assert answer.result(30).offset == 1
    finally:
        kafka.thaw()
    producer.close()


def test_a_server_that_does_not_start_says_why() -> None:
    bed = Bed("fout")
    try:
        server = bed.start(["sh", "-c", "echo kapot; exit 3"], log=bed.folder / "log")
        with pytest.raises(TestbedError, match="kapot"):
            server.wait_until(lambda: False, 30)
        with pytest.raises(TestbedError, match=r"bestaat-niet ontbreekt: make .venv/.servers"):
            bed.start(["bestaat-niet"], log=bed.folder / "log")
    finally:
        bed.close()


HOST = """
import sys
from infra.testbed.kafka import Kafka
from infra.testbed.postgres import Postgres
with Postgres() as postgres, Kafka() as kafka:
    if sys.argv[1] == "frozen":
        postgres.freeze()
        kafka.freeze()
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.servers
@pytest.mark.parametrize("end", ["closed", "killed", "frozen"])
def test_nothing_is_left_behind(end: str) -> None:
    """Neither after an orderly end, nor when the starter is killed, its servers frozen or not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)  # PostgreSQL runs as somebody else, and must be able to pass
    host = subprocess.Popen(
        [sys.executable, "-c", HOST, end],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert host.stdin is not None
    assert host.stdout is not None
    assert host.stdout.readline() == b"ready\n"
    everyone = family(host.pid)
    assert len(everyone) > 4  # two guards and two servers
    assert len(list(folder.iterdir())) == 2
    if end == "closed":
        host.stdin.write(b"\n")
    else:
        host.kill()
    host.stdin.close()
    host.stdout.close()
    host.wait(60)
    assert until(lambda: not any(family(pid) for pid in everyone), 60)
    assert list(folder.iterdir()) == []
    assert not shared_memory_of(everyone)
    shutil.rmtree(folder)


def shared_memory_of(pids: list[int]) -> list[str]:
    """System V segments that one of these processes made."""
    lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return [line for line in lines if int(line.split()[4]) in pids]
