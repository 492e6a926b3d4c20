"""Ending a record, and seeing what one can end: a resident also of a household she left.

Rules kept here: whoever it is about ends what is hers to end, wherever she lives now (AVG 7 lid 3);
a professional what she or a colleague of the same task recorded, what is hers by what it is, and
what a youth tells her may not stand; of an objection only what she wrote down herself. Who signed
for a youth is not told that he withdrew it: she sees it and ends it as before (`Feiten.getekend`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from events.base import Open
from events.begrippen import Rubriek, herkomst
from events.consent import BezwaarGemaakt, ConsentFact, Ingetrokken
from events.waarden import Akkoord, Bezwaar, Grond, Instemming, Noodafspraak, Opheffing
from infra.auth import Aangemeld, Rol
from infra.decider import NietBekend, Recorded
from infra.web import Opdracht
from services.consent.application import Consent, vrager
from services.consent.domain import (
    Besluit,
    BezwaarBlijft,
    Code,
    Feiten,
    Handeling,
    Inhoud,
    Record,
    Vastlegging,
    wie_beslist,
)
from services.consent.domain.record import NietUwVastlegging
from services.consent.domain.vastleggen import (
    getekend_voor_kind,
    handelingen,
    mag_beeindigen,
)
from services.consent.log.verantwoording import Deel
from services.consent.plaatsen import plaats_delen
from services.consent.regels import Uitkomst

_TABEL: Mapping[type, Handeling] = {
    Instemming: Handeling.INTREKKEN,
    Opheffing: Handeling.VERSTREKKEN,
    Noodafspraak: Handeling.VERSTREKKEN,
    Akkoord: Handeling.HULP,
    Bezwaar: Handeling.RECHTEN,
}
_EIGEN = Besluit(
    Uitkomst.MAG, Code.MAG, "U ziet dit omdat u dit zelf kunt intrekken.",
    artikel="AVG artikel 15 lid 1",
)  # fmt: skip
_GEMAAKT = Besluit(
    Uitkomst.MAG, Code.MAG, "U ziet dit omdat u dit zelf vastlegde.",
    artikel="AVG artikel 5 lid 1 onder d",
)  # fmt: skip
"""Who recorded it answers for it that it is right, and takes it back when it is not."""
_INHOUD: Mapping[str, type[Instemming | Akkoord]] = {
    "toestemming": Instemming, "akkoord": Akkoord,
}  # fmt: skip
"""The kinds of which it matters to who ends them what they say."""
_DELEN = (Grond, Instemming, Opheffing, Akkoord, Bezwaar)


class Intrekken:
    """The use cases."""

    def __init__(self, consent: Consent) -> None:
        self._consent = consent

    def trek_in(
        self, opdracht: Opdracht, huishouden: UUID, record: UUID, reden: str | None
    ) -> Recorded:
        """Holds from the next request on. As easy as giving (AVG 7 lid 3).

        Raises NietBekend, GrondBlijft, OmstandigheidBlijft, BezwaarBlijft, NietUwVastlegging.
        """
        wie = opdracht.wie
        feiten = self._consent.feiten(wie, huishouden, vertrokken=True)
        staat = self._consent.record(record)
        handeling = staat.controleer_intrekker(huishouden, wie.hoed)
        persoon = staat.persoon
        if persoon is None:
            raise NietBekend
        if wie.rol is Rol.INWONER:
            inhoud = self._inhoud(record, feiten)
            if not _mag_intrekken(wie, inhoud, persoon, handeling, feiten):
                raise NietBekend
        elif not staat.ingetrokken:
            self._controleer_professional(wie, huishouden, record, staat.soort, feiten)
        fact = Ingetrokken(
            huishouden=huishouden, persoon=persoon,
            reden=None if reden is None else Open(reden, plaats_delen(persoon)),
        )  # fmt: skip
        if any(een.id == record for een in getekend_voor_kind(vrager(wie), feiten)):
            return self._consent.store.handle(
                Record, record, lambda r: r.trek_ook_in(huishouden, fact), opdracht.context
            )
        return self._consent.trek_in(record, huishouden, fact, opdracht.context)

    def eigen(self, wie: Aangemeld, huishouden: UUID, persoon: UUID) -> list[Vastlegging]:
        """What a resident can take back of what was recorded here about herself, or about whom she
        represents; with a line in the log. Raises NietBekend."""

        def beantwoord(feiten: Feiten) -> tuple[list[Vastlegging], list[Deel]] | None:
            gevonden = [
                een
                for een in _bekend(wie, feiten)
                if een.persoon == persoon and _is_haar(wie, een, feiten)
            ]
            if persoon != wie.actor.id and not gevonden:
                return None
            deel = Deel((persoon,), herkomst("delen"), Rubriek.DELEN, _EIGEN)
            return gevonden, [deel]

        if wie.rol is not Rol.INWONER:
            raise NietBekend
        found = self._consent.stel(
            wie, huishouden, None, beantwoord, {"actie": "vastleggingen"}, vertrokken=True,
            soort="inzage",
        )  # fmt: skip
        if found is None:
            raise NietBekend
        return found

    def hier(self, wie: Aangemeld, huishouden: UUID) -> list[Vastlegging]:
        """Of the whole household: what a professional recorded herself about sharing, what a
        resident can take back; with a line in the log. Raises NietBekend and as `feiten`."""
        inwoner = wie.rol is Rol.INWONER
        feiten = self._consent.feiten(wie, huishouden, vertrokken=inwoner)
        mijne = (
            set() if inwoner else {een.id for een in feiten.vastleggingen if self._zelf(wie, een)}
        )

        def beantwoord(feiten: Feiten) -> tuple[list[Vastlegging], list[Deel]]:
            gevonden = [
                een
                for een in _bekend(wie, feiten)
                if (_is_haar(wie, een, feiten) if inwoner else een.id in mijne)
            ]
            besluit = _EIGEN if inwoner else _GEMAAKT
            over = dict.fromkeys(een.persoon for een in gevonden)
            bron = herkomst("delen")
            return gevonden, [Deel((wie_,), bron, Rubriek.DELEN, besluit) for wie_ in over]

        found = self._consent.stel(
            wie, huishouden, None, beantwoord, {"actie": "vastleggingen"}, vertrokken=inwoner,
            soort="inzage",
        )  # fmt: skip
        if found is None:
            raise NietBekend
        return found

    def _inhoud(self, record: UUID, feiten: Feiten) -> Inhoud | None:
        """What a record says, also when it was withdrawn: whether it is hers to end does not
        change by that, or the refusal would tell of it."""
        for een in (*feiten.vastleggingen, *feiten.getekend):
            if een.id == record:
                return een.inhoud
        eerste = self._consent.eerste(record)
        for naam, soort in _INHOUD.items():
            if eerste is not None and naam in eerste.inhoud:
                return soort.model_validate(eerste.inhoud[naam])
        return None

    def _zelf(self, wie: Aangemeld, een: Vastlegging) -> bool:
        eerste = self._consent.eerste(een.id) if isinstance(een.inhoud, _DELEN) else None
        return eerste is not None and eerste.door is not None and eerste.door.id == wie.actor.id

    def _controleer_professional(
        self, wie: Aangemeld, huishouden: UUID, record: UUID, soort: type[ConsentFact] | None,
        feiten: Feiten,
    ) -> None:  # fmt: skip
        """No professional takes away what keeps her out (AVG 21)."""
        eerste = self._consent.eerste(record)
        door = None if eerste is None else eerste.door
        zelf = door is not None and door.id == wie.actor.id
        if soort is BezwaarGemaakt and not zelf:
            raise BezwaarBlijft
        collega = (
            eerste is not None
            and door is not None
            and door.organisatie == wie.actor.organisatie
            and eerste.grondslag == wie.herkomst.grondslag
        )
        wat = next((vast.inhoud for vast in feiten.vastleggingen if vast.id == record), None)
        haar_zaak = wat is not None and mag_beeindigen(wat, vrager(wie), feiten)
        wacht = self._consent.bevestigen.wacht(huishouden, record)
        if not (zelf or collega or haar_zaak or wacht):
            raise NietUwVastlegging


def _bekend(wie: Aangemeld, feiten: Feiten) -> Iterator[Vastlegging]:
    """What stands, as she knows it. To a resident what was signed for a child comes from what was
    signed, whether it stands or not: then its place in the list tells nothing either."""
    getekend = getekend_voor_kind(vrager(wie), feiten)
    ook_hier = {een.id for een in getekend}
    yield from (een for een in feiten.vastleggingen if een.id not in ook_hier)
    yield from getekend


def _is_haar(wie: Aangemeld, een: Vastlegging, feiten: Feiten) -> bool:
    """Whether this resident can end it."""
    handeling = _TABEL.get(type(een.inhoud))
    return handeling is not None and _mag_intrekken(wie, een.inhoud, een.persoon, handeling, feiten)


def _mag_intrekken(
    wie: Aangemeld, inhoud: Inhoud | None, persoon: UUID, handeling: Handeling | None,
    feiten: Feiten,
) -> bool:  # fmt: skip
    """A resident ends what is hers to end, by the table of what it is. What a youth of 12 or older
    chose herself is nobody else's: her objection, her agreement with help, and whether a helper may
    tell of her file; taking that back stays open to her, too, when she no longer decides alone."""
    if handeling is None or persoon not in {*feiten.leden, *feiten.vertrokken}:
        return False
    zelf = persoon == wie.actor.id
    if isinstance(inhoud, Instemming) and not zelf:
        (een, *meer) = handelingen(inhoud)
        handeling = handeling if meer or een is Handeling.TOESTEMMING else een
    beslissers = wie_beslist(handeling, persoon, feiten)
    if not beslissers.telt(wie.actor.id):
        return False
    if handeling is Handeling.RECHTEN:
        return zelf or not beslissers.telt(persoon)
    return not (isinstance(inhoud, Akkoord) and inhoud.gegeven_door != wie.actor.id)
