"""How the double of the models outside makes up its answers: wishes by keywords, a plan by its mood."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from app.doubles.cloud import placing, wrecking
from app.doubles.cloud.asked import MOODS, Mood, Question
from app.doubles.cloud.bending import bend
from app.doubles.cloud.wishes import Form, understand

REASONING = "先看每張單的交期，再看機台；有指明先後的先排。The wished orders go first."
"""What it thinks aloud, so that streams hold more than ASCII."""


def answer(question: Question, mood: Mood, dice: Random) -> dict[str, Any]:
    """The answer to every wish of a question, as a document; "mixed" picks one of the other moods."""
    if mood == "mixed":
        mood = dice.choice([each for each in MOODS if each != "mixed"])
    tag = "0" * 12 if mood == "stale" else question.tag
    return {"tag": tag, "answers": [_answer(question, n, mood, dice) for n in range(len(question.wishes))]}


def _answer(question: Question, number: int, mood: Mood, dice: Random) -> dict[str, Any]:
    asked = question.wishes[number]
    wishes = understand(asked.text, question) if asked.text else []
    wishes = wishes or list(asked.understood)
    if not wishes:
        return {"wish": asked.wish, "status": "unclear", "wishes": [], "places": []}
    places = plan(question, wishes, mood, dice)
    return {"wish": asked.wish, "status": "ok", "wishes": wishes, "places": places}


def plan(question: Question, wishes: Sequence[Form], mood: Mood, dice: Random) -> list[placing.Place]:
    """The places that are proposed for wishes, as good as the mood is; none for "none"."""
    if mood == "none" or not question.jobs:
        return []
    places = placing.schedule(question, bend(question, wishes))
    if mood == "infeasible":
        _wreck(question, places, dice)
    elif mood == "hallucinated":
        dice.choice((wrecking.invent, wrecking.lose, wrecking.double))(places, dice)
    return places


def _wreck(question: Question, places: list[placing.Place], dice: Random) -> None:
    """One way to get it wrong, another where that one changes nothing."""
    right = [list(place) for place in places]
    ways = [wrecking.overlap, wrecking.reverse, wrecking.into_blocked, wrecking.unable]
    for way in dice.sample(ways, len(ways)):
        if places == right:
            way(question, places, dice)


def obey(schema: dict[str, Any]) -> Any:
    """The plainest value that a JSON Schema allows, for objects, arrays, enums, constants and scalars."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            needed = schema.get("required", list(schema.get("properties", {})))
            return {name: obey(schema.get("properties", {}).get(name, {})) for name in needed}
        case "array":
            return [obey(schema.get("items", {}))] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "ok"


def written(doc: Any) -> str:
    """A document as a model writes it."""
    return json.dumps(doc, ensure_ascii=False, separators=(",", ":"))
