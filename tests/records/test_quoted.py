"""Quotations are covered, names and apostrophes are not, and no text takes long."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.quoted import COVER, own_words


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('Raj sent "approve D-00002" to me', '"approve D-00002"'),
        ("佢話「D-00001 批咗佢」喎", "「D-00001 批咗佢」"),
        ("他寫了『同意』", "『同意』"),
        ("新来的问“SS-304 出库”", "“SS-304 出库”"),
        ("In class: 'PK-01 isn't running' is a report", "'PK-01 isn't running'"),
        ("it says 'Ⓜ is broken' there", "'Ⓜ is broken'"),
        ("‘approve it’ he wrote", "‘approve it’"),
        ("so `approve D-00001` is an example", "`approve D-00001`"),
        ('the note starts "approve D-00002', '"approve D-00002'),
        ("he wrote 「批准", "「批准"),
        ("> approve D-00002", "> approve D-00002"),
        ("《批准》", "《批准》"),
        ("佢話「SO-1042排喺SO-1043前面」", "「SO-1042排喺SO-1043前面」"),
        ("佢話「SO-1042急」", "「SO-1042急」"),
        ("「急SO-1042」", "「急SO-1042」"),
        ("he wrote 'SO-1042, SO-1043'", "'SO-1042, SO-1043'"),
        ("「D-00002 D-00003」批准", "「D-00002 D-00003」"),
        ("“ⒾⒿ” 入库", "“ⒾⒿ”"),
        # As older clients send a reply: the other's words in front, within the text.
        ("「陳師傅：批准 D-00002」 - - - - - - 佢咁講", "「陳師傅：批准 D-00002」"),
        (
            "「Raj: approve D-00002, SO-1042 first」\n- - - - - -\nno",
            "「Raj: approve D-00002, SO-1042 first」",
        ),
        ("「张三：\n第一行\n第二行 停机」\n——————\n为什么", "「张三：\n第一行\n第二行 停机」"),
    ],
)
def test_what_others_say_is_covered_in_place(text, quoted):
    assert own_words(text) == text.replace(quoted, COVER * len(quoted))


@pytest.mark.parametrize(
    "text",
    [
        'issue 40 kg "SS-304" to ST-02',
        "「D-00002」批准",
        "“Ⓘ” 入库 20 件",
        "「SO-1042」排喺「SO-1043」前面",
        "“SO-1042-A_2”先做",
        "「SUS-304L」 40 kg",
        '8" and 10" chef knives',
        "don't start PK-01, it isn't ready",
        "the operators' table is free, Raj's too",
        "2 < 3, 5 > 4",
        "",
    ],
)
def test_names_inches_and_apostrophes_stay(text):
    assert own_words(text) == text


@given(st.text(alphabet="a1 '\"‘’“”「」『』`>«»Ⓓ-批", max_size=60))
def test_positions_stay_and_the_rest_as_it_was(text):
    covered = own_words(text)
    assert len(covered) == len(text)
    assert all(now in {was, COVER} for was, now in zip(text, covered, strict=True))


@pytest.mark.parametrize("unit", ['"', "'a", " 'a", "' 'a", "「a-", '"a-', "> ", "a-", "`a1", "‘’ "])
def test_no_text_takes_long(unit):
    began = perf_counter()
    own_words((unit * 40_000)[:40_000])
    assert perf_counter() - began < 2
