"""Who works here, for sign-in and to name a colleague: a directory of people, not of households.

In production an identity provider takes its place; in a demo it is a file of invented personas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from pydantic import TypeAdapter

from events.base import Hoed
from events.begrippen import Actor, Waarde, herkomst
from events.waarden import Kort, Medewerker
from infra.auth import Aangemeld, Rol
from infra.decider import RegelFout


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
    herkomst: str
    """Code of the herkomst of what she writes: the law and task she works under."""
    uitleg: str = ""
    """For the demo's sign-in page: what this persona is good for."""

    @property
    def aangemeld(self) -> Aangemeld:
        actor = Actor(
            id=self.id, naam=self.naam, organisatie=self.organisatie, functie=self.functie
        )
        return Aangemeld(actor, self.rol, self.hoed, herkomst(self.herkomst))

    @property
    def medewerker(self) -> Medewerker:
        return Medewerker(
            naam=self.naam, organisatie=self.organisatie, functie=self.functie, contact=self.contact
        )


class Staff:
    """The directory."""

    def __init__(self, personas: Iterable[Persona] = ()) -> None:
        self._personas = {persona.id: persona for persona in personas}

    @classmethod
    def read(cls, path: Path) -> Staff:
        """The directory in a file; empty when there is none."""
        if not path.exists():
            return cls()
        return cls(TypeAdapter(list[Persona]).validate_json(path.read_bytes()))

    def professional(self, who: UUID) -> Persona:
        """Raises MedewerkerOnbekend for anybody who is not a professional here."""
        persona = self._personas.get(who)
        if persona is None or persona.rol is not Rol.PROFESSIONAL:
            raise MedewerkerOnbekend
        return persona

    def __iter__(self) -> Iterator[Persona]:
        return iter(self._personas.values())

    def get(self, who: UUID) -> Persona | None:
        return self._personas.get(who)
