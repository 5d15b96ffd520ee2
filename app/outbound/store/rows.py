"""Rows as the records that the rest of the house knows; columns in the tables' order."""

import json
from collections.abc import Iterable
from typing import Any

from app.outbound.store.cards import read_card, read_file
from app.outbound.store.codec import decode_step
from app.outbound.store.holidays import NO_HOLIDAYS, read_holidays
from app.outbound.store.line import moment, moment_or_none, strings, ticket_of
from app.outbound.store.more import decode_more
from app.ports import Outgoing
from app.records.decision import LIFE_CYCLE, Decision, Stage
from app.records.errors import ChainBroken
from app.records.message import Channel, Language, Message, MessageKind
from app.records.plant import (
    Alternative,
    Assignment,
    Calendar,
    Facility,
    Item,
    Machine,
    MachineState,
    Name,
    Operation,
    OperationState,
    Order,
    Person,
    Plan,
    PlanState,
    QualityCase,
    Request,
    RequestState,
    Role,
    Severity,
    StockLine,
)

Columns = tuple[Any, ...]


def decision(row: Columns, bodies: Iterable[str]) -> Decision:
    """From (number, part, inbox without its number) and the steps in order.

    The stage follows from the steps; raises ChainBroken where they break the life-cycle table.
    """
    number, part, msgid, sender, chat, kind, text, quote, refers_to, req_id, raw, at, more = row
    message = Message(
        msgid, sender, chat, MessageKind(kind), text, moment(at), req_id, quote, refers_to, raw,
        **decode_more(more),
    )  # fmt: skip
    ticket, stage, steps = ticket_of(number, "D", 5), Stage.RECEIVED, []
    for body in bodies:
        step = decode_step(body)
        follower = LIFE_CYCLE[stage].get(type(step))
        if follower is None:
            raise ChainBroken(f"{ticket}: {step.kind} cannot follow {stage}; run chargehand audit verify")
        stage = follower
        steps.append(step)
    return Decision(ticket, message, stage, tuple(steps), part)


def outgoing(row: Columns) -> Outgoing:
    """From the columns that `outbox` selects."""
    number, ticket, to, group, text, reply_to, req_id, stream, attempts, doubtful, *rest = row
    channel, task, code, file, body = rest
    return Outgoing(
        number, ticket_of(ticket, "D", 5), to, bool(group), text, reply_to, req_id, stream, attempts,
        bool(doubtful), Channel(channel), task, code, read_card(body) if body else None, read_file(file),
    )  # fmt: skip


def person(row: Columns) -> Person:
    """A person, without the PIN."""
    userid, name, facility, role, language, _, skills, shift = row
    return Person(userid, name, facility, Role(role), Language(language), strings(skills), shift)


def calendar(row: Columns) -> Calendar:
    """A calendar with its public holidays; its own days off stay off where one makes up for a holiday."""
    name, windows, own, breaks, overtime, listed = row
    holidays, off = read_holidays(listed) if listed else NO_HOLIDAYS, set(strings(own))
    return Calendar(
        name, _windows(windows), tuple(sorted(off | set(holidays.days_off))), _windows(breaks),
        _windows(overtime), tuple(day for day in holidays.work_days if day not in off), listed,
        holidays.years,
    )  # fmt: skip


def _windows(kept: str) -> tuple[tuple[int, int, int], ...]:
    return tuple((day, start, end) for day, start, end in json.loads(kept))


def facility(row: Columns) -> Facility:
    """A site."""
    code, en, hans, hant, aliases, calendar = row
    return Facility(code, Name(en, hans, hant), strings(aliases), calendar)


def machine(row: Columns) -> Machine:
    """A machine."""
    code, en, hans, hant, type_, site, aliases, calendar, state, since, until, note, *rest = row
    interruptible, speed, batch, mounted = rest
    return Machine(
        code, Name(en, hans, hant), type_, site, strings(aliases), calendar, MachineState(state),
        moment(since), moment_or_none(until), note, bool(interruptible), speed, batch, mounted,
    )  # fmt: skip


def item(row: Columns) -> Item:
    """An item."""
    code, en, hans, hant, unit, aliases, family = row
    return Item(code, Name(en, hans, hant), unit, strings(aliases), family)


def stock(row: Columns) -> StockLine:
    """A line of stock."""
    item, site, quantity, on_hold, bin_, at = row
    return StockLine(item, site, quantity, on_hold, bin_, moment(at))


def operation(row: Columns) -> Operation:
    """An operation."""
    number, position, en, hans, hant, type_, minutes, state, done, machine, started, *rest = row
    finished, flagged, interruptible, load, alternatives = rest
    return Operation(
        number, position, Name(en, hans, hant), type_, minutes, OperationState(state), done, machine,
        moment_or_none(started), moment_or_none(finished), bool(flagged), bool(interruptible), load,
        tuple(Alternative(code, time) for code, time in json.loads(alternatives)),
    )  # fmt: skip


def order(row: Columns, operations: Iterable[Operation]) -> Order:
    """An order with its operations in order."""
    number, customer, item, quantity, site, release, due, weight, on_hold, lots_max, lot_min = row
    return Order(
        number, customer, item, quantity, site, moment(release), moment(due), weight, bool(on_hold),
        tuple(operations), lots_max, lot_min,
    )  # fmt: skip


def assignment(row: Columns) -> Assignment:
    """One place in a plan."""
    _, _, order, position, machine, start, end, lot = row
    return Assignment(order, position, machine, moment(start), moment(end), lot)


def plan(row: Columns, assignments: Iterable[Assignment]) -> Plan:
    """A plan with its assignments in order."""
    id_, by, made_at, state, late, minutes_late, moved, compared = row
    return Plan(
        id_, by, moment(made_at), PlanState(state), tuple(assignments), strings(late), minutes_late, moved,
        compared,
    )  # fmt: skip


def case(row: Columns) -> QualityCase:
    """A quality case."""
    number, site, words, severity, opened_by, at, order, item, machine, held, is_open = row
    return QualityCase(
        ticket_of(number, "Q", 4), site, words, Severity(severity), opened_by, moment(at), order, item,
        machine, held, bool(is_open),
    )  # fmt: skip


def request(row: Columns) -> Request:
    """A request."""
    number, subject, words, from_, to, asked_by, lead, state, _reason, opened, answered = row
    return Request(
        ticket_of(number, "R", 4), subject, words, from_, to, asked_by, lead, RequestState(state),
        moment(opened), moment_or_none(answered),
    )  # fmt: skip
