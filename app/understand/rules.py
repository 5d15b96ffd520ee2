"""Fixed patterns first: the rule file's form, and what a message's rules say together."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.records.errors import FileWrong
from app.records.reading import Intent
from app.understand.patterns import PatternWrong, compile_patterns
from app.understand.plain import unexplained

STRONG = 0.85
"""A rule from this confidence on may decide alone."""
_RIVAL = 0.6  # another intent's rule from here on spoils it
_READ_CHARS = 600  # rules look no further into a message

Need = Literal["order", "item", "facility", "machine", "quantity", "due", "decision_id"]


class _RuleForm(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+$")
    patterns: tuple[str, ...] = Field(min_length=1, strict=False)
    unless: tuple[str, ...] = Field((), strict=False)
    needs: tuple[Need, ...] = Field((), strict=False)
    max_chars: int = Field(_READ_CHARS, ge=1, le=_READ_CHARS)
    when: Literal["any", "question", "report"] = "any"
    asks: bool | None = None
    confidence: float = Field(gt=0, lt=1)
    overrules: bool = False
    examples: tuple[str, ...] = Field(min_length=1, strict=False)
    counter: tuple[str, ...] = Field((), strict=False)


class _FileForm(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    intent: Intent = Field(strict=False)
    rule: tuple[_RuleForm, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    It fits when a pattern is found in the marked text, none of `unless` is, every
    need is among the kinds of things spoken of, the text is at most `max_chars` long, and `when` agrees with
    whether the words ask. `asks` overrides that for the reading, None leaves it. A rule that
    `overrules` decides against any other. `examples` fit it and `counter` do not.
    """

    id: str
    intent: Intent
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    needs: tuple[Need, ...]
    max_chars: int
    when: Literal["any", "question", "report"]
    asks: bool | None
    confidence: float
    overrules: bool
    examples: tuple[str, ...]
    counter: tuple[str, ...]

    def fits(self, marked: str, kinds: frozenset[str], *, asking: bool) -> bool:
        """Whether the rule applies to a message, given as `Sighting.marked` and `Sighting.kinds`."""
        if len(marked) > self.max_chars or (self.when != "any" and asking != (self.when == "question")):
            return False
        if not kinds.issuperset(self.needs):
            return False
        text = marked[:_READ_CHARS]
        return self.pattern.search(text) is not None and not (self.unless and self.unless.search(text))


@dataclass(frozen=True, slots=True)
class RuleGuess:
    """What the rules say: for each intent its most confident rule, best first; `decided` by one.

    `unexplained` is about how many words that rule leaves over; 0 where none decides.
    """

    best: tuple[Rule, ...]
    decided: bool
    unexplained: float = 0.0


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, in the order of their files."""

    rules: tuple[Rule, ...]

    def guess(self, marked: str, kinds: frozenset[str], *, asking: bool) -> RuleGuess:
        """What the rules make of a message, given as `Sighting.marked` and `Sighting.kinds`.

        Decided when exactly one intent has a strong rule and no other has one of medium strength,
        or when a rule that overrules fits.
        """
        fitting = [r for r in self.rules if r.fits(marked, kinds, asking=asking)]
        veto = next((r for r in fitting if r.overrules), None)
        if veto:
            return RuleGuess((veto,), decided=True)
        best: dict[Intent, Rule] = {}
        for rule in sorted(fitting, key=lambda r: -r.confidence):
            best.setdefault(rule.intent, rule)
        ranked = tuple(best.values())
        rival = ranked[1].confidence if len(ranked) > 1 else 0.0
        if not ranked or ranked[0].confidence < STRONG or rival >= _RIVAL:
            return RuleGuess(ranked, decided=False)
        left = unexplained(marked[:_READ_CHARS], ranked[0].pattern)
        return RuleGuess(ranked, decided=True, unexplained=left)


def parse_rules(text: str, file: str = "rules") -> RuleBook:
    """The rules of one file; raises FileWrong, which names the file and the rule."""
    try:
        form = _FileForm.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise FileWrong(f"{file}: not TOML: {fault}") from fault
    except ValidationError as fault:
        raise FileWrong(_explain(file, text, fault)) from None
    return RuleBook(tuple(_rule(each, form.intent, file) for each in form.rule))


def parse_all(files: Mapping[str, str]) -> RuleBook:
    """The rules of several files, by name; raises FileWrong, also when two rules share an id."""
    rules = [rule for name in sorted(files) for rule in parse_rules(files[name], name).rules]
    ids = [rule.id for rule in rules]
    if twice := _repeated(ids):
        raise FileWrong(f"two rules are called '{twice}'")
    return RuleBook(tuple(rules))


def _repeated(ids: Iterable[str]) -> str:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            return each
        seen.add(each)
    return ""


def _rule(form: _RuleForm, intent: Intent, file: str) -> Rule:
    try:
        pattern = compile_patterns(form.patterns)
        unless = compile_patterns(form.unless) if form.unless else None
    except PatternWrong as fault:
        raise FileWrong(f"{file}: rule '{form.id}': {fault}") from fault
    return Rule(
        form.id, intent, pattern, unless, form.needs, form.max_chars, form.when, form.asks,
        form.confidence, form.overrules, form.examples, form.counter,
    )  # fmt: skip


def _explain(file: str, text: str, fault: ValidationError) -> str:
    written = tomllib.loads(text).get("rule", [])
    lines = []
    for error in fault.errors():
        place = error["loc"]
        at = place[1] if len(place) > 1 and place[0] == "rule" else None
        known = isinstance(at, int) and isinstance(written, list) and isinstance(written[at], dict)
        rule = (
            f" rule '{written[at].get('id', f'number {at + 1}')}':" if known and isinstance(at, int) else ""
        )
        key = ".".join(str(p) for p in (place[2:] if rule else place))
        lines.append(f"{file}:{rule} {key}: {error['msg']}")
    return "\n".join(lines)
