"""Tasks: what waits for a person, as facts; for whom, about whom and why is sealed.

Rules kept here: the same task twice is one; a task is seen by whoever has its role now (the
regisseur of today, not of the day it came up) and for anybody else it does not exist; which tasks
are whose cannot be read from the database; who reads tasks about people is in the log.
What each kind says to whoever must do it is data: `taken.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, Literal, assert_never
from uuid import UUID, uuid4, uuid5

from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import Column, MetaData, String, Table, Uuid, delete, select
from sqlalchemy.dialects.postgresql import insert

from events.base import Envelope, Erased, Hoed, Open, Sealed, Zegelplaats
from events.begrippen import Rubriek, herkomst
from events.consent import TaakAfgehandeld, TaakFact, TaakOntstaan
from events.waarden import Taak
from infra import trace
from infra.auth import Aangemeld, Rol
from infra.database import Tx
from infra.decider import NEDERLAND, Context, NietBekend, Recorded, RegelFout, WordtHersteld
from infra.keys import KeyStore
from infra.logbook import Logbook, Regel
from infra.provider import FileKeyProvider
from infra.reactor import SYSTEEM
from infra.store import Store
from services.consent.log.blik import EigenInzage
from services.consent.log.verantwoording import Kop, Verantwoording
from services.consent.openen import opener
from services.consent.projections import Beslisfeiten

tables = MetaData()
_tabel = Table(
    "taken", tables,
    Column("taak", Uuid, primary_key=True),
    Column("vak", String(64), nullable=False, index=True),
)  # fmt: skip
_RUIMTE = UUID("d3a1c7e2-8b1f-4f0a-9a54-6f0d1a2b9c37")


_IN_HUISHOUDEN = ("regisseur", "medewerker")
"""For whom a task is as long as she has that place in the household."""


class TaakElders(RegelFout):
    """Deze taak is klaar zodra u doet wat er staat. Apart afhandelen kan niet."""


class Taaksoort(BaseModel):
    """What a kind of task says; `hier` when it is ended by saying what was done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    over: Literal["persoon", "huishouden", "anders"]
    afhandeling: Literal["hier", "elders"] = "hier"
    zin: str
    doe: str
    pad: str | None = None
    """Where it is done, with `{huishouden}`, `{over}` or `{bij}` filled in."""
    brief: str | None = None
    """The text of a letter that goes with it."""


@cache
def soorten() -> dict[str, Taaksoort]:
    """The kinds of tasks of this release, by code."""
    text = resources.files("services.consent.tijd").joinpath("taken.json").read_bytes()
    return TypeAdapter(dict[str, Taaksoort]).validate_python(json.loads(text))


@dataclass(frozen=True, slots=True)
class OpenTaak:
    """A task that waits, opened for who must do it."""

    id: UUID
    sinds: datetime
    taak: Taak

    @property
    def soort(self) -> Taaksoort:
        return soorten()[self.taak.soort]


@dataclass(frozen=True, slots=True)
class Taakstand:
    """One task: whether it came up, and whether it still waits."""

    ontstaan: bool = False
    afgehandeld: bool = False

    def evolve(self, fact: TaakFact) -> Taakstand:
        match fact:
            case TaakOntstaan():
                return replace(self, ontstaan=True)
            case TaakAfgehandeld():
                return replace(self, afgehandeld=True)
            case _:
                assert_never(fact)

    def ontsta(self, fact: TaakOntstaan) -> list[TaakFact]:
        return [] if self.ontstaan else [fact]

    def handel_af(self, fact: TaakAfgehandeld) -> list[TaakFact]:
        if not self.ontstaan or self.afgehandeld:
            raise NietBekend
        return [fact]


class Taken:
    """The tasks of one gemeente. Never call what records inside somebody else's transaction."""

    def __init__(
        self, store: Store, keys: KeyStore, logboek: Logbook, provider: FileKeyProvider,
        feiten: Beslisfeiten, verantwoording: Verantwoording, now: Callable[[], datetime],
        volgt: Callable[[Tx], bool],
    ) -> None:  # fmt: skip
        self._verantwoording = verantwoording
        self._store, self._keys, self._logboek = store, keys, logboek
        self._provider, self._feiten, self._now, self._volgt = provider, feiten, now, volgt
        self.eigen: Callable[[Tx, Aangemeld, Taak], bool] = lambda _tx, _wie, _taak: False
        """Whether a task asks somebody to judge what she did herself; supervision fills it."""

    # --- recording ----------------------------------------------------------------------------

    def ontsta(
        self, soort: str, voor: str, over: UUID, uiterlijk: date | None, context: Context,
        huishouden: UUID | None = None, medewerker: UUID | None = None, bij: UUID | None = None,
    ) -> UUID:  # fmt: skip
        """Let a task be there; its id. The same again changes nothing, also after it was done.

        Raises KeyError for an unknown kind, SubjectErasedError.
        """
        taak = Taak(
            soort=soort, voor=voor, over=over, uiterlijk=uiterlijk, huishouden=huishouden,
            medewerker=medewerker, bij=bij,
        )  # fmt: skip
        soorten()[soort]
        nummer = _nummer(taak)
        if not self._store.load(Taakstand, nummer)[0].ontstaan:
            fact = TaakOntstaan(taak=Open(taak, _plaats(over)))
            # The key of a command belongs to what else it recorded; the id makes this one once.
            context = replace(context, sleutel=None, verzoek=b"")
            self._store.handle(Taakstand, nummer, lambda stand: stand.ontsta(fact), context)
        return nummer

    def handel_af(
        self, taak: UUID, door: Aangemeld | None, uitkomst: str, context: Context
    ) -> Recorded:
        """It was done: by somebody whose task it is, or (None) by what the system saw happen.

        Raises NietBekend, TaakElders, EigenInzage.
        """

        def decide(stand: Taakstand) -> Sequence[TaakFact]:
            with self._store.database.read() as tx:
                gevonden = self._open(tx, self._nummers(tx, door, taak))
                if not gevonden:
                    raise NietBekend
                (wat,) = gevonden
                if door is not None and self.eigen(tx, door, wat.taak):
                    raise EigenInzage
            if door is not None and wat.soort.afhandeling == "elders":
                raise TaakElders
            fact = TaakAfgehandeld(uitkomst=Open(uitkomst, _plaats(wat.taak.over)))
            return stand.handel_af(fact)

        return self._store.handle(Taakstand, taak, decide, context)

    def wacht(self, taak: UUID) -> bool:
        """Whether a task came up and was not done yet."""
        stand = self._store.load(Taakstand, taak)[0]
        return stand.ontstaan and not stand.afgehandeld

    def systeem(self) -> Context:
        """The context of what happens by itself."""
        return Context(
            self._store.gemeente, SYSTEEM, Hoed.SYSTEEM, self._now(), herkomst("taken"),
            trace.huidige() or uuid4(),
        )  # fmt: skip

    # --- reading ------------------------------------------------------------------------------

    def voor(self, wie: Aangemeld, huishouden: UUID | None = None) -> list[OpenTaak]:
        """What waits for somebody, first what must be done first; of one household if asked.

        Logged, with a line for each person a task is about. Raises WordtHersteld.
        """
        with self._store.database.read() as tx:
            if not self._nummers(tx, wie):
                return []  # nothing of anybody was read
        with self._store.database.write() as tx:
            if wie.rol is Rol.PROFESSIONAL and not self._volgt(tx):
                raise WordtHersteld  # who handed over may not be known here yet
            gevonden = [
                taak
                for taak in self._open(tx, self._nummers(tx, wie))
                if huishouden in (None, taak.taak.huishouden)
            ]
            if gevonden:
                self._logboek.write(tx, self._now(), self._regels(wie, gevonden))
        return sorted(gevonden, key=lambda t: (t.taak.uiterlijk or date.max, t.sinds))

    def wachtend(self, huishouden: UUID, medewerkers: Collection[UUID]) -> list[OpenTaak]:
        """What waits in a household, for its regisseur and these professionals: for the system."""
        vakken = [
            self._vak("regisseur", huishouden),
            *(self._vak("medewerker", huishouden, wie) for wie in medewerkers),
        ]
        with self._store.database.read() as tx:
            welke = select(_tabel.c.taak).where(_tabel.c.vak.in_(vakken))
            return self._open(tx, list(tx.execute(welke).scalars()))

    def _nummers(self, tx: Tx, wie: Aangemeld | None, een: UUID | None = None) -> list[UUID]:
        """The tasks of somebody (of anybody: None), or that one if it is hers."""
        welke = select(_tabel.c.taak)
        if een is not None:
            welke = welke.where(_tabel.c.taak == een)
        if wie is not None:
            welke = welke.where(_tabel.c.vak.in_(self._vakken(tx, wie)))
        return list(tx.execute(welke).scalars())

    def _vakken(self, tx: Tx, wie: Aangemeld) -> list[str]:
        if wie.rol is Rol.INWONER:
            return []
        if wie.rol is not Rol.PROFESSIONAL:
            return [self._vak(wie.rol.value)]
        vandaag = self._now().astimezone(NEDERLAND).date()
        regie, doet_mee = self._feiten.taken_van(tx, wie.actor.id, vandaag)
        return [
            *(self._vak("regisseur", huishouden) for huishouden in regie),
            *(self._vak("medewerker", huis, wie.actor.id) for huis in (*regie, *doet_mee, None)),
        ]

    def _vak(self, voor: str, huishouden: UUID | None = None, wie: UUID | None = None) -> str:
        """A keyed hash of whose a task is: the office of the FG is not to be counted by looking."""
        wiens = f"{voor}|{huishouden or ''}|{wie or ''}"
        return self._provider.search_hash(self._store.gemeente, "taak", wiens)

    def _open(self, tx: Tx, nummers: Collection[UUID]) -> list[OpenTaak]:
        """Tasks opened, without those of who was erased."""
        gesloten: dict[UUID, tuple[datetime, Sealed]] = {}
        for nummer in nummers:
            for envelope in self._store.stream(nummer):
                if isinstance(envelope.fact, TaakOntstaan) and isinstance(
                    envelope.fact.taak, Sealed
                ):
                    gesloten[nummer] = (envelope.opgenomen_op, envelope.fact.taak)
        openen = opener(self._keys, tx, {taak.capsule.kid for _, taak in gesloten.values()})
        geopend = []
        for nummer, (sinds, taak) in gesloten.items():
            waarde = openen.open(taak)
            if not isinstance(waarde, Erased):
                geopend.append(OpenTaak(nummer, sinds, Taak.model_validate(waarde)))
        return geopend

    def _regels(self, wie: Aangemeld, taken: Sequence[OpenTaak]) -> Iterator[Regel]:
        """Who looked at tasks, with a line for each person one was about; not of what the FG has
        to do: that is hers alone (AVG 38 lid 5)."""
        nu = self._now()
        activiteit = "regie" if wie.rol is Rol.PROFESSIONAL else "toezicht"
        for huishouden in {taak.taak.huishouden for taak in taken}:
            hier = [taak for taak in taken if taak.taak.huishouden == huishouden]
            over = {
                t.taak.over for t in hier if t.soort.over == "persoon" and wie.rol is not Rol.FG
            }
            yield from self._verantwoording.handeling(
                Kop.hier(nu, nu), wie, "taakinzage", activiteit, over,
                None if wie.rol is Rol.FG else huishouden, {"taken": [str(t.id) for t in hier]},
            )  # fmt: skip

    def schrijf(self, tx: Tx, envelopes: Sequence[Envelope]) -> None:
        """Keep whose a task is, in the transaction of the fact itself."""
        for envelope in envelopes:
            match envelope.fact:
                case TaakOntstaan(taak=Open(waarde=taak)):
                    wie = taak.medewerker if taak.voor == "medewerker" else None
                    huis = taak.huishouden if taak.voor in _IN_HUISHOUDEN else None
                    rij = {"taak": envelope.stream, "vak": self._vak(taak.voor, huis, wie)}
                    tx.execute(insert(_tabel).values(rij).on_conflict_do_nothing())
                case TaakAfgehandeld():
                    tx.execute(delete(_tabel).where(_tabel.c.taak == envelope.stream))
                case _:
                    pass


def taaknummer(**taak: Any) -> UUID:
    """The id of the task that was or would be made with these (the arguments of `ontsta`)."""
    return _nummer(Taak(**taak))


def _nummer(taak: Taak) -> UUID:
    return uuid5(_RUIMTE, taak.model_dump_json())


def _plaats(over: UUID) -> Zegelplaats:
    return Zegelplaats((over,), herkomst("taken"), Rubriek.REGIE)
