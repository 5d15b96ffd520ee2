"""What makes words no wish of the sender's: questions, reports of what was, what others say, two ways."""

import re

from app.intents.wishing.grammar import NOT
from app.intents.wishing.marks import FACILITY, MACHINE, ORDER, PERSON, THING, WHEN

_IF = re.compile(
    rf"如果|假如|假设|假使|要是|要系|万一|倘若|若果|若是|若(?!干)|如(?={THING}|不|唔|冇)|"
    r"(?<![a-z])(?:what if|what happens if|"
    r"what would happen if|suppose|supposing|assuming|if)(?![a-z])(?: (?:we|i|you))?"
)
_SO_WHAT = re.compile(
    r"会点|会怎|会如何|会[唔不]会(?:迟|晚|延|影响)|会否[迟延晚]|有何影响|有咩影响|有什么影响|what happens$"
)
_PLACED = re.compile(rf"{ORDER}\s?(?:之|以)?[前后][面边]?$")
"""Right before a question: still what is supposed, not what is asked after."""
_GIVEN = re.compile(r"[的嘅]话")
_ASKS = re.compile(
    r"会唔会|会不会|会否|会点|会怎|会如何|点样|怎样|怎么样|如何|几时|什么时候|何时|影响|会迟|会晚|"
    r"会变|会有|赶唔赶|"
    r"赶得|来得及|嚟得切|得唔得|好唔好|有咩|有什么|有何|点算|会唔|谁|[边哪](?=[张个啲些部条位])|"
    r"(?<![a-z])(?:will|would|can we|could we|when|how|what|whats|what's|is it|does|do we|which|who)(?![a-z])"
)
_WHY = re.compile(r"点解|为什么|为何|做咩|(?<![a-z])why(?![a-z])|咗喇?\?|(?<![a-z])(?:was|were|did)(?![a-z])")
_ASKED = re.compile(
    r"边[张个部条位度]|[哪谁]|点算|怎么办|点好|会不会|会唔会|几时|什么时候|何时|几多|多少|唔切|"
    r"来不及|不一定|唔一定|"
    r"不确定|唔肯定|唔知|不知道|可能|也许|或许|是不是|系咪|系唔系|(?<![a-z])(?:what|who|when|"
    r"where)\?*$|是否|有没有|有冇|"
    r"[使用要需该]唔[使用要需该]|"
    r"[要用该]不[要用该]|需不需要|[了咗](?:没有?|吗|么|未|冇)|未\?*$|"
    r"^(?:is|are|was|were|does|did|has|have (?:we|you|they|i|any|the)|will|which|when|what|how|"
    r"who|where)(?![a-z])|(?<![a-z])(?:maybe|"
    r"perhaps|not sure|do we|should (?:we|i)|shall (?:we|i)|i wonder|wondering|when does|how much|"
    r"how many)(?![a-z])"
)
_TOLD = re.compile(
    rf"听(?:{PERSON})?[讲说闻话]|{PERSON}(?:又)?[讲说话]|据[说闻讲]|传闻|人哋?[话说讲]|"
    rf"[佢他她你](?:哋|们)?(?:又)?[话说讲问]|"
    r"(?:老板|老细|经理|主管|师傅|同事|上头)[话说讲]|[客户人]问|边个话|"
    r"(?<![a-z])(?:(?<!customer )(?<!client )(?:said|says)|told|heard|asked|asking|asks|apparently|rumou?r|"
    r"supposedly|thinks?)(?![a-z])"
)
_WAS = re.compile(
    rf"昨[天日晚夜早]|[琴寻噚][日晚]|(?<![一二三四五六日天]|{WHEN})前[日天晚]|上个?(?:周|星期|礼拜|月)|"
    r"成日(?:转|换|改|搬)|老是|一直|本[来身]|原[本先来](?!安|计|排|样)|天天|日日|[转换调搬移挪拆排分改]咗|"
    rf"{ORDER} (?:finished|completed|started|ran|came|went)(?! (?:first|by))(?! ?{WHEN})(?![a-z])|"
    r"已经?(?:喺|在|转|调|搬|排|换|做|开|拆|分|移|去|放|改|入|完|锁|停|出|交|走|派)|[做产]紧|正在|"
    r"[转换调搬移挪拆](?:[^,。别不唔]{0,10})了(?=$|[,。])|"
    r"(?<![a-z])(?:yesterday|last (?:night|week|month|mon|tue|wed|thu|fri|sat|sun)[a-z]*|ago|already|"
    r"has been|have been|keeps|came|went|had|lost|anymore|no longer)(?![a-z])"
)
_ENDS_ASKING = re.compile(r"[?吗么]$")
_POLITE = re.compile(
    r"可[不唔]?可?以|能不能|[得好行掂][唔不][得好行掂]|可否|能否|[请想要]|麻烦|唔该|帮|能|"
    r"(?<![a-z])(?:can|could|would|please|may)(?![a-z])"
)
"""With such words a question is a wish."""
_EITHER = re.compile(
    rf"(?:还是|(?<![锁固指决确])定系?|抑或)\s?(?={ORDER}|{FACILITY}|{MACHINE})|[^,]到?定[^,]系"
)
LEFT_DENIAL = re.compile(
    rf"{NOT}|(?:唔|不|冇|没)(?:使|用|算|太)?(?:咁|那么|这么)?[急赶催快]|急[咩乜]|"
    rf"(?<![好])[不唔冇]再|[咩乜]急|或者|"
    rf"或(?!许)|还是|定系|除非|但系|但是|不过|"
    r"[的嘅]话|(?<![a-z])(?:or|unless|either|whether|but|(?:is|are|was|wo|would)n'?t)(?![a-z])"
)
"""A denial, a condition or another way; where one is left over, nothing that was read is certain."""


def doubtful(text: str, *, supposing: bool) -> bool:
    """Whether the words ask or tell instead of wishing; what is only supposed may be asked about."""
    if _WHY.search(text) or _TOLD.search(text):
        return True
    if not supposing and _ENDS_ASKING.search(text) and not _POLITE.search(text):
        return True
    return not supposing and any(each.search(text) for each in (_ASKED, _WAS, _EITHER))


def supposed(text: str) -> str:
    """What a what-if supposes, without the question beside it; "" for no what-if."""
    found = _IF.search(text)
    if found is None:
        said, asked = _before_the_question(text)
        return _as_wished(said) if asked else ""
    if _ASKED.search(text[: found.start()]):
        return ""
    said = text[found.end() :].strip(" ,")
    given = _GIVEN.search(said)
    if given is not None:
        return _as_wished(said[: given.start()]) or " "
    asks = _ASKS.search(said)
    return _as_wished(said[: _cut(said, asks)] if asks else said) or " "


def _before_the_question(text: str) -> tuple[str, bool]:
    """The words before 的话 with a question behind it, or before 会点; and whether there are such."""
    given, what = _GIVEN.search(text), _SO_WHAT.search(text)
    if given is not None:
        rest = text[given.end() :].strip(" ,?呢")
        return text[: given.start()], not rest or _ASKS.search(rest) is not None
    return (text[: what.start()], True) if what is not None else ("", False)


def _cut(said: str, asks: re.Match[str]) -> int:
    """Where the question begins: at its comma, else at the order it asks after, else at itself."""
    before = said[: asks.start()]
    if (comma := before.rfind(",")) >= 0:
        return len(before) if _PLACED.search(before[comma:]) else comma
    subject = re.search(rf"{ORDER}\s?$", before)
    whole = subject is None or not re.search(f"{ORDER}|{MACHINE}", before[: subject.start()])
    return len(before) if subject is None or whole else subject.start()


def _as_wished(said: str) -> str:
    """A supposition as if it were wished: without 咗, 呢 and marks at the end."""
    said = re.sub(
        r"(?<![a-z])(?:is |are )?(delay|postpone|split)e?d?(?![a-z])", r"\1", said.replace("咗", "")
    )
    return said.rstrip("?!,。 呢").strip()
