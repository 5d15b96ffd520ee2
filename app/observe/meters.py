"""The counters and histograms that monitoring reads; label sets are bounded."""

from collections import Counter as Counted
from collections.abc import Callable, Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from app.ports import Observation
from app.records.decision import Acted, Corrected, Failed, Held, Refused, Understood
from app.records.kpi import PLANT, DayFigures
from app.records.satisfaction import DaySatisfaction

_REPLY_BUCKETS = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 60.0)


class Meters:
    """An observer that counts, and the gauges that main feeds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.replies = Histogram(
            "chargehand_reply_seconds",
            "From the frame's arrival to the last frame of its answer.",
            ["layer"],
            buckets=_REPLY_BUCKETS,
            registry=self.registry,
        )
        counter = self._counter
        self._understood = counter("understood", "Messages understood.", "intent", "layer")
        self._ended = counter("decisions", "Decisions by outcome.", "intent", "outcome")
        told = "Readings that a person corrected, by what they were taken for."
        self._corrected = counter("corrected", told, "intent", "source")
        self.errors = counter("errors", "Errors by code.", "code")
        self.frames_dropped = counter("frames_dropped", "Inbound frames dropped, by reason.", "reason")
        self._excess = counter("excess", "Messages beyond what may be said, by whose limit.", "kind")
        self.alarms = counter("alarms", "Alarms raised, by kind.", "alarm")
        self.jobs = counter("jobs", "Clock jobs by outcome.", "job", "outcome")
        self._votes = Gauge(
            "chargehand_feedback_votes",
            "Latest votes of people on the answers of the last 30 days; they change and are taken back.",
            ["intent", "layer", "vote"],
            registry=self.registry,
        )
        self._kpis = Gauge(
            "chargehand_kpi",
            "Today's key figures by facility, 'all' for the plant; absent where there is nothing to count.",
            ["facility", "kpi"],
            registry=self.registry,
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"chargehand_{name}_total", text, labels, registry=self.registry)

    def __call__(self, seen: Observation) -> None:
        """Count one step."""
        reading = seen.decision.reading
        intent = reading.intent if reading else "none"
        match seen.step:
            case Understood():
                self._understood.labels(intent, seen.step.reading.layer).inc()
            case Acted() | Refused() | Held():
                self._ended.labels(intent, seen.step.kind).inc()
            case Corrected(source=source):
                self._corrected.labels(intent, source).inc()
            case Failed(code=code):
                self._ended.labels(intent, "failed").inc()
                self.errors.labels(code if code.startswith("CH-") else "business").inc()

    def replied(self, layer: str, seconds: float) -> None:
        """Time one reply."""
        self.replies.labels(layer).observe(seconds)

    def exceeded(self, kind: str) -> None:
        """Count a message beyond the limit of a sender, a group or clicks."""
        self._excess.labels(kind).inc()

    def measured(self, today: Sequence[DayFigures]) -> None:
        """Show today's key figures, and none of those that were shown before."""
        self._kpis.clear()
        for day in today:
            for figure in day.figures:
                if figure.value is not None:
                    self._kpis.labels(_site(day.facility), figure.kpi.value).set(figure.value)

    def voted(self, found: Iterable[DaySatisfaction]) -> None:
        """Show these votes, and none of those that were shown before."""
        votes: Counted[tuple[str, str, str]] = Counted()
        for each in found:
            votes[each.intent, each.layer, "up"] += each.of.up
            votes[each.intent, each.layer, "down"] += each.of.down
        self._votes.clear()
        for labels, count in votes.items():
            self._votes.labels(*labels).set(count)

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A gauge that is read when monitoring asks."""
        Gauge(f"chargehand_{name}", text, registry=self.registry).set_function(value)


def _site(facility: str) -> str:
    return "all" if facility == PLANT else facility
