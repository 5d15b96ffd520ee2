"""One structured line per step: an event name and fields, never the words of a message."""

import logging
import sys
from typing import TextIO

import structlog

from app.ports import Observation
from app.records.decision import Approved, Corrected, Failed, Held, Refused, Understood

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def open_log(level: str, stream: TextIO = sys.stderr) -> structlog.typing.FilteringBoundLogger:
    """A logger that writes JSON lines at `level` ("debug" to "error") and above.

    Rooms that log by structlog's own door write the same way from then on.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


class StepLog:
    """An observer that writes each step."""

    def __init__(self, log: structlog.typing.FilteringBoundLogger) -> None:
        self._log = log

    def __call__(self, seen: Observation) -> None:
        """Write one line."""
        fields = {
            "decision": seen.decision.id,
            "stage": seen.decision.stage,
            "took_ms": round(seen.took_ms, 1),
        }
        match seen.step:
            case Understood(reading=reading):
                fields |= {"intent": reading.intent, "layer": reading.layer, "by": reading.by}
            case Held(reason=reason):
                fields |= {"reason": reason}
            case Approved(by=by, digest=digest):
                fields |= {"by": by, "digest": digest[:12]}
            case Corrected(by=by, intent=intent, source=source):
                fields |= {"by": by, "intent": intent, "source": source}
            case Refused(code=code) | Failed(code=code):
                fields |= {"code": code}
        self._log.info(seen.step.kind, **fields)
