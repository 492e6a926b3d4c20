"""Emergency access: one household, four hours, told at once, judged afterwards (trust: own action).

Rules kept here: nobody takes it by a role alone but as somebody appointed, who just confirmed that
it is she; privacy officer, regisseur and holders of secrecy are told before a key can leave; nobody
judges her own access; what waits for others never keeps the next child waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID, uuid5

from events.base import Open
from events.begrippen import herkomst
from events.toezicht import (
    GeheimOpengesteld,
    Nood,
    NoodblokkadeOpgeheven,
    NoodFact,
    Noodoordeel,
    NoodtoegangBeeindigd,
    NoodtoegangBeoordeeld,
    NoodtoegangGenomen,
    NoodtoegangVerantwoord,
    NoodtoegangVoorbereid,
    Nooduitkomst,
    NoodzoekingVergeefs,
    Openstelling,
)
from infra.auth import Aangemeld, Rol
from infra.database import Tx
from infra.decider import NEDERLAND, Context, NietBekend, Recorded, RegelFout, utc
from infra.logbook import Logbook, Regel
from infra.nood import (
    AlleenNoodhulp,
    BevestigEerst,
    Noodvraag,
    TeVaakGezocht,
)
from infra.store import Store
from services.consent.log.register import TOEZICHT
from services.consent.log.verantwoording import Kop, Verantwoording
from services.consent.plaatsen import plaats_toezicht
from services.consent.projections import NOODUREN, Beslisfeiten
from services.consent.tijd.taken import Taken, taaknummer
from services.consent.toezicht.beperkingsstand import ZelfVoorbereid
from services.consent.toezicht.eigen import Lezer
from services.consent.toezicht.genomen import Genomen
from services.consent.toezicht.noodstand import (
    AlGenomen,
    Eerdere,
    Noodstand,
    NoodVoorbij,
    weigering,
)

BEVESTIGD = timedelta(minutes=15)
"""How long a confirmed sign-in is good for this (step-up)."""
VERGEEFS = 5
"""Searches in VENSTER that found nothing, after which somebody has to call: no fishing."""
VENSTER = timedelta(hours=24)
_OPENSTELLEN = "nood-openstellen"
_RUIMTE = UUID("6f2b0c1d-94a7-4e55-8f0e-4d1b7a3c2e90")


class Noodtoegangen:
    """The use cases of emergency access, on consent's own store."""

    def __init__(
        self, store: Store, logboek: Logbook, feiten: Beslisfeiten, taken: Taken,
        maak: Verantwoording, now: Callable[[], datetime], lezer: Lezer,
    ) -> None:  # fmt: skip
        self._lezer = lezer
        self._store, self._logboek, self._feiten = store, logboek, feiten
        self._taken, self._maak, self._now = taken, maak, now
        self.genomen = Genomen(store.database, feiten)

    def neem(self, wie: Aangemeld, vraag: Noodvraag, context: Context) -> Recorded:
        """Open one household for four hours, or record that nothing fitted (a `Noodpoort`).

        The tasks come first: who must know is told before anything opens. Raises AlleenNoodhulp,
        BevestigEerst, EerstVerslag, EerderOnterecht, TeVaakGezocht; each is in the log.
        """
        assert context.sleutel is not None
        nummer = uuid5(_RUIMTE, context.sleutel)
        nood = Nood(categorie=vraag.categorie, reden=vraag.reden, langs=vraag.langs)
        if (fout := self._eigen_fout(wie)) is not None:
            self._weiger(wie, vraag, fout)
        if self._store.load(Noodstand, nummer)[0].medewerker is not None:  # sent twice
            return self._store.handle(Noodstand, nummer, _al_genomen, context)
        with self._store.database.read() as tx:
            eerdere = self.genomen.alle(tx, wie.actor.id)
            vergeefs = self._vergeefs(tx, wie.actor.id)
        vandaag = self._now().astimezone(NEDERLAND).date()
        if (fout := weigering(eerdere, vandaag)) is not None:
            self._weiger(wie, vraag, fout)
        if vergeefs >= VERGEEFS:
            self._meld_zoeken(wie, vandaag, context)
            self._weiger(wie, vraag, TeVaakGezocht)
        if vraag.huishouden is not None:
            nieuw = Eerdere(
                nummer, vraag.huishouden, wie.actor.id, context.nu, context.nu + NOODUREN,
                verantwoord=False, oordeel=None, vrijgegeven=False,
            )  # fmt: skip
            self._meld(nieuw, eerdere, context)
            self._vraag_houders(nieuw, context)
        try:
            return self._leg_vast(nummer, wie, vraag, nood, context)
        except TeVaakGezocht:
            self._weiger(wie, vraag, TeVaakGezocht)

    def _leg_vast(
        self, nummer: UUID, wie: Aangemeld, vraag: Noodvraag, nood: Nood, context: Context
    ) -> Recorded:
        fact: NoodFact
        answer: dict[str, str | None] = {"id": str(nummer), "huishouden": None, "tot": None}
        if vraag.huishouden is None:
            fact = NoodzoekingVergeefs(
                medewerker=wie.actor.id, nood=Open(nood, plaats_toezicht(wie.actor.id))
            )
        else:
            fact = NoodtoegangGenomen(
                huishouden=vraag.huishouden, medewerker=wie.actor.id,
                nood=Open(nood, plaats_toezicht(vraag.huishouden)),
            )  # fmt: skip
            tot = utc(context.nu) + NOODUREN
            answer |= {"huishouden": str(vraag.huishouden), "tot": tot.isoformat()}

        def ook(tx: Tx) -> None:
            if vraag.huishouden is None and self._vergeefs(tx, wie.actor.id) >= VERGEEFS:
                raise TeVaakGezocht  # counted again where nobody comes in between
            uitkomst = "niets gevonden" if vraag.huishouden is None else "genomen"
            self._logboek.write(tx, context.nu, self._regels(wie, vraag, uitkomst, nummer))

        return self._store.handle(Noodstand, nummer, lambda n: n.neem(fact), context, answer, ook)

    # --- afterwards ---------------------------------------------------------------------------

    def verantwoord(self, wie: Aangemeld, nummer: UUID, verslag: str, context: Context) -> Recorded:
        """She tells what she saw and did. Raises NietBekend, AlVerantwoord."""
        een = self.genomen.een(nummer, wie.actor.id)
        fact = NoodtoegangVerantwoord(
            huishouden=een.huishouden, medewerker=wie.actor.id,
            verslag=Open(verslag, plaats_toezicht(een.huishouden)),
        )  # fmt: skip
        gedaan = self._store.handle(
            Noodstand, nummer, lambda n: n.verantwoord_door(wie.actor.id, fact), context
        )
        self._klaar(een, "nood-verslag", "verslag gedaan")
        return gedaan

    def bereid_voor(self, wie: Aangemeld, nummer: UUID, advies: str, context: Context) -> Recorded:
        """The privacy officer prepares the verdict. Raises NietBekend, NietEigen, AlVoorbereid."""
        if wie.rol is not Rol.PRIVACY_OFFICER:
            raise NietBekend
        een = self.genomen.een(nummer)
        fact = NoodtoegangVoorbereid(advies=Open(advies, plaats_toezicht(een.huishouden)))
        gedaan = self._store.handle(
            Noodstand, nummer, lambda n: n.bereid_voor(wie.actor.id, fact), context
        )
        self._klaar(een, "nood-voorbereiden", "voorbereid")
        return gedaan

    def beoordeel(
        self, wie: Aangemeld, nummer: UUID, oordeel: Noodoordeel, context: Context
    ) -> Recorded:
        """The verdict, by the beslisser for the college; "onterecht" shuts the access at once.

        Raises NietBekend, NietEigen, ZelfVoorbereid, NogNietVoorbereid, AlBeoordeeld.
        """
        if wie.rol is not Rol.BESLISSER:
            raise NietBekend
        een = self.genomen.een(nummer)
        if wie.actor.id in self._voorbereid_door(nummer):
            raise ZelfVoorbereid
        fact = NoodtoegangBeoordeeld(
            huishouden=een.huishouden, medewerker=een.medewerker,
            oordeel=Open(oordeel, plaats_toezicht(een.huishouden)),
        )  # fmt: skip
        gedaan = self._store.handle(
            Noodstand, nummer, lambda n: n.beoordeel(wie.actor.id, fact), context
        )
        if oordeel.uitkomst is Nooduitkomst.ONTERECHT:
            # An unlawful look is a breach: within 72 hours somebody decides whether to report it.
            vandaag = self._now().astimezone(NEDERLAND).date()
            self._taken.ontsta(
                "nood-onterecht", "privacy-officer", een.huishouden, vandaag + timedelta(days=3),
                context, bij=nummer,
            )  # fmt: skip
            self._ruim_op(een.huishouden)
        self._klaar(een, "nood-beoordelen", "beoordeeld")
        return gedaan

    def hef_op(self, wie: Aangemeld, nummer: UUID, reden: str, context: Context) -> Recorded:
        """After "onterecht" she may take emergency access again; the verdict itself stays.

        Raises NietBekend, NietEigen, NietGeblokkeerd.
        """
        if wie.rol is not Rol.BESLISSER:
            raise NietBekend
        een = self.genomen.een(nummer)
        fact = NoodblokkadeOpgeheven(
            huishouden=een.huishouden, medewerker=een.medewerker,
            reden=Open(reden, plaats_toezicht(een.huishouden)),
        )  # fmt: skip
        onterecht = een.oordeel is Nooduitkomst.ONTERECHT
        return self._store.handle(
            Noodstand, nummer, lambda n: n.hef_op(wie.actor.id, onterecht, fact), context
        )

    def stel_open(self, wie: Aangemeld, nummer: UUID, reden: str, context: Context) -> Recorded:
        """A holder of secrecy opens her own file for this access, weighing her duties (BW 7:457).

        Raises what `voor_houder` raises, and NoodVoorbij.
        """
        een = self.voor_houder(wie, nummer)
        if self._now() >= een.tot:
            raise NoodVoorbij
        openstelling = Openstelling(herkomst=wie.herkomst.code, reden=reden)
        fact = GeheimOpengesteld(
            huishouden=een.huishouden, medewerker=een.medewerker,
            openstelling=Open(openstelling, plaats_toezicht(een.huishouden)),
        )  # fmt: skip
        gedaan = self._store.handle(Noodstand, nummer, lambda _: [fact], context)
        self._houders_klaar(een.huishouden, {wie.actor.id}, {nummer}, "dossier opengesteld")
        return gedaan

    def voor_houder(self, wie: Aangemeld, nummer: UUID) -> Eerdere:
        """The access for which she may open her own file, also when it has closed by now.

        Raises NietBekend for who does not work with this household, or keeps no file under
        secrecy: nobody else learns that there was an emergency.
        """
        with self._store.database.read() as tx:
            genomen = self._feiten.van_sleutels(tx, [f"noodtoegang:{nummer}"])
            waar = genomen[0].huishouden if genomen else nummer  # where nobody takes part
            rijen = self._feiten.rijen(tx, waar)
        hier = any(rij.soort == "deelnemer" and rij.medewerker == wie.actor.id for rij in rijen)
        if not hier or wie.herkomst.geheimhouder is None:
            raise NietBekend
        return self.genomen.een(nummer)

    def beeindig(self, wie: Aangemeld, nummer: UUID, context: Context) -> Recorded:
        """She needs it no longer: what she opened of this household until now is shut.

        Raises NietBekend for who did not take it, NoodVoorbij.
        """
        een = self.genomen.een(nummer, wie.actor.id)
        fact = NoodtoegangBeeindigd(huishouden=een.huishouden, medewerker=een.medewerker)
        voorbij = self._now() >= een.tot
        gedaan = self._store.handle(
            Noodstand, nummer, lambda n: n.beeindig(wie.actor.id, voorbij, fact), context
        )
        self._ruim_op(een.huishouden)
        return gedaan

    def dagelijks(self) -> None:
        """What asked holders of secrecy to open their files is over when the access has closed."""
        self._ruim_op()

    # --- inside -------------------------------------------------------------------------------

    def _eigen_fout(self, wie: Aangemeld) -> type[RegelFout] | None:
        if wie.rol is not Rol.PROFESSIONAL or not wie.nood:
            return AlleenNoodhulp
        if wie.bevestigd is None or not timedelta() <= self._now() - wie.bevestigd < BEVESTIGD:
            return BevestigEerst
        return None

    def _weiger(self, wie: Aangemeld, vraag: Noodvraag, fout: type[RegelFout]) -> NoReturn:
        with self._store.database.write() as tx:
            self._logboek.write(tx, self._now(), self._regels(wie, vraag, fout.code))
        raise fout

    def _regels(
        self, wie: Aangemeld, vraag: Noodvraag, uitkomst: str, nummer: UUID | None = None
    ) -> list[Regel]:
        """Who asked, as what, and how it ended; what was searched for is nowhere.

        A refusal names no household: whether there was one is nobody's to learn from it.
        """
        meer = {
            "categorie": vraag.categorie.value, "langs": vraag.langs.value, "uitkomst": uitkomst,
            "noodtoegang": None if nummer is None else str(nummer),
        }  # fmt: skip
        huishouden = vraag.huishouden if uitkomst == "genomen" else None
        kop = Kop.hier(self._now(), self._now())
        return self._maak.handeling(kop, wie, "noodtoegang", TOEZICHT, (), huishouden, meer)

    def _voorbereid_door(self, nummer: UUID) -> set[UUID]:
        """Who advised; by the person, not by the role she has today."""
        with self._store.database.read() as tx:
            stappen = self._lezer.stappen(tx, nummer)
        return {
            stap.door.id
            for stap in stappen
            if isinstance(stap.fact, NoodtoegangVoorbereid) and stap.door is not None
        }

    def _vergeefs(self, tx: Tx, medewerker: UUID) -> int:
        rijen = self._feiten.van_soort(tx, "noodzoeking", medewerker=medewerker)
        sinds = self._now() - VENSTER
        return sum(datetime.fromisoformat(op) > sinds for op in self._feiten.inhoud(rijen).values())

    def _meld(self, een: Eerdere, eerdere: Sequence[Eerdere], context: Context) -> None:
        """Tell who must know; of a command that is sent again, once."""
        context = self._namens_systeem(context)
        for taak in _taken(een).values():
            self._taken.ontsta(**taak, context=context)
        if any(ander.oordeel is None for ander in eerdere):
            self._taken.ontsta(
                "nood-opnieuw", "dienstleider", een.huishouden, None, context, bij=een.id
            )

    def _vraag_houders(self, een: Eerdere, context: Context) -> None:
        """Ask every holder of secrecy in this household whether she opens her own file."""
        context = self._namens_systeem(context)
        for wie in self._houders(een.huishouden):
            self._taken.ontsta(
                _OPENSTELLEN, "medewerker", een.huishouden, None, context,
                huishouden=een.huishouden, medewerker=wie, bij=een.id,
            )  # fmt: skip

    def _houders(self, huishouden: UUID) -> set[UUID]:
        with self._store.database.read() as tx:
            rijen = [r for r in self._feiten.rijen(tx, huishouden) if r.soort == "deelnemer"]
            inhoud = self._feiten.inhoud(rijen)
        return {
            rij.medewerker
            for rij in rijen
            if rij.sleutel in inhoud
            and herkomst(inhoud[rij.sleutel]["herkomst"]).geheimhouder is not None
        }

    def _ruim_op(self, huishouden: UUID | None = None) -> None:
        """End what asks a holder for an access that has closed; in one household if named."""
        with self._store.database.read() as tx:
            dicht = [
                een
                for een in self.genomen.alle(tx)
                if self._now() >= een.tot and huishouden in (None, een.huishouden)
            ]
        nummers = {een.id for een in dicht}
        for waar in {een.huishouden for een in dicht}:
            self._houders_klaar(waar, self._houders(waar), nummers, "noodtoegang gesloten")

    def _houders_klaar(
        self, huishouden: UUID, wie: Collection[UUID], nummers: Collection[UUID], uitkomst: str
    ) -> None:
        for open_ in self._taken.wachtend(huishouden, wie):
            taak = open_.taak
            if taak.soort == _OPENSTELLEN and taak.bij in nummers and taak.medewerker in wie:
                self._taken.handel_af(open_.id, None, uitkomst, self._taken.systeem())

    def _meld_zoeken(self, wie: Aangemeld, vandaag: date, context: Context) -> None:
        context = self._namens_systeem(context)
        for voor in ("privacy-officer", "dienstleider"):
            self._taken.ontsta(
                "nood-zoeken", voor, wie.actor.id, vandaag, context, medewerker=wie.actor.id
            )

    def _namens_systeem(self, context: Context) -> Context:
        return replace(self._taken.systeem(), correlation=context.correlation)

    def _klaar(self, een: Eerdere, soort: str, uitkomst: str) -> None:
        nummer = taaknummer(**_taken(een)[soort])
        if self._taken.wacht(nummer):
            self._taken.handel_af(nummer, None, uitkomst, self._taken.systeem())


def _taken(een: Eerdere) -> dict[str, dict[str, Any]]:
    """What an emergency access asks of whom, by kind."""
    return {
        soort: {
            "soort": soort, "voor": voor, "over": een.huishouden, "uiterlijk": uiterlijk,
            # Her own task stays hers when the household has closed for her again.
            "huishouden": een.huishouden if wie is None else None, "medewerker": wie,
            "bij": een.id,
        }
        for soort, voor, uiterlijk, wie in (
            ("nood-voorbereiden", "privacy-officer", een.voorbereiden_voor, None),
            ("nood-gemeld", "regisseur", None, None),
            ("nood-beoordelen", "beslisser", een.uiterlijk, None),
            ("nood-verslag", "medewerker", een.uiterlijk, een.medewerker),
        )
    }  # fmt: skip


def _al_genomen(_stand: Noodstand) -> list[NoodFact]:
    raise AlGenomen
