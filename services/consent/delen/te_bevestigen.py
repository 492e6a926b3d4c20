"""What another signed for a youth, confirmed or not: asking for it, and her saying so.

Rules kept here: it holds while it waits; only she herself confirms, in Samenplan or through a
professional with a task who writes down what she said; whoever signed is told of neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never
from uuid import UUID, uuid5

from events.base import Open
from events.consent import BevestigingFact, BevestigingGevraagd, VastleggingBevestigd
from events.waarden import Bevestiging, Bevestigtermijn
from infra.auth import Aangemeld, Rol
from infra.database import Tx
from infra.decider import Context, NietBekend, Recorded
from infra.store import Store
from services.consent.domain import Feiten
from services.consent.plaatsen import plaats_delen
from services.consent.projections import Beslisfeiten, Rij
from services.consent.tijd.verjaardagen import Namens, Stand

_RUIMTE = UUID("6f0c0f57-6f2e-4f9e-8e53-19a3c2b1d7aa")
_ACHTER = "bevestiging:"


@dataclass(frozen=True, slots=True)
class Bevestigstand:
    """One record that another signed: whether it waits for her."""

    wacht: bool = False

    def evolve(self, fact: BevestigingFact) -> Bevestigstand:
        match fact:
            case BevestigingGevraagd():
                return replace(self, wacht=True)
            case VastleggingBevestigd():
                return replace(self, wacht=False)
            case _:
                assert_never(fact)

    def bevestig(self, fact: VastleggingBevestigd) -> list[BevestigingFact]:
        if not self.wacht:
            raise NietBekend
        return [fact]


class Bevestigen:
    """The use cases. `feiten`: the decision facts for somebody who belongs, or NietBekend."""

    def __init__(
        self, store: Store, beslisfeiten: Beslisfeiten,
        feiten: Callable[[Aangemeld, UUID], Feiten],
    ) -> None:  # fmt: skip
        self._store, self._beslisfeiten, self._feiten = store, beslisfeiten, feiten

    def vraag(self, huishouden: UUID, namens: Namens, stand: Stand, context: Context) -> None:
        """Ask for it, once per record and birthday; the term is the one it was asked with."""
        assert stand.uiterlijk is not None
        termijn = Bevestigtermijn(mijlpaal=stand.mijlpaal, uiterlijk=stand.uiterlijk)
        fact = BevestigingGevraagd(
            huishouden=huishouden, persoon=namens.persoon, record=namens.record,
            termijn=Open(termijn, plaats_delen(namens.persoon)),
        )  # fmt: skip
        sleutel = f"{_ACHTER}{namens.record}:{stand.mijlpaal}"
        self._store.handle(
            Bevestigstand, _stroom(namens.record), lambda _stand: [fact],
            replace(context, sleutel=sleutel, verzoek=b""),
        )  # fmt: skip

    def bevestig(
        self, wie: Aangemeld, huishouden: UUID, record: UUID, wijze: str, context: Context
    ) -> Recorded:
        """She lets it stand. Raises NietBekend, also for who is not to know that it waits."""
        feiten = self._feiten(wie, huishouden)

        def decide(stand: Bevestigstand) -> Sequence[BevestigingFact]:
            with self._store.database.read() as tx:
                rijen = self._beslisfeiten.rijen(tx, huishouden)
                rij = next((r for r in rijen if r.sleutel == f"{_ACHTER}{record}"), None)
                gevraagd = self.stand(tx, rijen).get(record)
            if rij is None or gevraagd is None or not _mag(wie, rij.persoon, feiten):
                raise NietBekend
            bevestiging = Bevestiging(mijlpaal=gevraagd.mijlpaal, wijze=wijze)
            fact = VastleggingBevestigd(
                huishouden=huishouden, persoon=rij.persoon, record=record,
                bevestiging=Open(bevestiging, plaats_delen(rij.persoon)),
            )  # fmt: skip
            return stand.bevestig(fact)

        return self._store.handle(Bevestigstand, _stroom(record), decide, context)

    def wacht(self, huishouden: UUID, record: UUID) -> bool:
        """Whether a record waits for her to say that it may stand."""
        with self._store.database.read() as tx:
            stand = self.stand(tx, self._beslisfeiten.rijen(tx, huishouden)).get(record)
        return stand is not None and stand.uiterlijk is not None

    def stand(self, tx: Tx, rijen: Sequence[Rij]) -> Mapping[UUID, Stand]:
        """How far the records of a household are that had to be confirmed."""
        hier = [rij for rij in rijen if rij.soort == "bevestiging"]
        return {
            UUID(sleutel.removeprefix(_ACHTER)): _stand(inhoud)
            for sleutel, inhoud in self._beslisfeiten.inhoud(hier).items()
        }


def _stand(inhoud: Mapping[str, Any]) -> Stand:
    uiterlijk = inhoud.get("uiterlijk")
    return Stand(inhoud["mijlpaal"], None if uiterlijk is None else date.fromisoformat(uiterlijk))


def _mag(wie: Aangemeld, persoon: UUID, feiten: Feiten) -> bool:
    """Who may record it: she herself, or a professional to whom she said it."""
    return persoon in feiten.leden and (wie.rol is not Rol.INWONER or wie.actor.id == persoon)


def _stroom(record: UUID) -> UUID:
    return uuid5(_RUIMTE, str(record))
