"""One usual spelling for the many ways in which people on a phone write the words of wishes."""

import re

from app.intents.wishing.marks import FACILITY, MACHINE, ORDER, THING

Table = tuple[tuple[re.Pattern[str], str], ...]


def _words(*rows: tuple[str, str]) -> Table:
    return tuple((re.compile(rf"(?<![a-z])(?:{latin})(?![a-z])"), usual) for latin, usual in rows)


def _signs(*rows: tuple[str, str]) -> Table:
    return tuple((re.compile(pattern), usual) for pattern, usual in rows)


_ENGLISH = _words(
    ("b4|bef|bfore", "before"),
    ("'?til|untill?", "until"),
    ("prio", "priority"),
    ("plz|plse|pls|kindly", "please"),
    ("u", "you"),
    ("gotta|got to", "has to"),
    ("wat", "what"),
    (
        "if (?:at all )?possible|if (?:you|we) can|where possible|preferabl[ey]|if it can be done",
        "ideally",
    ),
) + _signs((rf"(?<={ORDER})\s?(?:n|&|\+|vs\.?|<-*>)\s?(?={ORDER})", " and "))
_CHINESE = _signs(
    (r"能不能(?:够)?|可[不唔]可以|可以[不唔]可以|能否", "可否"),
    (r"请?勿|莫(?=[再用排开动改])", "不要"),
    (r"咪(?![头高表])", "唔好"),
    (rf"[畀卑]|比(?=\s?[{FACILITY[1:-1]}{MACHINE[1:-1]}])", "俾"),
    (rf"能(?:够)?[喺在去]?{FACILITY}(?:做|生产|整)?就", "尽量"),
    (r"如果?可(?:以|能|行)?(?:嘅话|的话)?,?|(?:可以|得|有?可能|方便|许可)[嘅的]话,?|盡可能|尽可能", "尽量"),
    (r"[啦呀㗎吖啊嘛囉咯嘞喇喎]+(?=$|[,。;!?\s])", ""),
)
_BESIDE_CHINESE = _words(
    ("move|shift", "搬"),
    ("transfer|send", "转"),
    ("assign|put", "派"),
    ("swap|switch|exchange", "对调"),
    ("split", "拆"),
    ("freeze|lock", "锁"),
    ("delay|postpone|hold|push back", "推迟"),
    ("start|begin", "开工"),
    ("run|make|do", "做"),
    ("use", "用"),
    ("avoid|skip", "避开"),
    ("keep", "留"),
    ("stop", "停"),
    ("(?:must|has to|have to|needs? to|should)(?: be)?", "要"),
    ("deadline|due", "交期"),
    ("ship|deliver", "出货"),
    ("finish|complete|done", "做完"),
    ("lots?|batch|batches", "批"),
    ("max", "最多"),
    ("repair|maintenance|service|servicing", "维修"),
    ("down", "停"),
    ("al|mc|annual leave|sick leave|sick|on leave|leave|day off|off", "请假"),
    ("then", "然后"),
    ("and", "同"),
) + _signs(
    (rf"(?<![a-z])cut\s?(?=[做开成]|{ORDER}|[两二三四五六\d])", "拆"),
    (r"(?<![a-z])cut(?![a-z])", "取消"),
    (r"(?<![a-z])push\s?(?=[去到])", "推迟"),
    (r"(?<![a-z])push(?![a-z])", "加快"),
    (r"(对调|锁|拆)一\1", r"\1"),
    (r"(?<=[一-鿿])\s+|\s+(?=[一-鿿])", ""),
)
"""What is English in a message in Chinese stands there as one word among Chinese ones."""


def usual(text: str) -> str:
    """A marked text with the usual spellings; the signs of things stay."""
    for pattern, word in _ENGLISH + _CHINESE:
        text = pattern.sub(word, text)
    if re.search(r"[一-鿿]", re.sub(THING, "", text)):
        for pattern, word in _BESIDE_CHINESE:
            text = pattern.sub(word, text)
    return " ".join(text.split())
