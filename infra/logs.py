"""The technical log, configured once: JSON lines on standard error, never a personal value.

Our own lines carry ids, types and codes. Of a line from a library only who speaks and how loud is
kept, with its text when no error hangs on it: an error's text may quote what somebody wrote.
"""

from __future__ import annotations

import logging
import sys

import structlog

from infra import trace


class _Library(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        if record.exc_info and record.exc_info[0] is not None:
            log.error("library error", logger=record.name, error=record.exc_info[0].__name__)
        else:
            log.log(record.levelno, record.getMessage(), logger=record.name)


def configure() -> None:
    """Call it once, before anything is logged."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            trace.in_regel,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_Library()], level=logging.WARNING, force=True)
    for chatty in ("kafka.net.selector", "fastapi"):  # "took 0.2 s", "email-validator is not here"
        logging.getLogger(chatty).setLevel(logging.ERROR)
