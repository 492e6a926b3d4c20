"""A reader that kafka-python left half joined comes back into its group by itself."""

from __future__ import annotations

from infra.testbed.kafka import Kafka
from tests.infra.topic import LEAVES_SOCKETS, Topic, facts, swept, until

__all__ = ["swept"]
pytestmark = LEAVES_SOCKETS


def test_join_that_was_forgotten_is_done_again(kafka: Kafka) -> None:
    topic = Topic(kafka)
    topic.publish(topic.records(facts(40)))
    with topic.feed() as feed:
        until(lambda: feed.read({}, 500).facts)
        coordinator = feed._consumer._coordinator
        before = coordinator._assignment_snapshot

        def half_joined() -> bool:
            """A poll that ends during a join, whose reason then disappears."""
            coordinator._assignment_snapshot = {"other": {0}}
            feed._consumer.poll(timeout_ms=0)
            coordinator._assignment_snapshot = before
            return coordinator.rejoining and not coordinator.need_rejoin()

        until(half_joined)

        def back() -> bool:
            feed.read({}, 500)
            return not coordinator.rejoining and feed.held() == set(range(12))

        until(back)
        until(lambda: feed.read({}, 500).facts)
