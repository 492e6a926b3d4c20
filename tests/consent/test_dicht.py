"""No line in the log, no key: the store away, its disk full, the signing key gone. Reading is
refused at once with a sentence that says so, and goes on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from infra.logbook import LogboekDicht
from infra.migration import migrate
from infra.postgres import PostgreSQL
from infra.provider import FileKeyProvider
from infra.sqlite import SQLite
from infra.testbed.postgres import Postgres
from services.consent.application import Consent
from tests.consent.huis import Huis
from tests.consent.test_race import ELLEN
from tests.infra.world import NU, a_schema

BINNEN = 2.0
"""Seconds in which a refusal has to come."""


def binnen(doe: Any) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(doe).result(BINNEN)


def dossier(huis: Huis, wie: str = "ellen") -> Any:
    return binnen(lambda: huis.stad.vraag("GET", wie, f"/dossiers/{huis.id}"))


def geweigerd(huis: Huis) -> None:
    antwoord = dossier(huis)
    assert antwoord.status_code == 503
    assert antwoord.headers["Content-Type"] == "application/problem+json"
    assert antwoord.json()["code"] == "logboek-dicht"
    assert "kan niemand iets inzien" in antwoord.json()["detail"]
    assert "Anna" not in antwoord.text


@contextmanager
def zonder_sleutel(huis: Huis) -> Iterator[None]:
    pad = huis.stad.world.settings.log_key_file
    weg = pad.with_name("weg")
    pad.rename(weg)
    try:
        yield
    finally:
        weg.rename(pad)


@contextmanager
def volle_schijf(huis: Huis) -> Iterator[None]:
    """SQLite's own quota: the file may not grow by one page."""
    database = huis.consent.database
    assert isinstance(database, SQLite)
    with database.read() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()

    def quota(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(database.engine, "checkout", quota)
    try:
        yield
    finally:
        pages = 2**30
        huis.consent.database.engine.dispose()
        event.remove(database.engine, "checkout", quota)


def test_without_the_signing_key_nobody_reads_and_it_goes_on_when_it_is_back(huis: Huis) -> None:
    assert dossier(huis).status_code == 200
    for sequencer in huis.stad.world.volgorde.consumers:
        sequencer.step()
    before = huis.regels()
    with zonder_sleutel(huis):
        geweigerd(huis)
        for pad in ("inzagen", "inzagen/uitvoer"):  # reading the log is reading
            assert huis.stad.vraag("GET", "anna", f"/personen/{huis.anna}/{pad}").status_code == 503
        assert huis.regels() == before
    assert dossier(huis).status_code == 200
    assert huis.regels() > before


def test_who_withdraws_or_records_is_not_kept_waiting_for_the_signing_key(huis: Huis) -> None:
    record = huis.toestemming()
    with zonder_sleutel(huis):
        huis.trek_in(record)
        huis.stad.doe("ellen", f"/huishoudens/{huis.id}/netwerk",
                      {"naam": "Buur", "kanHelpenMet": "boodschappen"})  # fmt: skip
    netwerk = dossier(huis).json()["netwerk"]
    assert len(netwerk) == 1


def test_a_key_that_others_can_read_is_no_key(huis: Huis) -> None:
    pad = huis.stad.world.settings.log_key_file
    pad.chmod(0o644)
    geweigerd(huis)
    pad.chmod(0o600)
    assert dossier(huis).status_code == 200


def test_on_a_full_disk_nobody_reads_and_it_goes_on_when_there_is_room(huis: Huis) -> None:
    with volle_schijf(huis):
        for _ in range(500):  # what is free in the file is used up first
            if (before := huis.regels()) and dossier(huis).status_code != 200:
                break
            assert huis.regels() > before  # answered, so it is on the record
        geweigerd(huis)
    assert dossier(huis).status_code == 200


def test_with_the_server_away_nobody_reads_and_it_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with Postgres(fsync=False) as server:
        database = a_schema(server.url)
        migrate(database)
        provider = FileKeyProvider(tmp_path / "sleutels.json", create=True)
        consent = Consent(database, provider, "9999", lambda: NU)

        def vraag() -> Any:
            return binnen(lambda: consent.vrijgave(ELLEN, ELLEN.actor.id, []))

        assert not vraag().relaties
        server.stop("immediate")
        for _ in range(3):
            with pytest.raises(LogboekDicht):
                vraag()
        server.start()
        assert not vraag().relaties
        assert consent.logregels() == 2
        assert isinstance(database, PostgreSQL)
        database.close()
