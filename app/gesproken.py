"""What keeps a command from starting, each in one Dutch sentence with an exit code of its own.

Light to load: every process of the distributed mode begins here.
"""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NoReturn

import typer

from infra.database import DamagedDataError
from infra.provider import KeyFileError
from infra.settings import Settings, SettingsError
from infra.staff import StaffFileError

KLOK = 10.0
"""Seconds between two looks at what the day asks."""


class PoortBezetError(Exception):
    """Another program listens there already."""


class InGebruikError(Exception):
    """Another process already works in this data folder."""


class NietDeDemoError(Exception):
    """The data folder holds data that the demo did not make."""


def clock() -> datetime:
    """The one clock of a process."""
    return datetime.now(UTC)


@contextmanager
def spoken() -> Iterator[None]:
    """What an operator can mend is said in one sentence, without a traceback."""
    try:
        yield
    except SettingsError as error:
        stop(2, f"De {error}.")
    except PoortBezetError as error:
        stop(3, f"Poort {error} is al in gebruik. Stop het andere programma of kies --poort.")
    except InGebruikError as error:
        stop(4, f"Een ander proces van Samenplan werkt al in de map {error}.")
    except DamagedDataError as error:
        stop(5, f"Het bestand {error} is beschadigd of geen database. Zet een reservekopie terug.")
    except StaffFileError as error:
        stop(5, f"Samenplan start niet: {error}.")
    except KeyFileError as error:
        stop(6, f"Samenplan start niet: {error}.")
    except NietDeDemoError as error:
        stop(7, f"In de map {error} staan gegevens die niet van de demo zijn. Kies --data.")
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, type(error).__name__)
        stop(8, f"Samenplan kan {error.filename or 'de gegevens'} niet gebruiken ({code}).")
    except Exception as error:
        if not _database_is_away(error):
            raise
        stop(8, "Samenplan kan de database niet bereiken.")


def _database_is_away(error: Exception) -> bool:
    """Drivers are loaded by who uses a database, and not by who does not."""
    found = {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}
    return bool(found & {"sqlalchemy.exc.OperationalError", "psycopg.OperationalError"})


def stop(code: int, sentence: str) -> NoReturn:
    """End with a sentence on standard error."""
    print(sentence, file=sys.stderr)
    raise typer.Exit(code) from None


def listen(settings: Settings) -> socket.socket:
    """Take the port before the data are opened. Raises PoortBezetError, SettingsError."""
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.poort))
        listening.listen(512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PoortBezetError(settings.poort) from None
        where = f"{settings.host}:{settings.poort}"
        raise SettingsError(f"instelling klopt niet: luisteren op {where} kan hier niet") from None
    return listening
