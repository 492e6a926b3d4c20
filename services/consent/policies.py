"""Which facts, our own and other services', change what a decision rests on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from events.base import Envelope, Erased, Fact, Open
from events.consent import (
    BevestigingGevraagd,
    BezwaarGemaakt,
    GeheimhoudingOpgeheven,
    GrondslagVastgelegd,
    HulpAkkoordGegeven,
    Ingetrokken,
    NoodafspraakVastgelegd,
    OmstandigheidVastgelegd,
    PersoonGewist,
    ToestemmingGegeven,
    VastleggingBevestigd,
    VervangerAangewezen,
)
from events.intake import (
    GezagVastgelegd,
    LidToegevoegd,
    LidVertrokken,
    MeldingAfgehandeld,
    NetwerklidToegevoegd,
    NetwerklidVertrokken,
    PersoonVastgelegd,
    RegieOvergedragen,
    RegisseurAangewezen,
)
from events.plan import DeelnemerToegetreden, DeelnemerVertrokken, PlanAfgesloten
from events.toezicht import (
    AantekeningGemaakt,
    AdviesGegeven,
    AfwijkingenIngesteld,
    AfwijkingenUitgezet,
    BeperkingBeeindigd,
    BeperkingBesloten,
    GeheimOpengesteld,
    NoodblokkadeOpgeheven,
    NoodtoegangBeeindigd,
    NoodtoegangBeoordeeld,
    NoodtoegangGenomen,
    NoodtoegangVerantwoord,
    Nooduitkomst,
    NoodzoekingVergeefs,
)

EINDIGT = (RegieOvergedragen, LidVertrokken, DeelnemerVertrokken, PlanAfgesloten, GezagVastgelegd)
"""Facts that end somebody's access: to be followed before the command that made them answers."""


@dataclass(frozen=True, slots=True)
class Zet:
    """Remember this; `betrokkene` is whose key seals it."""

    sleutel: str
    soort: str
    betrokkene: UUID
    inhoud: Any
    huishouden: UUID | None = None
    persoon: UUID | None = None
    medewerker: UUID | None = None
    """To whom it gives a relation: a professional, or who holds custody."""


@dataclass(frozen=True, slots=True)
class Vergeet:
    """Forget the decision fact with this key."""

    sleutel: str


@dataclass(frozen=True, slots=True)
class VergeetAlle:
    """Forget these kinds of a household, about a person or for a professional."""

    soorten: tuple[str, ...]
    huishouden: UUID | None = None
    persoon: UUID | None = None
    medewerker: UUID | None = None


Wijziging = Zet | Vergeet | VergeetAlle

VELDEN: Mapping[type[Fact], str | None] = {
    PersoonVastgelegd: "geboortedatum",
    GezagVastgelegd: "gezag",
    RegisseurAangewezen: "mandaat",
    RegieOvergedragen: "mandaat",
    DeelnemerToegetreden: "deelnemer",
    GrondslagVastgelegd: "grond",
    ToestemmingGegeven: "toestemming",
    HulpAkkoordGegeven: "akkoord",
    BevestigingGevraagd: "termijn",
    VastleggingBevestigd: "bevestiging",
    GeheimhoudingOpgeheven: "opheffing",
    BezwaarGemaakt: "bezwaar",
    OmstandigheidVastgelegd: "omstandigheid",
    VervangerAangewezen: "vervanging",
    GeheimOpengesteld: "openstelling",
    NoodafspraakVastgelegd: "afspraak",
    NoodtoegangBeoordeeld: "oordeel",
    BeperkingBesloten: "beperking",
    AfwijkingenIngesteld: "instelling",
}
"""The one personal field of a fact that a decision needs; all others stay sealed."""

GETEKEND = "getekend"
"""What somebody signed for another, as she knows it: no decision rests on this. It stays when he
withdraws it himself, so that what he chose is not told to her by what is gone."""
OPGENOMEN = "opgenomen_op"
"""Beside what an agreement for an emergency says: when it was recorded."""
ALLE_SOORTEN = (
    "persoon", "gezag", "gezaghouder", "grond", "toestemming", "opheffing", "bezwaar",
    "akkoord", "bevestiging", "omstandigheid", "doorbreking", "afspraak", GETEKEND,
)  # fmt: skip


def beslisfeiten(envelope: Envelope, waarde: Any) -> Iterable[Wijziging]:
    """What a fact changes; `waarde` is its opened field, None when it has none or was erased."""
    stream, fact = envelope.stream, envelope.fact
    if isinstance(waarde, Erased):
        return
    match fact:
        case PersoonVastgelegd():
            if waarde is not None:
                yield Zet(f"persoon:{stream}", "persoon", stream, waarde, persoon=stream)
        case GezagVastgelegd():
            yield Zet(f"gezag:{stream}", "gezag", stream, waarde, persoon=stream)
            yield VergeetAlle(("gezaghouder",), persoon=stream)
            for houder in map(UUID, waarde["houders"]):
                yield Zet(
                    f"gezaghouder:{stream}:{houder}", "gezaghouder", stream, None,
                    persoon=stream, medewerker=houder,
                )  # fmt: skip
        case LidToegevoegd(persoon=persoon):
            yield Zet(f"lid:{stream}:{persoon}", "lid", persoon, None, stream, persoon)
        case LidVertrokken(persoon=persoon):
            # What was recorded about her here stays about this household.
            yield Zet(f"lid:{stream}:{persoon}", "oud-lid", persoon, None, stream, persoon)
        case NetwerklidToegevoegd(persoon=persoon):
            yield Zet(f"netwerk:{stream}:{persoon}", "netwerk", persoon, None, stream, persoon)
        case NetwerklidVertrokken(persoon=persoon):
            yield Zet(f"netwerk:{stream}:{persoon}", "oud-netwerk", persoon, None, stream, persoon)
        case MeldingAfgehandeld(huishouden=UUID() as huishouden, persoon=UUID() as persoon):
            # Whom the melding was about need not have become a member under that very id.
            yield Zet(f"melding:{stream}", "gemeld", persoon, None, huishouden, persoon)
        case RegisseurAangewezen(regisseur=wie) | RegieOvergedragen(aan=wie):
            yield Zet(f"regisseur:{stream}", "regisseur", stream, waarde, stream, medewerker=wie)
        case DeelnemerToegetreden(huishouden=huishouden, medewerker=wie):
            yield Zet(
                f"deelnemer:{huishouden}:{wie}", "deelnemer", huishouden, waarde, huishouden,
                medewerker=wie,
            )  # fmt: skip
        case DeelnemerVertrokken(huishouden=huishouden, medewerker=wie):
            # Her grounds were for this task: whoever comes back says anew why it is needed.
            yield Vergeet(f"deelnemer:{huishouden}:{wie}")
            yield VergeetAlle(("grond",), huishouden, medewerker=wie)
            yield VergeetAlle(("vervanger",), huishouden, persoon=wie)
        case PlanAfgesloten(huishouden=huishouden):
            # Re-opening revives no access, no consent and no waiver: they end here, for good.
            eindigt = (
                "deelnemer", "vervanger", "grond", "toestemming", "opheffing", "doorbreking",
                "afspraak", GETEKEND,
            )  # fmt: skip
            yield VergeetAlle(eindigt, huishouden)
        case (
            GrondslagVastgelegd()
            | ToestemmingGegeven()
            | GeheimhoudingOpgeheven()
            | BezwaarGemaakt()
            | HulpAkkoordGegeven()
            | NoodafspraakVastgelegd()
        ):
            soort = VELDEN[type(fact)]
            assert soort is not None
            eigen = waarde["ontvanger"]["medewerker"] if soort == "grond" else None
            if soort == "afspraak":  # whether it was made beforehand is asked afterwards
                waarde = waarde | {OPGENOMEN: envelope.opgenomen_op.isoformat()}
            yield Zet(
                f"vastlegging:{stream}", soort, fact.persoon, waarde, fact.huishouden,
                fact.persoon, None if eigen is None else UUID(eigen),
            )  # fmt: skip
            if soort == "toestemming" and UUID(waarde["gegeven_door"]) != fact.persoon:
                yield Zet(
                    f"{GETEKEND}:{stream}", GETEKEND, fact.persoon, waarde, fact.huishouden,
                    fact.persoon,
                )  # fmt: skip
        case OmstandigheidVastgelegd(huishouden=huishouden, persoon=persoon):
            # What a holder of secrecy told ends with the plan; what is so of a person does not.
            soort = "doorbreking" if waarde["wat"] == "doorbreking" else "omstandigheid"
            namens = waarde["persoon"] if waarde["wat"] == "vertegenwoordiger" else None
            yield Zet(
                f"vastlegging:{stream}", soort, persoon, waarde, huishouden, persoon,
                None if namens is None else UUID(namens),
            )  # fmt: skip
        case VervangerAangewezen(huishouden=huishouden, medewerker=wie, vervangt=vervangt):
            yield Zet(
                f"vastlegging:{stream}", "vervanger", huishouden, waarde, huishouden, vervangt, wie
            )
        case NoodtoegangGenomen(huishouden=huishouden, medewerker=wie):
            op = envelope.opgenomen_op.isoformat()
            yield Zet(
                f"noodtoegang:{stream}", "noodtoegang", huishouden, op, huishouden, medewerker=wie
            )
        case NoodzoekingVergeefs(medewerker=wie):
            op = envelope.opgenomen_op.isoformat()
            yield Zet(f"noodzoeking:{stream}", "noodzoeking", wie, op, medewerker=wie)
        case NoodtoegangVerantwoord(huishouden=huishouden, medewerker=wie):
            yield Zet(
                f"noodverslag:{stream}", "noodverslag", huishouden, None, huishouden,
                medewerker=wie,
            )  # fmt: skip
        case GeheimOpengesteld(huishouden=huishouden, medewerker=wie):
            code = waarde["herkomst"]
            yield Zet(
                f"opengesteld:{stream}:{envelope.version}", "opengesteld", huishouden, code,
                huishouden, medewerker=wie,
            )  # fmt: skip
        case NoodtoegangBeoordeeld(huishouden=huishouden, medewerker=wie):
            yield Zet(
                f"noodoordeel:{stream}", "noodoordeel", huishouden, waarde["uitkomst"],
                huishouden, medewerker=wie,
            )  # fmt: skip
            if waarde["uitkomst"] == Nooduitkomst.ONTERECHT.value:
                yield _noodeinde(envelope, huishouden, wie)
        case NoodtoegangBeeindigd(huishouden=huishouden, medewerker=wie):
            yield _noodeinde(envelope, huishouden, wie)
        case NoodblokkadeOpgeheven(huishouden=huishouden, medewerker=wie):
            yield Zet(
                f"noodvrijgave:{stream}", "noodvrijgave", huishouden, None, huishouden,
                medewerker=wie,
            )  # fmt: skip
        case BeperkingBesloten():
            # No column names her: that something is kept from her is nobody's to count.
            yield Zet(f"beperking:{stream}", "beperking", UUID(waarde["persoon"]), waarde)
        case AfwijkingenIngesteld():
            yield Zet(f"afwijkingen:{stream}", "afwijkingen", stream, waarde)
        case AfwijkingenUitgezet():
            yield Vergeet(f"afwijkingen:{stream}")
        case AdviesGegeven(over=over):
            yield Zet(f"advies:{over}:{stream}", "advies", over, None)
        case AantekeningGemaakt():
            yield Zet(f"aantekening:{stream}", "aantekening", stream, None)
        case BeperkingBeeindigd():
            yield Vergeet(f"beperking:{stream}")
        case Ingetrokken(persoon=persoon):
            yield Vergeet(f"vastlegging:{stream}")
            yield Vergeet(f"bevestiging:{stream}")
            if not _deed(envelope, persoon):
                yield Vergeet(f"{GETEKEND}:{stream}")
        case (
            BevestigingGevraagd(huishouden=huishouden, persoon=persoon, record=record)
            | VastleggingBevestigd(huishouden=huishouden, persoon=persoon, record=record)
        ):
            yield Zet(f"bevestiging:{record}", "bevestiging", persoon, waarde, huishouden, persoon)
        case PersoonGewist(persoon=persoon):
            yield VergeetAlle(ALLE_SOORTEN, persoon=persoon)
            yield Vergeet(f"achternaam:{persoon}")
        case _:
            pass


def _deed(envelope: Envelope, persoon: UUID) -> bool:
    """Whether this person did it herself. Only asked of our own facts, which come in open."""
    reden = envelope.verantwoording
    return isinstance(reden, Open) and reden.waarde.actor.id == persoon


def _noodeinde(envelope: Envelope, huishouden: UUID, wie: UUID) -> Zet:
    """What she opened of this household until now is shut."""
    op = envelope.opgenomen_op.isoformat()
    return Zet(
        f"noodeinde:{envelope.stream}:{envelope.version}", "noodeinde", huishouden, op, huishouden,
        medewerker=wie,
    )  # fmt: skip
