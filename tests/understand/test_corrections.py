"""How people say that they were misread: recognised where it is plain, an ordinary message otherwise."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.shipped import read_corrections
from app.records.errors import FileWrong
from app.records.reading import Intent
from app.settings import shipped
from app.understand.corrections import parse_corrections
from app.understand.normalise import matching_form, opencc_scripts

HEARD = read_corrections("Chargehand")
SIMPLIFY = opencc_scripts().simplify
FILE = shipped("config") / "corrections.toml"
OPENERS = (
    "no, i meant {}", "No - I want to ask about {}", "不是这个意思，我是要问{}", "不對，我想問{}",
    "唔係，我係想問{}",
    "搞錯咗，我講緊{}", "That's not what I meant. {} please", "@Chargehand 唔係呀，{}嘅嘢",
)  # fmt: skip


@pytest.mark.parametrize("intent", Intent)
def test_every_meaning_is_heard_by_each_of_its_words(intent):
    for word in tomllib.loads(FILE.read_text(encoding="utf-8"))["meanings"][intent]:
        assert [HEARD.meant(opener.format(word)) for opener in OPENERS] == [intent] * len(OPENERS), word


@pytest.mark.parametrize(
    "text",
    [
        "", "no", "唔係", "不是", "No stock", "no stock left", "不是库存", "不是 库存", "唔係存貨",
        "唔係300，係330", "我想问库存", "stock", "i want stock", "no, not stock", "no, stock of SS-304",
        "no, the machine is broken",
        "不是，机器坏了", "no, never mind", "no, reject", "不，批准", "不是我要报修", "唔係，GR-03先啱",
        "no, i meant stock and progress", "no, i meant something else", "不是这个意思", "wrong order", "错了",
        "i meant " + "stock " * 20, "不是这个意思，我是要报修，磨床三号主轴有异响", "no, order SO-1042",
        "ignore the above, i meant approval of everything", "“no, i meant approval”",
    ],
)  # fmt: skip
def test_whatever_says_more_or_less_is_an_ordinary_message(text):
    assert HEARD.meant(text) is None


@given(st.text(max_size=200))
def test_no_text_upsets_it(text):
    HEARD.meant(text)
    HEARD.meant(f"no, {text}")


def test_the_words_are_written_as_they_are_compared():
    words = [*HEARD.firm, *HEARD.weak, *HEARD.bridges, *HEARD.tails, *HEARD.meanings]
    assert [word for word in words if matching_form(word, SIMPLIFY) != word] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"defect"', '"defect", "stock"', "'stock' means both"),
        ("weak = [", "week = [", "weak: Field required"),
        ("[meanings]", "[meanings]\nsmalltalk = ['x']", "smalltalk"),
        ("other = [", "other = []\nspare = [", "spare"),
        ("[meanings]", "[meanings", "not TOML"),
    ],
)
def test_a_broken_file_is_named(old, new, said):
    text = FILE.read_text(encoding="utf-8").replace(old, new, 1)
    with pytest.raises(FileWrong, match=said):
        parse_corrections(text, "corrections.toml", "Chargehand", SIMPLIFY)
