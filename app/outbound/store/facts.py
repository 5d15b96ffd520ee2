"""The plant and its decisions as the database has them at one moment; implements the port `Facts`."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.sql.expression import Executable

from app.outbound.store import attachments, kpis, rows, senders, stops, taught, versions
from app.outbound.store.cards import card_of, inbox_of
from app.outbound.store.codec import decode_step
from app.outbound.store.floor import read_floor
from app.outbound.store.line import Line, Values, among, clean, number_of, stamp, ticket_of
from app.outbound.store.plant_tables import (
    AssignmentRow,
    CalendarRow,
    CaseRow,
    FacilityRow,
    ItemRow,
    MachineRow,
    OperationRow,
    OrderRow,
    PersonRow,
    PlanRow,
    RequestRow,
    StockRow,
)
from app.outbound.store.tables import DecisionRow, InboxRow, MetaRow, StepRow, table
from app.ports import Names
from app.records.card import CardSent
from app.records.decision import Decision, Understood
from app.records.floor import Floor
from app.records.identity import Identity, Stranger
from app.records.kpi import DayFigures
from app.records.media import BY_MEDIA, MediaLink
from app.records.message import Channel
from app.records.plant import (
    Calendar,
    Facility,
    Item,
    Machine,
    Operation,
    Order,
    Person,
    Plan,
    QualityCase,
    Request,
    Role,
    StockLine,
)
from app.records.reading import Earlier
from app.records.shift import Stop
from app.records.versions import InForce, Origin, Version

INBOX, DECISIONS, STEPS, META = table(InboxRow), table(DecisionRow), table(StepRow), table(MetaRow)
PEOPLE, CALENDARS, FACILITIES = table(PersonRow), table(CalendarRow), table(FacilityRow)
MACHINES, ITEMS, STOCK = table(MachineRow), table(ItemRow), table(StockRow)
ORDERS, OPERATIONS = table(OrderRow), table(OperationRow)
PLANS, ASSIGNMENTS = table(PlanRow), table(AssignmentRow)
CASES, REQUESTS = table(CaseRow), table(RequestRow)

_PEOPLE = sa.select(PEOPLE).order_by(PEOPLE.c.userid)
_FACILITIES = sa.select(FACILITIES).order_by(FACILITIES.c.code)
_CALENDARS = sa.select(CALENDARS).order_by(CALENDARS.c.name)
_ITEM = sa.select(ITEMS).where(ITEMS.c.code == sa.bindparam("code"))
_ITEMS = sa.select(ITEMS).order_by(ITEMS.c.code)
_STOCK = sa.select(STOCK).where(STOCK.c.item == sa.bindparam("item")).order_by(STOCK.c.facility)
_MACHINE = sa.select(MACHINES).where(MACHINES.c.code == sa.bindparam("code"))
_MACHINES = sa.select(MACHINES).order_by(MACHINES.c.code)

_ANY = OPERATIONS.alias("any_operation")
_OPEN = sa.select(_ANY.c.order).where(_ANY.c.state != "done")
_OPEN_ORDERS = sa.select(ORDERS).where(ORDERS.c.number.in_(_OPEN)).order_by(ORDERS.c.due, ORDERS.c.number)
_OPEN_STEPS = (
    sa.select(OPERATIONS)
    .where(OPERATIONS.c.order.in_(_OPEN))
    .order_by(OPERATIONS.c.order, OPERATIONS.c.position)
)
_ORDER = sa.select(ORDERS).where(ORDERS.c.number == sa.bindparam("number"))
_ORDER_STEPS = (
    sa.select(OPERATIONS).where(OPERATIONS.c.order == sa.bindparam("number")).order_by(OPERATIONS.c.position)
)
_TOUCHED = (
    sa.select(ORDERS.c.number)
    .where(ORDERS.c.due >= sa.bindparam("low"), ORDERS.c.due < sa.bindparam("high"))
    .union(
        sa.select(_ANY.c.order).where(
            _ANY.c.started_at < sa.bindparam("high"),
            sa.func.coalesce(_ANY.c.finished_at, sa.bindparam("high")) >= sa.bindparam("low"),
        ),
        sa.select(_ANY.c.order).where(
            _ANY.c.finished_at >= sa.bindparam("low"), _ANY.c.finished_at < sa.bindparam("high")
        ),
    )
)
_TOUCHED_ORDERS = (
    sa.select(ORDERS).where(ORDERS.c.number.in_(_TOUCHED)).order_by(ORDERS.c.due, ORDERS.c.number)
)
_TOUCHED_STEPS = (
    sa.select(OPERATIONS)
    .where(OPERATIONS.c.order.in_(_TOUCHED))
    .order_by(OPERATIONS.c.order, OPERATIONS.c.position)
)
_RUNNING = sa.select(OPERATIONS).where(
    OPERATIONS.c.machine == sa.bindparam("machine"), OPERATIONS.c.state == "running"
)
_NUMBERS = sa.select(ORDERS.c.number).order_by(ORDERS.c.number)

_PUBLISHED = sa.select(PLANS).where(PLANS.c.state == "published")
_PLAN = sa.select(PLANS).where(PLANS.c.id == sa.bindparam("id"))
_ASSIGNMENTS = (
    sa.select(ASSIGNMENTS).where(ASSIGNMENTS.c.plan == sa.bindparam("id")).order_by(ASSIGNMENTS.c.n)
)

_CASE = sa.select(CASES).where(CASES.c.n == sa.bindparam("n"))
_CASES = sa.select(CASES).where(CASES.c.open).order_by(CASES.c.n)
_REQUEST = sa.select(REQUESTS).where(REQUESTS.c.n == sa.bindparam("n"))
_REQUESTS = sa.select(REQUESTS).where(REQUESTS.c.state == "waiting").order_by(REQUESTS.c.n)
_META = sa.select(META.c.value).where(META.c.key == sa.bindparam("key"))

HEADS = sa.select(DECISIONS.c.n, DECISIONS.c.part, *(c for c in INBOX.c if c.name != "n")).join(
    INBOX, INBOX.c.n == DECISIONS.c.inbox
)
"""What `SqlFacts.decisions` takes, to be narrowed."""
BODIES = sa.select(STEPS.c.decision, STEPS.c.body).order_by(STEPS.c.decision, STEPS.c.n)
"""Their steps, to be narrowed alike."""
_DECISION = HEADS.where(DECISIONS.c.n == sa.bindparam("n"))
_DECISION_STEPS = BODIES.where(STEPS.c.decision == sa.bindparam("n"))
_LATELY = (
    sa.select(DECISIONS.c.n, STEPS.c.body)
    .join(INBOX, INBOX.c.n == DECISIONS.c.inbox)
    .join(STEPS, STEPS.c.decision == DECISIONS.c.n)
    .where(
        DECISIONS.c.n < sa.bindparam("own"),
        DECISIONS.c.n >= sa.bindparam("oldest"),
        DECISIONS.c.sender == sa.bindparam("sender"),
        DECISIONS.c.created_at >= sa.bindparam("since"),
        sa.func.coalesce(INBOX.c.chat, "") == sa.bindparam("chat"),
        among(INBOX.c.kind, ("text", "voice")),
        INBOX.c.more.not_like('%"excess"%'),  # it was never read
        STEPS.c.kind == "understood",
    )
    .order_by(DECISIONS.c.n.desc())
    .limit(8)
)
_LOOKED_BACK = 2_000  # decisions; the table's key finds them without an index of its own
_HELD = HEADS.where(DECISIONS.c.stage == "held").order_by(DECISIONS.c.n)
_HELD_STEPS = BODIES.join(DECISIONS, DECISIONS.c.n == STEPS.c.decision).where(DECISIONS.c.stage == "held")


class SqlFacts:
    """Reads through one connection, inside its transaction."""

    def __init__(self, line: Line) -> None:
        self.line = line

    # People and places.

    def person(self, userid: str) -> Person | None:
        """Whose userid it is; for a sender's id that is nobody's userid, whom it stands for."""
        row = self.line.one(senders.PERSON, {"sender": userid})
        return rows.person(row) if row else None

    def userid(self, sender: str) -> str:
        """The userid of who writes under an id; the id itself where it is nobody's."""
        person = self.person(sender)
        return person.userid if person else sender

    def address_of(self, userid: str, channel: Channel) -> str:
        """The id under which a person last wrote on a channel; the userid where nothing else is known."""
        return senders.address_of(self.line, userid, channel)

    def identity(self, sender: str) -> Identity | None:
        return senders.one(self.line, sender)

    def identities(self) -> tuple[Identity, ...]:
        """Every id that stands for a userid, by sender."""
        return senders.every(self.line)

    def strangers(self, limit: int = senders.STRANGERS_MAX) -> tuple[Stranger, ...]:
        """Senders that are nobody's still, who wrote last first."""
        return senders.strangers(self.line, limit)

    def people(self, role: Role | None = None, facility: str | None = None) -> tuple[Person, ...]:
        every = (rows.person(row) for row in self.line.all(_PEOPLE))
        return tuple(p for p in every if role in {None, p.role} and facility in {None, p.facility})

    def facilities(self) -> tuple[Facility, ...]:
        return tuple(map(rows.facility, self.line.all(_FACILITIES)))

    def calendars(self) -> tuple[Calendar, ...]:
        return tuple(map(rows.calendar, self.line.all(_CALENDARS)))

    # Things.

    def items(self) -> tuple[Item, ...]:
        return tuple(map(rows.item, self.line.all(_ITEMS)))

    def item(self, code: str) -> Item | None:
        row = self.line.one(_ITEM, {"code": code})
        return rows.item(row) if row else None

    def stock(self, item: str) -> tuple[StockLine, ...]:
        """The item's stock, by facility code."""
        return tuple(map(rows.stock, self.line.all(_STOCK, {"item": item})))

    def machines(self) -> tuple[Machine, ...]:
        return tuple(map(rows.machine, self.line.all(_MACHINES)))

    def machine(self, code: str) -> Machine | None:
        row = self.line.one(_MACHINE, {"code": code})
        return rows.machine(row) if row else None

    def floor(self) -> Floor:
        """What limits the work beside machines, all of it at this moment; several queries."""
        return read_floor(self.line)

    # Orders and plans.

    def orders(self) -> tuple[Order, ...]:
        """Every order with an operation not yet done, by due time."""
        return self._orders(_OPEN_ORDERS, _OPEN_STEPS, None)

    def order(self, number: str) -> Order | None:
        return next(iter(self._orders(_ORDER, _ORDER_STEPS, {"number": number})), None)

    def running_on(self, machine: str) -> Operation | None:
        """The operation that runs on a machine, or None."""
        row = self.line.one(_RUNNING, {"machine": machine})
        return rows.operation(row) if row else None

    def _orders(self, which: Executable, steps: Executable, values: Values | None) -> tuple[Order, ...]:
        heads = self.line.all(which, values)
        by_order: defaultdict[str, list[Operation]] = defaultdict(list)
        for row in self.line.all(steps, values):
            by_order[row[0]].append(rows.operation(row))
        return tuple(rows.order(row, by_order[row[0]]) for row in heads)

    def plan(self) -> Plan | None:
        """The published plan, or None."""
        return self._plan(_PUBLISHED, None)

    def plan_named(self, plan_id: str) -> Plan | None:
        return self._plan(_PLAN, {"id": plan_id})

    def _plan(self, which: Executable, values: Values | None) -> Plan | None:
        row = self.line.one(which, values)
        if row is None:
            return None
        return rows.plan(row, map(rows.assignment, self.line.all(_ASSIGNMENTS, {"id": row[0]})))

    def version(self, plan_id: str) -> Version | None:
        return versions.one(self.line, plan_id)

    def versions(self, limit: int = 50) -> tuple[Version, ...]:
        """The last plans made, newest first."""
        return versions.latest(self.line, limit)

    def in_force(self, low: datetime, high: datetime) -> tuple[InForce, ...]:
        """The plans that were the plant's at some time from `low` to before `high`, the earliest first."""
        found = []
        for plan_id, since, until, before in versions.times_in_force(self.line):
            if since >= high or (until is not None and until <= low):
                continue
            plan, version = self.plan_named(plan_id), self.version(plan_id)
            if plan is not None:
                origin = version.origin if version else Origin(plan.by)
                old = self.plan_named(before) if before else None
                found.append(InForce(plan, origin, since, until, old))
        return tuple(found)

    def orders_between(self, low: datetime, high: datetime) -> tuple[Order, ...]:
        """Orders that are due, or had an operation begun or ended, from `low` to before `high`."""
        return self._orders(_TOUCHED_ORDERS, _TOUCHED_STEPS, {"low": stamp(low), "high": stamp(high)})

    def stops(self, low: datetime, high: datetime) -> tuple[Stop, ...]:
        """Stops of machines that ended from `low` to before `high`, latest first."""
        return tuple(stops.ended(self.line, low, high, self.decision))

    def figures(self, since: date) -> tuple[DayFigures, ...]:
        """Key figures of each facility's day from a day in plant time on, the oldest first."""
        return kpis.since(self.line, since)

    # Cases and requests.

    def case(self, number: str) -> QualityCase | None:
        row = self.line.one(_CASE, {"n": number_of(number, "Q", 4) or 0})
        return rows.case(row) if row else None

    def cases(self) -> tuple[QualityCase, ...]:
        """Open cases, oldest first."""
        return tuple(map(rows.case, self.line.all(_CASES)))

    def request(self, number: str) -> Request | None:
        row = self.line.one(_REQUEST, {"n": number_of(number, "R", 4) or 0})
        return rows.request(row) if row else None

    def requests(self) -> tuple[Request, ...]:
        """Requests that wait for an answer, oldest first."""
        return tuple(map(rows.request, self.line.all(_REQUESTS)))

    # Decisions.

    def decision(self, decision_id: str) -> Decision | None:
        values = {"n": number_of(decision_id, "D", 5) or 0}
        return next(iter(self.decisions(_DECISION, _DECISION_STEPS, values)), None)

    def lately(self, decision: Decision, since: datetime) -> tuple[Earlier, ...]:
        """What its sender said in its conversation since a time and before it, newest first; at most 8."""
        own, message = number_of(decision.id, "D", 5) or 0, decision.message
        values = {"own": own, "oldest": own - _LOOKED_BACK, "sender": clean(message.sender),
                  "since": stamp(since), "chat": clean(message.chat or "")}  # fmt: skip
        found = ((ticket_of(n, "D", 5), decode_step(body)) for n, body in self.line.all(_LATELY, values))
        said = ((ticket, step.reading) for ticket, step in found if isinstance(step, Understood))
        return tuple(Earlier(*each) for each in said if not each[1].by.startswith(BY_MEDIA))

    # What was attached.

    def media_of(self, target: str) -> tuple[MediaLink, ...]:
        """What was added to a case, order or decision; of a decision what came with its message as well."""
        return attachments.of(self.line, target)

    def loose_media(self, decision: Decision, since: datetime) -> tuple[str, ...]:
        """Tickets of what its sender sent in its conversation since a time and belongs to nothing yet."""
        return attachments.loose(self.line, decision, since)

    # What waits.

    def held(self) -> tuple[Decision, ...]:
        """Decisions that wait for a person, oldest first."""
        return self.decisions(_HELD, _HELD_STEPS)

    def decisions(
        self, heads: Executable, bodies: Executable, values: Values | None = None
    ) -> tuple[Decision, ...]:
        """The decisions of a selection on HEADS, with the steps of the same selection on BODIES."""
        found = self.line.all(heads, values)
        by_number: defaultdict[int, list[str]] = defaultdict(list)
        for number, body in self.line.all(bodies, values) if found else ():
            by_number[number].append(body)
        return tuple(rows.decision(row, by_number[row[0]]) for row in found)

    # Names.

    def card(self, task_id: str) -> CardSent | None:
        return card_of(self.line, task_id)

    def seen(self, fingerprint: str) -> bool:
        return inbox_of(self.line, fingerprint) is not None

    def names(self) -> Names:
        numbers: Iterable[str] = (row[0] for row in self.line.all(_NUMBERS))
        words = taught.every(self.line)
        return Names(
            self.names_version(),
            taught.named(self.facilities(), "facility", words),
            taught.named(self.machines(), "machine", words),
            taught.named(self.items(), "item", words),
            tuple(numbers),
        )

    def names_version(self) -> int:
        return int(self.meta("names_version") or 0)

    def meta(self, key: str) -> str | None:
        """A small fact about the store itself, None when it was never set."""
        row = self.line.one(_META, {"key": key})
        return str(row[0]) if row else None
