import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.message import Language
from app.understand.language import LanguageOf
from app.understand.normalise import matching_form, opencc_scripts

SCRIPTS = opencc_scripts()
LANGUAGE_OF = LanguageOf(SCRIPTS)
HANS, HANT, YUE, EN = Language.HANS, Language.HANT, Language.YUE, Language.EN

WRITTEN = {
    HANS: """库存还有多少|请问这张单什么时候能做好|GR-03坏了，派人来修|昨天收到三百公斤钢卷|
    没问题，可以发货|我们明天请假
        |质量有问题，表面有划痕|机器停了两个小时|把这个订单提前到星期五|谢谢|为什么还没开始？|
        领用黑色手柄800个|报废12把餐刀
        |SO-1042完成了吗|check一下库存|需要B厂支援|这批硬度不够""",
    HANT: """請問庫存還有多少|這張訂單什麼時候完成？|機器沒有問題|我們昨天收到三百公斤|
    請把這個訂單提前到星期五|謝謝你們
        |這批貨的硬度不夠嗎|為什麼還沒開始|SO-1042的進度怎麼樣|那台機器壞了，需要維修|
        不是這一批|現在還有多少張單沒做""",
    YUE: """仲有幾多|去到邊呀|GR-03壞咗|整返好未|唔該晒|我哋唔夠人|SO-1042幾時好|而家做緊|聽日攞假|
    呢張單搞掂|係咪停咗
        |你哋喺邊|冇料喇|啲刀好鈍|嗰部機郁唔到|帮我check下stock|SO-1042 done咗未|order嗰邊點解咁慢|多謝晒|
        几时有货|而家仲有幾把
        |幾多pcs呀|個order趕唔趕得切|佢話唔得|update下個schedule啦|返工未|8吋主廚刀仲有冇|听日要用""",
    EN: """how many left?|GR-03 is down|when will SO-1042 be ready|please expedite the order|thanks|hi|
    no more rivets|machine stop
        |do we have enough of 不锈钢卷 for this order|approve|yes|
        the 磨床 is making a strange noise again|ok thanks""",
}  # fmt: skip
EXAMPLES = [(language, text.strip()) for language, block in WRITTEN.items() for text in block.split("|")]


def language_of(text: str, preferred: Language) -> Language:
    return LANGUAGE_OF(text, matching_form(text, SCRIPTS.simplify), preferred)


def test_there_are_enough_examples() -> None:
    assert len(EXAMPLES) >= 60


@pytest.mark.parametrize(("language", "text"), EXAMPLES)
def test_the_language_written_is_told_whatever_is_preferred(language: Language, text: str) -> None:
    others = [each for each in Language if each is not language]
    if language is HANT:
        others.remove(YUE)  # Traditional text of a Cantonese speaker needs a Mandarin word to be told
    if language is YUE and SCRIPTS.simplify(text) == text != SCRIPTS.traditionalise(text):
        others.remove(HANS)
        assert language_of(text, HANS) is HANS, "a reader of Simplified who writes it is answered in it"
    assert {language_of(text, each) for each in others} == {language}


@pytest.mark.parametrize(
    "text", ["SO-1042?", "GR-03", "300", "👍", "", "SO-1042 300 pcs", "OK", "…", "KN-CHEF-8 50kg"]
)
@pytest.mark.parametrize("preferred", list(Language))
def test_without_a_sign_the_preferred_language_counts(text: str, preferred: Language) -> None:
    assert language_of(text, preferred) is preferred


@pytest.mark.parametrize(("preferred", "told"), [(HANS, HANS), (HANT, HANT), (YUE, YUE), (EN, HANS)])
def test_chinese_common_to_both_scripts_follows_the_preference(preferred: Language, told: Language) -> None:
    assert language_of("同意", preferred) is told


@pytest.mark.parametrize(("preferred", "told"), [(HANS, HANT), (HANT, HANT), (YUE, YUE), (EN, HANT)])
def test_plain_traditional_is_cantonese_for_those_who_write_it(preferred: Language, told: Language) -> None:
    assert language_of("報廢餐叉六十五支", preferred) is told


@given(st.text(alphabet="abcdefghij XYZ", min_size=3).filter(lambda t: any(len(w) > 3 for w in t.split())))
def test_latin_words_alone_are_english(text: str) -> None:
    assert language_of(text, YUE) is EN


@given(st.text(max_size=80), st.sampled_from("嘅咗唔喺啲冇嚟佢哋"))
def test_one_cantonese_sign_makes_any_text_cantonese(text: str, sign: str) -> None:
    assert language_of(text + sign, EN) is YUE


@given(st.text(max_size=200), st.sampled_from(list(Language)))
def test_any_text_has_a_language(text: str, preferred: Language) -> None:
    assert language_of(text, preferred) in Language
