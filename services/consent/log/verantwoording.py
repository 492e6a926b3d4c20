"""What the log says: from a question and its decision, or from an act, to rows.

Rules kept here: one record per question says who asked, for what, by which rules and with which
outcome (Authorization Decision Log); one line per person concerned says what it meant for her, and
nothing of who asked, of anybody else or of the content (Logboek Dataverwerkingen, LDV-04, LDV-11,
LDV-12). The line hangs under the record: same trace, `boven` is the span of the record. What a line
was for is a version of an activity in the register. Pure, apart from `Kop.hier`.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from events.base import Hoed
from events.begrippen import Actor, Herkomst, Onderwerp
from events.plan import plan_id
from events.waarden import Doel
from infra import trace
from infra.auth import Aangemeld, Rol
from infra.decider import NEDERLAND, RegelFout, WordtHersteld
from infra.keys import UnknownKeyError
from infra.logbook import Regel
from services.consent.domain import Besluit
from services.consent.log.register import FG, Register
from services.consent.regels import Regelset

NAMEN: Mapping[str, str] = {
    "inzage": "gegevens inzien",
    "uitleg": "vragen of iets te zien is",
    "vastlegging": "vastleggen wat gedeeld mag worden",
    "intrekking": "een vastlegging intrekken",
    "wissing": "gegevens wissen",
    "loginzage": "het logboek inzien",
    "taakinzage": "een taak inzien",
}
"""What an action is called; one that is not here is called by its kind (LDV-08)."""
ATTRIBUTEN = frozenset({
    "dpl.core.processing_activity_id", "dpl.core.data_subject_id",
    "dpl.core.data_subject_id_type", "dpl.core.foreign_operation.processor",
    "exception.type", "exception.message", "exception.stacktrace",
})  # fmt: skip
"""Of the adopted namespaces; any other is refused (LDV-09)."""


class OnbekendAttribuutError(ValueError):
    """An attribute from no namespace that was adopted."""


@dataclass(frozen=True, slots=True)
class Deel:
    """One part in a decision: whose, from where, about what, and the outcome."""

    betrokkenen: tuple[UUID, ...]
    herkomst: Herkomst
    onderwerp: Onderwerp
    besluit: Besluit
    sleutels: int = 0
    """How many keys left for it."""


@dataclass(frozen=True, slots=True)
class Kop:
    """Where and when: the trace, the step outside this log that called, begin and end."""

    vraag: UUID
    aanroeper: str | None
    begin: datetime
    eind: datetime

    @classmethod
    def hier(cls, begin: datetime, eind: datetime, vraag: UUID | None = None) -> Kop:
        """In the trace we are working in, or a new one (LDV-02)."""
        current = trace.huidige()
        caller = trace.aanroeper() if vraag in (None, current) else None
        return cls(vraag or current or uuid4(), caller, begin, eind)


@dataclass(frozen=True, slots=True)
class Daad:
    """Who did something, as a fact knows it."""

    actor: Actor
    hoed: Hoed

    @property
    def rol(self) -> str:
        return _ROL.get(self.hoed, "professional")


_ROL = {Hoed.INWONER: "inwoner", Hoed.SYSTEEM: "systeem"}


class Verantwoording:
    """Makes the rows of one gemeente. Raises LookupError for an activity that is not there."""

    def __init__(self, register: Register, regels: Regelset) -> None:
        self.register = register
        self._regels = {"versie": regels.versie, "hash": regels.hash}

    def besluit(
        self, kop: Kop, wie: Aangemeld, doel: Doel | None, huishouden: UUID | None,
        delen: Iterable[Deel], geheel: Besluit | None = None, soort: str = "inzage",
        meer: Mapping[str, Any] | None = None, volgt: Doel | None = None,
    ) -> list[Regel]:  # fmt: skip
        """The record of one question, and a line for each person it was about.

        What is about the household or its plan as such has no line: it is about nobody. The record
        itself counts its keys.
        `volgt` is the purpose that follows from who asks when she named none; `meer` what the
        record says of the question itself.
        """
        delen = list(delen)
        per_persoon: dict[UUID, list[Deel]] = {}
        samen: Counter[str] = Counter()
        geen_mens = () if huishouden is None else (huishouden, plan_id(huishouden))
        for deel in delen:
            for wiens in deel.betrokkenen:
                if wiens in geen_mens:
                    samen[str(wiens)] += deel.sleutels
                else:
                    per_persoon.setdefault(wiens, []).append(deel)
        boven = self._record("besluit", kop, wie, huishouden, {
            "vraag": {"soort": soort, "doel": doel.value if doel else None, **(meer or {})},
            "regelset": self._regels,
            "delen": per_uitkomst(delen, betrokkenen=True),
            "geheel": None if geheel is None else uitkomst(geheel),
            **({"sleutels": dict(samen)} if samen else {}),
        })  # fmt: skip
        activiteit = _activiteit(wie, self.register.bij(doel or volgt or Doel.REGIE))
        ldv = self._ldv(soort, kop, activiteit)
        return [
            boven,
            *(
                _regel(
                    soort, boven, ldv, persoon,
                    delen=per_uitkomst(hier, betrokkenen=False),
                    sleutels=sum(deel.sleutels for deel in hier),
                )
                for persoon, hier in sorted(per_persoon.items())
            ),
        ]  # fmt: skip

    def handeling(
        self, kop: Kop, wie: Aangemeld | Daad, soort: str, activiteit: str,
        personen: Iterable[UUID] = (), huishouden: UUID | None = None,
        meer: Mapping[str, Any] | None = None,
    ) -> list[Regel]:  # fmt: skip
        """The record of an act that asks no decision, and a line for each person it was about."""
        boven = self._record(
            "handeling", kop, wie, huishouden, {"vraag": {"soort": soort, **(meer or {})}}
        )
        ldv = self._ldv(soort, kop, _activiteit(wie, activiteit))
        return [boven, *(_regel(soort, boven, ldv, persoon) for persoon in sorted(set(personen)))]

    def mislukt(
        self, kop: Kop, wie: Aangemeld, doel: Doel | None, huishouden: UUID | None,
        soort: str, fout: Exception,
    ) -> list[Regel]:  # fmt: skip
        """A question that ended in an error: nothing was read, and that is on the record."""
        stand, reden = status(fout)
        vraag = {"soort": soort, "doel": doel.value if doel else None}
        boven = self._record("besluit", kop, wie, huishouden, {"vraag": vraag}, stand)
        activiteit = _activiteit(wie, self.register.bij(doel or Doel.REGIE))
        return [boven, _regel(soort, boven, self._ldv(soort, kop, activiteit, stand, reden), None)]

    def _record(
        self, soort: str, kop: Kop, wie: Aangemeld | Daad, huishouden: UUID | None,
        meer: dict[str, Any], stand: str = "Ok",
    ) -> Regel:  # fmt: skip
        """Who did what: the only row that names her."""
        vraag = dict(meer["vraag"])
        adl: dict[str, Any] = {
            "event_name": vraag.pop("event_name", "adl.access_evaluation"),
            "timestamp": ms(kop.eind), "status": stand,
        }  # fmt: skip
        if kop.aanroeper is not None:
            adl["parent_span_id"] = kop.aanroeper
        actor = wie.actor
        return Regel(soort, kop.vraag, {
            "wie": {"id": str(actor.id), "naam": actor.naam},
            "functie": {
                "organisatie": actor.organisatie, "functie": actor.functie,
                "rol": wie.rol, "hoed": wie.hoed.value,
            },
            "adl": adl,
            **meer,
            "vraag": vraag,
        }, huishouden)  # fmt: skip

    def _ldv(
        self, soort: str, kop: Kop, activiteit: str, stand: str = "Ok",
        attributen: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """What the lines of one record have in common."""
        dag = kop.begin.astimezone(NEDERLAND).date()
        uri = self.register.uri(activiteit, dag)
        return logregel(
            soort, kop.begin, kop.eind, stand,
            {"dpl.core.processing_activity_id": uri, **(attributen or {})},
        )  # fmt: skip


def _regel(
    soort: str, boven: Regel, ldv: dict[str, Any], persoon: UUID | None, **meer: Any
) -> Regel:
    """The line of one person, under its record."""
    return Regel(
        soort, boven.vraag, {"ldv": ldv, **meer}, boven.huishouden, persoon, boven=boven.span
    )


def _activiteit(wie: Aangemeld | Daad, gevraagd: str) -> str:
    """Whatever the FG does, it is his own, confidential work (AVG 38 lid 5)."""
    return FG if wie.rol == Rol.FG else gevraagd


def logregel(
    soort: str, begin: datetime, eind: datetime, stand: str, attributen: Mapping[str, str]
) -> dict[str, Any]:
    """What every line has, in the words of the standard. Raises OnbekendAttribuutError.

    Whose it is, its trace and its spans are columns of the row.
    """
    if vreemd := attributen.keys() - ATTRIBUTEN:
        raise OnbekendAttribuutError(", ".join(sorted(vreemd)))
    return {
        "name": NAMEN.get(soort, soort), "status": stand, "start": ms(begin), "end": ms(eind),
        "attributes": dict(attributen),
    }  # fmt: skip


def status(fout: BaseException | None) -> tuple[str, dict[str, str]]:
    """How a processing ended (LDV-06): Ok, also when who asked broke it off or got a refusal;
    Unset for bad input; Error, with what and where, for a fault of our own. Never with values."""
    if fout is None or not isinstance(fout, Exception):
        return "Ok", {}
    if isinstance(fout, RegelFout | UnknownKeyError) and not isinstance(fout, WordtHersteld):
        return "Unset", {}
    waar = [f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in _frames(fout)]
    zin = fout.zin if isinstance(fout, RegelFout) else type(fout).__name__
    return "Error", {
        "exception.type": type(fout).__name__, "exception.message": zin,
        "exception.stacktrace": "\n".join(waar),
    }  # fmt: skip


def ms(moment: datetime) -> int:
    """Milliseconds since 1970, as the standards count."""
    return int(moment.timestamp() * 1000)


def per_uitkomst(delen: Iterable[Deel], *, betrokkenen: bool) -> list[dict[str, Any]]:
    """Decisions with one outcome together: a look at a household is one short record."""
    groepen: dict[tuple[Any, ...], dict[str, Any]] = {}
    for deel in delen:
        besluit = deel.besluit
        groep = (besluit.uitkomst, besluit.code, besluit.regel, besluit.gebruikt, besluit.ontbreekt)
        wat = [deel.herkomst.code, deel.onderwerp.value]
        if betrokkenen:
            wat += [str(persoon) for persoon in deel.betrokkenen]
        hier = groepen.get(groep)
        if hier is None:
            hier = groepen[groep] = uitkomst(besluit) | {"wat": []}
        hier["wat"].append(wat)
    return list(groepen.values())


def uitkomst(besluit: Besluit) -> dict[str, Any]:
    return {
        "uitkomst": besluit.uitkomst.value, "code": besluit.code.value, "regel": besluit.regel,
        "artikel": besluit.artikel, "gebruikt": [str(record) for record in besluit.gebruikt],
        **({"ontbreekt": list(besluit.ontbreekt)} if besluit.ontbreekt else {}),
    }  # fmt: skip


def _frames(fout: BaseException) -> traceback.StackSummary:
    return traceback.extract_tb(fout.__traceback__, limit=-10)
