"""The demo plant's real parts in one process, on a clock of their own: rules alone, a real store file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from app.desk import Desk, Parts
from app.doubles.wecom.gateway import GatewayDouble
from app.main import build_reader
from app.main.channels import Channels, Hears
from app.outbound.delivery import Delivery
from app.outbound.shipped import read_catalogue, read_corrections, read_new_names
from app.outbound.store import SqlStore, open_store
from app.outbound.wecom.link import LinkState
from app.ports import Outgoing
from app.records.message import Channel, Message
from app.records.scheduling import Problem, Schedule
from app.settings import Settings, shipped
from tests.journeys.hour.pace import PacedLoop

DOUBTFUL = "may not have arrived:"
_RETRY_S = 15.0


class _NoSolver:
    """Finds nothing: nothing in the script asks for a plan."""

    async def solve(self, problem: Problem, *, limit_s: float, start: Schedule | None = None) -> Schedule:
        return Schedule("none", 0, (), "solver")


def _settings(folder: Path, gateway: GatewayDouble) -> Settings:
    secret = folder / "bot.secret"
    secret.write_text(gateway.secret)
    bot = {"url": gateway.url, "id": gateway.bot_id, "secret_file": secret, "superseded_retry_s": 20.0}
    return Settings.model_validate(
        {
            "data_dir": folder,
            "wecom": {"bot": bot},
            "model": {"enabled": False},
            "planning": {"replan": False},
        }
    )


@dataclass
class Plant:
    """Store, channels, desk and delivery; `readies` counts how often the link became ready."""

    store: SqlStore
    channels: Channels
    desk: Desk
    delivery: Delivery
    readies: int = 0


@asynccontextmanager
async def open_plant(folder: Path, gateway: GatewayDouble) -> AsyncIterator[Plant]:
    """The parts, running on this loop's clock."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, PacedLoop)
    settings = _settings(folder, gateway)
    store = open_store(settings.store_url, clock=loop.now, zone=ZoneInfo(settings.plant.time_zone))
    with closing(store):
        store.seed(shipped("config") / "demo_plant.toml")
        plant = _wire(settings, store, loop)
        async with asyncio.TaskGroup() as group:
            works = (plant.desk.run(), plant.delivery.run(), *plant.channels.parts(), _retry(plant))
            running = [group.create_task(work) for work in works]
            yield plant
            for task in running:
                task.cancel()


def _wire(settings: Settings, store: SqlStore, loop: PacedLoop) -> Plant:
    catalogue = read_catalogue(settings.plant.time_zone)

    async def accept(message: Message) -> None:
        await desk.accept(message)

    def became(state: LinkState, _why: str) -> None:
        if state is LinkState.READY:
            plant.readies += 1
            delivery.wake()

    def doubtful(row: Outgoing) -> str:
        return f"{DOUBTFUL} {row.decision_id}"

    hears = Hears(accept, _ignore, became, _ignore, _ignore, doubtful)
    channels = Channels(settings, store, hears, loop.now, tick=loop.time)
    delivery = Delivery({Channel.BOT: channels.ways[Channel.BOT]}, store.outbox, clock=loop.now)
    desk = Desk(
        Parts(
            store=store, reader=build_reader(settings, None, _ignore), bubble=channels.bubble,
            solver=_NoSolver(), catalogue=catalogue, limits=settings.limits, planning=settings.planning,
            corrections=read_corrections("Chargehand"), new_names=read_new_names(), clock=loop.now,
            wake=delivery.wake, on_fault=_surprise,
        )
    )  # fmt: skip
    plant = Plant(store, channels, desk, delivery)
    return plant


def _ignore(*_told: object) -> None: ...


def _surprise(ticket: str, fault: Exception) -> None:
    raise AssertionError(ticket) from fault


async def _retry(plant: Plant) -> None:
    """What the service's clock does."""
    while True:
        await asyncio.sleep(_RETRY_S)
        plant.desk.retry()
        plant.delivery.wake()
        await plant.desk.expire()
