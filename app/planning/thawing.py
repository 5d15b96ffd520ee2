"""Which operations of the frozen hours cannot stay there under the new facts, and why."""

from collections.abc import Iterator
from dataclasses import replace

from app.planning.asked import Question, Thawed
from app.planning.relaxing import Released, relax
from app.planning.shop import open_shop
from app.records.scheduling import Fixed, Problem


def thaw(question: Question) -> tuple[Question, tuple[Thawed, ...]]:
    """The question without fixed operations that became impossible, and all that cannot stay frozen.

    Among these are operations of the published plan that were frozen and have not been fixed.
    """
    relaxed, released = relax(question.problem)
    hypothetical = replace(relaxed, fixed=(*relaxed.fixed, *_frozen(question, relaxed)))
    known = {(each.job, each.task) for each in released}
    melted = [each for each in relax(hypothetical)[1] if (each.job, each.task) not in known]
    named = tuple(_named(question, each) for each in (*released, *melted))
    return replace(question, problem=relaxed), named


def _frozen(question: Question, problem: Problem) -> Iterator[Fixed]:
    """What the plan in force begins within the frozen hours and nobody fixed, as if it were fixed."""
    shop = open_shop(problem)
    for number, current in shop.current.items():
        if number in shop.fixed or question.at(current.start) >= question.now + question.frozen:
            continue
        work = dict(shop.steps[number].modes).get(current.machine)
        hours = shop.hours_of(number, current.machine)
        yield current if work is None else replace(current, end=hours.place(current.start, work)[1])


def _named(question: Question, released: Released) -> Thawed:
    order = question.orders[released.job].number
    position = question.positions[released.job][released.task]
    return Thawed(order, position, question.machines[released.machine], released.reason)
