"""Tokens with which one service calls another: good for a minute, for one service, for one request.

Beside mTLS, which says that the caller is one of us, this says which one, and for what: method,
path and body are signed with the service's own certificate key, so a token that leaks or is
replayed elsewhere is worth nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

LIFE = 60
"""Seconds a token is good for; also how far two clocks may differ."""


class DienstGeweigerdError(Exception):
    """No service token, or not one of a known service for this request, now."""


@dataclass(frozen=True, slots=True)
class Verzoek:
    """A request, as far as a token is bound to it. `pad` includes the query."""

    methode: str
    pad: str
    body: bytes

    @property
    def claims(self) -> dict[str, str]:
        return {"htm": self.methode, "htu": self.pad, "bsh": sha256(self.body).hexdigest()}


class Diensttokens:
    """Issues the tokens of one service, and checks those of others that are meant for it."""

    def __init__(self, dienst: str, sign_key: ECKey, verify_keys: Mapping[str, ECKey]) -> None:
        self._dienst = dienst
        self._sign_key = sign_key
        self._verify_keys = verify_keys

    def issue(self, aan: str, verzoek: Verzoek, now: datetime) -> str:
        """A token to do this request at that service."""
        exp = int(now.timestamp()) + LIFE
        claims = {"iss": self._dienst, "aud": aan, "exp": exp, **verzoek.claims}
        return jwt.encode({"alg": "ES256", "kid": self._dienst}, claims, self._sign_key)

    def check(self, token: str, verzoek: Verzoek, now: datetime) -> str:
        """The service that does this request. Raises DienstGeweigerdError."""

        def key(signed: object) -> ECKey:
            return self._verify_keys[signed.headers()["kid"]]  # type: ignore[attr-defined]

        try:
            decoded = jwt.decode(token, key, algorithms=["ES256"])
            said = dict(decoded.claims)
            dienst, left = decoded.header["kid"], said.pop("exp") - now.timestamp()
        except (JoseError, KeyError, ValueError, TypeError):
            raise DienstGeweigerdError from None
        expected = {"iss": dienst, "aud": self._dienst, **verzoek.claims}
        if said != expected or not 0 < left <= 2 * LIFE:
            raise DienstGeweigerdError
        return str(dienst)
