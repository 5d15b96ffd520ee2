"""A conversation's body becomes an answer or an error, as this provider's models would give it."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any, Literal

from app.doubles.cloud import counting, thinking
from app.doubles.cloud.asked import Mood, example_of, question_of
from app.doubles.cloud.refusing import error
from app.doubles.cloud.replying import Answer, Refusal
from app.doubles.cloud.spoiling import BESIDE, Draft, spoil

Kind = Literal["deepseek", "tencent", "lan"]
SchemaForm = Literal["json_schema", "schema", "none"]

MODELS: Mapping[Kind, Mapping[str, str]] = {
    "deepseek": {
        "deepseek-flash": "deepseek-flash",
        "deepseek-v4-flash": "deepseek-flash",
        "deepseek-v4-flash-vision-exp": "deepseek-flash",
        "deepseek-v4-pro": "deepseek-v4-pro",
    },
    "tencent": {name: name for name in ("hy4", "hy4-flash", "hy4-preview", "hy3", "hy3-preview")}
    | {"deepseek/deepseek-flash": "deepseek/deepseek-flash"},
    "lan": {"local": "local"},
}
"""The names that may be asked for, and the model that then answers."""

_TOKENS_MAX = {"deepseek": 393_216, "tencent": 65_536, "lan": 65_536}
_UNSAID_MAX = {True: 65_536, False: 8192}
_FINGERPRINT = "fp_double_1017"


class Speaker:
    """The models of one provider, with what they remember of prompts."""

    def __init__(self, kind: Kind, seed: int, schema_form: SchemaForm, count: Callable[[str], int]) -> None:
        self.kind = kind
        self.schema_form: SchemaForm = schema_form
        self._seed, self.count = seed, count
        self._caches: dict[str, counting.PrefixCache] = defaultdict(counting.PrefixCache)

    def dice(self, *parts: str) -> Random:
        """Chance that the seed and what was sent decide alone."""
        return Random(f"{self._seed}:{':'.join(parts)}")  # noqa: S311 - no secret hangs on it

    def wrong(self, body: Any) -> Refusal | None:
        """What this provider refuses a body for, None when it is fine."""
        turns = body.get("messages") if isinstance(body, dict) else None
        if not isinstance(turns, list) or not turns or not all(isinstance(turn, dict) for turn in turns):
            return error(self.kind, 400, "messages: a list of messages is needed")
        if body.get("model") not in MODELS[self.kind]:
            return error(self.kind, 404 if self.kind == "lan" else 400, "Model Not Exist")
        most = body.get("max_tokens", 1)
        if not isinstance(most, int) or not 1 <= most <= _TOKENS_MAX[self.kind]:
            return error(self.kind, 422, f"max_tokens: 1 to {_TOKENS_MAX[self.kind]}")
        form = (body.get("response_format") or {}).get("type", "text")
        if form not in ("text", "json_object", *(() if self.kind == "deepseek" else ("json_schema",))):
            return error(self.kind, 400, "This response_format type is unavailable now")
        try:
            question_of(turns)
        except (KeyError, TypeError, ValueError) as fault:
            return error(self.kind, 422, f"the question is not in its form: {fault!r}")
        return None

    def answer(self, body: dict[str, Any], mood: Mood, faults: tuple[str, ...], now: int) -> Answer:
        """The answer to a body that is not wrong; the same body has the same words and id."""
        messages = body["messages"]
        key = _digest(messages[:2] if "F-59" in faults else body)
        thinks = _thinks(self.kind, body) or "F-22c" in faults
        content = self._content(body, mood, faults, key)
        answer = Answer(
            id=f"double-{key}",
            model=MODELS[self.kind][body["model"]],
            fingerprint=_FINGERPRINT,
            created=now,
            content=content,
            reasoning=thinking.REASONING if thinks else None,
        )
        answer = answer if faults else self._limited(answer, body, thinks=thinks)
        answer = self._measured(answer, body)
        for name in (each for each in BESIDE if each in faults):
            answer = BESIDE[name](answer)
        return answer

    def _content(self, body: dict[str, Any], mood: Mood, faults: tuple[str, ...], key: str) -> str:
        form = body.get("response_format") or {}
        if form.get("type") == "json_object" and self.kind == "deepseek" and not _says_json(body):
            return "\n" * int(body.get("max_tokens", 8192))
        question = question_of(body["messages"])
        if question is None:
            return self._plain(form)
        dice = self.dice(key)
        doc = thinking.answer(question, mood, dice)
        if not question.wishes or not question.jobs:
            return thinking.written(doc)
        return spoil(Draft(doc, question, example_of(body["messages"]), dice), faults)

    def _plain(self, form: dict[str, Any]) -> str:
        """What is said to a conversation without a question: what its schema wants, where it is heeded."""
        schema = form.get("schema") if self.schema_form == "schema" else None
        if self.schema_form == "json_schema":
            schema = (form.get("json_schema") or {}).get("schema")
        if isinstance(schema, dict):
            return thinking.written(thinking.obey(schema))
        return '{"answer":"ok"}' if form else "ok"

    def _limited(self, answer: Answer, body: dict[str, Any], *, thinks: bool) -> Answer:
        """Cut where it is longer than was asked for."""
        most = body.get("max_tokens", _UNSAID_MAX[thinks])
        content = answer.content or ""
        size = self.count(content)
        if content.isspace() or size > most:
            return replace(answer, content=content[: len(content) * most // size], finish="length")
        return answer

    def _measured(self, answer: Answer, body: dict[str, Any]) -> Answer:
        prompt = "\n".join(f"<{turn.get('role')}>{turn.get('content')}" for turn in body["messages"])
        hit = self._caches[str(body.get("user_id", ""))].look(prompt)
        size = sum(self.count(str(turn.get("content"))) + 4 for turn in body["messages"])
        share = min(size, self.count(hit)) if hit else 0
        reasoning = self.count(answer.reasoning) if answer.reasoning else 0
        output = reasoning + self.count(answer.content or "") + 1
        return replace(answer, usage=counting.usage(self.kind, share, size, output, reasoning))


def _thinks(kind: Kind, body: dict[str, Any]) -> bool:
    """DeepSeek thinks unless told not to; the others when told to."""
    told = (body.get("thinking") or {}).get("type")
    if told is not None or body.get("reasoning_effort") is not None:
        return told != "disabled" and body.get("reasoning_effort") != "none"
    return kind == "deepseek"


def _says_json(body: dict[str, Any]) -> bool:
    return any(
        "json" in str(turn.get("content")).lower()
        for turn in body["messages"]
        if turn.get("role") in ("system", "user")
    )


def _digest(told: object) -> str:
    return hashlib.sha256(thinking.written(told).encode("utf-8", "surrogatepass")).hexdigest()[:16]
