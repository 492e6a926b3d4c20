"""FastAPI defaults, replaced once: problem+json, camelCase, 400 for bad input without echoing it,
no slash redirects, security headers, `API-Version` (NL API Design Rules; domain.md §4.5).

Errors carry codes, never values. What may not be known and what does not exist give one answer.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid4

import structlog
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra import trace
from infra.auth import Aangemeld, NotSignedInError, Tokens
from infra.decider import (
    Context,
    GeenRecht,
    NietBekend,
    Recorded,
    RegelFout,
    Verouderd,
    WordtHersteld,
)
from infra.keyring import ConsentOnbereikbaar
from infra.keys import CheckpointBusyError, SubjectErasedError
from infra.logbook import LogboekDicht, LogDamagedError
from infra.positions import Positie, Posities
from infra.store import FeitTeGroot
from infra.tegels import TreeDamagedError
from infra.transient import TRANSIENT

API_VERSION = "0.1.0"
MAX_BODY = 256 * 1024
log = structlog.get_logger()


class NogNietVerwerkt(RegelFout):
    """De wijziging is bewaard, maar nog niet overal verwerkt. Probeer het zo opnieuw."""


_HEADERS = {
    "API-Version": API_VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
_STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (NietBekend, 404, "Niet gevonden"),
    (GeenRecht, 403, "Niet toegestaan"),
    (Verouderd, 412, "Intussen gewijzigd"),
    (FeitTeGroot, 400, "Te groot"),
    (NogNietVerwerkt, 503, "Nog niet verwerkt"),
    (WordtHersteld, 503, "Wordt hersteld"),
    (ConsentOnbereikbaar, 503, "Even niet beschikbaar"),
    (LogboekDicht, 503, "Even niet beschikbaar"),
    (RegelFout, 409, "Kan niet"),
)


def status_of(error: RegelFout) -> tuple[int, str]:
    """The HTTP status and title of a rule that was broken, here and on a page alike."""
    return next((status, title) for kind, status, title in _STATUS if isinstance(error, kind))


NU_NIET = (
    "Samenplan kan er even niet bij. Probeer het zo opnieuw: wat al is bewaard, komt er niet "
    "dubbel bij."
)
LOG_BESCHADIGD = (
    "In dit deel van het logboek is een regel beschadigd. Daarom wordt het niet getoond: er mag "
    "niets ontbreken zonder dat u het ziet. Meld dit aan de privacy officer van uw gemeente."
)


class Bericht(BaseModel):
    """Base of every request and response body: camelCase, closed."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid",
        hide_input_in_errors=True, frozen=True,
    )  # fmt: skip


class Fout(BaseModel):
    """One thing that is wrong with the input: where, and what."""

    waar: str
    wat: str


class Probleem(BaseModel):
    """RFC 9457, with a stable code."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    fouten: list[Fout] | None = None


class Antwoord(Bericht):
    """What a command did: the id it made or changed, and the position to wait for."""

    id: UUID
    positie: str


class GedaanMet(Antwoord):
    """As Antwoord, with the version of the stream after it."""

    versie: int


@dataclass(frozen=True, slots=True)
class Opdracht:
    """A command from outside: who, with which idempotency key, on which version of a part."""

    wie: Aangemeld
    context: Context
    als_versie: str | None
    """The If-Match header: the entity tag of the part as it was seen."""

    def deel(self, naam: str) -> Context:
        """The context for one of several appends that a single command makes."""
        assert self.context.sleutel is not None
        return replace(self.context, sleutel=f"{self.context.sleutel}:{naam}")


def problem(status: int, title: str, detail: str, code: str, **more: Any) -> JSONResponse:
    body = Probleem(title=title, status=status, detail=detail, code=code, **more)
    return JSONResponse(
        body.model_dump(exclude_none=True), status, media_type="application/problem+json"
    )


def antwoord(recorded: Recorded) -> dict[str, Any]:
    """The body of a command's answer."""
    made = recorded.answer.get("id", str(recorded.stream))
    return {**recorded.answer, "id": made, "positie": recorded.token}


def etag(secret: bytes, part: UUID, version: int) -> str:
    """A keyed hash of a part's visible version: tells whether it changed, and nothing else."""
    digest = hmac.digest(secret, part.bytes + version.to_bytes(8, "big"), sha256)
    return '"' + urlsafe_b64encode(digest[:12]).decode() + '"'


_bearer = HTTPBearer(auto_error=False, description="Ondertekend token (JWT)")


async def aangemeld(
    request: Request, _scheme: Annotated[Any, Depends(_bearer)] = None
) -> Aangemeld:
    """Who is asking. Raises NotSignedInError."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedInError
    tokens: Tokens = request.app.state.tokens
    now: Callable[[], datetime] = request.app.state.now
    return tokens.check(token, now())


Wie = Annotated[Aangemeld, Depends(aangemeld)]


async def opdracht(
    request: Request,
    wie: Wie,
    idempotency_key: Annotated[
        str, Header(min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$",
                    description="Zelf gekozen, uniek per opdracht; herhalen mag."),
    ],
    if_match: Annotated[
        str | None, Header(max_length=1000, description="ETag van het onderdeel zoals u het zag.")
    ] = None,
) -> Opdracht:  # fmt: skip
    """The context of a command. The key is scoped to actor and endpoint."""
    body = await request.body()
    # Both hashes hold the key, which is not stored: a short body cannot be guessed from them.
    scope = f"{wie.actor.id}|{request.method}|{request.url.path}|{idempotency_key}".encode()
    return Opdracht(
        wie,
        Context(
            request.app.state.gemeente, wie.actor, wie.hoed, request.app.state.now(), wie.herkomst,
            trace.huidige() or uuid4(), None, sha256(scope).hexdigest(),
            sha256(scope + b"|" + body).digest(),
        ),
        if_match,
    )  # fmt: skip


WACHT = 5.0
"""Seconds a request waits for an earlier change at most."""


async def wacht_op(reached: Callable[[Positie], bool], posities: Posities, tokens: str) -> None:
    """Wait until what these positions stand for can be seen; holds no thread while it waits.

    Raises ValueError for what is no position, NogNietVerwerkt after WACHT seconds.
    """
    pause, left = 0.002, WACHT
    for token in tokens.split(","):
        positie = posities.read(token)
        while not await run_in_threadpool(reached, positie):
            if left <= 0:
                raise NogNietVerwerkt
            await asyncio.sleep(pause)
            left -= pause
            pause = min(pause * 2, 0.1)


async def na_positie(
    request: Request,
    tokens: Annotated[
        str | None,
        Query(
            alias="naPositie",
            max_length=2000,
            description="Wacht tot dit is verwerkt: een positie uit een antwoord, of meer.",
        ),
    ] = None,
) -> None:
    """Read your own write, on every endpoint."""
    if tokens is None:
        return
    try:
        await aangemeld(request)  # who may not ask may not wait either
        await wacht_op(request.app.state.reached, request.app.state.posities, tokens)
    except ValueError:
        where = {"type": "value_error", "loc": ("query", "naPositie"), "msg": "is geen positie"}
        raise RequestValidationError([where]) from None


Command = Annotated[Opdracht, Depends(opdracht)]


def make_api(
    tokens: Tokens,
    gemeente: str,
    now: Callable[[], datetime],
    reached: Callable[[Positie], bool] = lambda _positie: True,
    posities: Posities | None = None,
) -> FastAPI:
    """An application for `/v1`; routers are added by the caller.

    `reached` tells whether all who must have seen a position have.
    """
    api = FastAPI(
        title="Samenplan",
        version=API_VERSION, dependencies=[Depends(na_positie)], redirect_slashes=False,
        docs_url=None, redoc_url=None,
        openapi_url="/openapi.json", servers=[{"url": "/v1", "description": "Versie 1"}],
        description="Eén huishouden, één plan, één regisseur. Alle tijdstippen zijn in UTC.",
        contact={
            "name": "Samenplan", "url": "https://samenplan.example/contact",
            "email": "contact@samenplan.example",
        },
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )  # fmt: skip
    api.state.tokens, api.state.gemeente, api.state.now = tokens, gemeente, now
    api.state.reached = reached
    api.state.posities = posities or Posities(os.urandom(32))
    plain_openapi = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            api.openapi_schema = _dutch_rules(plain_openapi())
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]
    install_errors(api)
    api.add_middleware(_Border)
    return api


class _TooLargeError(Exception):
    """The request's body is larger than MAX_BODY."""


_MAYBE_HALF = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]|\x00")
"""What a JSON text with half a character has in it: escaped, in UTF-8, or in UTF-16."""


def _half(body: bytearray) -> bool:
    """Whether a JSON text holds half a character (a lone surrogate), which no log can hold.

    What is no JSON at all is refused where it is read.
    """
    if not _MAYBE_HALF.search(body):
        return False
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


class _Border:
    """The outermost layer: trace, size and characters of the request, headers of the response,
    last resort. Plain ASGI: what it costs per byte of a body is one search.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        correlation, caller = trace.van(scope["headers"])
        public = scope["path"].endswith("/openapi.json")

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers[trace.HEADER] = trace.kop(correlation)
                if public:
                    headers["Access-Control-Allow-Origin"] = "*"
            await send(message)

        size, body = 0, bytearray()

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > MAX_BODY:
                raise _TooLargeError
            if message["type"] == "http.request":
                body.extend(part)
                if not message.get("more_body", False) and _half(body):
                    raise HTTPException(400)
            return message

        async def send_unless_too_large(message: Message) -> None:
            # What reading a body raises becomes FastAPI's own 400: 413 replaces it below.
            if size <= MAX_BODY or started:
                await send_with_headers(message)

        with trace.binnen(correlation, caller):
            try:
                with suppress(_TooLargeError):
                    await self._app(scope, receive_counted, send_unless_too_large)
                if size > MAX_BODY and not started:
                    refusal = problem(413, "Te groot", "Dit verzoek is te groot.", "te-groot")
                    await refusal(scope, receive, send_with_headers)
            except TRANSIENT as error:
                # A server of ours is away, perhaps in the middle of a commit.
                log.warning("request not answered", error=type(error).__name__)
                if not started:
                    answer = problem(503, "Even niet beschikbaar", NU_NIET, "even-niet-beschikbaar")
                    answer.headers["Retry-After"] = "2"
                    await answer(scope, receive, send_with_headers)
            except Exception as error:  # noqa: BLE001  # the last line of defence: a number, no content
                number = uuid4()
                log.error("unexpected error", number=str(number), error=type(error).__name__)
                if not started:
                    detail = f"Er ging iets mis. Er is niets bewaard. Meld dit nummer: {number}."
                    answer = problem(500, "Er ging iets mis", detail, "onverwacht")
                    await answer(scope, receive, send_with_headers)


def install_errors(app: FastAPI) -> None:
    """One table from what can go wrong to problem+json."""

    def regel(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RegelFout)
        # One text for all that may not be known: a subclass must not show itself.
        said = NietBekend() if isinstance(error, NietBekend) else error
        return problem(*status_of(error), said.zin, said.code)

    def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        fouten = [Fout(waar=_waar(item), wat=_dutch(item)) for item in error.errors()]
        return problem(
            400, "Onjuiste invoer", "Het verzoek is niet goed ingevuld.", "onjuiste-invoer",
            fouten=fouten,
        )  # fmt: skip

    def not_signed_in(_request: Request, _error: Exception) -> Response:
        response = problem(401, "Niet aangemeld", "Meld u (opnieuw) aan.", "niet-aangemeld")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    def erased(_request: Request, _error: Exception) -> Response:
        return problem(409, "Gewist", "De gegevens van deze persoon zijn gewist.", "gewist")

    def busy(_request: Request, _error: Exception) -> Response:
        return problem(
            503, "Nog bezig", "Het wissen is nog niet bevestigd. Herhaal deze opdracht.", "bezig"
        )

    def damaged(_request: Request, error: Exception) -> Response:
        log.error("log damaged", error=type(error).__name__, what=str(error))
        return problem(500, "Logboek beschadigd", LOG_BESCHADIGD, "logboek-beschadigd")

    def http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, StarletteHTTPException)
        if error.status_code == 404:
            return problem(404, "Niet gevonden", NietBekend().zin, NietBekend.code)
        if error.status_code == 405:
            return problem(405, "Niet ondersteund", "Dit kan hier niet.", "methode")
        if error.status_code == 400:  # the framework's own sentence, which is English
            return problem(
                400, "Onjuiste invoer", "Het verzoek is niet te lezen.", "onjuiste-invoer"
            )
        detail = str(error.detail)
        status = 400 if error.status_code == 422 else error.status_code
        return problem(status, "Onjuiste invoer", detail, "onjuiste-invoer")

    for kind, handler in (
        (RegelFout, regel), (RequestValidationError, invalid), (NotSignedInError, not_signed_in),
        (SubjectErasedError, erased), (CheckpointBusyError, busy),
        (LogDamagedError, damaged), (TreeDamagedError, damaged),
        (StarletteHTTPException, http), (HTTPException, http),
    ):  # fmt: skip
        app.add_exception_handler(kind, handler)


_DUTCH = {
    "missing": "ontbreekt",
    "string_too_short": "is te kort; schrijf ten minste {min_length} tekens",
    "extra_forbidden": "heeft een veld dat hier niet hoort",
    "string_too_long": "is te lang; schrijf ten hoogste {max_length} tekens",
    "too_short": "kies of noem er ten minste {min_length}",
    "too_long": "kies of noem er ten hoogste {max_length}",
    "string_pattern_mismatch": "heeft niet de goede vorm",
    "uuid_parsing": "is geen geldig nummer", "enum": "is geen van de mogelijke keuzes",
    "json_invalid": "is geen geldige JSON", "string_type": "is geen tekst",
    "int_parsing": "is geen getal", "bool_parsing": "is geen ja of nee",
}  # fmt: skip


def _waar(item: dict[str, Any]) -> str:
    """Where in the request; a name that we do not know is the sender's own text, so not that."""
    known = item["loc"][:-1] if item["type"] == "extra_forbidden" else item["loc"]
    return ".".join(str(part) for part in known)


def _dutch(item: dict[str, Any]) -> str:
    kind = str(item["type"])
    if kind == "value_error":  # our own Dutch sentence, which never holds the value
        return str(item["msg"]).removeprefix("Value error, ")
    if kind.startswith(("date", "time")):
        return "is geen geldige datum of tijd"
    return _DUTCH.get(kind, "klopt niet").format(**item.get("ctx", {}))


def _dutch_rules(schema: dict[str, Any]) -> dict[str, Any]:
    """Make the document say what the middleware does: headers, problems, 400 instead of 422."""
    schema["components"].setdefault("schemas", {})["Probleem"] = Probleem.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    schemas = schema["components"]["schemas"]
    schemas |= schemas["Probleem"].pop("$defs", {})
    for gone in ("HTTPValidationError", "ValidationError"):
        schemas.pop(gone, None)
    version = {"API-Version": {"description": "Versie", "schema": {"type": "string"}}}
    reasons = {
        "400": "Onjuiste invoer", "401": "Niet aangemeld", "403": "Niet toegestaan",
        "404": "Bestaat niet, of u mag het niet zien", "409": "Kan niet",
        "412": "Intussen gewijzigd", "413": "Te groot", "503": "Even niet beschikbaar",
    }  # fmt: skip
    for methods in schema["paths"].values():
        for operation in methods.values():
            responses = operation["responses"]
            responses.pop("422", None)
            for status, reason in reasons.items():
                responses[status] = {
                    "description": reason,
                    "content": {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Probleem"}
                        }
                    },
                }
            for response in responses.values():
                response["headers"] = {**response.get("headers", {}), **version}
    return schema
