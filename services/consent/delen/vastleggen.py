"""Recording grounds, consents, waivers, agreements and objections, and withdrawing each.

Whoever records must belong to the household: a professional with a task, the person herself, or
who holds custody over her. For anybody else it does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from events.base import Open
from events.consent import (
    BezwaarGemaakt,
    ConsentFact,
    GeheimhoudingOpgeheven,
    GrondslagVastgelegd,
    HulpAkkoordGegeven,
    Ingetrokken,
    NoodafspraakVastgelegd,
    ToestemmingGegeven,
)
from events.waarden import (
    Akkoord,
    Bezwaar,
    Grond,
    Instemming,
    Noodafspraak,
    Opheffing,
    Reikwijdte,
)
from infra.auth import Aangemeld, Rol
from infra.decider import Context, GeenRecht, NietBekend, Recorded
from infra.web import Opdracht
from services.consent.application import Consent, vrager
from services.consent.domain import (
    Feiten,
    MagNietNamens,
    controleer_akkoord,
    controleer_gever,
    controleer_instemming,
    controleer_opheffing,
    regel_voor_grond,
    vertegenwoordigt,
    wie_beslist,
)
from services.consent.domain.vastleggen import handeling
from services.consent.domain.vertegenwoordiging import Handeling
from services.consent.plaatsen import plaats_delen
from services.consent.toezicht.noodstand import AlleenHouder

_RUIMTE = UUID("7c1a6a0d-4a35-4f37-9e0f-3f0f5b9d2c44")


class AlleenProfessional(GeenRecht):
    """Een wettelijke grond legt een professional vast, voor haar eigen taak."""


class Vastleggen:
    """The use cases; every record is a stream of its own."""

    def __init__(self, consent: Consent) -> None:
        self._consent = consent

    def grond(
        self, opdracht: Opdracht, huishouden: UUID, personen: Sequence[UUID], bereik: Reikwijdte,
        noodzaak: str,
    ) -> list[Recorded]:  # fmt: skip
        """One record per person; the article comes from the rule that asks for the necessity."""
        if opdracht.wie.rol is not Rol.PROFESSIONAL:
            raise AlleenProfessional
        feiten = self._consent.feiten(opdracht.wie, huishouden)
        if not set(personen) <= set(feiten.leden):
            raise NietBekend
        regel = regel_voor_grond(bereik, vrager(opdracht.wie), feiten, self._consent.regels)
        grond = Grond(**dict(bereik), grondslag=regel.grondslag, noodzaak=noodzaak)
        return [
            self._leg_vast(
                opdracht, str(nummer),
                GrondslagVastgelegd(
                    huishouden=huishouden, persoon=persoon, grond=Open(grond, plaats_delen(persoon))
                ),
            )
            # By number, so that the same key with other persons is refused.
            for nummer, persoon in enumerate(dict.fromkeys(personen))
        ]  # fmt: skip

    def toestemming(
        self, opdracht: Opdracht, huishouden: UUID, persoon: UUID, inhoud: Instemming
    ) -> Recorded:
        feiten = self._mag_voor(
            opdracht.wie, huishouden, persoon, handeling(inhoud), inhoud.gegeven_door
        )
        controleer_instemming(inhoud, persoon, feiten, _nummer(opdracht.context))
        fact = ToestemmingGegeven(
            huishouden=huishouden, persoon=persoon, toestemming=Open(inhoud, plaats_delen(persoon))
        )
        return self._leg_vast(opdracht, "", fact)

    def opheffing(
        self, opdracht: Opdracht, huishouden: UUID, persoon: UUID, inhoud: Opheffing
    ) -> Recorded:
        feiten = self._mag_voor(
            opdracht.wie, huishouden, persoon, Handeling.VERSTREKKEN, inhoud.gegeven_door
        )
        controleer_opheffing(inhoud, persoon, feiten)
        fact = GeheimhoudingOpgeheven(
            huishouden=huishouden, persoon=persoon, opheffing=Open(inhoud, plaats_delen(persoon))
        )
        return self._leg_vast(opdracht, "", fact)

    def akkoord(
        self, opdracht: Opdracht, huishouden: UUID, persoon: UUID, inhoud: Akkoord
    ) -> Recorded:
        feiten = self._mag_voor(
            opdracht.wie, huishouden, persoon, Handeling.HULP, inhoud.gegeven_door
        )
        controleer_akkoord(inhoud, persoon, feiten)
        fact = HulpAkkoordGegeven(
            huishouden=huishouden, persoon=persoon, akkoord=Open(inhoud, plaats_delen(persoon))
        )
        return self._leg_vast(opdracht, "", fact)

    def noodafspraak(
        self, opdracht: Opdracht, huishouden: UUID, persoon: UUID, inhoud: Noodafspraak
    ) -> Recorded:
        """A safety core, recorded by the holder of secrecy over her own file.

        Raises AlleenHouder, MagNietNamens, LopendVerleden, NietBekend.
        """
        wie = opdracht.wie
        feiten = self._mag_voor(wie, huishouden, persoon, Handeling.VERSTREKKEN)
        if wie.herkomst.geheimhouder is None or wie.herkomst.code != inhoud.herkomst:
            raise AlleenHouder
        controleer_opheffing(inhoud, persoon, feiten)
        fact = NoodafspraakVastgelegd(
            huishouden=huishouden, persoon=persoon, afspraak=Open(inhoud, plaats_delen(persoon))
        )
        return self._leg_vast(opdracht, "", fact)

    def bezwaar(
        self, opdracht: Opdracht, huishouden: UUID, persoon: UUID, inhoud: Bezwaar
    ) -> Recorded:
        feiten = self._mag_voor(opdracht.wie, huishouden, persoon, Handeling.RECHTEN)
        if opdracht.wie.rol is Rol.INWONER:
            controleer_gever(opdracht.wie.actor.id, persoon, feiten, Handeling.RECHTEN)
        fact = BezwaarGemaakt(
            huishouden=huishouden, persoon=persoon, bezwaar=Open(inhoud, plaats_delen(persoon))
        )
        return self._leg_vast(opdracht, "", fact)

    def trek_in(
        self, opdracht: Opdracht, huishouden: UUID, record: UUID, reden: str | None
    ) -> Recorded:
        """Holds from the next request on. As easy as giving (AVG 7 lid 3)."""
        feiten = self._consent.feiten(opdracht.wie, huishouden)
        staat = self._consent.record(record)
        handeling = staat.controleer_intrekker(huishouden, opdracht.wie.hoed)
        persoon = staat.persoon
        if persoon is None or not _mag_intrekken(opdracht.wie, record, persoon, handeling, feiten):
            raise NietBekend
        fact = Ingetrokken(
            huishouden=huishouden, persoon=persoon,
            reden=None if reden is None else Open(reden, plaats_delen(persoon)),
        )  # fmt: skip
        return self._consent.trek_in(record, huishouden, fact, opdracht.context)

    def _mag_voor(
        self, wie: Aangemeld, huishouden: UUID, persoon: UUID, handeling: Handeling,
        gever: UUID | None = None,
    ) -> Feiten:  # fmt: skip
        """Raises NietBekend; MagNietNamens for a resident who writes down what another decided."""
        feiten = self._consent.feiten(wie, huishouden)
        if not _mag_voor(wie, persoon, handeling, feiten):
            raise NietBekend
        if wie.rol is Rol.INWONER and gever not in (None, wie.actor.id):
            raise MagNietNamens
        return feiten

    def _leg_vast(self, opdracht: Opdracht, deel: str, fact: ConsentFact) -> Recorded:
        context = opdracht.deel(deel) if deel else opdracht.context
        return self._consent.leg_vast(_nummer(context), fact, context)


def _nummer(context: Context) -> UUID:
    """The number of a record: the same command makes the same record."""
    return uuid5(_RUIMTE, str(context.sleutel))


def _mag_voor(wie: Aangemeld, persoon: UUID, handeling: Handeling, feiten: Feiten) -> bool:
    return persoon in feiten.leden and (
        wie.rol is not Rol.INWONER
        or persoon == wie.actor.id
        or vertegenwoordigt(wie.actor.id, persoon, feiten)
        or wie_beslist(handeling, persoon, feiten).telt(wie.actor.id)
    )


def _mag_intrekken(
    wie: Aangemeld, record: UUID, persoon: UUID, handeling: Handeling | None, feiten: Feiten
) -> bool:
    """A professional ends what she stands for; a resident what is hers to end, by the table of
    what it is. What a youth of 12 or older chose herself is nobody else's: her objection, and her
    agreement with help."""
    if wie.rol is not Rol.INWONER:
        return persoon in feiten.leden or persoon in feiten.bekenden
    if handeling is None or persoon not in feiten.leden:
        return False
    beslissers = wie_beslist(handeling, persoon, feiten)
    if not beslissers.telt(wie.actor.id):
        return False
    if handeling is Handeling.RECHTEN:
        return persoon == wie.actor.id or not beslissers.telt(persoon)
    return not any(
        vast.id == record
        and isinstance(vast.inhoud, Akkoord)
        and vast.inhoud.gegeven_door != wie.actor.id
        for vast in feiten.vastleggingen
    )
