"""Ways to get a plan wrong, each on a list of places in place."""

from random import Random

from app.doubles.cloud.asked import Question, Step
from app.doubles.cloud.placing import Place


def overlap(question: Question, places: list[Place], dice: Random) -> None:
    """Put an operation on another's machine at the same time."""
    steps = _steps(question)
    for other in dice.sample(places, len(places)):
        step = steps[_name(other)]
        able = {machine for machine, _ in step.options}
        ones = [one for one in places if one[0] != other[0] and one[3] in able and not step.fixed]
        if ones:
            other[3:] = dice.choice(ones)[3:]
            return


def reverse(question: Question, places: list[Place], dice: Random) -> None:
    """Put a job's later operation before the one that it needs."""
    rows = {_name(place): place for place in places}
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
    steps = _steps(question)
    for place in dice.sample(places, len(places)):
        able = {machine for machine, _ in steps[_name(place)].options}
        others = [machine for machine in question.blocked if machine not in able]
        if others:
            place[3] = dice.choice(others)
            return


def _name(place: Place) -> tuple[str, int, int]:
    return place[0], place[1], place[2]


def _steps(question: Question) -> dict[tuple[str, int, int], Step]:
    return {(job.order, job.lot, step.position): step for job in question.jobs for step in job.steps}


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
