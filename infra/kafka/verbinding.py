"""What every client of the broker shares: where it is, who we are to it, what topics are called."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import KafkaError

REQUEST = 10_000
"""Milliseconds in which a broker that is there answers."""


class BrokerError(ConnectionError):
    """The broker is out of reach, or did not do what we asked; trying again may help."""


def topic_of(bron: str) -> str:
    return f"samenplan.{bron}"


@dataclass(frozen=True, slots=True)
class Mtls:
    """Who we are to the broker, and which authority we trust: three PEM files."""

    ca: Path
    cert: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Verbinding:
    """Where the brokers are ("host:port,…"); without `mtls` in clear, for tests."""

    bootstrap: str
    mtls: Mtls | None = None

    def options(self) -> dict[str, Any]:
        common = {
            "bootstrap_servers": self.bootstrap.split(","),
            "bootstrap_timeout_ms": 5000,
            # A broker that is back is found back before a reader's place in its group is given up.
            "reconnect_backoff_max_ms": 1000,
        }
        if self.mtls is None:
            return common
        return common | {
            "security_protocol": "SSL",
            "ssl_cafile": str(self.mtls.ca),
            "ssl_certfile": str(self.mtls.cert),
            "ssl_keyfile": str(self.mtls.key),
        }


def new_consumer(verbinding: Verbinding, **options: Any) -> Any:
    """A client that reads, and leaves it to us where. Raises BrokerError."""
    try:
        return KafkaConsumer(
            **verbinding.options(),
            enable_auto_commit=False,
            # Only when what the database says is no longer there: better twice than not at all.
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            request_timeout_ms=REQUEST,
            **options,
        )
    except KafkaError as error:
        raise BrokerError(type(error).__name__) from error


class _OncePer10s(logging.Filter):
    """Lets a line of code log once per ten seconds: without a coordinator kafka-python repeats
    itself hundreds of times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        where, now = (record.pathname, record.lineno), time.monotonic()
        if now - self._last.get(where, -10.0) < 10.0:
            return False
        self._last[where] = now
        return True


_once_per_10s = _OncePer10s()


def calm_down() -> None:
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] == "kafka":
            logging.getLogger(name).addFilter(_once_per_10s)  # adding it again changes nothing
