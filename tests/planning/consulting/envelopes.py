"""Questions made of problems, envelopes made of questions, and answers to them in JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from app.planning.asked import Member, Question
from app.planning.consulting.asked import Alias, Asker, Envelope
from app.planning.proposal import read_back
from app.records.plant import Plan
from app.records.scheduling import Problem, Schedule, Slot
from app.records.verdict import Wish
from tests.planning.test_question import NOW, order

SLOT = timedelta(minutes=5)
TAG = "0123456789ab"
HORIZON = 90 * 1440
EXAMPLE = (
    '{"tag":"000000000000","answers":[{"wish":"W1","status":"ok",'
    '"wishes":[{"kind":"expedite","order":"J0"}],"places":[]}]}'
)
FIXED = f"Answer with json, for example\n{EXAMPLE}\n"


def question_of(problem: Problem, in_force: Sequence[Slot] = (), wish: Wish = Wish("plan")) -> Question:
    """A question in a plant's names: SO-0, ... by order, lots as in the problem, positions from 0."""
    firsts = [n if job.lot_of is None else job.lot_of for n, job in enumerate(problem.jobs)]
    length = {n: max(len(j.tasks) for k, j in enumerate(problem.jobs) if firsts[k] == n) for n in set(firsts)}
    orders = {}
    for n in sorted(set(firsts)):
        due = problem.jobs[n].due
        ends = NOW + (90 * timedelta(days=1) if due is None else due * SLOT)
        orders[n] = order(f"SO-{n}", *[("cut", 5)] * length[n], due=ends)
    question = Question(
        problem=problem,
        now=NOW,
        origin=NOW,
        slot=SLOT,
        orders=tuple(orders[n] for n in firsts),
        positions=tuple(tuple(range(len(job.tasks))) for job in problem.jobs),
        machines=tuple(f"Mill-{n}" for n in range(len(problem.resources))),
        wish=wish,
        facilities=("North", "South"),
        families=("chef", "steak", "bread"),
        crews=(("North", "cutter"), ("South", "heater")),
        people=(Member("mei", 0, ()), Member("ling", 0, ())),
        lots=tuple(sum(f == first for f in firsts[:n]) for n, first in enumerate(firsts)),
    )
    return with_plan(question, in_force)


def with_plan(question: Question, in_force: Sequence[Slot]) -> Question:
    if not in_force:
        return question
    made: Plan = read_back(question, Schedule("feasible", 0, tuple(in_force), "solver"), NOW, None)
    return replace(question, published=made)


def aliases_of(question: Question) -> tuple[Alias, ...]:
    numbers = dict.fromkeys(each.number for each in question.orders)
    crews = dict.fromkeys(crew.name for crew in question.problem.crews)
    return tuple(
        Alias(kind, real, f"{letter}{n}")
        for kind, letter, names in (
            ("order", "J", numbers),
            ("machine", "M", question.machines),
            ("facility", "S", question.facilities),
            ("family", "F", question.families),
            ("crew", "K", crews),
            ("person", "H", ("mei", "ling")),
        )
        for n, real in enumerate(names, 1)
    )


def envelope_of(question: Question, decisions: Iterable[str] = ("D-00001",)) -> Envelope:
    aliases = aliases_of(question)
    askers = tuple(Asker(decision, "words", question) for decision in decisions)
    asked = json.dumps({"tag": TAG, "origin": NOW.isoformat(), "horizon": HORIZON, "jobs": rows(question)})
    return Envelope(FIXED, asked, "1", "facts", TAG, "digest", NOW, askers, aliases, with_words=False)


def rows(question: Question) -> list[object]:
    alias = {(each.kind, each.real): each.alias for each in aliases_of(question)}
    minutes = int(SLOT.total_seconds()) // 60
    problem = question.problem
    present = {(f.job, f.task): f for f in (*problem.current, *problem.fixed)}
    fixed = {(f.job, f.task) for f in problem.fixed}
    made: list[object] = []
    for n, job in enumerate(problem.jobs):
        tasks = []
        for k, task in enumerate(job.tasks):
            options = [[f"M{m + 1}", work * minutes] for m, work in task.modes]
            f = present.get((n, k))
            place = [f"M{f.machine + 1}", f.start * minutes, f.end * minutes] if f else None
            tasks.append([question.positions[n][k], options, place, int((n, k) in fixed)])
        row = [alias["order", question.orders[n].number], question.lot(n), None, None, None]
        made.append([*row, (job.due or 0) * minutes, job.weight, job.release * minutes, tasks])
    return made


def places_of(question: Question, slots: Iterable[Slot]) -> list[list[object]]:
    """Slots as the rows of an answer."""
    alias = {(each.kind, each.real): each.alias for each in aliases_of(question)}
    return [
        [
            alias["order", question.orders[s.job].number], question.lot(s.job),
            question.positions[s.job][s.task], f"M{s.machine + 1}", s.start * 5,
        ]
        for s in slots
    ]  # fmt: skip


def answer(
    wish: str = "W1", status: str = "ok", wishes: object = (), places: object = ()
) -> dict[str, object]:
    return {"wish": wish, "status": status, "wishes": list(wishes), "places": list(places)}


def document(*answers: dict[str, object], tag: str = TAG) -> dict[str, object]:
    return {"tag": tag, "answers": list(answers)}


def text_of(*answers: dict[str, object], tag: str = TAG) -> str:
    return json.dumps(document(*answers, tag=tag))
