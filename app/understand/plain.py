"""How much of a message a rule's pattern leaves unexplained: a plain message leaves next to nothing."""

import re

_CHINESE = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-zà-ɏ]{1,80}")
_LIGHT = re.compile(
    "请问|請問|请|請|麻烦|麻煩|劳驾|唔该晒?|多谢|谢谢|[帮幫](?:我|手)?|[我你佢他](?:们|們|哋)?|大家|各位|师傅|早晨|"
    "[嘅的地了咗着过紧呀啊啦喇吧吗呢喔哦㗎架嘞囉罗咯喂嗨]|这|這|那|呢|嗰|哪|下|个|個|部|张|張|台|条|條|批|厂|廠|到|俾|给|"
    "同|和|与|及|要|想|有|系|是|在|喺|先|就|都|再|会|可以|可唔可以|"
    "今[日天晚早朝]|听[日晚朝]|明[天日早晚]|后[天日]|上午|下午|上昼|下昼|朝早|晚上|夜晚|星期.|下?周.|点|半|之?前|之?后|"
    "公斤|千克|吨|件|把|支|枝|只|卷|箱|盒|套|包|袋|桶|板|粒|人|元|小时|分钟|钟|天|日|号"
    r"|(?<![a-z])(?:please|pls|plz|the|an?|of|to|at|in|on|for|with|from|by|about|we|i|you|u|me|us|our|my|your|do|does|did|"
    r"is|are|was|be|been|has|have|had|can|could|will|would|it|its|that|this|there|and|so|now|here|left|some|any|got|get|"
    r"hi|hello|hey|sir|boss|thanks|thank|thx|ok|just|up|back|s|re|m|ll|d|t|order|job|batch|facility|plant|site|"
    r"today|tomorrow|tmr|tonight|morning|afternoon|evening|noon|next|week|until|till|before|mon|tue|wed|thu|fri|sat|sun|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|am|pm|hrs?|hours?|min|minutes?|days?|"
    r"kgs?|kilos?|pcs?|pieces?|ea|l|litres?|rolls?|coils?|boxes|box|cartons?|sets?|units?|people)(?![a-z])"
)
_CHINESE_WEIGHT = 0.6  # a Chinese word has one to two characters


def unexplained(marked: str, pattern: re.Pattern[str]) -> float:
    """About how many words of the marked text neither `pattern` nor the things named account for.

    Light words (please, the, 嘅, tomorrow, kg) and numbers weigh nothing; infinite where the pattern
    is not found.
    """
    found = pattern.search(marked)
    if found is None:
        return float("inf")
    return words_left(f"{marked[: found.start()]} {marked[found.end() :]}")


def words_left(text: str) -> float:
    """About how many words of a lower-case text are more than light; numbers are none."""
    rest = _LIGHT.sub(" ", text)
    return len(_LATIN.findall(rest)) + _CHINESE_WEIGHT * len(_CHINESE.findall(rest))
