"""The secured broker: who has no certificate of ours does not get in, and who has one may do what
an ACL says and nothing else. A forbidden read is silent in kafka-python, so silence alone proves
nothing: the same record is shown to somebody who may."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import (
    GroupAuthorizationFailedError,
    KafkaTimeoutError,
    TopicAuthorizationFailedError,
)

from infra.pki import Identity, Pki
from infra.testbed.kafka import Kafka
from infra.testbed.processes import until


def client(kafka: Kafka, identity: Identity | None) -> dict[str, Any]:
    """Settings of a client of this broker, with that certificate."""
    settings: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap,
        "security_protocol": "SSL",
        "ssl_cafile": str(kafka.pki.ca),
        "bootstrap_timeout_ms": 20_000,
    }
    if identity is not None:
        settings |= {"ssl_certfile": str(identity.cert), "ssl_keyfile": str(identity.key)}
    return settings


def allow(admin: KafkaAdminClient, name: str, kind: ResourceType, what: str) -> None:
    """Lets `name` read and write a topic, or read as a group."""
    may = (
        [ACLOperation.READ]
        if kind == ResourceType.GROUP
        else [ACLOperation.READ, ACLOperation.WRITE]
    )
    acls = [
        ACL(
            principal=f"User:{name}",
            host="*",
            operation=operation,
            permission_type=ACLPermissionType.ALLOW,
            resource_pattern=ResourcePattern(kind, what),
        )
        for operation in may
    ]
    assert admin.create_acls(acls)["failed"] == []


@pytest.fixture(scope="module")
def admin(secured_kafka: Kafka) -> Iterator[KafkaAdminClient]:
    """The super-user, with topics `mijn` and `ander`; intake may use the first."""
    beheer = KafkaAdminClient(**client(secured_kafka, secured_kafka.pki.identity("beheer")))
    one = {"num_partitions": 1, "replication_factor": 1}
    beheer.create_topics({"mijn": one, "ander": one})
    allow(beheer, "intake", ResourceType.TOPIC, "mijn")
    allow(beheer, "intake", ResourceType.GROUP, "intake")
    yield beheer
    beheer.close()


@pytest.fixture(scope="module")
def intake(secured_kafka: Kafka, admin: KafkaAdminClient) -> dict[str, Any]:
    """Settings of a client that is intake, once its rights have reached the broker."""
    settings = client(secured_kafka, secured_kafka.pki.identity("intake"))

    def allowed() -> bool:
        with_rights = KafkaConsumer(**settings)
        try:
            with_rights.end_offsets([TopicPartition("mijn", 0)])
        except TopicAuthorizationFailedError:
            return False
        finally:
            with_rights.close()
        return True

    assert until(allowed, 30)
    return settings


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # kafka-python, failed handshakes
def test_without_our_certificate_nobody_gets_in(
    secured_kafka: Kafka, admin: KafkaAdminClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert "mijn" in admin.list_topics()  # the door is open to who has one
    stranger = Pki(tmp_path).identity("beheer")
    plaintext = {"bootstrap_servers": secured_kafka.bootstrap}
    for refused in (client(secured_kafka, stranger), client(secured_kafka, None), plaintext):
        # What it logs would keep its sockets alive; here, collected at once, they are no error.
        with caplog.at_level(logging.CRITICAL, "kafka"), pytest.raises(KafkaTimeoutError):
            KafkaProducer(**refused | {"bootstrap_timeout_ms": 1500})
        gc.collect()


def test_a_service_writes_and_reads_its_own_topic(intake: dict[str, Any]) -> None:
    producer = KafkaProducer(**intake, acks="all")
    sent = producer.send("mijn", b"van mij").get(30)
    producer.close()
    consumer = KafkaConsumer(**intake)
    partition = TopicPartition("mijn", 0)
    consumer.assign([partition])
    consumer.seek(partition, sent.offset)
    assert [r.value for r in consumer.poll(20_000)[partition]] == [b"van mij"]
    consumer.close()


def test_a_service_cannot_write_another_topic(intake: dict[str, Any]) -> None:
    producer = KafkaProducer(**intake, acks="all")
    with pytest.raises(TopicAuthorizationFailedError):
        producer.send("ander", b"niet van mij").get(30)
    producer.close()


def test_a_service_cannot_read_another_topic(
    secured_kafka: Kafka, admin: KafkaAdminClient, intake: dict[str, Any]
) -> None:
    beheer = client(secured_kafka, secured_kafka.pki.identity("beheer"))
    producer = KafkaProducer(**beheer, acks="all")
    sent = producer.send("ander", b"geheim").get(30)
    producer.close()
    partition = TopicPartition("ander", 0)

    def read(settings: dict[str, Any], milliseconds: int) -> list[bytes]:
        consumer = KafkaConsumer(**settings)
        consumer.assign([partition])
        consumer.seek(partition, sent.offset)
        try:
            return [r.value for r in consumer.poll(milliseconds).get(partition, ())]
        finally:
            consumer.close()

    assert read(beheer, 20_000) == [b"geheim"]
    assert read(intake, 2_000) == []
    consumer = KafkaConsumer(**intake)
    with pytest.raises(TopicAuthorizationFailedError):
        consumer.end_offsets([partition])
    consumer.close()


def test_a_service_cannot_join_another_group(intake: dict[str, Any]) -> None:
    consumer = KafkaConsumer("mijn", **intake, group_id="plan")
    with pytest.raises(GroupAuthorizationFailedError):
        consumer.poll(20_000)
    consumer.close()


def test_a_service_cannot_make_a_topic_or_see_others(intake: dict[str, Any]) -> None:
    service = KafkaAdminClient(**intake)
    assert service.list_topics() == ["mijn"]
    with pytest.raises(TopicAuthorizationFailedError):
        service.create_topics({"nieuw": {"num_partitions": 1, "replication_factor": 1}})
    service.close()


@pytest.mark.servers
def test_three_brokers_lose_nothing_when_one_is_killed() -> None:
    with Kafka(brokers=3, secured=True) as kafka:
        beheer = client(kafka, kafka.pki.identity("beheer"))
        admin = KafkaAdminClient(**beheer)
        admin.create_topics({"drie": {"num_partitions": 3, "replication_factor": 3}})
        admin.close()
        producer = KafkaProducer(**beheer, acks="all", request_timeout_ms=5000)
        for value in (b"voor", b"tijdens", b"na"):
            for partition in range(3):
                producer.send("drie", value, partition=partition).get(60)
            if value == b"voor":
                kafka.kill(2)
            elif value == b"tijdens":
                kafka.start(2)
        producer.close()
        consumer = KafkaConsumer(**beheer)
        partitions = [TopicPartition("drie", n) for n in range(3)]
        consumer.assign(partitions)
        consumer.seek_to_beginning()
        seen: dict[int, list[bytes]] = {0: [], 1: [], 2: []}

        def everything() -> bool:
            for found in consumer.poll(500).values():
                for record in found:
                    seen[record.partition].append(record.value)
            return sum(map(len, seen.values())) >= 9

        assert until(everything, 30)
        consumer.close()
        assert list(seen.values()) == [[b"voor", b"tijdens", b"na"]] * 3
