"""Nobody read without a valid basis at that instant, and every read has its line.

Random histories of grants, withdrawals, objections, handovers, people who come and go, birthdays,
emergency access and custody, beside an oracle: a small model of what the law says of these few
parts, written by hand, that asks nothing of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from events.base import Envelope, Fact, Hoed, Open, Zegelplaats
from events.begrippen import Actor, Leefgebied, Rubriek, Verantwoording, herkomst
from events.consent import BezwaarGemaakt, Ingetrokken, ToestemmingGegeven
from events.intake import (
    GezagVastgelegd,
    LidToegevoegd,
    LidVertrokken,
    PersoonVastgelegd,
    RegieOvergedragen,
    RegisseurAangewezen,
)
from events.plan import DeelnemerToegetreden, DeelnemerVertrokken
from events.toezicht import NoodtoegangGenomen
from events.waarden import Bezwaar, Doel, Instemming, Ontvanger
from infra.auth import Aangemeld, Rol
from infra.decider import Context
from infra.logbook import logregels
from infra.migration import migrate
from infra.provider import FileKeyProvider
from infra.sqlite import SQLite
from services.consent.application import Consent
from services.consent.policies import beslisfeiten

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GEBOREN = date(2012, 1, 5)
"""Kees: 14 at the beginning, 16 within two years."""
PROFESSIONALS = {
    "ellen": "wmo-onderzoek", "ruben": "wmo-onderzoek", "yusuf": "wgs-schuldhulp",
    "tom": "wmo-onderzoek", "nadia": "wmo-onderzoek",
}  # fmt: skip
REGIE = ("ellen", "ruben")
IEDEREEN = (*PROFESSIONALS, "anna", "kees")
SCHULD, OPGROEIEN = "schuld", "opgroeien"
PLAATS = {
    SCHULD: ("anna", "wgs-schuldhulp", Leefgebied.FINANCIEN_EN_SCHULDEN),
    OPGROEIEN: ("kees", "wmo-onderzoek", Leefgebied.OPGROEIEN_EN_OPVOEDEN),
}
_BEIDE = (SCHULD, OPGROEIEN)
GEVRAAGD = {
    "ellen": (SCHULD,), "ruben": (SCHULD,), "yusuf": (SCHULD,), "tom": _BEIDE, "nadia": _BEIDE,
    "anna": _BEIDE, "kees": _BEIDE,
}  # fmt: skip
"""Of which parts the oracle knows what the law says for whom."""


@dataclass
class Orakel:
    """What is so, and who may see what because of it. No rule of ours is asked."""

    nu: datetime = BEGIN
    leden: set[str] = field(default_factory=lambda: {"anna", "kees"})
    regisseur: str = "ellen"
    mandaat_tot: date | None = None
    yusuf: bool = True
    gezag: bool = True
    toestemmingen: dict[UUID, tuple[str, date | None]] = field(default_factory=dict)
    bezwaren: dict[UUID, Doel] = field(default_factory=dict)
    nood: datetime | None = None

    @property
    def vandaag(self) -> date:
        return self.nu.date()  # the clock stands between nine and ten: the same day in Holland

    def ziet(self, wie: str) -> set[str]:
        match wie:
            case "ellen" | "ruben":
                # Debts go to the regisseur with explicit consent only (Wmo 5.1.1 lid 4).
                aan_de_beurt = wie == self.regisseur and (
                    self.mandaat_tot is None or self.vandaag <= self.mandaat_tot
                )
                toegestaan = any(
                    voor == wie and (tot is None or self.vandaag <= tot)
                    for voor, tot in self.toestemmingen.values()
                )
                mag = aan_de_beurt and toegestaan and Doel.REGIE not in self.bezwaren.values()
                return {SCHULD} if mag else set()
            case "yusuf":
                # His own task, as long as he has it and she did not object (Wgs 8; AVG 21).
                mag = self.yusuf and Doel.SCHULDHULP not in self.bezwaren.values()
                return {SCHULD} if mag else set()
            case "anna":
                eigen = {SCHULD} if "anna" in self.leden else set()
                zestien = GEBOREN.replace(year=GEBOREN.year + 16)
                kind = self.gezag and "kees" in self.leden and self.vandaag < zestien
                return eigen | ({OPGROEIEN} if kind else set())
            case "kees":
                return {OPGROEIEN} if "kees" in self.leden else set()
            case "nadia":
                open_ = self.nood is not None and self.nu < self.nood + timedelta(hours=4)
                return {OPGROEIEN} if open_ else set()
        return set()


class Geschiedenis(RuleBasedStateMachine):
    """One household after the other in one consent service."""

    consent: ClassVar[Consent]
    klok: ClassVar[list[datetime]] = [BEGIN]

    def __init__(self) -> None:
        super().__init__()
        self.o = Orakel()
        self.klok[0] = BEGIN
        self.huis = uuid4()
        self.id = {wie: uuid4() for wie in IEDEREEN}
        self.versie = 0

    # --- what happens -------------------------------------------------------------------------

    def gebeurt(self, stroom: UUID, fact: Fact, waarde: Any = None) -> None:
        """A fact of another service, as consent follows it."""
        self.versie += 1
        reden = Open(
            Verantwoording(
                actor=self.wie("ellen").actor, grondslag=herkomst("gezinsplan").grondslag
            ),
            Zegelplaats((stroom,), herkomst("gezinsplan"), Rubriek.REGIE),
        )
        envelope = Envelope(
            "9999", stroom, self.versie, fact, self.o.nu, Hoed.COORDINATIE, uuid4(), None, reden
        )
        with self.consent.database.write() as tx:
            self.consent._feiten.schrijf(tx, self.versie, beslisfeiten(envelope, waarde))

    def wie(self, naam: str) -> Aangemeld:
        inwoner = naam not in PROFESSIONALS
        actor = Actor(id=self.id[naam], naam=naam, organisatie="proef", functie="proef")
        return Aangemeld(
            actor, Rol.INWONER if inwoner else Rol.PROFESSIONAL,
            Hoed.INWONER if inwoner else Hoed.HULPVERLENING,
            herkomst(PROFESSIONALS.get(naam, "gezinsplan")), "9999",
        )  # fmt: skip

    def context(self) -> Context:
        anna = self.wie("anna")
        return Context("9999", anna.actor, anna.hoed, self.o.nu, anna.herkomst, uuid4())

    def mandaat(self) -> dict[str, Any]:
        tot = self.o.mandaat_tot
        return {"kenmerk": "M", "van": "2026-01-01", "tot": None if tot is None else str(tot)}

    @initialize()
    def begin(self) -> None:
        anna, kees, huis = self.id["anna"], self.id["kees"], self.huis
        self.gebeurt(anna, PersoonVastgelegd.model_construct(), "1990-05-05")
        self.gebeurt(kees, PersoonVastgelegd.model_construct(), str(GEBOREN))
        self.gebeurt(huis, LidToegevoegd.model_construct(persoon=anna))
        self.gebeurt(huis, LidToegevoegd.model_construct(persoon=kees))
        aangewezen = RegisseurAangewezen.model_construct(regisseur=self.id["ellen"])
        self.gebeurt(huis, aangewezen, self.mandaat())
        self.leg_gezag_vast(zeker=True)
        self.yusuf_komt()
        plaatsen = {
            deel: Zegelplaats((self.id[over],), herkomst(bron), gebied)
            for deel, (over, bron, gebied) in PLAATS.items()
        }
        gegeven = self.consent.geef_zegelsleutels("proef", list(plaatsen.values()))
        self.kids = {deel: gegeven[plaats][0] for deel, plaats in plaatsen.items()}

    @rule(voor=st.sampled_from(REGIE), dagen=st.sampled_from([None, 0, 20, 400]))
    def anna_stemt_toe(self, voor: str, dagen: int | None) -> None:
        tot = None if dagen is None else self.o.vandaag + timedelta(days=dagen)
        inhoud = Instemming(
            doel=Doel.REGIE, regimes=("wgs",), onderwerpen=(PLAATS[SCHULD][2],), tot=tot,
            ontvanger=Ontvanger(medewerker=self.id[voor]), gegeven_door=self.id["anna"], wijze="m",
        )  # fmt: skip
        fact = ToestemmingGegeven(
            huishouden=self.huis, persoon=self.id["anna"], toestemming=Open(inhoud, self.delen())
        )
        record = uuid4()
        self.consent.leg_vast(record, fact, self.context())
        self.o.toestemmingen[record] = (voor, tot)

    @rule(doel=st.sampled_from([Doel.REGIE, Doel.SCHULDHULP]))
    def anna_maakt_bezwaar(self, doel: Doel) -> None:
        inhoud = Bezwaar(doel=doel, reden="Ik wil dit niet.")
        fact = BezwaarGemaakt(
            huishouden=self.huis, persoon=self.id["anna"], bezwaar=Open(inhoud, self.delen())
        )
        record = uuid4()
        self.consent.leg_vast(record, fact, self.context())
        self.o.bezwaren[record] = doel

    @precondition(lambda self: self.o.toestemmingen or self.o.bezwaren)
    @rule(data=st.data())
    def anna_trekt_in(self, data: st.DataObject) -> None:
        gegeven = [*self.o.toestemmingen, *self.o.bezwaren]
        record = data.draw(st.sampled_from(range(len(gegeven))).map(gegeven.__getitem__))
        fact = Ingetrokken(huishouden=self.huis, persoon=self.id["anna"])
        self.consent.trek_in(record, self.huis, fact, self.context())
        self.o.toestemmingen.pop(record, None)
        self.o.bezwaren.pop(record, None)

    @rule(dagen=st.sampled_from([None, 10, 300]))
    def regie_gaat_over(self, dagen: int | None) -> None:
        (aan,) = set(REGIE) - {self.o.regisseur}
        self.o.mandaat_tot = None if dagen is None else self.o.vandaag + timedelta(days=dagen)
        self.gebeurt(self.huis, RegieOvergedragen.model_construct(aan=self.id[aan]), self.mandaat())
        self.o.regisseur = aan

    @rule(naam=st.sampled_from(["anna", "kees"]))
    def lid_gaat_of_komt(self, naam: str) -> None:
        weg = naam in self.o.leden
        soort: type[Fact] = LidVertrokken if weg else LidToegevoegd
        self.gebeurt(self.huis, soort.model_construct(persoon=self.id[naam]))
        self.o.leden ^= {naam}

    @rule()
    def yusuf_gaat_of_komt(self) -> None:
        if not self.o.yusuf:
            self.yusuf_komt()
        else:
            weg = DeelnemerVertrokken.model_construct(
                huishouden=self.huis, medewerker=self.id["yusuf"]
            )
            self.gebeurt(uuid4(), weg)
        self.o.yusuf = not self.o.yusuf

    def yusuf_komt(self) -> None:
        komt = DeelnemerToegetreden.model_construct(
            huishouden=self.huis, medewerker=self.id["yusuf"]
        )
        self.gebeurt(uuid4(), komt, {"herkomst": "wgs-schuldhulp", "organisatie": "proef"})

    @rule(zeker=st.booleans())
    def leg_gezag_vast(self, zeker: bool) -> None:
        houders = [str(self.id["anna"])] if zeker else []
        uitkomst = "eenhoofdig-ouderlijk-gezag" if zeker else "niet-te-bepalen"
        gezag = {"uitkomst": uitkomst, "houders": houders}
        self.gebeurt(self.id["kees"], GezagVastgelegd.model_construct(), gezag)
        self.o.gezag = zeker

    @rule()
    def nadia_neemt_noodtoegang(self) -> None:
        genomen = NoodtoegangGenomen.model_construct(
            huishouden=self.huis, medewerker=self.id["nadia"]
        )
        self.gebeurt(uuid4(), genomen)
        self.o.nood = self.o.nu

    @rule(verder=st.sampled_from([
        timedelta(minutes=5), timedelta(days=1), timedelta(days=21), timedelta(days=330),
    ]))  # fmt: skip
    def tijd_gaat_voorbij(self, verder: timedelta) -> None:
        self.o.nu += verder
        if self.o.nu.hour != BEGIN.hour:
            self.o.nu = self.o.nu.replace(hour=BEGIN.hour, minute=0) + timedelta(days=1)
        self.klok[0] = self.o.nu

    @rule()
    def het_werk_van_de_dag(self) -> None:
        """What has to be confirmed or done changes nothing about who sees what."""
        self.consent.dagwerk._huishouden(self.huis, self.o.vandaag)

    # --- what is seen -------------------------------------------------------------------------

    @rule(naam=st.sampled_from(IEDEREEN))
    def kijk(self, naam: str) -> None:
        delen = GEVRAAGD[naam]
        nummer = uuid4()
        vrij = self.consent.vrijgave(
            self.wie(naam), self.huis, [self.kids[deel] for deel in delen], vraag=nummer
        )
        gezien = {deel for deel in delen if self.kids[deel] in vrij.keys}
        assert gezien == self.o.ziet(naam), (naam, self.o)
        gebruikt = {r for deel in vrij.waarom.values() for r in deel.besluit.gebruikt}
        assert gebruikt <= self.o.toestemmingen.keys() or naam == "nadia"
        with self.consent.database.read() as tx:
            regels = tx.execute(
                select(logregels.c.soort, logregels.c.persoon).where(logregels.c.vraag == nummer)
            ).all()
        assert [r.soort for r in regels].count("besluit") == 1
        met_regel = {r.persoon for r in regels if r.soort == "inzage"}
        assert {self.id[PLAATS[deel][0]] for deel in gezien} <= met_regel

    def teardown(self) -> None:
        if hasattr(self, "kids"):
            for naam in IEDEREEN:
                self.kijk(naam)

    def delen(self) -> Zegelplaats:
        return Zegelplaats((self.id["anna"],), herkomst("delen"), Rubriek.DELEN)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[type[Geschiedenis]]:
    database = SQLite(None)
    migrate(database)
    provider = FileKeyProvider(tmp_path / "sleutels.json", create=True)
    Geschiedenis.consent = Consent(database, provider, "9999", lambda: Geschiedenis.klok[0])
    yield Geschiedenis
    database.close()


def test_nobody_reads_without_a_basis_and_every_read_has_its_line(
    machine: type[Geschiedenis],
) -> None:
    run_state_machine_as_test(
        machine, settings=settings(max_examples=20, stateful_step_count=30, deadline=None)
    )


def test_the_oracle_knows_both_answers_for_everybody_but_the_outsider(
    machine: type[Geschiedenis],
) -> None:
    """A history told by hand in which each of them sees something, and then nothing any more."""
    m = machine()
    m.begin()
    m.anna_stemt_toe("ellen", None)
    m.nadia_neemt_noodtoegang()
    zag = {naam for naam in IEDEREEN if m.o.ziet(naam)}
    assert zag == {"ellen", "yusuf", "anna", "kees", "nadia"}
    for naam in IEDEREEN:
        m.kijk(naam)
    m.regie_gaat_over(None)
    m.anna_stemt_toe("ruben", 20)
    assert m.o.ziet("ruben")
    m.teardown()
    m.tijd_gaat_voorbij(timedelta(days=21))
    m.yusuf_gaat_of_komt()
    m.lid_gaat_of_komt("anna")
    m.lid_gaat_of_komt("kees")
    assert not any(m.o.ziet(naam) for naam in IEDEREEN)
    m.teardown()
