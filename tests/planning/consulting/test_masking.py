"""Words before they leave: what is taken out of them, and what stays readable."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.consulting.aliases import Aliases, Called
from app.planning.consulting.finding import finder_of
from app.planning.consulting.leaks import leaks
from app.planning.consulting.masking import mask
from app.planning.consulting.wording import compact


@pytest.fixture(scope="module")
def masked(book):
    finder = finder_of(book)

    def run(words):
        aliases = Aliases(finder.knows)
        return mask(words, finder, aliases), {each.alias: each.real for each in aliases.every()}

    return run


@pytest.mark.parametrize(
    "said",
    [
        "SO-1042", "so1042", "SO 1042", "S O 1O42", "s.o._1042", "ＳＯ－１０４２", "S\u200bO-10\u200b42",
        "SΟ-1О42", "1042", "一零四二", "so—1042", "SO l042",
    ],
)  # fmt: skip
def test_every_spelling_of_an_order_is_the_order(masked, said):
    assert masked(f"rush {said} now") == ("rush J1 now", {"J1": "SO-1042"})


@pytest.mark.parametrize("said", ["ST-02", "press #2", "冲床2号", "沖床二號", "2号沖壓機", "沖 床 2 號"])
def test_every_nickname_of_a_machine_is_the_machine(masked, said):
    assert masked(f"唔好用{said}啦") == ("唔好用M1啦", {"M1": "ST-02"})


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("forNordbakkenorder pleaseSO1042tmr", "C1 J1 tmr"),
        ("Harbour's order from A厂 to plant B", "C1 order from S1 to S2"),
        ("SO-1042/SO1043", "J1/J2"),
        ("SO-9999 and 9998號單, PO-7788, order 777, A-03-1", "J1 and J2號單, J3, order J4, J5"),
        ("J1 off M2", "J1 off J2"),  # what the sender calls so is nothing of ours
    ],
)  # fmt: skip
def test_names_inside_words_and_unknown_codes_go_too(masked, said, left):
    assert masked(said)[0] == left


def test_a_code_that_looks_like_an_alias_stands_for_what_was_said(masked):
    assert masked("J1 off M2")[1] == {"J1": "J1", "J2": "M2"}


@pytest.mark.parametrize(
    ("said", "real"),
    [
        ("偉民", "lee.wai-man"), ("李伟民", "lee.wai-man"), ("阿泰", "cheung.tai"), ("Raj", "raj.kumar"),
        ("lau-man-kit", "lau.man-kit"), ("陳師傅", "陳師傅"), ("李生", "李生"),
    ],
)  # fmt: skip
def test_people_go_by_name_userid_nickname_or_title(masked, said, real):
    assert masked(f"叫{said}睇住") == ("叫H1睇住", {"H1": real})


@pytest.mark.parametrize(
    "said",
    [
        "HK$1,200.50",
        "¥3万",
        "￥300",
        "三百蚊",
        "12元",
        "五万元",
        "50块",
        "80 dollars",
        "RMB 99",
        "20 bucks",
        "單價:7.5",
    ],
)
def test_sums_of_money_go(masked, said):
    text, reals = masked(f"加 {said} 得唔得")
    assert text == "加 Y1 得唔得"
    assert list(reals) == ["Y1"]


@pytest.mark.parametrize(
    "said",
    [
        "be ready by 10:42 or 6-8pm on 2026-11-27", "make 500pcs, 3.5 hours late", "I'm 6 hours late at 6pm",
        "如何生产最快", "5块板 聽日下晝三點半", "after the 2nd shift, in 30min", "10月42日 5號",
        "by 10-31 or 10/31",
    ],
)  # fmt: skip
def test_what_a_wish_is_made_of_stays(masked, said):
    assert masked(said) == (said, {})


def test_an_order_whose_number_looks_like_a_phone_is_an_order(book):
    orders = (*book.orders, Called("order", "61234567", ("61234567",)))
    finder = finder_of(replace(book, orders=orders))
    assert mask("61234567 first", finder, Aliases(finder.knows)) == "J1 first"
    assert mask("61234568 first", finder, Aliases(finder.knows)) == "61234568 first"


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_stands_between_names_none_of_them_is_left(book, data):
    finder = finder_of(book)
    names = [name for called in book for name in called.names if len(name) > 1]
    parts = st.one_of(st.sampled_from(names), st.text(max_size=6))
    words = "".join(data.draw(st.lists(parts, max_size=8)))
    asked = compact({"text": mask(words, finder, Aliases(finder.knows))})
    assert leaks(asked, book) != ("name",)  # where there is a link or number as well, it is left whole
