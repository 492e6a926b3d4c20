"""Consent on the other side of a network: its answers and its refusals are those in process.

What goes over the line is defined here, for both sides. A consent service that cannot be reached,
or says something we do not understand, is an error: never an open door.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from events.base import Gezamenlijk, KeyId, Zegelplaats
from events.begrippen import Herkomst, Onderwerp, herkomst, onderwerp
from events.waarden import Doel
from infra import trace
from infra.auth import Aangemeld, NotSignedInError
from infra.decider import Context, Recorded, WordtHersteld
from infra.diensttoken import Diensttokens, Verzoek
from infra.keyring import ConsentOnbereikbaar
from infra.keys import SubjectErasedError, UnknownKeyError
from infra.logbook import LogboekDicht
from infra.nood import WEIGERINGEN, Noodvraag
from infra.store import SleutelHergebruikt

_CONSENT = {"sni_hostname": "consent"}
"""Wherever it is: the certificate must be that of consent and of nobody else."""
SCHEME = "Dienst"
"""Of the Authorization header of one service that calls another."""
RUIM, KORT = (httpx.Timeout(s, connect=1, pool=1) for s in (5, 2))
"""How long a command waits for consent, and a reader: she is told within two seconds that the log
is away. Connecting includes the handshake: a consent that is frozen costs a second, not five."""
log = structlog.get_logger()
T = TypeVar("T", bound=BaseModel)


class _Regel(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True,
        ser_json_bytes="base64", val_json_bytes="base64",
    )  # fmt: skip


class PlaatsRegel(_Regel):
    """A place to seal for."""

    betrokkenen: tuple[UUID, ...] = Field(min_length=1, max_length=1000)
    herkomst: str
    onderwerp: str
    gezamenlijk: Gezamenlijk

    @classmethod
    def van(cls, plaats: Zegelplaats) -> Self:
        return cls(
            betrokkenen=plaats.betrokkenen, herkomst=plaats.herkomst.code,
            onderwerp=plaats.onderwerp.value, gezamenlijk=plaats.gezamenlijk,
        )  # fmt: skip

    @property
    def plaats(self) -> Zegelplaats:
        """Raises KeyError or ValueError for a herkomst or onderwerp this release does not know."""
        return Zegelplaats(
            self.betrokkenen, herkomst(self.herkomst), onderwerp(self.onderwerp), self.gezamenlijk
        )


class Zegelvraag(_Regel):
    """Which places a service wants to seal for."""

    plaatsen: tuple[PlaatsRegel, ...] = Field(max_length=2000)


class SleutelRegel(_Regel):
    """A key to seal with."""

    kid: KeyId
    sleutel: bytes = Field(repr=False, min_length=32, max_length=32)


class Zegelantwoord(_Regel):
    """A key per place, in the order of the question."""

    sleutels: tuple[SleutelRegel, ...]


class Inzagevraag(_Regel):
    """Who wants to read what. The token is the reader's own: consent believes no service."""

    token: str = Field(repr=False, max_length=4000)
    huishouden: UUID
    kids: tuple[KeyId, ...] = Field(max_length=20_000)
    doel: Doel | None


class RedenRegel(_Regel):
    """Why a part opens."""

    regel: str | None
    artikel: str | None
    zin: str


class OnderdeelRegel(_Regel):
    """The decision about one key, and what the key is of."""

    besluit: RedenRegel
    betrokkenen: tuple[UUID, ...]
    uit: str
    over: str

    @property
    def herkomst(self) -> Herkomst:
        """Raises KeyError for a herkomst this release does not know."""
        return herkomst(self.uit)

    @property
    def onderwerp(self) -> Onderwerp:
        """Raises ValueError for an onderwerp this release does not know."""
        return onderwerp(self.over)


class Inzageantwoord(_Regel):
    """A `Vrijgave` that came from elsewhere."""

    relaties: tuple[str, ...]
    keys: Mapping[KeyId, bytes] = Field(repr=False)
    erased: frozenset[KeyId]
    waarom: Mapping[KeyId, OnderdeelRegel]
    stappen: Mapping[KeyId, str]


class NogOpenAntwoord(_Regel):
    """Whether all that was asked about is still open."""

    open: bool


class Noodaanvraag(_Regel):
    """Emergency access, as intake passes it on. The token is the professional's own."""

    token: str = Field(repr=False, max_length=4000)
    vraag: Noodvraag
    sleutel: str = Field(max_length=200)
    verzoek: bytes = Field(max_length=64)


class Noodantwoord(_Regel):
    """A `Recorded` of consent."""

    stroom: UUID
    versie: int
    positie: int
    antwoord: dict[str, str | None]
    token: str


class Bereikt(_Regel):
    """Whether consent has processed a position."""

    bereikt: bool


_FOUTEN: dict[str, type[Exception]] = {
    WordtHersteld.code: WordtHersteld,
    LogboekDicht.code: LogboekDicht,
    "niet-aangemeld": NotSignedInError,
    "gewist": SubjectErasedError,
    "onbekende-sleutel": UnknownKeyError,
    "onjuiste-positie": ValueError,
    SleutelHergebruikt.code: SleutelHergebruikt,
    **{fout.code: fout for fout in WEIGERINGEN},
}


class RemoteConsent:
    """The consent service of one gemeente, over HTTPS; may be used by many threads."""

    def __init__(self, client: httpx.Client, gemeente: str) -> None:
        self._client = client
        self._pad = f"/intern/{gemeente}"

    def geef_zegelsleutels(
        self, dienst: str, plaatsen: Sequence[Zegelplaats]
    ) -> dict[Zegelplaats, tuple[KeyId, bytes]]:
        """Keys to seal with (an `Issue`). Consent goes by the service token, not by `dienst`.

        Raises SubjectErasedError, ConsentOnbereikbaar.
        """
        vraag = Zegelvraag(plaatsen=tuple(map(PlaatsRegel.van, plaatsen)))
        antwoord = self._vraag("POST", "/zegelsleutels", Zegelantwoord, vraag)
        if len(antwoord.sleutels) != len(plaatsen):
            raise _onbereikbaar("answer of another length")
        return {
            plaats: (regel.kid, regel.sleutel)
            for plaats, regel in zip(plaatsen, antwoord.sleutels, strict=True)
        }

    def vrijgave(
        self, wie: Aangemeld, huishouden: UUID, kids: Collection[KeyId], doel: Doel | None = None
    ) -> Inzageantwoord:
        """Keys to read with (a `Release`), for who shows her own valid token.

        Raises UnknownKeyError, WordtHersteld, NotSignedInError, ConsentOnbereikbaar.
        """
        vraag = Inzagevraag(token=wie.token, huishouden=huishouden, kids=tuple(kids), doel=doel)
        return self._vraag("POST", "/vrijgaven", Inzageantwoord, vraag, KORT)

    def nog_open(
        self, wie: Aangemeld, huishouden: UUID, kids: Collection[KeyId], doel: Doel | None = None
    ) -> bool:
        """Whether all of these are still for who shows her own valid token (a `NogOpen`).

        Raises WordtHersteld, NotSignedInError, ConsentOnbereikbaar.
        """
        vraag = Inzagevraag(token=wie.token, huishouden=huishouden, kids=tuple(kids), doel=doel)
        return self._vraag("POST", "/nog-open", NogOpenAntwoord, vraag, KORT).open

    def noodtoegang(self, wie: Aangemeld, vraag: Noodvraag, context: Context) -> Recorded:
        """Take emergency access (a `Noodpoort`), for who shows her own valid token.

        Raises WEIGERINGEN, SleutelHergebruikt, NotSignedInError, ConsentOnbereikbaar.
        """
        assert context.sleutel is not None
        aanvraag = Noodaanvraag(
            token=wie.token, vraag=vraag, sleutel=context.sleutel, verzoek=context.verzoek
        )
        gedaan = self._vraag("POST", "/noodtoegangen", Noodantwoord, aanvraag)
        return Recorded(
            gedaan.stroom, gedaan.versie, gedaan.positie, dict(gedaan.antwoord), gedaan.token
        )

    def bereikt(self, token: str) -> bool:
        """Whether consent has processed what a position token stands for.

        Raises ValueError for what is no position, ConsentOnbereikbaar.
        """
        return self._vraag("GET", "/bereikt", Bereikt, naPositie=token).bereikt

    def _vraag(
        self, methode: str, pad: str, soort: type[T], body: BaseModel | None = None,
        binnen: httpx.Timeout = RUIM, **query: str,
    ) -> T:  # fmt: skip
        content = None if body is None else body.model_dump_json()
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            antwoord = self._client.request(
                methode,
                self._pad + pad,
                content=content,
                headers=headers,
                params=query,
                timeout=binnen,
                extensions=_CONSENT,
            )
            if antwoord.is_success:
                return soort.model_validate_json(antwoord.content)
        except httpx.HTTPError as error:
            raise _onbereikbaar(type(error).__name__) from None
        except ValidationError:
            raise _onbereikbaar("answer not understood") from None
        code = _code(antwoord)
        if code in _FOUTEN:
            raise _FOUTEN[code]
        raise _onbereikbaar(f"{antwoord.status_code} {code}")


def verbinding(
    diensttokens: Diensttokens, tls: ssl.SSLContext, url: str, now: Callable[[], datetime]
) -> httpx.Client:
    """Kept-alive connections to consent, shared by the gemeenten of a process."""
    return httpx.Client(
        base_url=url, verify=tls, auth=_Dienst(diensttokens, "consent", now), trust_env=False,
        timeout=RUIM,
        # Shorter than uvicorn keeps them (5 s): else we write on one that just was closed.
        limits=httpx.Limits(max_connections=64, keepalive_expiry=3),
    )  # fmt: skip


class _Dienst(httpx.Auth):
    """Signs each request as this service, and says in which trace it is made."""

    requires_request_body = True

    def __init__(self, tokens: Diensttokens, aan: str, now: Callable[[], datetime]) -> None:
        self._tokens, self._aan, self._now = tokens, aan, now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        verzoek = Verzoek(request.method, request.url.raw_path.decode(), request.content)
        token = self._tokens.issue(self._aan, verzoek, self._now())
        request.headers["Authorization"] = f"{SCHEME} {token}"
        if (gevolgd := trace.verder()) is not None:
            request.headers[trace.HEADER] = gevolgd
        yield request


def _code(antwoord: httpx.Response) -> str:
    """The stable code of a refusal; empty for what is none of ours."""
    try:
        said: Any = antwoord.json()["code"]
    except (ValueError, KeyError, TypeError):
        return ""
    return said if isinstance(said, str) else ""


def _onbereikbaar(why: str) -> ConsentOnbereikbaar:
    log.error("consent out of reach", why=why)
    return ConsentOnbereikbaar()
