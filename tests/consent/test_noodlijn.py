"""Emergency access over the network: intake asks, consent decides, by the token she shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from events.toezicht import Noodcategorie, Zoekwijze
from infra.auth import Aangemeld
from infra.decider import Context
from infra.diensttoken import Verzoek
from infra.geheimen import maak
from infra.nood import AlleenNoodhulp, BevestigEerst, Noodvraag, TeVaakGezocht
from infra.store import SleutelHergebruikt
from tests.consent.huis import Huis
from tests.consent.lijn import Lijn
from tests.consent.nacht import REDEN
from tests.system.stad import stad

_NU = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The caller's clock: consent uses its own."""


@pytest.fixture(scope="module")
def lijn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lijn]:
    geheimen = tmp_path_factory.mktemp("geheimen")
    maak(geheimen, ["9999"])
    with stad(tmp_path_factory.mktemp("stad")) as made:
        found = Lijn(Huis(made), geheimen)
        with found.open():
            yield found


def wie(lijn: Lijn, naam: str = "nadia", *, bevestigd: bool = True) -> Aangemeld:
    """Somebody with the token she would show, confirmed a moment ago or not."""
    who = lijn.wie(naam)
    tokens = lijn.van("portal").tokens("9999")
    token = tokens.confirm(who.token, lijn.now()) if bevestigd else who.token
    return replace(who, token=token)


def context(who: Aangemeld, sleutel: str = "", verzoek: bytes = b"") -> Context:
    return Context(
        "9999", who.actor, who.hoed, _NU, who.herkomst, uuid4(),
        sleutel=sleutel or uuid4().hex, verzoek=verzoek,
    )  # fmt: skip


def vraag(huishouden: UUID | None) -> Noodvraag:
    return Noodvraag(
        categorie=Noodcategorie.GEVAAR_KIND, reden=REDEN, langs=Zoekwijze.NAAM,
        huishouden=huishouden,
    )  # fmt: skip


def neem(lijn: Lijn, who: Aangemeld, huishouden: UUID | None, *, dienst: str = "intake",
         **meer: Any) -> Any:  # fmt: skip
    return lijn.consent(dienst).noodtoegang(who, vraag(huishouden), context(who, **meer))


def test_it_opens_what_it_opens_in_process(lijn: Lijn) -> None:
    huis, who = lijn.huis, wie(lijn)
    gedaan = neem(lijn, who, huis.id, sleutel="nacht-1")
    assert gedaan.answer["huishouden"] == str(huis.id)
    assert neem(lijn, who, huis.id, sleutel="nacht-1") == gedaan  # sent twice
    with pytest.raises(SleutelHergebruikt):
        neem(lijn, who, huis.id, sleutel="nacht-1", verzoek=b"iets anders")
    kid = huis.kid(huis.anna, bron="gezinsplan")
    assert set(lijn.consent().vrijgave(who, huis.id, [kid]).relaties) == {"noodhulp"}
    soorten = [taak["soort"] for taak in huis.stad.zie("joris", "/taken")["taken"]]
    assert soorten == ["nood-voorbereiden"]


def test_consent_goes_by_the_token_and_by_nothing_intake_says(lijn: Lijn) -> None:
    huis = lijn.huis
    with pytest.raises(BevestigEerst):
        neem(lijn, wie(lijn, bevestigd=False), huis.id)
    with pytest.raises(BevestigEerst):  # what stands beside the token counts for nothing
        neem(lijn, replace(wie(lijn, bevestigd=False), bevestigd=lijn.now()), huis.id)
    tom = wie(lijn, "tom")
    for who in (tom, replace(tom, nood=True)):
        with pytest.raises(AlleenNoodhulp):
            neem(lijn, who, huis.id)


def test_fishing_ends_over_the_network_too(lijn: Lijn) -> None:
    who = wie(lijn)
    for _ in range(5):
        assert neem(lijn, who, None).answer["huishouden"] is None
    for huishouden in (None, lijn.huis.id):
        with pytest.raises(TeVaakGezocht):
            neem(lijn, who, huishouden)


@pytest.mark.parametrize("dienst", ["plan", "portal"])
def test_only_intake_may_ask(lijn: Lijn, dienst: str) -> None:
    pad = "/intern/9999/noodtoegangen"
    body = (
        f'{{"token": "{wie(lijn).token}", "vraag": {vraag(lijn.huis.id).model_dump_json()}, '
        '"sleutel": "x", "verzoek": ""}'
    )
    voor = lijn.huis.regels()
    answer = lijn.rauw(dienst, Verzoek("POST", pad, body.encode()))
    assert (answer.status_code, answer.json()["code"]) == (403, "dienst-geweigerd")
    assert lijn.huis.regels() == voor
