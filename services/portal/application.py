"""Reading for people: the dossier, my households. Every look is a question to consent."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from events.base import KeyId
from events.intake import (
    LidToegevoegd,
    LidVertrokken,
    MeldingGekoppeld,
    MeldingOntvangen,
    MeldingOpgepakt,
    NetwerklidToegevoegd,
    NetwerklidVertrokken,
    PersoonVastgelegd,
    RegieOvergedragen,
    RegisseurAangewezen,
)
from events.plan import DeelnemerToegetreden, DeelnemerVertrokken, PlanAfgesloten, PlanGeopend
from events.waarden import Doel
from infra.auth import Aangemeld
from infra.decider import NietBekend, WordtHersteld
from infra.keyring import NogOpen, Release
from infra.views import View
from infra.web import etag
from services.portal import projections
from services.portal.domain import Dossier, vouw
from services.portal.weergave import toon

_KORT = (
    PersoonVastgelegd, LidToegevoegd, LidVertrokken, RegisseurAangewezen, RegieOvergedragen,
    MeldingOntvangen, MeldingGekoppeld, MeldingOpgepakt,
    PlanGeopend, PlanAfgesloten, DeelnemerToegetreden, DeelnemerVertrokken,
)  # fmt: skip
_NETWERK = (NetwerklidToegevoegd, NetwerklidVertrokken)


class Portal:
    """The read side."""

    def __init__(self, view: View, release: Release, nog_open: NogOpen, secret: bytes) -> None:
        self.view = view
        self._release = release
        self.nog_open = nog_open
        self._secret = secret
        # Folded once per state of a household: sealed, so nothing a key or decision could change.
        self._gevouwen = lru_cache(maxsize=32)(self._vouw)

    def dossier(
        self, wie: Aangemeld, huishouden: UUID, doel: Doel | None = None,
        moment: datetime | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """What this person may see of this household now, as it was recorded at a moment.

        Raises NietBekend for a household that is not hers to know, existing or not.
        """
        return self.geopend(wie, huishouden, doel, moment)[0]

    def geopend(
        self, wie: Aangemeld, huishouden: UUID, doel: Doel | None = None,
        moment: datetime | None = None,
    ) -> tuple[dict[str, Any], Collection[KeyId]]:  # fmt: skip
        """The same, with the keys it was opened with: `nog_open` tells as long as they hold."""
        with self.view.database.read() as tx:
            stand = projections.stand_van(tx, wie.actor.id, huishouden)
        if not stand.betrokken and not self._release(wie, huishouden, (), doel).relaties:
            # Refused before a fact is read: a household that exists takes no longer than another.
            # Who goes on here has custody over a member, which only consent can know.
            raise NietBekend
        tot = stand.aantal if moment is None else moment
        gevouwen = (self._gevouwen if moment is None else self._vouw)(huishouden, tot)
        vrijgave = self._release(wie, huishouden, gevouwen.kids(), doel)
        if not vrijgave.relaties:
            raise NietBekend
        if stand.in_quarantaine:
            raise WordtHersteld
        shown = toon(gevouwen, vrijgave, lambda part, version: etag(self._secret, part, version))
        return {"id": huishouden, "moment": moment, "doel": doel} | shown, vrijgave.keys.keys()

    def _vouw(self, huishouden: UUID, tot: datetime | int) -> Dossier:
        """Fold up to a moment, or (given how many facts there are) all of it."""
        moment = tot if isinstance(tot, datetime) else None
        with self.view.database.read() as tx:
            return vouw(projections.feiten_van(tx, huishouden, moment), huishouden)

    def mijn_huishoudens(self, wie: Aangemeld) -> list[dict[str, Any]]:
        """The households somebody is involved in, by the names of their members."""
        with self.view.database.read() as tx:
            mine = projections.huishoudens_van(tx, wie.actor.id)
            per_huishouden: dict[UUID, list[str]] = {}
            for huishouden, als in mine:
                per_huishouden.setdefault(huishouden, []).append(als)
        shown = []
        for huishouden, rollen in per_huishouden.items():
            with suppress(NietBekend):
                shown.append({"rollen": rollen} | self.kort(wie, huishouden)[0])
        return shown

    def werkt_met(self, wie: UUID, persoon: UUID) -> bool:
        """Whether somebody is involved in a household to which this person belongs."""
        with self.view.database.read() as tx:
            mine, hers = (projections.huishoudens_van(tx, who) for who in (wie, persoon))
        return not {h for h, _ in mine}.isdisjoint(h for h, als in hers if als == "lid")

    def kort(
        self, wie: Aangemeld, huishouden: UUID, *, netwerk: bool = False
    ) -> tuple[dict[str, Any], Collection[KeyId]]:
        """A household in brief: who belongs to it, who works on it, how many meldingen wait; with
        `netwerk` also who stands around it. And the keys it was opened with, as `geopend` tells.

        Raises NietBekend as `dossier` does.
        """
        with self.view.database.read() as tx:
            envelopes = projections.feiten_van(tx, huishouden)
        hier = (*_KORT, *_NETWERK) if netwerk else _KORT
        kort = (envelope for envelope in envelopes if isinstance(envelope.fact, hier))
        gevouwen = vouw(kort, huishouden)
        for persoon in gevouwen.van("persoon"):
            for velden in (persoon.velden, *persoon.eerder):
                velden.pop("bsn", None)  # a list needs names: it asks for no more
        vrijgave = self._release(wie, huishouden, gevouwen.kids(), None)
        if not vrijgave.relaties:
            raise NietBekend
        shown = toon(gevouwen, vrijgave, lambda _part, _version: "")
        wachten = sum(melding["wachtOpRegisseur"] for melding in shown["meldingen"])
        wachten += len(shown["meldingenDicht"])
        plan = shown["plan"]
        return {
            "id": huishouden, "leden": shown["leden"], "netwerk": shown["netwerk"],
            "regie": shown["regie"],
            "deelnemers": [] if plan is None else plan["deelnemers"], "meldingenTeDoen": wachten,
        }, vrijgave.keys.keys()  # fmt: skip
