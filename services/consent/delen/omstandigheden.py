"""Recording what is so of a person, naming a substitute, and asking who decides for whom.

Rules kept here: nobody records what opens something to herself, except a holder of secrecy who
opens her own file to another; who decides for whom is told to professionals only; whoever may
record a kind is told that it runs and since when, so that she can end it, and not what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from events.base import Open
from events.consent import ConsentFact, OmstandigheidVastgelegd, VervangerAangewezen
from events.waarden import Omstandigheid, Vervanging
from infra.auth import Aangemeld, Rol
from infra.decider import GeenRecht, NietBekend, Recorded
from infra.web import Opdracht
from services.consent.application import Consent, vrager
from services.consent.domain import (
    Beslissers,
    Feiten,
    Handeling,
    Loopt,
    Vervanger,
    controleer_omstandigheid,
    controleer_vastlegger,
    controleer_vervanger,
    lopend,
    ontbrekende_akkoorden,
    vast_te_leggen,
    wie_beslist,
)
from services.consent.domain.feiten import geldig
from services.consent.log.verantwoording import Deel
from services.consent.plaatsen import plaats_delen

_RUIMTE = UUID("c0f3a3b4-7a4e-4f5c-9d2e-6f1f5a0f8e63")


class NietVoorInwoners(GeenRecht):
    """Dit legt een professional vast die een taak heeft in dit huishouden."""


@dataclass(frozen=True, slots=True)
class Situatie:
    """What a professional may record about somebody's situation, and what stands of it."""

    kan: tuple[str, ...]
    loopt: tuple[Loopt, ...]


class Omstandigheden:
    """The use cases; every record is a stream of its own, withdrawn like any other."""

    def __init__(self, consent: Consent) -> None:
        self._consent = consent

    def leg_vast(
        self, opdracht: Opdracht, huishouden: UUID, persoon: UUID, wat: Omstandigheid
    ) -> Recorded:
        """Something that is so of somebody of this household, or of whom it knows the age.

        Raises NietBekend, NietVoorInwoners and what the rules of the record raise.
        """
        feiten = self._consent.feiten(opdracht.wie, huishouden)
        if opdracht.wie.rol is not Rol.PROFESSIONAL:
            raise NietVoorInwoners
        if persoon not in feiten.leden and persoon not in feiten.geboortedata:
            raise NietBekend
        controleer_vastlegger(wat, vrager(opdracht.wie), feiten)
        controleer_omstandigheid(wat, persoon, feiten)
        fact = OmstandigheidVastgelegd(
            huishouden=huishouden, persoon=persoon, omstandigheid=Open(wat, plaats_delen(persoon))
        )
        return self._nieuw(opdracht, fact)

    def vervanger(
        self, opdracht: Opdracht, huishouden: UUID, wie: UUID, vervanging: Vervanging
    ) -> Recorded:
        """Who does the task of a deelnemer with her, or in her place; she names them herself.

        Raises NietBekend and what the rules of the record raise.
        """
        feiten = self._consent.feiten(opdracht.wie, huishouden)
        controleer_vervanger(wie, vervanging, vrager(opdracht.wie), feiten)
        fact = VervangerAangewezen(
            huishouden=huishouden, persoon=huishouden, medewerker=wie,
            vervangt=opdracht.wie.actor.id, vervanging=Open(vervanging, plaats_delen(huishouden)),
        )  # fmt: skip
        return self._nieuw(opdracht, fact)

    def situatie(self, wie: Aangemeld, huishouden: UUID, persoon: UUID) -> Situatie:
        """What she may record about a member, and what of that kind runs; without its texts.

        Raises NietBekend.
        """

        def beantwoord(feiten: Feiten) -> tuple[Situatie, list[Deel]] | None:
            if wie.rol is not Rol.PROFESSIONAL or persoon not in feiten.leden:
                return None
            vraagt = vrager(wie)
            loopt = lopend(persoon, vraagt, feiten)
            return Situatie(vast_te_leggen(persoon, vraagt, feiten), loopt), []

        meer = {"actie": "situatie", "persoon": str(persoon)}
        found = self._consent.stel(wie, huishouden, None, beantwoord, meer)
        if found is None:
            raise NietBekend
        return found

    def vervangers(self, wie: Aangemeld, huishouden: UUID) -> list[tuple[UUID, Vervanger]] | None:
        """Whom she named for her own task here, by who they are; None where she has no task.

        Raises NietBekend.
        """
        feiten = self._consent.feiten(wie, huishouden)
        if wie.rol is not Rol.PROFESSIONAL:
            raise NietBekend
        if wie.actor.id not in feiten.deelnemers:
            return None
        return [
            (naast, een)
            for naast, allen in feiten.vervangers.items()
            for een in allen
            if een.vervangt == wie.actor.id and geldig(None, een.vervanging.tot, feiten)
        ]

    def beslissers(
        self, wie: Aangemeld, huishouden: UUID, persoon: UUID, handeling: Handeling,
        hulp: str | None,
    ) -> tuple[Beslissers, tuple[UUID, ...]]:  # fmt: skip
        """Who decides this for a person, and who has not yet agreed with this help.

        For professionals: what a youth chose is not told to a parent. Raises NietBekend.
        """
        feiten = self._consent.feiten(wie, huishouden)
        if wie.rol is not Rol.PROFESSIONAL or persoon not in feiten.leden:
            raise NietBekend
        open_ = () if hulp is None else ontbrekende_akkoorden(persoon, hulp, feiten)
        return wie_beslist(handeling, persoon, feiten), open_

    def _nieuw(self, opdracht: Opdracht, fact: ConsentFact) -> Recorded:
        record = uuid5(_RUIMTE, str(opdracht.context.sleutel))  # the same command, the same record
        return self._consent.leg_vast(record, fact, opdracht.context)
