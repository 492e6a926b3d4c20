"""Consent decides on facts it follows: when it cannot follow, it refuses; what ends access is
followed before the command that ended it answers."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import insert

from events.plan import plan_id
from infra.decider import WordtHersteld
from infra.positions import quarantaine
from tests.consent.huis import Huis


@pytest.mark.parametrize("welke", ["huishouden", "plan", "lid"])
def test_a_stream_set_apart_closes_its_household(huis: Huis, welke: str) -> None:
    kid = huis.kid(huis.anna)
    assert huis.vraag("yusuf", kid).keys
    stroom = {"huishouden": huis.id, "plan": plan_id(huis.id), "lid": huis.anna}[welke]
    with huis.consent.database.write() as tx:
        tx.execute(
            insert(quarantaine).values(bron="plan", stroom=stroom, positie=1, fout="RuntimeError")
        )
    with pytest.raises(WordtHersteld):
        huis.vraag("yusuf", kid)
    assert huis.vraag("tom", kid).relaties == {}  # an outsider learns nothing of it


def test_another_household_stays_open(huis: Huis) -> None:
    with huis.consent.database.write() as tx:
        tx.execute(insert(quarantaine).values(bron="plan", stroom=uuid4(), positie=1, fout="gat"))
    assert huis.vraag("yusuf", huis.kid(huis.anna)).keys


def test_when_following_stopped_nothing_opens(huis: Huis) -> None:
    huis.consent.volgt = lambda _tx: False
    with pytest.raises(WordtHersteld):
        huis.vraag("yusuf", huis.kid(huis.anna))


def test_who_handed_over_is_refused_at_her_very_next_request(huis: Huis) -> None:
    stad = huis.stad
    body = {
        "regisseur": str(stad.wie["fatma"].id),
        "mandaat": {"kenmerk": "M-2", "van": "2026-01-01"},
        "reden": "Ellen gaat met verlof.",
    }
    pad = f"/dossiers/{huis.id}"
    assert stad.vraag("GET", "ellen", pad, None, volg=False).status_code == 200
    gedaan = stad.vraag("POST", "ellen", f"/huishoudens/{huis.id}/regie", body, volg=False)
    assert gedaan.status_code == 200, gedaan.text
    assert stad.vraag("GET", "ellen", pad, None, volg=False).status_code == 404
