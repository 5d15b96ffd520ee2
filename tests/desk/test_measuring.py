"""Key figures by the clock, on a real store: what is counted when, and what past days keep."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.desk.measuring import EVERY, Measuring
from app.records.action import ReportProgress, SetMachine, action_hash
from app.records.kpi import PLANT, Kpi
from app.records.plant import MachineState, OperationState

ZONE = ZoneInfo("Asia/Hong_Kong")
TODAY = date(2026, 11, 23)


class Counting:
    """Measuring on a desk's store, with what it told."""

    def __init__(self, here) -> None:
        self.here, self.told = here, []
        self.measuring = Measuring(here.store, here.clock, ZONE, 15, self.told.append)

    async def kept(self, day=TODAY, facility=PLANT):
        found = await self.here.store.read(lambda facts: facts.figures(day))
        return next((each for each in found if (each.day, each.facility) == (day, facility)), None)

    async def value(self, kpi, day=TODAY, facility=PLANT):
        kept = await self.kept(day, facility)
        figure = kept.of(kpi) if kept else None
        return figure.value if figure else None


def observing():
    """An observer that can be told of a Measuring once that is there."""
    later = []
    return later, lambda seen: [each.observe(seen) for each in later]


async def publish(here):
    held = await here.ask("ng.mei-ling", "重新安排生產計劃")
    assert (await here.desk.approve(held.id, "lee.wai-man", action_hash(held.hold.action))).ok
    return held


async def test_today_is_counted_when_it_grows_old_and_after_each_publication_and_its_undoing(plant):
    later, observer = observing()
    async with plant(observers=(observer,)) as here:
        counting = Counting(here)
        later.append(counting.measuring)
        keep_up = counting.measuring.keep_up
        await keep_up()
        await keep_up()
        assert len(counting.told) == 1
        assert await counting.value(Kpi.PLAN_AGE) is None
        here.clock.on(minutes=1)
        held = await publish(here)
        await keep_up()
        await keep_up()
        assert len(counting.told) == 2
        assert await counting.value(Kpi.PLAN_AGE) == 0
        assert await counting.value(Kpi.PROVED) == 0
        here.clock.on(minutes=2)
        assert (await here.desk.undo(held.id, "lee.wai-man")).ok
        await keep_up()
        assert len(counting.told) == 3
        assert await counting.value(Kpi.PLAN_AGE) is None
        here.clock.now += EVERY - timedelta(seconds=1)
        await keep_up()
        assert len(counting.told) == 3
        here.clock.on(seconds=1)
        await keep_up()
        assert len(counting.told) == 4
        sites = await here.store.read(lambda facts: [f.code for f in facts.facilities()])
        assert {each.facility for each in counting.told[-1]} == {PLANT, *sites}
        assert {each.at for each in counting.told[-1]} == {here.clock.now}


async def test_a_count_that_fails_is_made_good_the_next_time(plant):
    async with plant() as here:
        counting = Counting(here)
        counting.measuring._store = None
        with pytest.raises(AttributeError):
            await counting.measuring.keep_up()
        counting.measuring._store = here.store
        await counting.measuring.keep_up()
        assert await counting.kept() is not None


async def test_counting_twice_gives_the_same_rows(plant):
    async with plant() as here:
        counting = Counting(here)
        await publish(here)
        for _ in range(2):
            await counting.measuring.close_days()
        days = await here.store.read(lambda facts: facts.figures(TODAY - timedelta(days=30)))
        assert len({(d.day, d.facility) for d in days}) == len(days)
        assert min(d.day for d in days) >= TODAY - timedelta(days=7)
        assert counting.told[0] == counting.told[1]


async def test_work_reported_as_planned_adheres_and_is_utilisation(plant):
    async with plant() as here:
        counting = Counting(here)
        await publish(here)
        plan = await here.store.read(lambda facts: facts.plan())
        waiting = {
            (o.order, o.position)
            for order in await here.store.read(lambda facts: facts.orders())
            for o in order.operations
            if o.state is OperationState.WAITING
        }
        due = [a for a in plan.assignments if (a.order, a.position) in waiting]
        due = [a for a in due if a.start < here.clock.now + timedelta(hours=8)]
        assert due
        for place in sorted(due, key=lambda a: a.start):
            here.clock.now = max(here.clock.now, place.start)
            started = ReportProgress(place.order, place.position, "started", 0.0, place.machine)
            await here.store.write(lambda book, act=started, key=str(place): book.apply(act, key))
        await counting.measuring.close_days()
        assert await counting.value(Kpi.ADHERENCE) == 1
        assert 0 < await counting.value(Kpi.UTILISATION) < 1
        here.clock.on(hours=6)
        await counting.measuring.close_days()
        assert await counting.value(Kpi.ADHERENCE) < 1, "what was due since has not begun"


async def test_an_order_finished_late_changes_its_due_day_afterwards_and_machines_stay_as_seen(plant):
    async with plant() as here:
        counting = Counting(here)
        order = (await here.store.read(lambda facts: facts.orders()))[0]
        due_day = order.due.astimezone(ZONE).date()
        here.clock.now = order.due + timedelta(hours=1)
        await counting.measuring.close_days()
        late = await counting.value(Kpi.TARDINESS_SUM, due_day, order.facility)
        assert late >= 60
        before = await counting.kept(due_day)
        here.clock.on(days=2)
        last = len(order.operations) - 1
        finish = ReportProgress(order.number, last, "finished", 0.0, None)
        for position in range(len(order.operations)):
            done = replace(finish, position=position)
            await here.store.write(lambda book, act=done: book.apply(act, f"{act.position}"))
        await here.store.write(lambda book: book.apply(SetMachine("GR-01", MachineState.DOWN), "down"))
        await counting.measuring.close_days()
        assert await counting.value(Kpi.TARDINESS_SUM, due_day, order.facility) >= 60 + 2 * 1440
        after = await counting.kept(due_day)
        assert after.of(Kpi.UTILISATION) == before.of(Kpi.UTILISATION)
        assert after.at > before.at
