"""The key store and the log as they began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("logregels"):
        return  # made before there were migrations
    op.create_table(
        "person_keys",
        sa.Column("subject", sa.Uuid, primary_key=True),
        sa.Column("wrap", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "data_keys",
        sa.Column("kid", sa.String(32), primary_key=True),
        sa.Column("herkomst", sa.String, nullable=False),
        sa.Column("onderwerp", sa.String, nullable=False),
        sa.Column("policy", sa.String, nullable=False),
        sa.Column("subjects_hash", sa.String(64), nullable=False),
        sa.Column("current", sa.Boolean, nullable=False),
        sa.Column("wrap", sa.Integer),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("single", sa.Uuid),
    )
    op.create_index(
        "data_keys_place", "data_keys", ["subjects_hash", "herkomst", "onderwerp", "policy"]
    )
    op.create_table(
        "key_subjects",
        sa.Column("kid", sa.String(32), sa.ForeignKey("data_keys.kid"), primary_key=True),
        sa.Column("subject", sa.Uuid, primary_key=True),
    )
    op.create_index("ix_key_subjects_subject", "key_subjects", ["subject"])
    op.create_table(
        "erased_subjects",
        sa.Column("subject", sa.Uuid, primary_key=True),
        sa.Column("erased_at", sa.String, nullable=False),
        sa.Column("proof", sa.String(64), nullable=False),
    )
    op.create_table(
        "logregels",
        sa.Column("nr", sa.Integer, primary_key=True),
        sa.Column("soort", sa.String, nullable=False),
        sa.Column("tijdstip", sa.String, nullable=False),
        sa.Column("vraag", sa.Uuid, nullable=False),
        sa.Column("huishouden", sa.Uuid),
        sa.Column("persoon", sa.Uuid),
        sa.Column("verbintenis", sa.LargeBinary(32), nullable=False),
        sa.Column("kid", sa.String(32), nullable=False),
        sa.Column("inhoud", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_logregels_huishouden", "logregels", ["huishouden"])
    op.create_index("ix_logregels_persoon", "logregels", ["persoon"])
