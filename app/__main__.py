"""The command line: `samenplan demo`, `samenplan start`, `samenplan verhaal`.

Whatever keeps a command from starting is one Dutch sentence on standard error and an exit code of
its own; a traceback means a mistake of ours.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.table import Table

from app import logboek
from app.gesproken import clock, listen, spoken, stop
from app.verdeeld import opdrachten
from infra import logs
from infra.logbook import LogDamagedError
from infra.settings import Settings, SettingsError
from infra.staff import Staff

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
Poort = Annotated[int | None, typer.Option(help="Poort om op te luisteren (anders 8000).")]
Data = Annotated[Path | None, typer.Option(help="Map met de gegevens (anders ./data).")]


@cli.command()
def demo(
    *,
    opnieuw: Annotated[bool, typer.Option("--opnieuw", help="Wis de demo; begin opnieuw.")] = False,
    start: Annotated[bool, typer.Option("--start", help="Start daarna de website.")] = False,
    poort: Poort = None,
    data: Data = None,
) -> None:
    """Een verzonnen gemeente om in rond te kijken."""
    from app.demo import maak

    with spoken():
        settings = _settings(data, poort, demo=True)
        listening = listen(settings) if start else None
        if maak(settings, clock(), opnieuw=opnieuw):
            print(f"De verzonnen gemeente staat klaar in {settings.data.resolve()}.")
        else:
            print(f"De verzonnen gemeente stond al in {settings.data.resolve()}.")
        if listening is not None:
            _serve(settings, listening)


@cli.command("start")
def start_(*, poort: Poort = None, data: Data = None) -> None:
    """Start op de gegevens die er zijn."""
    with spoken():
        settings = _settings(data, poort)
        _serve(settings, listen(settings))


@cli.command()
def verhaal(
    *,
    techniek: Annotated[
        bool, typer.Option("--techniek", help="Ook wat er op schijf staat.")
    ] = False,
    url: Annotated[str | None, typer.Option(help="Speel op een server die al draait.")] = None,
    data: Data = None,
) -> None:
    """Het verhaal van één gezin, stap voor stap."""
    from app.vertel import vertel

    with spoken():
        folder = _settings(data, None).data if url is not None else None
        raise typer.Exit(vertel(url, folder, techniek=techniek))


@cli.command()
def beheer(
    *,
    sleutels: Annotated[bool, typer.Option("--sleutels", help="Vervang de wikkelsleutel.")] = False,
    controle: Annotated[
        bool, typer.Option("--controle", help="Controleer het logboek en het leesmodel.")
    ] = False,
    herstel: Annotated[
        bool, typer.Option("--herstel", help="Verwerk wat apart was gezet opnieuw.")
    ] = False,
    data: Data = None,
) -> None:
    """Onderhoud terwijl Samenplan stilstaat."""
    from app import beheer as onderhoud
    from app.wiring import Embedded

    with spoken():
        world = Embedded(_settings(data, None))
        try:
            if sleutels:
                onderhoud.vervang_wikkelsleutel(world)
                print("De wikkelsleutel is vervangen; de oude is vernietigd.")
            if controle:
                regels, rijen = onderhoud.controleer(world)
                print(f"Het logboek klopt ({regels} regels) en het leesmodel ook ({rijen} rijen).")
            if herstel:
                for naam, bron, fout, goed in onderhoud.herstel(world):
                    print(f"{naam}, {bron}: {'hersteld' if goed else 'nog niet'} ({fout})")
        except LogDamagedError as error:
            stop(9, f"Het logboek klopt niet: {error}.")
        except onderhoud.OngelijkError as error:
            stop(9, f"Het leesmodel {error} verschilde van de feiten en is opnieuw opgebouwd.")
        finally:
            world.close()


@cli.command()
def geheimen(
    map_: Annotated[Path, typer.Argument(metavar="MAP", help="Map waarin ze komen.")],
    *,
    gemeenten: Annotated[str, typer.Option(help="Codes van gemeenten, met komma's.")],
    hosts: Annotated[str, typer.Option(help="Namen waaronder diensten bereikbaar zijn.")] = "",
) -> None:
    """Maak de geheimen van alle diensten; wat er al is, blijft."""
    from infra.geheimen import maak as maak_geheimen

    with spoken():
        codes = gemeenten.split(",")
        if not all(re.fullmatch("[0-9]{4}", code) for code in codes):
            raise SettingsError("gemeenten zijn codes van vier cijfers, met komma's ertussen")
        gemaakt = maak_geheimen(map_, codes, hosts.split(",") if hosts else ())
        if gemaakt:
            print(f"{len(gemaakt)} bestanden gemaakt in {map_.resolve()}.")
            print("Geef elke dienst alleen haar eigen map, en bewaar ca/ca.key ergens anders.")
        else:
            print(f"Er was al alles in {map_.resolve()}.")


def _settings(data: Path | None, poort: int | None, *, demo: bool | None = None) -> Settings:
    given = {"data": data, "poort": poort, "demo": demo}
    return Settings.read(os.environ, **{k: v for k, v in given.items() if v is not None})


def _serve(settings: Settings, listening: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT; then finish what runs and end with exit code 0."""
    from app.wiring import Embedded
    from infra.management import start

    world = Embedded(settings)
    metrics = world.metrics()
    management = None
    if settings.beheerpoort is not None:
        management = start(settings.beheerhost, settings.beheerpoort, world.health, metrics)
    try:
        _screen(settings, world.staff)
        server = uvicorn.Server(
            uvicorn.Config(
                metrics.app(world.web()), log_config=None, access_log=False, server_header=False,
                timeout_graceful_shutdown=20,
            )
        )  # fmt: skip
        for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises it again when it is done
            signal.signal(number, signal.SIG_IGN)
        metrics.ready()
        server.run(sockets=[listening])
    finally:
        if management is not None:
            management.stop()
        world.close()


def _screen(settings: Settings, staff: Staff) -> None:
    """What runs, where, and as whom to sign in: one screen."""
    console = Console(highlight=False, soft_wrap=True)
    url = f"http://{settings.host}:{settings.poort}"
    soort = "demo met verzonnen mensen" if settings.demo else "zonder demo"
    console.print(f"[bold]Samenplan[/bold] ({soort}) draait op [bold]{url}[/bold]")
    console.print(f"Gegevens: {settings.data.resolve()} · stoppen: Ctrl-C")
    console.print(
        f"Alles in één proces op SQLite {sqlite3.sqlite_version}: één schrijver per bestand."
    )
    if settings.demo:
        console.print(f"API: {url}/v1/openapi.json\n")
        table = Table("Aanmelden als", "bij", "die", box=None, pad_edge=False, header_style="dim")
        for persona in staff:
            table.add_row(persona.naam, persona.organisatie, persona.uitleg)
        console.print(table)
    sys.stdout.flush()


opdrachten(cli)
logboek.opdrachten(cli)


def main() -> None:
    logs.configure()
    cli()


if __name__ == "__main__":
    main()
