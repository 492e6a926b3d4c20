"""How far a consumer is, and the token that stands for it outside."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.base import SHARDS, shard
from infra import positions
from infra.database import Database
from infra.positions import Positie, Posities
from tests.infra.world import Genoteerd, envelope

SOURCES = st.sampled_from(["intake", "plan", "consent"])
TOKENS = st.builds(Positie, SOURCES, st.integers(0, SHARDS - 1), st.integers(0, 2**62 - 1))


POSITIES = Posities(bytes(range(32)))


@given(TOKENS)
def test_a_token_comes_back_as_it_was_and_tells_nothing(positie: Positie) -> None:
    token = POSITIES.token(positie)
    assert POSITIES.read(token) == positie
    assert len(token) == len(POSITIES.token(Positie("plan", 0, 0)))
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    inside = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert positie.bron.encode() not in inside


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_garbage_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^naPositie is geen positie$"):
        POSITIES.read(text)


@given(TOKENS, st.data())
def test_a_damaged_token_is_refused(positie: Positie, data: st.DataObject) -> None:
    token = POSITIES.token(positie)
    at = data.draw(st.integers(0, len(token) - 1))
    damaged = token[:at] + data.draw(st.characters(max_codepoint=0x2FF)) + token[at + 1 :]
    if damaged != token:
        with pytest.raises(ValueError, match="geen positie"):
            POSITIES.read(damaged)


def test_a_token_cannot_be_made_up() -> None:
    made = [
        urlsafe_b64encode(b"intake.1.5").decode(),
        Posities(bytes(32)).token(Positie("intake", 1, 5)),  # with another secret
    ]
    for token in made:
        with pytest.raises(ValueError, match="geen positie"):
            POSITIES.read(token)


def test_one_position_has_one_token() -> None:
    token = POSITIES.token(Positie("intake", 1, 5))
    for other in (f"{token}=", f"{token}!!", f" {token}", f"{token[:3]}\n{token[3:]}"):
        with pytest.raises(ValueError, match="geen positie"):
            POSITIES.read(other)


def test_a_position_names_the_shard_and_not_the_stream() -> None:
    stream = uuid4()
    assert Positie.of("intake", stream, 7) == Positie("intake", shard(stream), 7)


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
