"""Alembic's entry: runs the steps on the connection it is given. See `infra.migration`."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
