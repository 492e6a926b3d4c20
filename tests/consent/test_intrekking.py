"""A withdrawal and a read at the same moment, on the real database, at every point of either.

Proven by the order of the log: what opened stands before the withdrawal, never after it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from events.base import KeyId, Open, Zegelplaats
from events.begrippen import Leefgebied, Rubriek, herkomst
from events.consent import Ingetrokken, ToestemmingGegeven
from events.waarden import Doel, Instemming, Ontvanger
from infra.decider import Context
from tests.consent.huis import Huis


def _samen(*taken: Callable[[], None]) -> None:
    """Run these at the same time; an error in one is an error here."""
    fouten: list[BaseException] = []
    start = threading.Barrier(len(taken))

    def loop(taak: Callable[[], None]) -> None:
        try:
            start.wait()
            taak()
        except BaseException as fout:  # noqa: BLE001  # reported below
            fouten.append(fout)

    threads = [threading.Thread(target=loop, args=(taak,)) for taak in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if fouten:
        raise fouten[0]


class Wedloop:
    """One toestemming, who reads on it, and who withdraws it."""

    def __init__(self, huis: Huis, kid: KeyId) -> None:
        self.huis, self.kid, self.record = huis, kid, uuid4()
        self.gelezen: list[tuple[UUID, bool]] = []
        """Number of the question, and whether the key came."""
        plaats = Zegelplaats((huis.anna,), herkomst("delen"), Rubriek.DELEN)
        inhoud = Instemming(
            doel=Doel.REGIE, regimes=("wgs",), onderwerpen=(Leefgebied.FINANCIEN_EN_SCHULDEN,),
            ontvanger=Ontvanger(medewerker=huis.wie("ellen").actor.id), gegeven_door=huis.anna,
            wijze="mondeling",
        )  # fmt: skip
        fact = ToestemmingGegeven(
            huishouden=huis.id, persoon=huis.anna, toestemming=Open(inhoud, plaats)
        )
        huis.consent.leg_vast(self.record, fact, self._context())

    def _context(self) -> Context:
        wie = self.huis.wie("anna")
        nu = self.huis.stad.uur()
        return Context("9999", wie.actor, wie.hoed, nu, wie.herkomst, uuid4())

    def lees(self) -> None:
        nummer = uuid4()
        vrij = self.huis.consent.vrijgave(
            self.huis.wie("ellen"), self.huis.id, [self.kid], vraag=nummer
        )
        self.gelezen.append((nummer, self.kid in vrij.keys))

    def trek_in(self) -> None:
        fact = Ingetrokken(huishouden=self.huis.id, persoon=self.huis.anna)
        self.huis.consent.trek_in(self.record, self.huis.id, fact, self._context())

    def bewijs(self) -> None:
        """By the log: open before the withdrawal, closed after it; and so were the keys."""
        log = self.huis.log()
        (ingetrokken,) = (r["nr"] for r in log[-8:] if r["soort"] == "intrekking")
        nummers = {str(nr): open_ for nr, open_ in self.gelezen}
        besluiten = [r for r in log if r["soort"] == "besluit" and str(r["vraag"]) in nummers]
        assert len(besluiten) == len(nummers)
        for besluit in besluiten:
            assert bool(besluit["gezien"]) == (besluit["nr"] < ingetrokken)
            assert nummers[str(besluit["vraag"])] == (besluit["nr"] < ingetrokken)


@pytest.fixture
def wedloop(huis: Huis) -> Wedloop:
    return Wedloop(huis, huis.kid(huis.anna))


def test_the_next_request_after_a_withdrawal_is_refused(wedloop: Wedloop) -> None:
    wedloop.lees()
    wedloop.trek_in()
    wedloop.lees()
    assert [open_ for _, open_ in wedloop.gelezen] == [True, False]
    wedloop.bewijs()


def _tussendoor(
    monkeypatch: pytest.MonkeyPatch, waar: Any, naam: str, ander: Callable[[], None], *, na: bool
) -> list[threading.Thread]:
    """Start the other one at this point, once; it goes on as soon as the database lets it."""
    begonnen: list[threading.Thread] = []
    echt = getattr(waar, naam)

    def met(*args: Any, **velden: Any) -> Any:
        uit = echt(*args, **velden) if na else None
        if not begonnen:
            op_weg = threading.Event()

            def loop() -> None:
                op_weg.set()
                ander()

            begonnen.append(threading.Thread(target=loop))
            begonnen[0].start()
            op_weg.wait()
        return uit if na else echt(*args, **velden)

    monkeypatch.setattr(waar, naam, met)
    return begonnen


LEZEN = [
    ("consent", "_now"), ("_feiten", "rijen"), ("consent", "_gevouwen"), ("_keys", "describe"),
    ("consent", "_beslis"), ("consent", "_log"), ("logboek", "write"), ("_keys", "unwrap"),
]  # fmt: skip
INTREKKEN = [
    ("store", "load"), ("store", "_append"), ("store", "_seal"), ("log", "turn"),
    ("store", "_also"), ("_feiten", "schrijf"), ("consent", "_log_eigen"), ("logboek", "write"),
    ("store", "_appended"),
]  # fmt: skip


def _plek(huis: Huis, waar: str) -> Any:
    consent: Any = huis.consent
    if waar == "consent":
        return consent
    return consent.store.log if waar == "log" else getattr(consent, waar)


@pytest.mark.parametrize("na", [False, True], ids=["voor", "na"])
@pytest.mark.parametrize(("waar", "naam"), LEZEN)
def test_a_withdrawal_at_every_point_of_a_read(
    wedloop: Wedloop, monkeypatch: pytest.MonkeyPatch, waar: str, naam: str, na: bool
) -> None:
    plek = _plek(wedloop.huis, waar)
    with monkeypatch.context() as patch:
        begonnen = _tussendoor(patch, plek, naam, wedloop.trek_in, na=na)
        wedloop.lees()
        assert begonnen, "this point was not reached"
        begonnen[0].join()
    wedloop.lees()
    wedloop.bewijs()
    assert wedloop.gelezen[-1][1] is False


@pytest.mark.parametrize("na", [False, True], ids=["voor", "na"])
@pytest.mark.parametrize(("waar", "naam"), INTREKKEN)
def test_a_read_at_every_point_of_a_withdrawal(
    wedloop: Wedloop, monkeypatch: pytest.MonkeyPatch, waar: str, naam: str, na: bool
) -> None:
    plek = _plek(wedloop.huis, waar)
    with monkeypatch.context() as patch:
        begonnen = _tussendoor(patch, plek, naam, wedloop.lees, na=na)
        wedloop.trek_in()
        assert begonnen, "this point was not reached"
        begonnen[0].join()
    wedloop.lees()
    wedloop.bewijs()
    assert wedloop.gelezen[-1][1] is False


def test_300_races(huis: Huis) -> None:
    kid = huis.kid(huis.anna)
    lopen = []
    for _ in range(300):
        loop = Wedloop(huis, kid)
        _samen(loop.trek_in, loop.lees, loop.lees)
        lopen.append(loop)
    regels = huis.log()
    intrekkingen = [r["nr"] for r in regels if r["soort"] == "intrekking"]
    assert len(intrekkingen) == 300
    besluiten = {str(r["vraag"]): r for r in regels if r["soort"] == "besluit"}
    for loop, ingetrokken in zip(lopen, intrekkingen, strict=True):
        for nummer, kwam in loop.gelezen:
            besluit = besluiten[str(nummer)]
            assert kwam == bool(besluit["gezien"]) == (besluit["nr"] < ingetrokken)


def test_a_withdrawal_is_one_transaction_with_its_line(
    wedloop: Wedloop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When its line cannot be written nothing was withdrawn, and nobody is told it was."""
    consent = wedloop.huis.consent
    echt = consent.logboek.write

    def weiger(tx: Any, now: Any, regels: Any, **meer: Any) -> None:
        regels = list(regels)
        if any(regel.soort == "intrekking" for regel in regels):
            raise OSError
        echt(tx, now, regels, **meer)

    with monkeypatch.context() as patch:
        patch.setattr(consent.logboek, "write", weiger)
        with pytest.raises(OSError):  # noqa: PT011  # the disk says no more than this
            wedloop.trek_in()
    assert not consent.record(wedloop.record).ingetrokken
    wedloop.lees()
    assert wedloop.gelezen[-1][1] is True
    wedloop.trek_in()
    wedloop.lees()
    wedloop.bewijs()


def test_every_record_has_its_line(huis: Huis) -> None:
    record = huis.toestemming()
    assert huis.log()[-1]["soort"] == "vastlegging"
    huis.trek_in(record)
    regel = huis.log()[-1]
    assert (regel["soort"], regel["persoon"], regel["functie"]) == (
        "intrekking", str(huis.anna), "inwoner",
    )  # fmt: skip
