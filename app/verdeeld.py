"""Commands of the distributed mode: a service in a role, the migration, an operator's tools."""

from __future__ import annotations

import os
import urllib.request
from typing import TYPE_CHECKING, Annotated

import typer

from app.gesproken import listen, spoken, stop
from infra.geheimen import DIENSTEN
from infra.logbook import LogDamagedError
from infra.settings import Settings, SettingsError

if TYPE_CHECKING:
    from app.diensten import Omgeving

Vanaf = Annotated[
    str | None,
    typer.Option(help="GEMEENTE:POSITIE: breng alles daarna opnieuw naar buiten, en stop."),
]


def opdrachten(cli: typer.Typer) -> None:
    """Add them to the command line."""
    for dienst in DIENSTEN:
        cli.add_typer(_dienst(dienst), name=dienst, help=f"De dienst {dienst}, verdeeld.")
    cli.command("migreer")(migreer)
    cli.command("gezond")(gezond)


def migreer(
    *,
    replicatie: Annotated[int, typer.Option(help="Op hoeveel brokers elk feit staat.")] = 1,
) -> None:
    """Maak topics, rollen, schema's en tabellen; opnieuw uitvoeren mag altijd."""
    from app.migreer import migreer as voer_uit

    with spoken():
        settings = _settings()
        voer_uit(settings, replicatie)
        print(f"Klaar voor {len(settings.gemeenten)} gemeente(n).")


def gezond() -> None:
    """Vraag aan de beheerpoort of dit proces gezond is (afsluitcode 0 of 1)."""

    with spoken():
        port = _settings().given("beheerpoort").beheerpoort
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/gezondheid", timeout=3) as answer:
            print(answer.read().decode())
    except OSError as error:
        print(error)
        raise typer.Exit(1) from None


def _dienst(dienst: str) -> typer.Typer:
    cli = typer.Typer(no_args_is_help=True)

    @cli.command()
    def api() -> None:
        """Beantwoord verzoeken."""
        from app.processen import api as draai

        with spoken():
            settings = _settings()
            draai(_omgeving(dienst, "api", settings), listen(settings))

    @cli.command()
    def worker() -> None:
        """Volg de feiten van andere diensten."""
        from app.processen import worker as draai

        with spoken():
            draai(_omgeving(dienst, "worker"))

    @cli.command()
    def herstel() -> None:
        """Verwerk opnieuw wat apart was gezet."""
        from app.processen import repair

        with spoken():
            for gemeente, bron, fout, goed in repair(_omgeving(dienst, "herstel")):
                print(f"{gemeente}, {bron}: {'hersteld' if goed else 'nog niet'} ({fout})")

    if dienst != "portal":

        @cli.command()
        def relay(*, vanaf: Vanaf = None) -> None:
            """Breng de feiten van deze dienst naar buiten."""
            from app.processen import relay as draai
            from app.processen import rewind

            with spoken():
                omgeving = _omgeving(dienst, "relay")
                if vanaf is None:
                    draai(omgeving)
                    return
                gemeente, _, position = vanaf.partition(":")
                if gemeente not in omgeving.gemeenten or not position.isdecimal():
                    raise SettingsError("instelling klopt niet: --vanaf is GEMEENTE:POSITIE")
                rewind(omgeving, gemeente, int(position))
                print(f"De relay gaat verder na positie {position} van {gemeente}.")

    if dienst == "portal":

        @cli.command()
        def herbouw() -> None:
            """Bouw het leesmodel opnieuw op; zet eerst de workers stil."""
            from app.processen import rebuild

            with spoken():
                print(f"{rebuild(_omgeving(dienst, 'herbouw'))} feiten opnieuw gelezen.")

    if dienst == "consent":
        _consent(cli)
    return cli


def _consent(cli: typer.Typer) -> None:
    @cli.command()
    def sleutels() -> None:
        """Vervang de wikkelsleutels en vernietig de oude (elke week)."""
        from app.diensten import Consentcel

        with spoken():
            omgeving = _omgeving("consent", "sleutels")
            for gemeente in omgeving.gemeenten:
                Consentcel(omgeving, gemeente).consent.vervang_wikkelsleutel()
                print(f"{gemeente}: de wikkelsleutel is vervangen; de oude is vernietigd.")

    @cli.command()
    def controle() -> None:
        """Controleer of het logboek klopt."""
        from app.diensten import Consentcel

        with spoken():
            omgeving = _omgeving("consent", "controle")
            for gemeente in omgeving.gemeenten:
                consent = Consentcel(omgeving, gemeente).consent
                try:
                    with consent.database.read() as tx:
                        regels = consent.logboek.verify(tx)
                    consent.volledigheid.eis()
                except LogDamagedError as error:
                    stop(9, f"{gemeente}: het logboek klopt niet: {error}.")
                print(f"{gemeente}: het logboek klopt ({regels} regels).")


def _settings() -> Settings:
    return Settings.read(os.environ)


def _omgeving(dienst: str, rol: str, settings: Settings | None = None) -> Omgeving:
    from app.diensten import Omgeving

    return Omgeving(dienst, rol, settings or _settings())
