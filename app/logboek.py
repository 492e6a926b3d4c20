"""Commands about the log: check it with and without keys, its public key, and the witness."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.gesproken import clock, spoken, stop
from infra.database import Database
from infra.koppen import WITNESS, HeadRefusedError, KeyFile, Verifier
from infra.logbook import LogDamagedError
from infra.narekenen import recompute
from infra.settings import Settings, SettingsError
from infra.sqlite import SQLite
from infra.tegels import TreeDamagedError
from infra.volgorde import PUBLIC

if TYPE_CHECKING:
    from infra.getuige import Rounds

Sleutel = Annotated[
    str | None, typer.Option(help="Openbare sleutel van het logboek, of een bestand met die.")
]
Data = Annotated[Path | None, typer.Option(help="Map met de gegevens (anders ./data).")]
KLOPT_NIET = 9
ALARM = "HET LOGBOEK KLOPT NIET"
WRONG = (LogDamagedError, TreeDamagedError, HeadRefusedError)


def opdrachten(cli: typer.Typer) -> None:
    """Add them to the command line."""
    logboek = typer.Typer(no_args_is_help=True)
    logboek.command("controleer")(controleer)
    logboek.command("narekenen")(narekenen)
    logboek.command("sleutel")(sleutel)
    cli.add_typer(logboek, name="logboek", help="Het logboek controleren.")
    cli.command("getuige")(getuige)


def controleer(*, data: Data = None, sleutel: Sleutel = None) -> None:
    """Open elke regel en vergelijk haar met haar verbintenis, de tegels en de koppen.

    In één proces: terwijl Samenplan stilstaat.
    """
    from services.consent.application import Consent

    def een(gemeente: str, consent: Consent, settings: Settings) -> None:
        with _klopt(gemeente):
            with consent.database.read() as tx:
                regels = consent.logboek.verify(tx)
            print(f"{gemeente}: {regels} regels, elk past bij haar verbintenis.")
            _reken_na(gemeente, consent.database, settings, sleutel)

    with spoken():
        settings = _settings(data)
        if settings.database:
            from app.diensten import Consentcel, Omgeving

            omgeving = Omgeving("consent", "controle", settings)
            for gemeente in omgeving.gemeenten:
                een(gemeente, Consentcel(omgeving, gemeente).consent, settings)
            omgeving.close()
            return
        from app.wiring import Embedded

        world = Embedded(settings)
        try:
            een(settings.gemeente, world.consent, settings)
        finally:
            world.close()


def narekenen(*, data: Data = None, sleutel: Sleutel = None) -> None:
    """Reken het hele logboek na, zonder sleutels; elke dag, ook terwijl Samenplan draait."""
    with spoken():
        settings = _settings(data)
        if settings.database:
            from app.diensten import Omgeving

            omgeving = Omgeving("consent", "narekenen", settings)
            for gemeente in omgeving.gemeenten:
                with _klopt(gemeente):
                    _reken_na(gemeente, omgeving.database(gemeente), settings, sleutel)
            omgeving.close()
            return
        path = settings.data / "consent.sqlite"
        if not path.exists():
            raise SettingsError(f"instelling klopt niet: in {settings.data} is geen logboek")
        database = SQLite(path, readonly=True)
        with _klopt(settings.gemeente):
            _reken_na(settings.gemeente, database, settings, sleutel)
        database.close()


def sleutel(*, data: Data = None) -> None:
    """Toon de openbare sleutel van het logboek, om aan anderen te geven."""
    with spoken():
        settings = _settings(data)
        for gemeente in settings.gemeenten or (settings.gemeente,):
            print(_verifier(settings, gemeente, None))


def getuige(
    url: Annotated[str, typer.Argument(help="Het logboek: https://…/v1/logboek/GEMEENTE")],
    *,
    map_: Annotated[Path, typer.Option("--map", help="Map voor koppen en de eigen sleutel.")],
    sleutel: Annotated[str, typer.Option(help="Openbare sleutel van het logboek.")],
    naam: Annotated[str, typer.Option(help="Naam van deze getuige.")] = "getuige",
    elke: Annotated[float, typer.Option(min=1, max=60, help="Seconden tussen blikken.")] = 60,
    eenmaal: Annotated[bool, typer.Option("--eenmaal", help="Kijk één keer en stop.")] = False,
    ca: Annotated[Path | None, typer.Option(help="Wie voor het logboek instaat (PEM).")] = None,
) -> None:
    """Bewaar de koppen van een logboek ergens anders, en teken alleen mee wat verder gaat.

    Afsluitcode 9: het logboek is teruggezet, gesplitst of vervalst. Bel de FG. Met een beheerpoort
    (SAMENPLAN_BEHEERPOORT) blijft de getuige dan kijken, en zeggen de cijfers daar dat het niet
    klopt.
    """
    import httpx  # takes long to load, and nothing else here needs it

    from infra.getuige import RemoteLog, Rounds, Witness

    gestopt = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: gestopt.set())
    with spoken():
        key = KeyFile(map_ / "getuige.sleutel", naam, WITNESS, create=True)
        print(f"Openbare sleutel van deze getuige: {key.verifier}", flush=True)
        try:
            log = Verifier.parse(_tekst(sleutel))
            wie = Witness(map_ / "koppen", log, key, clock)
            with httpx.Client(verify=str(ca) if ca else True, timeout=10) as client:
                rondes = Rounds(wie, RemoteLog(client, url), clock)
                if eenmaal:
                    raise typer.Exit(0 if _blik(rondes) else 1)
                bewaak(rondes, gestopt, elke, _settings(None))
        except HeadRefusedError as error:
            stop(KLOPT_NIET, f"{ALARM}: {error}.")


def bewaak(rondes: Rounds, gestopt: threading.Event, elke: float, settings: Settings) -> None:
    """Look again and again until asked to stop, with a management port if there is one.

    Raises HeadRefusedError: at once without a port, and with one at the end, when the last head
    was still refused.
    """
    from infra.management import of_witness, start
    from infra.metrics import Metrics

    if settings.beheerpoort is None:
        while not gestopt.is_set():
            _blik(rondes)
            gestopt.wait(elke)
        return
    metrics = Metrics("getuige", "getuige")
    metrics.witness(rondes)
    beheer = start(
        settings.beheerhost, settings.beheerpoort,
        lambda: of_witness(rondes.wrong, klaar=rondes.seen is not None), metrics,
    )  # fmt: skip
    try:
        metrics.ready()
        while not gestopt.is_set():
            try:
                _blik(rondes)
            except HeadRefusedError as error:
                print(f"{clock():%H:%M:%S} {ALARM}: {error}", file=sys.stderr, flush=True)
            gestopt.wait(elke)
    finally:
        beheer.stop()
    if rondes.wrong is not None:
        raise HeadRefusedError(rondes.wrong)


def _blik(rondes: Rounds) -> bool:
    from infra.getuige import LogbookGoneError

    try:
        head = rondes.look()
    except LogbookGoneError as error:
        print(f"{clock():%H:%M:%S} het logboek antwoordt niet ({error})", file=sys.stderr)
        return False
    print(f"{clock():%H:%M:%S} {head.size} regels: gaat verder; meegetekend", flush=True)
    return True


def _reken_na(gemeente: str, database: Database, settings: Settings, gegeven: str | None) -> None:
    folder = settings.log_folder(gemeente)
    found = recompute(database, folder, _verifier(settings, gemeente, gegeven))
    wacht = f"; {found.waiting} wachten nog op een kop" if found.waiting else ""
    print(f"{gemeente}: {found.rows} regels in de boom, {found.heads} koppen kloppen{wacht}.")


def _verifier(settings: Settings, gemeente: str, gegeven: str | None) -> Verifier:
    """The key that was given; else the one that lies beside the tiles, which proves less."""
    path = settings.log_folder(gemeente) / PUBLIC
    if gegeven is None and not path.exists():
        raise SettingsError(f"instelling klopt niet: {path} is er niet; was er al een kop?")
    return Verifier.parse(_tekst(gegeven) if gegeven else path.read_text())


def _tekst(gegeven: str) -> str:
    path = Path(gegeven)
    return path.read_text() if len(gegeven) < 200 and path.is_file() else gegeven


@contextmanager
def _klopt(gemeente: str) -> Iterator[None]:
    try:
        yield
    except WRONG as error:
        stop(KLOPT_NIET, f"{gemeente}: het logboek klopt niet: {error}.")


def _settings(data: Path | None) -> Settings:
    return Settings.read(os.environ, **({"data": data} if data else {}))
