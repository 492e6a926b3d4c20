"""One frozen settings object, read once from the environment (`SAMENPLAN_…`); safe defaults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator


class SettingsError(Exception):
    """The settings are incomplete or contradict each other; the sentence is for the operator."""


class Settings(BaseModel):
    """What differs between one installation and another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Path("data")
    """Folder of the databases and, unless said otherwise, the key file."""
    sleutelbestand: Path | None = None
    gemeente: str = Field("9999", pattern=r"^\d{4}$")
    host: str = "127.0.0.1"
    poort: int = Field(8000, ge=1, le=65535)
    demo: bool = False
    """Invented data and sign-in by persona. Never together with `productie`."""
    productie: bool = False

    @model_validator(mode="after")
    def _demo_is_not_productie(self) -> Settings:
        if self.demo and self.productie:
            raise ValueError("SAMENPLAN_DEMO en SAMENPLAN_PRODUCTIE gaan niet samen")
        return self

    @property
    def key_file(self) -> Path:
        return self.sleutelbestand or self.data / "sleutels.json"

    @classmethod
    def read(cls, environment: Mapping[str, str], **given: object) -> Settings:
        """Settings from the environment, overruled by what was given. Raises SettingsError."""
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
