"""A household in a town, small enough to ask consent itself for keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import event, func, select

from events.base import Gezamenlijk, KeyId, Zegelplaats
from events.begrippen import Leefgebied, Rubriek, herkomst
from infra.auth import Aangemeld
from infra.logbook import logregels
from services.consent.application import Consent, Vrijgave
from tests.system.stad import Stad

NERGENS = UUID(int=404)
"""A household that does not exist."""


class Huis:
    """Anna, Bert and their child Kees; Ellen directs, Yusuf takes part, Tom does not."""

    def __init__(self, stad: Stad) -> None:
        self.stad = stad
        huis, (anna, bert) = stad.huishouden("ellen", "Anna Proef", "Bert Proef")
        self.id, self.anna, self.bert = UUID(huis), UUID(anna), UUID(bert)
        self.kees = self.kind("Kees Proef", "2012-01-05")
        self.plan = stad.doe("ellen", f"/huishoudens/{huis}/plan", {})["id"]
        stad.doe("ellen", f"/plannen/{self.plan}/deelnemers", {
            "medewerker": str(stad.wie["yusuf"].id), "taak": "schuldhulp"})  # fmt: skip
        for naam, persoon in (("Anna", self.anna), ("Bert", self.bert), ("Kees", self.kees)):
            stad.inwoner(naam, str(persoon))

    def kind(self, naam: str = "Lia Proef", geboren: str = "2018-01-05") -> UUID:
        """A child that comes to live here, over whom Anna and Bert have custody together."""
        kind = self.stad.doe("ellen", f"/huishoudens/{self.id}/leden", {
            "naam": naam, "geboortedatum": geboren, "rol": "kind",
            "sinds": "2026-01-01", "reden": "gevormd"})["id"]  # fmt: skip
        self.stad.doe("ellen", f"/huishoudens/{self.id}/leden/{kind}/gezag", {
            "uitkomst": "gezamenlijk-ouderlijk-gezag",
            "houders": [str(self.anna), str(self.bert)]})  # fmt: skip
        return UUID(kind)

    @property
    def consent(self) -> Consent:
        return self.stad.world.consent

    def wie(self, naam: str) -> Aangemeld:
        return self.stad.wie[naam].aangemeld

    def kid(
        self, *personen: UUID, bron: str = "wgs-schuldhulp",
        over: Leefgebied | Rubriek = Leefgebied.FINANCIEN_EN_SCHULDEN,
        samen: Gezamenlijk = Gezamenlijk.ALLEN,
    ) -> KeyId:  # fmt: skip
        """A key of a field about these persons, as a writer gets it."""
        plaats = Zegelplaats(personen, herkomst(bron), over, samen)
        return self.consent.geef_zegelsleutels("proef", [plaats])[plaats][0]

    def vraag(self, wie: str, *kids: KeyId, huis: UUID | None = None) -> Vrijgave:
        return self.consent.vrijgave(self.wie(wie), huis or self.id, kids)

    def vraag_in_spoor(self, wie: str, *kids: KeyId) -> str:
        """The same question, with the trace in which it was asked."""
        spoor = uuid4()
        self.consent.vrijgave(self.wie(wie), self.id, kids, vraag=spoor)
        return str(spoor)

    def van(self, wie: str) -> list[dict[str, Any]]:
        """What a resident reads about who looked, oldest first, without her own reading."""
        regels: list[dict[str, Any]] = self.stad.zie(
            wie, f"/personen/{self.wie(wie).actor.id}/inzagen"
        )["regels"]
        return regels

    def teken(self) -> None:
        """Have all of the log signed."""
        (sequencer,) = self.stad.world.volgorde.consumers
        while sequencer.step():
            pass

    def beperking(self, persoon: UUID, gebied: dict[str, Any]) -> dict[str, Any]:
        """A restriction as the privacy officer proposes it."""
        tekst = {
            naam: f"Overwogen: {naam}."
            for naam in ("weging", "doeleinden", "categorieen", "waarborgen", "verantwoordelijken",
                         "opslag", "risicos", "mededeling")
        }  # fmt: skip
        return {
            "persoon": str(persoon), "gronden": ["i"], "toepassingsgebied": gebied,
            "herzienOp": "2026-04-01", "tot": "2026-05-01", **tekst,
        }  # fmt: skip

    def toestemming(self, wie: str = "anna", **anders: Any) -> str:
        """Anna lets Ellen see her debts; the id of the record."""
        body = {
            "huishouden": str(self.id), "persoon": str(self.anna), "doel": "regie",
            "regimes": ["wgs"], "onderwerpen": ["financien-en-schulden"],
            "ontvanger": {"medewerker": str(self.stad.wie["ellen"].id)},
            "gegevenDoor": str(self.anna), "wijze": "mondeling",
        } | anders  # fmt: skip
        return str(self.stad.doe(wie, "/toestemmingen", body)["id"])

    def trek_in(self, record: str, wie: str = "anna") -> None:
        self.stad.doe(wie, f"/vastleggingen/{record}/intrekking", {"huishouden": str(self.id)})

    def log(self) -> list[dict[str, Any]]:
        """The log of this household as the privacy officer reads it, oldest first."""
        regels: list[dict[str, Any]] = self.stad.zie("joris", f"/huishoudens/{self.id}/inzagen")[
            "regels"
        ]
        return regels

    def regels(self) -> int:
        """How many lines the whole log has."""
        with self.consent.database.read() as tx:
            return tx.execute(select(func.count()).select_from(logregels)).scalar_one()

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What SQL ran on consent's database meanwhile, without its values."""
        ran: list[str] = []

        def before(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            ran.append(statement)

        engine = self.consent.database.engine
        event.listen(engine, "before_cursor_execute", before)
        try:
            yield ran
        finally:
            event.remove(engine, "before_cursor_execute", before)
