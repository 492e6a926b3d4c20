"""Consent's use cases: release of keys, records about sharing, erasure, reading the log.

The release, in numbered steps: 1. one transaction begins; 2. the decision facts of the household;
3. what the asked keys are about; 4. one decision per part; 5. the decision and one line per person
concerned go into the log; 6. the allowed keys are unwrapped, still in here, so that no
rotation comes in between; 7. commit, durable, and only then they leave.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4, uuid5

from pydantic_core import to_jsonable_python
from sqlalchemy import bindparam, select

from events.base import (
    Envelope,
    KeyId,
    Open,
    Sealed,
    Zegelplaats,
)
from events.begrippen import Herkomst, Onderwerp, Rubriek
from events.consent import (
    BezwaarGemaakt,
    ConsentFact,
    GeheimhoudingOpgeheven,
    GrondslagVastgelegd,
    HulpAkkoordGegeven,
    Ingetrokken,
    NoodafspraakVastgelegd,
    OmstandigheidVastgelegd,
    PersoonGewist,
    ToestemmingGegeven,
    VervangerAangewezen,
)
from events.waarden import Doel
from infra import keys as keytables
from infra import positions, trace
from infra.auth import Aangemeld
from infra.database import Database, Tx
from infra.decider import NEDERLAND, Context, GeenRecht, NietBekend, Recorded, WordtHersteld
from infra.keyring import Keyring
from infra.keys import KeyInfo, KeyStore, UnknownKeyError
from infra.logbook import LogboekDicht, Logbook, Regel
from infra.positions import Located, Posities
from infra.provider import FileKeyProvider, KeyFileError
from infra.pseudoniem import Pseudoniemen
from infra.samen import Shared
from infra.store import Store
from infra.transient import TRANSIENT
from infra.uitgegeven import Published
from services.consent import projections
from services.consent.delen.te_bevestigen import Bevestigen
from services.consent.domain import (
    GEEN_RELATIE,
    Besluit,
    Feiten,
    Record,
    Vraag,
    Vrager,
    mag,
    relaties,
)
from services.consent.domain.bevoegd import controleer_taak
from services.consent.log.loginzage import Loginzage
from services.consent.log.nagerekend import Narekening
from services.consent.log.namens import leest_namens
from services.consent.log.register import DELEN, WISSING, register
from services.consent.log.uitvoer import Uitvoer
from services.consent.log.verantwoording import Daad, Kop, Verantwoording
from services.consent.log.verantwoording import Deel as Deel
from services.consent.log.volledigheid import Volledigheid
from services.consent.openen import opener
from services.consent.policies import VELDEN, beslisfeiten
from services.consent.projections import Beslisfeiten, heeft_relatie
from services.consent.regels import Regelset, Uitkomst, Wie, regelset
from services.consent.tijd import taken
from services.consent.tijd.dagwerk import Dagwerk
from services.consent.tijd.taken import Taken
from services.consent.toezicht.afscherming import Afscherming
from services.consent.toezicht.afwijkingen import Afwijkingen
from services.consent.toezicht.beperking import Beperkingen
from services.consent.toezicht.eigen import Lezer, Stap
from services.consent.toezicht.eigen_taak import EigenTaak
from services.consent.toezicht.nood import Noodtoegangen
from services.consent.toezicht.noodzicht import Noodzicht
from services.consent.toezicht.toezicht import Toezicht

T = TypeVar("T")


class AlleenBeslisser(GeenRecht):
    """Alleen de beslisser namens het college kan dit besluiten."""


@dataclass(frozen=True, slots=True)
class Vrijgave:
    """What a reader gets: keys, what was erased, and why each part opens. Nothing of the rest, but
    that something waits behind a condition, where a rule says that she may know so (`stappen`)."""

    relaties: Mapping[Wie, Doel]
    keys: Mapping[KeyId, bytes] = field(default_factory=dict)
    erased: Collection[KeyId] = ()
    waarom: Mapping[KeyId, Deel] = field(default_factory=dict)
    stappen: Mapping[KeyId, str] = field(default_factory=dict)


class Consent:
    """One consent service with its database: facts, decision facts, keys and log together.

    The tables of keys and log are there already (`infra.migration`).
    """

    def __init__(
        self, database: Database, provider: FileKeyProvider, gemeente: str,
        now: Callable[[], datetime],
        appended: Callable[[Sequence[Envelope], Recorded], None] = lambda _, __: None,
        regels: Regelset | None = None, posities: Posities | None = None,
    ) -> None:  # fmt: skip
        self.database = database
        self.provider = provider
        self.regels = regels or regelset()
        self._now = now
        self._keys = KeyStore(provider)
        self.logboek = Logbook(self._keys, gemeente)
        self._samen = Shared(database)
        self._feiten = Beslisfeiten(self._keys, gemeente)
        self.verantwoording = Verantwoording(register(gemeente), self.regels)
        self.loginzage = Loginzage(database, self.logboek, self._feiten, self.verantwoording, now)
        self.uitvoer = Uitvoer(self.loginzage, gemeente, lambda: self.uitgegeven)
        self.volgt: Callable[[Tx], bool] = lambda _tx: True
        """Whether the facts of the other services still reach us; the wiring knows."""
        self.uitgegeven: Published | None = None
        """The signed tree of the log, where it is published."""
        for tables in (projections.tables, positions.tables, taken.tables):
            database.create(tables)
        with database.read() as tx:
            self._keys.verify(tx)
        self.sleutelbos = Keyring("consent", self.geef_zegelsleutels)
        self.bij_wissing: list[Callable[[], None]] = [self.sleutelbos.forget]
        """What forgets keys at once when somebody is erased: the ring of every service."""
        self.store = Store(
            "consent", database, gemeente, self.sleutelbos, self._eigen_feiten, appended, posities
        )
        self.taken = Taken(
            self.store, self._keys, self.logboek, provider, self._feiten, self.verantwoording, now,
            lambda tx: self.volgt(tx),
        )  # fmt: skip
        self.bevestigen = Bevestigen(self.store, self._feiten, self.feiten)
        self.dagwerk = Dagwerk(
            self.store, self._feiten, self.taken, self.bevestigen, now, lambda tx: self.volgt(tx)
        )
        maak = self.verantwoording
        lezer = self._lezer = Lezer(self.store, self._keys)
        self.nood = Noodtoegangen(
            self.store, self.logboek, self._feiten, self.taken, maak, now, lezer
        )
        self.noodzicht = Noodzicht(lezer, self.logboek, self.nood, maak, now, database)
        self.afscherming = afscherming = Afscherming(self.logboek, self._feiten, maak.register, now)
        self.beperkingen = Beperkingen(
            self.store, self.logboek, self._feiten, afscherming, lezer, self.taken, maak, now
        )
        self.loginzage.afgeschermd = afscherming.voor
        self.loginzage.namens = self._leest_namens
        self.taken.eigen = EigenTaak(self._feiten, self.logboek, afscherming)
        self.afwijkingen = Afwijkingen(
            self.store, self._keys, self.logboek, self._feiten, maak, provider, now
        )
        self.toezicht = Toezicht(
            self.store, self.logboek, self._feiten, lezer, self.taken, maak, self.loginzage, now
        )
        self.dagwerk.ook.append(self.beperkingen.dagelijks)
        self.dagwerk.ook.append(self.nood.dagelijks)
        self.volledigheid = Volledigheid(database, self.logboek, self.taken, now)
        self.dagwerk.ook.append(self.volledigheid.dagelijks)
        self.narekening = Narekening(database, self.taken, now, lambda: self.uitgegeven)
        self.pseudoniemen = Pseudoniemen(provider.secret("pseudoniem"), gemeente)

    # --- keys ---------------------------------------------------------------------------------

    def geef_zegelsleutels(
        self, dienst: str, plaatsen: Sequence[Zegelplaats]
    ) -> dict[Zegelplaats, tuple[KeyId, bytes]]:
        """Sealing keys for a service, logged as a release. Raises SubjectErasedError."""
        with self.database.write() as tx:
            gegeven = {plaats: self._keys.sealing_key(tx, plaats) for plaats in plaatsen}
            inhoud = {
                "dienst": dienst,
                "sleutels": [
                    {"kid": kid, **_over(plaats.betrokkenen, plaats.herkomst, plaats.onderwerp)}
                    for plaats, (kid, _) in gegeven.items()
                ],
            }
            regels = [Regel("zegelsleutel", uuid4(), inhoud)]
            self.logboek.write(tx, self._now(), regels, opent=False)
        return gegeven

    def vrijgave(
        self, wie: Aangemeld, huishouden: UUID, kids: Collection[KeyId], doel: Doel | None = None,
        vraag: UUID | None = None,
    ) -> Vrijgave:  # fmt: skip
        """Decide, log, and only then release keys; who asks at the same time shares the commit.

        Raises UnknownKeyError, SealError, WordtHersteld, KeyFileError, LogboekDicht.
        """
        nu, nummer = self._now(), vraag or trace.huidige() or uuid4()
        try:
            return self._samen.write(
                lambda tx: self._vrijgave(tx, nu, nummer, wie, huishouden, kids, doel)
            )
        except KeyFileError:
            raise
        except TRANSIENT as fout:  # no line, so no key
            raise LogboekDicht from fout
        except Exception as fout:
            self._mislukt(nu, nummer, wie, huishouden, doel, fout)
            raise

    def _vrijgave(
        self, tx: Tx, nu: datetime, nummer: UUID, wie: Aangemeld, huishouden: UUID,
        kids: Collection[KeyId], doel: Doel | None,
    ) -> Vrijgave:  # fmt: skip
        vraagt = vrager(wie)  # 1
        rijen = self._feiten.rijen(tx, huishouden)  # 2
        feiten = self._gevouwen(rijen, vraagt, huishouden, nu)
        hier = relaties(vraagt, feiten)
        if not hier:
            self._log(tx, nu, nummer, wie, doel, huishouden, [], GEEN_RELATIE)
            return Vrijgave({})
        self._bijgewerkt(tx, huishouden)
        infos = self._keys.describe(tx, kids)  # 3
        delen = self._beslis(infos, vraagt, doel, feiten)  # 4
        volgt = next(iter(hier.values()))
        span = self._log(  # 5
            tx, nu, nummer, wie, doel, huishouden, [deel for deel, _ in delen], volgt=volgt
        )
        open_ = [(info, deel) for deel, zijn in delen if deel.besluit.open for info in zijn]
        return Vrijgave(  # 6; 7 when the transaction ends, before this reaches anybody
            hier,
            self._keys.release(tx, [info for info, _ in open_], nummer, span),
            {info.kid for info, _ in open_ if info.erased},
            {info.kid: deel for info, deel in open_},
            {
                info.kid: deel.besluit.zin
                for deel, zijn in delen
                if deel.besluit.uitkomst is Uitkomst.MAG_NA
                and self.regels.noemt(deel.besluit.regel)
                for info in zijn
                if not info.erased  # nobody can consent to what is gone
            },
        )

    def nog_open(
        self, wie: Aangemeld, huishouden: UUID, kids: Collection[KeyId], doel: Doel | None = None
    ) -> bool:
        """Whether all that a reader has on her screen is still for her to see.

        No key leaves and she learns nothing of what she was not shown, so this is no look: there is
        no line of it. Raises SealError, WordtHersteld, KeyFileError.
        """
        with self.database.read() as tx:
            vraagt, rijen = vrager(wie), self._feiten.rijen(tx, huishouden)
            feiten = self._gevouwen(rijen, vraagt, huishouden, self._now())
            if not relaties(vraagt, feiten):
                return False
            self._bijgewerkt(tx, huishouden)
            try:
                infos = self._keys.describe(tx, kids)
            except UnknownKeyError:
                return False
            delen = self._beslis(infos, vraagt, doel, feiten)
        return all(deel.besluit.open and deel.sleutels == len(zijn) for deel, zijn in delen)

    def _mislukt(
        self, nu: datetime, nummer: UUID, wie: Aangemeld, huishouden: UUID, doel: Doel | None,
        fout: Exception,
    ) -> None:  # fmt: skip
        """Put a question that ended in an error on the record, as far as there is one.

        What went wrong is what is told: that this could not be written changes nothing (LDV-08).
        """
        if isinstance(fout, TRANSIENT):
            return  # it is the database that is away
        kop = Kop.hier(nu, self._now(), nummer)
        regels = self.verantwoording.mislukt(kop, wie, doel, huishouden, "inzage", fout)
        with suppress(Exception), self.database.write() as tx:
            self.logboek.write(tx, nu, regels, opent=False)

    def uitleg(
        self, wie: Aangemeld, huishouden: UUID, persoon: UUID, herkomst: Herkomst,
        onderwerp: Onderwerp, doel: Doel | None,
    ) -> Besluit:  # fmt: skip
        """May she, and if not, what is missing: the same answer whether anything exists or not.

        A person outside the household gives the answer of an outsider. Logged like any question.
        """
        vraag = Vraag(vrager(wie), doel, (persoon,), herkomst, onderwerp)

        def beantwoord(feiten: Feiten) -> tuple[Besluit, list[Deel]] | None:
            if persoon not in feiten.leden:
                return None
            besluit = mag(vraag, feiten, self.regels)
            return besluit, [Deel((persoon,), herkomst, onderwerp, besluit)]

        return self.stel(wie, huishouden, doel, beantwoord) or GEEN_RELATIE

    def stel(
        self, wie: Aangemeld, huishouden: UUID, doel: Doel | None,
        beantwoord: Callable[[Feiten], tuple[T, Sequence[Deel]] | None],
        meer: Mapping[str, Any] | None = None, *, toezicht: bool = False,
        nummer: UUID | None = None, soort: str = "uitleg", vertrokken: bool = False,
    ) -> T | None:  # fmt: skip
        """Answer one question that opens no key, and log it when that answer still holds.

        The answer is worked out outside the transaction that writes, in which nobody else can read:
        for a large household it takes seconds. In there the facts are looked at again, and what
        changed meanwhile is answered anew.
        `beantwoord` gives the answer and the parts it was about, or None for what may not be known:
        to who has no relation here, or asks about nobody of here, the answer is None and the same
        row is written. `meer` is what the row says of the question itself. With `toezicht` no
        relation is asked: whoever calls has made sure that this person supervises. `soort` is
        "inzage" where the answer itself tells what was recorded; `vertrokken` as in `feiten`.
        """
        vraagt, nu, nummer = vrager(wie), self._now(), nummer or trace.huidige() or uuid4()

        def werk_uit(
            rijen: Sequence[Any],
        ) -> tuple[bool, Doel | None, tuple[T, Sequence[Deel]] | None]:
            if toezicht:
                feiten = self._feiten.feiten(rijen, huishouden, _dag(nu))
            else:
                feiten = self._gevouwen(rijen, vraagt, huishouden, nu, vertrokken=vertrokken)
            hier = toezicht or _hoort_hier(vraagt, feiten, vertrokken=vertrokken)
            volgt = next(iter(relaties(vraagt, feiten).values()), None)
            return hier, volgt, beantwoord(feiten) if hier else None

        with self.database.read() as tx:
            rijen = self._feiten.rijen(tx, huishouden, vertrokken=vertrokken)
        hier, volgt, found = werk_uit(rijen)
        with self.database.write() as tx:
            nu_hier = self._feiten.rijen(tx, huishouden, vertrokken=vertrokken)
            if {rij.sleutel: rij for rij in nu_hier} != {rij.sleutel: rij for rij in rijen}:
                hier, volgt, found = werk_uit(nu_hier)
            if hier:
                self._bijgewerkt(tx, huishouden)
            if found is None:
                self._log(tx, nu, nummer, wie, doel, huishouden, [], GEEN_RELATIE, meer=meer)
                return None
            antwoord, delen = found
            self._log(
                tx, nu, nummer, wie, doel, huishouden, delen, soort=soort, meer=meer, volgt=volgt
            )
        return antwoord

    def feiten(self, wie: Aangemeld, huishouden: UUID, *, vertrokken: bool = False) -> Feiten:
        """The decision facts for a command of somebody who belongs here; a refusal is logged.

        With `vertrokken` also for who left: what was recorded about her here stays hers to end and
        to object to (AVG 7 lid 3, 21). Raises NietBekend, and what `controleer_taak` raises for who
        has no task here today.
        """
        vraagt, nu = vrager(wie), self._now()
        with self.database.write() as tx:
            rijen = self._feiten.rijen(tx, huishouden, vertrokken=vertrokken)
            feiten = self._gevouwen(rijen, vraagt, huishouden, nu, vertrokken=vertrokken)
            if _hoort_hier(vraagt, feiten, vertrokken=vertrokken):
                self._bijgewerkt(tx, huishouden)
                controleer_taak(vraagt, feiten)
                return feiten
            self._log(tx, nu, uuid4(), wie, None, huishouden, [], GEEN_RELATIE)
        raise NietBekend  # after the commit, so that the line stays

    @property
    def vandaag(self) -> date:
        """The day it is in the Netherlands."""
        return _dag(self._now())

    # --- records ------------------------------------------------------------------------------

    def leg_vast(self, record: UUID, fact: ConsentFact, context: Context) -> Recorded:
        return self.store.handle(Record, record, lambda r: r.leg_vast(fact), context)

    def trek_in(
        self, record: UUID, huishouden: UUID, fact: Ingetrokken, context: Context
    ) -> Recorded:
        return self.store.handle(Record, record, lambda r: r.trek_in(huishouden, fact), context)

    def record(self, record: UUID) -> Record:
        """The record as it stands (no personal values)."""
        return self.store.load(Record, record)[0]

    def eerste(self, record: UUID) -> Stap | None:
        """How a record was made: by whom, on which ground; None when it is not there."""
        with self.database.read() as tx:
            return next(iter(self._lezer.stappen(tx, record)), None)

    def wis(self, wie: Aangemeld, persoon: UUID, context: Context) -> Recorded:
        """Destroy the keys of one person, prove it, and tell everybody by a fact.

        Can be repeated until it is confirmed. Only what is a person: the keys of a month of log
        lines or of a household are nobody's to erase here. Raises AlleenBeslisser, NietBekend,
        CheckpointBusyError.
        """
        if wie.rol != "beslisser":
            raise AlleenBeslisser
        bewijzen: list[str] = []

        def vernietig(tx: Tx) -> None:
            if tx.execute(_PERSOON, {"wie": persoon}).first() is None:
                raise NietBekend
            bewijzen.append(self._keys.destroy(tx, persoon, context.nu))
            kop = Kop.hier(context.nu, self._now(), context.correlation)
            regels = self.verantwoording.handeling(
                kop, wie, "wissing", WISSING, [persoon], meer={"bewijs": bewijzen[0]}
            )
            self.logboek.write(tx, context.nu, regels, opent=False)

        with self.database.write() as tx:
            vernietig(tx)
        for vergeet in self.bij_wissing:
            vergeet()
        self._keys.rotate(self.database)
        fact = PersoonGewist(persoon=persoon, bewijs=bewijzen[0])
        return self.store.handle(
            Record,
            uuid5(persoon, "wissing"),
            lambda r: r.wis(fact),
            context,
            {"bewijs": bewijzen[0]},
        )

    def vervang_wikkelsleutel(self) -> None:
        """The weekly rotation of the wrap key. Raises CheckpointBusyError."""
        self._keys.rotate(self.database)

    # --- the log ------------------------------------------------------------------------------

    def logregels(self) -> int:
        """How many lines the log has."""
        with self.database.read() as tx:
            return self.logboek.last(tx)

    # --- inside -------------------------------------------------------------------------------

    def volg(self, tx: Tx, _bron: str, facts: Sequence[Located]) -> None:
        """Take from intake and plan what decisions need (the `apply` of a consumer)."""
        velden = {
            id(envelope): value
            for _, envelope in facts
            if (name := VELDEN.get(type(envelope.fact))) is not None
            and isinstance(value := getattr(envelope.fact, name), Sealed)
        }
        openen = opener(self._keys, tx, {value.capsule.kid for value in velden.values()})
        for _, envelope in facts:
            value = velden.get(id(envelope))
            waarde = None if value is None else openen.open(value)
            self._feiten.schrijf(tx, envelope.version, beslisfeiten(envelope, waarde))
        self.afwijkingen.volg(tx, facts)
        self.dagwerk.geraakt({envelope.stream for _, envelope in facts})

    def _eigen_feiten(self, tx: Tx, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            name = VELDEN.get(type(envelope.fact))
            value = None if name is None else getattr(envelope.fact, name)
            waarde = to_jsonable_python(value.waarde) if isinstance(value, Open) else value
            self._feiten.schrijf(tx, envelope.version, beslisfeiten(envelope, waarde))
        self.taken.schrijf(tx, envelopes)
        self.dagwerk.geraakt({e.fact.huishouden for e in envelopes if isinstance(e.fact, _RECORDS)})
        self._log_eigen(tx, envelopes)

    def _log_eigen(self, tx: Tx, envelopes: Sequence[Envelope]) -> None:
        """One line per record and per withdrawal, in the transaction of the fact itself."""
        for envelope in envelopes:
            fact, reden = envelope.fact, envelope.verantwoording
            # An erasure has its line with the keys it destroyed.
            if not isinstance(fact, _RECORDS) or not isinstance(reden, Open):
                continue
            soort = "intrekking" if isinstance(fact, Ingetrokken) else "vastlegging"
            kop = Kop.hier(envelope.opgenomen_op, self._now(), envelope.correlation)
            door, meer = Daad(reden.waarde.actor, envelope.hoed), {"record": str(envelope.stream)}
            # A substitute is named for a household, and is about nobody in it.
            wie = [] if fact.persoon == fact.huishouden else [fact.persoon]
            regels = self.verantwoording.handeling(
                kop, door, soort, DELEN, wie, fact.huishouden, meer
            )
            self.logboek.write(tx, envelope.opgenomen_op, regels, opent=False)

    def _leest_namens(self, tx: Tx, wie: Aangemeld, persoon: UUID) -> bool:
        """Whether somebody reads the log in the place of another. Raises WordtHersteld.

        Who speaks for somebody need not live with her, so it is sought in her households. Nobody
        has fewer than two here: the same runs for a person who does not exist.
        """
        vraagt, nu = vrager(wie), self._now()
        huizen = {rij.huishouden for rij in self._feiten.van_soort(tx, "lid", persoon=persoon)}
        for huis in [*huizen, *([persoon] * (2 - len(huizen)))]:
            rijen = self._feiten.rijen(tx, huis)
            feiten = self._gevouwen(rijen, vraagt, huis, nu)
            if leest_namens(wie.actor.id, persoon, feiten):
                self._bijgewerkt(tx, huis)
                return True
        return False

    def _bijgewerkt(self, tx: Tx, huishouden: UUID) -> None:
        """Whether the decision facts are what the other services say. Raises WordtHersteld.

        A fact that ended somebody's access may be the very one that was not followed.
        """
        if not self.volgt(tx) or projections.in_quarantaine(tx, huishouden):
            raise WordtHersteld

    def _gevouwen(
        self, rijen: Sequence[Any], vrager: Vrager, huishouden: UUID, nu: datetime, *,
        vertrokken: bool = False,
    ) -> Feiten:  # fmt: skip
        vandaag, inwoner = _dag(nu), vrager.rol == "inwoner"
        if not heeft_relatie(rijen, vrager.actor.id, inwoner=inwoner, vertrokken=vertrokken):
            rijen = []  # the same statements run for a household that does not exist
        return self._feiten.feiten(rijen, huishouden, vandaag, nu)

    def _beslis(
        self, infos: Iterable[KeyInfo], vrager: Vrager, doel: Doel | None, feiten: Feiten
    ) -> list[tuple[Deel, list[KeyInfo]]]:
        """One decision per part, with the keys of that part."""
        groepen: dict[tuple[tuple[UUID, ...], Herkomst, Onderwerp], list[KeyInfo]] = {}
        for info in infos:
            over = info.betrokkenen, info.herkomst, info.onderwerp
            groepen.setdefault(over, []).append(info)
        delen = []
        for over, zijn in groepen.items():
            besluit = mag(Vraag(vrager, doel, *over), feiten, self.regels)
            sleutels = sum(not info.erased for info in zijn) if besluit.open else 0
            delen.append((Deel(*over, besluit, sleutels), zijn))
        return delen

    def _log(
        self, tx: Tx, nu: datetime, nummer: UUID, wie: Aangemeld, doel: Doel | None,
        huishouden: UUID, delen: Iterable[Deel], geheel: Besluit | None = None,
        soort: str = "inzage", meer: Mapping[str, Any] | None = None, volgt: Doel | None = None,
    ) -> str:  # fmt: skip
        """Write what a question came to; the span of its record."""
        kop = Kop.hier(nu, self._now(), nummer)
        regels = self.verantwoording.besluit(
            kop, wie, doel, huishouden, delen, geheel, soort, meer, volgt
        )
        self.logboek.write(tx, nu, regels)
        span = regels[0].span
        assert span is not None
        return span


_RECORDS = (
    GrondslagVastgelegd, ToestemmingGegeven, GeheimhoudingOpgeheven, HulpAkkoordGegeven,
    BezwaarGemaakt, OmstandigheidVastgelegd, VervangerAangewezen, NoodafspraakVastgelegd,
    Ingetrokken,
)  # fmt: skip
_PERSOON = (
    select(keytables.key_subjects.c.subject)
    .join(keytables.data_keys)
    .where(
        keytables.key_subjects.c.subject == bindparam("wie"),
        keytables.data_keys.c.onderwerp.in_([Rubriek.PERSONALIA.value, Rubriek.MELDING.value]),
    )
    .limit(1)
)
"""Only persons have a name, or were reported; erased ones keep the row without the key."""


def vrager(wie: Aangemeld) -> Vrager:
    """Who asks, as a decision knows her."""
    return Vrager(wie.actor, wie.rol.value, wie.hoed, wie.herkomst.regime, wie.herkomst.code)


def _hoort_hier(vrager: Vrager, feiten: Feiten, *, vertrokken: bool) -> bool:
    """Whether she is anything to this household, or was where that is asked."""
    was_hier = vertrokken and vrager.rol == "inwoner" and vrager.actor.id in feiten.vertrokken
    return was_hier or bool(relaties(vrager, feiten))


def _dag(nu: datetime) -> date:
    """The day it is in the Netherlands."""
    return nu.astimezone(NEDERLAND).date()


def _over(betrokkenen: Iterable[UUID], herkomst: Herkomst, onderwerp: Onderwerp) -> dict[str, Any]:
    wie = [str(persoon) for persoon in betrokkenen]
    over = {"herkomst": herkomst.code, "onderwerp": onderwerp.value}
    return over | {"betrokkenen": wie} if wie else over
