"""The model lane beside llama.cpp alone: messages a second, one message's time, start, memory."""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.outbound.lane.heads import load_recipe
from app.outbound.lane.lane import ModelLane
from app.outbound.lane.process import environment
from app.outbound.lane.weights import Weights, locate
from app.settings import Model, shipped
from tests.bench.rows import percentile, row

_BATCH = 16
_ROUNDS = 5
_RAW = Path(__file__).with_name("raw_llama.py")
_MIB = 1024**2


async def measure() -> list[dict[str, object]]:
    """Rounds of the lane and of the library alone in turn, on the same messages, tokens and threads."""
    with tempfile.TemporaryDirectory() as cache:
        model = Model()
        weights = locate(model, shipped("models"), Path(cache))
        lane = ModelLane(weights, load_recipe(shipped("models"), model.head), model)
        async with asyncio.TaskGroup() as group:
            began = time.perf_counter()
            running = group.create_task(lane.run())
            await lane.ready.wait()
            ready_s = time.perf_counter() - began
            rows = await _rows(lane, weights, model)
            running.cancel()
    return [
        *rows,
        row("lane_ready", ready_s, "s", note="spawn, load, trial evaluation; weights checked before"),
    ]


async def _rows(lane: ModelLane, weights: Weights, model: Model) -> list[dict[str, object]]:
    texts = _texts()
    ours, theirs = [], []
    with _raw(weights, model, texts) as (tokens, one_round):
        await _batches(lane, texts)
        for _ in range(_ROUNDS):
            ours.append(await _batches(lane, texts))
            theirs.append(await asyncio.to_thread(one_round))
    ours_s, theirs_s = statistics.median(ours), statistics.median(theirs)
    singles = [1000 * await _batches(lane, [text]) for text in texts]
    note = f"{len(texts)} messages, {tokens} tokens, batches of {_BATCH}, {model.threads} threads"
    return [
        row("lane_messages", len(texts) / ours_s, "1/s", "raw llama.cpp", theirs_s / ours_s, note),
        row("raw_llama_messages", len(texts) / theirs_s, "1/s", note="prompt evaluation of the same tokens"),
        row(
            "lane_one_message_p50",
            percentile(singles, 0.5),
            "ms",
            note="one at a time, queue and pipe included",
        ),
        row("lane_one_message_p95", percentile(singles, 0.95), "ms"),
        row("lane_memory", lane.stats.rss_bytes / _MIB, "MiB", note="resident, mapped weights included"),
    ]


def _texts() -> list[str]:
    lines = (shipped("models") / "intent" / "data" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[:: max(1, len(lines) // 64)]][:64]


async def _batches(lane: ModelLane, texts: list[str]) -> float:
    began = time.perf_counter()
    await lane.embed(texts, priority=0, timeout_s=120)
    return time.perf_counter() - began


@contextmanager
def _raw(weights: Weights, model: Model, texts: list[str]) -> Iterator[tuple[int, Callable[[], float]]]:
    command = [sys.executable, str(_RAW), str(weights.path), str(model.threads), str(_BATCH)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment()) as process:

        def ask(line: str) -> str:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            return process.stdout.readline()

        yield int(ask(json.dumps(texts))), lambda: float(ask(""))
        process.stdin.close()
