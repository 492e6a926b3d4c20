"""A witness of one log: keeps its signed heads in another place, and signs along only with what
continues them.

Rules kept here: it believes its own folder and the log's public key, and nothing the log says
beside them: of a head it keeps the log's own signature and its own, whoever else signed; a head is
kept before it is given to anybody; what does not continue is refused, and the head it does not
continue stays the last. It learns no personal data: heads and hashes only.
See c2sp.org/tlog-witness for what a witness is, and /tlog-cosignature for what it signs.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

import httpx

from infra.boom import consistent, root_of
from infra.koppen import Head, HeadRefusedError, KeyFile, Verifier, note, read
from infra.tegels import write


class LogbookGoneError(Exception):
    """The log did not answer; nothing is known against it."""


class Log(Protocol):
    """What a witness asks of a log. Both raise LogbookGoneError."""

    def checkpoint(self) -> str:
        """Its last signed head."""

    def consistency(self, earlier: int, size: int) -> list[bytes]:
        """The proof that one head continues another."""


class Witness:
    """Its heads are files in `folder`, named after their size; `log` is the key it was given."""

    def __init__(
        self, folder: Path, log: Verifier, key: KeyFile, now: Callable[[], datetime]
    ) -> None:
        self._folder, self._log, self._key, self._now = folder, log, key, now

    def last(self) -> Head | None:
        """The largest head it signed. Raises HeadRefusedError when its own file was changed."""
        kept = sorted(self._folder.glob("*.kop"))
        if not kept:
            return None
        signed = kept[-1].read_text()
        if self._key.verifier.signed(signed) is None:
            raise HeadRefusedError(f"{kept[-1].name} is niet van deze getuige")
        return read(signed, self._log)

    def look(self, log: Log) -> Head:
        """Look once: the head that was signed and kept.

        Raises HeadRefusedError with what is wrong, LogbookGoneError.
        """
        signed = log.checkpoint()
        head, last = read(signed, self._log), self.last()
        self._continues(log, last or Head(head.origin, 0, root_of([])), head)
        moment = int(self._now().timestamp())
        own = self._key.signer().sign(head.text, moment)
        kept = note(head, [self._log.line(signed), own])
        write(self._folder / f"{head.size:012}.kop", kept.encode())
        return head

    @staticmethod
    def _continues(log: Log, last: Head, head: Head) -> None:
        if head.size < last.size:
            raise HeadRefusedError(
                f"het logboek is teruggezet: van {last.size} naar {head.size} regels"
            )
        if head.size == last.size and head.root != last.root:
            raise HeadRefusedError(f"er zijn twee verschillende logboeken van {head.size} regels")
        proof = log.consistency(last.size, head.size) if 0 < last.size < head.size else []
        if not consistent(last.size, last.root, head.size, head.root, proof):
            raise HeadRefusedError(
                f"het logboek van {head.size} regels gaat niet verder op dat van {last.size}"
            )


class Rounds:
    """A witness that looks at one log again and again, and how that went: for who watches it."""

    def __init__(self, witness: Witness, log: Log, now: Callable[[], datetime]) -> None:
        self._witness, self._log, self._now = witness, log, now
        self.size = 0
        """Rows of the last head it signed along with."""
        self.seen: float | None = None
        """When that was (since 1970); None when it did not since it started."""
        self.refused = self.silent = 0
        """Looks that it refused, and that the log did not answer."""
        self.wrong: str | None = None
        """What was wrong with the last head it refused, until one continues again."""

    def look(self) -> Head:
        """Look once. Raises as `Witness.look`."""
        try:
            head = self._witness.look(self._log)
        except LogbookGoneError:
            self.silent += 1
            raise
        except HeadRefusedError as error:
            self.refused += 1
            self.wrong = str(error)
            raise
        self.size, self.seen, self.wrong = head.size, self._now().timestamp(), None
        return head


class RemoteLog:
    """A log over HTTP, at `<url>/checkpoint` and `<url>/samenhang`."""

    def __init__(self, client: httpx.Client, url: str) -> None:
        self._client, self._url = client, url.rstrip("/")

    def checkpoint(self) -> str:
        return self._get("checkpoint").text

    def consistency(self, earlier: int, size: int) -> list[bytes]:
        answer = self._get("samenhang", van=earlier, tot=size)
        try:
            return [b64decode(one, validate=True) for one in answer.json()["bewijs"]]
        except (ValueError, KeyError, TypeError):
            raise LogbookGoneError("het antwoord is niet te lezen") from None

    def _get(self, path: str, **query: int) -> httpx.Response:
        try:
            answer = self._client.get(f"{self._url}/{path}", params=query)
        except httpx.HTTPError as error:
            raise LogbookGoneError(type(error).__name__) from None
        if not answer.is_success:
            raise LogbookGoneError(f"antwoord {answer.status_code}")
        return answer
