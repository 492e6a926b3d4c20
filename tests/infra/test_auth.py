"""Tokens: who somebody is, until it expires, and only as we said it."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from events.base import Hoed
from events.begrippen import herkomst
from infra.auth import SESSION, Aangemeld, NotSignedInError, Rol, Tokens
from tests.infra.world import ANNA, GEMEENTE, NU

SECRET = bytes(range(32))
TOKENS = Tokens.from_secret(GEMEENTE, SECRET)
KEY = ECKey.derive_key(SECRET)
WIE = Aangemeld(ANNA, Rol.PROFESSIONAL, Hoed.COORDINATIE, herkomst("wmo-onderzoek"), GEMEENTE)


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


def test_a_confirmed_session_is_the_same_session_and_ends_when_it_would_have() -> None:
    who = replace(WIE, nood=True)
    token, later = TOKENS.issue(who, NU), NU + timedelta(hours=7)
    confirmed = TOKENS.confirm(token, later)
    assert TOKENS.check(token, later) == who
    assert TOKENS.check(confirmed, later) == replace(who, bevestigd=later)
    with pytest.raises(NotSignedInError):
        TOKENS.check(confirmed, NU + SESSION)
    with pytest.raises(NotSignedInError):
        TOKENS.confirm(token, NU + SESSION)


@pytest.mark.parametrize("claim", [{"nood": "ja"}, {"nood": 1}, {"bevestigd": "nu"},
                                   {"bevestigd": True}])  # fmt: skip
def test_what_a_token_says_of_emergencies_has_one_form(claim: dict[str, Any]) -> None:
    token = jwt.encode({"alg": "ES256"}, claims(TOKENS.issue(WIE, NU)) | claim, KEY)
    assert refused(token)


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
    assert refused(Tokens.from_secret(GEMEENTE, bytes(32)).issue(WIE, NU))


def test_a_restart_knows_who_signed_in_before() -> None:
    assert Tokens.from_secret(GEMEENTE, SECRET).check(TOKENS.issue(WIE, NU), NU) == WIE


def test_who_can_only_check_cannot_make() -> None:
    public = ECKey.import_key(KEY.as_pem(private=False))
    checks = Tokens(GEMEENTE, public)
    assert checks.check(TOKENS.issue(WIE, NU), NU) == WIE
    with pytest.raises(AssertionError):
        checks.issue(WIE, NU)
    # The public key is no secret: what it "signs" with a symmetric algorithm is nothing.
    body = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{TOKENS.issue(WIE, NU).split('.')[1]}"
    mac = hmac.digest(KEY.as_pem(private=False), body.encode(), sha256)
    assert refused(f"{body}.{urlsafe_b64encode(mac).decode().rstrip('=')}")


def test_another_gemeente_is_not_signed_in_here() -> None:
    other = replace(WIE, gemeente="9998")
    token = Tokens(None, KEY, KEY).issue(other, NU)
    assert Tokens(None, KEY).check(token, NU) == other
    assert refused(token)


def test_who_signed_in_carries_what_she_showed_and_it_is_not_printed() -> None:
    token = TOKENS.issue(WIE, NU)
    who = TOKENS.check(token, NU)
    assert who.token == token
    assert token not in repr(who)


def test_a_signature_is_checked_once_and_expiry_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens.from_secret(GEMEENTE, SECRET)
    token, decoded = tokens.issue(WIE, NU), 0
    plain = jwt.decode

    def counted(*given: Any, **more: Any) -> Any:
        nonlocal decoded
        decoded += 1
        return plain(*given, **more)

    monkeypatch.setattr(jwt, "decode", counted)
    for _ in range(3):
        tokens.check(token, NU)
    assert decoded == 1
    with pytest.raises(NotSignedInError):
        tokens.check(token, NU + SESSION)
    for _ in range(2):  # what is refused is looked at again
        with pytest.raises(NotSignedInError):
            tokens.check(token[:-4], NU)
    assert decoded == 3


def test_nobody_promotes_herself() -> None:
    head, _, signature = TOKENS.issue(WIE, NU).split(".")
    said = claims(TOKENS.issue(WIE, NU))
    for change in (
        {"rol": "beslisser"},
        {"sub": str(UUID(int=2))},
        {"gemeente": "9998"},
        {"exp": said["exp"] + 1},
    ):
        assert refused(f"{head}.{part(said | change)}.{signature}")


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "HS512", "RS256"])
def test_a_token_does_not_choose_how_it_is_checked(alg: str) -> None:
    head, body, signature = TOKENS.issue(WIE, NU).split(".")
    assert not refused(f"{head}.{body}.{signature}")
    for signed in ("", signature):
        assert refused(f"{part({'alg': alg, 'typ': 'JWT'})}.{body}.{signed}")


@pytest.mark.parametrize(
    "claim",
    [
        "sub",
        "naam",
        "organisatie",
        "functie",
        "rol",
        "hoed",
        "gemeente",
        "exp",
    ],
)
def test_a_token_that_says_less_or_nonsense_is_refused(claim: str) -> None:
    whole = claims(TOKENS.issue(WIE, NU))
    without = {name: value for name, value in whole.items() if name != claim}
    for said in (without, whole | {claim: ["x"]}, whole | {claim: None}):
        assert refused(jwt.encode({"alg": "ES256"}, said, KEY))


@given(st.text(max_size=200))
def test_anything_else_is_not_signed_in(text: str) -> None:
    assert refused(text)
    assert refused(f"{text}.{text}.{text}")
