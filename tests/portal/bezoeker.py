"""Somebody with a browser that runs no script: reads pages, fills in forms, keeps one cookie."""

from __future__ import annotations

from html.parser import HTMLParser
from uuid import UUID

import httpx

HIER = "http://samenplan"


class _Pagina(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.formulieren: dict[str, dict[str, str]] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._pad = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag == "form":
            self._pad = given.get("action") or ""
            self.formulieren.setdefault(self._pad, {})
        if tag == "input" and given.get("type") == "hidden":
            self.formulieren[self._pad].setdefault(given["name"] or "", given["value"] or "")


def gelezen(html: str) -> _Pagina:
    page = _Pagina()
    page.feed(html)
    return page


class Bezoeker:
    """One person at one browser."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.cookie = ""

    def vraag(self, methode: str, pad: str, **meer: object) -> httpx.Response:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        headers |= meer.pop("headers", {})  # type: ignore[arg-type, operator]
        self._client.cookies.clear()
        return self._client.request(methode, pad, headers=headers, **meer)  # type: ignore[arg-type]

    def meld_aan(self, persona: UUID) -> httpx.Response:
        answer = self.verstuur("/aanmelden", {"persona": str(persona)})
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer

    def zie(self, pad: str, status: int = 200) -> str:
        answer = self.vraag("GET", pad)
        assert answer.status_code == status, answer.text
        return answer.text

    def verborgen(self, pad: str, actie: str) -> dict[str, str]:
        """The hidden fields of a form on a page."""
        return gelezen(self.zie(pad)).formulieren[actie]

    def verstuur(
        self, pad: str, velden: dict[str, str], origin: str | None = HIER, **headers: str
    ) -> httpx.Response:
        """Send a form, as a browser does from this site unless said otherwise."""
        if origin is not None:
            headers["Origin"] = origin
        return self.vraag("POST", pad, data=velden, headers=headers)
