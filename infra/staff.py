"""Who works here, for sign-in and to name a colleague: a directory of people, not of households.

In production an identity provider takes its place; in a demo it is a file of invented personas.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from events.base import Hoed
from events.begrippen import Actor, Waarde, herkomst
from events.waarden import Kort, Medewerker
from infra.auth import Aangemeld, Rol
from infra.decider import RegelFout


class StaffFileError(Exception):
    """The file of the directory is damaged."""


class MedewerkerOnbekend(RegelFout):
    """Deze medewerker staat niet in de medewerkersgids."""


class Persona(Waarde):
    """Somebody who can sign in."""

    id: UUID
    naam: Kort
    organisatie: Kort
    functie: Kort
    contact: Kort | None = None
    rol: Rol
    hoed: Hoed
    gemeente: Annotated[str, Field(pattern=r"^[0-9]{4}$")] = "9999"
    """Where she works; a file that does not say so means the gemeente of the installation."""
    herkomst: str
    """Code of the herkomst of what she writes: the law and task she works under."""
    nood: bool = False
    """Screened and appointed by the college for emergency access."""
    uitleg: str = ""
    """For the demo's sign-in page: what this persona is good for."""

    @property
    def aangemeld(self) -> Aangemeld:
        actor = Actor(
            id=self.id, naam=self.naam, organisatie=self.organisatie, functie=self.functie
        )
        return Aangemeld(
            actor, self.rol, self.hoed, herkomst(self.herkomst), self.gemeente, nood=self.nood
        )

    @property
    def medewerker(self) -> Medewerker:
        return Medewerker(
            naam=self.naam, organisatie=self.organisatie, functie=self.functie, contact=self.contact
        )


_FILE = TypeAdapter(list[Persona])
_LOOSE = TypeAdapter(list[dict[str, Any]])


def personas(content: bytes, gemeente: str) -> list[Persona]:
    """The people in a file; who names no gemeente works in this one. Raises ValidationError."""
    return _FILE.validate_python(
        [{"gemeente": gemeente} | persona for persona in _LOOSE.validate_json(content)]
    )


class Staff:
    """The directory; with a path it is kept in that file."""

    def __init__(self, personas: Iterable[Persona] = (), path: Path | None = None) -> None:
        self._personas = {persona.id: persona for persona in personas}
        self._path = path
        self._lock = threading.Lock()

    @classmethod
    def read(cls, path: Path, gemeente: str = "9999") -> Staff:
        """The directory in a file; empty when there is none. Raises StaffFileError."""
        try:
            return cls(personas(path.read_bytes(), gemeente) if path.exists() else (), path)
        except ValidationError:
            raise StaffFileError(f"de medewerkersgids {path.name} is beschadigd") from None

    def of(self, gemeente: str) -> Staff:
        """Who works in one gemeente; nobody else exists there."""
        return Staff(persona for persona in self if persona.gemeente == gemeente)

    def add(self, persona: Persona) -> None:
        """Somebody more can sign in; the same id again replaces what was there."""
        with self._lock:
            self._personas = {**self._personas, persona.id: persona}
            self.save()

    def save(self) -> None:
        """Replace the file whole, so a crash leaves the old or the new one."""
        if self._path is None:
            return
        beside = self._path.with_suffix(".nieuw")
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_FILE.dump_json(list(self._personas.values()), indent=1))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)

    def professional(self, who: UUID) -> Persona:
        """Raises MedewerkerOnbekend for anybody who is not a professional here."""
        persona = self._personas.get(who)
        if persona is None or persona.rol is not Rol.PROFESSIONAL:
            raise MedewerkerOnbekend
        return persona

    def werkt_bij(self, organisatie: str) -> bool:
        """Whether a professional of this organisation works here."""
        return any(
            persona.rol is Rol.PROFESSIONAL and persona.organisatie == organisatie
            for persona in self
        )

    def __iter__(self) -> Iterator[Persona]:
        return iter(self._personas.values())

    def get(self, who: UUID) -> Persona | None:
        return self._personas.get(who)
