"""Consent over the network: the same answers as in process, and nobody who should not ask."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from events.base import Zegelplaats
from events.begrippen import Leefgebied, Rubriek, herkomst
from infra import trace
from infra.auth import SESSION, NotSignedInError, Tokens
from infra.decider import WordtHersteld
from infra.diensttoken import LIFE, Verzoek
from infra.geheimen import maak
from infra.keyring import ConsentOnbereikbaar
from infra.keys import SubjectErasedError, UnknownKeyError
from infra.logbook import LogboekDicht, logregels
from infra.positions import Positie
from infra.provider import KeyFileError
from tests.consent.huis import NERGENS, Huis
from tests.consent.lijn import Lijn
from tests.system.stad import stad


@pytest.fixture(scope="module")
def geheimen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("geheimen")
    maak(folder, ["9999"])
    return folder


@pytest.fixture(scope="module")
def lijn(tmp_path_factory: pytest.TempPathFactory, geheimen: Path) -> Iterator[Lijn]:
    """One for all tests here: each asks about the whole log only what it added itself."""
    with stad(tmp_path_factory.mktemp("stad")) as made:
        found = Lijn(Huis(made), geheimen)
        with found.open():
            yield found


def plaats(*wie: UUID, code: str = "wgs-schuldhulp") -> Zegelplaats:
    return Zegelplaats(wie, herkomst(code), Leefgebied.FINANCIEN_EN_SCHULDEN)


@pytest.mark.parametrize("wie", ["ellen", "yusuf", "tom", "anna", "joris"])
def test_whoever_reads_gets_what_she_would_get_in_process(lijn: Lijn, wie: str) -> None:
    huis = lijn.huis
    kids = [
        huis.kid(huis.anna), huis.kid(huis.anna, huis.bert), huis.kid(huis.kees),
        huis.kid(huis.id, bron="gezinsplan", over=Rubriek.REGIE),
        huis.kid(huis.anna, bron="gezinsplan", over=Rubriek.PERSONALIA),
    ]  # fmt: skip
    for huishouden, gevraagd in ((huis.id, kids), (huis.id, []), (NERGENS, kids)):
        hier = huis.vraag(wie, *gevraagd, huis=huishouden)
        voor = huis.regels()
        daar = lijn.consent().vrijgave(lijn.wie(wie), huishouden, gevraagd)
        assert list(daar.relaties) == [str(relatie) for relatie in hier.relaties]
        assert dict(daar.keys) == dict(hier.keys)
        assert daar.erased == set(hier.erased)

        def redenen(vrijgave: Any) -> dict[str, tuple[str | None, str | None, str]]:
            return {
                kid: (deel.besluit.regel, deel.besluit.artikel, deel.besluit.zin)
                for kid, deel in vrijgave.waarom.items()
            }

        assert redenen(daar) == redenen(hier)
        assert huis.regels() > voor
        assert not any(key.hex() in repr(daar) for key in daar.keys.values())


def test_what_is_on_a_screen_is_still_open_or_not_and_nothing_more_is_told(lijn: Lijn) -> None:
    huis = lijn.huis
    schuld, regie = (
        huis.kid(huis.anna),
        huis.kid(huis.id, bron="gezinsplan", over=Rubriek.REGIE),
    )

    def nog_open(wie: str, *kids: str, huishouden: UUID = huis.id) -> bool:
        voor = huis.regels()
        hier = huis.consent.nog_open(huis.wie(wie), huishouden, kids)
        assert lijn.consent().nog_open(lijn.wie(wie), huishouden, kids) is hier
        assert huis.regels() == voor, "it is no look"
        return hier

    record = huis.toestemming()
    assert nog_open("ellen", schuld, regie)
    assert nog_open("ellen")
    huis.trek_in(record)
    assert not nog_open("ellen", schuld, regie)
    assert nog_open("ellen", regie)
    assert not nog_open("ellen", regie, uuid4().hex), "a key that never was"
    assert not nog_open("ellen", regie, huishouden=NERGENS)
    assert not nog_open("tom", regie)


def test_a_service_seals_under_the_same_keys_and_its_own_name(lijn: Lijn) -> None:
    huis = lijn.huis
    plaatsen = [plaats(huis.anna), plaats(huis.bert, huis.anna), plaats(huis.id)]
    hier = huis.consent.geef_zegelsleutels("proef", plaatsen)
    assert lijn.consent("plan").geef_zegelsleutels("intake", plaatsen) == hier
    with huis.consent.database.write() as tx:
        regels = list(huis.consent.logboek.read(tx, select(logregels).order_by(logregels.c.nr)))
    assert regels[-1].regel.inhoud["dienst"] == "plan"  # as its token says, not as it says itself


def test_refusals_are_the_same_as_in_process(lijn: Lijn, monkeypatch: pytest.MonkeyPatch) -> None:
    huis = lijn.huis
    with pytest.raises(UnknownKeyError):
        lijn.consent().vrijgave(lijn.wie("ellen"), huis.id, [uuid4().hex])
    monkeypatch.setattr(huis.consent, "volgt", lambda _tx: False)
    with pytest.raises(WordtHersteld):
        lijn.consent().vrijgave(lijn.wie("ellen"), huis.id, [])
    monkeypatch.undo()
    monkeypatch.setattr(huis.consent.logboek, "tekent", _geen_sleutel)
    with pytest.raises(LogboekDicht):
        lijn.consent().vrijgave(lijn.wie("ellen"), huis.id, [])


def _geen_sleutel() -> None:
    raise KeyFileError("de sleutel van het logboek ontbreekt")


def test_nothing_is_sealed_for_who_was_erased(tmp_path: Path, geheimen: Path) -> None:
    with stad(tmp_path) as made:
        lijn = Lijn(huis := Huis(made), geheimen)
        kid = huis.kid(huis.bert)
        with lijn.open():
            hanna = next(n for n, p in made.wie.items() if p.rol == "beslisser")
            made.vraag("POST", hanna, f"/personen/{huis.bert}/wissing", {})
            with pytest.raises(SubjectErasedError):
                lijn.consent("intake").geef_zegelsleutels("intake", [plaats(huis.bert)])
            assert huis.vraag("yusuf", kid).erased == {kid}
            assert lijn.consent().vrijgave(lijn.wie("yusuf"), huis.id, [kid]).erased == {kid}


def test_consent_says_how_far_it_is(lijn: Lijn) -> None:
    token = lijn.posities.token(Positie("intake", 3, 17))
    for bereikt in (True, False):
        lijn.bereikt[0] = bereikt
        assert lijn.consent("plan").bereikt(token) is bereikt
    for nonsense in ("", "x", token[:-2]):
        with pytest.raises(ValueError):  # noqa: PT011  # it says nothing, on purpose
            lijn.consent().bereikt(nonsense)


def test_the_trace_goes_along(lijn: Lijn, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, vrijgave = [], lijn.huis.consent.vrijgave

    def gevolgd(*given: Any) -> Any:
        seen.append(trace.huidige())
        return vrijgave(*given)

    monkeypatch.setattr(lijn.huis.consent, "vrijgave", gevolgd)
    with trace.binnen(correlation := uuid4()):
        lijn.consent().vrijgave(lijn.wie("ellen"), lijn.huis.id, [])
    assert seen == [correlation]


# --- who may not ask ---------------------------------------------------------------------------


def inzage(lijn: Lijn, **anders: Any) -> Verzoek:
    """Ellen's question as the portal sends it."""
    kid = lijn.huis.kid(lijn.huis.anna, bron="gezinsplan", over=Rubriek.PERSONALIA)
    body = {
        "token": lijn.wie("ellen").token, "huishouden": str(lijn.huis.id), "kids": [kid],
        "doel": None,
    }  # fmt: skip
    return Verzoek("POST", "/intern/9999/vrijgaven", json.dumps(body | anders).encode())


@pytest.mark.parametrize("tls", ["none", "self-made", "of another authority"])
def test_without_our_certificate_nobody_gets_as_far_as_asking(
    lijn: Lijn, tmp_path: Path, tls: str
) -> None:
    voor = lijn.huis.regels()
    context = ssl.create_default_context(cafile=str(lijn.van("portal").ca))
    if tls == "self-made":  # our name, made by an authority of one's own
        maak(tmp_path, [])
        context.load_cert_chain(tmp_path / "portal/tls.crt", tmp_path / "portal/tls.key")
    elif tls == "of another authority":
        maak(tmp_path, [])
        context = ssl.create_default_context(cafile=str(tmp_path / "ca/ca.crt"))
    with (
        httpx.Client(base_url=lijn.url, verify=context) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.get("/intern/9999/bereikt")
    assert lijn.huis.regels() == voor


@pytest.mark.parametrize("dienst", ["intake", "plan", "consent"])
def test_only_the_portal_reads(lijn: Lijn, dienst: str) -> None:
    """Even with a token of somebody who may: she showed it to this service for something else."""
    vraag, voor = inzage(lijn), lijn.huis.regels()
    answer = lijn.rauw(dienst, vraag)
    assert (answer.status_code, answer.json()["code"]) == (403, "dienst-geweigerd")
    with pytest.raises(ConsentOnbereikbaar):
        lijn.consent(dienst).vrijgave(lijn.wie("ellen"), lijn.huis.id, [])
    with pytest.raises(ConsentOnbereikbaar):
        lijn.consent(dienst).nog_open(lijn.wie("ellen"), lijn.huis.id, [])
    assert lijn.huis.regels() == voor
    assert lijn.rauw("portal", vraag).status_code == 200


def test_the_portal_seals_nothing(lijn: Lijn) -> None:
    voor = lijn.huis.regels()
    with pytest.raises(ConsentOnbereikbaar):
        lijn.consent("portal").geef_zegelsleutels("intake", [plaats(lijn.huis.anna)])
    assert lijn.huis.regels() == voor


def test_a_token_opens_one_door_once_and_briefly(lijn: Lijn) -> None:
    vraag = inzage(lijn)
    voor = lijn.huis.regels()
    oud = (
        lijn.van("portal")
        .diensttokens()
        .issue("consent", vraag, lijn.now() - timedelta(seconds=LIFE))
    )
    van_plan = lijn.van("plan").diensttokens().issue("consent", vraag, lijn.now())
    for answer in (
        lijn.rauw("portal", vraag, aan="plan"),
        lijn.rauw("portal", vraag, anders=replace(vraag, pad="/intern/9999/zegelsleutels")),
        lijn.rauw("portal", vraag, anders=replace(vraag, pad="/intern/9998/vrijgaven")),
        lijn.rauw("portal", vraag, anders=replace(vraag, body=b"{}")),
        lijn.rauw("portal", vraag, token=oud),
        lijn.rauw("portal", vraag, token=van_plan),  # the portal's certificate does not help
        lijn.rauw("portal", vraag, token=lijn.wie("ellen").token),
        lijn.rauw("portal", replace(vraag, pad=vraag.pad + "?x=1"), anders=vraag),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "dienst-geweigerd")
    assert lijn.huis.regels() == voor


def test_without_her_own_valid_token_nobody_reads_in_her_name(lijn: Lijn) -> None:
    ellen = lijn.huis.wie("ellen")
    portal = lijn.van("portal")
    voor = lijn.huis.regels()
    elders = replace(ellen, gemeente="9998")
    for token in (
        "", "onzin", lijn.wie("ellen").token[:-4],
        Tokens.from_secret("9999", bytes(32)).issue(ellen, lijn.now()),
        portal.tokens("9999").issue(ellen, lijn.now() - SESSION),
        portal.tokens("9998").issue(elders, lijn.now()),
    ):  # fmt: skip
        with pytest.raises(NotSignedInError):
            lijn.consent().vrijgave(replace(ellen, token=token), lijn.huis.id, [])
    assert lijn.huis.regels() == voor


def test_a_gemeente_that_is_not_here_has_no_consent(lijn: Lijn) -> None:
    voor = lijn.huis.regels()
    with pytest.raises(ConsentOnbereikbaar):
        lijn.consent(gemeente="9998").vrijgave(lijn.wie("ellen"), lijn.huis.id, [])
    assert lijn.huis.regels() == voor


@pytest.mark.parametrize("anders", [
    {"huishouden": "x"}, {"doel": "alles"}, {"kids": [1]}, {"meer": 1}, {"token": None},
])  # fmt: skip
def test_nonsense_is_refused_without_repeating_it(lijn: Lijn, anders: dict[str, Any]) -> None:
    vraag, voor = inzage(lijn, **anders), lijn.huis.regels()
    answer = lijn.rauw("portal", vraag)
    assert answer.status_code == 400
    assert lijn.wie("ellen").token[:20] not in answer.text
    assert lijn.huis.regels() == voor


def test_who_asked_before_consent_was_there_is_answered_after(
    tmp_path: Path, geheimen: Path
) -> None:
    with stad(tmp_path) as made, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        lijn = Lijn(huis := Huis(made), geheimen)
        lijn.port = free.getsockname()[1]
        free.close()
        consent, kid = lijn.consent(), huis.kid(huis.anna)
        voor, begin = huis.regels(), time.monotonic()
        with pytest.raises(ConsentOnbereikbaar, match="niet bereikbaar"):
            consent.vrijgave(lijn.wie("yusuf"), huis.id, [kid])
        assert time.monotonic() - begin < 2
        assert huis.regels() == voor
        with lijn.open():
            assert set(consent.vrijgave(lijn.wie("yusuf"), huis.id, [kid]).keys) == {kid}


def test_a_reader_hears_of_a_log_that_hangs_while_a_command_still_waits(
    lijn: Lijn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is frozen says nothing: who waits with a family at the table hears it first."""
    huis, hangt = lijn.huis, Event()
    for wat in ("vrijgave", "geef_zegelsleutels"):
        monkeypatch.setattr(huis.consent, wat, lambda *_: hangt.wait(30))
    with ThreadPoolExecutor() as pool:
        opdracht = pool.submit(lijn.consent("plan").geef_zegelsleutels, "plan", [plaats(huis.anna)])
        try:
            with pytest.raises(ConsentOnbereikbaar, match="niet bereikbaar"):
                lijn.consent().vrijgave(lijn.wie("ellen"), huis.id, [])
            assert not opdracht.done()
        finally:
            hangt.set()
        with pytest.raises(ConsentOnbereikbaar):
            opdracht.result()
