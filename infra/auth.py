"""Signed bearer tokens: who somebody is, for which organisation, under which hat and task.

Only the portal can make them (it holds the private key, ES256); every service can check them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Self
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from events.base import Hoed
from events.begrippen import Actor, Herkomst, herkomst

SESSION = timedelta(hours=8)
"""How long a sign-in lasts at most (trust: A1)."""
KEPT = 4096
"""Tokens whose signature was checked and need not be again."""


class NotSignedInError(Exception):
    """No token, or one that is not ours, of another gemeente, damaged or expired."""


class Rol(StrEnum):
    """What somebody is to the system; relations to households are facts, not roles."""

    PROFESSIONAL = "professional"
    INWONER = "inwoner"
    BESLISSER = "beslisser"
    PRIVACY_OFFICER = "privacy-officer"
    FG = "fg"
    DIENSTLEIDER = "dienstleider"
    """Leads the shift: hears at once of what is out of the ordinary, decides nothing."""


@dataclass(frozen=True, slots=True)
class Aangemeld:
    """Somebody who signed in. An inwoner's `actor.id` is the id of the person."""

    actor: Actor
    rol: Rol
    hoed: Hoed
    herkomst: Herkomst
    """The law and task under which this person works; what she writes has this herkomst."""
    gemeente: str
    token: str = field(default="", compare=False, repr=False)
    """What she showed for it, so that a service that asks on her behalf can show it too."""
    nood: bool = False
    """Screened and appointed for emergency access; an attribute of the person, never a role."""
    bevestigd: datetime | None = None
    """When she last confirmed beside signing in that it is she (step-up).

    The port for a real identity provider: it asks again (OpenID Connect `max_age=0` with the
    `acr_values` of a stronger means) and its `auth_time` comes here. In the demo it is a button.
    """


class Tokens:
    """Issues and checks tokens of one gemeente, or of any when `gemeente` is None.

    `None` is for who serves several gemeenten, to see which one somebody belongs to.
    """

    def __init__(
        self, gemeente: str | None, verify_key: ECKey, sign_key: ECKey | None = None
    ) -> None:
        self._gemeente = gemeente
        self._verify_key = verify_key
        self._sign_key = sign_key
        # A signature costs more than all else in a check: once per token. What is refused is not
        # kept, so nonsense pushes nobody out.
        self._signed = lru_cache(maxsize=KEPT)(self._read)

    @classmethod
    def from_secret(cls, gemeente: str | None, secret: bytes) -> Self:
        """For one process that signs and checks: a key pair that a restart finds again."""
        key = ECKey.derive_key(secret)
        return cls(gemeente, key, key)

    def issue(self, who: Aangemeld, now: datetime) -> str:
        """A token for somebody's own gemeente, which may be another than the one checked here."""
        assert self._sign_key is not None, "only who signs people in has the key"
        claims: dict[str, object] = {
            "sub": str(who.actor.id),
            "naam": who.actor.naam,
            "organisatie": who.actor.organisatie,
            "functie": who.actor.functie,
            "rol": who.rol,
            "hoed": who.hoed,
            "herkomst": who.herkomst.code,
            "gemeente": who.gemeente,
            "exp": int((now + SESSION).timestamp()),
        }
        if who.nood:
            claims["nood"] = True
        return jwt.encode({"alg": "ES256"}, claims, self._sign_key)

    def confirm(self, token: str, now: datetime) -> str:
        """The same session, confirmed now; it ends when it would have ended.

        Raises NotSignedInError.
        """
        assert self._sign_key is not None, "only who signs people in has the key"
        self.check(token, now)
        claims = jwt.decode(token, self._verify_key, algorithms=["ES256"]).claims
        claims |= {"bevestigd": int(now.timestamp())}
        return jwt.encode({"alg": "ES256"}, claims, self._sign_key)

    def check(self, token: str, now: datetime) -> Aangemeld:
        """Raises NotSignedInError."""
        who, expires = self._signed(token)
        if now.timestamp() >= expires:
            raise NotSignedInError
        return who

    def _read(self, token: str) -> tuple[Aangemeld, int]:
        """Who a token is about and when it expires (Unix time). Raises NotSignedInError."""
        try:
            claims = jwt.decode(token, self._verify_key, algorithms=["ES256"]).claims
            gemeente, expires = claims["gemeente"], claims["exp"]
            nood, bevestigd = claims.get("nood", False), claims.get("bevestigd")
            if not re.fullmatch(r"[0-9]{4}", gemeente) or type(expires) is not int:
                raise NotSignedInError
            if type(nood) is not bool or type(bevestigd) not in (int, type(None)):
                raise NotSignedInError
            if self._gemeente not in (None, gemeente):
                raise NotSignedInError
            actor = Actor(
                id=UUID(str(claims["sub"])),
                naam=claims["naam"],
                organisatie=claims["organisatie"],
                functie=claims["functie"],
            )
            who = Aangemeld(
                actor, Rol(claims["rol"]), Hoed(claims["hoed"]), herkomst(claims["herkomst"]),
                gemeente, token, nood,
                None if bevestigd is None else datetime.fromtimestamp(bevestigd, UTC),
            )  # fmt: skip
        except (JoseError, KeyError, ValueError, TypeError):
            raise NotSignedInError from None
        return who, expires
