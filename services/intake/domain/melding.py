"""A melding: who asks help for whom (Wmo 2.3.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from events.base import Open, Zegelplaats
from events.begrippen import Rubriek
from events.intake import MeldingAfgehandeld, MeldingFact, MeldingOntvangen
from events.waarden import Aangemelde, Hulpvraag, Melder
from infra.decider import Context, NietBekend
from services.intake.domain.regels import AlAfgehandeld, AlOntvangen


@dataclass(frozen=True, slots=True)
class Melding:
    """A request for help or a worry, about one person."""

    persoon: UUID | None = None
    afgehandeld: bool = False

    def evolve(self, fact: MeldingFact) -> Melding:
        match fact:
            case MeldingOntvangen(persoon=persoon):
                return replace(self, persoon=persoon)
            case MeldingAfgehandeld():
                return replace(self, afgehandeld=True)
            case _:
                assert_never(fact)

    def ontvang(
        self, persoon: UUID, melder: Melder, aangemelde: Aangemelde, hulpvraag: Hulpvraag,
        clientondersteuning_aangeboden: bool, context: Context,
    ) -> list[MeldingFact]:  # fmt: skip
        """Wmo 2.3.2 lid 1-3. The number of facts never tells whether somebody is known.

        Raises AlOntvangen.
        """
        if self.persoon is not None:
            raise AlOntvangen
        plaats = Zegelplaats((persoon,), context.herkomst, Rubriek.MELDING)
        return [
            MeldingOntvangen(
                persoon=persoon, melder=Open(melder, plaats), aangemelde=Open(aangemelde, plaats),
                hulpvraag=Open(hulpvraag, plaats),
                clientondersteuning_aangeboden=clientondersteuning_aangeboden,
            )
        ]  # fmt: skip

    def handel_af(
        self, huishouden: UUID | None, uitkomst: str, context: Context
    ) -> list[MeldingFact]:
        """The melding found its place. Raises NietBekend, AlAfgehandeld."""
        if self.persoon is None:
            raise NietBekend
        if self.afgehandeld:
            raise AlAfgehandeld
        plaats = Zegelplaats((self.persoon,), context.herkomst, Rubriek.MELDING)
        return [
            MeldingAfgehandeld(
                huishouden=huishouden, persoon=self.persoon, uitkomst=Open(uitkomst, plaats)
            )
        ]

    def krijgt_huishouden(self, huishouden: UUID, context: Context) -> list[MeldingFact]:
        """A household was formed from it, which handles it, if nobody did. Raises NietBekend."""
        if self.afgehandeld:
            return []
        return self.handel_af(huishouden, "Uit deze melding is een huishouden gevormd.", context)
