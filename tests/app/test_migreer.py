"""What the migration gives a service, and takes back: on a real PostgreSQL."""

from __future__ import annotations

import psycopg
from psycopg.sql import SQL, Identifier

from app.migreer import BLIJFT, _schema, _tabellen
from infra.testbed.postgres import Postgres

SCHEMA, ROL = "consent_9997", "samenplan_consent"


def rechten(postgres: Postgres, table: str) -> set[str]:
    with psycopg.connect(postgres.url) as connection:
        found = connection.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE table_schema = %s AND table_name = %s AND grantee = %s", (SCHEMA, table, ROL),
        )  # fmt: skip
        return {right for (right,) in found.fetchall()}


def test_what_stays_is_never_changed_not_even_by_who_could_before(postgres: Postgres) -> None:
    """Facts, lines of the log, and the count of keys that it is compared with."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROL,)).fetchone():
            connection.execute(SQL("CREATE ROLE {}").format(Identifier(ROL)))
    for _ in range(2):
        with _schema(postgres.url, "consent", SCHEMA) as database:
            _tabellen("consent", database)
        for table in BLIJFT:
            assert rechten(postgres, table) == {"SELECT", "INSERT"}, table
            with psycopg.connect(postgres.url) as connection:  # as an earlier release gave it
                connection.execute(f"GRANT UPDATE, DELETE ON {SCHEMA}.{table} TO {ROL}")
        assert rechten(postgres, "beslisfeiten") == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(SCHEMA)))
    assert "key_releases" in BLIJFT
