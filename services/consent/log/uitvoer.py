"""What somebody takes along of the log, with the proof: `controle/controleer_logboek.py` checks it.

Rules kept here: a person gets her own lines, with the record each hangs under, of which she sees
no more than in her overview; who supervises gets every row of a stretch of the log, all opened as
to which household it is about, so that a row left out shows; her own access and the work of the FG
are there closed, for a colleague to take along opened. What somebody may not see of a row is
kept back behind its commitment. Only rows that a signed head holds are taken along: those of the
last second are not. That somebody takes them along is on the record first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from infra.auth import Aangemeld, Rol
from infra.decider import NietBekend, RegelFout
from infra.logbook import WIE, Geschreven, delen, logregels
from infra.tegels import Tree, TreeDamagedError
from infra.uitgegeven import NogGeenKop, Published
from services.consent.log.blik import Blik
from services.consent.log.loginzage import TOEZICHT, Loginzage

VORM = "samenplan-logboek-uitvoer-1"
MAX_REGELS = 10_000
"""Rows of one export for who supervises."""
_EIGEN = frozenset({"persoon", "ldv", "delen"})
"""Parts of a line that the person it is about sees."""
_VAN_DE_FG = _EIGEN - {"delen"}


class TeVeelRegels(RegelFout):
    """Dit zijn te veel regels in een keer. Vraag een korter stuk van het logboek."""


class KopOnbekend(RegelFout):
    """Een kop van zoveel regels heeft dit logboek niet."""


class Uitvoer:
    """Makes exports of the log of one gemeente."""

    def __init__(
        self, loginzage: Loginzage, gemeente: str, uitgegeven: Callable[[], Published | None]
    ) -> None:
        self._loginzage, self._gemeente = loginzage, gemeente
        self._uitgegeven = uitgegeven

    def persoon(self, wie: Aangemeld, persoon: UUID, eerder: Sequence[int] = ()) -> dict[str, Any]:
        """The lines about one person, for that person; `eerder` are sizes of heads she knows.

        Raises NietBekend, NogGeenKop, KopOnbekend.
        """
        published = self._published()
        signed, kop = published.last()
        blikken, bekend = self._loginzage.wie_keek(wie, persoon)
        regels: dict[int, dict[str, Any]] = {}
        for blik in blikken:
            if blik.regel.nr > kop.size:
                continue  # nor the record above it, which a head can hold without its lines
            huis = blik.regel.regel.huishouden
            namen = bekend.get(huis, frozenset()) if huis else frozenset()
            if blik.besluit is not None:
                regels[blik.besluit.nr] = regel(blik.besluit, _van_besluit(blik, namen))
            regels[blik.regel.nr] = regel(blik.regel, _eigen(blik))
        return self._samen(
            "persoon", persoon, published.tree(kop.size), signed, regels.values(), eerder
        )

    def huishouden(
        self, wie: Aangemeld, huishouden: UUID, van: int | None = None, tot: int | None = None,
        eerder: Sequence[int] = (),
    ) -> dict[str, Any]:  # fmt: skip
        """Every row from one number to another, those of the household in full; for who supervises.

        Without numbers the last MAX_REGELS. Raises NietBekend, TeVeelRegels, NogGeenKop.
        """
        if wie.rol not in TOEZICHT:
            raise NietBekend
        published = self._published()
        signed, kop = published.last()
        tot = kop.size if tot is None else min(tot, kop.size)
        van = max(1, tot - MAX_REGELS + 1) if van is None else van
        if tot - van >= MAX_REGELS:
            raise TeVeelRegels
        if van > tot:
            raise NietBekend
        inzage, hier = self._loginzage, logregels.c.nr.between(van, tot)
        with inzage.database.read() as tx:
            open_ = select(logregels).where(hier, logregels.c.huishouden == huishouden)
            personen = inzage.over_wie(tx, inzage.logboek.whole(tx, open_), huishouden)
        meer = {"uitvoer": f"{van}-{tot}"}
        inzage.schrijf(wie, personen, meer, huishouden)
        with inzage.database.read() as tx:
            known = tx.execute(select(logregels.c.nr, logregels.c.verbintenis).where(hier)).all()
            regels = {row.nr: {"nr": row.nr, "verbintenis": row.verbintenis.hex()} for row in known}
            # What cannot be read back is there, and closed.
            alle = list(inzage.logboek.whole(tx, select(logregels).where(hier)))
            for blik in inzage.onder_record(tx, alle, heel=False):
                one = blik.regel
                if blik.dicht_voor(wie):
                    continue  # there, and closed: the commitment
                if one.regel.huishouden == huishouden:
                    regels[one.nr] = regel(one, None)
                elif one.vorm > 1:
                    regels[one.nr] = regel(one, {"huishouden"})
        return self._samen(
            "huishouden", huishouden, published.tree(kop.size), signed, regels.values(), eerder
        )

    def _samen(
        self, soort: str, over: UUID, tree: Tree, signed: str, regels: Iterable[dict[str, Any]],
        eerder: Sequence[int],
    ) -> dict[str, Any]:  # fmt: skip
        within = sorted((r for r in regels if r["nr"] <= tree.size), key=lambda r: int(r["nr"]))
        if any(not 0 <= size <= tree.size for size in eerder):
            raise KopOnbekend
        try:
            bewijs = tree.several([one["nr"] - 1 for one in within])
            samenhang = {size: tree.consistency(size) for size in eerder if 0 < size < tree.size}
        except TreeDamagedError:
            raise NogGeenKop from None
        return {
            "vorm": VORM, "gemeente": self._gemeente, "soort": soort, "over": str(over),
            "kop": signed, "regels": within, "bewijs": _hex(bewijs),
            "samenhang": {str(size): _hex(proof) for size, proof in samenhang.items()},
        }  # fmt: skip

    def _published(self) -> Published:
        found = self._uitgegeven()
        if found is None:
            raise NogGeenKop
        return found


def regel(row: Geschreven, toon: Collection[str] | None) -> dict[str, Any]:
    """A row with these parts open (None: all), the others behind their commitment.

    A row from before there were parts is open as a whole or not at all.
    """
    r = row.regel
    if row.vorm == 1:
        if toon is not None:
            return {"nr": row.nr, "verbintenis": row.verbintenis.hex()}
        wie = {name: r.delen[name] for name in WIE}
        return {
            "nr": row.nr, "vorm": 1, "soort": r.soort, "tijdstip": row.tijdstip.isoformat(),
            "vraag": str(r.vraag), **wie, "inhoud": r.inhoud, "zout": row.zaad.hex(),
        }  # fmt: skip
    shown = {
        name: {"waarde": r.delen[name], "zout": salt.hex()}
        if toon is None or name in toon
        else {"verbintenis": commit.hex()}
        for name, (salt, commit) in delen(row.zaad, r.delen).items()
    }
    return {
        "nr": row.nr, "vorm": row.vorm, "soort": r.soort, "tijdstip": row.tijdstip.isoformat(),
        "vraag": str(r.vraag), "span": r.span, "boven": r.boven, "delen": shown,
    }  # fmt: skip


def _eigen(blik: Blik) -> Collection[str]:
    """What of a line its person sees; what the FG looked for is not told."""
    return _VAN_DE_FG if blik.door.get("rol") == Rol.FG.value else _EIGEN


def _van_besluit(blik: Blik, namen: Collection[UUID]) -> Collection[str]:
    """What the person sees of the record above her line: function and organisation, and the name
    of a professional she knows from the plan; of another resident no more than that she is one."""
    assert blik.besluit is not None
    inhoud = blik.besluit.regel.inhoud
    wie, functie = inhoud.get("wie", {}), inhoud.get("functie", {})
    if functie.get("rol") in (Rol.FG, Rol.INWONER):
        return ("functie",)
    bekend = {str(naam) for naam in namen}
    return ("functie", "wie") if wie.get("id") in bekend else ("functie",)


def _hex(hashes: Iterable[bytes]) -> list[str]:
    return [one.hex() for one in hashes]
