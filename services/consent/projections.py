"""The decision facts: consent's own sealed copy of what a decision needs, and its folding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from pydantic import TypeAdapter
from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Uuid,
    bindparam,
    delete,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from events.base import Capsule, Place, Zegelplaats
from events.begrippen import Rubriek, herkomst
from events.plan import plan_id
from events.waarden import (
    Akkoord,
    Bezwaar,
    Gezag,
    Grond,
    Instemming,
    Mandaat,
    Noodafspraak,
    Omstandigheid,
    Opheffing,
    Vervanging,
)
from infra.database import Tx
from infra.keys import KeyStore, SubjectErasedError, with_key
from infra.positions import quarantaine
from infra.seal import SealingKey, open_capsule
from services.consent.domain import Feiten, Noodtoegang, Vastlegging, Vervanger
from services.consent.policies import GETEKEND, OPGENOMEN, Vergeet, VergeetAlle, Wijziging, Zet

tables = MetaData()
tabel = Table(
    "beslisfeiten", tables,
    Column("sleutel", String, primary_key=True),
    Column("soort", String, nullable=False),
    Column("huishouden", Uuid, index=True),
    Column("persoon", Uuid, index=True),
    Column("medewerker", Uuid, index=True),
    Column("versie", Integer, nullable=False),
    Column("kid", String(32), nullable=False),
    Column("inhoud", LargeBinary, nullable=False),
)  # fmt: skip
_RUIMTE = UUID("0b0a3f8e-53f5-4c07-9b1c-6d6f0d6a7f11")
_INHOUD: dict[str, TypeAdapter[Any]] = {
    "grond": TypeAdapter(Grond),
    "toestemming": TypeAdapter(Instemming),
    "opheffing": TypeAdapter(Opheffing),
    "bezwaar": TypeAdapter(Bezwaar),
    "akkoord": TypeAdapter(Akkoord),
    "afspraak": TypeAdapter(Noodafspraak),
    "omstandigheid": TypeAdapter(Omstandigheid),
    "doorbreking": TypeAdapter(Omstandigheid),
    "gezag": TypeAdapter(Gezag),
    "mandaat": TypeAdapter(Mandaat),
}
_RIJEN = with_key(select(tabel), tabel.c.kid)
"""Each with its key, closed as it is: a decision has one statement less to wait for."""
# Two halves, each by an index: PostgreSQL reads the whole table for an OR with a subquery.
_VAN_HUISHOUDEN, _OOK_VAN_VERTROKKEN = (
    _RIJEN.where(tabel.c.huishouden == bindparam("huishouden")).union_all(
        _RIJEN.where(
            tabel.c.huishouden.is_(None),
            tabel.c.persoon.in_(
                select(tabel.c.persoon).where(
                    tabel.c.huishouden == bindparam("huishouden"), tabel.c.soort.in_(soorten)
                )
            ),
        )
    )
    for soorten in (("lid",), ("lid", "oud-lid"))
)
Rij = Row[Any]
_IN_QUARANTAINE = (
    select(quarantaine.c.stroom)
    .where(
        (quarantaine.c.stroom == bindparam("huishouden"))
        | (quarantaine.c.stroom == bindparam("plan"))
        | quarantaine.c.stroom.in_(
            select(tabel.c.persoon).where(tabel.c.huishouden == bindparam("huishouden"))
        )
    )
    .limit(1)
)
NOODUREN = timedelta(hours=4)
"""How long an emergency access is open (trust: own action)."""
_VASTGELEGD = frozenset(_INHOUD) - {"gezag", "mandaat"}
_HIER, _HIER_GEWEEST = ("lid", "netwerk"), ("oud-lid", "oud-netwerk")


class Beslisfeiten:
    """Writes and folds the decision facts inside the caller's transaction."""

    def __init__(self, keys: KeyStore, gemeente: str) -> None:
        self._keys = keys
        self._gemeente = gemeente

    def schrijf(self, tx: Tx, versie: int, wijzigingen: Iterable[Wijziging]) -> None:
        for wijziging in wijzigingen:
            match wijziging:
                case Zet():
                    # Of an erased person nothing is remembered; what follows still counts.
                    with suppress(SubjectErasedError):
                        self._zet(tx, versie, wijziging)
                case Vergeet(sleutel=sleutel):
                    tx.execute(delete(tabel).where(tabel.c.sleutel == sleutel))
                case VergeetAlle(soorten, huishouden, persoon, medewerker):
                    welke = delete(tabel).where(tabel.c.soort.in_(soorten))
                    if huishouden is not None:
                        welke = welke.where(tabel.c.huishouden == huishouden)
                    if persoon is not None:
                        welke = welke.where(tabel.c.persoon == persoon)
                    if medewerker is not None:
                        welke = welke.where(tabel.c.medewerker == medewerker)
                    tx.execute(welke)

    def rijen(self, tx: Tx, huishouden: UUID, *, vertrokken: bool = False) -> Sequence[Rij]:
        """All decision facts of a household, still sealed. With `vertrokken` also the age and the
        custody of who left, for what stays hers to say here."""
        welke = _OOK_VAN_VERTROKKEN if vertrokken else _VAN_HUISHOUDEN
        return tx.execute(welke, {"huishouden": huishouden}).all()

    def van_soort(
        self, tx: Tx, soort: str, *, medewerker: UUID | None = None, persoon: UUID | None = None
    ) -> Sequence[Rij]:
        """The decision facts of one kind, of somebody if asked, still sealed."""
        welke = _RIJEN.where(tabel.c.soort == soort).order_by(tabel.c.sleutel)
        if medewerker is not None:
            welke = welke.where(tabel.c.medewerker == medewerker)
        if persoon is not None:
            welke = welke.where(tabel.c.persoon == persoon)
        return tx.execute(welke).all()

    def van_sleutels(self, tx: Tx, sleutels: Sequence[str]) -> list[Rij]:
        """The decision facts with these keys, as far as they are there, still sealed."""
        gevonden: list[Rij] = []
        for begin in range(0, len(sleutels), 500):
            deze = sleutels[begin : begin + 500]
            gevonden += tx.execute(_RIJEN.where(tabel.c.sleutel.in_(deze))).all()
        return gevonden

    def bewoners(self, tx: Tx, huishouden: UUID) -> set[UUID]:
        """Everybody who is or was in a household or its network, or was reported there."""
        soorten = (*_HIER, *_HIER_GEWEEST, "gemeld")
        return {rij.persoon for rij in self.rijen(tx, huishouden) if rij.soort in soorten}

    def personen_met(self, tx: Tx, begin: str) -> set[UUID]:
        """Everybody who is or was in a household or its network here, and whose number begins with
        these hexadecimal digits."""
        eerste, laatste = (UUID(begin.ljust(32, cijfer)) for cijfer in "0f")
        welke = select(tabel.c.persoon).where(
            tabel.c.soort.in_((*_HIER, *_HIER_GEWEEST)), tabel.c.persoon.between(eerste, laatste)
        )
        return set(tx.execute(welke).scalars())

    def inhoud(self, rijen: Sequence[Rij]) -> dict[str, Any]:
        """What rows hold, by `sleutel`; nothing of the erased.

        Raises SealError, KeyFileError, UnknownKeyError.
        """
        sleutels = self._keys.unwrap_rows(rijen)
        geopend = {}
        for rij in rijen:
            if rij.kid in sleutels:
                plaats = _plaats(self._gemeente, rij.sleutel, rij.versie)
                capsule = Capsule(plaats, ("inhoud",), rij.kid, rij.inhoud)
                geopend[rij.sleutel] = open_capsule(capsule, sleutels[rij.kid])["inhoud"]
        return geopend

    def feiten(
        self, rijen: Sequence[Rij], huishouden: UUID, vandaag: date, nu: datetime | None = None
    ) -> Feiten:
        """Open the rows and fold them; an emergency access counts only while it is open at `nu`.

        Raises SealError, KeyFileError.
        """
        geopend = self.inhoud(rijen)
        regisseur: UUID | None = None
        mandaat: Mandaat | None = None
        deelnemers: dict[UUID, str] = {}
        leden: set[UUID] = set()
        hier = {huishouden, plan_id(huishouden)}
        geweest: set[UUID] = set()
        gemelden: set[UUID] = set()
        geboren: dict[UUID, date] = {}
        gezag: dict[UUID, Gezag] = {}
        vastleggingen: list[Vastlegging] = []
        getekend: list[Vastlegging] = []
        vervangers: dict[UUID, list[Vervanger]] = {}
        genomen: list[tuple[datetime, UUID, UUID]] = []
        einden: dict[UUID, list[datetime]] = {}
        afgesproken: dict[UUID, datetime] = {}
        opengesteld: dict[UUID, list[str]] = {}
        for rij in rijen:
            if rij.soort in _HIER:
                hier.add(rij.persoon)
            if rij.soort in _HIER_GEWEEST:
                geweest.add(rij.persoon)
            if rij.soort == "gemeld":
                gemelden.add(rij.persoon)
            if rij.sleutel not in geopend:
                continue
            inhoud = geopend[rij.sleutel]
            match rij.soort:
                case "regisseur":
                    regisseur, mandaat = rij.medewerker, _INHOUD["mandaat"].validate_python(inhoud)
                case "deelnemer":
                    deelnemers[rij.medewerker] = herkomst(inhoud["herkomst"]).regime
                case "lid":
                    leden.add(rij.persoon)
                case "persoon":
                    geboren[rij.persoon] = date.fromisoformat(inhoud)
                case "gezag":
                    gezag[rij.persoon] = _INHOUD["gezag"].validate_python(inhoud)
                case "noodtoegang":
                    if nu is not None and nu < nood_tot(inhoud):
                        nummer = UUID(rij.sleutel.removeprefix("noodtoegang:"))
                        genomen.append((datetime.fromisoformat(inhoud), rij.medewerker, nummer))
                case "noodeinde":
                    einden.setdefault(rij.medewerker, []).append(datetime.fromisoformat(inhoud))
                case "opengesteld":
                    opengesteld.setdefault(UUID(rij.sleutel.split(":")[1]), []).append(inhoud)
                case "vervanger":
                    nummer = UUID(rij.sleutel.removeprefix("vastlegging:"))
                    vervanging = Vervanging.model_validate(inhoud)
                    een = Vervanger(nummer, rij.persoon, vervanging)
                    vervangers.setdefault(rij.medewerker, []).append(een)
                case "getekend":
                    nummer = UUID(rij.sleutel.removeprefix(f"{GETEKEND}:"))
                    waarde = Instemming.model_validate(inhoud)
                    getekend.append(Vastlegging(nummer, rij.persoon, waarde))
                case soort if soort in _VASTGELEGD:
                    nummer = UUID(rij.sleutel.removeprefix("vastlegging:"))
                    if OPGENOMEN in inhoud:
                        inhoud = dict(inhoud)
                        afgesproken[nummer] = datetime.fromisoformat(inhoud.pop(OPGENOMEN))
                    waarde = _INHOUD[rij.soort].validate_python(inhoud)
                    vastleggingen.append(Vastlegging(nummer, rij.persoon, waarde))
        return Feiten(
            vandaag, huishouden, regisseur, mandaat, deelnemers, leden, hier | geweest,
            geweest - hier, gemelden, geboren, gezag, vastleggingen,
            _noodtoegangen(genomen, einden, opengesteld, afgesproken),
            vervangers, getekend,
        )  # fmt: skip

    def taken_van(self, tx: Tx, wie: UUID, vandaag: date) -> tuple[Sequence[UUID], Sequence[UUID]]:
        """The households a professional directs today, under a mandate that holds, and those in
        which she takes part."""
        soorten = ("regisseur", "deelnemer")
        rijen = tx.execute(
            _RIJEN.where(tabel.c.soort.in_(soorten), tabel.c.medewerker == wie)
        ).all()
        regie = [
            rij.huishouden
            for rij in rijen
            if rij.soort == "regisseur"
            for mandaat in [self.feiten([rij], rij.huishouden, vandaag).mandaat]
            if mandaat is not None
            and mandaat.van <= vandaag
            and (mandaat.tot is None or vandaag <= mandaat.tot)
        ]
        return regie, [rij.huishouden for rij in rijen if rij.soort == "deelnemer"]

    def _zet(self, tx: Tx, versie: int, zet: Zet) -> None:
        plaats = Zegelplaats((zet.betrokkene,), herkomst("beslisfeiten"), Rubriek.DELEN)
        kid, key = self._keys.sealing_key(tx, plaats)
        capsule = SealingKey(kid, key).seal(
            _plaats(self._gemeente, zet.sleutel, versie), {"inhoud": zet.inhoud}
        )
        rij = {
            "sleutel": zet.sleutel, "soort": zet.soort, "huishouden": zet.huishouden,
            "persoon": zet.persoon, "medewerker": zet.medewerker, "versie": versie, "kid": kid,
            "inhoud": capsule.sealed,
        }  # fmt: skip
        tx.execute(
            insert(tabel).values(rij).on_conflict_do_update(index_elements=["sleutel"], set_=rij)
        )


def in_quarantaine(tx: Tx, huishouden: UUID) -> bool:
    """Whether a fact about this household could not be followed here and waits for repair."""
    asked = {"huishouden": huishouden, "plan": plan_id(huishouden)}
    return tx.execute(_IN_QUARANTAINE, asked).first() is not None


def heeft_relatie(
    rijen: Sequence[Rij], wie: UUID, *, inwoner: bool, vertrokken: bool = False
) -> bool:
    """Whether somebody can be anything to this household, as far as is known without a key."""
    leden = ("lid", "oud-lid") if vertrokken else ("lid",)
    return any(
        (wie == rij.medewerker and rij.soort in _RELATIES[inwoner])
        or (inwoner and rij.soort in leden and wie == rij.persoon)
        for rij in rijen
    )


_RELATIES = {
    False: ("regisseur", "deelnemer", "vervanger", "noodtoegang"),
    True: ("gezaghouder", "omstandigheid"),
}


def _noodtoegangen(
    genomen: list[tuple[datetime, UUID, UUID]], einden: Mapping[UUID, Sequence[datetime]],
    opengesteld: Mapping[UUID, Sequence[str]], afgesproken: Mapping[UUID, datetime],
) -> dict[UUID, Noodtoegang]:  # fmt: skip
    """Per professional the last access that is open, and what came too late for the first of these
    hours: going in again makes nothing beforehand, also not after it was ended."""
    gevonden: dict[UUID, Noodtoegang] = {}
    eerste: dict[UUID, datetime] = {}
    for op, wie, nummer in sorted(genomen):
        eerste.setdefault(wie, op)
        if any(op <= einde for einde in einden.get(wie, ())):
            continue
        gevonden[wie] = Noodtoegang(
            nummer, tuple(opengesteld.get(nummer, ())),
            frozenset(kern for kern, sinds in afgesproken.items() if sinds >= eerste[wie]),
        )  # fmt: skip
    return gevonden


def nood_tot(genomen: str, einden: Iterable[datetime] = ()) -> datetime:
    """When an emergency access closes: by itself, or by the first of `einden` after it began."""
    begin = datetime.fromisoformat(genomen)
    return min([begin + NOODUREN, *(einde for einde in einden if einde >= begin)])


def _plaats(gemeente: str, sleutel: str, versie: int) -> Place:
    return Place(gemeente, uuid5(_RUIMTE, sleutel), versie, "beslisfeit", 1)
