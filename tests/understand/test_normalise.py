import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.understand.normalise import Scripts, clean, matching_form, opencc_scripts

SCRIPTS = opencc_scripts()
NAME = "Line Bot"
PIECES = st.sampled_from(
    ["@", "＠", "Line", "Bot", " ", "\u2005", "@Line Bot", "@linebot", "查", "庫存", "\u200b", "\ud83d",
     "@產線 bot", "@产线Bot", "产线", "1",
     "é", "e\u0301",
     "１／２", "a@b.com", "\n", "ﷺ", "İ", "\ufe0f", "😀", "Ⓞ", "\x00", "嗰", "裏"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("@Line Bot 查库存", "查库存"),
        ("＠line bot查庫存", "查庫存"),
        ("@LineBot\u2005查下", "查下"),
        ("查下庫存 @Line Bot", "查下庫存"),
        ("請@Line Bot,查下", "請 查下"),
        ("@Line Bot @Line Bot 早", "早"),
        ("@张三 @Line Bot 1/2 罐", "1/2 罐"),
        ("@maria santos\u2005@Line Bot hello", "hello"),
        ("@Line Bot", ""),
        ("mail a@line.com or Line Bot <x@linebot.com>", "mail a@line.com or Line Bot <x@linebot.com>"),
        ("see http://x.y/@linebot/z", "see http://x.y/@linebot/z"),
        ("@Line Botany has it", "Botany has it"),
        ("@GR-03 停机", "@GR-03 停机"),
        ("ＳＯ－１０４２　１／２", "SO-1042 1/2"),
        ("a\u200bb\u2060c\ufeffd\u00ade", "abcde"),
        ("a\x00b\x07c\td\r\ne", "abc d e"),
        ("broken \ud83d emoji", "broken \ufffd emoji"),
        ("  many \u3000 spaces\n\n", "many spaces"),
        ("⁣⁣⁣", ""),
    ],
)
def test_what_was_sent_and_what_is_read(sent: str, read: str) -> None:
    assert clean(sent, NAME, 4_000) == read


@pytest.mark.parametrize(
    ("name", "sent", "read"),
    [
        # Where it may stand.
        ("产线助手", "@产线助手 3号线为什么停了", "3号线为什么停了"),
        ("产线助手", "3号线为什么停了 @产线助手", "3号线为什么停了"),
        ("产线助手", "3号线@产线助手为什么停了", "3号线 为什么停了"),
        ("产线助手", "@产线助手看这张照片", "看这张照片"),
        ("产线助手", "改成7@产线助手", "改成7"),
        ("产线助手", "SO-1042@产线助手", "SO-1042"),
        (NAME, "SO-1042@Line Bot", "SO-1042"),
        (NAME, "请问@Line Bot, 库存", "请问 库存"),
        (NAME, "done. @Line Bot.", "done. ."),
        (NAME, "@Line Bot\n查库存", "查库存"),
        # How it may be written.
        ("产线助手", "＠产线助手 早", "早"),
        ("产线助手", "早＠产线助手", "早"),
        ("产线助手", "@产线助手\u2005早", "早"),
        ("产线助手", "@ 产线助手 早", "早"),
        ("产\u200b线助手", "@产线助手 早", "早"),
        (NAME, "@LINE BOT 早", "早"),
        (NAME, "＠Ｌｉｎｅ　Ｂｏｔ 早", "早"),
        (NAME, "@Line\u00a0Bot\u2005早", "早"),
        (NAME, "@Line  Bot: 早", "早"),
        ("A+ Bot (3号)", "@A+ Bot (3号) 早", "早"),
        ("  Line   Bot ", "@Line Bot 早", "早"),
        # Several, and others.
        ("产线助手", "@产线助手@产线助手 早", "早"),
        ("产线助手", "@张三 @李四 @产线助手 /list", "/list"),
        ("产线助手", "@张三\u2005@产线助手\u2005你们看", "你们看"),
        ("产线助手", "@产线助手 请@张三 处理", "请@张三 处理"),
        (NAME, "@maria santos\u2005@Line Bot 1/2 罐", "1/2 罐"),
        # Nothing but it.
        ("产线助手", "@产线助手", ""),
        ("产线助手", "＠产线助手\u2005", ""),
        (NAME, " @Line Bot @Line Bot ", ""),
        # What only looks like it.
        (NAME, "产线助手 and Line Bot", "产线助手 and Line Bot"),
        (NAME, "mail line@bot.com, bot@line.com", "mail line@bot.com, bot@line.com"),
        ("Line", "mail bob@line.com or bob@line", "mail bob@line.com or bob@line"),
        ("Line", "see https://x.y/@Line and https://x.y/a@line", "see https://x.y/@Line and https://x.y/a@line"),
        ("产线助手", "看 https://x.y/a@产线助手/b 和 http://x.y/@产线助手", "看 https://x.y/a@产线助手/b 和 http://x.y/@产线助手"),
        ("产线助手", "看 https://x.y/a,@产线助手 早", "看 https://x.y/a, 早"),
        (NAME, "@Line Bot 1/2 @ 4pm", "1/2 @ 4pm"),
        (NAME, "50% @ 3/4", "50% @ 3/4"),
        ("", "@张三 查 @Line", "查 @Line"),
        ("产线助手", "查@产线助手2号", "查@产线助手2号"),
    ],
)  # fmt: skip
def test_the_bots_name_goes_and_nothing_else(name: str, sent: str, read: str) -> None:
    assert clean(sent, name, 4_000) == read
    assert clean(read, name, 4_000) == read


@pytest.mark.parametrize(
    ("name", "sent", "read"),
    [
        # The other script of the name, wherever it stands.
        ("产线助手", "@產線助手 3號線為何停了", "3號線為何停了"),
        ("產線助手", "查庫存 @产线助手", "查庫存"),
        ("产线助手", "查庫存@產線助手", "查庫存"),
        ("产线助手", "@產線助手看這張照片", "看這張照片"),
        ("产线助手", "@產线助手 早", "早"),
        ("里程机器人", "@裏程機器人 早", "早"),
        ("里程机器人", "@里程機器人早", "早"),
        ("後勤小幫手", "@后勤小帮手 早", "早"),
        ("产线 Bot", "＠產線　ＢＯＴ 早", "早"),
        # What follows without a space.
        ("产线助手", "@产线助手SO-1042到哪了", "SO-1042到哪了"),
        ("产线助手", "@产线助手1042到哪了", "1042到哪了"),
        ("产线助手", "@产线助手3号线为什么停了", "3号线为什么停了"),
        ("产线助手", "@产线助手1", "1"),
        ("产线助手", "@产线助手A线停了", "A线停了"),
        ("产线助手", "@产线助手/list", "/list"),
        ("产线助手", "@张三@产线助手/list", "/list"),
        ("产线助手", "@产线助手-查", "-查"),
        ("产线助手", "@产线助手，查", "查"),
        ("产线助手", "@产线助手：查", "查"),
        # Unseen and odd spaces around and within.
        ("产线助手", "@产线助手\u200b查", "查"),
        ("产线助手", "@产线助手\u00a0查", "查"),
        ("产线助手", "@产线助手\u3000查", "查"),
        ("产线助手", "@产线助手\u2005\u2005查", "查"),
        ("产线助手", "\ufeff@产线助手\u2005查", "查"),
        ("产线助手", "@\u200b产线助手 查", "查"),
        (NAME, "@Line\u2005Bot\u2005早", "早"),
        (NAME, "@张三\u2005@Line\u2005Bot\u2005早", "早"),
        # A name that would be a pattern.
        ("A.B*C?", "@A.B*C? 早", "早"),
        ("A.B*C?", "查 @AxB 早", "查 @AxB 早"),
        ("[Bot]", "查 @[bot]", "查"),
        ("(a|b)+", "@(a|b)+ 早", "早"),
        ("Bot\\d", "查 @Bot\\d", "查"),
        ("Bot\\d", "查 @Bot7", "查 @Bot7"),
        ("小助手@总部", "@小助手@總部 查", "查"),
        # What only looks like it, in either script and width.
        ("Line", "mail ｂｏｂ＠ｌｉｎｅ．ｃｏｍ", "mail bob@line.com"),
        ("产线助手", "查@產線助手2号", "查@產線助手2号"),
        ("Bot", "@Bot２", "@Bot2"),
        ("Bot", "@Bot2", "@Bot2"),
        ("产线助手", "看 HTTPS://x.y/@產線助手", "看 HTTPS://x.y/@產線助手"),
        ("产线助手", "@产线助手 bob@x.com 1/2 http://x.y/1/2", "bob@x.com 1/2 http://x.y/1/2"),
        # A whole sentence is nobody's name.
        ("产线助手", "@张三帮我查一下不锈钢库存", "@张三帮我查一下不锈钢库存"),
        ("产线助手", "@张三", ""),
    ],
)  # fmt: skip
def test_the_bots_name_in_every_spelling(name: str, sent: str, read: str) -> None:
    assert clean(sent, name, 4_000, SCRIPTS.simplify) == read
    assert clean(read, name, 4_000, SCRIPTS.simplify) == read


_SPELT = st.sampled_from(
    ["@产线助手 ", "@產線助手 ", "＠产线助手\u2005", "@產线助手\u00a0", "@ 产线助手\u3000",
     "@产\u200b线助手 ", "@产线助手\u2005\u200b", "@产线助手, ", "@产线助手：", "＠產線助手，"]
)  # fmt: skip
_SAID = st.sampled_from(
    ["查", "庫存", "1/2", "SO-1042", "a@b.com", "http://x.y/@z", "@", "50%", "D-00042", "同意", "GR-03"]
)


@given(st.lists(_SAID | _SPELT.map(lambda mention: f"!{mention}"), max_size=12))
@settings(max_examples=300, deadline=None)
def test_all_that_is_said_around_mentions_stays(pieces: list[str]) -> None:
    sent = "".join(piece[1:] if piece[0] == "!" else f"{piece} " for piece in pieces)
    said = " ".join(piece for piece in pieces if piece[0] != "!")
    assert clean(sent, "产线助手", 4_000, SCRIPTS.simplify) == said


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_cleaning_twice_changes_nothing_in_either_script(text: str) -> None:
    once = clean(text, "产线 Bot", 50, SCRIPTS.simplify)
    assert clean(once, "產線 bot", 50, SCRIPTS.simplify) == once


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text, NAME, 50)
    assert clean(once, NAME, 50) == once
    assert len(once) <= 50
    assert not re.search("[\ud800-\udfff\x00-\x1f\u200b]", once)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_the_matching_form_keeps_every_position(text: str) -> None:
    cleaned = clean(text, NAME, 200)
    form = matching_form(cleaned, SCRIPTS.simplify)
    assert len(form) == len(cleaned)
    assert all(b == a for a, b in zip(cleaned, form, strict=True) if a.isascii() and not a.isupper())


def test_the_form_holds_positions_even_when_a_converter_changes_lengths() -> None:
    assert matching_form("AB三C", lambda text: text.replace("三", "叁叁")) == "ab三c"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("庫存", "库存"),
        ("庫裏仲有", "库里仲有"),
        ("嗰張單", "嗰张单"),
        ("係咪噉", "系咪咁"),
        ("8吋", "8寸"),
        ("ABC", "abc"),
    ],
)
def test_both_scripts_have_one_form(scripts: Scripts, written: str, form: str) -> None:
    assert matching_form(written, scripts.simplify) == form


@pytest.mark.parametrize("piece", ["@", "@张", "@Line ", "ﷺ", "😀\u200d", "@Line Bot ", "\u200b", "@Line"])
def test_forty_thousand_characters_are_cut_and_survive(piece: str) -> None:
    assert len(clean(piece * 40_000, NAME, 4_000)) <= 4_000
