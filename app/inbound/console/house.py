"""The house behind the console's door: read views made from the store, writes handed to the desk."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from app import policy
from app.desk import Desk
from app.inbound.check_window import CheckWindow
from app.inbound.console.backend import KeyHolder
from app.inbound.console.cards import (
    Teller,
    action_of,
    card_of,
    detail_of,
    media_about,
    row_of,
    transcript_of,
)
from app.inbound.console.opinions import ByAnswer, Votes, opinions
from app.inbound.console.panel import DAYS, board_of, day_of
from app.planning.gantt.of_plan import Looker, chart_of_plan
from app.ports import Clock, Facts, Store
from app.records.action import REVERSIBLE, Action
from app.records.answer import Catalogue, Say
from app.records.board import (
    CardDetail,
    Cards,
    MachineRow,
    Messages,
    Overview,
    RiskRow,
    SiteBoard,
    Status,
    Transcript,
    WindowStanding,
)
from app.records.chart import Chart
from app.records.correction import Lesson
from app.records.decision import Decision
from app.records.kpi import KpiBoard
from app.records.message import Language
from app.records.plant import Facility, Order, Plan
from app.records.satisfaction import SatisfactionBoard
from app.records.socket import Reply
from app.records.views import Kept
from app.settings import Planning

_NO_WINDOW = Reply(
    ok=False,
    code="no_window",
    text="neither wecom.app nor relay is enabled: there is no callbacks' address to be checked",
)
_NOT_YOURS = Reply(ok=False, code="wrong_role", text="IT or a supervisor opens this window")
_OPENED = Reply(ok=True, code="", text="checks of the callbacks' address are answered now")
_SHUT = Reply(ok=True, code="", text="checks of the callbacks' address are answered no more")
_RECENT = 50
_RISKS = 3
_HOUR_MIN = 60


class Shelf(Protocol):
    """What the store tells beyond facts."""

    async def recent(self, limit: int) -> tuple[Kept, ...]:
        """The latest messages, newest first."""

    async def by_msgid(self, msgid: str) -> Kept | None: ...
    async def by_ticket(self, decision_id: str) -> Kept | None: ...
    async def pin_hash(self, userid: str) -> str | None: ...
    async def undelivered(self) -> int: ...
    async def unknown_senders(self) -> int: ...
    async def received_since(self, at: datetime) -> int: ...
    @property
    def satisfaction(self) -> Votes: ...


@dataclass(frozen=True, slots=True)
class House:
    """Implements the door's `Backend`; `status` is made by main, which knows every part."""

    store: Store
    shelf: Shelf
    desk: Desk
    catalogue: Catalogue
    clock: Clock
    status_now: Callable[[], "Status"]
    planning: Planning
    checks: CheckWindow | None = None

    async def status(self) -> Status:
        """How the service is, with what the store counts."""
        now = self.status_now()
        held = await self.store.read(lambda facts: sum(map(_needs_approval, facts.held())))
        midnight = now.now.astimezone(ZoneInfo(now.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        today = await self.shelf.received_since(midnight)
        unknown, undelivered = await self.shelf.unknown_senders(), await self.shelf.undelivered()
        return replace(now, held=held, messages_today=today, undelivered=undelivered, unknown_senders=unknown)

    async def overview(self, language: Language) -> Overview:
        """Every facility, with the messages of the last hour by the minute."""
        kept = [one for one in await self.shelf.recent(500) if one.decision.part == 0]
        now = self.clock()
        ages = [int((now - one.decision.message.received_at).total_seconds() // 60) for one in kept]
        per_minute = tuple(ages.count(minute) for minute in range(_HOUR_MIN - 1, -1, -1))
        sites = await self.store.read(lambda facts: self._sites(facts, language))
        return Overview(now, sites, per_minute)

    def _sites(self, facts: Facts, language: Language) -> tuple[SiteBoard, ...]:
        plan, orders, held = facts.plan(), facts.orders(), facts.held()
        whose = {one.id: facts.person(one.message.sender) for one in held if one.hold}
        boards = []
        for site in facts.facilities():
            waiting = [
                one for one in held if one.hold and self._concerns(one.hold.facility, whose[one.id], site)
            ]
            boards.append(
                SiteBoard(
                    code=site.code,
                    name=site.name.in_language(language),
                    machines=_machines(facts, site, plan, self.clock()),
                    at_risk=_risks(facts, site, orders, plan, language),
                    orders_on_hold=sum(o.on_hold for o in orders if o.facility == site.code),
                    cases_open=sum(case.facility == site.code for case in facts.cases()),
                    requests_open=sum(r.to_facility == site.code for r in facts.requests()),
                    cards_waiting=sum(one.hold.reason == "approval" for one in waiting if one.hold),
                )
            )
        return tuple(boards)

    def _concerns(self, facility: str | None, person: object, site: Facility) -> bool:
        return (facility or getattr(person, "facility", "")) == site.code

    async def decisions(self, language: Language) -> Cards:
        """What waits: for an approval, then for its sender, first to lapse first; and what ended lately."""
        kept = await self.shelf.recent(_RECENT)
        return await self.store.read(lambda facts: self._cards(facts, kept, language))

    def _cards(self, facts: Facts, kept: tuple[Kept, ...], language: Language) -> Cards:
        teller = self._teller(facts, language)
        held = sorted(
            (d for d in facts.held() if d.hold),
            key=lambda d: (not _needs_approval(d), d.hold.until if d.hold else self.clock()),
        )
        recent = (one.decision for one in kept if one.decision.hold is None and action_of(one.decision))
        return Cards(
            self.clock(), tuple(card_of(d, teller) for d in held), tuple(card_of(d, teller) for d in recent)
        )

    async def decision(self, decision_id: str, language: Language) -> CardDetail | None:
        """One decision in full."""
        kept = await self.shelf.by_ticket(decision_id)
        if kept is None:
            return None
        found = kept
        return await self.store.read(lambda facts: self._detail(facts, found, language))

    def _detail(self, facts: Facts, kept: Kept, language: Language) -> CardDetail:
        media = media_about(facts, kept.decision)
        return detail_of(kept.decision, kept.reply, self._teller(facts, language), media)

    async def messages(self, limit: int, language: Language) -> Messages:
        """The latest messages with their ends and the votes on them."""
        kept = tuple(one for one in await self.shelf.recent(limit) if one.decision.part == 0)
        since = min((one.decision.message.received_at for one in kept), default=self.clock())
        votes = await self.shelf.satisfaction.by_answer(since)
        return await self.store.read(lambda facts: self._messages(facts, kept, votes, language))

    def _messages(
        self, facts: Facts, kept: tuple[Kept, ...], votes: ByAnswer, language: Language
    ) -> Messages:
        teller = self._teller(facts, language)
        rows = tuple(row_of(one, teller, *votes.get(one.decision.id, (0, 0))) for one in kept)
        return Messages(self.clock(), rows)

    async def chart(self, plan_id: str, language: Language) -> Chart | None:
        """The published plan drawn, or the one of this id."""
        looker = Looker(self.clock(), ZoneInfo(self.status_now().zone), language)

        def look(facts: Facts) -> Chart:
            plan = facts.plan_named(plan_id) if plan_id else facts.plan()
            return chart_of_plan(facts, plan, looker, self.planning)

        chart = await self.store.read(look)
        return None if plan_id and not chart.name else chart

    async def figures(self, language: Language) -> KpiBoard:
        """Key figures of today and the seven days before it."""
        now = self.clock()
        today = day_of(now, self.catalogue.zone)
        return await self.store.read(
            lambda facts: board_of(facts.figures(today - DAYS), facts.facilities(), today, now, language)
        )

    async def satisfaction(self) -> SatisfactionBoard:
        """The votes on the answers of today and the days before, and the latest against one."""
        return await opinions(self.shelf.satisfaction, self.clock(), self.catalogue.zone)

    async def transcript(self, msgid: str) -> Transcript | None:
        """What came of one message."""
        kept = await self.shelf.by_msgid(msgid)
        return transcript_of(kept) if kept else None

    async def key_holder(self, userid: str) -> KeyHolder | None:
        """The person with their PIN's stored form, None when they have none."""
        person = await self.store.read(lambda facts: facts.person(userid))
        pin = await self.shelf.pin_hash(userid)
        return KeyHolder(person.userid, person.name, pin) if person and pin else None

    def window(self) -> WindowStanding:
        """Whether checks of the callbacks' address are answered now."""
        return WindowStanding(self.checks is not None, self.checks.open_s if self.checks else 0.0)

    async def open_window(self, seconds: float, person_userid: str) -> Reply:
        """Answer them for so long, 0 for no more; "" is the service's own account, which always may."""
        if self.checks is None:
            return _NO_WINDOW
        if person_userid:
            person = await self.store.read(lambda facts: facts.person(person_userid))
            if person is None or not policy.may_open_window(person):
                return _NOT_YOURS
        await self.checks.open(seconds, person_userid or "service")
        return _OPENED if seconds else _SHUT

    async def approve(self, decision_id: str, person_userid: str, digest: str) -> Reply:
        """Yes to exactly the action with this digest."""
        return await self.desk.approve(decision_id, person_userid, digest)

    async def refuse(self, decision_id: str, person_userid: str, reason: str) -> Reply:
        """No, and why."""
        return await self.desk.refuse(decision_id, person_userid, reason)

    async def undo(self, decision_id: str, person_userid: str) -> Reply:
        """Take a done action back."""
        return await self.desk.undo(decision_id, person_userid)

    async def teach(self, lesson: Lesson, person_userid: str) -> Reply:
        """Keep what the words had meant, and propose a name."""
        return await self.desk.teach(lesson, person_userid)

    async def publish_plan(self, plan_id: str, person_userid: str) -> Reply:
        """Yes to what holds this plan; one that nothing holds is proposed again."""
        return await self.desk.publish_plan(plan_id, person_userid)

    async def revert_plan(self, plan_id: str, person_userid: str) -> Reply:
        """Propose an earlier plan again."""
        return await self.desk.revert_plan(plan_id, person_userid)

    def _teller(self, facts: Facts, language: Language) -> Teller:
        people = {person.userid: person for person in facts.people()}
        known = {one.sender: people[one.userid] for one in facts.identities() if one.userid in people}
        people = {**known, **people}

        def say(what: Say) -> str:
            return self.catalogue.render(what, language, self.clock())

        return Teller(
            say=say,
            name=lambda userid: people[userid].name if userid in people else userid,
            facility=lambda userid: people[userid].facility if userid in people else "",
            reversible=_reversible,
        )


def _needs_approval(decision: Decision) -> bool:
    return decision.hold is not None and decision.hold.reason == "approval"


def _reversible(action: Action) -> bool:
    return isinstance(action, REVERSIBLE)


def _machines(facts: Facts, site: Facility, plan: Plan | None, now: datetime) -> tuple[MachineRow, ...]:
    planned = {a.machine: a.order for a in (plan.assignments if plan else ()) if a.start <= now < a.end}
    running = {
        op.machine: op.order for order in facts.orders() for op in order.operations if op.state == "running"
    }
    return tuple(
        MachineRow(m.code, m.state, m.since, m.until, running.get(m.code) or planned.get(m.code, ""), m.note)
        for m in facts.machines()
        if m.facility == site.code
    )


def _risks(
    facts: Facts, site: Facility, orders: tuple[Order, ...], plan: Plan | None, language: Language
) -> tuple[RiskRow, ...]:
    ends: dict[str, datetime] = {}
    for assignment in plan.assignments if plan else ():
        ends[assignment.order] = max(assignment.end, ends.get(assignment.order, assignment.end))
    names = {item.code: item.name.in_language(language) for item in facts.items()}
    rows = [
        RiskRow(
            order.number,
            names.get(order.item, order.item),
            order.due,
            _late_min(order, ends.get(order.number)),
        )
        for order in orders
        if order.facility == site.code
    ]
    return tuple(sorted(rows, key=lambda row: (-(row.late_min or 0), row.due))[:_RISKS])


def _late_min(order: Order, end: datetime | None) -> int | None:
    return None if end is None else max(0, int((end - order.due) / timedelta(minutes=1)))
