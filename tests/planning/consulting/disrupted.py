"""Disruptions of small plants with a proposal for each, good or spoiled, and what came of them."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from app.planning.asked import Proposal, Question
from app.planning.check import check
from app.planning.consulting.reading import read
from app.planning.costs import cost
from app.planning.dispatch import TARDINESS_GRID, dispatch
from app.planning.formats import parse
from app.planning.generate import plant
from app.planning.hours import merged
from app.planning.options import propose
from app.planning.solve import solve
from app.planning.thawing import thaw
from app.planning.wishes.absence import fewer
from app.records.errors import AnswerWrong
from app.records.plant import Plan
from app.records.scheduling import Fixed, Job, Problem, Slot, Weights
from tests.planning.consulting.envelopes import TAG, answer, envelope_of, places_of, question_of, text_of
from tests.planning.problems import random_problem

Kind = Literal["rule", "searched", "infeasible", "hallucinated", "stale tag", "stale plan"]
KINDS: tuple[Kind, ...] = ("rule", "searched", "infeasible", "hallucinated", "stale tag", "stale plan")
EVENTS = ("breakdown", "rush", "absence")

LIMIT_S = 0.3
"""What one proposal may take; the searched ones had as long to be made."""

ROUNDS = 4000
"""Changes that were tried for the plan in force, so that it is the same wherever the test runs."""

ORDERS = 40
"""Of the larger plants, on which so short a search leaves something to gain."""

WEIGHTS = Weights(objective=10, moved=20, setup=1, overtime=1)


@dataclass(frozen=True)
class Outcome:
    """Of one disruption: on a plant of what kind, what the cloud's answer came to, and what was offered.

    `illegal` counts offered plans that the checker refuses. `total` is the cost of what was chosen,
    `alone` of what is chosen in the same time without the cloud, `present` of the plan in force; None
    where there is no legal one. `chosen` is whose plan it was, `cloud` what the proposal came to.
    """

    event: str
    large: bool
    kind: Kind
    refused: bool
    illegal: int
    offered: int
    total: int | None
    alone: int | None
    present: int | None
    chosen: str
    cloud: str


class InProcess:
    """Solves here, with one worker."""

    async def solve(self, problem, *, limit_s, start=None):
        return solve(problem, limit_s, 1, start=start)


async def outcome(seed: int) -> Outcome:
    """Disturb a plant, let a model answer, propose."""
    chance = Random(seed)  # noqa: S311 - no secret
    event, kind = EVENTS[seed % 3], KINDS[seed // 3 % len(KINDS)]
    before, question = disrupted(seed, event, chance)
    envelope = envelope_of(question)
    try:
        [heeded] = read(_text(kind, before, question, chance), envelope)
        places, refused = heeded.places, False
    except AnswerWrong:
        places, refused = (), True
    proposal = await propose(question, InProcess(), LIMIT_S, places)
    alone = await propose(question, InProcess(), LIMIT_S)
    return _outcome(event, kind, question, proposal, alone, refused=refused)


def disrupted(seed: int, event: str, chance: Random) -> tuple[Problem, Question]:
    """The problem as it was, and the question after the event with the plan of before in force."""
    problem = replace(_plant(seed), weights=WEIGHTS, near=None, job_setup=(), task_setup=())
    slots = solve(problem, 60.0, 1, rounds=ROUNDS).slots
    soon = sorted(slots, key=lambda s: (s.start, s.end, s.job, s.task))
    fixed = soon[: len(soon) // 5]
    now = replace(
        problem,
        fixed=tuple(_fixed(s) for s in fixed),
        current=tuple(_fixed(s) for s in soon[len(fixed) :]),
    )
    free = chance.choice(soon[len(fixed) :])
    return problem, question_of(_after(now, event, free, fixed, chance), slots)


def _plant(seed: int) -> Problem:
    """Mostly a tiny plant with everything in it; every fifth is one of forty orders and plain rules."""
    if seed % 5 == 4:
        return parse(json.dumps(plant(ORDERS, seed))).problem
    return replace(random_problem(seed), objective="total_weighted_tardiness")


def _fixed(slot: Slot) -> Fixed:
    return Fixed(slot.job, slot.task, slot.machine, slot.start, slot.end)


def _after(problem: Problem, event: str, struck: Slot, fixed: Sequence[Slot], chance: Random) -> Problem:
    window = (struck.start, struck.end + chance.randint(6, 40))
    match event:
        case "breakdown":
            resources = list(problem.resources)
            stopped = resources[struck.machine]
            resources[struck.machine] = replace(stopped, closed=merged((*stopped.closed, window)))
            return replace(problem, resources=tuple(resources))
        case "rush":
            tasks = tuple(replace(task, needs=(), earliest=0) for task in problem.jobs[struck.job].tasks)
            rush = Job("rush", tasks, due=chance.randint(5, 40), weight=9)
            return replace(problem, jobs=(*problem.jobs, rush))
        case _ if problem.crews:
            since = max([window[0], *(s.end for s in fixed)])
            away = (since, since + chance.randint(12, 60))
            crews = tuple(replace(c, levels=fewer(c.levels, away, 1)) for c in problem.crews)
            return replace(problem, crews=crews)
        case _:
            return problem


def _text(kind: Kind, before: Problem, question: Question, chance: Random) -> str:
    """What a model of a kind answers."""
    problem = thaw(question)[0].problem
    if kind == "searched":
        made = solve(problem, LIMIT_S, 1, seed=7, start=dispatch(problem))
    else:
        made = dispatch(problem, (chance.choice(TARDINESS_GRID),))
    slots = made.slots
    if kind == "infeasible":
        slots = _crowded(slots, chance)
    if kind == "stale plan":
        slots = _as_before(before, problem, slots)
    rows = places_of(question, slots)
    if kind == "hallucinated":
        _invent(rows, chance)
    return text_of(answer(places=rows), tag="ffffffffffff" if kind == "stale tag" else TAG)


def _crowded(slots: Sequence[Slot], chance: Random) -> tuple[Slot, ...]:
    """Everything of some machine or job at once."""
    spoiled = chance.choice(slots)
    return tuple(
        replace(s, start=spoiled.start) if s.machine == spoiled.machine or s.job == spoiled.job else s
        for s in slots
    )


def _as_before(before: Problem, problem: Problem, slots: Sequence[Slot]) -> tuple[Slot, ...]:
    """A plan for the plant as it was; what it did not know goes where a rule puts it."""
    known = {(s.job, s.task): s for s in dispatch(before).slots}
    return tuple(known.get((s.job, s.task), s) for s in slots)


def _invent(rows: list[list[object]], chance: Random) -> None:
    """An order, a machine or a time of its own, or one operation less or more."""
    row = chance.choice(rows)
    match chance.randrange(5):
        case 0:
            row[0] = "J42"
        case 1:
            row[3] = "M99"
        case 2:
            row[4] = -5
        case 3:
            rows.remove(row)
        case _:
            rows.append([*row])


def _outcome(
    event: str, kind: Kind, question: Question, proposal: Proposal, alone: Proposal, *, refused: bool
) -> Outcome:
    problem = thaw(question)[0].problem
    plans = [option.plan for option in proposal.options]
    present = tuple(
        Slot(f.job, f.task, f.machine, f.start, f.end) for f in (*problem.fixed, *problem.current)
    )
    verdicts = {each.verdict: each.rival for each in proposal.contenders}
    cloud = next((each.verdict for each in proposal.contenders if each.rival == "cloud"), "none")
    return Outcome(
        event,
        len(problem.jobs) >= ORDERS,
        kind,
        refused,
        illegal=sum(bool(check(problem, slots_of(question, plan))) for plan in plans),
        offered=len(plans),
        total=_cost(question, problem, proposal.plan),
        alone=_cost(question, problem, alone.plan),
        present=None if check(problem, present) else cost(problem, present),
        chosen=verdicts.get("chosen", "none"),
        cloud=cloud,
    )


def _cost(question: Question, problem: Problem, plan: Plan | None) -> int | None:
    return None if plan is None else cost(problem, slots_of(question, plan))


def counted(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How often what happened."""
    found: Counter[str] = Counter()
    for each in outcomes:
        beat = each.chosen in {"cloud", "cloud_repaired"}
        found["disruptions"] += 1
        found["plans offered"] += each.offered
        found["illegal plans offered"] += each.illegal
        found["answers refused when read"] += each.refused
        found["proposals broken"] += each.cloud == "broken"
        found["proposals legal"] += each.cloud in {"legal", "chosen"}
        found["planned by hand"] += each.total is None
        found["chosen: cloud as it was"] += each.chosen == "cloud"
        found["chosen: cloud, mended"] += each.chosen == "cloud_repaired"
        found["chosen: solver"] += each.chosen == "solver"
        found["chosen: plan in force"] += each.chosen == "present"
        where = f"{each.kind}, {'larger' if each.large else 'tiny'} plant"
        found[f"beat the solver: {where}"] += beat
        found[f"asked: {where}"] += 1
        if each.total is not None and each.alone is not None:
            found["cheaper than without the cloud"] += each.total < each.alone
            found["dearer than without the cloud"] += each.total > each.alone
        if each.total is not None and each.present is not None:
            found["dearer than the plan in force"] += each.total > each.present
    return dict(found)


def slots_of(question: Question, plan: Plan) -> tuple[Slot, ...]:
    """The slots of a plan, from its names and times alone."""
    keys = {
        (order.number, position, question.lot(job)): (job, task)
        for job, order in enumerate(question.orders)
        for task, position in enumerate(question.positions[job])
    }
    return tuple(
        Slot(
            *keys[a.order, a.position, a.lot], question.machines.index(a.machine),
            question.floor(a.start), question.floor(a.end),
        )
        for a in plan.assignments
    )  # fmt: skip
