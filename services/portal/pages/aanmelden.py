"""The way in and out. In the demo: as one of the invented people; else by an identity provider."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from infra.auth import NotSignedInError
from infra.staff import Persona
from services.portal.pages.kader import COOKIE, Kader, nummer, thuis


def routes(kader: Kader, pages: APIRouter) -> None:
    @pages.get("/")
    def begin(request: Request) -> Response:
        return RedirectResponse(thuis(kader.sessie(request)), 303)

    @pages.get("/aanmelden")
    def toon_aanmelden(request: Request) -> Response:
        return kader.pagina(
            "aanmelden.html", groepen=_per_organisatie(kader.staff) if kader.demo else [],
            naar=_binnen(request.query_params.get("naar", "")),
        )  # fmt: skip

    @pages.post("/aanmelden")
    async def meld_aan(request: Request) -> Response:
        velden = await kader.velden(request)
        persona = kader.staff.get(nummer(velden["persona"])) if kader.demo else None
        if persona is None:
            raise NotSignedInError
        response = RedirectResponse(_binnen(velden["naar"]) or "/", 303)
        response.set_cookie(
            COOKIE, kader.tokens.issue(persona.aangemeld, kader.now()), httponly=True,
            samesite="strict", secure=request.url.scheme == "https", path="/",
        )  # fmt: skip
        return response

    @pages.post("/afmelden")
    async def meld_af(request: Request) -> Response:
        await kader.formulier(request)
        response = RedirectResponse("/aanmelden", 303)
        response.delete_cookie(
            COOKIE, httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/"
        )
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _binnen(pad: str) -> str:
    """A path on this site to go on to, or nothing."""
    ok = pad.startswith("/") and not pad.startswith("//") and pad.isascii() and pad.isprintable()
    return pad if ok and "\\" not in pad else ""


def _per_organisatie(personas: Iterable[Persona]) -> list[tuple[str, list[Persona]]]:
    groepen: dict[str, list[Persona]] = {}
    for persona in personas:
        groepen.setdefault(persona.organisatie, []).append(persona)
    return list(groepen.items())
