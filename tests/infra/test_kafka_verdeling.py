"""Every partition keeps a reader, whoever is put out of the group or dies while it is divided."""

from __future__ import annotations

import pytest

from infra.kafka.feed import KafkaFeed
from infra.testbed.kafka import Kafka
from tests.infra.topic import LEAVES_SOCKETS, Topic, facts, swept, until

__all__ = ["swept"]
pytestmark = LEAVES_SOCKETS
ALLE = set(range(12))


@pytest.fixture
def topic(kafka: Kafka) -> Topic:
    made = Topic(kafka)
    made.publish(made.records(facts(40)))
    return made


def holds(feed: KafkaFeed) -> set[int]:
    """What a member holds after it read once more."""
    feed.read({}, 500)
    return feed.held()


def test_what_a_member_held_that_was_put_out_finds_a_reader(topic: Topic) -> None:
    with topic.feed("een") as een, topic.feed("twee") as twee:
        until(lambda: holds(een) == ALLE)
        holds(twee)  # asks to join, and waits for the other
        een._consumer._coordinator.reset_generation()  # as when its heartbeat is refused
        until(lambda: holds(een) | holds(twee) == ALLE and een.held() and twee.held())
        assert not een.held() & twee.held()


def test_what_a_member_held_that_died_while_it_gave_up_some_finds_a_reader(topic: Topic) -> None:
    with topic.feed("twee") as twee:
        with topic.feed("een") as een:
            until(lambda: holds(een) == ALLE)
            until(lambda: holds(twee) == ALLE or holds(een) != ALLE)
        with topic.feed("een") as again:
            until(lambda: holds(again) | holds(twee) == ALLE and again.held() and twee.held())


def answered(feed: KafkaFeed) -> bool:
    """Whether its member asked to join, and the broker answered while nobody waited for it."""
    member = feed._consumer._coordinator
    if not member.rejoining:
        member.request_rejoin()
        feed._consumer.poll(timeout_ms=0)
    join = member._join_task
    return join is not None and join.is_done


def test_an_answer_that_comes_between_two_polls_counts(topic: Topic) -> None:
    """Else the member asks again, and when it leads the group everybody goes back to the start."""
    with topic.feed() as feed:
        until(lambda: holds(feed) == ALLE)
        member = feed._consumer._coordinator
        until(lambda: answered(feed))
        round_ = member._generation.generation_id
        until(lambda: holds(feed) == ALLE)
        assert member._generation.generation_id == round_


def test_what_a_member_gave_up_it_does_not_hold(topic: Topic) -> None:
    with topic.feed("een") as een, topic.feed("twee") as twee:
        until(lambda: holds(een) == ALLE)
        holds(twee)  # asks to join, and waits for the other
        until(lambda: een._consumer._coordinator.rejoin_needed)  # which hears of it
        until(lambda: answered(een))
        until(lambda: holds(een))
        assert len(een.held()) == 6


def test_a_member_whose_name_was_taken_by_one_that_is_gone_comes_back(topic: Topic) -> None:
    """By a killed process with the same number, when the broker was late to hear of it."""
    with topic.feed("een") as een:
        until(lambda: holds(een) == ALLE)
        with topic.feed("een") as gone:
            until(lambda: holds(gone) == ALLE)
        with topic.feed("twee") as twee:
            until(lambda: holds(een) | holds(twee) == ALLE and een.held() and twee.held())
            until(lambda: not holds(een) & holds(twee))
