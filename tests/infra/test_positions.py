"""How far a consumer is, and the token that stands for it outside."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.base import SHARDS, shard
from infra import positions
from infra.database import Database
from infra.positions import Positie
from tests.infra.world import Genoteerd, envelope

SOURCES = st.sampled_from(["intake", "plan", "consent"])
TOKENS = st.builds(Positie, SOURCES, st.integers(0, SHARDS - 1), st.integers(0, 2**62 - 1))


@given(TOKENS)
def test_a_token_comes_back_as_it_was(token: Positie) -> None:
    assert Positie.parse(str(token)) == token
    assert "=" not in str(token)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_garbage_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^naPositie is geen positie$"):
        Positie.parse(text)


@given(TOKENS, st.data())
def test_a_damaged_token_is_another_token_or_refused(token: Positie, data: st.DataObject) -> None:
    text = str(token)
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:at] + data.draw(st.characters(max_codepoint=0x2FF)) + text[at + 1 :]
    try:
        parsed = Positie.parse(damaged)
    except ValueError:
        return
    assert str(parsed) == damaged
    assert 0 <= parsed.shard < SHARDS


@pytest.mark.parametrize(
    "inside",
    ["intake.1", "intake.1.2.3", "intake.-1.5", f"intake.{SHARDS}.5", "intake.1.-5",
     f"intake.1.{2**62}", "in take.1.5", ".1.5", "intake.een.5", "intake.1.5e3",
     "intake.01.5", "intake.1.+5", "intake.1.1_0", "intake.1. 5"],
)  # fmt: skip
def test_a_token_with_other_contents_is_refused(inside: str) -> None:
    with pytest.raises(ValueError, match="geen positie"):
        Positie.parse(urlsafe_b64encode(inside.encode()).decode())


def test_one_position_has_one_token() -> None:
    text = str(Positie("intake", 1, 5))
    for other in (f"{text}=", f"{text}!!", f" {text}", f"{text[:3]}\n{text[3:]}"):
        with pytest.raises(ValueError, match="geen positie"):
            Positie.parse(other)


def test_a_token_names_the_shard_and_not_the_stream() -> None:
    stream = uuid4()
    token = Positie.of("intake", stream, 7)
    assert token == Positie("intake", shard(stream), 7)
    assert stream.hex not in str(token)


def test_shards_are_fixed_for_ever() -> None:
    assert [shard(UUID(int=n)) for n in range(6)] == [21, 91, 40, 70, 88, 26]


def test_start_is_the_farthest_of_all_shards(database: Database) -> None:
    database.create(positions.tables)
    batch = [(n, envelope(UUID(int=n), 1, Genoteerd(nummer=n))) for n in (3, 8, 5)]
    with database.write() as tx:
        assert positions.start(tx, "bron") == 0
        assert positions.fresh(tx, "bron", batch) == batch
        assert positions.start(tx, "bron") == 8
        assert positions.start(tx, "elders") == 0


def test_looking_moves_nothing(database: Database) -> None:
    database.create(positions.tables)
    batch = [(1, envelope(UUID(int=1), 1, Genoteerd(nummer=1)))]
    with database.write() as tx:
        assert positions.look(tx, "bron", batch).todo == batch
        assert positions.look(tx, "bron", batch).todo == batch
        assert positions.fresh(tx, "bron", batch) == batch
        assert positions.fresh(tx, "bron", batch) == []
