"""However the sources of facts are interleaved, readers end up with the same rows and dossier.

A random sequence of commands is played live; then every consumer reads the same three logs again in
another order, in which only each stream keeps its own.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from infra.positions import Located
from infra.sqlite import SQLite
from infra.views import View
from services.portal import projections
from services.portal.application import Portal
from tests.infra.world import LijstFeed
from tests.system.stad import Stad, stad

Stap = tuple[str, int, int]
STAPPEN = st.lists(
    st.tuples(
        st.sampled_from(
            ["lid", "vertrek", "adres", "doel", "actie", "voortgang", "evaluatie", "standpunt",
             "deelnemer", "weg", "notitie", "aanvulling", "toestemming", "intrekking", "bezwaar",
             "afsluiting", "heropening", "overdracht", "netwerk", "melding"]
        ),
        st.integers(0, 3), st.integers(0, 3),
    ),
    min_size=1, max_size=18,
)  # fmt: skip


class Spel:
    """One household that random commands are tried on; what a rule refuses is refused."""

    def __init__(self, s: Stad) -> None:
        self.s = s
        self.huis, self.leden = s.huishouden("ellen", "Anna Proef", "Bert Proef")
        self.plan = s.doe("ellen", f"/huishoudens/{self.huis}/plan")["id"]
        self.gesprek = s.doe(
            "ellen", f"/huishoudens/{self.huis}/gesprekken", {"deelnemers": self.leden[:1]}
        )["id"]
        self.doelen: list[str] = []
        self.acties: list[str] = []
        self.notities: list[str] = []
        self.records: list[str] = []
        self.regisseur = "ellen"

    def speel(self, stap: Stap) -> bool:
        """Whether it was accepted."""
        wat, een, twee = stap
        collega = ("yusuf", "karin", "bram", "fatma")[een]
        lid = self.leden[een % len(self.leden)]
        hier, plan = f"/huishoudens/{self.huis}", f"/plannen/{self.plan}"
        datum = {"leefgebied": "wonen"}

        def van(lijst: list[str]) -> str:
            return lijst[twee % len(lijst)] if lijst else self.huis

        over = {"huishouden": self.huis, "persoon": lid}
        pad, body, lijst = {
            "lid": (f"{hier}/leden", {"naam": f"Lid {een}{twee}", "geboortedatum": "2001-01-01",
                    "rol": "huisgenoot", "sinds": "2026-01-01", "reden": "ingetrokken"},
                    self.leden),
            "vertrek": (f"{hier}/leden/{lid}/vertrek", {"op": "2026-02-01", "reden": "verhuisd"},
                        None),
            "adres": (f"{hier}/leden/{lid}/adressen", {"afgeschermd": een == 0,
                      "adres": {"plaats": f"Plaats {twee}", "sinds": "2026-01-01"}}, None),
            "doel": (f"{plan}/doelen", datum | {"personen": [lid], "woorden": f"Doel {twee}",
                     "resultaat": "klaar", "evaluatieOp": "2027-01-01"}, self.doelen),
            "actie": (f"{plan}/acties", datum | {"doel": van(self.doelen), "eigenaar": lid,
                      "eigenaarsoort": "lid", "wat": f"Actie {een}", "aard": "preventief",
                      "uiterlijkOp": "2026-12-01"}, self.acties),
            "voortgang": (f"{plan}/acties/{van(self.acties)}/voortgang",
                          datum | {"status": "klaar"}, None),
            "evaluatie": (f"{plan}/doelen/{van(self.doelen)}/evaluaties",
                          datum | {"uitkomst": "deels", "toelichting": f"Zo {een}"}, None),
            "standpunt": (f"{plan}/standpunten", {"persoon": lid, "standpunt": "eens"}, None),
            "deelnemer": (f"{plan}/deelnemers", {"medewerker": str(self.s.wie[collega].id),
                          "taak": f"Taak {twee}"}, None),
            "weg": (f"{plan}/deelnemers/{self.s.wie[collega].id}/vertrek", {"reden": "klaar"},
                    None),
            "notitie": (f"/gesprekken/{self.gesprek}/notities", datum | {"personen": [lid],
                        "reden": "nodig", "wens": {"tekst": f"Wens {een}", "bron": "gezien"}},
                        self.notities),
            "aanvulling": (f"/gesprekken/{self.gesprek}/notities/{van(self.notities)}/aanvullingen",
                           datum | {"aanvulling": {"tekst": f"Ook {een}", "bron": "gezien"}}, None),
            "toestemming": ("/toestemmingen", over | {"doel": "regie", "regimes": ["wgs"],
                            "onderwerpen": ["wonen"], "gegevenDoor": lid, "wijze": "mondeling",
                            "ontvanger": {"organisatie": "Wijkteam Noord"}}, self.records),
            "intrekking": (f"/vastleggingen/{van(self.records)}/intrekking",
                           {"huishouden": self.huis}, None),
            "bezwaar": ("/bezwaren", over | {"doel": "zorg", "reden": "liever niet"}, self.records),
            "afsluiting": (f"{plan}/afsluiting", {"reden": "klaar"}, None),
            "heropening": (f"{plan}/heropening", {"reden": "opnieuw"}, None),
            "overdracht": (f"{hier}/regie", {"regisseur": str(self.s.wie[collega].id),
                           "mandaat": self.s.mensen(), "reden": "wissel"}, None),
            "netwerk": (f"{hier}/netwerk", {"naam": f"Buur {een}", "kanHelpenMet": "oppassen"},
                        None),
            "melding": ("/meldingen", {
                "melder": {"soort": "professional", "naam": "x"},
                "aangemelde": {"naam": "Anna Proef", "geboortedatum": "1990-05-05"},
                "hulpvraag": {"vraag": "x", "wieWeetErvan": "x", "wieWilHulp": "x"},
                "clientondersteuningAangeboden": True}, None),
        }[wat]  # fmt: skip
        answer = self.s.vraag("POST", self.regisseur, pad, body)
        assert answer.status_code < 500, answer.text
        if answer.is_success:
            if lijst is not None:
                lijst.append(answer.json()["id"])
            if wat == "overdracht":
                self.regisseur = collega
        return answer.is_success


def rijen(view: View) -> dict[str, list[str]]:
    with view.database.read() as tx:
        return {
            table.name: sorted(map(repr, tx.execute(select(table)).all()))
            for table in view.tables.sorted_tables
        }


def dossier(s: Stad, view: View, huis: str, wie: str) -> Any:
    portal = Portal(view, s.world.consent.vrijgave, s.world.consent.nog_open, b"geheim" * 6)
    return portal.dossier(s.wie[wie].aangemeld, UUID(huis))


@settings(max_examples=15)
@given(STAPPEN, st.integers(0, 2**32))
def test_live_is_replay_is_any_interleaving(stappen: list[Stap], worp: int) -> None:
    with TemporaryDirectory() as folder, stad(Path(folder)) as town:
        spel = Spel(town)
        accepted = [spel.speel(stap) for stap in stappen]
        view = town.world.view
        live, shown = rijen(view), dossier(town, view, spel.huis, spel.regisseur)
        assert len(live["feiten"]) >= 6 + sum(accepted)

        view.rebuild()
        assert rijen(view) == live
        assert dossier(town, view, spel.huis, spel.regisseur) == shown

        logs = {feed.name: list(feed.read({}, 100_000).facts) for feed in view.feeds}
        other = _read_otherwise(logs, Random(worp))
        assert rijen(other) == live
        assert dossier(town, other, spel.huis, spel.regisseur) == shown
        other.database.close()


def _read_otherwise(logs: dict[str, list[Located]], random: Random) -> View:
    """A view of its own that gets the facts of each source in another order of streams."""
    feeds = {name: LijstFeed(name) for name in logs}
    view = View(
        "anders",
        SQLite(None),
        list(feeds.values()),
        projections.tables,
        projections.project,
    )
    left = {name: _shuffled(log, random) for name, log in logs.items()}
    while any(left.values()):
        name = random.choice([n for n, log in left.items() if log])
        size = random.randint(1, 10)
        feeds[name].facts += left[name][:size]
        del left[name][:size]
        view.step()
    assert view.quarantined() == 0
    return view


def _shuffled(log: list[Located], random: Random) -> list[Located]:
    """The same facts at other positions: streams in another order, each in its own."""
    streams: dict[UUID, list[Located]] = {}
    for located in log:
        streams.setdefault(located[1].stream, []).append(located)
    turns = [stream for stream, facts in streams.items() for _ in facts]
    random.shuffle(turns)
    return [(position, streams[stream].pop(0)[1]) for position, stream in enumerate(turns, start=1)]


def test_the_sequences_do_something(tmp_path: Path) -> None:
    """Every kind of command is accepted at least once in some order."""
    with stad(tmp_path) as s:
        spel = Spel(s)
        wat = ["lid", "adres", "doel", "actie", "voortgang", "evaluatie", "standpunt", "deelnemer",
               "notitie", "aanvulling", "toestemming", "intrekking", "bezwaar", "weg", "netwerk",
               "melding", "vertrek", "afsluiting", "heropening", "overdracht"]  # fmt: skip
        assert [soort for soort in wat if not spel.speel((soort, 0, 0))] == []
