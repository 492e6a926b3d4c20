"""What must be so when all has healed: what was acknowledged is there, once, everywhere, in order.

Each check raises AssertionError, and otherwise says what it checked and how much of it. The looks
that they take are acknowledged looks too: those must have their lines in the log.
"""

from __future__ import annotations

import heapq
import signal
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import delete, select

from app.diensten import BRONNEN, VOLGT, Consentcel
from infra.logbook import logregels
from infra.mapper import to_bytes
from infra.positions import Located
from services.consent.projections import tabel
from tests.system.storing.access import GEMEENTE, Access, Feit
from tests.system.storing.load import Persoon
from tests.system.storing.oracle import Inzage, Oracle

Gezegd = dict[str, int]
FEITEN = {
    "huishouden": ("intake", "huishouden-gevormd"),
    "gesprek": ("intake", "gesprek-gestart"),
    "notitie": ("intake", "leefgebied-besproken"),
    "plan": ("plan", "plan-geopend"),
    "deelnemer": ("plan", "deelnemer-toegetreden"),
    "doel": ("plan", "doel-gesteld"),
    "actie": ("plan", "actie-afgesproken"),
    "toestemming": ("consent", "toestemming-gegeven"),
    "intrekking": ("consent", "vastlegging-ingetrokken"),
}
"""The fact that a kind of command makes, exactly one."""
GEVOLG = {
    ("intake", "persoon-vastgelegd"): 2, ("intake", "lid-toegevoegd"): 2,
    ("intake", "regisseur-aangewezen"): 1, ("intake", "meewerker-gevolgd"): 1,
    ("plan", "regie-gevolgd"): 1, ("plan", "leden-gevolgd"): 2,
}  # fmt: skip
"""What a household makes besides: in its own command, or because another service follows."""
ZICHTBAAR = ("huishouden", "notitie", "plan", "doel", "actie")


def dossiers(access: Access, oracle: Oracle) -> Gezegd:
    """Everything is to be seen, once, by whoever works there."""
    persoon = Persoon(access.cluster.url, oracle, 0)
    count = 0
    for huis, opdrachten in _by(oracle.opdrachten, lambda o: o.huishouden).items():
        ids: set[str] = set()
        texts: Counter[str] = Counter()
        for wie in {o.wie for o in opdrachten if o.soort != "huishouden"}:
            parts = _parts(persoon.zie_zeker(wie, huis))
            ids |= {part["id"] for part in parts}
            texts |= Counter(_text(part) for part in parts)
        for opdracht in opdrachten:
            if opdracht.soort in ZICHTBAAR:
                assert opdracht.id in ids, f"niet te zien: {opdracht}"
                times = texts[f"{opdracht.soort.capitalize()} {opdracht.sleutel}"]
                assert times == (opdracht.soort in ("notitie", "doel", "actie")), opdracht
                count += 1
    persoon.client.close()
    return {"opdrachten bevestigd": len(oracle.opdrachten), "waarvan te zien in dossiers": count}


def looks(access: Access, oracle: Oracle) -> Gezegd:
    """The log verifies, and every look that was answered has a decision of its own in it."""
    assert "het logboek klopt" in access.samenplan("consent", "controle")
    lines: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    with access.omgeving("consent") as omgeving:
        consent = Consentcel(omgeving, GEMEENTE).consent
        consent.volledigheid.eis()  # what left is in the lines, whatever was killed meanwhile
        where = select(logregels).where(logregels.c.soort == "besluit")
        with consent.database.read() as tx:
            for written in consent.logboek.read(tx, where):
                wie = written.regel.inhoud["wie"]["id"]
                lines[wie, str(written.regel.huishouden)].append(written.tijdstip)
    for key, mine in _by(oracle.inzagen, lambda i: (i.wie, i.huishouden)).items():
        without = _without_line(mine, lines[key])
        assert without is None, f"inzage zonder regel in het log: {without}"
    return {"inzagen met een eigen besluit in het log": len(oracle.inzagen)}


def withdrawals(_access: Access, oracle: Oracle) -> Gezegd:
    """What a withdrawal closed is opened by no look that begins after it, nor before a consent."""
    seen = _by(oracle.inzagen, lambda i: (i.huishouden, i.wie))
    done = _by(oracle.van(["toestemming", "intrekking"]), lambda o: o.huishouden)
    closed = opened = 0
    for gezin in oracle.gezinnen:
        acts = sorted(done.get(gezin.id, ()), key=lambda o: o.begonnen)
        for inzage in seen.get((gezin.id, gezin.regisseur), ()):
            before = [act for act in acts if act.begonnen < inzage.klaar]
            if any(act.bevestigd > inzage.begonnen for act in before):
                continue  # at the same time: either answer is right
            may = bool(before) and before[-1].soort == "toestemming"
            assert (gezin.schuldnotitie in inzage.notities) == may, (inzage, before[-1:])
            opened += may
            closed += bool(before) and not may
    return {"inzagen na een toestemming, open": opened, "inzagen na een intrekking, dicht": closed}


def commands(access: Access, oracle: Oracle) -> Gezegd:
    """One fact per command, none without one, and its answer tells where that stands."""
    made = Counter(FEITEN[opdracht.soort] for opdracht in oracle.opdrachten)
    for gevolg, times in GEVOLG.items():
        made[gevolg] = times * made[FEITEN["huishouden"]]
    there: Counter[tuple[str, str]] = Counter()
    with access.omgeving("portal") as omgeving:
        answers = [omgeving.posities.read(o.antwoord["positie"]) for o in oracle.opdrachten]
    for bron in BRONNEN:
        facts = access.facts(bron)
        assert list(facts) == list(range(1, len(facts) + 1)), f"{bron}: een gat in het log"
        there.update((bron, fact[2].removeprefix("nl.samenplan.")) for fact in facts.values())
        told = [answer.positie for answer in answers if answer.bron == bron]
        assert set(told) <= facts.keys(), f"{bron}: bevestigd, niet vastgelegd"
        assert len(set(told)) == len(told), f"{bron}: twee opdrachten, één feit"
        _recorded(access, bron, facts)
    assert there == made, f"te veel: {there - made}; te weinig: {made - there}"
    return {"feiten, één per opdracht": there.total()}


def topics(access: Access, _oracle: Oracle) -> Gezegd:
    """The topic is the log: nothing missing, nothing else, every stream in order."""
    total = again = 0
    for bron in BRONNEN:
        there: dict[int, bytes] = {}
        versions: dict[UUID, int] = defaultdict(int)
        for position, envelope in access.topic(bron):
            total += 1
            if position in there:
                again += 1
                assert there[position] == to_bytes(envelope), f"{bron}: {position}"
                continue
            there[position] = to_bytes(envelope)
            assert envelope.version == versions[envelope.stream] + 1, f"{bron}: {position}"
            versions[envelope.stream] = envelope.version
        log = {position: bytes(fact[3]) for position, fact in access.facts(bron).items()}
        assert there == log, f"{bron}: het topic is het log niet"
    return {"records op de topics": total, "waarvan nogmaals gebracht": again}


def quarantine(access: Access, _oracle: Oracle) -> Gezegd:
    """No stream was set apart, and no reader stopped."""
    for dienst in VOLGT:
        rows = access.sql(f"SELECT bron, stroom, fout FROM {dienst}_{GEMEENTE}.quarantaine")
        assert not rows, (dienst, rows)
    for name in access.cluster.processes:
        for consumer in access.cluster.health(name).get("consumers", ()):
            assert not consumer["gestopt"], consumer
    return {"stromen in quarantaine": 0}


def decisions(access: Access, _oracle: Oracle) -> Gezegd:
    """The decision facts are what folding everything anew gives (which is then taken back)."""
    facts: dict[tuple[UUID, int], Located] = {}
    with access.omgeving("consent") as omgeving:
        consent = Consentcel(omgeving, GEMEENTE).consent
        own = consent.store.envelopes(0, 10_000_000)
        for located in chain(access.topic("intake"), access.topic("plan"), own):
            facts.setdefault((located[1].stream, located[1].version), located)
        with consent.database.write() as tx:
            before = _decided(consent, tx)
            tx.execute(delete(tabel))
            consent.volg(tx, "", list(facts.values()))
            after = _decided(consent, tx)
            tx.rollback()
    assert before == after, "de beslisfeiten zijn niet wat de feiten zeggen"
    return {"huishoudens met beslisfeiten als opnieuw gevouwen": len(before)}


def views(access: Access, _oracle: Oracle) -> Gezegd:
    """The read model is what a rebuild makes. Ends the portal's workers."""
    for name in [name for name in access.cluster.processes if name.startswith("portal-worker")]:
        access.cluster.end(name, signal.SIGTERM)
    before = _rows(access)
    access.samenplan("portal", "herbouw")
    after = _rows(access)
    for table, rows in before.items():
        assert rows == after[table], f"{table} verschilt van een herbouw"
    return {"rijen van het leesmodel gelijk aan een herbouw": sum(map(len, before.values()))}


ALL: Sequence[Callable[[Access, Oracle], Gezegd]] = (
    dossiers, looks, withdrawals, commands, topics, quarantine, decisions, views,
)  # fmt: skip
"""In this order: the last one ends processes."""

# --- small helpers ----------------------------------------------------------------------------


def _by(things: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for thing in things:
        found[key(thing)].append(thing)
    return found


def _parts(dossier: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    plan = dossier["plan"]
    parts = [dossier, *dossier["notities"]]
    if plan is not None:
        parts += [plan, *plan["doelen"], *(a for doel in plan["doelen"] for a in doel["acties"])]
    return parts


def _text(part: Mapping[str, Any]) -> str:
    zorgen = part.get("zorgen") or {}
    return str(zorgen.get("tekst") or part.get("woorden") or part.get("wat") or "")


def _without_line(inzagen: Sequence[Inzage], lines: Sequence[datetime]) -> Inzage | None:
    """A look for which no line is left, when each line serves one look that was under way then."""
    waiting = sorted(inzagen, key=lambda i: i.begonnen, reverse=True)
    under_way: list[tuple[datetime, int, Inzage]] = []
    for line in (*sorted(lines), datetime.max.replace(tzinfo=UTC)):
        while waiting and waiting[-1].begonnen <= line:
            inzage = waiting.pop()
            heapq.heappush(under_way, (inzage.klaar, len(waiting), inzage))
        if under_way and under_way[0][0] < line:
            return under_way[0][2]
        if under_way:
            heapq.heappop(under_way)
    return None


def _recorded(access: Access, bron: str, facts: Mapping[int, Feit]) -> None:
    """Every append has one row of idempotency, at its last fact; no stream has a hole."""
    said: dict[UUID, int] = {}
    seen: set[int] = set()
    for (raw,) in access.sql(f"SELECT antwoord FROM {bron}_{GEMEENTE}.opdrachten"):
        stream, version, position, _ = from_json(raw)
        if position:  # else what it asked for was so already
            assert position not in seen, f"{bron}: twee opdrachten op positie {position}"
            assert facts[position][:2] == (UUID(stream), version), f"{bron}: positie {position}"
            seen.add(position)
            said[UUID(stream)] = max(version, said.get(UUID(stream), 0))
    last: dict[UUID, int] = {}
    for stream, version, _, _ in facts.values():
        assert version == last.get(stream, 0) + 1, f"{bron}: {stream} heeft een gat"
        last[stream] = version
    assert last == said, f"{bron}: een feit zonder opdracht"


def _decided(consent: Any, tx: Any) -> dict[UUID, Any]:
    """Per household what a decision knows of it."""
    found = {}
    for huis in tx.scalars(select(tabel.c.huishouden).distinct()):
        if huis is not None:
            feiten = consent._feiten
            opened = feiten.feiten(feiten.rijen(tx, huis), huis, datetime.now(UTC).date())
            records = sorted(opened.vastleggingen, key=lambda v: v.id)
            found[huis] = replace(opened, vastleggingen=records)
    return found


def _rows(access: Access) -> dict[str, list[str]]:
    """Everything in the read model, and how far it is in every stream."""
    tables = ("feiten", "hoort_bij", "betrokken", "versies", "quarantaine")
    return {
        table: sorted(map(repr, access.sql(f"SELECT * FROM portal_{GEMEENTE}.{table}")))
        for table in tables
    }
