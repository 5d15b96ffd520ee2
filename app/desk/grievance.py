"""What may have been wrong with an answer: a question with options, as words or for a card to show."""

from dataclasses import dataclass

from app.desk.meant import CAN_BE_CORRECTED, SPOKEN
from app.intents.phrases import plain
from app.records.answer import Say
from app.records.decision import Decision
from app.records.reading import Intent
from app.understand.choices import other_meanings

_WORDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may have been wrong: the words had meant `intent`; `say` is what is read."""

    intent: Intent
    say: Say


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is asked about the answer `ticket` to `words`.

    The options are numbered from 1; the last has the meaning that the words were read as: they were
    understood, and the answer is wrong.
    """

    ticket: str
    words: str
    options: tuple[Option, ...]

    @property
    def say(self) -> Say:
        """The question with its numbers, in one sentence."""
        rows = [Say("desk.choice", {"n": n, "what": each.say}) for n, each in enumerate(self.options, 1)]
        values = {"ticket": self.ticket, "words": self.words, "choices": tuple(rows)}
        return Say("desk.what_was_wrong", values)

    @property
    def intents(self) -> tuple[Intent, ...]:
        """The meanings, in the order of the numbers."""
        return tuple(each.intent for each in self.options)


def what_was_wrong(answer: Decision, first: Decision) -> Wrong | None:
    """What to ask about an answer to the words of `first`; None where no words were misread.

    Nor where the answer itself asks its sender something.
    """
    reading, hold = answer.reading, answer.hold
    asks = hold is not None and hold.reason in {"unclear", "confirm"}
    if reading is None or asks or answer.stage not in CAN_BE_CORRECTED or first.message.kind not in SPOKEN:
        return None
    others = [Option(intent, Say(f"words.intent.{intent}")) for intent in other_meanings(reading)]
    own = Option(reading.intent, Say("desk.understood_but_wrong"))
    return Wrong(answer.id, plain(first.message.text, _WORDS_MAX), (*others, own))
