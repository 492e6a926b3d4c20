"""Rows of the log get named parts and spans; the signed heads of its tree get a table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # What is there was committed in form 1 and stays so.
    op.add_column("logregels", sa.Column("vorm", sa.Integer, nullable=False, server_default="1"))
    op.add_column("logregels", sa.Column("span", sa.String(16)))
    op.add_column("logregels", sa.Column("boven", sa.String(16)))
    op.create_index("ix_logregels_vraag", "logregels", ["vraag"])
    op.create_table(
        "logkoppen",
        sa.Column("dag", sa.String(10), primary_key=True),
        sa.Column("grootte", sa.Integer, nullable=False),
        sa.Column("kop", sa.String, nullable=False),
    )
