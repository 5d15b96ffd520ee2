"""Every job follows its written rule for missed times; a failing job is counted and comes again."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from app.inbound.jobs import ClockDoor, Job
from app.records.errors import Down

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Runs:
    """Remembers runs as the store does."""

    last: dict[str, datetime] = field(default_factory=dict)
    kept: list[tuple[str, str, int]] = field(default_factory=list)

    async def last_run(self, name: str) -> datetime | None:
        return self.last.get(name)

    async def ran(self, name: str, at: datetime, outcome: str, missed: int) -> None:
        self.kept.append((name, outcome, missed))


@dataclass
class Work:
    """Counts its calls; fails when told to."""

    calls: int = 0
    fault: Exception | None = None

    async def __call__(self) -> None:
        self.calls += 1
        if self.fault:
            raise self.fault


async def started(job: Job, runs: Runs) -> list[tuple[str, str]]:
    seen: list[tuple[str, str]] = []
    door = ClockDoor((job,), runs, lambda: NOW, lambda name, outcome: seen.append((name, outcome)))
    await door.start()
    assert set(door.next_due()) == {job.name}
    door.close()
    return seen


DAILY = CronTrigger(hour=7, minute=30, timezone="UTC")


async def test_missed_times_are_made_up_for_with_one_run():
    work, runs = Work(), Runs({"review": NOW - timedelta(days=3)})
    seen = await started(Job("review", DAILY, work, "run_once"), runs)
    assert work.calls == 1
    assert runs.kept == [("review", "ok", 3)]
    assert seen == [("review", "missed"), ("review", "ok")]


async def test_a_job_that_skips_waits_for_its_next_time_but_the_miss_is_seen():
    work, runs = Work(), Runs({"retry": NOW - timedelta(hours=1)})
    seen = await started(Job("retry", IntervalTrigger(minutes=5), work, "skip"), runs)
    assert work.calls == 0
    assert seen == [("retry", "missed")]


@pytest.mark.parametrize("last", [None, NOW - timedelta(minutes=5)])
async def test_nothing_missed_nothing_run(last: datetime | None):
    work = Work()
    assert await started(Job("review", DAILY, work, "run_once"), Runs({"review": last} if last else {})) == []
    assert work.calls == 0


@pytest.mark.parametrize(
    ("fault", "code"), [(Down("no"), "CH-210"), (ZeroDivisionError(), "ZeroDivisionError")]
)
async def test_a_failing_job_is_kept_with_its_code(fault: Exception, code: str):
    work, runs = Work(fault=fault), Runs({"review": NOW - timedelta(days=1)})
    await started(Job("review", DAILY, work, "run_once"), runs)
    assert runs.kept == [("review", code, 1)]
