"""Tokens: who somebody is, until it expires, and only as we said it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from events.base import Hoed
from events.begrippen import herkomst
from infra.auth import SESSION, Aangemeld, NotSignedInError, Rol, Tokens
from tests.infra.world import ANNA, NU

SECRET = bytes(range(32))
TOKENS = Tokens(SECRET)
WIE = Aangemeld(ANNA, Rol.PROFESSIONAL, Hoed.COORDINATIE, herkomst("wmo-onderzoek"))


def refused(token: str) -> bool:
    try:
        TOKENS.check(token, NU)
    except NotSignedInError:
        return True
    return False


def part(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def claims(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found


@pytest.mark.parametrize("rol", Rol)
def test_whoever_signed_in_is_known_as_such(rol: Rol) -> None:
    who = replace(WIE, rol=rol)
    assert TOKENS.check(TOKENS.issue(who, NU), NU) == who


def test_a_token_lasts_a_working_day_and_no_longer() -> None:
    token = TOKENS.issue(WIE, NU)
    assert TOKENS.check(token, NU + SESSION - timedelta(seconds=1)) == WIE
    for late in (SESSION, SESSION + timedelta(days=1)):
        with pytest.raises(NotSignedInError):
            TOKENS.check(token, NU + late)


def test_a_token_of_another_secret_is_none_of_ours() -> None:
    assert refused(Tokens(bytes(32)).issue(WIE, NU))


def test_nobody_promotes_herself() -> None:
    head, _, signature = TOKENS.issue(WIE, NU).split(".")
    said = claims(TOKENS.issue(WIE, NU))
    for change in ({"rol": "beslisser"}, {"sub": str(UUID(int=2))}, {"exp": said["exp"] + 1}):
        assert refused(f"{head}.{part(said | change)}.{signature}")


@pytest.mark.parametrize("alg", ["none", "None", "HS512", "RS256"])
def test_a_token_does_not_choose_how_it_is_checked(alg: str) -> None:
    head, body, signature = TOKENS.issue(WIE, NU).split(".")
    assert not refused(f"{head}.{body}.{signature}")
    for signed in ("", signature):
        assert refused(f"{part({'alg': alg, 'typ': 'JWT'})}.{body}.{signed}")


@pytest.mark.parametrize("claim", ["sub", "naam", "organisatie", "functie", "rol", "hoed", "exp"])
def test_a_token_that_says_less_or_nonsense_is_refused(claim: str) -> None:
    whole, key = claims(TOKENS.issue(WIE, NU)), OctKey.import_key(SECRET)
    without = {name: value for name, value in whole.items() if name != claim}
    for said in (without, whole | {claim: ["x"]}, whole | {claim: None}):
        assert refused(jwt.encode({"alg": "HS256"}, said, key))


@given(st.text(max_size=200))
def test_anything_else_is_not_signed_in(text: str) -> None:
    assert refused(text)
    assert refused(f"{text}.{text}.{text}")
