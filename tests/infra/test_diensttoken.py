"""Service tokens: one service, one request, one minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from infra.diensttoken import LIFE, DienstGeweigerdError, Diensttokens, Verzoek
from tests.infra.world import NU

KEYS = {dienst: ECKey.generate_key("P-256") for dienst in ("portal", "plan", "consent")}
PORTAL, PLAN, CONSENT = (Diensttokens(dienst, key, KEYS) for dienst, key in KEYS.items())
VRAAG = Verzoek("POST", "/intern/9999/vrijgaven?a=1", b'{"x":1}')


def refused(token: str, verzoek: Verzoek = VRAAG, after: float = 0) -> bool:
    try:
        CONSENT.check(token, verzoek, NU + timedelta(seconds=after))
    except DienstGeweigerdError:
        return True
    return False


def test_consent_knows_who_asks() -> None:
    for dienst, tokens in (("portal", PORTAL), ("plan", PLAN)):
        assert CONSENT.check(tokens.issue("consent", VRAAG, NU), VRAAG, NU) == dienst


def test_it_is_for_the_service_that_was_meant() -> None:
    assert refused(PORTAL.issue("plan", VRAAG, NU))
    with pytest.raises(DienstGeweigerdError):
        PLAN.check(PORTAL.issue("consent", VRAAG, NU), VRAAG, NU)


@pytest.mark.parametrize("other", [
    {"methode": "GET"}, {"pad": "/intern/9998/vrijgaven?a=1"}, {"pad": "/intern/9999/vrijgaven"},
    {"body": b'{"x":2}'}, {"body": b""},
])  # fmt: skip
def test_it_is_for_this_request_only(other: dict[str, Any]) -> None:
    assert refused(PORTAL.issue("consent", VRAAG, NU), replace(VRAAG, **other))


def test_it_lasts_a_minute_and_nobody_makes_one_that_lasts_longer() -> None:
    token = PORTAL.issue("consent", VRAAG, NU)
    assert not refused(token, after=LIFE - 1)
    assert refused(token, after=LIFE)
    assert not refused(token, after=-LIFE)  # a clock that runs behind
    assert refused(token, after=-LIFE - 1)


def claims(**anders: Any) -> dict[str, Any]:
    exp = int(NU.timestamp()) + LIFE
    return {"iss": "portal", "aud": "consent", "exp": exp, **VRAAG.claims} | anders


@pytest.mark.parametrize(("header", "said", "key"), [
    ({"alg": "ES256", "kid": "portal"}, claims(), KEYS["plan"]),
    ({"alg": "ES256", "kid": "plan"}, claims(), KEYS["plan"]),
    ({"alg": "ES256", "kid": "portal"}, claims(iss="plan"), KEYS["portal"]),
    ({"alg": "ES256", "kid": "vreemd"}, claims(iss="vreemd"), ECKey.generate_key("P-256")),
    ({"alg": "ES256"}, claims(), KEYS["portal"]),
    ({"alg": "ES256", "kid": "portal"}, claims(exp="straks"), KEYS["portal"]),
    ({"alg": "ES256", "kid": "portal"}, claims(exp=None), KEYS["portal"]),
    ({"alg": "ES256", "kid": "portal"}, claims(aud=["consent", "plan"]), KEYS["portal"]),
    ({"alg": "ES256", "kid": "portal"}, {}, KEYS["portal"]),
])  # fmt: skip
def test_nobody_speaks_for_another(
    header: dict[str, Any], said: dict[str, Any], key: ECKey
) -> None:
    assert refused(jwt.encode(header, said, key))


@given(st.text(max_size=100))
def test_anything_else_is_refused(text: str) -> None:
    assert refused(text)
    assert refused(f"{text}.{text}.{text}")
