"""Which words may become names, and which a second try gives away."""

import pytest

from app.outbound.shipped import read_new_names
from app.understand.newnames import Thing

JUDGE = read_new_names()
COIL = Thing("item", "SS-420")


@pytest.mark.parametrize(
    ("word", "thing", "code"),
    [
        ("大力仔", COIL, ""),
        ("老伙計", Thing("machine", "GR-03"), ""),
        ("big bertha", Thing("machine", "GR-03"), ""),
        ("山顶", Thing("facility", "B"), ""),
        ("仔", COIL, "name_short"),
        ("", COIL, "name_short"),
        ("…！", COIL, "name_short"),
        ("长" * 41, COIL, "name_short"),
        ("300", COIL, "name_number"),
        ("三百五", COIL, "name_number"),
        ("3号", COIL, "name_number"),
        ("ss-420", COIL, "name_known"),
        ("420 STEEL", COIL, "name_known"),
        ("SS-304", COIL, "name_taken"),
        ("304鋼", COIL, "name_taken"),
        ("GR-03", COIL, "name_taken"),
        ("火炭", COIL, "name_taken"),
        ("SO-1042", COIL, "name_taken"),
        ("主厨刀", Thing("item", "KN-CHEF-8"), "name_taken"),
        ("D-00042", COIL, "name_taken"),
        ("库存", COIL, "name_common"),
        ("庫存", COIL, "name_common"),
        ("stock", COIL, "name_common"),
        ("点", COIL, "name_short"),
        ("坏了", COIL, "name_common"),
    ],
)
def test_a_word_that_means_something_already_is_no_name(names, word, thing, code):
    assert JUDGE.why_not(JUDGE.tidy(word), thing, names) == code


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("ss-420", "item"),
        (" GR-03 ", "machine"),
        ("b", "facility"),
        ("SO-1042", None),
        ("", None),
        ("x", None),
    ],
)
def test_a_thing_is_known_by_its_code_in_any_case(names, code, what):
    found = JUDGE.thing(code, names)
    assert (found.what if found else None) == what


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ("大力仔库存多少", "SS-420库存多少", "大力仔"),
        ("大力仔 库存多少", "SS-420 庫存多少", "大力仔"),
        ("how much Big Bert is left", "how much SS-420 is left", "Big Bert"),
        ("仲有幾多大力仔", "仲有幾多SS-420", "大力仔"),
        ("大力仔库存多少", "SS-420 还剩多少", ""),
        ("大力仔", "SS-420", ""),
        ("库存多少", "SS-420库存多少", ""),
        ("大力仔库存多少", "SS-420和SS-304库存多少", ""),
        ("大力仔库存多少", "库存多少", ""),
        ("", "", ""),
    ],
)
def test_two_tries_that_differ_in_the_name_alone_give_it_away(names, before, after, word):
    assert JUDGE.mined(before, after, names) == word
