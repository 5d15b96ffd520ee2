import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.records.errors import FileWrong
from app.records.reading import Intent
from app.understand.entities import Sighting
from app.understand.patterns import PatternWrong, compile_patterns
from app.understand.questions import asks
from app.understand.rules import STRONG, RuleBook, parse_all, parse_rules

Sees = Callable[[str], Sighting]
GOOD = """
intent = "order_status"
[[rule]]
id = "order_status.a"
patterns = ["进度"]
confidence = 0.9
examples = ["进度"]
"""


def test_every_rule_fits_its_examples_and_not_its_counter_examples(book: RuleBook, sees: Sees) -> None:
    wrong = []
    for rule in book.rules:
        for text, should in [(t, True) for t in rule.examples] + [(t, False) for t in rule.counter]:
            seen = sees(text)
            if rule.fits(seen.marked, seen.kinds, asking=asks(seen.marked)) is not should:
                wrong.append((rule.id, text, should))
    assert wrong == []


def test_the_examples_of_a_strong_rule_are_decided(book: RuleBook, sees: Sees) -> None:
    wrong = []
    for rule in (r for r in book.rules if r.confidence >= STRONG):
        for text in rule.examples:
            seen = sees(text)
            guess = book.guess(seen.marked, seen.kinds, asking=asks(seen.marked))
            if not guess.decided or guess.best[0].intent is not rule.intent:
                wrong.append((rule.id, text, [r.id for r in guess.best]))
    assert wrong == []


def test_every_intent_has_rules_and_examples_in_both_scripts_and_english(book: RuleBook) -> None:
    assert {rule.intent for rule in book.rules} == set(Intent)
    for intent in Intent:
        text = "".join("".join(r.examples) for r in book.rules if r.intent is intent)
        assert re.search("[a-z]{4}", text)
        assert re.search("[\u4e00-\u9fff]", text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [("生产的新计划", Intent.PRODUCTION_SCHEDULE), ("schedule the production", Intent.PRODUCTION_SCHEDULE),
     ("安排一下生产", Intent.PRODUCTION_SCHEDULE), ("库存", Intent.INVENTORY_CHECK),
     ("inventory", Intent.INVENTORY_CHECK),
     ("stock", Intent.INVENTORY_CHECK), ("剩余的数量", Intent.INVENTORY_CHECK),
     ("质量有问题", Intent.QUALITY_ISSUE),
     ("defect", Intent.QUALITY_ISSUE), ("不良品", Intent.QUALITY_ISSUE), ("协调", Intent.COORDINATION),
     ("coordinate", Intent.COORDINATION), ("沟通", Intent.COORDINATION)],
)  # fmt: skip
def test_the_patterns_an_engineer_names_first_point_the_right_way(
    book: RuleBook, sees: Sees, text: str, intent: Intent
) -> None:
    seen = sees(text)
    assert book.guess(seen.marked, seen.kinds, asking=asks(seen.marked)).best[0].intent is intent


@pytest.mark.parametrize(
    "text",
    ["库存系统那边打印机坏了找谁修", "GR-03坏了，排在上面的单能不能挪到GR-04",
     "客戶催貨，SO-1042可以提前到星期四交嗎", "我呢邊搞掂晒，可以嚟收",
     "等待审批", "the quality manager is on leave, who signs the schedule", "嗰部嘢又唔郁喇",
     "借車嗰單同意，六點還返"],
)  # fmt: skip
def test_what_pulls_two_ways_or_is_vague_is_left_to_the_model(book: RuleBook, sees: Sees, text: str) -> None:
    seen = sees(text)
    assert not book.guess(seen.marked, seen.kinds, asking=asks(seen.marked)).decided


def test_two_strong_intents_leave_it_undecided() -> None:
    other = GOOD.replace("order_status", "coordination").replace("进度", "协调")
    book = parse_all({"a": GOOD, "b": other})
    assert book.guess("进度", frozenset(), asking=False).decided
    assert not book.guess("进度协调", frozenset(), asking=False).decided


def test_a_rule_that_overrules_decides_among_others() -> None:
    other = GOOD.replace("order_status", "other").replace("进度", "协调") + "overrules = true\n"
    guess = parse_all({"a": GOOD, "b": other}).guess("进度协调", frozenset(), asking=False)
    assert guess.decided
    assert guess.best[0].intent is Intent.OTHER


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        (GOOD.replace("patterns", "pattern"), "rule 'order_status.a'"),
        (GOOD.replace("0.9", '"high"'), "rule 'order_status.a': confidence"),
        (GOOD.replace("0.9", "1.5"), "rule 'order_status.a': confidence"),
        (GOOD.replace('进度"]\nc', '("]\nc'), "rule 'order_status.a': '(' is no regular expression"),
        (GOOD.replace('进度"]\nc', '(?:a|b)+"]\nc'), "rule 'order_status.a'"),
        (GOOD.replace('intent = "order_status"', 'intent = "dance"'), "intent"),
        (GOOD.replace("examples", 'needs = ["moon"]\nexamples'), "rule 'order_status.a': needs"),
        (GOOD.replace('examples = ["进度"]', ""), "rule 'order_status.a': examples"),
        ("intent = [", "not TOML"),
        ('intent = "other"', "rule"),
        ('intent = "other"\nrule = 3', "rule"),
    ],
)
def test_a_wrong_file_is_refused_with_file_and_rule(spoilt: str, told: str) -> None:
    with pytest.raises(FileWrong) as fault:
        parse_rules(spoilt, "mine.toml")
    assert str(fault.value).startswith("mine.toml:")
    assert told in str(fault.value)


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(FileWrong, match=r"order_status\.a"):
        parse_all({"a": GOOD, "b": GOOD})


@pytest.mark.parametrize(
    "bomb",
    [
        "(a+)+$",
        "(?:a|aa){1,20}{1,20}",
        "(.*a){10}",
        "a{1,5000}",
        "x*",
        "a*b",
        "(?:(?:ab){1,9}c){1,9}",
        ".*.*.*.*x",
        "",
    ],
)
def test_a_pattern_that_could_run_away_is_refused(bomb: str) -> None:
    with pytest.raises(PatternWrong):
        compile_patterns([bomb])


def test_a_dot_star_reaches_twelve_characters() -> None:
    pattern = compile_patterns(["生产.*计划"])
    assert pattern.search("生产" + "的" * 12 + "计划")
    assert not pattern.search("生产" + "的" * 13 + "计划")


@given(st.text(alphabet="生产计划库存查下未咗so-10 ⓄⒾⓂ？?ignoreabprv坏停", max_size=600))
@settings(max_examples=150, deadline=None)
def test_any_text_is_judged(book: RuleBook, text: str) -> None:
    guess = book.guess(text, frozenset({"order", "item"}), asking=asks(text))
    assert not guess.decided or guess.best


@pytest.mark.parametrize(
    ("text", "asking"),
    [("Ⓜ 整返好未", True), ("Ⓜ 整返好咗", False), ("Ⓜ修好了没", True), ("Ⓜ修好了吗", True),
     ("有冇货", True), ("够唔够用", True),
     ("几时有货", True), ("when is it ready", True), ("is it done", True), ("it is done", False),
     ("做完了", False), ("还没做完", False),
     ("未做完,等阵", False), ("can you book 50 kg", False), ("可唔可以借两个人", False),
     ("能不能派车?", False),
     ("could you tell me how many", True), ("点解咁慢", True), ("呢张单做好", False), ("查下库存", True)],
)  # fmt: skip
def test_asking_is_told_from_reporting_and_requesting(text: str, asking: bool) -> None:
    assert asks(text) is asking


def test_the_whole_book_reads_a_worst_case_in_bounded_steps(book: RuleBook) -> None:
    """Every pattern has limited reaches over limited text: the worst text ends like any other."""
    for unit in ("生产", "a", "借", "有", "how much ", "批准", "ignore ", "收到 "):
        book.guess(
            (unit * 600)[:600], frozenset({"order", "item", "machine", "quantity", "facility"}), asking=True
        )
