"""The services spread over processes: what each has per gemeente, built for whatever role it is in.

Rules kept here: a gemeente is a cell of its own, with its own schema, keys and log in every
service; nothing of one gemeente is ever handed to the objects of another. A service is loaded
where it is used: a worker needs no web framework, a relay nothing of a service at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from app.gesproken import clock
from events.base import Envelope
from infra import migration, remote
from infra.cloudevents import Waarmerk
from infra.decider import Recorded, RegelFout
from infra.dispatcher import follows
from infra.feed import Consumer, Feed
from infra.geheimen import Geheimen
from infra.kafka.verbinding import Mtls, Verbinding
from infra.keyring import Keyring
from infra.metrics import Metrics
from infra.positions import Positie, Posities, reached
from infra.postgres import PostgreSQL
from infra.reactor import Reactor
from infra.remote import RemoteConsent
from infra.settings import Settings
from infra.staff import Staff
from infra.store import Store
from infra.uitgegeven import Published
from infra.views import View
from infra.volgorde import Sequencer, readable

if TYPE_CHECKING:
    from services.portal.application import Portal

VOLGT: Mapping[str, tuple[str, ...]] = {
    "intake": ("plan", "consent"),
    "plan": ("intake",),
    "consent": ("intake", "plan"),
    "portal": ("intake", "plan", "consent"),
}
"""Which services have facts that a service follows."""
BRONNEN = ("intake", "plan", "consent")
"""Services with facts of their own: the others follow them on a topic."""
GEDULD = 2.0
"""Seconds that a command which ends somebody's access waits until consent has followed it."""


class Omgeving:
    """What every role of one service works with. Raises SettingsError, KeyFileError."""

    def __init__(self, dienst: str, rol: str, settings: Settings) -> None:
        settings.given("geheimen", "database", "gemeenten")
        assert settings.geheimen is not None
        self.dienst, self.settings, self.now = dienst, settings, clock
        self.gemeenten = settings.gemeenten
        self.geheimen = Geheimen(settings.geheimen, dienst)
        self.posities = Posities(self.geheimen.gedeeld("positie"))
        self.metrics = Metrics(dienst, rol)
        self._databases: dict[str, PostgreSQL] = {}
        self.centraal = self._database(dienst)
        """What a service keeps for all its gemeenten together: how far it read its sources."""

    def database(self, gemeente: str) -> PostgreSQL:
        return self._database(f"{self.dienst}_{gemeente}")

    def close(self) -> None:
        for database in self._databases.values():
            database.close()

    def _database(self, schema: str) -> PostgreSQL:
        if schema not in self._databases:
            assert self.settings.database is not None
            begin, _, rest = self.settings.database.partition("://")
            wie = f"samenplan_{self.dienst}:{quote(self.geheimen.wachtwoord, safe='')}"
            url = f"{begin}://{wie}@{rest}"
            many = self.dienst == "portal"
            self._databases[schema] = PostgreSQL(url, schema, one_writer=not many)
        return self._databases[schema]

    @cached_property
    def staff(self) -> Staff:
        return Staff.read(self.settings.data / "medewerkers.json")

    @cached_property
    def waarmerk(self) -> Waarmerk:
        return Waarmerk(self.geheimen.gedeeld("waarmerk"))

    @cached_property
    def kafka(self) -> Verbinding:
        """Raises SettingsError."""
        self.settings.given("kafka")
        g = self.geheimen
        return Verbinding(str(self.settings.kafka), Mtls(g.ca, g.certificaat, g.sleutel))

    def adres(self, dienst: str) -> str:
        """Where a service is. Raises SettingsError."""
        self.settings.given(dienst)
        return str(getattr(self.settings, dienst))

    @cached_property
    def _naar_consent(self) -> Any:
        g = self.geheimen
        return remote.verbinding(g.diensttokens(), g.tls_client(), self.adres("consent"), self.now)

    def consent(self, gemeente: str) -> RemoteConsent:
        """The consent service as another service sees it. Raises SettingsError."""
        return RemoteConsent(self._naar_consent, gemeente)


class Cel(Protocol):
    """One service for one gemeente."""

    database: PostgreSQL

    def routers(self) -> Sequence[Any]:
        """Its part of `/v1`."""

    def consumer(self, bron: str, feed: Feed) -> Consumer:
        """What it does with the facts of a source."""


def cel(omgeving: Omgeving, gemeente: str) -> Cel:
    """Raises what its database and its keys raise."""
    makers: Mapping[str, Callable[[Omgeving, str], Cel]] = {
        "intake": Intakecel, "plan": Plancel, "consent": Consentcel, "portal": Portalcel,
    }  # fmt: skip
    return makers[omgeving.dienst](omgeving, gemeente)


def bereikt(omgeving: Omgeving, cel: Cel, positie: Positie) -> bool:
    """Whether this service has processed a position of a source it follows."""
    if positie.bron not in VOLGT[omgeving.dienst]:
        return True
    with cel.database.read() as tx:
        return reached(tx, positie)


class Intakecel:
    def __init__(self, omgeving: Omgeving, gemeente: str) -> None:
        from services.intake.application import Intake

        self.database = omgeving.database(gemeente)
        self._now = omgeving.now
        self.intake = Intake(
            _store(omgeving, gemeente, self.database), omgeving.geheimen,
            omgeving.staff.of(gemeente), omgeving.settings.demo,
            omgeving.consent(gemeente).noodtoegang,
        )  # fmt: skip

    def routers(self) -> Sequence[Any]:
        from services.intake import api

        return [api.router(self.intake)]

    def consumer(self, bron: str, feed: Feed) -> Consumer:
        from services.intake import policies

        if bron == "plan":
            return Reactor("intake", self.intake.store, [feed], policies.react, self._now)
        return Consumer("register", self.database, [feed], self.intake.register.vergeet)


class Plancel:
    def __init__(self, omgeving: Omgeving, gemeente: str) -> None:
        from services.plan.application import Plannen

        self.database = omgeving.database(gemeente)
        self._now = omgeving.now
        self.plannen = Plannen(
            _store(omgeving, gemeente, self.database), omgeving.staff.of(gemeente),
            omgeving.geheimen.gedeeld("etag"),
        )  # fmt: skip

    def routers(self) -> Sequence[Any]:
        from services.plan import api

        return [api.router(self.plannen)]

    def consumer(self, bron: str, feed: Feed) -> Consumer:
        from services.plan import policies

        return Reactor("plan", self.plannen.store, [feed], policies.react, self._now)


class Consentcel:
    def __init__(self, omgeving: Omgeving, gemeente: str) -> None:
        from services.consent.application import Consent

        self.database = omgeving.database(gemeente)
        migration.verify(self.database)
        self._gids = omgeving.staff.of(gemeente)
        self.consent = Consent(
            self.database, omgeving.geheimen.wikkelsleutels(gemeente), gemeente, omgeving.now,
            posities=omgeving.posities,
        )  # fmt: skip
        self.consent.volgt = lambda tx: follows(
            tx,
            omgeving.centraal.schema,
            "consent",
            VOLGT["consent"],
            omgeving.settings.partities,
            omgeving.now(),
        )
        self.consent.beperkingen.staf = self._gids.get
        self.consent.dagwerk.lead = lambda: self.database.lead("dagwerk")
        sleutel = omgeving.geheimen.logsleutel(gemeente)
        folder = omgeving.settings.log_folder(gemeente)
        self.consent.logboek.tekent = readable(folder, sleutel)
        self.consent.uitgegeven = Published(folder, sleutel)

    def routers(self) -> Sequence[Any]:
        from services.consent import api

        return [api.router(self.consent, self._gids)]

    def consumer(self, bron: str, feed: Feed) -> Consumer:
        return Consumer("consent", self.database, [feed], self.consent.volg)


def sequencers(omgeving: Omgeving) -> list[Sequencer]:
    """What signs the log of every gemeente; consent's workers only."""
    if omgeving.dienst != "consent":
        return []
    made = []
    for gemeente in omgeving.gemeenten:
        sequencer = Sequencer(
            omgeving.database(gemeente), omgeving.settings.log_folder(gemeente),
            omgeving.geheimen.logsleutel(gemeente), omgeving.now,
        )  # fmt: skip
        omgeving.metrics.unsigned(gemeente, sequencer.waiting)
        made.append(sequencer)
    return made


class Portalcel:
    def __init__(self, omgeving: Omgeving, gemeente: str) -> None:
        self._omgeving, self._gemeente = omgeving, gemeente
        self.database = omgeving.database(gemeente)
        self.secret = omgeving.geheimen.gedeeld("etag")

    @cached_property
    def consent(self) -> RemoteConsent:
        return self._omgeving.consent(self._gemeente)

    @cached_property
    def portal(self) -> Portal:
        from services.portal.application import Portal

        vrijgave = self._omgeving.metrics.key_store("vrijgave", self.consent.vrijgave)
        return Portal(self._view([]), vrijgave, self.consent.nog_open, self.secret)

    def routers(self) -> Sequence[Any]:
        from services.portal import api

        return [api.router(self.portal, self.secret)]

    def consumer(self, bron: str, feed: Feed) -> Consumer:
        return self._view([feed])

    def _view(self, feeds: Sequence[Feed]) -> View:
        from services.portal import projections

        return View("portal", self.database, feeds, projections.tables, projections.project)


def _store(omgeving: Omgeving, gemeente: str, database: PostgreSQL) -> Store:
    consent = omgeving.consent(gemeente)
    issue = omgeving.metrics.key_store("zegelsleutels", consent.geef_zegelsleutels)
    return Store(
        omgeving.dienst, database, gemeente, Keyring(omgeving.dienst, issue),
        appended=_tot_consent_volgt(consent), posities=omgeving.posities,
    )  # fmt: skip


def _tot_consent_volgt(consent: RemoteConsent) -> Callable[[Sequence[Envelope], Recorded], None]:
    """What ends somebody's access is followed before the command answers; not for ever.

    Without a broker it answers all the same: what was recorded is recorded, and consent follows
    as soon as it can.
    """
    from services.consent.policies import EINDIGT

    def appended(envelopes: Sequence[Envelope], recorded: Recorded) -> None:
        if not any(isinstance(envelope.fact, EINDIGT) for envelope in envelopes):
            return
        until = time.monotonic() + GEDULD
        with suppress(RegelFout, ValueError):
            while time.monotonic() < until and not consent.bereikt(recorded.token):
                time.sleep(0.02)

    return appended
