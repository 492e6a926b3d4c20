"""How long after its commit a fact stands in the portal's read model, at a steady 200 a second.

A process of its own appends through intake's store on a fixed timetable; committed is when the
append returns. Another asks the portal's database every 10 ms how far it is. A third reads the
topic along, to tell the shares apart: the relay until it hands a record to its producer (that is
the record's timestamp), the broker until somebody could read it, the rest is the portal's worker.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from uuid import UUID, uuid4

from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import func, select

from app.cluster import Cluster
from bench.cluster import GEMEENTE, Schrijver, omgeving
from bench.huishouden import TEKST
from bench.meet import ms, p50, p99
from events.base import Open, Zegelplaats
from events.begrippen import Bron, Leefgebied, herkomst
from events.intake import GesprekGestart, LeefgebiedBesproken
from events.waarden import Uitspraak
from infra.kafka.verbinding import topic_of
from services.portal.projections import feiten

PER_SECONDE, SECONDEN = 200, 10
AANTAL = PER_SECONDE * SECONDEN
SCHRIJVERS, STROMEN = 10, 100
"""Threads, and conversations that they write in: each conversation by one thread."""
GEDULD = 60.0
"""Seconds after the last append in which everything must have arrived."""
Wanneer = dict[tuple[UUID, int], float]
"""When something happened to a fact, by its stream and version: seconds since 1970."""


def regels(cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, measured, against."""
    gesprekken = [uuid4() for _ in range(STROMEN)]
    vast, gegeven, leesbaar, zichtbaar = _samen(dict(cluster.environment), gesprekken)
    assert len(vast) == len(zichtbaar) == len(leesbaar) == AANTAL
    duur = max(vast.values()) - min(vast.values())
    totaal = sorted(zichtbaar[fact] - vast[fact] for fact in vast)
    snelheid = f"{(AANTAL - 1) / duur:.0f} feiten/s"
    yield "van vastleggen tot leesmodel, p50", ms(p50(totaal)), snelheid
    yield "van vastleggen tot leesmodel, p99", ms(p99(totaal)), "doel: hoogstens 300 ms"
    for wat, van, tot in (
        ("relay", vast, gegeven), ("broker", gegeven, leesbaar), ("worker", leesbaar, zichtbaar),
    ):  # fmt: skip
        deel = sorted(tot[fact] - van[fact] for fact in vast)
        yield f"- {wat}", f"p50 {ms(p50(deel))}, p99 {ms(p99(deel))}", "-"


def _samen(
    environment: dict[str, str], gesprekken: list[UUID]
) -> tuple[Wanneer, Wanneer, Wanneer, Wanneer]:
    """Committed, given to the producer, readable on the topic, visible in the portal."""
    spawn = get_context("spawn")
    pipes = {}
    for doe in (_schrijf, _lees_mee, _kijk):
        pipes[doe], theirs = spawn.Pipe()
        spawn.Process(target=doe, args=(environment, gesprekken, theirs), daemon=True).start()
    for pipe in pipes.values():
        pipe.recv()  # it is ready
    for pipe in pipes.values():
        pipe.send("begin")
    return pipes[_schrijf].recv(), *pipes[_lees_mee].recv(), pipes[_kijk].recv()


def _schrijf(environment: Mapping[str, str], gesprekken: list[UUID], pipe: Connection) -> None:
    vast: Wanneer = {}
    with omgeving(environment, "intake") as intake:
        schrijver = Schrijver(intake)
        for gesprek in gesprekken:  # so that every sealing key is at hand
            schrijver.leg_vast(gesprek, *_notities(gesprek, begin=True))
        pipe.send("klaar")
        pipe.recv()
        begin = time.time() + 0.5

        def schrijf(deel: int) -> None:
            for number in range(deel, AANTAL, SCHRIJVERS):
                time.sleep(max(0.0, begin + number / PER_SECONDE - time.time()))
                gesprek = gesprekken[number % STROMEN]
                schrijver.leg_vast(gesprek, *_notities(gesprek))
                vast[gesprek, 3 + number // STROMEN] = time.time()

        with ThreadPoolExecutor(SCHRIJVERS) as pool:
            list(pool.map(schrijf, range(SCHRIJVERS)))
    pipe.send(vast)


def _notities(gesprek: UUID, *, begin: bool = False) -> list[GesprekGestart | LeefgebiedBesproken]:
    """A note of five sealed fields; at the beginning of a conversation with its start."""
    persoon, huishouden = UUID(int=gesprek.int ^ 1), UUID(int=gesprek.int ^ 2)
    plaats = Zegelplaats((persoon,), herkomst("wmo-onderzoek"), Leefgebied.WONEN)
    zin = Open(Uitspraak(tekst=TEKST, bron=Bron.GEZIEN), plaats)
    notitie = LeefgebiedBesproken(
        huishouden=huishouden, notitie=uuid4(), personen=(persoon,),
        leefgebied=Open(Leefgebied.WONEN, plaats), reden=Open("nodig voor het plan", plaats),
        gaat_goed=zin, zorgen=zin, wens=zin,
    )  # fmt: skip
    start = GesprekGestart(huishouden=huishouden, deelnemers=(persoon,))
    return [start, notitie] if begin else [notitie]


def _lees_mee(environment: Mapping[str, str], gesprekken: list[UUID], pipe: Connection) -> None:
    gegeven: Wanneer = {}
    leesbaar: Wanneer = {}
    hier = {str(gesprek): gesprek for gesprek in gesprekken}
    topic = topic_of("intake")
    with omgeving(environment, "portal") as portal:
        consumer = KafkaConsumer(**portal.kafka.options(), enable_auto_commit=False)
        every = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic)]
        consumer.assign(every)
        consumer.seek_to_end(*every)
        for partition in every:
            consumer.position(partition)
        pipe.send("klaar")
        pipe.recv()
        until = time.time() + SECONDEN + GEDULD
        while len(leesbaar) < AANTAL and time.time() < until:
            for records in consumer.poll(timeout_ms=250).values():
                nu = time.time()
                for record in records:
                    _, stroom, versie = dict(record.headers)["ce_id"].decode().split("/")
                    if stroom in hier and int(versie) > 2:
                        leesbaar[hier[stroom], int(versie)] = nu
                        gegeven[hier[stroom], int(versie)] = record.timestamp / 1000
        consumer.close()
    pipe.send((gegeven, leesbaar))


def _kijk(environment: Mapping[str, str], gesprekken: list[UUID], pipe: Connection) -> None:
    zichtbaar: Wanneer = {}
    gezien = dict.fromkeys(gesprekken, 2)
    vraag = (
        select(feiten.c.stroom, func.max(feiten.c.versie))
        .where(feiten.c.stroom.in_(gesprekken))
        .group_by(feiten.c.stroom)
    )
    with omgeving(environment, "portal") as portal:
        database = portal.database(GEMEENTE)
        pipe.send("klaar")
        pipe.recv()
        until = time.time() + SECONDEN + GEDULD
        while len(zichtbaar) < AANTAL and time.time() < until:
            with database.read() as tx:
                rows = tx.execute(vraag).all()
            nu = time.time()
            for stroom, versie in rows:
                for nieuw in range(gezien[stroom] + 1, versie + 1):
                    zichtbaar[stroom, nieuw] = nu
                gezien[stroom] = max(versie, gezien[stroom])
            time.sleep(0.01)
    pipe.send(zichtbaar)
