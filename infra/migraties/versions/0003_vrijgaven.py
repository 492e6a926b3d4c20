"""The key store counts what it releases to readers, apart from the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "key_releases",
        sa.Column("nr", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("vraag", sa.Uuid, nullable=False),
        sa.Column("span", sa.String(16), nullable=False),
        sa.Column("subject", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
    )
