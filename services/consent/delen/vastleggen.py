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
    BezwaarBlijft,
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
from services.consent.domain.bevoegd import behandelt
from services.consent.domain.record import NietUwVastlegging
from services.consent.domain.vastleggen import handelingen, mag_beeindigen
from services.consent.domain.vertegenwoordiging import Handeling
from services.consent.plaatsen import plaats_delen
from services.consent.toezicht.noodstand import AlleenHouder

_RUIMTE = UUID("7c1a6a0d-4a35-4f37-9e0f-3f0f5b9d2c44")


class AlleenProfessional(GeenRecht):
    """Een wettelijke grond legt een professional vast, voor haar eigen taak."""


class AlleenDeHulpverlener(GeenRecht):
    """Of hulp zonder de ouders kan, beoordeelt de hulpverlener zelf (Jeugdwet 7.3.4 lid 2). Laat
    dit veld leeg, of vraag de hulpverlener om het vast te leggen."""


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
        regel = regel_voor_grond(
            bereik, vrager(opdracht.wie), feiten, self._consent.regels, personen
        )
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
            opdracht.wie, huishouden, persoon, *handelingen(inhoud), gever=inhoud.gegeven_door
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
            opdracht.wie, huishouden, persoon, Handeling.VERSTREKKEN, gever=inhoud.gegeven_door
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
            opdracht.wie, huishouden, persoon, Handeling.HULP, gever=inhoud.gegeven_door
        )
        if inhoud.zonder_gezag is not None and not behandelt(vrager(opdracht.wie), feiten):
            raise AlleenDeHulpverlener
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
        """Holds from the next request on. As easy as giving (AVG 7 lid 3).

        Raises NietBekend, GrondBlijft, OmstandigheidBlijft, BezwaarBlijft, NietUwVastlegging.
        """
        wie = opdracht.wie
        feiten = self._consent.feiten(wie, huishouden)
        staat = self._consent.record(record)
        handeling = staat.controleer_intrekker(huishouden, wie.hoed)
        persoon = staat.persoon
        if persoon is None:
            raise NietBekend
        if wie.rol is Rol.INWONER:
            if not _mag_intrekken(wie, record, persoon, handeling, feiten):
                raise NietBekend
        elif not staat.ingetrokken:
            self._controleer_professional(wie, huishouden, record, staat.soort, feiten)
        fact = Ingetrokken(
            huishouden=huishouden, persoon=persoon,
            reden=None if reden is None else Open(reden, plaats_delen(persoon)),
        )  # fmt: skip
        return self._consent.trek_in(record, huishouden, fact, opdracht.context)

    def _controleer_professional(
        self, wie: Aangemeld, huishouden: UUID, record: UUID, soort: type[ConsentFact] | None,
        feiten: Feiten,
    ) -> None:  # fmt: skip
        """She ends what she or a colleague of the same task recorded, what is hers by what it is,
        and what a youth tells her may not stand; of an objection only her own writing down: no
        professional takes away what keeps her out (AVG 21)."""
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

    def _mag_voor(
        self, wie: Aangemeld, huishouden: UUID, persoon: UUID, *handelingen: Handeling,
        gever: UUID | None = None,
    ) -> Feiten:  # fmt: skip
        """Raises NietBekend; MagNietNamens for a resident who writes down what another decided."""
        feiten = self._consent.feiten(wie, huishouden)
        if not any(_mag_voor(wie, persoon, handeling, feiten) for handeling in handelingen):
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
    """A resident ends what is hers to end, by the table of what it is. What a youth of 12 or older
    chose herself is nobody else's: her objection, her agreement with help, and whether a helper may
    tell of her file; taking that back stays open to her, too, when she no longer decides alone."""
    if handeling is None or persoon not in feiten.leden:
        return False
    inhoud = next((vast.inhoud for vast in feiten.vastleggingen if vast.id == record), None)
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
