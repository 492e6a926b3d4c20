"""What is of the moment and not of the fact or the request: trying again may help."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

from infra.provider import KeyFileError

TRANSIENT = (
    exc.OperationalError, exc.InterfaceError, exc.TimeoutError, sqlite3.OperationalError, OSError,
    KeyFileError,
)  # fmt: skip
"""A locked file, a full disk, a server or keys out of reach."""
