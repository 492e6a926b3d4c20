"""How services get keys: to write, for their own places and 60 s; to read, by asking."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from events.base import KeyId, Zegelplaats
from events.begrippen import Herkomst, Onderwerp
from events.waarden import Doel
from infra.auth import Aangemeld
from infra.decider import RegelFout
from infra.seal import SealingKey

MAX_AGE = 60.0


class ConsentOnbereikbaar(RegelFout, ConnectionError):
    """De dienst die over inzage beslist is niet bereikbaar. Er is niets getoond of bewaard. Probeer
    het zo opnieuw."""

    # A ConnectionError, because it is of the moment: a consumer tries again, and parks no stream.


class Reden(Protocol):
    """Why one part opens: the rule, its article, and one Dutch sentence."""

    @property
    def regel(self) -> str | None: ...
    @property
    def artikel(self) -> str | None: ...
    @property
    def zin(self) -> str: ...


class Onderdeel(Protocol):
    """The decision about one key, and what the key is of."""

    @property
    def besluit(self) -> Reden: ...
    @property
    def betrokkenen(self) -> tuple[UUID, ...]: ...
    @property
    def herkomst(self) -> Herkomst: ...
    @property
    def onderwerp(self) -> Onderwerp: ...


class Vrijgave(Protocol):
    """What a reader gets for a question: keys, what was erased, and why. Of the rest nothing but
    `stappen`: what lacks for a key of which she may know that it is there.

    No `relaties` means: to this reader the household does not exist.
    """

    @property
    def relaties(self) -> Collection[str]: ...
    @property
    def keys(self) -> Mapping[KeyId, bytes]: ...
    @property
    def erased(self) -> Collection[KeyId]: ...
    @property
    def waarom(self) -> Mapping[KeyId, Onderdeel]: ...
    @property
    def stappen(self) -> Mapping[KeyId, str]: ...


Release = Callable[[Aangemeld, UUID, Collection[KeyId], Doel | None], Vrijgave]
"""Asks the consent service for keys to read with: it decides, logs, and only then answers."""

NogOpen = Callable[[Aangemeld, UUID, Collection[KeyId], Doel | None], bool]
"""Asks the consent service whether all of these keys are still for a reader who has them."""

Issue = Callable[[str, Sequence[Zegelplaats]], dict[Zegelplaats, tuple[KeyId, bytes]]]
"""Asks the consent service for keys under a service's own identity; it logs what it gives."""


class Keyring:
    """Sealing keys of one service."""

    def __init__(
        self, service: str, issue: Issue, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = service
        self._issue = issue
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[Zegelplaats, tuple[SealingKey, float]] = {}
        self._forgotten = 0

    def sealing_keys(self, plaatsen: Sequence[Zegelplaats]) -> dict[Zegelplaats, SealingKey]:
        """One key per place. Raises what the issuer raises, such as SubjectErasedError."""
        now = self._clock()
        with self._lock:
            self._kept = {p: k for p, k in self._kept.items() if k[1] > now}
            fresh = {p: self._kept[p][0] for p in plaatsen if p in self._kept}
            forgotten = self._forgotten
        missing = [plaats for plaats in plaatsen if plaats not in fresh]
        if missing:
            issued = {
                plaats: SealingKey(kid, key)
                for plaats, (kid, key) in self._issue(self._service, missing).items()
            }
            fresh |= issued
            with self._lock:
                if forgotten == self._forgotten:  # else it may be a key that went
                    until = now + MAX_AGE
                    self._kept |= {plaats: (key, until) for plaats, key in issued.items()}
        return fresh

    def forget(self) -> None:
        """Drop every kept key at once (after an erasure or a rotation)."""
        with self._lock:
            self._kept = {}
            self._forgotten += 1
