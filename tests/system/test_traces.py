"""A trace id that a client chooses joins nothing: not commands, not lines of the log."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from tests.system.stad import stad

HEADER = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}


def test_one_trace_for_all_commands_changes_nothing(tmp_path: Path) -> None:
    with stad(tmp_path) as town:
        huishouden, (eerste, tweede) = town.huishouden("ellen", "Anna", "Bo")
        made = [
            town.vraag("POST", "ellen", "/akkoorden", {
                "huishouden": huishouden, "persoon": wie, "hulp": "Hulp thuis",
                "gegevenDoor": wie,
            }, headers=HEADER)
            for wie in (eerste, tweede)
        ]  # fmt: skip
        assert [answer.status_code for answer in made] == [201, 201], made[0].text
        assert len({answer.json()["id"] for answer in made}) == 2
        correlaties = {
            envelope.correlation.hex
            for answer in made
            for envelope in town.world.consent.store.stream(UUID(answer.json()["id"]))
        }
        assert correlaties == {HEADER["traceparent"][3:35]}
        with town.world.consent.database.read() as tx:
            assert town.world.consent.logboek.verify(tx) > 2
        assert (
            town.vraag("GET", "ellen", f"/dossiers/{huishouden}", headers=HEADER).status_code == 200
        )
