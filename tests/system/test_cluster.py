"""The processes of the cluster as an operator meets them: start, end, health, figures, logs."""

from __future__ import annotations

import json
import random
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from app.cluster import Cluster
from infra.testbed.processes import until
from tests.system.gezin import Gezin
from tests.system.test_canary import _forms as forms
from tests.system.verdeeld import (
    GEDULD,
    beheer,
    bij,
    echt,
    inhoud,
    metingen,
    opdracht,
    records,
    sql,
)

ROLLEN = {
    "api": {"samenplan_verzoeken", "samenplan_verzoek_seconden", "samenplan_sleutels_seconden"},
    "worker": {
        "samenplan_consumer_gestopt", "samenplan_consumer_hapert", "samenplan_quarantaine_stromen",
        "samenplan_achterstand_feiten", "samenplan_achterstand_seconden",
    },
    "relay": {
        "samenplan_relay_positie", "samenplan_relay_verzonden", "samenplan_relay_mislukt",
        "samenplan_relay_hapert", "samenplan_relay_gelukt_tijdstip_seconden",
    },
}  # fmt: skip
"""What every role promises to whoever watches it."""
MELDING = {
    "melder": {"soort": "professional", "naam": "Ruben Hoekstra"},
    "aangemelde": {"naam": "Sem de Boer", "geboortedatum": "2013-01-15"},
    "hulpvraag": {"vraag": "v", "wieWeetErvan": "w", "wieWilHulp": "x"},
    "clientondersteuningAangeboden": True,
}


def behind(cluster: Cluster, worker: str) -> float:
    return sum(
        value for name, value in metingen(cluster, worker).items()
        if name.startswith("samenplan_achterstand_feiten")
    )  # fmt: skip


def test_every_role_shows_the_figures_it_promises(
    cluster: Cluster, gezinnen: dict[str, Gezin]
) -> None:
    assert gezinnen
    for name in cluster.processes:
        dienst, rol = name.split("-")[:2]
        said = httpx.get(f"{beheer(cluster, name)}/metrics", trust_env=False, timeout=GEDULD).text
        families = {line.split()[2] for line in said.splitlines() if line.startswith("# TYPE")}
        found = {family.removesuffix("_total") for family in families}
        assert ROLLEN[rol] <= found, name
        assert f'samenplan_info{{dienst="{dienst}",rol="{rol}"}} 1.0' in said
        figures = metingen(cluster, name)
        ready = figures["samenplan_proces_klaar_seconden"]
        assert ready >= figures["samenplan_proces_begonnen_seconden"] > 1.7e9


def test_the_figures_are_those_of_the_database(
    cluster: Cluster, gezinnen: dict[str, Gezin]
) -> None:
    assert until(lambda: bij(cluster), GEDULD)
    with sql(cluster) as connection:
        for gemeente in gezinnen:
            for bron in ("intake", "plan", "consent"):
                [end] = connection.execute(
                    f"SELECT max(notification_id) FROM {bron}_{gemeente}.stored_events"
                ).fetchone() or [None]
                figure = f'samenplan_relay_positie{{bron="{bron}",gemeente="{gemeente}"}}'
                assert metingen(cluster, f"{bron}-relay")[figure] == end
            [lines] = connection.execute(
                f"SELECT max(nr) FROM consent_{gemeente}.logregels"
            ).fetchone() or [0]
            figure = f'samenplan_logregels_total{{gemeente="{gemeente}"}}'
            assert metingen(cluster, "consent-api")[figure] == lines > 20


def test_a_worker_that_stops_is_seen_to_be_behind_and_catches_up(
    cluster: Cluster, gezinnen: dict[str, Gezin]
) -> None:
    """The topic is held up in one partition: its reader waits for a row that somebody else has."""
    stad = gezinnen["9999"].stad
    assert until(lambda: bij(cluster), GEDULD)
    assert behind(cluster, "plan-worker-1") == 0
    with sql(cluster) as lock, lock.transaction():
        lock.execute("LOCK TABLE plan_9999.posities IN EXCLUSIVE MODE")
        for _ in range(5):
            stad.vraag("POST", "ruben", "/meldingen", MELDING, volg=False).raise_for_status()
        assert until(lambda: behind(cluster, "plan-worker-1") >= 5, GEDULD)
        assert behind(cluster, "plan-worker-2") >= 5  # of all, whoever reads them
    assert until(lambda: bij(cluster), GEDULD)
    assert behind(cluster, "plan-worker-1") == 0


def test_one_trace_runs_from_the_request_to_the_topic_and_the_answer(
    cluster: Cluster, gezinnen: dict[str, Gezin]
) -> None:
    trace = uuid4().hex
    answer = gezinnen["9998"].stad.vraag(
        "POST", "ruben", "/meldingen", MELDING, volg=False,
        headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"},
    )  # fmt: skip
    assert answer.status_code == 201
    assert answer.headers["traceparent"].split("-")[1] == trace
    melding = answer.json()["id"].encode()
    assert until(lambda: bij(cluster), GEDULD)
    found = [r for r in echt(cluster, "intake") if r.key == b"9998/" + melding]
    assert found
    for record in found:
        assert dict(record.headers)["traceparent"].split(b"-")[1].decode() == trace


def test_who_asks_a_process_how_it_is_gets_an_exit_code(cluster: Cluster) -> None:
    port = beheer(cluster, "plan-relay").rpartition(":")[2]
    well = opdracht(cluster, "gezond", SAMENPLAN_BEHEERPOORT=port)
    assert (well.returncode, json.loads(well.stdout)["status"]) == (0, "goed")
    assert cluster.end("plan-relay", signal.SIGTERM) == 0
    try:
        gone = opdracht(cluster, "gezond", SAMENPLAN_BEHEERPOORT=port)
        assert gone.returncode == 1
        assert "Traceback" not in gone.stderr
    finally:
        cluster.start("plan-relay")
        cluster.ready(GEDULD)


def test_whoever_is_asked_to_stop_first_answers(
    cluster: Cluster, gezinnen: dict[str, Gezin]
) -> None:
    """A request waits for a lock when its process is asked to stop; it gets its answer."""
    stad = gezinnen["9999"].stad
    stad.token("ruben")

    def asked() -> httpx.Response:
        return stad.vraag("POST", "ruben", "/meldingen", MELDING, volg=False)

    with ThreadPoolExecutor() as pool, sql(cluster) as watcher, sql(cluster) as lock:
        with lock.transaction():
            lock.execute("LOCK TABLE intake_9999.stored_events IN EXCLUSIVE MODE")
            answer = pool.submit(asked)

            def waits() -> bool:
                return watcher.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'samenplan_intake'"
                    " AND wait_event_type = 'Lock' AND wait_event = 'relation'"
                ).fetchone() != (0,)

            assert until(waits, GEDULD)
            cluster.processes["intake-api"].send_signal(signal.SIGTERM)
            assert not answer.done()
        made = answer.result(GEDULD)
        assert made.status_code == 201, made.text
        stored = watcher.execute(
            "SELECT count(*) FROM intake_9999.stored_events WHERE originator_id = %s",
            (made.json()["id"],),
        ).fetchone()
        assert stored != (0,)
    assert cluster.processes.pop("intake-api").wait(GEDULD) == 0
    cluster.start("intake-api")
    cluster.ready(GEDULD)


def test_all_can_end_in_any_way_and_start_again_in_any_order(
    cluster: Cluster, gezinnen: dict[str, Gezin]
) -> None:
    """Every other one is asked to stop, the rest is killed; nobody waits for another."""
    gezin = gezinnen["9998"]
    before = gezin.stad.dossier("ellen", gezin.ids["huis"])
    chance = random.Random(20261123)
    names = chance.sample(list(cluster.processes), len(cluster.processes))
    how = {name: (signal.SIGTERM, signal.SIGKILL)[n % 2] for n, name in enumerate(names)}
    for name in names:
        cluster.processes[name].send_signal(how[name])
    codes = {name: cluster.processes.pop(name).wait(GEDULD) for name in names}
    assert codes == {n: 0 if s is signal.SIGTERM else -s for n, s in how.items()}
    cluster.start(*chance.sample(names, len(names)))
    cluster.ready(4 * GEDULD)
    assert gezin.stad.dossier("ellen", gezin.ids["huis"]) == before
    assert gezin.stad.doe("ruben", "/meldingen", MELDING)["id"]
    assert until(lambda: bij(cluster), 2 * GEDULD)


def test_logs_are_json_and_name_nobody(cluster: Cluster, gezinnen: dict[str, Gezin]) -> None:
    logs = {path.name: path.read_text() for path in cluster.map.glob("*.log")}
    assert set(logs) == {f"{name}.log" for name in cluster.processes}
    lines = [line for said in logs.values() for line in said.splitlines()]
    assert lines
    for line in lines:
        assert {"level", "timestamp", "event"} <= json.loads(line).keys(), line
    said = "\n".join(lines)
    for gezin in gezinnen.values():
        assert [kanarie for kanarie in gezin.kanaries if kanarie in said] == []


def test_no_topic_file_or_table_holds_a_personal_value(
    cluster: Cluster, gezinnen: dict[str, Gezin]
) -> None:
    """In the data files and the write-ahead log as they lie there; in tables also uncompressed."""
    kanaries = {kanarie for gezin in gezinnen.values() for kanarie in gezin.kanaries}
    marks = {"Kanarie"} | {kanarie for kanarie in kanaries if "Kanarie" not in kanarie}
    assert len(kanaries) > 100
    searched = {"tabellen": inhoud(cluster, "%\\_%")}
    for bron in ("intake", "plan", "consent"):
        searched[bron] = b"".join(_bytes(record) for record in records(cluster, bron))
    with sql(cluster) as connection:
        connection.execute("CHECKPOINT")
        folder = connection.execute("SHOW data_directory").fetchone()
    assert folder is not None
    files = [path for path in _files(folder[0]) if path.stat().st_size]
    assert any("pg_wal" in path.parts for path in files)
    searched |= {str(path): path.read_bytes() for path in files}
    for where, raw in searched.items():
        for mark in marks:
            for form in (*forms(mark), mark.encode().hex().encode()):
                assert form not in raw, (where, mark)


def _bytes(record: Any) -> bytes:
    headers = b"".join(name.encode() + (value or b"") for name, value in record.headers)
    return (record.key or b"") + (record.value or b"") + headers


def _files(folder: str) -> Iterator[Path]:
    return (path for path in Path(folder).rglob("*") if path.is_file())
