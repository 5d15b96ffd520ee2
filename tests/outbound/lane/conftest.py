import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from app.outbound.lane.lane import Endurance, ModelLane
from app.outbound.lane.weights import Weights, locate
from app.records.recipe import Recipe
from app.settings import Model, shipped

FAKE = Path(__file__).with_name("fake_child.py")
QUICK = Endurance(start_s=20.0, hang_s=20.0, pause_s=0.01, pause_max_s=0.05)


@asynccontextmanager
async def running(lane: ModelLane) -> AsyncIterator[ModelLane]:
    async with asyncio.TaskGroup() as group:
        job = group.create_task(lane.run())
        try:
            yield lane
        finally:
            job.cancel()


FakeLane = Callable[..., AbstractAsyncContextManager[ModelLane]]


@pytest.fixture
def fake_lane() -> FakeLane:
    def make(
        mode: str = "good", endurance: Endurance = QUICK, **model: int
    ) -> AbstractAsyncContextManager[ModelLane]:
        command = (sys.executable, str(FAKE), mode)
        weights = Weights(Path("none.gguf"), "ab" * 32)
        return running(ModelLane(weights, Recipe(), Model(**model), endurance=endurance, command=command))

    return make


BUILD = Path(__file__).resolve().parents[3] / "build" / "models"


@pytest.fixture(scope="session")
def real_weights() -> Weights:
    """The encoder that ships."""
    return locate(Model(), shipped("models"), BUILD)


@pytest.fixture(scope="session")
def packaged_weights() -> Weights:
    """A model that writes; put together from its packages once for all runs, in the build folder."""
    return locate(Model(name="gemma-3-270m"), shipped("models"), BUILD)


@pytest.fixture(scope="session")
def run_lane() -> Callable[[ModelLane], AbstractAsyncContextManager[ModelLane]]:
    return running


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Waits for a state that nothing announces."""

    async def wait(condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    return wait
