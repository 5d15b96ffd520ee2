"""The understanding on the blind test, as the service runs it: how right, how sure, how fast."""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from app import main
from app.learning.judging import report, verdicts
from app.learning.messages import Example, read_data
from app.ports import Names
from app.records.message import Language, MessageKind
from app.records.reading import Layer, Reading
from app.settings import Settings, shipped
from app.understand.reader import Reader
from app.verbs.classify import demo_names
from tests.bench.rows import percentile, row

_QUIET = "this machine's clock, everything included"


async def measure() -> list[dict[str, object]]:
    """Accuracy with and without the lane, then times one message at a time and in batches."""
    names = await asyncio.to_thread(demo_names)
    blind = read_data(shipped("models") / "intent" / "data" / "blind.jsonl").examples
    with TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        lane = await asyncio.to_thread(main.build_lane, settings)
        alone = main.build_reader(settings, None, lambda _: None)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(lane.run())
            await lane.ready.wait()
            reader = main.build_reader(settings, lane, lambda _: None)
            told, batch_s = await _in_batches(reader, blind, names)
            times = await _one_by_one(reader, blind, names)
            running.cancel()
    down, _ = await _in_batches(alone, blind, names)
    return [
        *_figures("understanding", report(verdicts(told, blind))),
        *_figures("understanding_lane_down", report(verdicts(down, blind))),
        *_times(times, len(blind) / batch_s),
    ]


async def _in_batches(
    reader: Reader, blind: tuple[Example, ...], names: Names
) -> tuple[list[Reading], float]:
    began = time.perf_counter()
    told = await reader.read_many([each.text for each in blind], names)
    return told, time.perf_counter() - began


async def _one_by_one(
    reader: Reader, blind: tuple[Example, ...], names: Names
) -> list[tuple[Layer, float, float]]:
    """For each message the layer, the time of the whole reading and the time of rules alone, in ms."""
    times = []
    for each in blind:
        began = time.perf_counter()
        reading = await reader.read(each.text, MessageKind.TEXT, names, Language.HANS)
        middle = time.perf_counter()
        reader.draft(each.text, MessageKind.TEXT, names, Language.HANS)
        ended = time.perf_counter()
        times.append((reading.layer, 1000 * (middle - began), 1000 * (ended - middle)))
    return times


def _figures(name: str, found: dict) -> list[dict[str, object]]:
    note = f"blind test, {found['n']} messages"
    figures = [
        ("accuracy", found["accuracy"], "aim 0.93"),
        *((f"accuracy_{lang}", each["accuracy"], "aim 0.90") for lang, each in found["by_language"].items()),
        ("accuracy_without_keyword", found["keyword_free"]["accuracy"], "aim 0.88"),
        ("accuracy_trap", found["trap"]["accuracy"], "aim 0.88"),
        ("booked_precision", found["booked"]["precision"], f"aim 0.99, {found['booked']['n']} decided"),
        ("booked_coverage", found["booked"]["coverage"], "aim 0.75"),
        ("calibration_error", found["calibration_error"], "aim at most 0.04"),
        (
            "choices_offer_the_right_one",
            found["choices"]["offer_the_right_one"],
            f"{found['choices']['n']} asked",
        ),
        ("entity_f1", found["entities"]["all"]["f1"], "aim 0.95"),
    ]
    return [row(f"{name}_{what}", value, "share", note=f"{note}; {aim}") for what, value, aim in figures]


def _times(times: list[tuple[Layer, float, float]], rate: float) -> list[dict[str, object]]:
    whole = [took for _, took, _ in times]
    rules = [took for layer, _, took in times if layer is Layer.RULE]
    drafts = [took for _, _, took in times]
    return [
        row("understanding_one_message_p50", percentile(whole, 0.5), "ms", note=_QUIET),
        row("understanding_one_message_p95", percentile(whole, 0.95), "ms", note=f"{_QUIET}; aim 60"),
        row(
            "understanding_rules_p50",
            percentile(rules, 0.5),
            "ms",
            note=f"the {len(rules)} that rules decide",
        ),
        row("understanding_rules_p95", percentile(rules, 0.95), "ms", note="the same; aim 1"),
        row(
            "understanding_before_the_model_p95",
            percentile(drafts, 0.95),
            "ms",
            note="all: rules, things, signs",
        ),
        row(
            "understanding_batches",
            rate,
            "1/s",
            "one by one",
            rate * sum(whole) / len(whole) / 1000,
            "aim 40",
        ),
    ]
