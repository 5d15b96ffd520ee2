"""Reply times by layer at five messages a second for a minute, through real sockets."""

import tempfile
from pathlib import Path

from app.verbs.demo import read_script, staged
from app.verbs.play import Player
from app.verbs.script import Script, ScriptLine
from tests.bench.rows import percentile, row

PER_SECOND = 5
SECONDS = 60


def paced() -> Script:
    """The shift's texts over and over, evenly; every sender known to the plant."""
    texts = [line for line in read_script(None).lines if line.text and line.sender != "stranger.one"]
    lines = [texts[n % len(texts)] for n in range(PER_SECOND * SECONDS)]
    return Script(
        tuple(
            ScriptLine(at_s=n / PER_SECOND, sender=line.sender, chat=line.chat, text=line.text)
            for n, line in enumerate(lines)
        )
    )


async def measure() -> list[dict[str, object]]:
    """p50, p95 and p99 from frame in to last frame out, by the layer that answered."""
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as folder:
        async with staged(Path(folder), model=True) as stage:
            plays = await Player(stage.gateway, stage.service).play(paced())
            rss = {name: _rss_mb(pid) for name, pid in _family(stage.service.process.pid).items()}
    rows, ends = [], [played.row for played in plays if played.row and played.row["reply_ms"] is not None]
    plans = [r for r in ends if r["intent"] == "production_schedule" and r["stage"] == "held"]
    for layer in ("rule", "model", "unsure"):
        times = [r["reply_ms"] for r in ends if r["layer"] == layer and r not in plans]
        rows += _percentiles(f"reply.{layer}", times)
    rows += _percentiles("reply.plan", [r["reply_ms"] for r in plans])
    rows.append(row("reply.lost", len(plays) - len(ends), "messages", note=f"of {len(plays)}"))
    rows += [row(f"memory.{name}", rss[name], "MB", note="resident, after the minute") for name in rss]
    return rows


def _percentiles(name: str, times: list[float]) -> list[dict[str, object]]:
    note = f"{len(times)} messages, {PER_SECOND} a second"
    if not times:
        return [row(f"{name}.p50", 0.0, "ms", note="none")]
    return [row(f"{name}.p{p}", round(percentile(times, p / 100), 2), "ms", note=note) for p in (50, 95, 99)]


def _family(pid: int) -> dict[str, int]:
    """The service and its children by what they are."""
    found = {"service": pid}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_bytes().decode(errors="replace")
        for name in ("lane", "solver"):
            if f"outbound.{name}" in words or f"outbound/{name}" in words:
                found[name] = int(child)
    return found


def _rss_mb(pid: int) -> float:
    fields = Path(f"/proc/{pid}/status").read_text().splitlines()
    kib = next(int(line.split()[1]) for line in fields if line.startswith("VmRSS:"))
    return round(kib / 1024, 1)
