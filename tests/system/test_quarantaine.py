"""What cannot be processed, what nobody may have sent, what comes twice: each does its harm to as
little as possible, is seen by the operator, and is put right with a command."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from kafka import KafkaProducer
from psycopg.sql import SQL, Identifier, Literal

from app.cluster import Cluster
from app.diensten import BRONNEN, VOLGT
from infra.cloudevents import Record, to_record
from infra.kafka.verbinding import topic_of
from infra.outbox import Uitgaand
from infra.testbed.processes import until
from tests.infra.test_vijandig import ATTACKS, SEED
from tests.system.gezin import Gezin
from tests.system.verdeeld import (
    GEDULD,
    bij,
    broker,
    echt,
    getekend,
    metingen,
    naar_buiten,
    opdracht,
    records,
    rijen,
    sql,
    waarmerk,
)

PORTAL = ("portal-worker-1", "portal-worker-2")


def gezond(cluster: Cluster) -> bool:
    """Whether every process says that all is well."""
    return all(cluster.health(name).get("status") == "goed" for name in cluster.processes)


def figure(cluster: Cluster, proces: str, name: str, **labels: str) -> float:
    """The sum of a figure over its series with these labels."""
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    return sum(
        value for series, value in metingen(cluster, proces).items()
        if series.startswith(f"samenplan_{name}") and all(part in series for part in wanted)
    )  # fmt: skip


def beeld(cluster: Cluster) -> dict[tuple[str, str], list[str]]:
    """Everything that services keep per gemeente, how far their relays are excepted; once the log
    is signed as far as it goes."""
    assert until(lambda: getekend(cluster), GEDULD)
    found = rijen(cluster, "%\\_%")
    return {name: rows for name, rows in found.items() if name[1] != "uitgang"}


@contextmanager
def storing(cluster: Cluster, stroom: str) -> Iterator[None]:
    """Nothing more of this stream fits in the view of the portal."""
    table = SQL("ALTER TABLE portal_9999.feiten ")
    with sql(cluster) as connection:
        connection.execute(
            table + SQL("ADD CONSTRAINT storing CHECK (stroom <> {}) NOT VALID").format(
                Literal(UUID(stroom))
            )
        )  # fmt: skip
        try:
            yield
        finally:
            connection.execute(table + SQL("DROP CONSTRAINT storing"))


def test_a_fact_that_cannot_be_processed_holds_up_its_own_stream_only(
    cluster: Cluster, gezinnen: dict[str, Gezin]
) -> None:
    hier, daar = gezinnen["9999"], gezinnen["9998"]
    taak = {"medewerker": str(hier.stad.wie["fatma"].id), "taak": "meekijken"}
    with storing(cluster, hier.ids["plan"]):
        made = hier.stad.vraag("POST", "ellen", f"/plannen/{hier.ids['plan']}/deelnemers", taak)
        assert made.status_code == 201
        assert until(lambda: figure(cluster, PORTAL[0], "quarantaine_stromen") == 1, GEDULD)
        for worker in PORTAL:  # seen at both, whoever of them had it
            said = cluster.health(worker)
            assert said["status"] == "aandacht"
            assert {c["naam"]: c["quarantaine"] for c in said["consumers"]}["portal-plan"] == 1
        assert figure(cluster, PORTAL[0], "quarantaine_stromen", consumer="portal-plan") == 1
        assert figure(cluster, "consent-worker-1", "quarantaine_stromen") == 0
        # This household is being repaired, and says so; all others go on, also with what is new.
        closed = hier.stad.vraag("GET", "ellen", f"/dossiers/{hier.ids['huis']}")
        assert (closed.status_code, closed.json()["code"]) == (503, "wordt-hersteld")
        for stad, huis in ((hier.stad, hier.ids["elders"]), (daar.stad, daar.ids["elders"])):
            stad.doe("fatma", f"/huishoudens/{huis}/netwerk", {
                "naam": "Buurman", "kanHelpenMet": "klussen", "contact": {"voorkeur": "bellen"},
            })  # fmt: skip
            assert "Buurman" in str(stad.dossier("fatma", huis)["netwerk"])
        assert until(lambda: bij(cluster), GEDULD)
        still = opdracht(cluster, "portal", "herstel")
        assert "9999, plan: nog niet (IntegrityError)" in still.stdout, still
        assert figure(cluster, PORTAL[0], "quarantaine_stromen") == 1
    done = opdracht(cluster, "portal", "herstel")
    assert (done.returncode, done.stdout) == (0, "9999, plan: hersteld (IntegrityError)\n"), done
    assert until(lambda: gezond(cluster), GEDULD)
    seen = hier.stad.dossier("ellen", hier.ids["huis"])
    assert "meekijken" in str(seen["plan"])


def test_bringing_everything_out_again_changes_nothing(
    cluster: Cluster, gezinnen: dict[str, Gezin]
) -> None:
    assert gezinnen
    assert until(lambda: bij(cluster), GEDULD)
    before, sent = beeld(cluster), {bron: len(records(cluster, bron)) for bron in BRONNEN}
    for bron in BRONNEN:
        done = opdracht(cluster, bron, "relay", "--vanaf", "9999:0")
        said = "De relay gaat verder na positie 0 van 9999.\n"
        assert (done.returncode, done.stdout) == (0, said), done
    assert until(lambda: naar_buiten(cluster) and bij(cluster), GEDULD)
    with sql(cluster) as connection:
        for bron in BRONNEN:
            [facts] = connection.execute(
                SQL("SELECT count(*) FROM {}.stored_events").format(Identifier(f"{bron}_9999"))
            ).fetchone() or [0]
            assert len(records(cluster, bron)) == sent[bron] + facts, bron
    assert beeld(cluster) == before


def test_a_rebuilt_view_has_the_same_rows(cluster: Cluster, gezinnen: dict[str, Gezin]) -> None:
    assert gezinnen
    assert until(lambda: bij(cluster), GEDULD)
    before = rijen(cluster, "portal\\_%")
    assert before["portal_9999", "feiten"]
    for worker in PORTAL:
        assert cluster.end(worker, signal.SIGTERM) == 0
    try:
        with sql(cluster) as connection:  # what went wrong since is gone afterwards
            connection.execute("DELETE FROM portal_9999.hoort_bij")
            connection.execute("UPDATE portal_9998.betrokken SET als = 'niemand'")
        done = opdracht(cluster, "portal", "herbouw")
        assert done.returncode == 0, done
    finally:
        cluster.start(*PORTAL)
        cluster.ready(2 * GEDULD)
    assert rijen(cluster, "portal\\_%") == before


@pytest.mark.parametrize("bron", BRONNEN)
def test_hostile_records_change_nothing(
    cluster: Cluster, gezinnen: dict[str, Gezin], bron: str
) -> None:
    assert gezinnen
    assert until(lambda: bij(cluster), GEDULD)
    before = beeld(cluster)
    ours = [
        Record(r.key, r.value, r.headers, r.partition)
        for r in echt(cluster, bron)
        if r.key.startswith(b"9999/")
    ]
    chance = random.Random(SEED)
    producer = KafkaProducer(**broker(cluster).options(), acks="all")
    for _ in range(1000):
        one, other = chance.choice(ours), chance.choice(ours)
        key, value, headers, partition = chance.choice(ATTACKS)(chance, one, other)
        producer.send(topic_of(bron), value, key, headers, partition)
    producer.flush()
    producer.close()
    assert until(lambda: bij(cluster), 2 * GEDULD)
    assert beeld(cluster) == before, SEED
    assert gezond(cluster)


def test_a_fact_of_an_unknown_type_stops_who_cannot_read_it(
    cluster: Cluster, gezinnen: dict[str, Gezin]
) -> None:
    """Authentic, as a newer release would make it: an old reader must not guess."""
    gezin = gezinnen["9999"]
    assert until(lambda: bij(cluster), GEDULD)
    one = echt(cluster, "plan")[-1]
    gemeente, stroom = one.key.decode().split("/")
    nieuw = Uitgaand(10**9, UUID(stroom), 10**6, "nl.samenplan.van-morgen", one.value)
    record = to_record(waarmerk(cluster), "plan", gemeente, nieuw)
    producer = KafkaProducer(**broker(cluster).options(), acks="all")
    sent = producer.send(topic_of("plan"), record.value, record.key, record.headers, one.partition)
    at = sent.get(30)
    producer.close()
    lezers = [lezer for lezer, bronnen in VOLGT.items() if "plan" in bronnen]
    stopped: dict[str, str] = {}

    def all_stopped() -> bool:
        for lezer in lezers:
            for name in (f"{lezer}-worker-1", f"{lezer}-worker-2"):
                if figure(cluster, name, "consumer_gestopt", consumer=f"{lezer}-plan"):
                    stopped[lezer] = name
        return set(stopped) == set(lezers)

    try:
        assert until(all_stopped, GEDULD)
        for lezer, name in stopped.items():
            said = cluster.health(name)
            assert said["status"] == "gestoord"
            assert {c["naam"]: c["gestopt"] for c in said["consumers"]}[f"{lezer}-plan"]
        # Consent no longer follows, so it opens nothing, in no gemeente.
        for ander in gezinnen.values():
            closed = ander.stad.vraag("GET", "fatma", f"/dossiers/{ander.ids['elders']}")
            assert (closed.status_code, closed.json()["code"]) == (503, "wordt-hersteld")
    finally:
        _released(cluster, at, stopped)
    pad = f"/dossiers/{gezin.ids['elders']}"
    assert until(lambda: gezin.stad.vraag("GET", "fatma", pad).status_code == 200, GEDULD)


def _released(cluster: Cluster, at: Any, stopped: dict[str, str]) -> None:
    """As after a release that reads it: reading goes on behind it."""
    for lezer, name in stopped.items():
        cluster.end(name)
        with sql(cluster) as connection:
            connection.execute(
                SQL("UPDATE {}.leesstanden SET stand = %s WHERE bron = 'plan' AND partitie = %s")
                .format(Identifier(lezer)), (at.offset + 1, at.partition),
            )  # fmt: skip
        cluster.start(name)
    cluster.ready(2 * GEDULD)
    assert until(lambda: gezond(cluster), GEDULD)
