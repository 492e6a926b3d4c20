"""The witness: signs along with what continues, and refuses a thousand ways not to."""

from __future__ import annotations

import random
import threading
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.logboek import bewaak
from infra.boom import leaf_hash, root_of
from infra.getuige import LogbookGoneError, RemoteLog, Rounds, Witness
from infra.koppen import LOG, WITNESS, Head, HeadRefusedError, KeyFile, Signer, note, origin, read
from infra.settings import Settings
from infra.tegels import Tree
from infra.testbed.processes import until
from tests.infra.world import NU
from tests.proces import free_port

NAAM = origin("9999")
SIGNER = Signer(NAAM, LOG, bytes(range(32)))
SIZE = 60
SCENARIOS = 1000


class History:
    """A log in memory, of which any size can be shown: a real tree, and a machine that may lie."""

    def __init__(self, folder: Path, rows: list[bytes], signer: Signer = SIGNER) -> None:
        self.leaves = [leaf_hash(row) for row in rows]
        self.tree = Tree(folder, 0)
        for leaf in self.leaves:
            self.tree = self.tree.grow([leaf])
        self.shown, self.signer, self.name = len(rows), signer, NAAM
        self.extra = ""
        self.bend: Callable[[list[bytes]], list[bytes]] = lambda proof: proof

    def head(self) -> Head:
        return Head(self.name, self.shown, root_of(self.leaves[: self.shown]))

    def checkpoint(self) -> str:
        head = self.head()
        return note(head, [self.signer.sign(head.text), self.extra])

    def consistency(self, earlier: int, size: int) -> list[bytes]:
        return self.bend(Tree(self.tree.folder, size).consistency(earlier))


ROWS = [b"regel %d" % number for number in range(SIZE)]


@pytest.fixture
def true(tmp_path: Path) -> History:
    return History(tmp_path / "waar", ROWS)


class Getuige(Witness):
    """One with a folder and a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.nu = NU
        self.map = folder / "koppen"
        key = KeyFile(folder / "getuige.sleutel", "getuige.example/fg", WITNESS, create=True)
        super().__init__(self.map, SIGNER.verifier, key, lambda: self.nu)
        self.key = key

    def kept(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.map.glob("*")}


@pytest.fixture
def getuige(tmp_path: Path) -> Getuige:
    return Getuige(tmp_path)


def test_it_signs_along_with_what_continues_and_keeps_it(true: History, getuige: Getuige) -> None:
    for number, size in enumerate((1, 5, 5, 6, 60)):
        getuige.nu = NU + timedelta(minutes=number)
        true.shown = size
        assert getuige.look(true) == true.head() == getuige.last()
    assert sorted(getuige.kept()) == [f"{size:012}.kop" for size in (1, 5, 6, 60)]
    signed = getuige.kept()["000000000005.kop"].decode()
    assert read(signed, SIGNER.verifier).size == 5
    moment = getuige.key.verifier.signed(signed)
    assert moment == int((NU + timedelta(minutes=2)).timestamp())


def test_a_thousand_ways_to_lie_are_refused(
    true: History, getuige: Getuige, tmp_path: Path
) -> None:
    """Put back, split, forked, and proofs that were bent: with the log's own key, mostly."""
    dice = random.Random(5)
    forks = [_fork(tmp_path / f"vork{at}", at) for at in (0, 7, 31, 32, 50)]
    true.shown = 40
    getuige.look(true)
    before, refused = getuige.kept(), 0
    for number in range(SCENARIOS):
        liar, said = _lie(dice, number % 7, true, forks)
        with pytest.raises(HeadRefusedError, match=said):
            getuige.look(liar)
        assert getuige.kept() == before
        refused += 1
    assert refused == SCENARIOS
    true.shown, true.bend, true.name, true.signer = SIZE, list, NAAM, SIGNER
    assert getuige.look(true).size == SIZE  # and the truth is still welcome


def _fork(folder: Path, at: int) -> tuple[int, History]:
    """Another history after row `at`."""
    return at, History(folder, ROWS[:at] + [row + b"!" for row in ROWS[at:]])


def _lie(
    dice: random.Random, kind: int, true: History, forks: list[tuple[int, History]]
) -> tuple[History, str]:
    true.name, true.signer, true.bend = NAAM, SIGNER, list
    _, fork = dice.choice([one for one in forks if one[0] < 40])
    fork.bend = list
    if kind == 0:  # the true log, put back
        true.shown = dice.randrange(1, 40)
        return true, "teruggezet"
    if kind == 1:  # another log of the same size
        fork.shown = 40
        return fork, "twee verschillende"
    if kind == 2:  # a larger log with another past, and its own honest proof
        fork.shown = dice.randrange(41, SIZE + 1)
        return fork, "gaat niet verder"
    if kind == 3:  # the same with the proof of the true one
        fork.shown = dice.randrange(41, SIZE + 1)
        right = Tree(true.tree.folder, fork.shown).consistency(40)
        fork.bend = lambda _proof: right
        return fork, "gaat niet verder"
    true.shown = dice.randrange(41, SIZE + 1)
    if kind == 4:  # the truth with a proof that was bent
        place, bit = dice.random(), 1 << dice.randrange(8)

        def bend(proof: list[bytes]) -> list[bytes]:
            which = int(place * len(proof))
            spoiled = bytes([proof[which][0] ^ bit]) + proof[which][1:]
            return [*proof[:which], spoiled, *proof[which + 1 :]]

        true.bend = dice.choice([bend, lambda proof: proof[1:], lambda proof: [*proof, bytes(32)]])
        return true, "gaat niet verder"
    if kind == 5:  # somebody else's key
        true.signer = Signer(NAAM, LOG, dice.randbytes(32))
        return true, "niet ondertekend"
    true.name = origin("9998")  # another log under this key
    return true, "niet die van"


def test_its_own_head_was_changed(true: History, getuige: Getuige) -> None:
    getuige.look(true)
    (kept,) = getuige.map.glob("*.kop")
    kept.write_text(true.checkpoint())  # without its signature
    with pytest.raises(HeadRefusedError, match="niet van deze getuige"):
        getuige.look(true)


def test_a_line_that_the_log_adds_is_not_kept(true: History, getuige: Getuige) -> None:
    """A false line in its name, or anybody's, would make its own file unreadable to itself."""
    own = b64encode(getuige.key.verifier.id + bytes(72)).decode()
    true.extra = f"— {getuige.key.verifier.name} {own}\n— iemand {own}\n"
    true.shown = 20
    assert getuige.look(true).size == 20
    (kept,) = getuige.kept().values()
    assert [line.split(" ")[1] for line in kept.decode().splitlines()[4:]] == [
        NAAM, getuige.key.verifier.name,
    ]  # fmt: skip
    true.extra, true.shown = "", SIZE
    assert getuige.look(true).size == SIZE


def _remote(answer: httpx.Response | Exception) -> RemoteLog:
    def handle(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = httpx.Client(transport=httpx.MockTransport(handle))
    return RemoteLog(client, "https://log.example/v1/logboek/9999/")


@pytest.mark.parametrize("answer", [
    httpx.ConnectError("weg"), httpx.Response(503), httpx.Response(404),
])  # fmt: skip
def test_a_log_that_does_not_answer_is_not_a_log_that_lies(
    getuige: Getuige, answer: httpx.Response | Exception
) -> None:
    with pytest.raises(LogbookGoneError):
        getuige.look(_remote(answer))


def test_over_http_it_asks_the_head_and_the_proof(true: History, getuige: Getuige) -> None:
    asked = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.url.path.endswith("/checkpoint"):
            return httpx.Response(200, text=true.checkpoint())
        van, tot = int(request.url.params["van"]), int(request.url.params["tot"])
        proof = [b64encode(one).decode() for one in true.consistency(van, tot)]
        return httpx.Response(200, json={"bewijs": proof})

    client = httpx.Client(transport=httpx.MockTransport(handle))
    remote = RemoteLog(client, "https://log.example/v1/logboek/9999/")
    for size in (3, 44):
        true.shown = size
        assert getuige.look(remote).size == size
    assert asked[-1] == "https://log.example/v1/logboek/9999/samenhang?van=3&tot=44"
    for wrong in ({"bewijs": ["?"]}, {"bewijs": 3}, []):
        with pytest.raises(LogbookGoneError):
            _remote(httpx.Response(200, json=wrong)).consistency(1, 2)
    assert isinstance(getuige.nu, datetime)


def test_who_watches_the_witness_sees_how_far_it_is_and_what_it_refused(
    true: History, getuige: Getuige, capfd: pytest.CaptureFixture[str]
) -> None:
    """With a management port it goes on looking, and says there that the log is wrong."""
    port = free_port()
    rondes, gestopt, ended = Rounds(getuige, true, lambda: NU), threading.Event(), []

    def figures() -> dict[str, float]:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        families = text_string_to_metric_families(text)
        return {s.name: s.value for family in families for s in family.samples}

    def health() -> tuple[int, dict[str, Any]]:
        answer = httpx.get(f"http://127.0.0.1:{port}/gezondheid")
        return answer.status_code, answer.json()["getuige"]

    def run() -> None:
        try:
            bewaak(rondes, gestopt, 0.01, Settings(beheerpoort=port))
        except HeadRefusedError as error:
            ended.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert until(lambda: rondes.seen is not None, 10)
        assert health() == (200, {"geweigerd": False})
        assert figures()["samenplan_getuige_regels"] == SIZE
        assert figures()["samenplan_getuige_kop_tijdstip_seconden"] == NU.timestamp()
        true.shown = 5  # put back to an earlier moment
        assert until(lambda: rondes.refused > 1, 10)
        assert health() == (503, {"geweigerd": True})
        found = figures()
        assert found["samenplan_getuige_geweigerd_total"] > 1
        assert found["samenplan_getuige_regels"] == SIZE
    finally:
        gestopt.set()
        thread.join(10)
    assert ended == [f"het logboek is teruggezet: van {SIZE} naar 5 regels"]
    assert "HET LOGBOEK KLOPT NIET" in capfd.readouterr().err


def test_without_a_port_the_first_that_is_wrong_ends_it(true: History, getuige: Getuige) -> None:
    rondes = Rounds(getuige, true, lambda: NU)
    rondes.look()
    true.shown = 5
    with pytest.raises(HeadRefusedError, match="teruggezet"):
        bewaak(rondes, threading.Event(), 0.01, Settings())
    assert (rondes.refused, rondes.size) == (1, SIZE)
