"""Seconds from the command to ready, without and with the model's load."""

import statistics
import tempfile
import time
from pathlib import Path

from app.doubles.wecom.gateway import GatewayDouble
from app.settings import load
from app.verbs.demo import write_config
from app.verbs.service import Service, running
from tests.bench.rows import row

RUNS = 5


async def measure() -> list[dict[str, object]]:
    """Median of five starts each on a seeded store."""
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as folder:
        bare = [await _start(Path(folder), model=False) for _ in range(RUNS + 1)][1:]
        full = [await _start(Path(folder), model=True) for _ in range(RUNS + 1)][1:]
    return [
        row("start.ready", round(statistics.median(bare), 2), "s", note="subscribed, without the model"),
        row("start.ready_with_model", round(statistics.median(full), 2), "s", note="and the lane up"),
    ]


async def _start(data: Path, *, model: bool) -> float:
    async with GatewayDouble() as gateway:
        config = write_config(data, gateway, model=model)
        service = Service(config, load(config)[0].socket_path, data / "service.log")
        began = time.perf_counter()
        async with running(service):
            await service.ready(model=model, timeout_s=120)
            return time.perf_counter() - began
