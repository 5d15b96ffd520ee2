"""The clock as a door: a table of trigger, desk function and misfire rule."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from app.ports import Clock


@dataclass(frozen=True, slots=True)
class Job:
    """One thing done by the clock.

    `when_missed`: "run_once" makes up for any number of missed times with one run at start,
    "skip" waits for the next time. A job that is late by less than `grace_s` still runs.
    """

    name: str
    trigger: BaseTrigger
    do: Callable[[], Awaitable[None]]
    when_missed: Literal["run_once", "skip"]
    grace_s: int = 60


class JobBook(Protocol):
    """Where runs are remembered."""

    async def last_run(self, name: str) -> datetime | None:
        """When the job last ran, None when never."""

    async def ran(self, name: str, at: datetime, outcome: str, missed: int) -> None:
        """Keep a run: outcome "ok" or the error's code; `missed` times were made up for or skipped."""


class ClockDoor:
    """Runs the table until closed."""

    def __init__(
        self,
        jobs: tuple[Job, ...],
        book: JobBook,
        clock: Clock,
        seen: Callable[[str, str], None],
    ) -> None:
        self._jobs = jobs
        self._book = book
        self._clock = clock
        self._seen = seen  # job name and outcome
        self._scheduler = AsyncIOScheduler(executors={"default": AsyncIOExecutor()}, timezone="UTC")

    async def start(self) -> None:
        """Follow each job's rule for what was missed, then start the clock."""
        for job in self._jobs:
            missed = await self._missed(job)
            if missed:
                self._seen(job.name, "missed")
            if missed and job.when_missed == "run_once":
                await self._run(job, missed)
            self._scheduler.add_job(
                self._run,
                job.trigger,
                (job,),
                id=job.name,
                misfire_grace_time=job.grace_s,
                coalesce=True,
                max_instances=1,
            )
        self._scheduler.start()

    def next_due(self) -> dict[str, datetime | None]:
        """When each job runs next."""
        return {job.id: job.next_run_time for job in self._scheduler.get_jobs()}

    def close(self) -> None:
        """Stop the clock; a job that runs is cancelled with the loop."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _missed(self, job: Job) -> int:
        """How many of its times passed while nothing ran; 1,000 at most."""
        last, now, count = await self._book.last_run(job.name), self._clock(), 0
        if last is None:
            return 0
        due = job.trigger.get_next_fire_time(last, last + timedelta(microseconds=1))
        while due is not None and due <= now and count < 1000:
            count += 1
            due = job.trigger.get_next_fire_time(due, due + timedelta(microseconds=1))
        return count

    async def _run(self, job: Job, missed: int = 0) -> None:
        """Boundary: a job. Its failure is counted and the next time comes all the same."""
        outcome = "ok"
        try:
            await job.do()
        except Exception as fault:  # noqa: BLE001 - one of the four boundaries
            outcome = getattr(fault, "code", type(fault).__name__)
        self._seen(job.name, outcome)
        await self._book.ran(job.name, self._clock(), outcome, missed)
