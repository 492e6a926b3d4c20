"""A night: the household, a clock that a test moves, and a crisis worker who may go in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.consent.huis import Huis

REDEN = "De politie belt: het jongste kind is alleen thuis en wordt bedreigd."
NAAM = {"naam": "Kees Proef", "geboortedatum": "2012-01-05"}


class Klok:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.nu = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)  # a Friday evening

    def __call__(self) -> datetime:
        self.nu += timedelta(microseconds=1)
        return self.nu


class Nacht(Huis):
    """The household, with a crisis worker who may take emergency access."""

    klok: Klok

    def bevestig(self, wie: str = "nadia") -> None:
        """Sign in anew and confirm it."""
        stad = self.stad
        stad._tokens.pop(stad.wie[wie].id, None)
        answer = stad.vraag("POST", wie, "/sessies/bevestiging")
        stad._tokens[stad.wie[wie].id] = answer.json()["token"]

    def neem(self, wie: str = "nadia", *, bevestigd: bool = True, **anders: Any) -> httpx.Response:
        if bevestigd:
            self.bevestig(wie)
        body = {"categorie": "gevaar-voor-een-kind", "reden": REDEN} | (anders or NAAM)
        return self.stad.vraag("POST", wie, "/noodtoegangen", body)

    def genomen(self, **anders: Any) -> str:
        answer = self.neem(**anders)
        assert answer.status_code == 201, answer.text
        assert answer.json()["huishouden"] == str(self.id)
        return str(answer.json()["id"])

    def later(self, **hoeveel: float) -> None:
        self.klok.nu += timedelta(**hoeveel)
        self.stad._tokens.clear()

    def taken(self, wie: str) -> list[str]:
        return [taak["soort"] for taak in self.stad.zie(wie, "/taken")["taken"]]

    def stap(self, wie: str, nummer: str, wat: str, **body: str) -> httpx.Response:
        return self.stad.vraag("POST", wie, f"/noodtoegangen/{nummer}/{wat}", body)

    def beoordeeld(self, nummer: str, uitkomst: str = "terecht") -> None:
        for wie, wat, body in (
            ("joris", "voorbereiding", {"advies": "De reden klopt met de melding."}),
            ("hanna", "oordeel", {"uitkomst": uitkomst, "motivering": "Gezien het advies."}),
        ):
            answer = self.stap(wie, nummer, wat, **body)
            assert answer.status_code == 201, answer.text

    def ziet(self, kid: str) -> bool:
        """Whether the crisis worker gets this key now."""
        return kid in self.vraag("nadia", kid).keys

    def doet_mee(self, wie: str) -> None:
        """A professional takes part in the plan."""
        self.stad.doe("ellen", f"/plannen/{self.plan}/deelnemers", {
            "medewerker": str(self.stad.wie[wie].id), "taak": "jeugdhulp"})  # fmt: skip
