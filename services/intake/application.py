"""Intake's use cases. A command about persons and a household makes several appends, each with its
own part of the idempotency key: repeated, it finds what it did before and does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID, uuid5

from events.base import Fact, Hoed
from events.begrippen import Leefgebied
from events.toezicht import Noodcategorie, Zoekwijze
from events.waarden import (
    Aangemelde,
    Adres,
    Contact,
    Gezag,
    Huishoudrol,
    Hulpvraag,
    Informatie,
    Ledenreden,
    Mandaat,
    Medewerker,
    Melder,
    Uitspraak,
    Verkenning,
)
from infra.auth import Aangemeld, Rol
from infra.decider import Context, GeenRecht, NietBekend, Recorded, RegelFout, State, utc
from infra.derive import Root
from infra.keys import SubjectErasedError
from infra.nood import Noodpoort, Noodvraag
from infra.staff import Staff
from infra.store import Store
from services.intake import projections
from services.intake.domain import (
    Gesprek,
    Huishouden,
    Lid,
    Melding,
    Notitie,
    Personalia,
    Persoon,
    Regie,
)
from services.intake.projections import Kenmerken, Register

S = TypeVar("S", bound=State)

ONTVANGEN = (
    "Wij hebben uw melding ontvangen en onderzoeken haar zo snel mogelijk, uiterlijk binnen zes "
    "weken. Wie de hulp krijgt, kan binnen zeven dagen een eigen plan geven en gratis "
    "cliëntondersteuning krijgen."
)
"""The receipt (Wmo 2.3.2 lid 1-3): the same words whoever it is about."""


class AlleenToeleiding(GeenRecht):
    """Dit hoort niet bij uw taak. Vraag een medewerker toeleiding of coördinatie."""


class NietMelden(GeenRecht):
    """U kunt hier niet melden. Dat doet een inwoner of een professional."""


class AlleenTestBsn(RegelFout):
    """In de demo kan alleen een verzonnen BSN dat met 9999 begint."""


@dataclass(frozen=True, slots=True)
class NieuwLid:
    """Somebody who joins, known already (`persoon`) or not."""

    persoon: UUID | None
    wie: Personalia
    rol: Huishoudrol
    sinds: date
    reden: Ledenreden


@dataclass(frozen=True, slots=True)
class Gevonden:
    """All an intaker learns: whether somebody has a regisseur, and how to reach her."""

    bekend: bool
    contact: Medewerker | None = None


class Intake:
    """The intake service on its own store."""

    def __init__(
        self, store: Store, provider: Root, staff: Staff, alleen_testbsn: bool, nood: Noodpoort
    ) -> None:
        self.store = store
        self._nood = nood
        self.register = Register(provider, store.gemeente)
        self._staff = staff
        self._alleen_testbsn = alleen_testbsn
        self._nummers = UUID(bytes=provider.secret("nummers")[:16])
        store.database.create(projections.tables)

    # --- meldingen ----------------------------------------------------------------------------

    def meld(
        self, wie: Aangemeld, melder: Melder, aangemelde: Aangemelde, hulpvraag: Hulpvraag,
        clientondersteuning_aangeboden: bool, context: Context,
    ) -> Recorded:  # fmt: skip
        """No wrong door: a melding about a member becomes a task of the regisseur, and nothing in
        the answer tells. Raises NietMelden, AlleenTestBsn.
        """
        if wie.rol not in (Rol.PROFESSIONAL, Rol.INWONER):
            raise NietMelden
        self._controleer_bsn(aangemelde.bsn)
        melding, nieuw = self._nieuw(context, "melding"), self._nieuw(context, "persoon")
        kenmerken = Kenmerken(
            aangemelde.bsn, aangemelde.naam, aangemelde.geboortedatum,
            aangemelde.postcode, aangemelde.huisnummer,
        )  # fmt: skip
        with self.store.database.read() as tx:
            gevonden = self.register.zoek(tx, kenmerken)
        answer = {
            "id": str(melding),
            "ontvangenOp": utc(context.nu).isoformat(),
            "bericht": ONTVANGEN,
        }

        def ontvang(persoon: UUID) -> Recorded:
            return self._doe(
                Melding, melding,
                lambda m: m.ontvang(
                    persoon, melder, aangemelde, hulpvraag, clientondersteuning_aangeboden, context
                ),
                context, answer,
            )  # fmt: skip

        try:
            # More than one fits: no link, a person decides.
            recorded = ontvang(gevonden[0] if len(gevonden) == 1 else nieuw)
        except SubjectErasedError:  # erased a moment ago: somebody new, as to anybody else
            recorded = ontvang(nieuw)
        persoon = self._stand(Melding, melding).persoon
        assert persoon is not None
        with self.store.database.read() as tx:
            huishoudens = self.register.huishoudens(tx, persoon)
        for huishouden in huishoudens:
            self._doe(
                Huishouden, huishouden, lambda h: h.koppel(melding),
                _deel(context, f"koppel-{huishouden}"),
            )  # fmt: skip
        return recorded

    def zoek(self, wie: Aangemeld, kenmerken: Kenmerken) -> Gevonden:
        """Whom to contact, and nothing else. Raises AlleenToeleiding, AlleenTestBsn."""
        _eis_toeleiding(wie)
        self._controleer_bsn(kenmerken.bsn)
        with self.store.database.read() as tx:
            personen = self.register.zoek(tx, kenmerken)
            huishoudens = [
                h for persoon in personen for h in self.register.huishoudens(tx, persoon)
            ]
            if not huishoudens:
                return Gevonden(bekend=False)
            regisseur = self.register.regisseur(tx, huishoudens[0])
        persona = self._staff.get(regisseur) if regisseur and len(personen) == 1 else None
        return Gevonden(bekend=True, contact=None if persona is None else persona.medewerker)

    def zoek_in_nood(
        self, wie: Aangemeld, categorie: Noodcategorie, reden: str, langs: Zoekwijze,
        kenmerken: Kenmerken, context: Context,
    ) -> Recorded:  # fmt: skip
        """Emergency access to the one household that fits; who may, consent decides.

        What was found goes to consent and nowhere else. Raises the refusals of `infra.nood`.
        """
        with self.store.database.read() as tx:
            gevonden = self.register.huishouden_in_nood(tx, kenmerken)
        vraag = Noodvraag(categorie=categorie, reden=reden, langs=langs, huishouden=gevonden)
        return self._nood(wie, vraag, context)

    def handel_af(
        self, wie: Aangemeld, melding: UUID, huishouden: UUID | None, uitkomst: str,
        context: Context,
    ) -> Recorded:  # fmt: skip
        """Give a melding its place; in a household only its own regisseur can.

        Raises AlleenToeleiding, NietBekend, AlAfgehandeld.
        """
        _eis_toeleiding(wie)

        def beslis(m: Melding) -> Sequence[Fact]:
            if huishouden is not None:
                self._stand(Huishouden, huishouden).voor_regisseur(context)
            return m.handel_af(huishouden, uitkomst, context)

        recorded = self._doe(Melding, melding, beslis, context)
        if huishouden is not None:
            self._doe(Huishouden, huishouden, lambda h: h.koppel(melding), _deel(context, "koppel"))
        return recorded

    # --- huishoudens --------------------------------------------------------------------------

    def vorm(
        self, wie: Aangemeld, regisseur: UUID, mandaat: Mandaat, leden: Sequence[NieuwLid],
        melding: UUID | None, context: Context,
    ) -> Recorded:  # fmt: skip
        """Form a household with its first regisseur; the melding it came from is handled with it.

        Raises AlleenToeleiding, AlleenTestBsn, NietBekend, MedewerkerOnbekend and the rules of
        `Huishouden.vorm`.
        """
        _eis_toeleiding(wie)
        regie = self._regie(regisseur, mandaat)
        aangemelde = None
        if melding is not None:
            aangemelde = self._stand(Melding, melding).persoon
            if aangemelde is None:
                raise NietBekend
        huishouden = self._nieuw(context, "huishouden")
        nieuw = [
            (self._wie(Huishouden(), lid, _deel(context, f"lid-{nr}"), aangemelde), lid)
            for nr, lid in enumerate(leden)
        ]
        erbij = [Lid(persoon, lid.rol, lid.sinds, lid.reden) for persoon, lid in nieuw]

        def beslis(h: Huishouden) -> Sequence[Fact]:
            return h.vorm(huishouden, regie, erbij, melding, context)

        beslis(Huishouden())  # refuse before anything is written about anybody
        for nr, (persoon, lid) in enumerate(nieuw):
            self._leg_vast(persoon, lid.wie, _deel(context, f"lid-{nr}"))
        answer = {"id": str(huishouden), "leden": [str(lid.persoon) for lid in erbij]}
        recorded = self._doe(Huishouden, huishouden, beslis, context, answer)
        if melding is not None:
            self._doe(
                Melding, melding, lambda m: m.krijgt_huishouden(huishouden, context),
                _deel(context, "melding"),
            )  # fmt: skip
        return recorded

    def voeg_lid_toe(self, huishouden: UUID, lid: NieuwLid, context: Context) -> Recorded:
        """Raises NietBekend, AlleenTestBsn, AlBetrokken, RedenPastNiet, InDeToekomst."""
        stand = self._stand(Huishouden, huishouden)
        stand.voor_regisseur(context)
        persoon = self._wie(stand, lid, context)
        erbij = Lid(persoon, lid.rol, lid.sinds, lid.reden)
        erbij.feit(context)  # refuse before anything is written about anybody
        self._leg_vast(persoon, lid.wie, _deel(context, "persoon"))
        return self._doe(
            Huishouden, huishouden, lambda h: h.voeg_lid_toe(erbij, context), context,
            {"id": str(persoon)},
        )  # fmt: skip

    def laat_lid_gaan(
        self, huishouden: UUID, persoon: UUID, op: date, reden: Ledenreden, context: Context
    ) -> Recorded:
        return self._doe(
            Huishouden, huishouden, lambda h: h.laat_lid_gaan(persoon, op, reden, context), context
        )

    def voeg_netwerklid_toe(
        self, huishouden: UUID, naam: str, kan_helpen_met: str, contact: Contact | None,
        context: Context,
    ) -> Recorded:  # fmt: skip
        persoon = self._nieuw(context, "netwerk")
        return self._doe(
            Huishouden, huishouden,
            lambda h: h.voeg_netwerklid_toe(persoon, naam, kan_helpen_met, contact, context),
            context, {"id": str(persoon)},
        )  # fmt: skip

    def laat_netwerklid_gaan(self, huishouden: UUID, persoon: UUID, context: Context) -> Recorded:
        return self._doe(
            Huishouden, huishouden, lambda h: h.laat_netwerklid_gaan(persoon, context), context
        )

    def draag_over(
        self, wie: Aangemeld, huishouden: UUID, regisseur: UUID, mandaat: Mandaat, reden: str,
        context: Context,
    ) -> Recorded:  # fmt: skip
        """Raises MedewerkerOnbekend and the rules of `Huishouden.draag_over`."""
        regie, beslisser = self._regie(regisseur, mandaat), wie.rol is Rol.BESLISSER
        return self._doe(
            Huishouden, huishouden,
            lambda h: h.draag_over(huishouden, regie, reden, context, beslisser=beslisser), context,
        )  # fmt: skip

    def pak_op(self, huishouden: UUID, melding: UUID, uitkomst: str, context: Context) -> Recorded:
        return self._doe(
            Huishouden, huishouden, lambda h: h.pak_op(huishouden, melding, uitkomst, context),
            context,
        )  # fmt: skip

    def verken(self, huishouden: UUID, verkenning: Verkenning, context: Context) -> Recorded:
        return self._doe(
            Huishouden, huishouden, lambda h: h.verken(huishouden, verkenning, context), context
        )

    def deel_mee(
        self, huishouden: UUID, persoon: UUID, informatie: Informatie, context: Context
    ) -> Recorded:
        return self._doe(
            Huishouden, huishouden, lambda h: h.deel_mee(persoon, informatie, context), context
        )

    def stel_mededeling_uit(
        self, huishouden: UUID, persoon: UUID, waarom: str, context: Context
    ) -> Recorded:
        return self._doe(
            Huishouden, huishouden, lambda h: h.stel_mededeling_uit(persoon, waarom, context),
            context,
        )  # fmt: skip

    # --- a member's own data ------------------------------------------------------------------

    def corrigeer(
        self, huishouden: UUID, persoon: UUID, wie: Personalia, context: Context
    ) -> Recorded:
        """Raises NietBekend, AlleenTestBsn, InDeToekomst."""
        self._controleer_bsn(wie.bsn)
        return self._over_lid(
            huishouden, persoon, lambda p, _: p.corrigeer(persoon, wie, context), context
        )

    def woont(
        self, huishouden: UUID, persoon: UUID, adres: Adres, afgeschermd: bool, context: Context
    ) -> Recorded:
        return self._over_lid(
            huishouden, persoon, lambda p, _: p.woont(huishouden, persoon, adres, afgeschermd),
            context,
        )  # fmt: skip

    def bereik(
        self, huishouden: UUID, persoon: UUID, contact: Contact, context: Context
    ) -> Recorded:
        return self._over_lid(
            huishouden, persoon, lambda p, _: p.bereik(huishouden, persoon, contact), context
        )

    def leg_gezag_vast(
        self, huishouden: UUID, persoon: UUID, gezag: Gezag, context: Context
    ) -> Recorded:
        """Raises NietBekend (also for a holder nobody knows), GezagKloptNiet."""

        def beslis(p: Persoon, stand: Huishouden) -> Sequence[Fact]:
            for houder in gezag.houders:
                if houder not in stand.ooit and not self._stand(Persoon, houder).vastgelegd:
                    raise NietBekend
            return p.gezag(persoon, gezag)

        return self._over_lid(huishouden, persoon, beslis, context)

    # --- gesprekken ---------------------------------------------------------------------------

    def start_gesprek(
        self, huishouden: UUID, deelnemers: Sequence[UUID], context: Context
    ) -> Recorded:
        return self._doe(
            Gesprek, self._nieuw(context, "gesprek"),
            lambda g: g.start(
                huishouden, self._stand(Huishouden, huishouden), deelnemers, self._gids(), context
            ),
            context,
        )  # fmt: skip

    def houd_zitting(
        self, gesprek: UUID, deelnemers: Sequence[UUID], minuten: int, context: Context
    ) -> Recorded:
        return self._in_gesprek(
            gesprek, lambda g, h: g.houd_zitting(h, deelnemers, self._gids(), minuten, context),
            context,
        )  # fmt: skip

    def noteer(self, gesprek: UUID, notitie: Notitie, context: Context) -> Recorded:
        nummer = self._nieuw(context, "notitie")
        return self._in_gesprek(
            gesprek, lambda g, h: g.noteer(h, nummer, notitie, context), context,
            {"id": str(nummer)},
        )  # fmt: skip

    def vul_aan(
        self, gesprek: UUID, notitie: UUID, leefgebied: Leefgebied, aanvulling: Uitspraak,
        context: Context,
    ) -> Recorded:  # fmt: skip
        return self._in_gesprek(
            gesprek, lambda g, h: g.vul_aan(h, notitie, leefgebied, aanvulling, context), context,
            {"id": str(notitie)},
        )  # fmt: skip

    def rond_af(self, gesprek: UUID, context: Context) -> Recorded:
        return self._in_gesprek(gesprek, lambda g, h: g.rond_af(h, context), context)

    # --- inside -------------------------------------------------------------------------------

    def _doe(
        self, kind: Callable[[], S], stream: UUID, beslis: Callable[[S], Sequence[Fact]],
        context: Context, answer: dict[str, Any] | None = None,
    ) -> Recorded:  # fmt: skip
        """`Store.handle`, with the register in the same transaction."""
        besloten: list[Fact] = []

        def onthoud(state: S) -> Sequence[Fact]:
            besloten[:] = beslis(state)
            return besloten

        return self.store.handle(
            kind, stream, onthoud, context, answer,
            lambda tx: self.register.volg(tx, stream, besloten),
        )  # fmt: skip

    def _over_lid(
        self, huishouden: UUID, persoon: UUID,
        beslis: Callable[[Persoon, Huishouden], Sequence[Fact]], context: Context,
    ) -> Recorded:  # fmt: skip
        def als_regisseur(p: Persoon) -> Sequence[Fact]:
            stand = self._stand(Huishouden, huishouden)
            stand.voor_lid(persoon, context)
            return beslis(p, stand)

        return self._doe(Persoon, persoon, als_regisseur, context)

    def _in_gesprek(
        self, gesprek: UUID, beslis: Callable[[Gesprek, Huishouden], Sequence[Fact]],
        context: Context, answer: dict[str, Any] | None = None,
    ) -> Recorded:  # fmt: skip
        return self._doe(
            # Also of a conversation that does not exist a household is read: the same statements.
            Gesprek, gesprek, lambda g: beslis(g, self._stand(Huishouden, g.huishouden or gesprek)),
            context, answer,
        )  # fmt: skip

    def _leg_vast(self, persoon: UUID, wie: Personalia, deel: Context) -> None:
        self._doe(Persoon, persoon, lambda p: p.leg_vast(persoon, wie, deel), deel)

    def _wie(
        self, stand: Huishouden, lid: NieuwLid, context: Context, aangemelde: UUID | None = None
    ) -> UUID:
        """Who this is: given, recognised, or new. Raises NietBekend, AlleenTestBsn, InDeToekomst.

        Recognised means: by BSN, as the person of the melding, or as somebody of whom nothing
        exists but a melding. A name alone never opens the way to another household's member.
        """
        self._controleer_bsn(lid.wie.bsn)
        persoon = lid.persoon
        if persoon is None:
            persoon = self._herken(lid.wie, aangemelde) or self._nieuw(context, "persoon")
        elif persoon not in stand.ooit and not self._stand(Persoon, persoon).vastgelegd:
            raise NietBekend
        self._stand(Persoon, persoon).leg_vast(persoon, lid.wie, context)
        return persoon

    def _herken(self, wie: Personalia, aangemelde: UUID | None) -> UUID | None:
        kenmerken = Kenmerken(wie.bsn, wie.naam, wie.geboortedatum)
        with self.store.database.read() as tx:
            op_bsn = self.register.zoek(tx, Kenmerken(bsn=wie.bsn))
            gevonden = op_bsn or self.register.zoek(tx, kenmerken)
            if aangemelde in gevonden:
                return aangemelde
            if len(gevonden) == 1 and (op_bsn or not self.register.huishoudens(tx, gevonden[0])):
                return gevonden[0]
        return None

    def _regie(self, regisseur: UUID, mandaat: Mandaat) -> Regie:
        return Regie(regisseur, self._staff.professional(regisseur).medewerker, mandaat)

    def _gids(self) -> set[UUID]:
        return {persona.id for persona in self._staff if persona.rol is Rol.PROFESSIONAL}

    def _stand(self, kind: Callable[[], S], stream: UUID | None) -> S:
        return kind() if stream is None else self.store.load(kind, stream)[0]

    def _nieuw(self, context: Context, naam: str) -> UUID:
        """The id that this command gives, the same when it is repeated."""
        assert context.sleutel is not None
        return uuid5(self._nummers, f"{context.sleutel}:{naam}")

    def _controleer_bsn(self, bsn: str | None) -> None:
        if self._alleen_testbsn and bsn is not None and not bsn.startswith("9999"):
            raise AlleenTestBsn


def _eis_toeleiding(wie: Aangemeld) -> None:
    if wie.rol is not Rol.PROFESSIONAL or wie.hoed not in (Hoed.TOELEIDING, Hoed.COORDINATIE):
        raise AlleenToeleiding


def _deel(context: Context, naam: str) -> Context:
    return replace(context, sleutel=f"{context.sleutel}:{naam}")
