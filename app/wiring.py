"""Builds everything for one mode. Embedded: one process, a SQLite file per service, no broker."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from app import aanmelden
from app.gesproken import KLOK, InGebruikError, clock
from events.base import Envelope
from infra import collector
from infra.auth import Tokens
from infra.database import DamagedDataError
from infra.decider import Recorded
from infra.feed import Consumer, LogFeed, Worker
from infra.keyring import Keyring
from infra.management import Health, of_consumers
from infra.metrics import Achterstand, Metrics
from infra.migration import migrate
from infra.positions import Positie, Posities
from infra.provider import FileKeyProvider, KeyFileError
from infra.reactor import Reactor
from infra.settings import Settings
from infra.sqlite import SQLite
from infra.staff import Staff
from infra.store import Store
from infra.transient import TRANSIENT
from infra.uitgegeven import Published
from infra.views import View
from infra.volgorde import POLL, Sequencer, readable, signing_key
from infra.web import make_api
from services.consent import api as consent_api
from services.consent import policies as consent_policies
from services.consent.application import Consent
from services.consent.log.nagerekend import Narekening
from services.consent.tijd.dagwerk import Dagwerk
from services.intake import api as intake_api
from services.intake import policies as intake_policies
from services.intake.application import Intake
from services.plan import api as plan_api
from services.plan import policies as plan_policies
from services.plan.application import Plannen
from services.portal import api as portal_api
from services.portal import pages
from services.portal import projections as portal_projections
from services.portal.application import Portal

NAMES = ("consent", "intake", "plan", "portal")


class Embedded:
    """All services in one process on one data folder.

    Raises InGebruikError, KeyFileError, DamagedDataError.
    """

    def __init__(self, settings: Settings, now: Callable[[], datetime] = clock) -> None:
        self.settings = settings
        self._now = now
        data = settings.data
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = claim(data)
        new = not any((data / f"{name}.sqlite").exists() for name in NAMES)
        if not new and not settings.key_file.exists():
            raise KeyFileError(f"het sleutelbestand {settings.key_file.name} ontbreekt")
        if not new and not (data / "consent.sqlite").exists():  # the keys are in there
            raise DamagedDataError(str(data / "consent.sqlite"))
        self.provider = FileKeyProvider(settings.key_file, create=new)
        self.staff = Staff.read(data / "medewerkers.json", settings.gemeente)
        self.tokens = Tokens.from_secret(settings.gemeente, self.provider.secret("token"))
        self.posities = Posities(self.provider.secret("positie"))
        secret = self.provider.secret("etag")
        self._databases = {name: SQLite(data / f"{name}.sqlite") for name in NAMES}
        for database in self._databases.values():
            database.check()
        migrate(self._databases["consent"])
        gemeente = settings.gemeente
        self.consent = Consent(
            self._databases["consent"], self.provider, gemeente, now, self._appended,
            posities=self.posities,
        )  # fmt: skip

        def store(name: str) -> Store:
            keys = Keyring(name, self.consent.geef_zegelsleutels)
            self.consent.bij_wissing.append(keys.forget)
            return Store(
                name, self._databases[name], gemeente, keys,
                appended=self._appended, posities=self.posities,
            )  # fmt: skip

        self.intake = Intake(
            store("intake"), self.provider, self.staff, settings.demo, self.consent.nood.neem
        )
        self.plannen = Plannen(store("plan"), self.staff, secret)
        stores = (self.intake.store, self.plannen.store, self.consent.store)
        self._logs = {store.name: store for store in stores}
        intake, plan, consent = map(LogFeed, stores)
        self.view = View(
            "portal", self._databases["portal"], [intake, plan, consent],
            portal_projections.tables, portal_projections.project,
        )  # fmt: skip
        self._volger = Consumer(
            "consent", self._databases["consent"], [intake, plan], self.consent.volg
        )
        self.consent.volgt = lambda _tx: self._volger.stopped is None
        self.consent.beperkingen.staf = self.staff.get
        self.volgorde = self._sequencer(self._databases["consent"])
        self.worker = Worker(
            [
                self._volger,
                Reactor("intake", self.intake.store, [plan], intake_policies.react, now),
                Consumer(
                    "register", self._databases["intake"], [consent], self.intake.register.vergeet
                ),
                Reactor("plan", self.plannen.store, [intake], plan_policies.react, now),
                self.view,
            ]
        )
        self.klok: Worker[Dagwerk | Narekening] = Worker(
            [self.consent.dagwerk, self.consent.narekening], poll=KLOK
        )
        for consumer in self.worker.consumers:
            for feed in (intake, plan, consent):
                if consumer.position(feed.name) > feed.position:  # read what is no longer there
                    raise DamagedDataError(str(data / f"{feed.name}.sqlite"))
        self.portal = Portal(self.view, self.consent.vrijgave, self.consent.nog_open, secret)
        self._secret = secret

    def _sequencer(self, database: SQLite) -> Worker[Sequencer]:
        """What signs the log, on a thread of its own; consent knows its key and what it brings."""
        gemeente, settings = self.settings.gemeente, self.settings
        folder = settings.log_folder(gemeente)
        key = signing_key(database, settings.log_key_file, gemeente)
        self.consent.logboek.tekent = readable(folder, key)
        self.consent.uitgegeven = Published(folder, key)
        return Worker([Sequencer(database, folder, key, self._now)], poll=POLL)

    def _appended(self, envelopes: Sequence[Envelope], _recorded: Recorded) -> None:
        """Let everybody follow; what ends somebody's access, before the command answers."""
        if any(isinstance(envelope.fact, consent_policies.EINDIGT) for envelope in envelopes):
            with suppress(*TRANSIENT):  # the worker tries again
                self._volger.step()
        self.worker.wake()

    def reached(self, token: Positie) -> bool:
        """Whether every consumer of that source has processed the position."""
        return all(
            consumer.reached(token)
            for consumer in self.worker.consumers
            if any(feed.name == token.bron for feed in consumer.feeds)
        )

    def api(self) -> FastAPI:
        """The application for `/v1`, with the routes of every service."""
        api = make_api(self.tokens, self.settings.gemeente, self._now, self.reached, self.posities)
        for routes in (
            intake_api.router(self.intake),
            plan_api.router(self.plannen),
            consent_api.router(self.consent, self.staff),
            portal_api.router(self.portal, self._secret),
        ):
            api.include_router(routes)
        if self.settings.demo:
            demo = aanmelden.router(self.staff, self.tokens, self._now, self.portal.werkt_met)
            api.include_router(demo)
        return api

    def web(self) -> FastAPI:
        """Everything: `/v1` and the pages; the worker runs as long as the application does."""

        @asynccontextmanager
        async def running(_app: FastAPI):  # type: ignore[no-untyped-def]
            self.worker.start()
            self.klok.start()
            collector.settled()
            self.volgorde.start()
            yield
            self.volgorde.stop()
            self.klok.stop()
            self.worker.stop()

        web = FastAPI(lifespan=running, openapi_url=None, docs_url=None, redoc_url=None,
                      redirect_slashes=False)  # fmt: skip

        @web.get("/gezondheid")
        def health() -> JSONResponse:
            found = self.health()
            return JSONResponse(found.for_anybody, found.code)

        web.mount("/v1", api := self.api())
        web.include_router(
            pages.router(
                self.portal, self.tokens, self.staff, api, self._now,
                self.provider.secret("formulier"), self.settings.demo,
            )
        )  # fmt: skip
        return web

    def health(self) -> Health:
        """Whether facts still reach their readers, and the log fits the keys that left."""
        found = of_consumers(
            [*self.worker.consumers, *self.klok.consumers, *self.volgorde.consumers]
        )
        consent = self.consent
        return found.with_incidents(consent.volledigheid.open(), consent.narekening.open())

    def metrics(self) -> Metrics:
        """What an operator watches of this process."""
        made = Metrics("samenplan", "alles")
        for consumer in self.worker.consumers:
            made.consumer(self.settings.gemeente, consumer)
            for feed in consumer.feeds:
                behind = partial(self._behind, consumer, feed.name)
                made.behind(consumer.name, feed.name, behind, self.settings.gemeente)
        made.logbook(self.settings.gemeente, self.consent.logregels)
        made.incidents(self.settings.gemeente, self.consent.volledigheid.open)
        made.recomputed(self.settings.gemeente, self.consent.narekening.cijfers)
        for sequencer in self.volgorde.consumers:
            made.unsigned(self.settings.gemeente, sequencer.waiting)
        return made

    def _behind(self, consumer: Consumer, bron: str) -> Achterstand:
        log = self._logs[bron]
        at = consumer.position(bron)
        oldest = log.envelopes(at, 1)
        age = self._now() - oldest[0][1].opgenomen_op if oldest else timedelta()
        return Achterstand(log.log.end - at, age.total_seconds())

    def close(self) -> None:
        self.volgorde.stop()
        self.klok.stop()
        self.worker.stop()
        for database in self._databases.values():
            database.close()
        release(self._lock)


def claim(data: Path) -> int:
    """One process per data folder: one writer and one checkpointing connection per file.

    Raises InGebruikError.
    """
    handle = os.open(data / "in-gebruik", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise InGebruikError(str(data)) from None
    return handle


def release(claimed: int) -> None:
    """Let another process work in the folder."""
    os.close(claimed)
