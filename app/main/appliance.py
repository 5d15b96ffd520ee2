"""Every part of a running appliance, wired once."""

import asyncio
import json
import signal
import traceback
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from structlog.typing import FilteringBoundLogger

from app.desk import Desk, Parts
from app.desk.measuring import Measuring
from app.inbound.check_window import CheckWindow
from app.inbound.console.feed import Feed
from app.inbound.console.house import House
from app.inbound.console.server import ConsoleServer
from app.inbound.console.server import Door as ConsoleDoor
from app.inbound.flood import Flood
from app.inbound.health import HealthPage
from app.inbound.jobs import ClockDoor, Job
from app.inbound.relay_link import RelayState
from app.main.building import build_lane, build_reader, choose_head, open_seeded
from app.main.channels import Channels, Hears
from app.observe.cloud_meters import CloudMeters
from app.observe.log import StepLog, open_log
from app.observe.meters import Meters
from app.observe.replies import ReplyTimes
from app.outbound.cloud.building import build_client
from app.outbound.cloud.client import CloudClient
from app.outbound.delivery import Delivery
from app.outbound.holder import hold
from app.outbound.lane.lane import ModelLane
from app.outbound.lane.plant_heads import PlantHeads
from app.outbound.painter import Painter
from app.outbound.shipped import read_catalogue, read_corrections, read_new_names
from app.outbound.solver import SolverProcess
from app.outbound.store import SqlStore
from app.outbound.wecom.fetching import build_fetching
from app.outbound.wecom.link import LinkState
from app.outbound.wecom.spool import Spool
from app.ports import Bubble, Observer, Outgoing
from app.records.answer import Say, utc_now
from app.records.board import Status
from app.records.cloud import MICRO
from app.records.cloud import Standing as CloudStanding
from app.records.errors import ChainBroken, ChargehandError, ModelWrong, OwnFault, SettingsWrong
from app.records.message import Channel, Language, Message
from app.settings import Settings

_LINK: dict[LinkState, Literal["up", "parked"]] = {
    LinkState.READY: "up",
    LinkState.SUPERSEDED: "parked",
    LinkState.REFUSED: "parked",
}


async def serve(settings: Settings) -> int:
    """Run the service until SIGTERM or SIGINT; 0 after a clean stop.

    Raises AlreadyRunning when another service holds the data directory, and what the parts raise
    when they cannot be built.
    """
    _check_bot(settings)
    with hold(settings.data_dir):
        log = open_log(settings.log_level)
        store = await asyncio.to_thread(open_seeded, settings)
        try:
            lane = await asyncio.to_thread(build_lane, settings)
            appliance = Appliance(settings, store, lane, log)
            await appliance.run()
        finally:
            await asyncio.to_thread(store.close)
    return 0


def _check_bot(settings: Settings) -> None:
    """The bot's credentials must be there at the start; one that vanishes later only parks the link."""
    bot, app, notices = settings.wecom.bot, settings.wecom.app, settings.wecom.notices
    if notices == "app" and not app.enabled:
        raise SettingsWrong("wecom.notices is app, but wecom.app.enabled is false; set notices to bot")
    if notices == "bot" and app.enabled and not bot.enabled:
        raise SettingsWrong("wecom.notices is bot, but wecom.bot.enabled is false; set notices to app")
    if not bot.enabled:
        return
    if not bot.id or bot.secret_file is None:
        raise SettingsWrong("wecom.bot: set id and secret_file from the admin console, or enabled = false")
    try:
        secret = bot.secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        why = getattr(fault, "strerror", None) or "not UTF-8"
        raise SettingsWrong(
            f"wecom.bot.secret_file: {bot.secret_file}: {why}; put the secret there"
        ) from fault
    if not secret:
        raise SettingsWrong(f"wecom.bot.secret_file: {bot.secret_file} is empty; put the secret there")


class Appliance:
    """Every part, wired once."""

    def __init__(
        self, settings: Settings, store: SqlStore, lane: ModelLane | None, log: FilteringBoundLogger
    ) -> None:
        self._settings, self._store, self._lane, self._log = settings, store, lane, log
        self._meters, self._feed = Meters(), Feed()
        self._catalogue, self._link_since = read_catalogue(settings.plant.time_zone), utc_now()
        self._flood = Flood(settings.wecom.flood, on_excess=self._meters.exceeded)
        self._channels = Channels(settings, store, self._hears(), utc_now)
        self._link = self._channels.link
        times = ReplyTimes(store.outbox, self._meters.replied)
        self._delivery = Delivery(self._channels.ways, times, clock=utc_now)
        self._fetching = build_fetching(
            settings, store.media, store.ledger, self._catalogue, self._media_alarm
        )
        self._solver = SolverProcess(settings.planning)
        self._pointed_at = PlantHeads(settings.plant_heads_dir).pointer
        self._reader = build_reader(settings, lane, self._head_told)
        zone = ZoneInfo(settings.plant.time_zone)
        self._measuring = Measuring(
            store, utc_now, zone, settings.planning.changeover_minutes, self._meters.measured
        )
        self._cloud = self._build_cloud()
        self._desk = self._build_desk(self._channels.bubble, times.observe)
        self._gauges()

    def _build_cloud(self) -> CloudClient | None:
        """The cloud's client with its meters, None where nothing outside may be asked."""
        self._cloud_meters = CloudMeters(self._meters.registry)
        settings, store = self._settings, self._store
        zone = ZoneInfo(settings.plant.time_zone)
        client = build_client(settings.cloud, zone, store.cloud, store.ledger, self._cloud_meters, utc_now)
        self._cloud_meters.watch_circuits(client.breakers if client else tuple)
        return client

    def _build_desk(self, bubble: Bubble, time_reply: Observer) -> Desk:
        settings, listening = self._settings, (self._feed.observe, time_reply, self._measuring.observe)
        return Desk(
            Parts(
                store=self._store,
                reader=self._reader,
                bubble=bubble,
                solver=self._solver,
                catalogue=self._catalogue,
                limits=settings.limits,
                planning=settings.planning,
                corrections=read_corrections(settings.wecom.bot.display_name),
                new_names=read_new_names(),
                clock=utc_now,
                wake=self._delivery.wake,
                context_minutes=settings.understanding.context_minutes,
                cloud=self._cloud,
                notices=Channel(settings.wecom.notices),
                consulting=settings.cloud,
                painter=Painter(Spool(settings.media_dir)),
                reports=settings.reports,
                observers=(StepLog(self._log), self._meters, self._cloud_meters, *listening),
                identify=self._channels.identify,
                on_fault=self._fault,
            )
        )

    async def run(self) -> None:
        """Run every part until told to stop; whatever is unfinished then is taken up next time."""
        await self._store.recover()
        if self._cloud is not None:
            await self._cloud.load()
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        clock = ClockDoor(self._jobs(), self._store, utc_now, self._job_done)
        page = HealthPage(self._settings.metrics.listen, self._meters.registry, self._unwell, self._unready)
        try:
            async with asyncio.TaskGroup() as group:
                parts = [group.create_task(part) for part in self._parts()]
                await clock.start()
                self._log.info("started", metrics_port=page.port, data_dir=str(self._settings.data_dir))
                await stop.wait()
                for part in parts:
                    part.cancel()
        finally:
            clock.close()
            await asyncio.to_thread(page.close)
            await self._channels.aclose()
            self._log.info("stopped")

    def _parts(self) -> list[Coroutine[Any, Any, None]]:
        store, planning, console = self._store, self._settings.planning, self._settings.console
        checks = CheckWindow(self._channels.open_window, utc_now) if self._channels.has_window else None
        house = House(store, store, self._desk, self._catalogue, utc_now, self._status, planning, checks)
        door = ConsoleDoor(self._settings.socket_path, console.idle_lock_s, on_fault=self._console_fault)
        server = ConsoleServer(house, self._feed, door)
        parts = [self._desk.run(), self._delivery.run(), self._solver.run(), server.run()]
        parts += [self._fetching.run(), *self._channels.parts()]
        return [*parts, self._lane.run()] if self._lane else parts

    async def _accept(self, message: Message) -> None:
        await self._desk.accept(message, self._flood.mark)
        self._fetching.hear(message)

    def _doubtful(self, row: Outgoing) -> str:
        """The notice for an answer that may not have arrived, in all scripts of its reader."""
        say = Say("desk.doubtful", {"ticket": row.decision_id})
        said = [self._catalogue.render(say, language, utc_now()) for language in (Language.HANT, Language.EN)]
        return "\n".join(said)

    # The clock.

    def _jobs(self) -> tuple[Job, ...]:
        zone = ZoneInfo(self._settings.plant.time_zone)
        night = CronTrigger(hour=0, minute=5, timezone=zone)
        morning = CronTrigger(day_of_week="mon-sat", hour=7, minute=30, timezone=zone)
        return (
            Job("outbox_retry", IntervalTrigger(seconds=15), self._retry, "skip", 15),
            Job("unanswered_approvals", IntervalTrigger(seconds=30), self._desk.expire, "run_once", 30),
            Job("plan_watch", IntervalTrigger(seconds=10), self._desk.watch_plan, "skip", 10),
            Job("new_head", IntervalTrigger(seconds=30), self._look_for_head, "skip", 30),
            Job("plan_review", morning, self._review, "run_once", 3600),
            Job("kpis_today", IntervalTrigger(seconds=30), self._measuring.keep_up, "skip", 30),
            Job("feedback_votes", IntervalTrigger(seconds=60), self._count_votes, "skip", 60),
            Job("kpis_by_night", night, self._measuring.close_days, "run_once", 3600),
            *self._reports(),
            Job("audit_anchor", CronTrigger(minute=5, timezone=zone), self._anchor, "run_once", 600),
        )

    def _reports(self) -> tuple[Job, ...]:
        """Shifts are looked at often, so that each is handed over when it ends."""
        if not self._settings.reports.shift:
            return ()
        return (Job("shift_reports", IntervalTrigger(seconds=60), self._desk.report_shifts, "skip", 60),)

    async def _retry(self) -> None:
        self._desk.retry()
        self._delivery.wake()

    async def _look_for_head(self) -> None:
        """Take the head that an update or a rollback put into service."""
        pointer = await asyncio.to_thread(lambda: PlantHeads(self._settings.plant_heads_dir).pointer)
        if self._lane is None or pointer == self._pointed_at:
            return
        head, version = await asyncio.to_thread(choose_head, self._settings, self._lane, self._head_told)
        self._reader.take_head(head, version)
        self._pointed_at = pointer
        self._log.info("head", version=version or "shipped")

    async def _count_votes(self) -> None:
        """Show monitoring the votes on the last 30 days' answers."""
        today = utc_now().astimezone(ZoneInfo(self._settings.plant.time_zone)).date()
        self._meters.voted(await self._store.satisfaction.votes(today - timedelta(days=29), today))

    async def _review(self) -> None:
        today = utc_now().astimezone(ZoneInfo(self._settings.plant.time_zone)).date()
        await self._desk.review_plan(f"plan_review:{today}")

    async def _anchor(self) -> None:
        """Note the chain's head outside the store."""
        verified = await asyncio.to_thread(self._store.audit_verify)
        line = {"at": utc_now().isoformat(), "rows": verified.rows, "head": verified.head, "ok": verified.ok}
        await asyncio.to_thread(_append, self._settings.data_dir / "anchors.jsonl", json.dumps(line))
        if not verified.ok:
            raise ChainBroken(verified.sentence)

    def _job_done(self, name: str, outcome: str) -> None:
        self._meters.jobs.labels(name, outcome).inc()
        if outcome != "ok":
            self._log.warning("job", job=name, outcome=outcome)

    # What is seen.

    def _hears(self) -> Hears:
        return Hears(
            self._accept, self._dropped, self._link_became, self._relay_became, self._alarm, self._doubtful
        )

    def _link_became(self, state: LinkState, why: str) -> None:
        self._link_since = utc_now()
        self._log.info("link", state=state, why=why)
        if state is LinkState.READY:
            self._delivery.wake()

    def _relay_became(self, state: RelayState, why: str) -> None:
        self._log.info("relay", state=state, why=why)

    def _alarm(self, alarm: str, why: str) -> None:
        """To the log, and to the group where there is one."""
        self._log.error("alarm", alarm=alarm, why=why)
        self._meters.alarms.labels(alarm).inc()
        if self._channels.group is not None:
            self._channels.group.tell(f"**{alarm}** {why}")

    def _media_alarm(self, fault: ChargehandError) -> None:
        self._meters.errors.labels(fault.code).inc()
        self._alarm("media", fault.code)

    def _dropped(self, reason: str) -> None:
        self._meters.frames_dropped.labels(reason).inc()

    def _fault(self, ticket: str, fault: Exception) -> None:
        """Where it happened, never what it said: a fault's text may hold the words of a message."""
        where = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(fault.__traceback__)]
        code = getattr(fault, "code", OwnFault.code)
        self._log.error("fault", decision=ticket, code=code, fault=type(fault).__name__, where=where[-5:])

    def _head_told(self, text: str) -> None:
        self._meters.errors.labels(ModelWrong.code).inc()
        self._log.warning("head", text=text)

    def _console_fault(self, fault: Exception) -> None:
        self._meters.errors.labels(getattr(fault, "code", "CH-100")).inc()
        self._log.error("console_fault", fault=type(fault).__name__)

    def _status(self) -> Status:
        lane = self._lane.stats if self._lane else None
        cloud = self._cloud.standing() if self._cloud else CloudStanding("off")
        beside: Literal["FULL", "NO-CLOUD"] = "FULL" if cloud.state == "up" else "NO-CLOUD"
        return Status(
            mode=beside if lane and lane.ready else "RULES",
            link=_LINK.get(self._link.state, "down") if self._settings.wecom.bot.enabled else "off",
            lane="off" if lane is None else "up" if lane.ready else "down",
            now=utc_now(),
            zone=self._settings.plant.time_zone,
            queue=self._desk.waiting,
            cost_today_cny=cloud.spent_today_micro / MICRO,
            cloud_calls=cloud.calls_today,
            link_since=self._link_since,
            model_calls=lane.evaluated if lane else 0,
        )

    def _gauges(self) -> None:
        gauge, lane = self._meters.gauge, self._lane
        gauge("queue_depth", "Messages accepted and not yet begun.", lambda: self._desk.waiting)
        gauge(
            "link_ready", "1 while WeCom's connection is ready.", lambda: self._link.state == LinkState.READY
        )
        if lane is not None:
            gauge("lane_ready", "1 while the model lane can evaluate.", lambda: lane.stats.ready)
            gauge("lane_queue", "Messages that wait for the lane.", lambda: lane.stats.waiting)
            gauge("lane_busy_seconds", "Time spent evaluating.", lambda: lane.stats.busy_s)
            gauge("lane_evaluated", "Messages evaluated.", lambda: lane.stats.evaluated)
            gauge("lane_restarts", "Children lost.", lambda: lane.stats.restarts)

    def _unwell(self) -> str:
        """Healthy means that the store answers; asked from the page's thread."""
        try:
            self._store.ping_now()
        except ChargehandError as fault:
            return f"{fault.code}: {fault}"
        return ""

    def _unready(self) -> str:
        off = not self._settings.wecom.bot.enabled
        return self._unwell() or (
            "" if off or self._link.state == LinkState.READY else f"link {self._link.state}"
        )


def _append(file: Path, line: str) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.write(line + "\n")
