"""The text form of flexible job shops (Brandimarte 1993): a head line, then a line of numbers per job."""

from collections.abc import Iterator

from app.planning.form_edge import LARGEST, need
from app.records.errors import FileWrong
from app.records.scheduling import Job, Problem, Resource, Task

RawMode = tuple[int, int]
RawJob = list[tuple[RawMode, ...]]


def parse(text: str) -> tuple[Problem, str]:
    """The problem, and a sentence on how its machines were numbered; raises FileWrong with the line."""
    lines = [(n, line.split()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    need(bool(lines), "the file is empty")
    number, head = lines[0]
    need(len(head) >= 2, f"line {number}: must name the number of jobs and of machines")
    jobs, machines = (_whole(number, word) for word in head[:2])
    need(1 <= machines <= 10_000, f"line {number}: {machines} machines are not possible")
    need(len(lines) - 1 == jobs, f"line {number}: says {jobs} jobs, {len(lines) - 1} lines follow")
    raw = [_job(n, words) for n, words in lines[1:]]
    base, note = _base(raw, machines)
    return _problem(raw, machines, base), note


def _whole(line: int, word: str) -> int:
    if not word.isascii() or not word.lstrip("-").isdigit():
        raise FileWrong(f"line {line}: '{word[:20]}' is no whole number")
    need(-LARGEST <= int(word[:20]) <= LARGEST, f"line {line}: {word[:20]} is out of range")
    return int(word)


def _job(line: int, words: list[str]) -> RawJob:
    numbers = iter([_whole(line, word) for word in words])
    job = [_operation(line, numbers) for _ in range(_take(line, numbers, 1))]
    need(next(numbers, None) is None, f"line {line}: has more numbers than its operations need")
    return job


def _operation(line: int, numbers: Iterator[int]) -> tuple[RawMode, ...]:
    count = _take(line, numbers, 1)
    return tuple((_take(line, numbers, 0), _take(line, numbers, 0)) for _ in range(count))


def _take(line: int, numbers: Iterator[int], least: int) -> int:
    value = next(numbers, None)
    if value is None:
        raise FileWrong(f"line {line}: ends before its operations do")
    need(value >= least, f"line {line}: {value} is less than {least}")
    return value


def _base(raw: list[RawJob], machines: int) -> tuple[int, str]:
    used = {machine for job in raw for modes in job for machine, _ in modes}
    if min(used) == 0:
        need(max(used) < machines, f"machine {max(used)} of 0 to {machines - 1} does not exist")
        return 0, "machines are numbered from 0"
    need(max(used) <= machines, f"machine {max(used)} of 1 to {machines} does not exist")
    sure = "" if max(used) == machines else ", as is usual: neither 0 nor the last number is used"
    return 1, f"machines are numbered from 1{sure}"


def _problem(raw: list[RawJob], machines: int, base: int) -> Problem:
    jobs = tuple(
        Job(str(n), tuple(Task(tuple((m - base, work) for m, work in modes)) for modes in job))
        for n, job in enumerate(raw)
    )
    return Problem("", "makespan", tuple(Resource(f"M{m + base}") for m in range(machines)), jobs)
