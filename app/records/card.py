"""Cards: a question with buttons or options, shown to one person, whose clicks come back as keys."""

import re
from dataclasses import dataclass, field

TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
"""What WeCom takes as a card's id; none may be used twice (page 101032, read in March 2026)."""

BUTTONS_MAX = 6
OPTIONS_MAX = 20


@dataclass(frozen=True, slots=True)
class Button:
    """What may be pressed: what it says, and the key that comes back."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a card's question."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a card asks with options; more than one may be chosen where `several`."""

    key: str
    title: str
    options: tuple[Option, ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One card, in the words of the person who gets it.

    It has `buttons` alone, or `questions` with one button that sends the answers: one question with
    up to OPTIONS_MAX options, or up to three of ten. `rows` are names with values below the words,
    six at most. `wait` is what it says while a click is being carried out.
    """

    task_id: str
    title: str
    words: str
    buttons: tuple[Button, ...]
    questions: tuple[Question, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    wait: str = ""

    def offers(self, key: str, chosen: tuple[tuple[str, tuple[str, ...]], ...]) -> bool:
        """Whether a click with this key and these chosen options can have come from this card."""
        if key not in {button.key for button in self.buttons}:
            return False
        asked = {each.key: each for each in self.questions}
        return len(chosen) == len(asked) and all(_answers(asked.get(name), ids) for name, ids in chosen)


def _answers(question: Question | None, ids: tuple[str, ...]) -> bool:
    if question is None or not ids or len(set(ids)) != len(ids):
        return False
    known = {option.id for option in question.options}
    return set(ids) <= known and (question.several or len(ids) == 1)


@dataclass(frozen=True, slots=True)
class CardSent:
    """A card that was made for a person, `to`, about a decision."""

    card: Card = field(repr=False)
    decision: str
    to: str
