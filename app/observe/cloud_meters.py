"""What monitoring reads of the cloud: calls, errors, tokens, cost, time, and what policy refused."""

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from app.ports import Observation
from app.records.cloud import (
    FAULT_CLASSES,
    MICRO,
    PROVIDERS,
    Attempt,
    Breaker,
    Call,
    FaultClass,
    Provider,
    Why,
)
from app.records.decision import Consulted

_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0)


class CloudMeters:
    """Counts calls and attempts as they end; also an observer of what the desk decided about asking."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"chargehand_cloud_{name}_total", text, labels, registry=registry)

        self._calls = counter("calls", "Calls that ended, by outcome; 'cached' left nothing.", "outcome")
        self._attempts = counter("attempts", "Requests on the wire, by fault; 'none' was taken.",
                                 "provider", "fault")  # fmt: skip
        self._tokens = counter("tokens", "Tokens of requests; output includes reasoning.", "provider", "kind")
        self._cost = counter("cost_cny", "What requests cost, in yuan.", "provider")
        self._refused = counter("refused", "Calls that were not begun, by reason.", "reason")
        self._weighed = counter("weighed", "Schedule wishes, by whether and why the cloud was asked.",
                                "because", "outcome")  # fmt: skip
        self._drift = counter("drift", "Answers of another model or build than before.", "provider")
        self._time = Histogram("chargehand_cloud_call_seconds", "From the reservation to the end of a call.",
                               buckets=_SECONDS, registry=registry)  # fmt: skip
        self._open = Gauge("chargehand_cloud_circuit_open", "1 while a circuit is open, by its reason.",
                           ["provider", "reason"], registry=registry)  # fmt: skip

    def __call__(self, seen: Observation) -> None:
        """Count what was decided about asking, and what came of it."""
        if isinstance(seen.step, Consulted):
            self._weighed.labels(seen.step.because, seen.step.outcome).inc()

    def attempted(self, attempt: Attempt) -> None:
        """A request ended."""
        usage, provider = attempt.usage, attempt.provider
        self._attempts.labels(provider, attempt.fault or "none").inc()
        self._cost.labels(provider).inc(attempt.cost_micro / MICRO)
        for kind in ("hit", "miss", "output", "reasoning"):
            self._tokens.labels(provider, kind).inc(getattr(usage, kind))

    def called(self, call: Call, why: Why | None) -> None:
        """A call ended."""
        self._calls.labels(why or ("cached" if call.cached else "answered")).inc()
        if not call.cached:
            self._time.observe(call.took_ms / 1000)

    def refused(self, why: Why) -> None:
        """Nothing was begun."""
        self._refused.labels(why).inc()

    def drifted(self, attempt: Attempt) -> None:
        """Another model or build answered."""
        self._drift.labels(attempt.provider).inc()

    def watch_circuits(self, breakers: Callable[[], Sequence[Breaker]]) -> None:
        """Show which circuits are open whenever monitoring asks."""

        def shown(provider: Provider, reason: FaultClass) -> Callable[[], float]:
            return lambda: any((each.provider, each.reason) == (provider, reason) for each in breakers())

        for provider in PROVIDERS:
            for reason in FAULT_CLASSES:
                self._open.labels(provider, reason).set_function(shown(provider, reason))
