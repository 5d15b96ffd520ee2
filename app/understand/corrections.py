"""Hears when a message says what an earlier one had meant: "no, I meant stock"."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.records.errors import FileWrong
from app.records.reading import Intent
from app.understand.normalise import Convert, clean, matching_form

_LONGEST = 60  # characters; whoever writes more says more than a meaning
_MARKS = re.compile(r"[^\w'’]|_")
_QUOTES = frozenset("\"'“”‘’«»「」『』《》")
_MARK = re.compile(r"[^\w\s]")
_MEANS_NOTHING = re.compile("['’]")


class _FileForm(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    firm: tuple[str, ...] = Field(min_length=1)
    weak: tuple[str, ...] = Field(min_length=1)
    bridges: tuple[str, ...]
    tails: tuple[str, ...]
    meanings: dict[Intent, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Corrections:
    """The words of the file, longest first; `meanings` by what they say."""

    firm: tuple[str, ...]
    weak: tuple[str, ...]
    bridges: tuple[str, ...]
    tails: tuple[str, ...]
    meanings: dict[str, Intent]
    display_name: str
    simplify: Convert

    def cleaned(self, words: str) -> str:
        """The words without the bot's mention; cut where they are too long to be a correction."""
        return clean(words, self.display_name, _LONGEST + 1, self.simplify)

    def meant(self, words: str) -> Intent | None:
        """What the message says that an earlier one had meant; None for an ordinary message.

        It must say no to the reading and name one meaning, and nothing besides; a quotation says nothing.
        """
        text = self.cleaned(words)
        if not text or len(text) > _LONGEST or text[0] in _QUOTES:
            return None
        form = matching_form(text, self.simplify)
        found = {intent for rest in self._opened(form) for intent in self._named(rest)}
        return found.pop() if len(found) == 1 else None

    def _opened(self, form: str) -> Iterator[str]:
        """What follows a word that says no."""
        said = _spaced(form)
        for word in self.firm:
            if (rest := _after(said, word)) is not None:
                yield rest.lstrip()
        for word in self.weak:
            rest = _after(form, word) or ""
            if _MARK.match(rest.lstrip()):
                yield _spaced(rest)

    def _named(self, said: str) -> set[Intent]:
        """The meanings that remain once bridges before them and tails behind them are taken off."""
        found, seen, heads = set[Intent](), set[str](), [said]
        while heads:
            head = heads.pop()
            if head in seen:
                continue
            seen.add(head)
            found |= {self.meanings[body] for body in self._without_tails(head) if body in self.meanings}
            heads += [rest.lstrip() for word in self.bridges if (rest := _after(head, word)) is not None]
        return found

    def _without_tails(self, said: str) -> set[str]:
        bodies, open_ones = set[str](), [said]
        while open_ones:
            body = open_ones.pop()
            if body not in bodies:
                bodies.add(body)
                open_ones += [rest for word in self.tails if (rest := _before(body, word)) is not None]
        return bodies


def parse_corrections(text: str, file: str, display_name: str, simplify: Convert) -> Corrections:
    """The words of one file; raises FileWrong naming a word of two meanings or an intent without any."""
    try:
        form = _FileForm.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise FileWrong(f"{file}: not TOML: {fault}") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        raise FileWrong(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    meanings: dict[str, Intent] = {}
    for intent in Intent:
        for word in map(_spaced, form.meanings.get(intent, ())):
            if meanings.setdefault(word, intent) is not intent:
                raise FileWrong(f"{file}: '{word}' means both {meanings[word]} and {intent}")
    if missing := set(Intent) - set(meanings.values()):
        raise FileWrong(f"{file}: meanings.{min(missing)}: no words")
    firm, weak, bridges, tails = map(_longest_first, (form.firm, form.weak, form.bridges, form.tails))
    return Corrections(firm, weak, bridges, tails, meanings, display_name, simplify)


def _longest_first(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({_spaced(word) for word in words}, key=lambda word: (-len(word), word)))


def _spaced(text: str) -> str:
    """Without marks: each becomes a space, an apostrophe nothing."""
    return " ".join(_MARKS.sub(" ", _MEANS_NOTHING.sub("", text)).split())


def _after(said: str, word: str) -> str | None:
    """What follows a word at the start, None when it is not there; a Latin word ends where its letters do."""
    rest = said.removeprefix(word)
    if len(rest) == len(said) or (word[-1:].isascii() and rest[:1].isascii() and rest[:1].isalnum()):
        return None
    return rest


def _before(said: str, word: str) -> str | None:
    rest = said.removesuffix(word)
    if len(rest) == len(said) or (word[:1].isascii() and rest[-1:].isascii() and rest[-1:].isalnum()):
        return None
    return rest.rstrip()
