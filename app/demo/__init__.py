"""The demo: an invented municipality of people who do not exist, on the real API."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from pydantic import TypeAdapter

from infra.staff import Persona, Staff


def schrijf_personas(data: Path) -> None:
    """Put the demo's professionals in the directory of a data folder, before anything starts."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    invented = resources.files("app.demo").joinpath("personas.json").read_bytes()
    Staff(TypeAdapter(list[Persona]).validate_json(invented), data / "medewerkers.json").save()
