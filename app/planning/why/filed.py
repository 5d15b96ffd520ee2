"""`plan explain` on the text of files: late orders with their chains, causes and proven changes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

from app.planning import form_plan
from app.planning.check import check
from app.planning.formats import Format, load_object, parse
from app.planning.verbs import Outcome
from app.planning.why.chain import Chain, Link, totals
from app.planning.why.freeing import Freed, Freeing, free
from app.planning.why.measure import Measure
from app.planning.why.promise import promise_of
from app.planning.why.promising import told_promise
from app.planning.why.scene import Scene
from app.planning.why.telling import told_change, told_freeing, told_late
from app.planning.why.trials import Budget, drive
from app.planning.why.walk import chain_of, late_orders
from app.records.answer import Say
from app.records.errors import FileWrong
from app.records.scheduling import Problem, Schedule

_TRIALS = 12
"""About so many problems are solved for one order; that decides how long each may take."""

_EACH_S = 2.0

Solve = Callable[[Problem, float], Schedule]
Words = Callable[[Say], str]


@dataclass(frozen=True, slots=True)
class Explained:
    """One late order: its chain, and what would free it; None where nothing was to be tried."""

    chain: Chain
    freeing: Freeing | None


def explain_file(
    problem_text: str,
    plan_text: str,
    words: Words,
    solve: Solve,
    *,
    form: Format | None = None,
    job: int | None = None,
    limit_s: float = 10.0,
) -> Outcome:
    """Why orders are late in a plan; `job` None explains each of them, else this one, late or not.

    `words` puts a sentence into a language. All solving together takes about `limit_s` seconds, 0
    tries nothing. A plan that breaks a rule is not explained: the code is then 1.
    """
    try:
        problem = parse(problem_text, form).problem
    except FileWrong as fault:
        return Outcome(1, None, f"problem: {fault}")
    try:
        slots = form_plan.parse(load_object(plan_text)).slots
    except FileWrong as fault:
        return Outcome(1, None, f"plan: {fault}")
    if wrong := check(problem, slots):
        return Outcome(1, None, f"the plan is not legal ({wrong[0].constraint}): {wrong[0].detail}")
    if job is not None and not 0 <= job < len(problem.jobs):
        return Outcome(1, None, f"there is no job {job}; the last is {len(problem.jobs) - 1}")
    scene = Scene(problem, slots)
    chains = late_orders(scene) if job is None else _one(scene, job)
    found = [Explained(chain, _freed(scene, chain, solve, limit_s / len(chains))) for chain in chains]
    document = _document(scene, found, words)
    if job is not None and not found:
        promise = promise_of(scene, scene.head_of(job))
        document["promise"] = {**asdict(promise), "sentence": words(_promised(scene, job))}
    return Outcome(0, document, "\n".join(_text(scene, found, words, job)))


def _one(scene: Scene, job: int) -> tuple[Chain, ...]:
    chain = chain_of(scene, scene.head_of(job))
    return (chain,) if chain is not None and chain.late > 0 else ()


def _freed(scene: Scene, chain: Chain, solve: Solve, limit_s: float) -> Freeing | None:
    if limit_s <= 0:
        return None
    budget = Budget(limit_s, min(_EACH_S, limit_s / _TRIALS), 4 * _TRIALS)
    return drive(free(scene, chain, enough=2), solve, budget)


def _promised(scene: Scene, job: int) -> Say:
    measure = Measure(scene.problem)
    return told_promise(promise_of(scene, scene.head_of(job)), measure, Say("why.rests.this_plan"))


def _document(scene: Scene, found: Sequence[Explained], words: Words) -> dict[str, object]:
    return {
        "orders": len(scene.heads),
        "late": [_row(scene, each, words) for each in found],
        "causes": totals([link for each in found for link in each.chain.waits]),
    }


def _row(scene: Scene, each: Explained, words: Words) -> dict[str, object]:
    chain, measure = each.chain, Measure(scene.problem)
    return {
        "job": chain.head,
        "name": measure.order(chain.head),
        "due": chain.due,
        "finish": chain.finish,
        "late": chain.late,
        "alone": chain.alone,
        "sentence": words(told_late(chain, measure)),
        "causes": chain.causes(),
        "chain": [_link(link) for link in chain.waits],
        "path": [_link(link) for link in chain.path],
        "tried_all": each.freeing is not None and each.freeing.complete,
        "changes": [_change(freed, words, measure) for freed in _all(each.freeing)],
    }


def _all(freeing: Freeing | None) -> tuple[Freed, ...]:
    if freeing is None:
        return ()
    return freeing.freed if freeing.date is None else (*freeing.freed, freeing.date)


def _link(link: Link) -> dict[str, object]:
    return {
        "cause": str(link.cause),
        "start": link.start,
        "end": link.end,
        "job": link.job,
        "operation": link.task,
        "machine": link.machine,
        "thing": link.thing,
    }


def _change(freed: Freed, words: Words, measure: Measure) -> dict[str, object]:
    return {
        "kind": type(freed.change).__name__,
        **asdict(freed.change),
        "cost": freed.cost,
        "harm": freed.harm,
        "sentence": words(told_change(freed.change, measure)),
    }


def _text(scene: Scene, found: Sequence[Explained], words: Words, job: int | None) -> Iterator[str]:
    """What is read on a terminal: a paragraph for each late order, then all causes together."""
    measure = Measure(scene.problem)
    if not found:
        yield words(Say("why.none_late") if job is None else _promised(scene, job))
        return
    for each in found:
        yield words(told_late(each.chain, measure))
        if each.freeing is not None:
            yield "  " + words(told_freeing(each.freeing, measure)).replace("\n", "\n  ")
    everything = [link for each in found for link in each.chain.waits]
    for cause, units in totals(everything).items():
        yield f"{cause:>10}  {words(measure.span(units))}"
