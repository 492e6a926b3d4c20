"""The first face: server-rendered HTML that works without script, on a phone and on paper.

Reads through the portal, commands through the services' own `/v1`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from importlib import resources

from fastapi import APIRouter, FastAPI, Request, Response

from infra.auth import Tokens
from infra.decider import NietBekend
from infra.staff import Staff
from services.portal.application import Portal
from services.portal.pages import (
    aanmelden,
    bezwaar,
    delen,
    huishouden,
    inzagen,
    nodig,
    nood,
    regels,
    register,
    situatie,
    vastgelegd,
    vervanging,
    waarom,
    werk,
    wie_keek,
    zicht,
)
from services.portal.pages.kader import Kader

_STATISCH = {
    "samenplan.css": "text/css; charset=utf-8", "samenplan.js": "text/javascript; charset=utf-8",
    "samenplan.svg": "image/svg+xml",
}  # fmt: skip
_METHODEN = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def router(
    portal: Portal, tokens: Tokens, staff: Staff, api: FastAPI, now: Callable[[], datetime],
    secret: bytes, demo: bool,
) -> APIRouter:  # fmt: skip
    """All pages, to be included at the root after `/v1` is mounted.

    `api` is the `/v1` application; `secret` binds forms to sessions.
    """
    folder = resources.files("services.portal").joinpath("static")
    bestanden = {naam: folder.joinpath(naam).read_bytes() for naam in _STATISCH}
    middelen = {
        naam: f"/static/{naam}?v={sha256(inhoud).hexdigest()[:12]}"
        for naam, inhoud in bestanden.items()
    }
    kader = Kader(portal, tokens, staff, api, now, secret, middelen, demo=demo)
    pages = APIRouter(route_class=kader.route(), include_in_schema=False, redirect_slashes=False)

    @pages.get("/static/{naam}")
    def bestand(naam: str) -> Response:
        if naam not in bestanden:
            raise NietBekend
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(bestanden[naam], media_type=_STATISCH[naam], headers=headers)

    for onderdeel in (
        aanmelden, huishouden, delen, nodig, situatie, vervanging, vastgelegd, nood, regels, waarom,
        zicht, werk, inzagen, wie_keek, register, bezwaar,
    ):  # fmt: skip
        onderdeel.routes(kader, pages)

    @pages.api_route("/{rest:path}", methods=_METHODEN)
    def onbekend(request: Request) -> Response:
        kader.sessie(request)
        raise NietBekend

    return pages
