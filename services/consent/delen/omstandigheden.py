"""Recording what is so of a person, naming a substitute, and asking who decides for whom.

Rules kept here: nobody records what opens something to herself, except a holder of secrecy who
opens her own file to another; who decides for whom is told to who may see custody, and who agreed
with help to who may see what was recorded about sharing; whoever may record a kind is told that it
runs and since when, so that she can end it, and not what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from events.base import Open
from events.begrippen import Rubriek, herkomst
from events.consent import ConsentFact, OmstandigheidVastgelegd, VervangerAangewezen
from events.waarden import Doorbreking, Omstandigheid, Vervanging
from infra.auth import Aangemeld, Rol
from infra.decider import GeenRecht, NietBekend, Recorded
from infra.staff import Staff
from infra.web import Opdracht
from services.consent.application import Consent, vrager
from services.consent.delen.lezen import lees
from services.consent.delen.ontvangers import controleer_bekend
from services.consent.domain import (
    Beslissers,
    Feiten,
    Handeling,
    Loopt,
    Vervanger,
    Vraag,
    controleer_omstandigheid,
    controleer_vastlegger,
    controleer_vervanger,
    lopend,
    mag,
    ontbrekende_akkoorden,
    vast_te_leggen,
    wie_beslist,
)
from services.consent.domain.feiten import geldig
from services.consent.domain.wie_tekent import in_het_algemeen
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


class _GeenTaak:
    """She has no task here that another may do."""


class Omstandigheden:
    """The use cases; every record is a stream of its own, withdrawn like any other. `gids` is who
    works here."""

    def __init__(self, consent: Consent, gids: Staff) -> None:
        self._consent = consent
        self._gids = gids

    def leg_vast(
        self, opdracht: Opdracht, huishouden: UUID, persoon: UUID, wat: Omstandigheid
    ) -> Recorded:
        """Something that is so of somebody of this household, or of whom it knows the age.

        Raises NietBekend, NietVoorInwoners, OntvangerOnbekend and what the rules of the record
        raise.
        """
        feiten = self._consent.feiten(opdracht.wie, huishouden)
        if opdracht.wie.rol is not Rol.PROFESSIONAL:
            raise NietVoorInwoners
        if persoon not in feiten.leden and persoon not in feiten.geboortedata:
            raise NietBekend
        controleer_vastlegger(wat, vrager(opdracht.wie), feiten)
        controleer_omstandigheid(wat, persoon, feiten)
        if isinstance(wat, Doorbreking):
            controleer_bekend(wat.ontvanger, feiten, self._gids)
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

        Raises as `lees` does.
        """

        def beantwoord(
            feiten: Feiten,
        ) -> tuple[list[tuple[UUID, Vervanger]] | _GeenTaak, list[Deel]] | None:
            if wie.rol is not Rol.PROFESSIONAL:
                return None
            if wie.actor.id not in feiten.deelnemers:
                return _GeenTaak(), []
            return [
                (naast, een)
                for naast, allen in feiten.vervangers.items()
                for een in allen
                if een.vervangt == wie.actor.id and geldig(None, een.vervanging.tot, feiten)
            ], []

        found = lees(self._consent, wie, huishouden, beantwoord, {"actie": "vervangers"})
        return None if isinstance(found, _GeenTaak) else found

    def beslissers(
        self, wie: Aangemeld, huishouden: UUID, persoon: UUID, handeling: Handeling,
        hulp: str | None,
    ) -> tuple[Beslissers, tuple[UUID, ...] | None]:  # fmt: skip
        """Who decides this for a person, and who has not yet agreed with this help.

        The first to who may see custody by the rules, and to others what the law says of anybody;
        the second to who may see what she recorded about sharing, and None to others. A resident
        asks it about herself only. Raises as `lees` does.
        """
        vraagt, regels = vrager(wie), self._consent.regels
        gezag = Vraag(vraagt, None, (persoon,), herkomst("gezinsplan"), Rubriek.GEZAG)
        delen = Vraag(vraagt, None, (persoon,), herkomst("delen"), Rubriek.DELEN)

        def beantwoord(
            feiten: Feiten,
        ) -> tuple[tuple[Beslissers, tuple[UUID, ...] | None], list[Deel]] | None:
            if persoon not in feiten.leden or (
                wie.rol is not Rol.PROFESSIONAL and persoon != wie.actor.id
            ):
                return None
            besluiten = [(gezag, mag(gezag, feiten, regels))]
            if hulp is not None:
                besluiten.append((delen, mag(delen, feiten, regels)))
            open_ = {vraag.onderwerp for vraag, besluit in besluiten if besluit.open}
            beslist = in_het_algemeen(handeling, besluiten[0][1].code)
            if Rubriek.GEZAG in open_:
                beslist = wie_beslist(handeling, persoon, feiten)
            nog = None
            if hulp is not None and Rubriek.DELEN in open_:
                nog = ontbrekende_akkoorden(persoon, hulp, feiten)
            return (beslist, nog), [
                Deel(vraag.betrokkenen, vraag.herkomst, vraag.onderwerp, besluit)
                for vraag, besluit in besluiten
            ]

        meer = {"actie": "beslissers", "handeling": handeling.value}
        return lees(self._consent, wie, huishouden, beantwoord, meer, soort="inzage")

    def _nieuw(self, opdracht: Opdracht, fact: ConsentFact) -> Recorded:
        record = uuid5(_RUIMTE, str(opdracht.context.sleutel))  # the same command, the same record
        return self._consent.leg_vast(record, fact, opdracht.context)
