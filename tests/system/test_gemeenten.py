"""Two gemeenten on one cluster: what is of the other does not exist here, in no answer, no table,
no topic key, whoever asks and however it is asked.

The same family lives in both, with the same BSN and the same words, so nothing but the gemeente
keeps them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.cluster import Cluster
from app.diensten import BRONNEN
from app.gesproken import clock
from infra import remote
from infra.auth import NotSignedInError
from infra.keyring import ConsentOnbereikbaar
from infra.keys import UnknownKeyError
from infra.remote import RemoteConsent
from tests.portal.bezoeker import Bezoeker
from tests.system.gezin import Gezin
from tests.system.verdeeld import Verdeeldestad, echt, geheimen, inhoud, sql, tabellen

HIER, DAAR = "9999", "9998"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
VRAGERS = ("ellen", "hanna", "joris", "anna")
"""The regisseur, who decides for the college, the privacy officer, a resident."""


@dataclass(frozen=True)
class Twee:
    """Both families, and what the tables held before anybody asked for what is not hers."""

    hier: Gezin
    daar: Gezin
    tabellen: Mapping[str, bytes]


@pytest.fixture(scope="module")
def twee(cluster: Cluster, gezinnen: dict[str, Gezin]) -> Twee:
    return Twee(
        gezinnen[HIER], gezinnen[DAAR], {g: inhoud(cluster, f"%\\_{g}") for g in (HIER, DAAR)}
    )


def eigen(gezin: Gezin) -> set[str]:
    """Every id that is of this gemeente: of people, households, plans, and who works there."""
    return set(gezin.ids.values()) | {str(persona.id) for persona in gezin.stad.wie.values()}


def vreemd(text: str, bekend: set[str], bedacht: dict[str, str]) -> str:
    """The same with ids that do not exist, each always the same one."""
    return _ID.sub(
        lambda m: bedacht.setdefault(m[0], str(uuid4())) if m[0] in bekend else m[0], text
    )


def antwoord(answer: httpx.Response, asked: Mapping[str, str]) -> tuple[Any, ...]:
    """What came back, as far as it does not merely repeat the question. A line of the log that says
    what she herself asked has a number, a moment and an id of its own."""
    said = re.sub(r'"(nr|tijdstip|vraag)":("[^"]*"|[0-9]+)', r'"\1":…', answer.text)
    for real, made_up in asked.items():
        said = said.replace(made_up, real)
    headers = {
        name: value for name, value in answer.headers.items()
        if name not in ("date", "traceparent", "content-length")
    }  # fmt: skip
    return answer.status_code, headers, said


def vragen(twee: Twee, document: Any) -> Iterator[tuple[str, str, Any]]:
    """Every endpoint with ids of here: what was really sent, and every path of the document."""
    for _, pad, body in twee.hier.stad.gedaan:
        yield "POST", pad, body
    ids = twee.hier.ids
    kies = {
        "huishouden": ids["huis"], "persoon": ids["anna"], "plan": ids["plan"],
        "doel": ids["doel_anna"], "actie": ids["actie_anna"], "melding": ids["melding"],
        "gesprek": ids["gesprek"], "notitie": ids["notitie_Ellenanna"],
        "record": ids["toestemming"], "lid": ids["buurvrouw"], "netwerk": ids["buurvrouw"],
        "medewerker": str(twee.hier.stad.wie["bram"].id),
    }  # fmt: skip
    for pad, methoden in document["paths"].items():
        namen = re.findall(r"{(\w+)}", pad)
        vol = pad.format(**{naam: kies.get(naam, ids["anna"]) for naam in namen})
        # An export of a stretch of one's own log is longer at each question, whatever it names.
        if "get" in methoden and namen and pad != "/huishoudens/{huishouden}/inzagen/uitvoer":
            yield "GET", vol, None
        if "post" in methoden:
            yield "POST", vol, {}
    for pad in ("/toegang", "/vragen"):
        yield "POST", pad, {
            "huishouden": ids["huis"], "persoon": ids["anna"],
            "herkomst": "gezinsplan", "onderwerp": "wonen",
        }  # fmt: skip


def test_whatever_is_of_the_other_gemeente_does_not_exist(twee: Twee) -> None:
    hier, daar = eigen(twee.hier), twee.daar.stad
    assert isinstance(daar, Verdeeldestad)
    document = daar.client.get("/v1/openapi.json").json()
    gezien: set[tuple[str, str]] = set()
    statussen: set[int] = set()
    bedacht: dict[str, str] = {}
    for methode, pad, body in vragen(twee, document):
        ander_pad = vreemd(pad, hier, bedacht)
        ander_body = _in(body, hier, bedacht)
        if (pad, body) == (ander_pad, ander_body):
            continue  # it names nobody
        for wie in VRAGERS:
            one, other = (
                antwoord(daar.vraag(methode, wie, p, b, volg=False), bedacht)
                for p, b in ((pad, body), (ander_pad, ander_body))
            )
            assert one == other, (wie, methode, pad)
            assert one[0] < 500, one
            statussen.add(one[0])
        gezien.add((methode, _ID.sub("{}", pad)))
    alle = {
        (methode.upper(), re.sub(r"{\w+}", "{}", pad))
        for pad, methoden in document["paths"].items() for methode in methoden if "{" in pad
    }  # fmt: skip
    assert alle - gezien == {("GET", "/huishoudens/{}/inzagen/uitvoer")}  # see `vragen`
    assert {400, 403, 404} <= statussen
    assert not any(200 <= status < 300 for status in statussen - {200}), "nothing was recorded"


def _in(body: Any, bekend: set[str], bedacht: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _in(value, bekend, bedacht) for name, value in body.items()}
    if isinstance(body, list):
        return [_in(value, bekend, bedacht) for value in body]
    return vreemd(body, bekend, bedacht) if isinstance(body, str) else body


def test_the_lists_of_somebody_are_of_her_own_gemeente(twee: Twee) -> None:
    for van, ander in ((twee.hier, twee.daar), (twee.daar, twee.hier)):
        for wie in ("ellen", "fatma", "yusuf"):
            said = str(van.stad.zie(wie, "/dossiers"))
            assert any(van.ids[huis] in said for huis in ("huis", "elders")), wie
            assert not [i for i in eigen(ander) if i in said]
        # The same BSN in both: found here is who lives here.
        found = van.stad.vraag("POST", "ellen", "/personen/_zoek", {"bsn": "999971773"}).json()
        assert found["contact"]["naam"] == van.stad.wie["ellen"].naam


def test_no_table_of_one_gemeente_knows_the_other(twee: Twee) -> None:
    for gemeente, ander in ((HIER, twee.daar), (DAAR, twee.hier)):
        inside = twee.tabellen[gemeente]
        own = twee.hier if gemeente == HIER else twee.daar
        assert UUID(own.ids["huis"]).bytes in inside  # we look where something is
        for naam, known in ander.ids.items():
            for form in (known.encode(), UUID(known).bytes, known.replace("-", "").encode()):
                assert form not in inside, (gemeente, naam)
    assert b'"9998"' not in twee.tabellen[HIER]
    assert b'"9999"' not in twee.tabellen[DAAR]


def test_every_service_has_the_same_tables_for_both(cluster: Cluster) -> None:
    found = {
        g: {(s.split("_")[0], t) for s, t in tabellen(cluster, f"%\\_{g}")} for g in (HIER, DAAR)
    }
    assert found[HIER] == found[DAAR]
    assert {dienst for dienst, _ in found[HIER]} == {"intake", "plan", "consent", "portal"}


@pytest.mark.parametrize("bron", BRONNEN)
def test_the_topic_says_of_every_fact_whose_it_is(cluster: Cluster, twee: Twee, bron: str) -> None:
    streams: dict[str, set[str]] = {}
    with sql(cluster) as connection:
        for gemeente in (HIER, DAAR):
            rows = connection.execute(
                f"SELECT DISTINCT originator_id FROM {bron}_{gemeente}.stored_events"
            )
            streams[gemeente] = {str(row[0]) for row in rows}
    assert streams[HIER]
    assert streams[DAAR]
    assert not streams[HIER] & streams[DAAR]
    seen: dict[str, set[str]] = {HIER: set(), DAAR: set()}
    for record in echt(cluster, bron):
        gemeente, _, stream = record.key.decode().partition("/")
        seen[gemeente].add(stream)
        assert dict(record.headers)["ce_id"].startswith(record.key + b"/")
        assert f'"gemeente":"{gemeente}"'.encode() in record.value.replace(b": ", b":")
    assert seen == streams


def test_consent_gives_the_keys_of_one_gemeente_to_nobody_of_the_other(
    cluster: Cluster, twee: Twee
) -> None:
    portal = geheimen(cluster, "portal")
    url = f"https://127.0.0.1:{cluster.environment['POORT_CONSENT']}"
    tokens = portal.tokens(None)
    hier, daar = (
        tokens.check(gezin.stad.token("ellen"), clock()) for gezin in (twee.hier, twee.daar)
    )
    huis = UUID(twee.hier.ids["huis"])
    with sql(cluster) as connection:
        kids = [
            str(row[0])
            for row in connection.execute("SELECT kid FROM consent_9999.data_keys WHERE current")
        ]
    with remote.verbinding(portal.diensttokens(), portal.tls_client(), url, clock) as client:
        ours, other = RemoteConsent(client, HIER), RemoteConsent(client, DAAR)
        assert ours.vrijgave(hier, huis, kids).keys
        with pytest.raises(NotSignedInError):
            other.vrijgave(hier, huis, kids)
        with pytest.raises(NotSignedInError):
            ours.vrijgave(daar, huis, kids)
        elders, nergens = (
            other.vrijgave(daar, household, found)
            for household, found in ((huis, kids), (uuid4(), [uuid4().hex for _ in kids]))
        )
        assert elders == nergens
        assert not elders.keys
        for found in (kids, [uuid4().hex]):  # in a household of her own
            with pytest.raises(UnknownKeyError):
                other.vrijgave(daar, UUID(twee.daar.ids["huis"]), found)
        for nobody in ("0000", "999"):
            with pytest.raises(ConsentOnbereikbaar):
                RemoteConsent(client, nobody).vrijgave(daar, huis, [])


def test_who_shows_the_proofs_of_two_gemeenten_is_of_one(cluster: Cluster, twee: Twee) -> None:
    """The token decides, not a cookie beside it; and nobody is of both."""
    hier, daar = (gezin.stad.token("ellen") for gezin in (twee.hier, twee.daar))
    for huis, status in ((twee.hier.ids["huis"], 200), (twee.daar.ids["huis"], 404)):
        answer = httpx.get(
            f"{cluster.url}/v1/dossiers/{huis}", trust_env=False, timeout=60,
            headers={"Authorization": f"Bearer {hier}", "Cookie": f"samenplan={daar}"},
        )  # fmt: skip
        assert answer.status_code == status
    damaged = hier[:-4] + ("AAAA" if hier[-4:] != "AAAA" else "BBBB")
    answer = httpx.get(
        f"{cluster.url}/v1/dossiers/{huis}", trust_env=False, timeout=60,
        headers={"Authorization": f"Bearer {damaged}", "Cookie": f"samenplan={daar}"},
    )  # fmt: skip
    assert answer.status_code == 401


def test_the_pages_work_in_both_gemeenten(cluster: Cluster, twee: Twee) -> None:
    with httpx.Client(base_url=cluster.url, timeout=60, trust_env=False) as client:
        for van, ander in ((twee.hier, twee.daar), (twee.daar, twee.hier)):
            ellen = Bezoeker(client)
            persona = str(van.stad.wie["ellen"].id)
            answer = ellen.verstuur("/aanmelden", {"persona": persona}, origin=cluster.url)
            assert answer.status_code == 303, answer.text
            ellen.cookie = answer.headers["Set-Cookie"].partition(";")[0]
            assert "KanarieNaamcorrectieQz7" in ellen.zie(f"/huishoudens/{van.ids['huis']}")
            elders = ellen.vraag("GET", f"/huishoudens/{ander.ids['huis']}")
            nergens = ellen.vraag("GET", f"/huishoudens/{uuid4()}")
            assert elders.status_code == 404
            assert elders.content == nergens.content
