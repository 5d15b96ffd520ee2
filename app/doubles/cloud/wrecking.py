"""Ways to get a plan wrong, each on a list of places in place."""

from random import Random

from app.doubles.cloud.asked import Question, Step
from app.doubles.cloud.placing import Place


def overlap(question: Question, places: list[Place], dice: Random) -> None:
    """Put an operation on another's machine at the same time."""
    pairs = [
        (a, b) for a in places for b in places
        if a[0] != b[0] and a[3] in _options(question, b) and not _fixed(question, b)
    ]  # fmt: skip
    if pairs:
        one, other = dice.choice(pairs)
        other[3:] = one[3:]


def reverse(question: Question, places: list[Place], dice: Random) -> None:
    """Put a job's later operation before the one that it needs."""
    rows = {(p[0], p[1], p[2]): p for p in places}
    pairs = [
        (rows[job.order, job.lot, a.position], rows[job.order, job.lot, b.position])
        for job in question.jobs
        for a, b in zip(job.steps, job.steps[1:], strict=False)
    ]
    if pairs:
        one, then = dice.choice(pairs)
        then[4] = max(0, one[4] - 1) if one[4] else one[4]


def into_blocked(question: Question, places: list[Place], dice: Random) -> None:
    """Put an operation into time when its machine is blocked."""
    able = [place for place in places if question.blocked.get(place[3])]
    if able:
        place = dice.choice(able)
        place[4] = dice.choice(question.blocked[place[3]]).start


def unable(question: Question, places: list[Place], dice: Random) -> None:
    """Put an operation on a machine that cannot do it."""
    able = [(p, m) for p in places for m in question.blocked if m not in _options(question, p)]
    if able:
        place, machine = dice.choice(able)
        place[3] = machine


def _step_of(question: Question, place: Place) -> Step | None:
    jobs = (job for job in question.jobs if [job.order, job.lot] == place[:2])
    return next((step for job in jobs for step in job.steps if step.position == place[2]), None)


def _options(question: Question, place: Place) -> set[str]:
    step = _step_of(question, place)
    return {machine for machine, _ in step.options} if step else set()


def _fixed(question: Question, place: Place) -> bool:
    step = _step_of(question, place)
    return step is not None and step.fixed


def invent(places: list[Place], dice: Random) -> None:
    """Name an order or a machine that there is not."""
    place = dice.choice(places)
    column = dice.choice((0, 3))
    place[column] = f"{place[column][0]}{dice.randrange(900, 1000)}"


def lose(places: list[Place], dice: Random) -> None:
    """Leave an order out."""
    lost = dice.choice(places)[0]
    places[:] = [place for place in places if place[0] != lost]


def double(places: list[Place], dice: Random) -> None:
    """Have an operation twice."""
    place = dice.choice(places)
    places.append([*place[:4], place[4] + 1])
