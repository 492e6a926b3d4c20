"""Recording grounds, consents, waivers, agreements and objections.

Whoever records must belong to the household: a professional with a task, the person herself, or
who holds custody over her. For anybody else it does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

from events.base import Open
from events.begrippen import Rubriek, herkomst
from events.consent import (
    BezwaarGemaakt,
    ConsentFact,
    GeheimhoudingOpgeheven,
    GrondslagVastgelegd,
    HulpAkkoordGegeven,
    NoodafspraakVastgelegd,
    ToestemmingGegeven,
)
from events.waarden import (
    Akkoord,
    Bezwaar,
    Doel,
    Grond,
    Instemming,
    Noodafspraak,
    Opheffing,
    Reikwijdte,
)
from infra.auth import Aangemeld, Rol
from infra.decider import Context, GeenRecht, NietBekend, Recorded
from infra.staff import Staff
from infra.web import Opdracht
from services.consent.application import Consent, vrager
from services.consent.delen.lezen import lees
from services.consent.delen.ontvangers import controleer_bekend
from services.consent.domain import (
    Besluit,
    BezwaarStaat,
    Code,
    Feiten,
    LooptAl,
    MagNietNamens,
    controleer_akkoord,
    controleer_gever,
    controleer_instemming,
    controleer_ontvanger,
    controleer_opheffing,
    regel_voor_grond,
    te_openen,
    vertegenwoordigt,
    wie_beslist,
)
from services.consent.domain.bekend import zoals_bekend
from services.consent.domain.bevoegd import behandelt
from services.consent.domain.vastleggen import getekend_voor_kind, handelingen
from services.consent.domain.vertegenwoordiging import Handeling
from services.consent.log.verantwoording import Deel
from services.consent.plaatsen import plaats_delen
from services.consent.regels import Uitkomst
from services.consent.toezicht.noodstand import AlleenHouder

_RUIMTE = UUID("7c1a6a0d-4a35-4f37-9e0f-3f0f5b9d2c44")
_EIGEN_WOORD = (
    "U legt alleen vast wat u zelf besluit. Laat een ander dat zelf doen, of vraag het een "
    "medewerker."
)


_EERDER = Besluit(
    Uitkomst.MAG, Code.MAG, "U hoort dit omdat u het zelf vastlegde, of omdat het voor u is.",
    artikel="AVG artikel 5 lid 1 onder d",
)  # fmt: skip
"""No consent is recorded twice, nor against an objection, by who knows of it."""


class AlleenProfessional(GeenRecht):
    """Een wettelijke grond legt een professional vast, voor haar eigen taak."""


class AlleenDeHulpverlener(GeenRecht):
    """Of hulp zonder de ouders kan, beoordeelt de hulpverlener zelf (Jeugdwet 7.3.4 lid 2). Laat
    dit veld leeg, of vraag de hulpverlener om het vast te leggen."""


class Vastleggen:
    """The use cases; every record is a stream of its own. `gids` is who works here."""

    def __init__(self, consent: Consent, gids: Staff) -> None:
        self._consent = consent
        self._gids = gids

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
        controleer_bekend(inhoud.ontvanger, feiten, self._gids)
        controleer_ontvanger(inhoud, feiten, self._consent.regels)
        self._controleer_instemming(opdracht, huishouden, persoon, inhoud, feiten)
        fact = ToestemmingGegeven(
            huishouden=huishouden, persoon=persoon, toestemming=Open(inhoud, plaats_delen(persoon))
        )
        return self._leg_vast(opdracht, "", fact)

    def doelen(
        self, wie: Aangemeld, huishouden: UUID, ontvanger: UUID
    ) -> Mapping[Doel, tuple[str, ...]]:
        """What for, and from which laws, a toestemming opens something to somebody here.

        Raises as `lees` does.
        """

        def beantwoord(feiten: Feiten) -> tuple[Mapping[Doel, tuple[str, ...]], list[Deel]]:
            return te_openen(ontvanger, feiten, self._consent.regels), []

        meer = {"actie": "doelen", "ontvanger": str(ontvanger)}
        return lees(self._consent, wie, huishouden, beantwoord, meer)

    def opheffing(
        self, opdracht: Opdracht, huishouden: UUID, persoon: UUID, inhoud: Opheffing
    ) -> Recorded:
        feiten = self._mag_voor(
            opdracht.wie, huishouden, persoon, Handeling.VERSTREKKEN, gever=inhoud.gegeven_door
        )
        controleer_bekend(inhoud.ontvanger, feiten, self._gids)
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
        """Also by who left, against what goes on with what was recorded here (AVG 21)."""
        feiten = self._mag_voor(
            opdracht.wie, huishouden, persoon, Handeling.RECHTEN, vertrokken=True
        )
        if opdracht.wie.rol is Rol.INWONER:
            controleer_gever(opdracht.wie.actor.id, persoon, feiten, Handeling.RECHTEN)
        fact = BezwaarGemaakt(
            huishouden=huishouden, persoon=persoon, bezwaar=Open(inhoud, plaats_delen(persoon))
        )
        return self._leg_vast(opdracht, "", fact)

    def _mag_voor(
        self, wie: Aangemeld, huishouden: UUID, persoon: UUID, *handelingen: Handeling,
        gever: UUID | None = None, vertrokken: bool = False,
    ) -> Feiten:  # fmt: skip
        """Raises NietBekend; MagNietNamens for a resident who writes down what another decided."""
        feiten = self._consent.feiten(wie, huishouden, vertrokken=vertrokken)
        over = {*feiten.leden, *feiten.vertrokken} if vertrokken else feiten.leden
        mag = (_mag_voor(wie, persoon, handeling, feiten) for handeling in handelingen)
        if persoon not in over or not any(mag):
            raise NietBekend
        if wie.rol is Rol.INWONER and gever not in (None, wie.actor.id):
            raise MagNietNamens(_EIGEN_WOORD)
        return feiten

    def _controleer_instemming(
        self, opdracht: Opdracht, huishouden: UUID, persoon: UUID, inhoud: Instemming,
        feiten: Feiten,
    ) -> None:  # fmt: skip
        """As she knows it who records; what a refusal tells her of another record is in the log."""
        wie, vraagt = opdracht.wie, vrager(opdracht.wie)
        eigen = {
            een.id
            for een in feiten.vastleggingen
            if een.persoon == persoon and isinstance(een.inhoud, Instemming | Bezwaar)
            if (eerste := self._consent.eerste(een.id)) is not None
            and eerste.door is not None and eerste.door.id == wie.actor.id
        }  # fmt: skip
        bekend = zoals_bekend(persoon, inhoud.ontvanger, vraagt, feiten, eigen)
        getekend = getekend_voor_kind(vraagt, feiten)
        try:
            controleer_instemming(inhoud, persoon, bekend, _nummer(opdracht.context), getekend)
        except (LooptAl, BezwaarStaat) as fout:
            deel = Deel((persoon,), herkomst("delen"), Rubriek.DELEN, _EERDER)
            self._consent.stel(
                wie, huishouden, None, lambda _: (True, [deel]),
                {"actie": "toestemming", "geweigerd": fout.code}, soort="inzage",
            )  # fmt: skip
            raise

    def _leg_vast(self, opdracht: Opdracht, deel: str, fact: ConsentFact) -> Recorded:
        context = opdracht.deel(deel) if deel else opdracht.context
        return self._consent.leg_vast(_nummer(context), fact, context)


def _nummer(context: Context) -> UUID:
    """The number of a record: the same command makes the same record."""
    return uuid5(_RUIMTE, str(context.sleutel))


def _mag_voor(wie: Aangemeld, persoon: UUID, handeling: Handeling, feiten: Feiten) -> bool:
    return (
        wie.rol is not Rol.INWONER
        or persoon == wie.actor.id
        or vertegenwoordigt(wie.actor.id, persoon, feiten)
        or wie_beslist(handeling, persoon, feiten).telt(wie.actor.id)
    )
