"""Which of the four languages the sender wrote, from the signs on the page."""

import re
from dataclasses import dataclass

from app.records.message import Language
from app.understand.normalise import Scripts

_CANTONESE_SIGNS = re.compile(
    "[喇嘅咗唔喺啲冇嚟佢哋乜咁㗎嘢嗰咩喎囉啩噃嘞攞俾揾睇揸諗谂啱嘥攰嚿瞓孭嬲嘈冚郁甩掂噶啫咋靚哂晒]"
)
_CANTONESE_WORDS = re.compile(
    "死火|跳掣|邊(?:幾|架)|几多|几时|几耐|几钟|而家|听日|听朝|听晚|琴日|寻日|仲(?:有|要|未|差|系|"
    "可以|没)|边(?:度|个|部|张|条|位|间)|点(?:解|样|算|知|搞)"
    "|返工(?=[呀啊啦喇未]|去|先)|放工|收工|搞掂|搞惦|得闲|得唔得|呢(?:个|张|部|批|度|条|只|位|间|边"
    "|排)|系咪|定系|同埋|依家|宜家|头先|啱啱|整返|好未|完未|到未|批未"
    "|[做掂返得晒齐完]未[?!。. ]{0,6}$|去到边|做到边|边啊|多谢晒|早晨|执(?:返|下)|有冇|[a-z]下|帮手|"
    "追单|追货|个钟(?!头)|下昼|上昼|晏昼|朝早|夜晚黑|听夜"
)
_MANDARIN_WORDS = re.compile(
    "[的了吗么们这那吧没哪呀沒這嗎們麼]|什么|怎么|多少|是不是|现在|不是|还有|昨天|明天|今天|是否|需要"
)
_CODES = re.compile(
    r"(?:https?://|www\.)\S{1,80}|[\w.+\-]{1,30}@[\w\-]{1,30}\.\w{1,8}|[A-Za-z]{1,6}[-#]?\d[\w\-]{0,20}"
    r"|\d{1,9}(?:\.\d{1,4})?\s?(?:pcs?|kgs?|mm|cm|m|g|l|h|hr|hrs|min|k|am|pm|sets?)\b"
    r"|[A-Z]{2,6}(?:-[A-Z0-9]{1,8}){1,4}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-zÀ-ɏ]{2,40}(?:'[a-z]{1,4})?")
_NEUTRAL = re.compile("ok|okay|pcs?|kgs?|mm|so|po|sku|qty|no|cnc|pom|vs|sets?", re.IGNORECASE)
_READ_CHARS = 500  # a language shows early
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")


@dataclass(frozen=True, slots=True)
class LanguageOf:
    """Tells the language of clean text; `scripts` show which characters belong to one script only."""

    scripts: Scripts

    def __call__(self, text: str, matching: str, preferred: Language) -> Language:
        """The language of `text`, with its matching form; `preferred` where nothing tells.

        Cantonese with English words is Cantonese, but what a reader of Simplified writes in Simplified
        is Simplified; English that quotes a Chinese name is English.
        """
        text, matching = text[:_READ_CHARS], matching[:_READ_CHARS]
        chinese = len(_CHINESE.findall(text))
        english = [w for w in _WORD.findall(_CODES.sub(" ", text)) if not _NEUTRAL.fullmatch(w)]
        if chinese == 0:
            return Language.EN if english else preferred
        if _CANTONESE_SIGNS.search(text) or _CANTONESE_WORDS.search(matching):
            simplified = preferred is Language.HANS and self._is_simplified(text)
            return Language.HANS if simplified else Language.YUE
        if len(english) >= 3 and chinese <= len(english) + 2:
            return Language.EN
        return self._written_chinese(text, matching, preferred)

    def _written_chinese(self, text: str, matching: str, preferred: Language) -> Language:
        traditional = self._differing(text, self.scripts.simplify(text))
        simplified = self._differing(text, self.scripts.traditionalise(text))
        if simplified > traditional:
            return Language.HANS
        if traditional == 0:
            return Language.HANS if preferred is Language.EN else preferred
        mandarin = _MANDARIN_WORDS.search(matching)
        return Language.YUE if preferred is Language.YUE and not mandarin else Language.HANT

    def _is_simplified(self, text: str) -> bool:
        traditional = self._differing(text, self.scripts.simplify(text))
        return self._differing(text, self.scripts.traditionalise(text)) > traditional

    @staticmethod
    def _differing(text: str, converted: str) -> int:
        return sum(was != now for was, now in zip(text, converted, strict=False))
