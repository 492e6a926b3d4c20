"""`samenplan migreer`: makes what all processes find there, and says who may do what with it.

Rules kept here: it can be run again at any time and then changes nothing; a service's role makes
no tables, changes no fact and no line of the log, and sees no other service's schema; a service
writes to its own topic only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import MetaData

from app.diensten import BRONNEN, VOLGT
from infra import dispatcher, migration, outbox, positions
from infra.geheimen import BEHEER, DIENSTEN, Geheimen
from infra.kafka.topics import maak_topics, sta_toe
from infra.kafka.verbinding import Mtls, Verbinding
from infra.postgres import PostgreSQL
from infra.settings import Settings
from infra.store import Log
from services.consent import projections as consent
from services.consent.log import nagerekend, volledigheid
from services.consent.tijd import taken
from services.intake import projections as intake
from services.portal import projections as portal

TABELLEN: dict[str, Sequence[MetaData]] = {
    "intake": [intake.tables],
    "plan": [],
    "consent": [consent.tables, taken.tables, volledigheid.tables, nagerekend.tables],
    "portal": [portal.tables],
}
"""What a service keeps per gemeente besides its facts and how far it read."""
BLIJFT = ("stored_events", "logregels", "key_releases")
"""Tables in which nothing is ever changed or removed."""


def migreer(settings: Settings, replication: int) -> None:
    """Topics and rights first, so that whoever finds its tables finds its topics too.

    `geheimen` is the folder of `samenplan geheimen`, with those of every service and of the
    superuser. Raises SettingsError, KeyFileError, BrokerError and what
    PostgreSQL raises.
    """
    settings.given("geheimen", "database", "kafka", "gemeenten")
    assert settings.geheimen is not None
    assert settings.kafka is not None
    assert settings.database is not None
    mine = settings.geheimen / BEHEER
    broker = Verbinding(settings.kafka, Mtls(mine / "ca.crt", mine / "tls.crt", mine / "tls.key"))
    password = quote((mine / "database").read_text().strip(), safe="")
    url = settings.database.replace("://", f"://{BEHEER}:{password}@")
    maak_topics(broker, BRONNEN, settings.partities, replication)
    for dienst in DIENSTEN:
        sta_toe(broker, dienst, [dienst] if dienst in BRONNEN else [], VOLGT[dienst])
    _rollen(url, settings.geheimen)
    for dienst in DIENSTEN:
        with _schema(url, dienst, dienst) as database:
            database.create(dispatcher.tables)
        for gemeente in settings.gemeenten:
            with _schema(url, dienst, f"{dienst}_{gemeente}") as database:
                _tabellen(dienst, database)


def _tabellen(dienst: str, database: PostgreSQL) -> None:
    if dienst == "consent":
        migration.migrate(database)
    if dienst in BRONNEN:
        Log(database)
        database.create(outbox.tables)
    for tables in (positions.tables, *TABELLEN[dienst]):
        database.create(tables)


def _rollen(url: str, geheimen: Path) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        name = Identifier(connection.info.dbname)
        connection.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        connection.execute(SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"))
        for dienst in DIENSTEN:
            rol = f"samenplan_{dienst}"
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (rol,))
            make = SQL("ALTER ROLE {} LOGIN PASSWORD {}" if known.fetchone() else
                       "CREATE ROLE {} LOGIN PASSWORD {}")  # fmt: skip
            password = Literal(Geheimen(geheimen / dienst, dienst).wachtwoord)
            connection.execute(make.format(Identifier(rol), password))
            connection.execute(SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                name, Identifier(rol)
            ))  # fmt: skip


@contextmanager
def _schema(url: str, dienst: str, schema: str) -> Iterator[PostgreSQL]:
    """A schema to make tables in; afterwards its service may use what is in it, all at once."""
    names = {"schema": Identifier(schema), "rol": Identifier(f"samenplan_{dienst}")}
    with psycopg.connect(url) as connection:
        connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {schema}").format(**names))
    database = PostgreSQL(url, schema, migrates=True)
    try:
        yield database
    finally:
        database.close()
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", (schema,)
        )
        for (table,) in found.fetchall():
            rights = "SELECT, INSERT" if table in BLIJFT else "SELECT, INSERT, UPDATE, DELETE"
            for statement in (
                "REVOKE ALL ON {schema}.{table} FROM {rol}",  # what an earlier release gave more
                f"GRANT {rights} ON {{schema}}.{{table}} TO {{rol}}",
            ):
                connection.execute(SQL(statement).format(table=Identifier(table), **names))
        connection.execute(SQL("GRANT USAGE ON SCHEMA {schema} TO {rol}").format(**names))
