"""A dossier from its facts, and what of it one reader sees. Pure.

Rules kept here: folding needs no keys, so every personal value stays sealed until `toon`; the
result does not depend on how streams were interleaved; a part of which nothing opens is absent,
with everything that counts or names it; a correction adds and the earlier statement stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from events.base import Envelope, Erased, Fact, KeyId, Sealed
from events.consent import (
    BevestigingGevraagd,
    BezwaarGemaakt,
    GeheimhoudingOpgeheven,
    GrondslagVastgelegd,
    HulpAkkoordGegeven,
    Ingetrokken,
    NoodafspraakVastgelegd,
    ToestemmingGegeven,
    VastleggingBevestigd,
)
from events.intake import (
    AdresVastgelegd,
    ContactVastgelegd,
    GesprekAfgerond,
    GesprekGestart,
    GezagVastgelegd,
    LeefgebiedBesproken,
    LidToegevoegd,
    LidVertrokken,
    MeldingAfgehandeld,
    MeldingGekoppeld,
    MeldingOntvangen,
    MeldingOpgepakt,
    NetwerklidToegevoegd,
    NetwerklidVertrokken,
    NotitieAangevuld,
    PersoonVastgelegd,
    RegieOvergedragen,
    RegisseurAangewezen,
    RegistratieMeegedeeld,
    RegistratieNogNietMeegedeeld,
    VerkenningAfgerond,
    ZittingGehouden,
)
from events.plan import (
    ActieAfgesproken,
    ActieBijgewerkt,
    DeelnemerToegetreden,
    DeelnemerVertrokken,
    DoelBijgesteld,
    DoelGeevalueerd,
    DoelGesteld,
    PlanAfgesloten,
    PlanGeopend,
    PlanHeropend,
    StandpuntVastgelegd,
    VolgordeBepaald,
)


@dataclass(slots=True)
class Deel:
    """One thing in a dossier: clear ids beside sealed fields, and what it said before."""

    id: UUID
    soort: str
    versie: int
    op: datetime
    verantwoording: Any
    velden: dict[str, Any] = field(default_factory=dict)
    eerder: list[dict[str, Any]] = field(default_factory=list)
    open: bool = True
    """Whether it still holds: a member still lives here, a record was not withdrawn."""


@dataclass(slots=True)
class Dossier:
    """Everything about one household, sealed."""

    delen: dict[tuple[str, UUID, UUID | None], Deel] = field(default_factory=dict)
    plan: UUID | None = None
    plan_open: bool = False
    planversie: int = 0
    regisseur: UUID | None = None
    meldingstaken: dict[UUID, bool] = field(default_factory=dict)
    """Melding → whether it still waits for the regisseur."""

    def van(self, soort: str) -> list[Deel]:
        return [deel for (kind, _, _), deel in self.delen.items() if kind == soort]

    def kids(self) -> set[KeyId]:
        """The ids of all keys that its fields are sealed under."""
        return {
            value.capsule.kid
            for deel in self.delen.values()
            for velden in (deel.velden, *deel.eerder)
            for value in velden.values()
            if isinstance(value, Sealed)
        }


_PERSOONLIJK = (Sealed, Erased)
_VASTLEGGING: Mapping[type[Fact], str] = {
    GrondslagVastgelegd: "grond",
    ToestemmingGegeven: "toestemming",
    GeheimhoudingOpgeheven: "opheffing",
    HulpAkkoordGegeven: "akkoord",
    BezwaarGemaakt: "bezwaar",
    NoodafspraakVastgelegd: "afspraak",
}


def vouw(envelopes: Iterable[Envelope], huishouden: UUID) -> Dossier:
    """Fold the facts of a household; each stream in its own order, streams in any order."""
    dossier, feiten = Dossier(), list(envelopes)
    vertrokken = _vertrokken(feiten)
    for envelope in feiten:
        if not _van_elders(envelope, huishouden, vertrokken):
            _neem_op(dossier, envelope)
    return dossier


def _vertrokken(envelopes: Iterable[Envelope]) -> dict[UUID, datetime]:
    """Who is no longer in the household or its network, and since when that is recorded."""
    als: dict[UUID, set[str]] = {}
    sinds: dict[UUID, datetime] = {}
    for envelope in envelopes:
        match envelope.fact:
            case LidToegevoegd(persoon=wie):
                als.setdefault(wie, set()).add("lid")
            case NetwerklidToegevoegd(persoon=wie):
                als.setdefault(wie, set()).add("netwerk")
            case LidVertrokken(persoon=wie):
                als.setdefault(wie, set()).discard("lid")
                sinds[wie] = envelope.opgenomen_op
            case NetwerklidVertrokken(persoon=wie):
                als.setdefault(wie, set()).discard("netwerk")
                sinds[wie] = envelope.opgenomen_op
            case _:
                pass
    return {wie: op for wie, op in sinds.items() if not als[wie]}


def _van_elders(envelope: Envelope, huishouden: UUID, vertrokken: Mapping[UUID, datetime]) -> bool:
    """Whether a fact about a person belongs to another household of hers: how she lives and is
    reached there is not for this one, nor anything recorded after she left."""
    match envelope.fact:
        case (
            AdresVastgelegd(huishouden=UUID() as waar)
            | ContactVastgelegd(huishouden=UUID() as waar)
        ) if waar != huishouden:
            return True
        case PersoonVastgelegd() | AdresVastgelegd() | ContactVastgelegd() | GezagVastgelegd():
            weg = vertrokken.get(envelope.stream)
            return weg is not None and envelope.opgenomen_op > weg
        case _:
            return False


def _neem_op(d: Dossier, envelope: Envelope) -> None:
    stream, fact = envelope.stream, envelope.fact

    def zet(soort: str, nummer: UUID, bij: UUID | None = None, **meer: Any) -> Deel:
        """Add a part, or say it anew and keep what it said."""
        nieuw = {n: v for n, v in vars(fact).items() if isinstance(v, _PERSOONLIJK)} | meer
        deel = d.delen.get((soort, nummer, bij))
        if deel is None:
            deel = Deel(nummer, soort, 0, envelope.opgenomen_op, envelope.verantwoording)
            d.delen[soort, nummer, bij] = deel
        elif vorig := {n: deel.velden[n] for n in nieuw if n in deel.velden}:
            deel.eerder.append(vorig)
        deel.velden |= nieuw
        deel.versie, deel.open = envelope.version, True
        return deel

    def sluit(soort: str, nummer: UUID, bij: UUID | None = None, **meer: Any) -> None:
        zet(soort, nummer, bij, **meer).open = False

    match fact:
        case PersoonVastgelegd():
            zet("persoon", stream)
        case AdresVastgelegd():
            zet("adres", stream, UUID(int=envelope.version))
        case ContactVastgelegd():
            zet("contact", stream)
        case GezagVastgelegd():
            zet("gezag", stream)
        case LidToegevoegd(persoon=persoon):
            zet("lid", persoon, stream)
        case LidVertrokken(persoon=persoon):
            lid = d.delen.get(("lid", persoon, stream))
            if lid is not None:
                lid.velden |= {"vertrokken_op": fact.op, "vertrokken_om": fact.reden}
                lid.versie, lid.open = envelope.version, False
        case NetwerklidToegevoegd(persoon=persoon):
            zet("netwerk", persoon, stream)
        case NetwerklidVertrokken(persoon=persoon):
            sluit("netwerk", persoon, stream)
        case RegisseurAangewezen(regisseur=wie) | RegieOvergedragen(aan=wie):
            zet("regisseur", stream, medewerker_id=wie)
            d.regisseur = wie
        case MeldingOntvangen(persoon=persoon):
            zet("melding", stream, persoon=persoon)
        case MeldingAfgehandeld():
            zet("melding", stream)
        case MeldingGekoppeld(melding=melding):
            d.meldingstaken.setdefault(melding, True)
        case MeldingOpgepakt(melding=melding):
            d.meldingstaken[melding] = False
            zet("opvolging", melding, stream)
        case VerkenningAfgerond():
            zet("verkenning", stream)
        case RegistratieMeegedeeld(persoon=persoon) | RegistratieNogNietMeegedeeld(persoon=persoon):
            zet("informatie", persoon, stream)
        case GesprekGestart() | ZittingGehouden() | GesprekAfgerond():
            pass  # a conversation shows by its notes; when it was held is theirs to tell
        case LeefgebiedBesproken(notitie=notitie):
            zet("notitie", notitie, gesprek=stream, personen=fact.personen)
        case NotitieAangevuld(notitie=notitie):
            zet("aanvulling", UUID(int=envelope.version), notitie, notitie=notitie)
        case PlanGeopend():
            d.plan, d.plan_open = stream, True
        case DoelGesteld(doel=doel):
            zet("doel", doel, personen=fact.personen)
            d.planversie += 1
        case DoelBijgesteld(doel=doel):
            zet("doel", doel)
            d.planversie += 1
        case DoelGeevalueerd(doel=doel):
            zet("evaluatie", UUID(int=envelope.version), doel, doel=doel)
            d.delen["doel", doel, None].versie = envelope.version
        case VolgordeBepaald():
            zet("volgorde", stream, doelen=fact.doelen)
        case ActieAfgesproken(actie=actie):
            zet(
                "actie", actie, doel=fact.doel, eigenaar=fact.eigenaar,
                eigenaarsoort=fact.eigenaarsoort,
            )  # fmt: skip
            d.planversie += 1
        case ActieBijgewerkt(actie=actie):
            zet("actie", actie)
        case DeelnemerToegetreden(medewerker=wie):
            zet("deelnemer", wie)
        case DeelnemerVertrokken(medewerker=wie):
            sluit("deelnemer", wie)
        case StandpuntVastgelegd(persoon=persoon):
            zet(
                "standpunt", persoon, fact.over, persoon=persoon, over=fact.over,
                planversie=fact.planversie,
            )  # fmt: skip
        case PlanAfgesloten():
            d.plan_open = False
            zet("afsluiting", stream)
            for deel in (*d.van("deelnemer"), *d.van("vastlegging")):
                if deel.velden.get("vorm") not in ("opheffing", "akkoord", "bezwaar"):
                    deel.open = False
        case PlanHeropend():
            d.plan_open = True
        case (
            GrondslagVastgelegd()
            | ToestemmingGegeven()
            | GeheimhoudingOpgeheven()
            | HulpAkkoordGegeven()
            | BezwaarGemaakt()
            | NoodafspraakVastgelegd()
        ):
            zet("vastlegging", stream, persoon=fact.persoon, vorm=_VASTLEGGING[type(fact)])
        case Ingetrokken():
            sluit("vastlegging", stream)
        case BevestigingGevraagd(record=record):
            zet("bevestiging", record)
        case VastleggingBevestigd(record=record):
            sluit("bevestiging", record)
        case _:
            pass  # following facts of one service about another show nothing of their own
