"""A log with its sequencer, to spoil."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from infra import keys, logbook
from infra.boom import leaf_hash, root_by_inclusion
from infra.database import Database
from infra.keys import KeyStore
from infra.koppen import Head, KeyFile, origin, read
from infra.logbook import (
    Logbook,
    Regel,
)
from infra.provider import FileKeyProvider
from infra.tegels import Tree
from infra.volgorde import (
    CHECKPOINT,
    Sequencer,
    entries,
    last_head,
)
from tests.infra.world import GEMEENTE, NU


class Boek:
    """A log with its sequencer."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        for tables in (keys.tables, logbook.tables):
            database.create(tables)
        store = KeyStore(FileKeyProvider(folder / "sleutels.json", create=True))
        self.log = Logbook(store, GEMEENTE)
        self.key = KeyFile(folder / "log.sleutel", origin(GEMEENTE), create=True)
        self.nu = NU
        self.sequencer = self.another()

    @property
    def tiles(self) -> Path:
        return self.folder / "tegels"

    def another(self) -> Sequencer:
        return Sequencer(self.database, self.tiles, self.key, lambda: self.nu)

    def write(self, rows: int = 1) -> None:
        regels = [Regel("inzage", uuid4(), {"wat": number}) for number in range(rows)]
        with self.database.write() as tx:
            self.log.write(tx, self.nu, regels)

    def rows(self) -> list[bytes]:
        with self.database.read() as tx:
            return list(entries(tx, 0, 1_000_000))

    def head(self) -> Head:
        with self.database.read() as tx:
            return last_head(tx, self.key.verifier)

    def published(self) -> Head | None:
        path = self.tiles / CHECKPOINT
        return read(path.read_text(), self.key.verifier) if path.exists() else None

    def whole(self) -> None:
        """Every row is in the tree of the last head, which is published."""
        head, rows = self.head(), self.rows()
        assert self.published() == head
        assert head.size == len(rows)
        tree = Tree(self.tiles, head.size)
        tree.check()
        assert tree.root() == head.root
        for index in {0, 1, head.size // 2, head.size - 1} & set(range(head.size)):
            leaf, path = leaf_hash(rows[index]), tree.inclusion(index)
            assert root_by_inclusion(leaf, index, head.size, path) == head.root
