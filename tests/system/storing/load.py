"""Work for the cluster: professionals who write and read at the front door, on several threads.

Rules kept here: an unanswered or 5xx request is sent again, with the same key and body, until it
is acknowledged; a builder, writers, a sharer and readers do not wait for each other, so that a
broker that is away leaves the writing under way.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from tests.system.storing.oracle import Gezin, Inzage, Opdracht, Oracle

ELLEN, FATMA, RUBEN, YUSUF = (f"11111111-0000-4000-8000-{n:012d}" for n in (1, 3, 4, 5))
DRUKTE = 40
"""Commands about a household before there is another one: dossiers stay of a normal size."""
GEDULD = 240.0
"""Seconds in which a repeated command must be acknowledged once every server is there."""
MANDAAT = {"kenmerk": "M-1", "van": "2026-01-01"}
OVER_90_DAGEN = (date.today() + timedelta(days=90)).isoformat()  # noqa: DTZ011


class Persoon:
    """Somebody at a front door: one thread, one connection, a sign-in per colleague."""

    def __init__(self, url: str, oracle: Oracle, seed: int) -> None:
        self.client = httpx.Client(base_url=f"{url}/v1", timeout=40, trust_env=False)
        self.oracle = oracle
        self.kans = random.Random(seed)
        self.einde = threading.Event()
        """Nothing new is begun any more; what was begun must still be acknowledged."""
        self.opgeven = threading.Event()
        self._tokens: dict[str, str] = {}

    def doe(
        self, soort: str, wie: str, pad: str, inhoud: dict[str, Any], *, huishouden: str = "",
        na: str = "", sleutel: str = "",
    ) -> Opdracht:  # fmt: skip
        """One command, repeated until it is acknowledged. Raises _Stop."""
        sleutel, begonnen = sleutel or str(uuid4()), _nu()
        params = {"naPositie": na} if na else {}
        while True:
            answer = self._vraag("POST", wie, pad, json=inhoud, sleutel=sleutel, params=params)
            if answer is not None:
                break
            if self.opgeven.wait(0.1):
                raise _Stop
        made = answer.json()
        opdracht = Opdracht(soort, wie, huishouden or made["id"], sleutel, begonnen, _nu(), made)
        self.oracle.bevestigd(opdracht)
        return opdracht

    def zie(self, wie: str, huishouden: str, na: str = "") -> dict[str, Any] | None:
        """One look; None when there was no answer this time."""
        begonnen = _nu()
        params = {"naPositie": na} if na else {}
        answer = self._vraag("GET", wie, f"/dossiers/{huishouden}", params=params)
        if answer is None:
            return None
        seen: dict[str, Any] = answer.json()
        notities = frozenset(notitie["id"] for notitie in seen["notities"])
        self.oracle.gezien(Inzage(wie, huishouden, begonnen, _nu(), notities))
        return seen

    def zie_zeker(self, wie: str, huishouden: str, na: str = "") -> dict[str, Any]:
        """One look, asked again until it is answered. Raises _Stop."""
        while (seen := self.zie(wie, huishouden, na)) is None:
            if self.opgeven.wait(0.1):
                raise _Stop
        return seen

    def _vraag(
        self, methode: str, wie: str, pad: str, *, json: Any = None, sleutel: str = "",
        params: dict[str, str],
    ) -> httpx.Response | None:  # fmt: skip
        """An answer to rely on, or None: to be asked again. Raises _Stop."""
        try:
            token = self._token(wie)
            headers = {"Authorization": f"Bearer {token}"}
            if sleutel:
                headers["Idempotency-Key"] = sleutel
            answer = self.client.request(methode, pad, json=json, headers=headers, params=params)
        except httpx.TransportError as error:
            self.oracle.opnieuw(type(error).__name__)
            return None
        if answer.is_success:
            return answer
        code = answer.json().get("code", "")
        if answer.status_code < 500:
            self.oracle.fout(f"{methode} {pad}: {answer.status_code} {answer.text}")
            raise _Stop
        self.oracle.opnieuw(f"{answer.status_code} {code}")
        return None

    def _token(self, wie: str) -> str:
        """Raises httpx.TransportError."""
        if wie not in self._tokens:
            answer = self.client.post("/sessies", json={"persona": wie})
            if not answer.is_success:
                raise httpx.TransportError("aanmelden")
            self._tokens[wie] = answer.json()["token"]
        return self._tokens[wie]


class _Stop(Exception):
    """This thread ends: something was answered that never should be, or patience is over."""


class Load:
    """The threads, from entering the context to leaving it."""

    def __init__(self, url: str, oracle: Oracle, seed: int, schrijvers: int = 3) -> None:
        self.oracle = oracle
        rollen: list[Callable[[Persoon], None]] = [bouw, deel, kijk, *[schrijf] * schrijvers]
        self._personen = [Persoon(url, oracle, seed + n) for n in range(len(rollen))]
        self._threads = [
            threading.Thread(target=self._run, args=(rol, persoon), name=rol.__name__)
            for rol, persoon in zip(rollen, self._personen, strict=True)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Raises TimeoutError when something that was begun is not acknowledged in time."""
        for persoon in self._personen:
            persoon.einde.set()
            if error is not None:
                persoon.opgeven.set()
        for thread in self._threads:
            thread.join(GEDULD)
        late = [thread.name for thread in self._threads if thread.is_alive()]
        for thread, persoon in zip(self._threads, self._personen, strict=True):
            persoon.opgeven.set()
            thread.join()
            persoon.client.close()
        assert error is not None or not self.oracle.fouten, self.oracle.fouten
        if late and error is None:
            raise TimeoutError(f"niet bevestigd: {late}, {self.oracle.herhaald}")

    def _run(self, rol: Callable[[Persoon], None], persoon: Persoon) -> None:
        try:
            while not persoon.einde.is_set():
                rol(persoon)
        except _Stop:
            pass
        except BaseException as error:
            self.oracle.fout(f"{rol.__name__}: {error!r}")
            raise


# --- what each of them does, once -------------------------------------------------------------


def bouw(p: Persoon) -> None:
    """A household with everything that the others need, when there is none or they are busy."""
    if len(p.oracle.opdrachten) < DRUKTE * len(p.oracle.gezinnen):
        p.einde.wait(0.2)
        return
    regisseur = p.kans.choice([ELLEN, FATMA])
    sinds = {"rol": "volwassene", "sinds": "2026-01-01", "reden": "gevormd"}
    made = p.doe("huishouden", RUBEN, "/huishoudens", {
        "regisseur": regisseur, "mandaat": MANDAAT,
        "leden": [{"naam": f"{voornaam} {uuid4().hex}", "geboortedatum": "1990-05-05"} | sinds
                  for voornaam in ("Anna", "Bert")],
    })  # fmt: skip
    hier, leden = made.id, tuple(made.antwoord["leden"])
    pad = f"/huishoudens/{hier}"
    gesprek = p.doe(
        "gesprek", regisseur, f"{pad}/gesprekken", {"deelnemers": [leden[0]]}, huishouden=hier
    )
    plan = p.doe(
        "plan", regisseur, f"{pad}/plan", {}, huishouden=hier, na=made.antwoord["positie"]
    ).id
    erbij = p.doe(
        "deelnemer", regisseur, f"/plannen/{plan}/deelnemers",
        {"medewerker": YUSUF, "taak": "schuldhulpverlening"}, huishouden=hier,
    )  # fmt: skip
    tafel = p.doe(
        "gesprek", YUSUF, f"{pad}/gesprekken", {"deelnemers": [leden[0]]}, huishouden=hier,
        na=erbij.antwoord["positie"],
    )  # fmt: skip
    schuld = _notitie(p, YUSUF, hier, tafel.id, leden[0], "financien-en-schulden")
    gezin = Gezin(hier, leden, plan, gesprek.id, regisseur, YUSUF, schuld.id)
    na = f"{erbij.antwoord['positie']},{schuld.antwoord['positie']}"
    seen = p.zie_zeker(YUSUF, hier, na)
    if schuld.id not in {notitie["id"] for notitie in seen["notities"]}:
        p.oracle.fout(f"{YUSUF} ziet niet wat zij net schreef: {schuld}")
    p.oracle.klaar(gezin)


def schrijf(p: Persoon) -> None:
    """A note, a goal or an action."""
    gezin = _kies(p)
    if gezin is None:
        return
    if p.kans.random() < 0.6:
        _notitie(p, gezin.regisseur, gezin.id, gezin.gesprek, gezin.leden[0], "wonen")
        return
    sleutel, over = str(uuid4()), {"evaluatieOp": OVER_90_DAGEN, "leefgebied": "wonen"}
    doel = p.doe("doel", gezin.regisseur, f"/plannen/{gezin.plan}/doelen", {
        "personen": [gezin.leden[0]], "woorden": f"Doel {sleutel}", "resultaat": "rust", **over,
    }, huishouden=gezin.id, sleutel=sleutel)  # fmt: skip
    sleutel = str(uuid4())
    p.doe("actie", gezin.regisseur, f"/plannen/{gezin.plan}/acties", {
        "doel": doel.id, "eigenaar": gezin.regisseur, "eigenaarsoort": "professional",
        "wat": f"Actie {sleutel}", "uiterlijkOp": OVER_90_DAGEN, "aard": "ondersteunend",
        "leefgebied": "wonen",
    }, huishouden=gezin.id, sleutel=sleutel)  # fmt: skip


def deel(p: Persoon) -> None:
    """A resident's toestemming, a look, its withdrawal, and a look that must be closed again."""
    gezin = _kies(p)
    if gezin is None:
        return
    wie, persoon = gezin.regisseur, gezin.leden[0]
    gegeven = p.doe("toestemming", wie, "/toestemmingen", {
        "huishouden": gezin.id, "persoon": persoon, "doel": "regie", "regimes": ["wgs"],
        "onderwerpen": ["financien-en-schulden"], "ontvanger": {"medewerker": wie},
        "gegevenDoor": persoon, "wijze": "aan tafel",
    }, huishouden=gezin.id)  # fmt: skip
    p.zie(wie, gezin.id)
    p.doe("intrekking", wie, f"/vastleggingen/{gegeven.id}/intrekking",
          {"huishouden": gezin.id}, huishouden=gezin.id)  # fmt: skip
    p.zie(wie, gezin.id)


def kijk(p: Persoon) -> None:
    """Somebody looks, at any moment."""
    gezin = _kies(p)
    if gezin is not None:
        p.zie(p.kans.choice([gezin.regisseur, gezin.regisseur, gezin.schuldhulp]), gezin.id)


def _kies(p: Persoon) -> Gezin | None:
    if not p.oracle.gezinnen:
        p.einde.wait(0.1)
        return None
    return p.kans.choice(p.oracle.gezinnen[-10:])


def _notitie(
    p: Persoon, wie: str, huishouden: str, gesprek: str, persoon: str, gebied: str
) -> Opdracht:
    sleutel = str(uuid4())
    return p.doe("notitie", wie, f"/gesprekken/{gesprek}/notities", {
        "personen": [persoon], "leefgebied": gebied, "reden": "proef",
        "zorgen": {"tekst": f"Notitie {sleutel}", "bron": "gezien"},
    }, huishouden=huishouden, sleutel=sleutel)  # fmt: skip


def _nu() -> datetime:
    return datetime.now(UTC)
