"""Acting in the demo: who signs in, what day it is, and one command after the other.

There is no back door: what the API refuses, the demo cannot have. The clock of the demo walks from
some months ago to today, so that there is a past.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from infra.decider import NEDERLAND
from infra.staff import Persona, Staff

Tabel = dict[str, Any]


class DemoFout(Exception):
    """The API refused something that the demo tells."""


class Klok:
    """The clock of a municipality that is being filled; never past `eind`, never back."""

    def __init__(self, eind: datetime, dagen: int) -> None:
        self._eind = eind
        self.nu = eind - timedelta(days=dagen)

    def __call__(self) -> datetime:
        return self.nu

    @property
    def vandaag(self) -> date:
        return self.nu.astimezone(NEDERLAND).date()

    def verder(self, dagen: float) -> None:
        self.nu = min(self._eind, self.nu + timedelta(days=dagen))

    def tot(self, dagen_geleden: float) -> None:
        self.nu = max(self.nu, self._eind - timedelta(days=dagen_geleden))


class Gemeente:
    """Everybody in the demo, and what they do."""

    def __init__(self, client: httpx.AsyncClient, staff: Staff, klok: Klok) -> None:
        self._client = client
        self._klok = klok
        self._medewerkers = {persona.naam: persona for persona in staff}
        self._inwoners: dict[str, str] = {}
        self._tokens: dict[UUID, tuple[str, date]] = {}
        self._posities: dict[str, str] = {}
        self._nummer = 0

    # --- people and dates ---------------------------------------------------------------------

    def ken(self, naam: str, persoon: str) -> None:
        """From now on this resident is known by name."""
        self._inwoners[naam] = persoon

    def id(self, naam: str) -> str:
        medewerker = self._medewerkers.get(naam)
        return self._inwoners[naam] if medewerker is None else str(medewerker.id)

    def kent(self, naam: str) -> bool:
        return naam in self._inwoners

    def medewerker(self, naam: str) -> Persona:
        return self._medewerkers[naam]

    def over(self, dagen: float) -> str:
        """The date so many days from the demo's today."""
        return (self._klok.vandaag + timedelta(days=dagen)).isoformat()

    def geboren(self, jaren: float) -> str:
        return self.over(-int(jaren * 365.25) - 40)

    def verder(self, dagen: float) -> None:
        self._klok.verder(dagen)

    # --- acting -------------------------------------------------------------------------------

    async def doe(self, wie: str, pad: str, inhoud: Tabel, *, na: bool = False) -> Tabel:
        """One command; with `na` only after everybody saw the ones before. Raises DemoFout."""
        self._nummer += 1
        headers = {"Idempotency-Key": f"demo-{self._nummer:06d}"}
        made = await self._vraag("POST", wie, pad, inhoud, headers, na=na)
        if "positie" in made:
            # The last one of each kind will do: a service's facts are followed in order.
            self._posities[pad.split("/")[1] + pad.split("/")[-1]] = made["positie"]
        return made

    async def kijk(self, wie: str, huishouden: str) -> None:
        """Somebody opens the dossier; the log has it. An outsider gets the answer of outsiders."""
        await self._vraag("GET", wie, f"/dossiers/{huishouden}", None, {}, na=True)

    async def _vraag(
        self, methode: str, wie: str, pad: str, inhoud: Tabel | None, headers: dict[str, str],
        *, na: bool,
    ) -> Tabel:  # fmt: skip
        headers["Authorization"] = f"Bearer {await self._token(UUID(self.id(wie)))}"
        params = {}
        if na and self._posities:
            params["naPositie"] = ",".join(self._posities.values())
            self._posities.clear()
        answer = await self._client.request(
            methode, f"/v1{pad}", json=inhoud, headers=headers, params=params
        )
        if not answer.is_success and methode != "GET":
            raise DemoFout(f"{wie} {pad}: {answer.status_code} {answer.text}")
        made: Tabel = answer.json()
        return made

    async def _token(self, wie: UUID) -> str:
        token, sinds = self._tokens.get(wie, ("", None))
        if sinds != self._klok.vandaag:  # a sign-in is good for one working day
            answer = await self._client.post("/v1/sessies", json={"persona": str(wie)})
            token = answer.json()["token"]
            self._tokens[wie] = token, self._klok.vandaag
        return token
