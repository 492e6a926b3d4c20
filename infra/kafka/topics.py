"""Making the topics, and saying who may write and read them: part of `samenplan migreer`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import KafkaError, TopicAlreadyExistsError

from infra.cloudevents import PARTITIES
from infra.kafka.verbinding import BrokerError, Verbinding, topic_of


def maak_topics(
    verbinding: Verbinding,
    bronnen: Iterable[str],
    partitions: int = PARTITIES,
    replication: int = 1,
) -> None:
    """Make the topics that are not there yet: everything stays, nothing is compacted. A topic with
    fewer partitions gets more; stop its relay and let its readers finish first.

    Raises BrokerError.
    """
    options = {
        "num_partitions": partitions,
        "replication_factor": replication,
        "configs": {
            "cleanup.policy": "delete",
            "retention.ms": "-1",
            "retention.bytes": "-1",
            # Above what a producer sends at most, else one record too many kills it for good.
            "max.message.bytes": str(2 * 1024 * 1024),
            "min.insync.replicas": str(max(1, replication - 1)),
            # One broker is all there is: what it acknowledged must outlive its power.
            **({"flush.messages": "1"} if replication == 1 else {}),
        },
    }
    with _admin(verbinding) as admin:
        for bron in bronnen:
            try:
                admin.create_topics({topic_of(bron): options}, wait_for_metadata=True)
            except TopicAlreadyExistsError:
                _enlarge(admin, topic_of(bron), partitions)
            except KafkaError as error:
                raise BrokerError(type(error).__name__) from error


def _enlarge(admin: Any, topic: str, partitions: int) -> None:
    try:
        (found,) = admin.describe_topics([topic])
        if len(found["partitions"]) < partitions:
            admin.create_partitions({topic: partitions})
    except KafkaError as error:
        raise BrokerError(type(error).__name__) from error


def sta_toe(
    verbinding: Verbinding, dienst: str, schrijft: Iterable[str], leest: Iterable[str]
) -> None:
    """Let a service write to the topics of these sources and read those, in groups of its own.

    Rights take effect a moment later. Raises BrokerError.
    """
    group = (ResourceType.GROUP, f"samenplan.{dienst}.", ACLResourcePatternType.PREFIXED)
    rights = [(ACLOperation.READ, group)]
    for operation, bronnen in ((ACLOperation.WRITE, schrijft), (ACLOperation.READ, leest)):
        rights += [
            (operation, (ResourceType.TOPIC, topic_of(bron), ACLResourcePatternType.LITERAL))
            for bron in bronnen
        ]
    acls = [
        ACL(f"User:{dienst}", "*", operation, ACLPermissionType.ALLOW, ResourcePattern(*resource))
        for operation, resource in rights
    ]
    with _admin(verbinding) as admin:
        try:
            failed = admin.create_acls(acls)["failed"]
        except KafkaError as error:
            raise BrokerError(type(error).__name__) from error
    if failed:
        raise BrokerError(f"rechten van {dienst} geweigerd")


def _admin(verbinding: Verbinding) -> Any:
    try:
        return KafkaAdminClient(**verbinding.options(), client_id="samenplan.beheer")
    except KafkaError as error:
        raise BrokerError(type(error).__name__) from error
