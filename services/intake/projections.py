"""The register that finds somebody again: random ids and keyed hashes, never a value in clear.

It is written in the transaction of the facts, so two reports in a row find each other. It cannot
be rebuilt without opening facts; consumers outside get nothing of it. A shielded address is not
in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Column, MetaData, String, Table, Uuid, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from events.base import Erased, Fact, Open, Sealed
from events.begrippen import Rubriek
from events.consent import PersoonGewist
from events.intake import (
    AdresVastgelegd,
    LidToegevoegd,
    LidVertrokken,
    MeldingOntvangen,
    PersoonVastgelegd,
    RegieOvergedragen,
    RegisseurAangewezen,
)
from infra.database import Tx
from infra.derive import Root
from infra.positions import Located
from services.intake.domain import adresspoor, naamspoor

T = TypeVar("T")

tables = MetaData()
sporen = Table(
    "sporen", tables,
    Column("soort", String, primary_key=True),
    Column("spoor", String(64), primary_key=True),
    Column("persoon", Uuid, primary_key=True, index=True),
)  # fmt: skip
lidmaatschappen = Table(
    "lidmaatschappen", tables,
    Column("persoon", Uuid, primary_key=True),
    Column("huishouden", Uuid, primary_key=True),
)  # fmt: skip
regies = Table(
    "regies", tables,
    Column("huishouden", Uuid, primary_key=True),
    Column("regisseur", Uuid, nullable=False),
)  # fmt: skip

BSN, ADRES, NAAM = "bsn", "naam-en-adres", "naam"
THUIS = "thuis"
"""Where somebody lives now, hashed with her own number: to be found in an emergency only by trying
everybody, so that people at one address share nothing that can be compared."""


@dataclass(frozen=True, slots=True)
class Kenmerken:
    """What somebody is looked up by: a BSN, or name and birth date, with or without an address."""

    bsn: str | None = None
    naam: str | None = None
    geboortedatum: date | None = None
    postcode: str | None = None
    huisnummer: str | None = None


class Register:
    """Keeps and searches the register inside the caller's transaction."""

    def __init__(self, provider: Root, gemeente: str) -> None:
        self._provider = provider
        self._gemeente = gemeente

    def volg(self, tx: Tx, stream: UUID, facts: Iterable[Fact]) -> None:
        """Take in what was just decided on a stream, still open."""
        for fact in facts:
            match fact:
                case MeldingOntvangen(persoon=persoon, aangemelde=Open(waarde=wie)):
                    kenmerken = Kenmerken(
                        wie.bsn, wie.naam, wie.geboortedatum, wie.postcode, wie.huisnummer
                    )
                    # What a reporter says adds nothing to somebody who is known already.
                    if tx.execute(_BEKEND, {"persoon": persoon}).first() is None:
                        self._zet(tx, persoon, self._sporen(kenmerken))
                case PersoonVastgelegd(persoonsnaam=naam, geboortedatum=dag, bsn=bsn):
                    gegeven = Kenmerken(_waarde(bsn), _waarde(naam), _waarde(dag))
                    self._zet(tx, stream, self._sporen(gegeven))
                case AdresVastgelegd(adres=Open(waarde=adres, plaats=plaats)):
                    tx.execute(_NIET_MEER_THUIS, {"wie": stream})
                    if (
                        plaats.onderwerp is Rubriek.ADRES
                        and adres.postcode is not None
                        and adres.huisnummer is not None
                    ):
                        thuis = [
                            (ADRES, self._met_adres(naam, adres.postcode, adres.huisnummer))
                            for naam in tx.execute(_NAMEN, {"persoon": stream}).scalars()
                        ]
                        if adres.tot is None:
                            hier = self._thuis(stream, adres.postcode, adres.huisnummer)
                            thuis.append((THUIS, hier))
                        self._zet(tx, stream, thuis)
                case LidToegevoegd(persoon=persoon):
                    rij = {"persoon": persoon, "huishouden": stream}
                    tx.execute(insert(lidmaatschappen).values(rij).on_conflict_do_nothing())
                case LidVertrokken(persoon=persoon):
                    tx.execute(
                        delete(lidmaatschappen).where(
                            lidmaatschappen.c.persoon == persoon,
                            lidmaatschappen.c.huishouden == stream,
                        )
                    )
                case RegisseurAangewezen(regisseur=wie) | RegieOvergedragen(aan=wie):
                    rij = {"huishouden": stream, "regisseur": wie}
                    tx.execute(
                        insert(regies)
                        .values(rij)
                        .on_conflict_do_update(index_elements=["huishouden"], set_=rij)
                    )
                case _:
                    pass

    def vergeet(self, tx: Tx, _bron: str, facts: Sequence[Located]) -> None:
        """Forget whoever was erased (the `apply` of a consumer of consent's facts)."""
        for _, envelope in facts:
            if isinstance(envelope.fact, PersoonGewist):
                for tabel in (sporen, lidmaatschappen):
                    tx.execute(delete(tabel).where(tabel.c.persoon == envelope.fact.persoon))

    def zoek(self, tx: Tx, kenmerken: Kenmerken) -> tuple[UUID, ...]:
        """Everybody who fits the strongest clue that fits anybody. All clues are always tried.

        A name never matches somebody with another BSN.
        """
        sporen_van = dict(self._sporen(kenmerken))
        op_bsn, op_adres, op_naam = (
            tx.execute(_ZOEK, {"soort": soort, "spoor": sporen_van.get(soort, "")}).scalars().all()
            for soort in (BSN, ADRES, NAAM)
        )
        ander_bsn = tx.execute(_MET_BSN, {"personen": [*op_adres, *op_naam]}).scalars().all()
        if kenmerken.bsn is not None:
            op_adres = [wie for wie in op_adres if wie not in ander_bsn]
            op_naam = [wie for wie in op_naam if wie not in ander_bsn]
        return tuple(op_bsn or op_adres or op_naam)

    def huishouden_in_nood(self, tx: Tx, kenmerken: Kenmerken) -> UUID | None:
        """The one household of whoever has this name and birth date, or lives at this address.

        None for no household and for more than one. Both ways are always tried.
        """
        op_naam = tx.execute(
            _ZOEK, {"soort": NAAM, "spoor": dict(self._sporen(kenmerken)).get(NAAM, "")}
        ).scalars()
        postcode, huisnummer = kenmerken.postcode or "", kenmerken.huisnummer or ""
        op_adres = [
            rij.persoon
            for rij in tx.execute(_THUIS)
            if rij.spoor == self._thuis(rij.persoon, postcode, huisnummer)
        ]
        gevonden = tx.execute(_WAAR, {"personen": [*op_naam, *op_adres]}).scalars().all()
        return gevonden[0] if len(gevonden) == 1 else None

    def huishoudens(self, tx: Tx, persoon: UUID) -> tuple[UUID, ...]:
        """The households somebody belongs to now."""
        return tuple(
            tx.execute(
                select(lidmaatschappen.c.huishouden)
                .where(lidmaatschappen.c.persoon == persoon)
                .order_by(lidmaatschappen.c.huishouden)
            ).scalars()
        )

    def regisseur(self, tx: Tx, huishouden: UUID) -> UUID | None:
        return tx.execute(
            select(regies.c.regisseur).where(regies.c.huishouden == huishouden)
        ).scalar()

    def _sporen(self, van: Kenmerken) -> list[tuple[str, str]]:
        gevonden = []
        if van.bsn is not None:
            gevonden.append((BSN, self._hash(BSN, van.bsn)))
        if van.naam is not None and van.geboortedatum is not None:
            spelling = naamspoor(van.naam, van.geboortedatum)
            if spelling is not None:
                naam = self._hash(NAAM, spelling)
                gevonden.append((NAAM, naam))
                if van.postcode is not None and van.huisnummer is not None:
                    gevonden.append((ADRES, self._met_adres(naam, van.postcode, van.huisnummer)))
        return gevonden

    def _met_adres(self, naam: str, postcode: str, huisnummer: str) -> str:
        # Over the hash of the name: people at one address share nothing that can be compared.
        return self._hash(ADRES, f"{naam}|{adresspoor(postcode, huisnummer)}")

    def _thuis(self, persoon: UUID, postcode: str, huisnummer: str) -> str:
        return self._hash(THUIS, f"{persoon}|{adresspoor(postcode, huisnummer)}")

    def _hash(self, soort: str, waarde: str) -> str:
        return self._provider.search_hash(self._gemeente, soort, waarde)

    def _zet(self, tx: Tx, persoon: UUID, gevonden: Iterable[tuple[str, str]]) -> None:
        rijen = [{"soort": soort, "spoor": spoor, "persoon": persoon} for soort, spoor in gevonden]
        if rijen:
            tx.execute(insert(sporen).on_conflict_do_nothing(), rijen)


_BEKEND = select(sporen.c.spoor).where(sporen.c.persoon == bindparam("persoon")).limit(1)
_NAMEN = select(sporen.c.spoor).where(
    sporen.c.persoon == bindparam("persoon"), sporen.c.soort == NAAM
)
_ZOEK = (
    select(sporen.c.persoon)
    .where(sporen.c.soort == bindparam("soort"), sporen.c.spoor == bindparam("spoor"))
    .order_by(sporen.c.persoon)
)
_NIET_MEER_THUIS = delete(sporen).where(
    sporen.c.persoon == bindparam("wie"), sporen.c.soort == THUIS
)
_THUIS = select(sporen.c.persoon, sporen.c.spoor).where(sporen.c.soort == THUIS)
_WAAR = (
    select(lidmaatschappen.c.huishouden)
    .where(lidmaatschappen.c.persoon.in_(bindparam("personen", expanding=True)))
    .distinct()
    .limit(2)
)
_MET_BSN = select(sporen.c.persoon).where(
    sporen.c.soort == BSN, sporen.c.persoon.in_(bindparam("personen", expanding=True))
)


def _waarde(veld: Open[T] | Sealed | Erased | None) -> T | None:
    return veld.waarde if isinstance(veld, Open) else None
