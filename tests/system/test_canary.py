"""Canaries: unmistakable values in every personal field, searched for everywhere they must not be.

Every endpoint is walked by every kind of user, with what was really sent, with nothing, with
nonsense, and with a canary where something else belongs.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog

from events.base import Fact, Sealed
from tests.system.gezin import Gezin, zaai
from tests.system.stad import Stad, stad

ECHO = "KanarieEchoQz7"
"""Sent where it does not belong; no answer repeats it."""
NOOIT = (None, "tom", "fg", "joris", "hanna", "ruben")
"""Who may never see a canary: no task, or a task that is not about content."""


@dataclass
class Wandeling:
    """What everybody got to see."""

    gezin: Gezin
    gezien: dict[str, set[str]] = field(default_factory=dict)
    fouten: list[str] = field(default_factory=list)
    """What was seen by somebody who may not, and what an error repeated."""
    gestuurd: dict[str, str] = field(default_factory=dict)
    """What somebody recorded with success: of sharing she sees that back, as she wrote it."""
    aantal: int = 0
    statussen: set[int] = field(default_factory=set)

    def stuurde(self, wie: str | None, body: object) -> None:
        self.gestuurd[str(wie)] = self.gestuurd.get(str(wie), "") + str(body)

    def lees(self, wie: str | None, wat: str, answer: httpx.Response) -> None:
        self.aantal += 1
        self.statussen.add(answer.status_code)
        text = answer.text + str(answer.headers)
        eigen = self.gestuurd.get(str(wie), "") if wat.endswith("/vastleggingen") else ""
        if ECHO in text or answer.status_code >= 500:
            self.fouten.append(f"{wie}: {wat}: {answer.status_code} {text}")
        for kanarie, lezers in self.gezin.kanaries.items():
            if kanarie in text:
                self.gezien.setdefault(kanarie, set()).add(str(wie))
                if answer.is_error or (wie not in lezers and kanarie not in eigen):
                    self.fouten.append(f"{kanarie} gezien door {wie} bij {wat}")


@dataclass
class Alles:
    """What the walk left behind, for every test to look at."""

    stad: Stad
    gezin: Gezin
    wandeling: Wandeling
    data: Path
    log: str


@pytest.fixture(scope="module")
def alles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alles]:
    data = tmp_path_factory.mktemp("data")
    lines: list[logging.LogRecord] = []
    handler = logging.Handler(logging.DEBUG)
    handler.addFilter(lambda line: line.name != "httpx")  # that is us, asking
    handler.emit = lines.append  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with structlog.testing.capture_logs() as logged, stad(data) as s:
            gezin = zaai(s)
            wandeling = Wandeling(gezin)
            _loop(s, gezin, wandeling)
            text = str(logged) + "".join(line.getMessage() + str(line.exc_info) for line in lines)
            yield Alles(s, gezin, wandeling, data, text)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def _loop(s: Stad, gezin: Gezin, wandeling: Wandeling) -> None:
    iedereen: list[str | None] = [None, *s.wie]
    paden = s.client.get("/v1/openapi.json").json()["paths"]
    gedaan = list(s.gedaan)
    for zaaier, _, body in gedaan:
        wandeling.stuurde(zaaier, body)
    for wie in iedereen:
        for pad, methoden in paths(paden, gezin):
            if "get" in methoden:
                for params in ({}, {"doel": "schuldhulp"}, {"doel": ECHO}, {"naPositie": ECHO},
                               {"moment": "2026-03-02T12:00:00Z"}, {"moment": ECHO}):  # fmt: skip
                    wandeling.lees(wie, pad, s.vraag("GET", wie, pad, params=params))
            if "post" in methoden:
                bodies = [_nonsense(paden, pad, gezin)]
                if wie in (None, "ellen", "anna", "tom"):
                    bodies += [None, {}, [ECHO], {ECHO: ECHO}]
                for body in bodies:
                    answer = s.vraag("POST", wie, pad, body, volg=False)
                    wandeling.lees(wie, f"{pad} {body}", answer)
        for _, pad, body in gedaan:
            vol = pad.format(**gezin.ids)
            answer = s.vraag("POST", wie, vol, body, volg=False)
            wandeling.lees(wie, f"{vol} {body}", answer)
            if answer.is_success:
                wandeling.stuurde(wie, body)
        s.world.worker.drain()
    for wie in iedereen:  # once more, after all they tried
        for pad, methoden in paths(paden, gezin):
            if "get" in methoden:
                wandeling.lees(wie, pad, s.vraag("GET", wie, pad))


def paths(paden: dict[str, Any], gezin: Gezin) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every path of the document, with ids that exist and with one that does not."""
    kies = {
        "huishouden": ("huis", "elders"), "persoon": ("anna", "kees", "dirk"),
        "plan": ("plan", "plan2"), "doel": ("doel_anna",), "actie": ("actie_anna",),
        "melding": ("melding",), "gesprek": ("gesprek",), "notitie": ("notitie_Sanneanna",),
        "record": ("toestemming",),
    }  # fmt: skip
    for pad, methoden in paden.items():
        namen = [part[1:-1] for part in pad.split("/") if part.startswith("{")]
        for nummer in range(max((len(kies.get(naam, ())) for naam in namen), default=1)):
            ids = {
                naam: gezin.ids[kies[naam][nummer % len(kies[naam])]] if naam in kies
                else str(gezin.stad.wie["bram"].id)
                for naam in namen
            }  # fmt: skip
            # What cannot be undone is done by nobody here: erasing Anna would end the search.
            if not pad.endswith("/wissing"):
                yield pad.format(**ids), methoden
        if namen:
            yield pad.format(**dict.fromkeys(namen, str(uuid4()))), methoden
            yield pad.format(**dict.fromkeys(namen, ECHO)), methoden


def _nonsense(paden: dict[str, Any], pad: str, gezin: Gezin) -> Any:
    """A body that was really sent to such an endpoint, with a canary in place of each value."""
    laatste = pad.rsplit("/", 1)[-1]
    for _, sent, body in gezin.stad.gedaan:
        if body and sent.rsplit("/", 1)[-1] == laatste:
            return {name: {ECHO: ECHO} if isinstance(value, str) else ECHO
                    for name, value in body.items()}  # fmt: skip
    return ECHO


def _elders(kind: type[Fact]) -> bool:
    """Facts that open or write what this walk must find closed: emergency, restrictions, advice,
    substitutes, tasks and what waits to be confirmed. Their texts are read in tests of their own
    (test_nood, test_beperking, test_rollen_toezicht, test_taken, test_verjaardagen)."""
    return kind.__module__ == "events.toezicht" or kind.naam.removeprefix("nl.samenplan.") in {
        "vervanger-aangewezen", "noodafspraak-vastgelegd", "taak-ontstaan", "taak-afgehandeld",
        "bevestiging-gevraagd", "vastlegging-bevestigd",
    }  # fmt: skip


def test_every_personal_field_holds_something(alles: Alles) -> None:
    """A field that is added later must be seeded here, or this test says which."""
    world = alles.stad.world
    filled = {
        (envelope.fact.naam, name)
        for store in (world.intake.store, world.plannen.store, world.consent.store)
        for _, envelope in store.envelopes(0, 100_000)
        for name in envelope.fact.personal
        if isinstance(getattr(envelope.fact, name), Sealed)
    }
    ours = [kind for kind in Fact.known() if kind.__module__.startswith("events.")]
    ours = [kind for kind in ours if not _elders(kind)]
    missing = {(kind.naam, name) for kind in ours for name in kind.personal} - filled
    assert missing == set()


def test_nobody_sees_what_is_not_hers(alles: Alles) -> None:
    assert alles.wandeling.fouten == []
    assert alles.wandeling.aantal > 2000
    assert {200, 201, 400, 401, 403, 404, 409} <= alles.wandeling.statussen


def test_who_may_see_it_does(alles: Alles) -> None:
    """The other half: an empty answer would hide everything from everybody as well."""
    gezien = alles.wandeling.gezien
    missing = {
        kanarie: lezers - gezien.get(kanarie, set())
        for kanarie, lezers in alles.gezin.kanaries.items()
        if lezers - gezien.get(kanarie, set())
    }
    assert missing == {}


def test_outsiders_and_supervisors_see_no_content_at_all(alles: Alles) -> None:
    readers = {lezer for lezers in alles.wandeling.gezien.values() for lezer in lezers}
    assert readers.isdisjoint(map(str, NOOIT))
    assert readers >= {"ellen", "yusuf", "anna", "kees", "dirk"}


def test_debts_never_reach_the_regisseur_nor_each_other(alles: Alles) -> None:
    debts = {k: who for k, who in alles.wandeling.gezien.items() if "Yusuf" in k}
    assert len(debts) > 20
    for kanarie, lezers in debts.items():
        assert lezers <= {"yusuf", "anna", "bert"}, kanarie
        assert not {"anna", "bert"} <= lezers, kanarie


def test_no_file_holds_a_canary_in_any_form(alles: Alles) -> None:
    files = [path for path in alles.data.rglob("*") if path.is_file()]
    assert {".sqlite", ".sqlite-wal"} <= {path.suffix for path in files}
    for path in files:
        raw = path.read_bytes()
        lower = raw.lower()
        for kanarie in alles.gezin.kanaries:
            for form in _forms(kanarie):
                assert form not in raw, (path.name, kanarie, form)
            assert kanarie.encode().hex().encode() not in lower, (path.name, kanarie)


def _forms(kanarie: str) -> Iterator[bytes]:
    """As it is, as UTF-16, and as base64 at each of the three places it can start."""
    yield kanarie.encode()
    yield kanarie.encode("utf-16-le")
    for shift in range(3):
        whole = b64encode(bytes(shift) + kanarie.encode())
        inner = whole[4 if shift else 0 : -4]  # the ends depend on what stands beside it
        if len(inner) >= 8:  # a shorter run of letters is in any megabyte of ciphertext by chance
            yield inner


def test_the_log_holds_no_canary(alles: Alles, capfd: pytest.CaptureFixture[str]) -> None:
    said = alles.log + "".join(capfd.readouterr())
    assert [kanarie for kanarie in alles.gezin.kanaries if kanarie in said] == []
    assert ECHO not in said


def test_all_consumers_still_run(alles: Alles) -> None:
    for consumer in alles.stad.world.worker.consumers:
        assert (consumer.stopped, consumer.quarantined()) == (None, 0), consumer.name
