"""The lane with the shipped encoder and with a model that writes: vectors, native faults, bad files."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.outbound.lane.lane import Endurance, ModelLane
from app.outbound.lane.probe import probe
from app.outbound.lane.process import COMMAND, Opening, environment
from app.outbound.lane.weights import Weights
from app.records.errors import LaneDown
from app.records.recipe import Recipe
from app.settings import Model

RECIPE = Recipe()
LAYERED = Recipe(layers=(8,))
HOME = Path(__file__).resolve().parents[3]
LONG = "热处理那边的油快没了，屯门的师傅下午过来加，之前先把抛光的活往后排。" * 20
ODD = ["", " ", "\ud800 lone \udfff", "🙂🙂", "x" * 40_000, "\0", "<end_of_turn><bos>", LONG]


async def test_every_text_gets_a_finite_vector_and_long_ones_are_cut(real_weights, run_lane) -> None:
    async with run_lane(ModelLane(real_weights, RECIPE, Model(timeout_s=30))) as lane:
        vectors = np.array(await lane.embed(ODD, priority=0, timeout_s=60))
        assert vectors.shape == (len(ODD), 384)
        assert np.isfinite(vectors).all()
        assert lane.stats.tokens <= len(ODD) * (RECIPE.token_limit + 2)
        assert lane.stats.rss_bytes > 30 * 1024**2
        assert lane.stats.tokens_per_s > 0


@pytest.mark.parametrize("kind", ["encoder", "writer"])
async def test_company_in_a_batch_changes_next_to_nothing(
    real_weights, packaged_weights, run_lane, kind: str
) -> None:
    texts = ["SO-1042做到边度", "GR-02又停咗", "how many 8 inch knives are left in Fo Tan?", LONG]
    weights, recipe = {"encoder": (real_weights, RECIPE), "writer": (packaged_weights, LAYERED)}[kind]
    async with run_lane(ModelLane(weights, recipe, Model(timeout_s=60))) as lane:
        together = np.array(await lane.embed(texts, priority=0, timeout_s=60))
        alone = np.array([(await lane.embed([text], priority=0, timeout_s=60))[0] for text in texts])
    assert np.abs(together - alone).max() < 0.01 * np.abs(alone).max()


async def test_stopping_early_changes_nothing_below(packaged_weights, run_lane) -> None:
    both = replace(LAYERED, layers=(8, 17), pools=("mean", "last"))
    async with run_lane(ModelLane(packaged_weights, both, Model())) as lane:
        [full] = await lane.embed(["批准"], priority=0, timeout_s=60)
    async with run_lane(ModelLane(packaged_weights, LAYERED, Model())) as lane:
        [early] = await lane.embed(["批准"], priority=0, timeout_s=60)
    assert len(full) == 4 * 640
    assert full[:640] == early


def _by_the_library(weights: Weights, text: str) -> list[float]:
    script = """
        import json, sys
        from llama_cpp import LLAMA_POOLING_TYPE_LAST as LAST, Llama
        model = Llama(sys.argv[1], embedding=True, pooling_type=LAST, verbose=False, n_ctx=512)
        print(json.dumps(model.embed(sys.argv[2])))
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(weights.path), text]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


async def test_without_layers_it_is_the_library_s_own_last_state(packaged_weights, run_lane) -> None:
    text = "how many are left?"
    theirs = np.array(await asyncio.to_thread(_by_the_library, packaged_weights, text))
    async with run_lane(ModelLane(packaged_weights, Recipe(pools=("last",)), Model())) as lane:
        [ours] = await lane.embed([text], priority=0, timeout_s=60)
    assert np.abs(np.array(ours) - theirs).max() < 0.01 * np.abs(theirs).max()


@pytest.mark.parametrize("blow", [signal.SIGSEGV, signal.SIGKILL])
async def test_a_blow_in_the_middle_of_a_batch_loses_nothing(real_weights, run_lane, until, blow) -> None:
    async with run_lane(ModelLane(real_weights, RECIPE, Model())) as lane:
        await lane.ready.wait()
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(lane.embed([LONG] * 4 + ["ok"], priority=0, timeout_s=60))
            await until(lambda: lane.stats.evaluating)
            os.kill(lane.pid, blow)
        assert len(asked.result()) == 5
        assert lane.stats.restarts == 1
        assert f"signal {blow.value}" in lane.stats.last_fault


async def test_a_stopped_child_costs_a_time_out_and_is_replaced(real_weights, run_lane) -> None:
    endurance = Endurance(hang_s=1.0, pause_s=0.01)
    async with run_lane(ModelLane(real_weights, RECIPE, Model(), endurance=endurance)) as lane:
        await lane.ready.wait()
        os.kill(lane.pid, signal.SIGSTOP)
        with pytest.raises(LaneDown, match="no answer"):
            await lane.embed(["hello"], priority=0, timeout_s=0.1)
        assert await lane.embed(["hello again"], priority=0, timeout_s=60)
        assert "hung" in lane.stats.last_fault


async def test_two_lanes_at_once_give_the_same_vectors(real_weights, run_lane) -> None:
    first, second = (ModelLane(real_weights, RECIPE, Model(threads=1)) for _ in range(2))
    async with run_lane(first), run_lane(second):
        answers = await asyncio.gather(
            *(lane.embed(["批准"], priority=0, timeout_s=60) for lane in (first, second))
        )
        assert first.pid != second.pid
    assert answers[0] == answers[1]


@pytest.mark.parametrize("damage", ["empty", "no GGUF", "cut short"])
async def test_a_corrupted_file_is_a_clear_answer_and_no_crash(real_weights, tmp_path, damage: str) -> None:
    path = tmp_path / "bad.gguf"
    with real_weights.path.open("rb") as whole:
        path.write_bytes({"empty": b"", "no GGUF": b"PK" * 500, "cut short": whole.read(20_000_000)}[damage])
    with pytest.raises(LaneDown, match=r"no model that llama\.cpp can load"):
        await probe(Model(), Weights(path, "0" * 64), RECIPE)


async def test_a_recipe_that_the_model_cannot_follow_is_named(real_weights, packaged_weights) -> None:
    with pytest.raises(LaneDown, match="the model offers 1 to 17"):
        await probe(Model(), packaged_weights, Recipe(layers=(18,)))
    with pytest.raises(LaneDown, match="the model offers 1 to 11"):
        await probe(Model(), real_weights, Recipe(layers=(12,)))
    with pytest.raises(LaneDown, match="exceed 512 tokens"):
        await probe(Model(), real_weights, Recipe(prefix="x", token_limit=512))


async def test_the_probe_says_what_happened(real_weights) -> None:
    said = await probe(Model(), real_weights, RECIPE)
    assert "evaluated one token in" in said


def _run_to_its_death(script: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", textwrap.dedent(script)]
    return subprocess.run(command, capture_output=True, cwd=HOME, timeout=20, check=False)


async def test_the_child_does_not_outlive_a_killed_parent(real_weights, until) -> None:
    """The parent is killed while the child has a minute's work; standard error closes when both are gone."""
    script = f"""
        import os, signal, subprocess, sys
        from pathlib import Path
        from app.outbound.lane.frames import Frame, read
        from app.outbound.lane.process import Opening
        from app.outbound.lane.weights import Weights
        from app.records.recipe import Recipe
        child = subprocess.Popen(
            [*{list(COMMAND)!r}, str(os.getpid())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=2
        )
        opening = Opening(Weights(Path({str(real_weights.path)!r}), "0" * 64), Recipe(), 1)
        child.stdin.write(opening.frame().packed()); child.stdin.flush()
        assert read(child.stdout).head["ready"]
        child.stdin.write(Frame({{"number": 1, "texts": [{LONG!r}] * 4000}}).packed()); child.stdin.flush()
        print(child.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = await asyncio.to_thread(_run_to_its_death, script)
    assert done.returncode == -signal.SIGKILL
    await until(lambda: _ended(int(done.stdout)))


def _ended(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def test_the_opening_survives_the_pipe() -> None:
    head = Opening(Weights(Path("/a b/c.gguf"), "0" * 64), LAYERED, 3).frame().head
    assert (head["weights"], head["threads"], head["recipe"]["layers"]) == ("/a b/c.gguf", 3, (8,))


def test_the_child_s_threads_sleep_unless_the_operator_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    assert environment()["OMP_WAIT_POLICY"] == "passive"
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    assert environment()["OMP_WAIT_POLICY"] == "active"
