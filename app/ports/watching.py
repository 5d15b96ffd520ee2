"""What may be seen of a step, and the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.records.decision import Decision, Step


@dataclass(frozen=True, slots=True)
class Observation:
    """One step as it happened: fields, not sentences; never the words of a message."""

    decision: Decision
    step: Step
    took_ms: float


Observer = Callable[[Observation], None]
Clock = Callable[[], datetime]
