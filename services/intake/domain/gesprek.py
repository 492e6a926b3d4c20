"""A keukentafelgesprek: sittings and notes, per leefgebied only with a reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from events.base import Open, Zegelplaats
from events.begrippen import Leefgebied
from events.intake import (
    GesprekAfgerond,
    GesprekFact,
    GesprekGestart,
    LeefgebiedBesproken,
    NotitieAangevuld,
    ZittingGehouden,
)
from events.waarden import Uitspraak
from infra.decider import Context, NietBekend
from services.intake.domain.huishouden import Huishouden
from services.intake.domain.invoer import Notitie
from services.intake.domain.regels import (
    DeelnemerOnbekend,
    GeenZitting,
    GesprekAlAfgerond,
    optioneel,
)


@dataclass(frozen=True, slots=True)
class Gesprek:
    """A keukentafelgesprek over one or more sittings; each decision sees the household as it is."""

    huishouden: UUID | None = None
    zittingen: int = 0
    notities: Mapping[UUID, tuple[UUID, ...]] = field(default_factory=dict)
    """Notitie → the persons it is about."""
    afgerond: bool = False

    def evolve(self, fact: GesprekFact) -> Gesprek:
        match fact:
            case GesprekGestart(huishouden=huishouden):
                return replace(self, huishouden=huishouden)
            case ZittingGehouden():
                return replace(self, zittingen=self.zittingen + 1)
            case LeefgebiedBesproken(notitie=notitie, personen=personen):
                return replace(self, notities={**self.notities, notitie: personen})
            case NotitieAangevuld():
                return self
            case GesprekAfgerond():
                return replace(self, afgerond=True)
            case _:
                assert_never(fact)

    def start(
        self, huishouden: UUID, stand: Huishouden, deelnemers: Sequence[UUID],
        medewerkers: Collection[UUID], context: Context,
    ) -> list[GesprekFact]:  # fmt: skip
        """Raises NietBekend, DeelnemerOnbekend."""
        stand.voor_schrijver(context)
        _aan_tafel(stand, deelnemers, medewerkers)
        return [GesprekGestart(huishouden=huishouden, deelnemers=tuple(deelnemers))]

    def houd_zitting(
        self, stand: Huishouden, deelnemers: Sequence[UUID], medewerkers: Collection[UUID],
        minuten: int, context: Context,
    ) -> list[GesprekFact]:  # fmt: skip
        """Raises NietBekend, GesprekAlAfgerond, DeelnemerOnbekend."""
        self._lopend(stand, context)
        _aan_tafel(stand, deelnemers, medewerkers)
        return [ZittingGehouden(deelnemers=tuple(deelnemers), minuten=minuten)]

    def noteer(
        self, stand: Huishouden, nummer: UUID, notitie: Notitie, context: Context
    ) -> list[GesprekFact]:
        """Raises NietBekend, GesprekAlAfgerond, LegeNotitie, ZrmPerPersoon."""
        huishouden = self._lopend(stand, context)
        if not set(notitie.personen) <= stand.leden:
            raise NietBekend
        notitie.controleer()
        plaats = Zegelplaats(notitie.personen, context.herkomst, notitie.leefgebied)
        return [
            LeefgebiedBesproken(
                huishouden=huishouden,
                notitie=nummer,
                personen=plaats.betrokkenen,
                leefgebied=Open(notitie.leefgebied, plaats),
                reden=Open(notitie.reden, plaats),
                gaat_goed=optioneel(notitie.gaat_goed, plaats),
                zorgen=optioneel(notitie.zorgen, plaats),
                wens=optioneel(notitie.wens, plaats),
                zelf_doen=optioneel(notitie.zelf_doen, plaats),
                wie_helpt=optioneel(notitie.wie_helpt, plaats),
                zrm=optioneel(notitie.zrm, plaats),
            )
        ]

    def vul_aan(
        self, stand: Huishouden, notitie: UUID, leefgebied: Leefgebied, aanvulling: Uitspraak,
        context: Context,
    ) -> list[GesprekFact]:  # fmt: skip
        """Another reading beside a note, also after the last sitting. Raises NietBekend."""
        huishouden = self._van(stand, context)
        if notitie not in self.notities:
            raise NietBekend
        personen = self.notities[notitie]
        plaats = Zegelplaats(personen, context.herkomst, leefgebied)
        return [
            NotitieAangevuld(
                huishouden=huishouden, notitie=notitie, personen=personen,
                aanvulling=Open(aanvulling, plaats),
            )
        ]  # fmt: skip

    def rond_af(self, stand: Huishouden, context: Context) -> list[GesprekFact]:
        """Raises NietBekend, GesprekAlAfgerond, GeenZitting."""
        huishouden = self._lopend(stand, context)
        if not self.zittingen:
            raise GeenZitting
        return [GesprekAfgerond(huishouden=huishouden)]

    def _van(self, stand: Huishouden, context: Context) -> UUID:
        stand.voor_schrijver(context)
        if self.huishouden is None:
            raise NietBekend
        return self.huishouden

    def _lopend(self, stand: Huishouden, context: Context) -> UUID:
        huishouden = self._van(stand, context)
        if self.afgerond:
            raise GesprekAlAfgerond
        return huishouden


def _aan_tafel(
    stand: Huishouden, deelnemers: Sequence[UUID], medewerkers: Collection[UUID]
) -> None:
    if not set(deelnemers) <= stand.leden | stand.netwerk | stand.meewerkers | set(medewerkers):
        raise DeelnemerOnbekend
