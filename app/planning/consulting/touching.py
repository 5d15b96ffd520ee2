"""Which jobs and machines a wish can touch: what it names, and what competes with that for machines."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.planning.asked import Question
from app.planning.consulting.aliases import Kind

OTHERS_MAX = 12
"""Orders that go along with those that are named."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Indices of jobs, in the order of the problem, and of the machines that can do something of them."""

    jobs: tuple[int, ...]
    machines: tuple[int, ...]


def touched(question: Question, named: Mapping[Kind, frozenset[str]]) -> Touched:
    """The named orders with all their lots, and the `OTHERS_MAX` nearest orders beside them.

    An order is near, first, when something that is named concerns it: its item, family, customer or
    facility, or a machine, a crew or a person's crew that it may need; then when it shares a machine
    with a named order; then by how close its due time is to theirs. Orders that share nothing with
    what is named stay out. Where nothing is named, those due first go.
    """
    asked = {n for n, order in enumerate(question.orders) if order.number in named["order"]}
    others = _others(question, asked, _concerned(question, named))
    chosen = {question.orders[job].number for job in (*asked, *others)}
    jobs = tuple(job for job, order in enumerate(question.orders) if order.number in chosen)
    return Touched(jobs, tuple(sorted({machine for job in jobs for machine in _machines(question, job)})))


def _machines(question: Question, job: int) -> set[int]:
    return {machine for task in question.problem.jobs[job].tasks for machine, _ in task.modes}


def _concerned(question: Question, named: Mapping[Kind, frozenset[str]]) -> set[int]:
    """Jobs that something named concerns, orders themselves apart."""
    machines = _named_machines(question, named)
    families = {n for n, family in enumerate(question.families) if family in named["family"]}
    return {
        job
        for job, order in enumerate(question.orders)
        if order.item in named["item"]
        or order.customer in named["customer"]
        or machines & _machines(question, job)
        or any(task.family in families for task in question.problem.jobs[job].tasks)
    }


def _named_machines(question: Question, named: Mapping[Kind, frozenset[str]]) -> set[int]:
    """Machines by themselves, by their facility, by their crew or its skill, or by a person in it."""
    said, skills = named["crew"], [skill for _, skill in question.crews]
    crews = {n for n, crew in enumerate(question.problem.crews) if {crew.name, skills[n]} & said}
    crews |= {member.crew for member in question.people if member.userid in named["person"]}
    sites = {n for n, site in enumerate(question.facilities) if site in named["facility"]}
    return {
        n
        for n, resource in enumerate(question.problem.resources)
        if resource.name in named["machine"] or resource.crew in crews or resource.facility in sites
    }


def _others(question: Question, asked: set[int], concerned: set[int]) -> list[int]:
    """The first jobs of the nearest orders that were not named."""
    wanted = {machine for job in asked for machine in _machines(question, job)}
    dues = [question.problem.jobs[job].due or 0 for job in sorted(asked)]
    anything = not asked and not concerned
    ranked: dict[str, tuple[bool, int, int]] = {}
    for job, order in enumerate(question.orders):
        near = job in concerned or bool(wanted & _machines(question, job)) or anything
        if job not in asked and near and order.number not in ranked:
            due = question.problem.jobs[job].due or 0
            away = min((abs(due - each) for each in dues), default=due)
            ranked[order.number] = (job not in concerned, away, job)
    return [job for _, _, job in sorted(ranked.values())[:OTHERS_MAX]]
