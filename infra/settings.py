"""One frozen settings object, read once from the environment (`SAMENPLAN_…`); safe defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from events.begrippen import met_dossiers


class SettingsError(Exception):
    """The settings are incomplete or contradict each other; the sentence is for the operator."""


class Settings(BaseModel):
    """What differs between one installation and another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Path("data")
    """Folder of the databases and, unless said otherwise, the key file."""
    sleutelbestand: Path | None = None
    gemeente: str = Field("9999", pattern=r"^\d{4}$")
    dossiers: str = ""
    """A file for each of several holders of secrecy, as `met_dossiers` reads it; for every process
    the same, and never less than it was."""
    host: str = "127.0.0.1"
    poort: int = Field(8000, ge=1, le=65535)
    demo: bool = False
    """Invented data and sign-in by persona. Never together with `productie`."""
    productie: bool = False

    # Spread over processes, on PostgreSQL and Kafka:
    geheimen: Path | None = None
    """Folder with the secrets of this service; of `migreer` the one with all of them."""
    database: str | None = Field(None, pattern=r"^postgresql://[^@/?]+/\w+(\?[\w=&./-]+)?$")
    """Where PostgreSQL is, without who we are: that follows from the service. On another host with
    "?sslmode=verify-full&sslrootcert=…" behind it."""
    kafka: str | None = None
    """The brokers, as "host:port,…"."""
    gemeenten: tuple[str, ...] = ()
    """The gemeenten this process serves, as "9998,9999"."""
    partities: Literal[12, 24, 48, 96] = 12
    """Of each topic; the same for every process. Never fewer than there were."""
    intake: str | None = None
    plan: str | None = None
    consent: str | None = None
    """Where the services are, as "https://host:port"."""
    beheerpoort: int | None = Field(None, ge=0, le=65535)
    """Port for health and metrics, for the operator only."""
    beheerhost: str = "127.0.0.1"
    exemplaar: str = Field("1", pattern=r"^[A-Za-z0-9-]{1,40}$")
    """Which of several processes in the same role this is; the same one after a restart."""

    @field_validator("partities", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isdecimal() else value

    @field_validator("dossiers")
    @classmethod
    def _dossiers(cls, value: str) -> str:
        met_dossiers(value)
        return value

    @field_validator("gemeenten", mode="before")
    @classmethod
    def _codes(cls, value: object) -> object:
        found = value.split(",") if isinstance(value, str) else value
        if isinstance(found, list | tuple) and not all(
            isinstance(code, str) and re.fullmatch(r"[0-9]{4}", code) for code in found
        ):
            raise ValueError("SAMENPLAN_GEMEENTEN is een lijst van codes van vier cijfers")
        return found

    @model_validator(mode="after")
    def _demo_is_not_productie(self) -> Settings:
        if self.demo and self.productie:
            raise ValueError("SAMENPLAN_DEMO en SAMENPLAN_PRODUCTIE gaan niet samen")
        return self

    def given(self, *names: str) -> Settings:
        """These settings, when all of them were given. Raises SettingsError."""
        for name in names:
            if not getattr(self, name):
                raise SettingsError(f"instelling klopt niet: SAMENPLAN_{name.upper()} ontbreekt")
        return self

    @property
    def key_file(self) -> Path:
        return self.sleutelbestand or self.data / "sleutels.json"

    @property
    def log_key_file(self) -> Path:
        """The key that signs heads of the log, beside the key file (embedded mode)."""
        return self.key_file.with_name("logboek.sleutel")

    def log_folder(self, gemeente: str) -> Path:
        """Where the tree of a gemeente's log is published."""
        return self.data / "logboek" / gemeente

    @classmethod
    def read(cls, environment: Mapping[str, str], **given: object) -> Settings:
        """Settings from the environment, overruled by what was given. Raises SettingsError."""
        if environment.get("POSTGRES_ENABLE_DB_FUNCTIONS", "n").lower() in (
            "y",
            "yes",
            "true",
            "1",
        ):
            raise SettingsError(
                "instelling klopt niet: met POSTGRES_ENABLE_DB_FUNCTIONS raken feiten zoek"
            )
        prefix = "SAMENPLAN_"
        found: dict[str, object] = {
            name.removeprefix(prefix).lower(): value
            for name, value in environment.items()
            if name.startswith(prefix)
        }
        try:
            return cls.model_validate(found | given)
        except ValidationError as error:
            first = error.errors()[0]
            where = prefix + ".".join(str(part) for part in first["loc"]).upper()
            if first["type"] == "value_error":  # our own Dutch sentence
                said = str(first["msg"]).removeprefix("Value error, ")
            elif first["type"] == "extra_forbidden":
                said = f"{where} bestaat niet"
            else:
                said = f"{where} heeft geen geldige waarde"
            raise SettingsError(f"instelling klopt niet: {said}") from None
