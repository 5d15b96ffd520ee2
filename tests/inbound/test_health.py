"""The page for monitoring, asked over a real socket."""

import http.client

import pytest

from app.inbound.health import HealthPage
from app.observe.meters import Meters


@pytest.fixture
def page():
    state = {"ready": "no link yet"}
    health = HealthPage("127.0.0.1:0", Meters().registry, lambda: "", lambda: state["ready"])
    yield health, state
    health.close()


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_ready_says_what_is_wrong_until_it_is_not(page):
    health, state = page
    assert get(health.port, "/readyz") == (503, "no link yet\n")
    state["ready"] = ""
    assert get(health.port, "/readyz") == (200, "ok\n")
    assert get(health.port, "/healthz") == (200, "ok\n")


def test_metrics_are_there_and_anything_else_is_named(page):
    health, _ = page
    status, body = get(health.port, "/metrics")
    assert status == 200
    assert "chargehand_decisions_total" in body
    assert get(health.port, "/")[0] == 404
