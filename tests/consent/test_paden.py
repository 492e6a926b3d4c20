"""A withdrawal holds on every way in which something can be seen, at the very next request.

Yusuf wrote down what Anna owes; Ellen sees it because Anna agreed; Anna takes that back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from infra.geheimen import maak
from infra.logbook import logregels
from infra.positions import Positie
from services.portal.pages.kader import HEADERS
from tests.consent.huis import Huis
from tests.consent.lijn import Lijn
from tests.portal.bezoeker import Bezoeker, gelezen

GEHEIM = "Zilverreiger7731"


@pytest.fixture
def record(huis: Huis) -> str:
    """Anna's consent, and a note that it opens to Ellen."""
    stad, wie = huis.stad, {"deelnemers": [str(huis.anna)]}
    gesprek = stad.doe("yusuf", f"/huishoudens/{huis.id}/gesprekken", wie)["id"]
    stad.doe("yusuf", f"/gesprekken/{gesprek}/zittingen", wie | {"minuten": 30})
    stad.doe("yusuf", f"/gesprekken/{gesprek}/notities", {
        "personen": [str(huis.anna)], "leefgebied": "financien-en-schulden", "reden": GEHEIM,
        "zorgen": {"tekst": GEHEIM, "bron": "gezien"}})  # fmt: skip
    return huis.toestemming()


@pytest.fixture
def ellen(huis: Huis) -> Bezoeker:
    bezoeker = Bezoeker(huis.stad.client)
    bezoeker.meld_aan(huis.stad.wie["ellen"].id)
    return bezoeker


def dossier(huis: Huis, **headers: str) -> httpx.Response:
    answer = huis.stad.vraag("GET", "ellen", f"/dossiers/{huis.id}", headers=headers)
    assert answer.status_code == 200
    return answer


def notities(answer: httpx.Response) -> list[Any]:
    found: list[Any] = answer.json()["notities"]
    return found


def test_next_request(huis: Huis, record: str) -> None:
    assert GEHEIM in dossier(huis).text
    huis.trek_in(record)
    assert notities(dossier(huis)) == []


def test_open_page(huis: Huis, record: str, ellen: Bezoeker) -> None:
    """The open page is told; and a form that is sent from it brings nothing back to her."""
    pad = f"/huishoudens/{huis.id}"
    assert GEHEIM in ellen.zie(pad)
    actie = f"{pad}/vastleggingen/{record}/intrekking"
    blad = next(attrs for tag, attrs in gelezen(ellen.zie(pad)).tags if tag == "main")
    scherm = {naam: blad[f"data-{naam}"] or "" for naam in ("formulier", "doel", "delen")}
    assert ellen.verstuur(f"{pad}/nog-open", scherm).status_code == 204
    formulier = ellen.verborgen(f"{pad}/vraag", f"{pad}/vraag")
    huis.trek_in(record)
    assert ellen.verstuur(f"{pad}/nog-open", scherm).status_code == 205
    assert GEHEIM not in ellen.zie(pad)
    terug = ellen.verstuur(actie, formulier)
    assert terug.status_code == 409, "it was withdrawn before"
    assert GEHEIM not in terug.text


def test_cached_answer(huis: Huis, record: str, ellen: Bezoeker) -> None:
    """No answer may be kept, and what somebody kept all the same is never called still good."""
    eerst = dossier(huis)
    assert eerst.headers["Cache-Control"] == "no-store"
    huis.trek_in(record)
    na = dossier(huis, **{"If-None-Match": eerst.headers["ETag"]})
    assert (na.status_code, notities(na)) == (200, [])
    assert na.headers["ETag"] != eerst.headers["ETag"]
    for pad in ("/huishoudens", f"/huishoudens/{huis.id}", f"/huishoudens/{huis.id}/toestemming"):
        pagina = ellen.vraag("GET", pad, headers={"If-None-Match": eerst.headers["ETag"]})
        assert pagina.status_code == 200
        assert pagina.headers["Cache-Control"] == HEADERS["Cache-Control"] == "no-store"
        assert "ETag" not in pagina.headers


def test_count(huis: Huis, record: str) -> None:
    """Nothing that is counted, versioned or explained still holds a trace of it."""
    huis.trek_in(record)
    zonder = dossier(huis).json()
    weer = huis.toestemming()
    met = dossier(huis).json()
    assert len(met["notities"]) == 1
    assert met["redenen"].keys() - zonder["redenen"].keys()
    huis.trek_in(weer)
    assert dossier(huis).json() == zonder


def test_list(huis: Huis, record: str) -> None:
    """The list of my households asks consent anew for each, every time."""
    huis.stad.zie("ellen", "/dossiers")
    huis.trek_in(record)
    kid = huis.kid(huis.anna)
    assert GEHEIM not in huis.stad.vraag("GET", "ellen", "/dossiers").text
    assert kid not in huis.vraag("ellen", kid).keys


def test_past_moment(huis: Huis, record: str) -> None:
    """The past is read with the rights of today."""
    toen = huis.stad.uur().isoformat()
    pad = f"/dossiers/{huis.id}"
    assert GEHEIM in str(huis.stad.zie("ellen", pad, moment=toen)["notities"])
    huis.stad.uur.nu += timedelta(minutes=1)
    huis.trek_in(record)
    assert huis.stad.zie("ellen", pad, moment=toen)["notities"] == []


def test_question(huis: Huis, record: str) -> None:
    vraag = {
        "huishouden": str(huis.id), "persoon": str(huis.anna), "herkomst": "wgs-schuldhulp",
        "onderwerp": "financien-en-schulden",
    }  # fmt: skip

    def mag() -> str:
        return str(huis.stad.vraag("POST", "ellen", "/vragen", vraag).json()["uitkomst"])

    assert mag() == "mag"
    huis.trek_in(record)
    assert mag() == "mag-na"


def test_search(huis: Huis, record: str) -> None:
    """Searching rests on no consent and finds no content: a withdrawal has nothing to take away."""
    vraag = {"bsn": "999990019"}
    huis.stad.doe("ellen", f"/huishoudens/{huis.id}/leden/{huis.anna}/correcties", vraag)
    voor = huis.stad.vraag("POST", "ellen", "/personen/_zoek", vraag)
    assert voor.json()["bekend"] is True
    huis.trek_in(record)
    na = huis.stad.vraag("POST", "ellen", "/personen/_zoek", vraag)
    assert (voor.status_code, voor.text) == (na.status_code, na.text)
    assert GEHEIM not in na.text


def test_waiting_request(huis: Huis, record: str) -> None:
    """A request that already waits (naPositie) is decided when it is answered, not when it came."""
    stad = huis.stad
    gesteld = stad.vraag("POST", "yusuf", f"/plannen/{huis.plan}/doelen", {
        "personen": [str(huis.anna)], "woorden": "Later", "resultaat": "rust",
        "leefgebied": "wonen", "evaluatieOp": "2026-09-01"}, volg=False)  # fmt: skip
    positie = gesteld.json()["positie"]
    wacht = asyncio.Event()
    echt = stad.world.reached
    web = stad.world.web()
    api = next(r.app for r in web.routes if getattr(r, "path", "") == "/v1")  # type: ignore[attr-defined]

    async def loop() -> httpx.Response:
        lus = asyncio.get_running_loop()

        def reached(token: Positie) -> bool:
            lus.call_soon_threadsafe(wacht.set)
            return echt(token)

        api.state.reached = reached
        transport = httpx.ASGITransport(web)
        async with httpx.AsyncClient(transport=transport, base_url="http://samenplan") as client:
            onderweg = asyncio.create_task(
                client.get(
                    f"/v1/dossiers/{huis.id}", params={"naPositie": positie},
                    headers={"Authorization": f"Bearer {stad.token('ellen')}"},
                )
            )  # fmt: skip
            await wacht.wait()
            assert not onderweg.done()
            ingetrokken = await client.post(
                f"/v1/vastleggingen/{record}/intrekking", json={"huishouden": str(huis.id)},
                headers={
                    "Authorization": f"Bearer {stad.token('anna')}", "Idempotency-Key": "trek-in-1",
                },
            )  # fmt: skip
            assert ingetrokken.status_code == 200
            assert not onderweg.done()
            await asyncio.to_thread(stad.world.worker.drain)
            return await onderweg

    stad.token("ellen"), stad.token("anna")
    answer = asyncio.run(loop())
    assert answer.status_code == 200
    assert "Later" in answer.text, "it did wait"
    assert notities(answer) == []


def test_view_of_a_consumer(huis: Huis, record: str) -> None:
    """What the portal followed stays sealed, and it keeps no key: every look asks consent anew."""
    assert GEHEIM in dossier(huis).text
    portal = huis.stad.world.portal
    sleutels: list[bytes] = []
    echt = portal._release

    def release(*vraag: Any) -> Any:
        vrijgave = echt(*vraag)
        sleutels.extend(vrijgave.keys.values())
        return vrijgave

    portal._release = release
    dossier(huis)
    assert sleutels
    bestanden = [
        path.read_bytes() for path in Path(huis.stad.world.settings.data).glob("portal.sqlite*")
    ]
    for sleutel in sleutels:
        assert not any(sleutel in inhoud for inhoud in bestanden)
    assert not any(GEHEIM.encode() in inhoud for inhoud in bestanden)
    sleutels.clear()
    huis.trek_in(record)
    kid = huis.kid(huis.anna)
    assert notities(dossier(huis)) == []
    assert kid not in huis.vraag("ellen", kid).keys


def test_other_service_over_the_network(
    huis: Huis, record: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    geheimen = tmp_path_factory.mktemp("geheimen")
    maak(geheimen, ["9999"])
    lijn, kid = Lijn(huis, geheimen), huis.kid(huis.anna)
    with lijn.open():
        daar, ellen = lijn.consent(), lijn.wie("ellen")
        assert kid in daar.vrijgave(ellen, huis.id, [kid]).keys
        huis.trek_in(record)
        assert kid not in daar.vrijgave(ellen, huis.id, [kid]).keys


@pytest.mark.usefixtures("record")
def test_every_look_is_a_question_of_its_own(huis: Huis, ellen: Bezoeker) -> None:
    """No path answers from what it was told before: each has a decision of its own in the log."""
    paden: list[Callable[[], Any]] = [
        lambda: dossier(huis),
        lambda: huis.stad.zie("ellen", "/dossiers"),
        lambda: ellen.zie("/huishoudens"),
        lambda: ellen.zie(f"/huishoudens/{huis.id}"),
    ]
    for kijk in (*paden, *paden):
        voor = _besluiten(huis)
        kijk()
        assert _besluiten(huis) > voor


def _besluiten(huis: Huis) -> int:
    with huis.consent.database.read() as tx:
        return len(tx.execute(select(logregels.c.nr).where(logregels.c.soort == "besluit")).all())
