"""The read model: every fact as it was stored, which household it belongs to, who is involved.

Nothing personal is in clear: random ids, times and sealed bytes. It folds at reading, so a past
date is the same query with a bound, and erasing a key erases here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    bindparam,
    delete,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from events.base import Envelope
from events.consent import (
    BevestigingGevraagd,
    BezwaarGemaakt,
    GeheimhoudingOpgeheven,
    GrondslagVastgelegd,
    HulpAkkoordGegeven,
    NoodafspraakVastgelegd,
    ToestemmingGegeven,
    VastleggingBevestigd,
)
from events.intake import (
    GesprekGestart,
    HuishoudenGevormd,
    LidToegevoegd,
    LidVertrokken,
    MeldingGekoppeld,
    NetwerklidToegevoegd,
    RegieOvergedragen,
    RegisseurAangewezen,
)
from events.plan import DeelnemerToegetreden, DeelnemerVertrokken, PlanAfgesloten, RegieGevolgd
from infra.database import Tx
from infra.mapper import from_bytes, to_bytes
from infra.positions import quarantaine
from infra.views import Change

tables = MetaData()
feiten = Table(
    "feiten", tables,
    Column("stroom", Uuid, primary_key=True),
    Column("versie", Integer, primary_key=True),
    Column("type", String, nullable=False),
    Column("op", String, nullable=False),
    Column("feit", LargeBinary, nullable=False),
)  # fmt: skip
hoort_bij = Table(
    "hoort_bij", tables,
    Column("huishouden", Uuid, primary_key=True),
    Column("stroom", Uuid, primary_key=True),
)  # fmt: skip
betrokken = Table(
    "betrokken", tables,
    Column("wie", Uuid, primary_key=True),
    Column("huishouden", Uuid, primary_key=True),
    Column("als", String, primary_key=True),
    Index("betrokken_huishouden", "huishouden"),
)  # fmt: skip

_FEIT = insert(feiten).on_conflict_do_nothing()
_HOORT = insert(hoort_bij).on_conflict_do_nothing()
_BETROKKEN = insert(betrokken).on_conflict_do_nothing()
_WEG = delete(betrokken).where(
    betrokken.c.wie == bindparam("b_wie"),
    betrokken.c.huishouden == bindparam("b_huishouden"),
    betrokken.c.als == bindparam("b_als"),
)
_ALLEN_WEG = delete(betrokken).where(
    betrokken.c.huishouden == bindparam("b_huishouden"), betrokken.c.als == bindparam("b_als")
)


def project(envelope: Envelope) -> Iterable[Change]:
    """One fact in, rows out. Pure."""
    stream, fact = envelope.stream, envelope.fact
    yield _FEIT, {
        "stroom": stream, "versie": envelope.version, "type": fact.naam,
        "op": envelope.opgenomen_op.isoformat(), "feit": to_bytes(envelope),
    }  # fmt: skip
    match fact:
        case HuishoudenGevormd(melding=melding):
            yield _hoort(stream, stream)
            if melding is not None:
                yield _hoort(stream, melding)
        case MeldingGekoppeld(melding=melding):
            yield _hoort(stream, melding)
        case RegisseurAangewezen(regisseur=wie):
            yield _erbij(wie, stream, "regisseur")
        case RegieOvergedragen(van=van, aan=aan):
            yield _eraf(van, stream, "regisseur")
            yield _erbij(aan, stream, "regisseur")
        case LidToegevoegd(persoon=persoon):
            yield _hoort(stream, persoon)
            yield _erbij(persoon, stream, "lid")
        case LidVertrokken(persoon=persoon):
            yield _eraf(persoon, stream, "lid")
        case NetwerklidToegevoegd(persoon=persoon):
            yield _hoort(stream, persoon)
        case RegieGevolgd(huishouden=huishouden):
            yield _hoort(huishouden, stream)
        case DeelnemerToegetreden(huishouden=huishouden, medewerker=wie):
            yield _erbij(wie, huishouden, "deelnemer")
        case DeelnemerVertrokken(huishouden=huishouden, medewerker=wie):
            yield _eraf(wie, huishouden, "deelnemer")
        case PlanAfgesloten(huishouden=huishouden):
            yield _ALLEN_WEG, {"b_huishouden": huishouden, "b_als": "deelnemer"}
        case (
            GesprekGestart(huishouden=huishouden)
            | GrondslagVastgelegd(huishouden=huishouden)
            | ToestemmingGegeven(huishouden=huishouden)
            | GeheimhoudingOpgeheven(huishouden=huishouden)
            | HulpAkkoordGegeven(huishouden=huishouden)
            | BezwaarGemaakt(huishouden=huishouden)
            | NoodafspraakVastgelegd(huishouden=huishouden)
            | BevestigingGevraagd(huishouden=huishouden)
            | VastleggingBevestigd(huishouden=huishouden)
        ):
            yield _hoort(huishouden, stream)
        case _:
            pass


def _hoort(huishouden: UUID, stroom: UUID) -> Change:
    return _HOORT, {"huishouden": huishouden, "stroom": stroom}


def _erbij(wie: UUID, huishouden: UUID, als: str) -> Change:
    return _BETROKKEN, {"wie": wie, "huishouden": huishouden, "als": als}


def _eraf(wie: UUID, huishouden: UUID, als: str) -> Change:
    return _WEG, {"b_wie": wie, "b_huishouden": huishouden, "b_als": als}


_VAN_HUISHOUDEN = (
    select(feiten.c.stroom, feiten.c.versie, feiten.c.type, feiten.c.feit)
    .join(hoort_bij, hoort_bij.c.stroom == feiten.c.stroom)
    .where(hoort_bij.c.huishouden == bindparam("huishouden"), feiten.c.op <= bindparam("tot"))
    .order_by(feiten.c.op, feiten.c.stroom, feiten.c.versie)
)
_HIER = hoort_bij.c.huishouden == bindparam("huishouden")
_STAND = select(
    exists()
    .where(betrokken.c.wie == bindparam("wie"), betrokken.c.huishouden == bindparam("huishouden"))
    .label("betrokken"),
    select(func.count())
    .select_from(feiten)
    .join(hoort_bij, hoort_bij.c.stroom == feiten.c.stroom)
    .where(_HIER)
    .scalar_subquery()
    .label("aantal"),
    exists().where(quarantaine.c.stroom == hoort_bij.c.stroom, _HIER).label("in_quarantaine"),
)
_EINDE_DER_TIJDEN = "9999"


def feiten_van(tx: Tx, huishouden: UUID, moment: datetime | None = None) -> list[Envelope]:
    """All facts of a household, sealed; as they were recorded up to a moment."""
    tot = _EINDE_DER_TIJDEN if moment is None else moment.isoformat()
    rows: Sequence[Any] = tx.execute(_VAN_HUISHOUDEN, {"huishouden": huishouden, "tot": tot}).all()
    return [from_bytes(row.stroom, row.versie, row.type, row.feit) for row in rows]


class Stand(NamedTuple):
    """What can be known of a household and somebody without a key, in one statement."""

    betrokken: bool
    aantal: int
    """Of facts. They are only ever added: as many are the same ones."""
    in_quarantaine: bool
    """A fact could not be processed and waits for repair."""


def stand_van(tx: Tx, wie: UUID, huishouden: UUID) -> Stand:
    return Stand(*tx.execute(_STAND, {"wie": wie, "huishouden": huishouden}).one())


def huishoudens_van(tx: Tx, wie: UUID) -> list[tuple[UUID, str]]:
    """The households somebody is involved in, and as what."""
    return [
        (row.huishouden, row.als)
        for row in tx.execute(
            select(betrokken.c.huishouden, betrokken.c.als)
            .where(betrokken.c.wie == wie)
            .order_by(betrokken.c.huishouden)
        )
    ]
