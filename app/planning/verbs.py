"""`plan solve` and `plan check` on the text of files: an exit code, a document, a sentence."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.planning import form_plan
from app.planning.check import check, objective
from app.planning.faults import faults, notes
from app.planning.formats import Format, Parsed, load_object, parse
from app.records.errors import FileWrong
from app.records.scheduling import Objective, Schedule, Violation

FAULTS_TOLD = 5
"""Of more faults than this only the first are told."""


class Outcome(NamedTuple):
    """`code` is the exit code, 0 or 1; `document` is None when the files could not be read."""

    code: int
    document: dict[str, object] | None
    sentence: str


def solve_file(
    text: str,
    *,
    form: Format | None = None,
    objective: Objective | None = None,
    limit_s: float = 30.0,
    workers: int = 8,
    seed: int = 0,
    on_improve: Callable[[Schedule], None] | None = None,
) -> Outcome:
    """The plan file for a problem file's text; loads the solver library.

    `on_improve` hears of every better schedule, perhaps on another thread. A problem that can have
    no legal schedule is not tried: the sentence names what is wrong with it.
    """
    from app.planning.solve import solve  # noqa: PLC0415 - only who solves pays for the library

    try:
        parsed = parse(text, form, objective)
    except FileWrong as fault:
        return Outcome(1, None, str(fault))
    wrong = faults(parsed.problem)
    if wrong:
        return Outcome(1, form_plan.dump(Schedule("none", 0, (), "")), _refused(wrong))
    schedule = solve(parsed.problem, limit_s, workers, seed, on_improve)
    return Outcome(int(schedule.status == "none"), form_plan.dump(schedule), _solved(parsed, schedule))


def check_file(problem_text: str, plan_text: str, *, form: Format | None = None) -> Outcome:
    """Every constraint that a plan file breaks, and its objective recomputed.

    The document holds `legal`, `objective`, `claimed` (null where the plan names none) and
    `violations`. A wrong claim is a violation named "objective".
    """
    try:
        problem = parse(problem_text, form).problem
    except FileWrong as fault:
        return Outcome(1, None, f"problem: {fault}")
    try:
        document = load_object(plan_text)
        slots = form_plan.parse(document).slots
    except FileWrong as fault:
        return Outcome(1, None, f"plan: {fault}")
    counted, claimed = objective(problem, slots), document.get("objective")
    violations = list(check(problem, slots))
    if claimed is not None and claimed != counted:
        violations.append(Violation("objective", f"the plan says {claimed}, it is {counted}"))
    return Outcome(
        int(bool(violations)), _checked(violations, counted, claimed), _verdict(violations, counted)
    )


def _refused(wrong: Sequence[str]) -> str:
    more = f"; and {len(wrong) - FAULTS_TOLD} more" if len(wrong) > FAULTS_TOLD else ""
    return f"no legal schedule is possible: {'; '.join(wrong[:FAULTS_TOLD])}{more}"


def _solved(parsed: Parsed, schedule: Schedule) -> str:
    said = [*filter(None, [parsed.note]), *notes(parsed.problem)]
    note = f" ({'; '.join(said)})" if said else ""
    if schedule.status == "none":
        return f"no legal schedule was found{note}; look at fixed operations and facilities"
    name = parsed.problem.objective.replace("_", " ")
    return f"{schedule.status}: {name} {schedule.objective}, bound {schedule.bound}, by {schedule.by}{note}"


def _checked(violations: list[Violation], counted: int, claimed: object) -> dict[str, object]:
    return {
        "legal": not violations,
        "objective": counted,
        "claimed": claimed,
        "violations": [{"constraint": v.constraint, "detail": v.detail} for v in violations],
    }


def _verdict(violations: list[Violation], counted: int) -> str:
    if not violations:
        return f"legal, objective {counted}"
    names = ", ".join(sorted({v.constraint for v in violations}))
    return f"{len(violations)} violations ({names}); the first: {violations[0].detail}"
