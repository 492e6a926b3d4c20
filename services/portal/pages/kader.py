"""What every page has: who is signed in, its frame, its forms, and what it says when it cannot.

Rules kept here: no page without security headers, no script but our own file and nothing from
outside; a form works
only from our own site and for the session it was made in; a command carries the key of the form,
so that sending it twice records it once; what may not be known and what does not exist are one
page, byte for byte; what was typed is never lost.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote
from uuid import UUID, uuid4

import httpx
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import ChainableUndefined, Environment, PackageLoader, select_autoescape

from infra import trace
from infra.auth import Aangemeld, NotSignedInError, Rol, Tokens
from infra.decider import NEDERLAND, NietBekend, RegelFout
from infra.staff import Staff
from infra.store import SleutelHergebruikt
from infra.transient import TRANSIENT
from infra.web import NU_NIET, status_of, wacht_op
from services.portal import woorden
from services.portal.application import Portal
from services.portal.pages.beeld import zichtbaar
from services.portal.pages.formulier import (
    Afgewezen,
    Formulier,
    FormulierTeGroot,
    FormulierVerlopen,
    GeenEigenFormulier,
    Sessie,
)
from services.portal.pages.ingevuld import ingevuld

COOKIE = "samenplan"
MAX_FORM, MAX_VELDEN = 128 * 1024, 200
MAX_TERUG = 1024 * 1024
"""What is read of a form that is too large, to give the text back."""
AL_VERSTUURD = (
    "U heeft dit formulier al een keer verstuurd, met andere gegevens. Kijk of het er al staat. "
    "Staat het er niet? Verstuur het dan opnieuw."
)
log = structlog.get_logger()

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: with it a browser sends `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
GEDAAN = {
    "toestemming": "De toestemming is vastgelegd.",
    "grondslag": "De reden is vastgelegd. Wat daarmee opengaat, staat hieronder.",
    "intrekking": "De intrekking is vastgelegd en geldt vanaf nu.",
    "bezwaar": "Uw bezwaar is vastgelegd en geldt vanaf nu.",
    "situatie": "Vastgelegd. Het geldt vanaf nu.",
    "situatie-einde": "Beëindigd. Het geldt niet meer.",
    "vervanging": "Vastgelegd. Uw collega kan meteen aan het werk.",
    "vervanging-einde": "Beëindigd. Uw collega ziet dit huishouden niet meer.",
    "melding": "U heeft de melding opgepakt.",
    "actie": "De actie is bijgewerkt.",
    "taak": "De taak is afgehandeld.",
    "bevestiging": "De bevestiging is vastgelegd.",
    "nood": "Noodtoegang: dit huishouden is vier uur open. De privacy officer en de regisseur "
    "weten het.",
    "nood-verslag": "Uw verslag is vastgelegd.",
    "nood-einde": "De noodtoegang is beëindigd. Het huishouden is voor u dicht.",
    "nood-voorbereiding": "Uw advies is vastgelegd.",
    "nood-oordeel": "Uw oordeel is vastgelegd.",
    "nood-vrijgave": "De vrijgave is vastgelegd.",
    "nood-openstelling": "Uw dossier is opengesteld.",
    "aantekening": "Genoteerd.",
    "advies": "Uw advies is vastgelegd.",
    "afwijkingen": "De instelling voor afwijkingen is vastgelegd.",
    "beperking": "Het voorstel ligt bij de beslisser.",
    "beperking-besluit": "Het besluit is vastgelegd en geldt vanaf nu.",
    "beperking-einde": "Vastgelegd. Er wordt niets meer voor afgeschermd.",
}


class Kader:
    """The frame around every page, and the way in to the services' own `/v1`."""

    def __init__(
        self, portal: Portal, tokens: Tokens, staff: Staff, api: FastAPI,
        now: Callable[[], datetime], secret: bytes, middelen: Mapping[str, str], *, demo: bool,
    ) -> None:  # fmt: skip
        self.portal, self.tokens, self.staff, self.demo = portal, tokens, staff, demo
        self.now = now
        self._api = api
        self._secret = secret
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(api, root_path="/v1"), base_url="http://samenplan/v1"
        )
        self._env = Environment(
            loader=PackageLoader("services.portal"), autoescape=select_autoescape(default=True),
            undefined=ChainableUndefined, trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        for bewerking in (
            woorden.woord, woorden.datum, woorden.tijdstip, woorden.artikel, woorden.leeftijd,
            woorden.opsomming, woorden.naam_van, woorden.termijn,
        ):  # fmt: skip
            self._env.filters[bewerking.__name__] = bewerking
        self._env.globals |= {
            "middelen": middelen, "demo": demo, "nieuwe_sleutel": lambda: uuid4().hex,
            "WOORDEN": woorden.WOORDEN,
        }  # fmt: skip

    @property
    def vandaag(self) -> Any:
        return self.now().astimezone(NEDERLAND).date()

    # --- who ----------------------------------------------------------------------------------

    def sessie(self, request: Request) -> Sessie:
        """Who is signed in. Raises NotSignedInError."""
        return self.sessie_van(request.cookies.get(COOKIE, ""))

    def sessie_van(self, token: str) -> Sessie:
        """Whose token it is. Raises NotSignedInError."""
        return Sessie(self.tokens.check(token, self.now()), token, self.formuliertoken(token))

    def formuliertoken(self, token: str) -> str:
        """Binds a form to the session it was made in; it gives nothing of the session away."""
        return hmac.new(self._secret, b"formulier|" + token.encode(), sha256).hexdigest()

    # --- forms --------------------------------------------------------------------------------

    async def formulier(self, request: Request) -> tuple[Sessie, Formulier]:
        """What was sent by whom. Raises as `velden`, and FormulierVerlopen."""
        velden = await self.velden(request)
        try:
            sessie = self.sessie(request)
        except NotSignedInError:
            raise FormulierVerlopen(velden) from None
        if not hmac.compare_digest(velden["formulier"].encode(), sessie.formulier.encode()):
            raise FormulierVerlopen(velden)
        return sessie, velden

    async def velden(self, request: Request) -> Formulier:
        """The fields of a form of our own site. Raises GeenEigenFormulier, FormulierTeGroot."""
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin", "")
        eigen = origin.partition("://")[2] == request.url.netloc
        if not eigen or site not in (None, "same-origin"):
            raise GeenEigenFormulier
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_TERUG:
                raise FormulierTeGroot(Formulier([]))
        try:
            paren = parse_qsl(body.decode(), keep_blank_values=True)
        except ValueError:
            raise GeenEigenFormulier from None
        velden = Formulier(paren)
        if len(body) > MAX_FORM or len(paren) > MAX_VELDEN:
            raise FormulierTeGroot(velden)
        return velden

    # --- the services -------------------------------------------------------------------------

    async def opdracht(
        self, sessie: Sessie, pad: str, body: Mapping[str, Any], sleutel: str,
        etag: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Give a command to the service that owns the fact.

        Raises NotSignedInError, Afgewezen; the page the form was on knows what may not be known.
        """
        # As bytes: a form may hold anything, and who reads it says what is wrong with it.
        headers = {b"Idempotency-Key": sleutel.encode()}
        if etag:
            headers[b"If-Match"] = etag.encode()
        headers |= {name.encode(): value.encode() for name, value in self._wie(sessie).items()}
        response = await self._client.post(pad, json=body, headers=headers)
        answer: dict[str, Any] = self._lees(response)
        return answer

    async def lees(self, sessie: Sessie, pad: str) -> Any:
        """Read from a service. Raises NietBekend, NotSignedInError, Afgewezen."""
        response = await self._client.get(pad, headers=self._wie(sessie))
        if response.status_code == 404:
            raise NietBekend
        return self._lees(response)

    def _wie(self, sessie: Sessie) -> dict[str, str]:
        wie = {"Authorization": f"Bearer {sessie.token}"}
        gevolgd = trace.verder()
        return wie if gevolgd is None else wie | {trace.HEADER: gevolgd}

    def _lees(self, response: httpx.Response) -> Any:
        if response.status_code == 401:
            raise NotSignedInError
        body = response.json()
        if response.is_success:
            return body
        if body["code"] == SleutelHergebruikt.code:
            raise Afgewezen(response.status_code, AL_VERSTUURD, body["code"], {}, bewaard=True)
        fouten = {_veld(f["waar"]): f["wat"] for f in body.get("fouten", ())}
        raise Afgewezen(response.status_code, body["detail"], body["code"], fouten)

    async def kort(
        self, sessie: Sessie, huishouden: UUID, *, netwerk: bool = False
    ) -> dict[str, Any]:
        """A household in brief, with the keys it was opened with: a page with it as `h` asks
        whether they still hold. Raises NietBekend."""
        kort, delen = await run_in_threadpool(
            self.portal.kort, sessie.wie, huishouden, netwerk=netwerk
        )
        return {**zichtbaar(kort), "delen": delen}

    async def wacht(self, request: Request) -> None:
        """Wait for the position in the address; what is none is nothing to wait for."""
        tokens = request.query_params.get("naPositie")
        if tokens is not None:
            state = self._api.state
            with suppress(ValueError):
                await wacht_op(state.reached, state.posities, tokens[:2000])

    # --- the page -----------------------------------------------------------------------------

    def pagina(
        self, template: str, sessie: Sessie | None = None, status: int = 200, **inhoud: Any
    ) -> Response:
        wie = None if sessie is None else sessie.wie
        html = self._env.get_template(template).render(
            sessie=sessie, menu=_menu(wie), vandaag=self.vandaag, **inhoud
        )
        return HTMLResponse(html, status)

    def naar(
        self, pad: str, gedaan: str, antwoord: Mapping[str, Any], doel: str | None = None
    ) -> Response:
        """On to a page that shows what was just done, for the purpose it was done for."""
        positie = quote(str(antwoord["positie"]))
        voor = "" if doel is None else f"&doel={quote(doel)}"
        return RedirectResponse(f"{pad}?naPositie={positie}&gedaan={gedaan}{voor}", 303)

    def _misluk(self, request: Request, error: Exception) -> Response:
        """The page for what can go wrong."""
        if isinstance(error, NotSignedInError):
            terug = f"?naar={quote(request.url.path)}" if request.method == "GET" else ""
            return RedirectResponse(f"/aanmelden{terug}", 303)
        if isinstance(error, FormulierVerlopen):
            velden = ingevuld(error.velden)
            return self.pagina("verlopen.html", status=403, zin=error.zin, velden=velden)
        if isinstance(error, FormulierTeGroot):
            velden = ingevuld(error.velden)
            return self.pagina("te_groot.html", status=413, zin=error.zin, velden=velden)
        try:
            sessie: Sessie | None = self.sessie(request)
        except NotSignedInError:
            sessie = None
        if isinstance(error, NietBekend):
            return self.pagina("niet_bekend.html", sessie, 404, zin=NietBekend.zin)
        if isinstance(error, GeenEigenFormulier):
            return self.pagina("fout.html", sessie, 403, zin=error.zin, opnieuw=None)
        if isinstance(error, RegelFout):
            status, _ = status_of(error)
            return self.pagina("fout.html", sessie, status, zin=error.zin, opnieuw=request.url.path)
        if isinstance(error, Afgewezen):
            return self.pagina("fout.html", sessie, error.status, zin=error.zin, opnieuw=None)
        if isinstance(error, TRANSIENT):
            log.warning("page not shown", error=type(error).__name__)
            return self.pagina("fout.html", sessie, 503, zin=NU_NIET, opnieuw=request.url.path)
        nummer = uuid4()
        log.error("unexpected error", number=str(nummer), error=type(error).__name__)
        zin = "Er ging iets mis. Wat u deed is misschien niet bewaard."
        return self.pagina("fout.html", sessie, 500, zin=zin, opnieuw=None, nummer=nummer)

    def route(self) -> type[APIRoute]:
        """The kind of route every page has: errors are pages, headers are never absent."""
        kader = self

        class Paginaroute(APIRoute):
            def get_route_handler(self) -> Callable[[Request], Any]:
                handle = super().get_route_handler()

                async def veilig(request: Request) -> Response:
                    with trace.binnen(*trace.van(request.headers.raw)):
                        try:
                            response = await handle(request)
                        except Exception as error:  # noqa: BLE001  # a number, no content
                            response = kader._misluk(request, error)
                    for name, value in HEADERS.items():
                        response.headers.setdefault(name, value)
                    return response

                return veilig

        return Paginaroute


def _veld(waar: str) -> str:
    """The field of a form: of "body.ontvanger.medewerker" it is "ontvanger", and of one kind of
    several ("body.omstandigheid.maatregel.kenmerk") the field of that kind."""
    _, naam, *rest = [*waar.split("."), ""]
    return rest[1] if naam == "omstandigheid" and len(rest) > 1 else naam


def _menu(wie: Aangemeld | None) -> list[tuple[str, str]]:
    if wie is None:
        return []
    werk = ("/werk", "Werkvoorraad")
    match wie.rol:
        case Rol.INWONER:
            return [("/huishoudens", "Mijn plan"), ("/wie-keek", "Wie keek er?")]
        case Rol.PRIVACY_OFFICER | Rol.FG:
            return [werk, ("/inzagen", "Wie zag wat?")]
        case Rol.BESLISSER | Rol.DIENSTLEIDER:
            return [werk]
        case _:
            nood = [("/noodtoegang", "Noodtoegang")] if wie.nood else []
            return [("/huishoudens", "Huishoudens"), *nood]


def thuis(sessie: Sessie) -> str:
    """Where somebody starts."""
    return _menu(sessie.wie)[0][0]


def nummer(text: str) -> UUID:
    """The number of a household or person, as somebody typed it. Raises NietBekend."""
    try:
        return UUID(text.strip())
    except ValueError:
        raise NietBekend from None
