"""What was promised, remembered outside the system: every acknowledged command, every look.

Whoever promises must keep it, whatever is killed in the meantime (`checks`).
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Gezin:
    """A household that is ready to work for: everybody has followed its making."""

    id: str
    leden: tuple[str, ...]
    plan: str
    gesprek: str
    regisseur: str
    """Who writes about living and the plan (the id of a professional)."""
    schuldhulp: str
    """Who works along, and wrote a note that the regisseur sees only with a toestemming."""
    schuldnotitie: str


@dataclass(frozen=True)
class Opdracht:
    """A command that was acknowledged."""

    soort: str
    """What it makes: huishouden, plan, notitie, …"""
    wie: str
    huishouden: str
    sleutel: str
    """Its idempotency key, which also stands in the text it wrote."""
    begonnen: datetime
    bevestigd: datetime
    antwoord: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.antwoord["id"])


@dataclass(frozen=True)
class Inzage:
    """A look at a dossier that was answered."""

    wie: str
    huishouden: str
    begonnen: datetime
    klaar: datetime
    notities: frozenset[str]
    """The ids of the notes she saw."""


@dataclass
class Oracle:
    """Filled by the threads of the load; read when they have ended."""

    opdrachten: list[Opdracht] = field(default_factory=list)
    inzagen: list[Inzage] = field(default_factory=list)
    fouten: list[str] = field(default_factory=list)
    """What should never be answered, as it came."""
    herhaald: Counter[str] = field(default_factory=Counter)
    """Why requests were sent again: a status and code, or the name of an error."""
    gezinnen: list[Gezin] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def bevestigd(self, opdracht: Opdracht) -> None:
        with self._changed:
            self.opdrachten.append(opdracht)
            self._changed.notify_all()

    def gezien(self, inzage: Inzage) -> None:
        with self._changed:
            self.inzagen.append(inzage)

    def klaar(self, gezin: Gezin) -> None:
        with self._changed:
            self.gezinnen.append(gezin)
            self._changed.notify_all()

    def fout(self, wat: str) -> None:
        with self._changed:
            self.fouten.append(wat)
            self._changed.notify_all()

    def opnieuw(self, waarom: str) -> None:
        with self._changed:
            self.herhaald[waarom] += 1

    def wait(self, *, more: int = 0, gezinnen: int = 0, seconds: float) -> None:
        """Until so many more commands were acknowledged, and so many households are ready.

        Raises TimeoutError; AssertionError as soon as something was answered that never should be.
        """
        with self._changed:
            goal = len(self.opdrachten) + more
            done = self._changed.wait_for(
                lambda: (
                    self.fouten or (len(self.opdrachten) >= goal and len(self.gezinnen) >= gezinnen)
                ),
                seconds,
            )
            assert not self.fouten, self.fouten
            if not done:
                raise TimeoutError(f"{len(self.opdrachten)} opdrachten, er horen er {goal} te zijn")

    def van(self, soorten: Iterable[str]) -> list[Opdracht]:
        return [opdracht for opdracht in self.opdrachten if opdracht.soort in soorten]
