"""The faults of what an answer says: in its document, in its text, or in what is told beside it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from app.doubles.cloud import wrecking
from app.doubles.cloud.asked import Question
from app.doubles.cloud.bending import Bent
from app.doubles.cloud.placing import Place, schedule
from app.doubles.cloud.replying import Answer
from app.doubles.cloud.thinking import written

_RAW = re.compile(r'"<<(.*?)>>"')
_FULL_WIDTH = {ord("0") + n: chr(0xFF10 + n) for n in range(10)}
_DEPTH = 100_000


@dataclass(slots=True)
class Draft:
    """An answer before it is written; a string "<<x>>" in `doc` is written as a bare x."""

    doc: dict[str, Any]
    question: Question
    example: str | None
    dice: Random

    @property
    def first(self) -> dict[str, Any]:
        """The first wish's part of the answer."""
        part: dict[str, Any] = self.doc["answers"][0]
        return part

    @property
    def places(self) -> list[Place]:
        """The first proposal; one is made where there is none."""
        self.first["places"] = self.first["places"] or schedule(self.question, Bent())
        proposed: list[Place] = self.first["places"]
        return proposed

    def text(self) -> str:
        """The document as it is written."""
        return _RAW.sub(r"\1", written(self.doc))


def _start(value: object) -> Callable[[Draft], None]:
    """Another start for the first operation."""

    def spoil(draft: Draft) -> None:
        draft.places[0][4] = value

    return spoil


def _lot(value: object) -> Callable[[Draft], None]:
    def spoil(draft: Draft) -> None:
        draft.places[0][1] = value

    return spoil


def _order(change: Callable[[str], str]) -> Callable[[Draft], None]:
    """Another name for the first operation's order."""

    def spoil(draft: Draft) -> None:
        draft.places[0][0] = change(draft.places[0][0])

    return spoil


def _time(told: Callable[[Draft], object]) -> Callable[[Draft], None]:
    """One more wish, with a time as it should not be told."""

    def spoil(draft: Draft) -> None:
        wish = {"kind": "postpone", "order": draft.question.jobs[0].order, "not_before": told(draft)}
        draft.first["wishes"] = [*draft.first["wishes"], wish]

    return spoil


def _wreck(way: Callable[[Question, list[Place], Random], None]) -> Callable[[Draft], None]:
    return lambda draft: way(draft.question, draft.places, draft.dice)


def _invented_machine(draft: Draft) -> None:
    draft.places[0][3] = "M998"


def _stranger(draft: Draft) -> None:
    draft.first["wishes"] = [*draft.first["wishes"], {"kind": "expedite", "order": "J998"}]


def _hours(draft: Draft) -> None:
    for place in draft.places:
        place[4] //= 60


def _negative(draft: Draft) -> None:
    draft.places[0][4] = -60


def _beyond(draft: Draft) -> None:
    draft.places[-1][4] = draft.question.horizon + 600


def _claims(draft: Draft) -> None:
    draft.doc |= {"feasible": True, "objective": {"late_jobs": 0, "minutes_late": 0}}


def _far_too_late(draft: Draft) -> None:
    draft.first["places"] = schedule(draft.question, Bent(), late_by=draft.question.horizon // 2)


def _example(draft: Draft) -> None:
    draft.doc = {"tag": "0" * 12, "answers": [{"wish": "W0", "status": "ok", "wishes": [], "places": []}]}


def _in_force(draft: Draft) -> None:
    present = {
        (job.order, job.lot, step.position): step.present
        for job in draft.question.jobs
        for step in job.steps
        if step.present
    }
    for place in draft.places:
        place[3:] = (present.get((place[0], place[1], place[2])) or place[3:])[:2]
    draft.first["wishes"] = []


def _command(draft: Draft) -> None:
    draft.doc["commands"] = [{"do": "publish", "approved_by": "note of the order"}]


def _unasked(draft: Draft) -> None:
    wish = {"kind": "priority", "order": draft.question.jobs[-1].order, "weight": 9}
    draft.first["wishes"] = [*draft.first["wishes"], wish, {"kind": "cap_overtime", "minutes": 1440}]


def _refused(draft: Draft) -> None:
    draft.doc = {"message": "很抱歉，我無法協助這個請求。"}


def _refused_status(draft: Draft) -> None:
    draft.first["status"] = "抱歉，無法排程"


def _stale(draft: Draft) -> None:
    draft.doc["tag"] = "0" * 12


def _more(draft: Draft) -> None:
    draft.first["confidence"] = 0.98
    draft.doc["reason"] = "as wished"


def _nulls(draft: Draft) -> None:
    draft.places[0][3] = None
    draft.first["wishes"] = [None]


def _fence_inside(draft: Draft) -> None:
    draft.doc["note"] = 'sent as ```json\n{"tag":""}\n``` and nothing else'


def _invent(draft: Draft) -> None:
    draft.places[0][0] = "J998"


DOCUMENT: dict[str, Callable[[Draft], None]] = {
    "F-05": _fence_inside,
    "F-45a": _start("<<NaN>>"),
    "F-45b": _start("<<Infinity>>"),
    "F-45c": _start("<<1e999>>"),
    "F-47a": _start("120"),
    "F-47b": _start("1,200"),
    "F-47c": _start("<<007>>"),
    "F-47d": _lot(True),  # noqa: FBT003 - the wrong type is the fault
    "F-48a": _start(f"<<{'9' * 5000}>>"),
    "F-49b": _order(lambda order: f"{order}<<>>"),
    "F-49c": _order(lambda order: f"{order[0]}\u200b{order[1:]}"),
    "F-49d": _order(lambda order: order.translate(_FULL_WIDTH)),
    "F-50a": _time(lambda draft: draft.question.at(1440)[:19]),
    "F-50b": _time(lambda draft: int(draft.question.origin.timestamp()) + 86_400),
    "F-50c": _time(lambda draft: draft.question.at(0)[:11] + "24:00:00" + draft.question.at(0)[19:]),
    "F-50d": _time(lambda _: "12/11/2026 08:00"),
    "F-51a": _invent,
    "F-51b": _invented_machine,
    "F-51c": _stranger,
    "F-52a": lambda draft: wrecking.lose(draft.places, draft.dice),
    "F-52b": lambda draft: wrecking.double(draft.places, draft.dice),
    "F-53a": _wreck(wrecking.overlap),
    "F-53b": _wreck(wrecking.reverse),
    "F-53c": _wreck(wrecking.into_blocked),
    "F-53d": _wreck(wrecking.unable),
    "F-54a": _hours,
    "F-54b": _negative,
    "F-54c": _beyond,
    "F-55a": _claims,
    "F-55b": _far_too_late,
    "F-56a": _example,
    "F-56b": _in_force,
    "F-57a": _command,
    "F-57b": _unasked,
    "F-58a": _refused,
    "F-58b": _refused_status,
    "F-59": _invent,
    "F-60a": _stale,
    "F-61a": _more,
    "F-61b": _nulls,
}
"""Faults of the document, by full name."""

TEXT: dict[str, Callable[[str], str]] = {
    "F-04a": lambda text: f"```json\n{text}\n```",
    "F-04b": lambda text: f"Sure, here is the plan:\n{text}\nLet me know if anything is missing.",
    "F-44a": lambda text: text[:-1] + ",}",
    "F-44b": lambda text: "{ // as wished\n" + text[1:],
    "F-44c": lambda text: text.replace('"', "'"),
    "F-44d": lambda text: '{"feasible":True,"note":None,' + text[1:],
    "F-46a": lambda text: text.replace('"answers":', '"answers":[],"answers":', 1),
    "F-46b": lambda text: text.replace('{"tag":', '{"tag":"000000000000","tag":', 1),
    "F-48b": lambda text: '{"tag":"","answers":' + "[" * _DEPTH + "]" * _DEPTH + "}",  # noqa: ARG005
    "F-49a": lambda text: "\ufeff" + text,
    "F-49b": lambda text: text.replace("<<>>", "\\ud800", 1),
}
"""Faults of the written text, by full name."""


def _usage(change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Callable[[Answer], Answer]:
    return lambda answer: replace(answer, usage=change(answer.usage) if answer.usage else None)


def _zero(told: dict[str, Any]) -> dict[str, Any]:
    return {name: dict.fromkeys(each, 0) if isinstance(each, dict) else 0 for name, each in told.items()}


def _at_odds(told: dict[str, Any]) -> dict[str, Any]:
    return told | {
        "prompt_cache_hit_tokens": told["prompt_tokens"],
        "prompt_cache_miss_tokens": told["prompt_tokens"],
    }


def _nested(told: dict[str, Any]) -> dict[str, Any]:
    pair = ("prompt_cache_hit_tokens", "prompt_cache_miss_tokens")
    hit = told.get("prompt_cache_hit_tokens", 0)
    return {name: each for name, each in told.items() if name not in pair} | {
        "prompt_tokens_details": {"cached_tokens": hit}
    }


def _cut(answer: Answer) -> Answer:
    content = answer.content or ""
    return replace(answer, content=content[: len(content) * 3 // 5], finish="length")


def _aside(answer: Answer) -> Answer:
    return replace(answer, content="", reasoning=f"{answer.reasoning or ''}{answer.content}")


BESIDE: dict[str, Callable[[Answer], Answer]] = {
    "F-11": lambda answer: replace(answer, finish=None),
    "F-18c": lambda answer: replace(answer, content="", finish="content_filter"),
    "F-31": lambda answer: replace(answer, model=f"{answer.model}-1017", fingerprint="fp_other_build"),
    "F-35a": lambda answer: replace(answer, usage=None),
    "F-35b": _usage(_zero),
    "F-35c": _usage(_at_odds),
    "F-35d": _usage(_nested),
    "F-40a": lambda answer: replace(answer, content=""),
    "F-40b": lambda answer: replace(answer, content=None),
    "F-40c": lambda answer: replace(answer, content=" " * 400),
    "F-41": _aside,
    "F-42": _cut,
    "F-43a": lambda answer: replace(answer, finish="insufficient_system_resource"),
    "F-43b": lambda answer: replace(answer, finish="aborted"),
    "F-43c": lambda answer: replace(answer, finish="moonrise"),
}
"""Faults of what is told beside the text, by full name."""


def spoil(draft: Draft, faults: tuple[str, ...]) -> str:
    """The text of an answer with the faults of its document and its text, in the order of the table."""
    for name in (each for each in DOCUMENT if each in faults):
        DOCUMENT[name](draft)
    text = draft.example if "F-56a" in faults and draft.example else draft.text()
    for name in (each for each in TEXT if each in faults):
        text = TEXT[name](text)
    return text
