"""A script of messages to play, line by line; a bad line is named by its number."""

import json
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.records.errors import FileWrong


class Click(BaseModel):
    """A button press on the sender's card about a decision: its id, or "latest" for the newest that waits.

    `key` is "approve" or "refuse", or a button's own key.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    decision: Annotated[str, Field(min_length=1)]
    key: Annotated[str, Field(min_length=1)]


class ScriptLine(BaseModel):
    """One line: exactly one of text, click, event and feedback.

    `at_s` counts seconds from the start; two lines with the same `msgid` are a redelivery.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    at_s: Annotated[float, Field(ge=0)]
    sender: Annotated[str, Field(min_length=1)]
    chat: str | None = None
    text: str | None = None
    click: Click | None = None
    event: Literal["enter_chat"] | None = None
    feedback: Literal[1, 2, 3] | None = None
    msgid: str | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "ScriptLine":
        things = [self.text, self.click, self.event, self.feedback]
        if sum(thing is not None for thing in things) != 1:
            raise ValueError("needs exactly one of text, click, event, feedback")
        return self


@dataclass(frozen=True, slots=True)
class Script:
    """Lines in order of time; equal times keep their order."""

    lines: tuple[ScriptLine, ...]


def parse_script(text: str, name: str) -> Script:
    """The script; raises FileWrong naming the file, the line and what to write instead."""
    lines = [_line(row, f"{name}:{number}") for number, row in enumerate(text.split("\n"), 1) if row.strip()]
    if not lines:
        raise FileWrong(f"{name}: no lines; see the contract's script line for the form")
    return Script(tuple(sorted(lines, key=lambda line: line.at_s)))


def _line(row: str, where: str) -> ScriptLine:
    try:
        value = json.loads(row)
    except (ValueError, RecursionError) as fault:
        raise FileWrong(f"{where}: not JSON: {fault}") from None
    try:
        return ScriptLine.model_validate(_paired(value), strict=True)
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise FileWrong(f"{where}: {key + ': ' if key else ''}{first['msg']}") from None


def _paired(value: object) -> object:
    """The line with lone surrogates in its text shown as U+FFFD."""
    if not isinstance(value, dict):
        return value
    return {k: v.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(v, str) else v
            for k, v in value.items()}  # fmt: skip
