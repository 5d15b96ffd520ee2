"""The transcript as a table and the day in figures, for people and for files."""

import json
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from app.records.reading import Intent, Layer
from app.verbs.play import Played

_FIELDS = ("msgid", "sender", "chat", "text", "intent", "layer", "stage", "reply", "reply_ms", "decision_id")


@dataclass(frozen=True, slots=True)
class Figures:
    """What the run adds up to; times in ms, None without any answer."""

    messages: int
    without_end: int
    layers: dict[str, int]
    p50_ms: float | None
    p95_ms: float | None
    plans: int
    plans_p50_ms: float | None
    waiting: int
    model_calls: int
    cloud_calls: int
    cloud_cost_cny: float


def transcript_line(played: Played) -> dict[str, Any]:
    """The contract's transcript line; empty fields where the message got no end."""
    row = played.row or {}
    line = {name: row.get(name) for name in _FIELDS}
    said = {"msgid": played.msgid, "sender": played.line.sender, "chat": played.line.chat}
    return line | said | {"text": played.line.text or ""}


def transcript_text(plays: list[Played]) -> str:
    """One JSON object a line, in the script's order."""
    rows = (json.dumps(transcript_line(played), ensure_ascii=False) for played in plays)
    return "".join(row.encode("utf-8", "replace").decode() + "\n" for row in rows)


def figures(plays: list[Played], standing: Mapping[str, Any]) -> Figures:
    """Adds up; a redelivered message counts once in times and layers. `standing` is the service's status."""
    once = {played.msgid: played.row for played in plays if played.row is not None}
    times = sorted(row["reply_ms"] for row in once.values() if row["reply_ms"] is not None)
    plans = [
        row["reply_ms"]
        for row in once.values()
        if row["intent"] == Intent.PRODUCTION_SCHEDULE and row["layer"] != Layer.UNSURE and row["reply_ms"]
    ]
    layers = Counter(row["layer"] for row in once.values())
    return Figures(
        messages=len(plays),
        without_end=sum(not played.ended for played in plays),
        layers=dict(layers.most_common()),
        p50_ms=statistics.median(times) if times else None,
        p95_ms=times[max(0, -(-len(times) * 95 // 100) - 1)] if times else None,
        plans=len(plans),
        plans_p50_ms=statistics.median(plans) if plans else None,
        waiting=standing["held"] or 0,
        model_calls=standing["model_calls"] or 0,
        cloud_calls=standing["cloud_calls"] or 0,
        cloud_cost_cny=standing["cost_today_cny"] or 0.0,
    )


def print_transcript(plays: list[Played], console: Console) -> None:
    """A table: who, words, meaning, layer, stage, time, answer."""
    table = Table(show_lines=False, pad_edge=False, expand=True)
    for name, ratio in (("sender", 3), ("message", 6), ("meaning", 3), ("layer", 2), ("stage", 2)):
        table.add_column(name, ratio=ratio, overflow="fold")
    table.add_column("ms", justify="right", width=5)
    table.add_column("answer", ratio=9, overflow="fold")
    for played in plays:
        row = transcript_line(played)
        ms = "" if row["reply_ms"] is None else f"{row['reply_ms']:.0f}"
        said = _what(played)
        cells = (row["sender"], said, row["intent"], row["layer"], row["stage"], ms, row["reply"] or "–")
        table.add_row(*(_plain(cell) for cell in cells))
    console.print(table)


def _what(played: Played) -> str:
    line = played.line
    if line.text is not None:
        return line.text if line.text.strip() else "(empty)"
    if line.click is not None:
        return f"[click] {line.click.key} {line.click.decision}"
    return f"[{line.event or f'feedback {line.feedback}'}]"


def _plain(cell: object) -> str:
    text = str(cell or "").replace("[", "\\[").encode("utf-8", "replace").decode()
    return text if len(text) <= 160 else text[:157] + "…"


def print_figures(total: Figures, verified: str, console: Console) -> None:
    """The summary, one figure a line."""
    layers = " · ".join(f"{layer} {count}" for layer, count in total.layers.items())
    ms = "–" if total.p50_ms is None else f"p50 {total.p50_ms:.0f} ms · p95 {total.p95_ms:.0f} ms"
    if total.plans_p50_ms is not None:
        ms += f"; the {total.plans} that made a plan p50 {total.plans_p50_ms:.0f} ms"
    for name, value in (
        ("Messages", f"{total.messages}, without an end {total.without_end}"),
        ("Answered by", layers or "–"),
        ("Reply time", ms),
        ("Decisions waiting", str(total.waiting)),
        ("Model calls", str(total.model_calls)),
        ("Cloud calls", f"{total.cloud_calls}, ¥{total.cloud_cost_cny:.4f}"),
        ("Audit chain", verified),
    ):
        console.print(f"{name:<18} {value}", highlight=False)
