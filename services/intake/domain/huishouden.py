"""A household that is a case: one regisseur, members, network, what must be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from events.base import Open
from events.begrippen import Rubriek
from events.intake import (
    HuishoudenFact,
    HuishoudenGevormd,
    LidToegevoegd,
    LidVertrokken,
    MeewerkerGevolgd,
    MeewerkersVervallen,
    MeldingGekoppeld,
    MeldingOpgepakt,
    NetwerklidToegevoegd,
    NetwerklidVertrokken,
    RegieOvergedragen,
    RegisseurAangewezen,
    RegistratieMeegedeeld,
    RegistratieNogNietMeegedeeld,
    VerkenningAfgerond,
)
from events.waarden import (
    Contact,
    Informatie,
    Ledenreden,
    Verkenning,
)
from infra.decider import Context, NietBekend
from services.intake.domain.invoer import BIJ_KOMST, Lid, Regie
from services.intake.domain.regels import (
    AlBetrokken,
    AlGevormd,
    AlMeegedeeld,
    AlOpgepakt,
    EigenMandaat,
    GeenLeden,
    RedenPastNiet,
    gedeeld,
    niet_later,
    optioneel,
)


@dataclass(frozen=True, slots=True)
class Huishouden:
    """A household that is a case."""

    regisseur: UUID | None = None
    leden: frozenset[UUID] = frozenset()
    netwerk: frozenset[UUID] = frozenset()
    ooit: frozenset[UUID] = frozenset()
    """Everybody who belongs or belonged to the household or its network."""
    meewerkers: frozenset[UUID] = frozenset()
    geinformeerd: frozenset[UUID] = frozenset()
    meldingen: Mapping[UUID, bool] = field(default_factory=dict)
    """Melding → whether it was taken up."""

    def evolve(self, fact: HuishoudenFact) -> Huishouden:
        match fact:
            case HuishoudenGevormd(melding=melding):
                return self if melding is None else replace(self, meldingen={melding: True})
            case LidToegevoegd(persoon=persoon):
                return replace(
                    self, leden=self.leden | {persoon}, netwerk=self.netwerk - {persoon},
                    ooit=self.ooit | {persoon},
                )  # fmt: skip
            case LidVertrokken(persoon=persoon):
                return replace(self, leden=self.leden - {persoon})
            case NetwerklidToegevoegd(persoon=persoon):
                return replace(self, netwerk=self.netwerk | {persoon}, ooit=self.ooit | {persoon})
            case NetwerklidVertrokken(persoon=persoon):
                return replace(self, netwerk=self.netwerk - {persoon})
            case RegisseurAangewezen(regisseur=wie) | RegieOvergedragen(aan=wie):
                return replace(self, regisseur=wie)
            case MeewerkerGevolgd(erbij=erbij, eraf=eraf):
                return replace(self, meewerkers=(self.meewerkers | {*_een(erbij)}) - {*_een(eraf)})
            case MeewerkersVervallen():
                return replace(self, meewerkers=frozenset())
            case MeldingGekoppeld(melding=melding):
                return replace(self, meldingen={**self.meldingen, melding: False})
            case MeldingOpgepakt(melding=melding):
                return replace(self, meldingen={**self.meldingen, melding: True})
            case RegistratieMeegedeeld(persoon=persoon):
                return replace(self, geinformeerd=self.geinformeerd | {persoon})
            case VerkenningAfgerond() | RegistratieNogNietMeegedeeld():
                return self
            case _:
                assert_never(fact)

    # Who may act; to anybody else it does not exist.

    def voor_regisseur(self, context: Context) -> None:
        """Raises NietBekend."""
        if self.regisseur is None or self.regisseur != context.actor.id:
            raise NietBekend

    def voor_schrijver(self, context: Context) -> None:
        """Regisseur or professional in the plan. Raises NietBekend."""
        if context.actor.id not in self.meewerkers:
            self.voor_regisseur(context)

    def voor_lid(self, persoon: UUID, context: Context) -> None:
        """The regisseur, about somebody who is a member now. Raises NietBekend."""
        self.voor_regisseur(context)
        if persoon not in self.leden:
            raise NietBekend

    # Forming and regie.

    def vorm(
        self, huishouden: UUID, regie: Regie, leden: Sequence[Lid], melding: UUID | None,
        context: Context,
    ) -> list[HuishoudenFact]:  # fmt: skip
        """A case and its regisseur begin in the same append: there is no moment without one.

        Raises AlGevormd, MandaatGeldtNiet, GeenLeden, AlBetrokken, RedenPastNiet, InDeToekomst.
        """
        if self.regisseur is not None:
            raise AlGevormd
        if not leden:
            raise GeenLeden
        if len({lid.persoon for lid in leden}) < len(leden):
            raise AlBetrokken
        regie.controleer(context)
        plaats = gedeeld(Rubriek.REGIE, huishouden)
        return [
            HuishoudenGevormd(melding=melding),
            RegisseurAangewezen(
                regisseur=regie.regisseur, medewerker=Open(regie.medewerker, plaats),
                mandaat=Open(regie.mandaat, plaats),
            ),
            *(lid.feit(context) for lid in leden),
        ]  # fmt: skip

    def draag_over(
        self, huishouden: UUID, regie: Regie, reden: str, context: Context, *, beslisser: bool
    ) -> list[HuishoudenFact]:
        """One fact, so never nobody and never two. Raises NietBekend, EigenMandaat,
        MandaatGeldtNiet.
        """
        if not beslisser:
            self.voor_regisseur(context)
        if self.regisseur is None:
            raise NietBekend
        if regie.regisseur == self.regisseur and not beslisser:
            raise EigenMandaat
        regie.controleer(context)
        plaats = gedeeld(Rubriek.REGIE, huishouden)
        return [
            RegieOvergedragen(
                van=self.regisseur, aan=regie.regisseur, medewerker=Open(regie.medewerker, plaats),
                mandaat=Open(regie.mandaat, plaats), reden=Open(reden, plaats),
            )
        ]  # fmt: skip

    def volg_meewerker(
        self, *, erbij: UUID | None = None, eraf: UUID | None = None
    ) -> list[HuishoudenFact]:
        """What plan says of who works along; nothing when it is known already."""
        if erbij in self.meewerkers or (eraf is not None and eraf not in self.meewerkers):
            return []
        return [MeewerkerGevolgd(erbij=erbij, eraf=eraf)]

    def laat_meewerkers_vervallen(self) -> list[HuishoudenFact]:
        return [MeewerkersVervallen()] if self.meewerkers else []

    # Members and network.

    def voeg_lid_toe(self, lid: Lid, context: Context) -> list[HuishoudenFact]:
        """Raises NietBekend, AlBetrokken, RedenPastNiet, InDeToekomst."""
        self.voor_regisseur(context)
        if lid.persoon in self.leden:
            raise AlBetrokken
        return [lid.feit(context)]

    def laat_lid_gaan(
        self, persoon: UUID, op: date, reden: Ledenreden, context: Context
    ) -> list[HuishoudenFact]:
        """Raises NietBekend, RedenPastNiet, InDeToekomst."""
        self.voor_lid(persoon, context)
        if reden in BIJ_KOMST:
            raise RedenPastNiet
        niet_later(op, context)
        plaats = gedeeld(Rubriek.REGIE, persoon)
        return [LidVertrokken(persoon=persoon, op=Open(op, plaats), reden=Open(reden, plaats))]

    def voeg_netwerklid_toe(
        self, persoon: UUID, naam: str, kan_helpen_met: str, contact: Contact | None,
        context: Context,
    ) -> list[HuishoudenFact]:  # fmt: skip
        """Wmo 2.3.2 lid 4 c; helping is no ground for a BSN. Raises NietBekend, AlBetrokken."""
        self.voor_regisseur(context)
        if persoon in self.leden | self.netwerk:
            raise AlBetrokken
        return [
            NetwerklidToegevoegd(
                persoon=persoon,
                persoonsnaam=Open(naam, gedeeld(Rubriek.PERSONALIA, persoon)),
                kan_helpen_met=Open(kan_helpen_met, gedeeld(Rubriek.REGIE, persoon)),
                contact=optioneel(contact, gedeeld(Rubriek.CONTACT, persoon)),
            )
        ]

    def laat_netwerklid_gaan(self, persoon: UUID, context: Context) -> list[HuishoudenFact]:
        """Raises NietBekend."""
        self.voor_regisseur(context)
        if persoon not in self.netwerk:
            raise NietBekend
        return [NetwerklidVertrokken(persoon=persoon)]

    # Meldingen, verkenning, who was told.

    def koppel(self, melding: UUID) -> list[HuishoudenFact]:
        """No wrong door: a melding becomes a task of the regisseur, whoever reported it."""
        if self.regisseur is None:
            raise NietBekend
        return [] if melding in self.meldingen else [MeldingGekoppeld(melding=melding)]

    def pak_op(
        self, huishouden: UUID, melding: UUID, uitkomst: str, context: Context
    ) -> list[HuishoudenFact]:
        """Raises NietBekend, AlOpgepakt."""
        self.voor_regisseur(context)
        if melding not in self.meldingen:
            raise NietBekend
        if self.meldingen[melding]:
            raise AlOpgepakt
        # Like the melding itself for the regisseur only: it may tell who reported.
        plaats = gedeeld(Rubriek.MELDING, huishouden)
        return [MeldingOpgepakt(melding=melding, uitkomst=Open(uitkomst, plaats))]

    def verken(
        self, huishouden: UUID, verkenning: Verkenning, context: Context
    ) -> list[HuishoudenFact]:
        """Raises NietBekend."""
        self.voor_regisseur(context)
        return [VerkenningAfgerond(verkenning=Open(verkenning, gedeeld(Rubriek.REGIE, huishouden)))]

    def deel_mee(
        self, persoon: UUID, informatie: Informatie, context: Context
    ) -> list[HuishoudenFact]:
        """Who was told (AVG 13, 14): whoever belongs or belonged here. Raises NietBekend,
        InDeToekomst.
        """
        self.voor_regisseur(context)
        if persoon not in self.ooit:
            raise NietBekend
        niet_later(informatie.op, context)
        plaats = gedeeld(Rubriek.REGIE, persoon)
        return [RegistratieMeegedeeld(persoon=persoon, informatie=Open(informatie, plaats))]

    def stel_mededeling_uit(
        self, persoon: UUID, waarom: str, context: Context
    ) -> list[HuishoudenFact]:
        """Why not yet (AVG 14 lid 5). Raises NietBekend, AlMeegedeeld."""
        self.voor_regisseur(context)
        if persoon not in self.ooit:
            raise NietBekend
        if persoon in self.geinformeerd:
            raise AlMeegedeeld
        # For the regisseur only: what stands here may be the danger of telling.
        plaats = gedeeld(Rubriek.MELDING, persoon)
        return [RegistratieNogNietMeegedeeld(persoon=persoon, waarom=Open(waarom, plaats))]


def _een(wie: UUID | None) -> tuple[UUID, ...]:
    return () if wie is None else (wie,)
