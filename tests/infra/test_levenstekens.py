"""Whether a reader still follows its sources, asked from the schema of a gemeente."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from events.base import Envelope, UnknownFactError
from infra import dispatcher
from infra.dispatcher import SILENCE, Dispatcher, follows
from infra.feed import Batch
from infra.testbed.postgres import Postgres
from tests.infra.world import a_schema

NU = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BRONNEN = ("intake", "plan")


class Bron:
    """A source with nothing new, or with something that this release cannot read."""

    def __init__(self, name: str, *, leesbaar: bool = True) -> None:
        self.name = name
        self._leesbaar = leesbaar

    def read(self, cursors: Mapping[int, int], limit: int) -> Batch:
        if not self._leesbaar:
            raise UnknownFactError("nl.samenplan.van-later")
        return Batch([], {})

    def stream(self, stream: UUID) -> Sequence[Envelope]:
        return []

    def lag(self, cursors: Mapping[int, int]) -> dict[int, int]:
        return {}

    def held(self) -> set[int]:
        return {0}


def test_a_reader_follows_while_it_lives_and_nothing_stopped_it(postgres: Postgres) -> None:
    centraal, gemeente = a_schema(postgres.url), a_schema(postgres.url)
    centraal.create(dispatcher.tables)

    def volgt(now: datetime = NU) -> bool:
        with gemeente.write() as tx:
            return follows(tx, centraal.schema, "lezer", BRONNEN, 1, now)

    def leest(bron: Bron) -> None:
        Dispatcher("lezer", centraal, bron, {}, lambda: NU).step()

    try:
        assert not volgt()
        leest(Bron("intake"))
        assert not volgt()  # nobody reads the other source
        leest(Bron("plan"))
        assert volgt()
        assert volgt(NU + SILENCE - timedelta(seconds=1))
        assert not volgt(NU + SILENCE)
        leest(Bron("plan", leesbaar=False))
        assert not volgt()
        leest(Bron("plan"))  # after a release that can read it
        assert volgt()
    finally:
        centraal.close()
        gemeente.close()
