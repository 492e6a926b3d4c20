"""A member of a group in a process of its own, to be killed by a test:
`python -m tests.infra.lid BOOTSTRAP BRON LEZER LID`. Says "leest" once it has partitions."""

from __future__ import annotations

import sys

from infra.kafka.feed import KafkaFeed
from infra.kafka.verbinding import Verbinding
from tests.infra.topic import WAARMERK


def main() -> None:
    bootstrap, bron, lezer, lid = sys.argv[1:]
    feed = KafkaFeed(bron, Verbinding(bootstrap), WAARMERK, f"samenplan.{lezer}.{bron}", lid, 0.05)
    cursors: dict[int, int] = {}
    said = False
    while True:
        cursors.update(feed.read(cursors, 50).cursors)
        if feed.held() and not said:
            said = True
            sys.stdout.write("leest\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
