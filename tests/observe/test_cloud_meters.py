"""What monitoring reads of the cloud."""

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, generate_latest

from app.observe.cloud_meters import CloudMeters
from app.ports import Observation
from app.records.cloud import Attempt, Breaker, Call, Usage
from app.records.decision import Consulted, Decision
from app.records.message import Message, MessageKind

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


def page(registry: CollectorRegistry) -> set[str]:
    return set(generate_latest(registry).decode().splitlines())


def test_every_figure_that_is_asked_for_can_be_read():
    registry = CollectorRegistry()
    meters = CloudMeters(registry)
    first = Attempt("tencent", "hy4-flash", fault="throttle", fault_id="F-16", cost_micro=0)
    second = Attempt(
        "deepseek", "deepseek-flash", "deepseek-flash", usage=Usage(700, 300, 90, 40), cost_micro=2500
    )
    for attempt in (first, second):
        meters.attempted(attempt)
    meters.called(Call("C-1", NOW, "0" * 64, (first, second), took_ms=1500.0), None)
    meters.called(Call("C-2", NOW, "0" * 64, cached=True), None)
    meters.called(Call("C-3", NOW, "0" * 64, (first,), took_ms=41_000.0), "deadline")
    meters.refused("day")
    meters.drifted(second)
    decision = Decision("D-00001", Message("m", "s", None, MessageKind.TEXT, "secret words", NOW))
    meters(Observation(decision, Consulted(NOW, "hours", "not_asked"), 1.0))
    opened = [Breaker("tencent", "hy4-flash", "throttle", NOW, NOW)]
    meters.watch_circuits(lambda: opened)
    shown = page(registry)
    assert {
        'chargehand_cloud_calls_total{outcome="answered"} 1.0',
        'chargehand_cloud_calls_total{outcome="cached"} 1.0',
        'chargehand_cloud_calls_total{outcome="deadline"} 1.0',
        'chargehand_cloud_attempts_total{fault="throttle",provider="tencent"} 1.0',
        'chargehand_cloud_attempts_total{fault="none",provider="deepseek"} 1.0',
        'chargehand_cloud_tokens_total{kind="hit",provider="deepseek"} 700.0',
        'chargehand_cloud_tokens_total{kind="reasoning",provider="deepseek"} 40.0',
        'chargehand_cloud_cost_cny_total{provider="deepseek"} 0.0025',
        'chargehand_cloud_refused_total{reason="day"} 1.0',
        'chargehand_cloud_drift_total{provider="deepseek"} 1.0',
        'chargehand_cloud_weighed_total{because="hours",outcome="not_asked"} 1.0',
        'chargehand_cloud_circuit_open{provider="tencent",reason="throttle"} 1.0',
        'chargehand_cloud_circuit_open{provider="deepseek",reason="throttle"} 0.0',
        "chargehand_cloud_call_seconds_count 2.0",
    } <= shown
    assert not any("secret" in line for line in shown)
    opened.clear()
    assert 'chargehand_cloud_circuit_open{provider="tencent",reason="throttle"} 0.0' in page(registry)
