"""Two people who are looked at in the same way, but one of them also unseen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import UUID

from events.begrippen import Leefgebied
from tests.consent.huis import Huis
from tests.portal.bezoeker import Bezoeker
from tests.system.stad import stad


class Klok:
    """Stands still until a test moves it: what two people see differs by nothing but them."""

    def __init__(self) -> None:
        self.nu = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.nu


class Twee(Huis):
    """Anna and Bert, looked at in the same way; only Anna also by who may stay unseen."""

    klok: Klok

    def later(self, **hoeveel: float) -> None:
        self.klok.nu += timedelta(**hoeveel)
        self.stad._tokens.clear()

    def voorstel(self, **anders: Any) -> dict[str, Any]:
        gebied = {"medewerkers": [str(self.stad.wie["sanne"].id)], "van": "2026-03-01"}
        return self.beperking(self.anna, gebied) | anders

    def besluit(self, **anders: Any) -> str:
        nummer = self.stad.doe("joris", "/beperkingen", self.voorstel(**anders))["id"]
        self.stad.doe("hanna", f"/beperkingen/{nummer}/besluit")
        return str(nummer)

    def kijkt(self, wie: str, *personen: UUID) -> None:
        for persoon in personen:
            kid = self.kid(persoon, bron="zorg-behandeling", over=Leefgebied.VEILIGHEID)
            self.consent.vrijgave(self.wie(wie), self.id, [kid])

    def zicht(self, wie: str, over: Leefgebied = Leefgebied.VEILIGHEID) -> str:
        """What she reads about who sees what of her, with herself blotted out."""
        persoon = str(self.wie(wie).actor.id)
        body = {"huishouden": str(self.id), "persoon": persoon, "onderwerp": over.value}
        rijen = self.stad.vraag("POST", wie, "/simulaties", body).json()["rijen"]
        ander = str(self.bert if persoon == str(self.anna) else self.anna)
        zonder = [rij for rij in rijen if rij["wie"] not in (persoon, ander)]
        return str(zonder).replace(persoon, "…")

    def overzicht(self, wie: str) -> list[dict[str, Any]]:
        regels: list[dict[str, Any]] = self.stad.zie(
            wie, f"/personen/{self.wie(wie).actor.id}/inzagen"
        )["regels"]
        return regels

    def blad(self, wie: str) -> str:
        """The page "Wie keek er?" with who reads it blotted out, and her session."""
        bezoeker = Bezoeker(self.stad.client)
        bezoeker.meld_aan(self.wie(wie).actor.id)
        html = bezoeker.zie("/wie-keek")
        form = bezoeker.verborgen("/wie-keek", "/afmelden")["formulier"]
        persona = self.stad.wie[wie]
        return html.replace(form, "…").replace(persona.naam, "…").replace(str(persona.id), "…")


def maak(data: Path) -> dict[str, Any]:
    """The household with its town in a folder to be copied; Sanne, who may stay unseen, takes part
    too. What is known about it."""
    klok = Klok()
    with stad(data, klok) as made:
        huis = Twee(made)
        made.doe("ellen", f"/plannen/{huis.plan}/deelnemers", {
            "medewerker": str(made.wie["sanne"].id), "taak": "behandeling"})  # fmt: skip
        return vars(huis)


@contextmanager
def bekeken(bron: Path, kent: dict[str, Any], data: Path) -> Iterator[Twee]:
    """A copy of it, a minute later."""
    copytree(bron, data, ignore=lambda *_: ["in-gebruik"])
    klok = Klok()
    with stad(data, klok) as made:
        huis = Twee.__new__(Twee)
        vars(huis).update(kent | {"stad": made, "klok": klok})
        huis.later(minutes=1)
        yield huis
