"""A town to test the whole in: every service in one process, without a thread of its own.

The worker does not run by itself: after a command everything is followed through, so that a test
never waits and what follows is the same every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from app.demo import schrijf_personas
from app.wiring import Embedded
from events.base import Hoed
from infra.auth import Rol
from infra.settings import Settings
from infra.staff import Persona
from tests.client import sync_client

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Uur:
    """A clock that a test moves; it never shows the same moment twice."""

    def __init__(self) -> None:
        self.nu = BEGIN

    def __call__(self) -> datetime:
        self.nu += timedelta(microseconds=1)
        return self.nu


class Stad:
    """Everything, with who can sign in by first name."""

    def __init__(self, world: Embedded, client: httpx.Client, uur: Uur) -> None:
        self.world, self.client, self.uur = world, client, uur
        self._tokens: dict[UUID, str] = {}
        self.gedaan: list[tuple[str, str, Any]] = []
        """Commands that were answered: who, path, body."""

    @property
    def wie(self) -> dict[str, Persona]:
        """First name → who."""
        return {persona.naam.split()[0].lower(): persona for persona in self.world.staff}

    def inwoner(self, naam: str, persoon: str) -> None:
        """Let a resident sign in, under a name that says nothing."""
        self.world.staff.add(
            Persona(
                id=UUID(persoon), naam=naam, organisatie="Inwoner", functie="inwoner",
                rol=Rol.INWONER, hoed=Hoed.INWONER, herkomst="gezinsplan",
            )
        )  # fmt: skip

    def token(self, naam: str) -> str:
        persona = self.wie[naam]
        if persona.id not in self._tokens:
            answer = self.client.post("/v1/sessies", json={"persona": str(persona.id)})
            assert answer.status_code == 201
            self._tokens[persona.id] = answer.json()["token"]
        return self._tokens[persona.id]

    def vraag(
        self, methode: str, wie: str | None, pad: str, inhoud: Any = None, *, volg: bool = True,
        **meer: Any,
    ) -> httpx.Response:  # fmt: skip
        """One request by somebody, or by nobody; afterwards everybody has followed it."""
        headers = {"Idempotency-Key": str(uuid4())} if methode != "GET" else {}
        if wie is not None:
            headers["Authorization"] = f"Bearer {self.token(wie)}"
        headers |= meer.pop("headers", {})
        if inhoud is not None:
            meer["json"] = inhoud
        answer = self.client.request(methode, f"/v1{pad}", headers=headers, **meer)
        if methode != "GET" and volg:
            self.world.worker.drain()
        return answer

    def doe(self, wie: str, pad: str, inhoud: Any = None) -> Any:
        """A command that must be accepted; its answer."""
        answer = self.vraag("POST", wie, pad, inhoud)
        assert answer.is_success, (pad, answer.status_code, answer.text)
        self.gedaan.append((wie, pad, inhoud))
        return answer.json()

    def zie(self, wie: str, pad: str, **params: Any) -> Any:
        """A look that must be answered; what was seen."""
        answer = self.vraag("GET", wie, pad, params=params)
        assert answer.status_code == 200, (pad, answer.status_code, answer.text)
        return answer.json()

    def dossier(self, wie: str, huishouden: str, **params: Any) -> Any:
        return self.zie(wie, f"/dossiers/{huishouden}", **params)

    def mensen(self) -> dict[str, Any]:
        """What a mandate and membership need most often."""
        return {"kenmerk": "M-1", "van": "2026-01-01"}

    def huishouden(self, regisseur: str, *namen: str, **velden: Any) -> tuple[str, list[str]]:
        """A household of grown-ups by name; its id and those of its members."""
        made = self.doe("ruben", "/huishoudens", {
            "regisseur": str(self.wie[regisseur].id), "mandaat": self.mensen(),
            "leden": [
                {"naam": naam, "geboortedatum": "1990-05-05", "rol": "volwassene",
                 "sinds": "2026-01-01", "reden": "gevormd"} | velden
                for naam in namen
            ],
        })  # fmt: skip
        return made["id"], made["leden"]


@contextmanager
def stad(data: Path, now: Callable[[], datetime] | None = None) -> Iterator[Stad]:
    """A town on a data folder."""
    uur = Uur()
    if not (data / "medewerkers.json").exists():
        schrijf_personas(data)
    world = Embedded(Settings(data=data, demo=True), now or uur)
    try:
        with sync_client(world.web()) as client:
            yield Stad(world, client, uur)
    finally:
        world.close()
