"""The plan's use cases: which stream, which decision, and the entity tag of the part it changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from events.base import Hoed
from events.begrippen import Leefgebied
from events.plan import PlanFact, plan_id
from events.waarden import Actiestatus, Deelnemer, Doeluitkomst, Standpunt
from infra.decider import Recorded, Verouderd
from infra.staff import Staff
from infra.store import Store
from infra.web import Opdracht, etag
from services.plan.domain import Afspraak, Doelinhoud, Gezien, Plan


class Plannen:
    """All plans of one municipality.

    `secret` makes entity tags; whoever shows parts (the portal) makes them with the same one, from
    the version of the last fact about the part.
    """

    def __init__(self, store: Store, staff: Staff, secret: bytes) -> None:
        self.store = store
        self._staff = staff
        self._secret = secret

    def etag(self, recorded: Recorded) -> str:
        """The entity tag of the goal or action a command made or changed."""
        return etag(self._secret, UUID(recorded.answer["id"]), recorded.version)

    def open(self, huishouden: UUID, opdracht: Opdracht) -> Recorded:
        return self._doe(plan_id(huishouden), lambda p: p.open(opdracht.wie), opdracht)

    def sluit_af(self, plan: UUID, reden: str, opdracht: Opdracht) -> Recorded:
        return self._doe(plan, lambda p: p.sluit_af(opdracht.wie, reden), opdracht)

    def heropen(self, plan: UUID, reden: str, opdracht: Opdracht) -> Recorded:
        return self._doe(plan, lambda p: p.heropen(opdracht.wie, reden), opdracht)

    def laat_toe(
        self, plan: UUID, medewerker: UUID, taak: str, hoed: Hoed | None, opdracht: Opdracht
    ) -> Recorded:
        """What the directory knows of a colleague is not typed again. Raises MedewerkerOnbekend."""

        def decide(p: Plan) -> Sequence[PlanFact]:
            persona = self._staff.professional(medewerker)
            deelnemer = Deelnemer(
                **persona.medewerker.model_dump(),
                hoed=hoed or persona.hoed,
                taak=taak,
                herkomst=persona.herkomst,
            )
            return p.laat_toe(opdracht.wie, medewerker, deelnemer)

        return self._doe(plan, decide, opdracht, medewerker)

    def laat_gaan(self, plan: UUID, medewerker: UUID, reden: str, opdracht: Opdracht) -> Recorded:
        return self._doe(
            plan, lambda p: p.laat_gaan(opdracht.wie, medewerker, reden), opdracht, medewerker
        )

    def bepaal_volgorde(
        self, plan: UUID, doelen: tuple[UUID, ...], reden: str, opdracht: Opdracht
    ) -> Recorded:
        return self._doe(plan, lambda p: p.bepaal_volgorde(opdracht.wie, doelen, reden), opdracht)

    def stel_doel(
        self,
        plan: UUID,
        doel: UUID,
        personen: tuple[UUID, ...],
        inhoud: Doelinhoud,
        opdracht: Opdracht,
    ) -> Recorded:
        wie, vandaag = opdracht.wie, opdracht.context.vandaag
        return self._doe(
            plan, lambda p: p.stel_doel(wie, doel, personen, inhoud, vandaag), opdracht, doel
        )

    def stel_bij(self, plan: UUID, doel: UUID, inhoud: Doelinhoud, opdracht: Opdracht) -> Recorded:
        wie, vandaag, gezien = opdracht.wie, opdracht.context.vandaag, self._gezien(opdracht)
        return self._doe(
            plan, lambda p: p.stel_bij(wie, doel, inhoud, vandaag, gezien), opdracht, doel
        )

    def evalueer(
        self,
        plan: UUID,
        doel: UUID,
        uitkomst: Doeluitkomst,
        toelichting: str,
        leefgebied: Leefgebied,
        opdracht: Opdracht,
    ) -> Recorded:
        wie, gezien = opdracht.wie, self._gezien(opdracht)
        return self._doe(
            plan,
            lambda p: p.evalueer(wie, doel, uitkomst, toelichting, leefgebied, gezien),
            opdracht,
            doel,
        )

    def spreek_af(
        self, plan: UUID, actie: UUID, afspraak: Afspraak, opdracht: Opdracht
    ) -> Recorded:
        return self._doe(
            plan, lambda p: p.spreek_af(opdracht.wie, actie, afspraak), opdracht, actie
        )

    def werk_bij(
        self,
        plan: UUID,
        actie: UUID,
        status: Actiestatus,
        reden: str | None,
        leefgebied: Leefgebied,
        opdracht: Opdracht,
    ) -> Recorded:
        wie, gezien = opdracht.wie, self._gezien(opdracht)
        return self._doe(
            plan,
            lambda p: p.werk_bij(wie, actie, status, reden, leefgebied, gezien),
            opdracht,
            actie,
        )

    def leg_standpunt_vast(
        self,
        plan: UUID,
        persoon: UUID,
        over: UUID | None,
        standpunt: Standpunt,
        waarom: str | None,
        opdracht: Opdracht,
    ) -> Recorded:
        wie, gezien = opdracht.wie, self._gezien(opdracht)
        return self._doe(
            plan,
            lambda p: p.leg_standpunt_vast(wie, persoon, over, standpunt, waarom, gezien),
            opdracht,
        )

    def _doe(
        self,
        plan: UUID,
        decide: Callable[[Plan], Sequence[PlanFact]],
        opdracht: Opdracht,
        onderdeel: UUID | None = None,
    ) -> Recorded:
        answer = {"id": str(onderdeel or plan)}
        return self.store.handle(Plan, plan, decide, opdracht.context, answer)

    def _gezien(self, opdracht: Opdracht) -> Gezien:
        """If-Match is optional; when it is given, it must name the part as it is now.

        A list of tags or `*` will do; a weak tag equals none of ours (RFC 9110 13.1.1).
        """
        als_versie = opdracht.als_versie
        tags = None if als_versie is None else {tag.strip() for tag in als_versie.split(",")}

        def controleer(onderdeel: UUID, versie: int) -> None:
            nu = etag(self._secret, onderdeel, versie)
            if tags is not None and tags != {"*"} and nu not in tags:
                raise Verouderd

        return controleer
