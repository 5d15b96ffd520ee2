"""What rules and tables say, each at its own place."""

import pytest

from app.records.message import Language
from app.records.reading import Intent
from app.understand.rules import RuleBook, RuleGuess
from app.understand.signs import SIGNS, signs


def _named(guess: RuleGuess, kinds: set[str], language: Language, *, asking: bool) -> dict[str, float]:
    found = signs(guess, kinds, language, asking=asking)
    assert found.shape == (len(SIGNS),)
    return {name: number for name, number in zip(SIGNS, found.tolist(), strict=True) if number}


def test_every_number_has_its_own_name() -> None:
    assert len(set(SIGNS)) == len(SIGNS)


def test_without_rules_things_and_question_only_the_language_is_said() -> None:
    assert _named(RuleGuess((), decided=False), set(), Language.YUE, asking=False) == {"language:yue": 1.0}


def test_a_rule_counts_with_its_confidence_and_a_thing_by_being_there(book: RuleBook) -> None:
    rule = next(rule for rule in book.rules if rule.id == "machine_status.broken")
    guess = RuleGuess((rule,), decided=True)
    assert _named(guess, {"machine", "due"}, Language.EN, asking=True) == {
        f"rule:{Intent.MACHINE_STATUS}": pytest.approx(rule.confidence),
        "thing:machine": 1.0,
        "thing:due": 1.0,
        "language:en": 1.0,
        "question": 1.0,
    }


def test_kinds_that_have_no_place_change_nothing() -> None:
    nothing = RuleGuess((), decided=False)
    assert _named(nothing, {"person"}, Language.EN, asking=False) == {"language:en": 1.0}
