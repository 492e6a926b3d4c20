"""Signed bearer tokens: who somebody is, for which organisation, under which hat and task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from events.base import Hoed
from events.begrippen import Actor, Herkomst, herkomst

SESSION = timedelta(hours=8)
"""How long a sign-in lasts at most (trust: A1)."""


class NotSignedInError(Exception):
    """No token, or one that is not ours, damaged or expired."""


class Rol(StrEnum):
    """What somebody is to the system; relations to households are facts, not roles."""

    PROFESSIONAL = "professional"
    INWONER = "inwoner"
    BESLISSER = "beslisser"
    PRIVACY_OFFICER = "privacy-officer"
    FG = "fg"


@dataclass(frozen=True, slots=True)
class Aangemeld:
    """Somebody who signed in. An inwoner's `actor.id` is the id of the person."""

    actor: Actor
    rol: Rol
    hoed: Hoed
    herkomst: Herkomst
    """The law and task under which this person works; what she writes has this herkomst."""


class Tokens:
    """Issues and checks tokens with one secret (HS256)."""

    def __init__(self, secret: bytes) -> None:
        self._key = OctKey.import_key(secret)

    def issue(self, who: Aangemeld, now: datetime) -> str:
        claims = {
            "sub": str(who.actor.id),
            "naam": who.actor.naam,
            "organisatie": who.actor.organisatie,
            "functie": who.actor.functie,
            "rol": who.rol,
            "hoed": who.hoed,
            "herkomst": who.herkomst.code,
            "exp": int((now + SESSION).timestamp()),
        }
        return jwt.encode({"alg": "HS256"}, claims, self._key)

    def check(self, token: str, now: datetime) -> Aangemeld:
        """Raises NotSignedInError."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"]).claims
            if now.timestamp() >= claims["exp"]:
                raise NotSignedInError
            return Aangemeld(
                Actor(
                    id=UUID(str(claims["sub"])),
                    naam=claims["naam"],
                    organisatie=claims["organisatie"],
                    functie=claims["functie"],
                ),
                Rol(claims["rol"]),
                Hoed(claims["hoed"]),
                herkomst(claims["herkomst"]),
            )
        except (JoseError, KeyError, ValueError, TypeError):
            raise NotSignedInError from None
