"""Ways to say that an order goes before, after or instead of another, in lots, or keeps its place."""

import re
from itertools import pairwise, product

from app.intents.wishing.grammar import (
    AND,
    IMPORTANCE,
    LIST,
    MUST,
    NOT,
    NUMBER,
    RUN,
    Built,
    Context,
    Pattern,
    number,
    ways,
)
from app.intents.wishing.marks import ORDER
from app.records.wish import LOTS_MAX, Before, Priority, Split, Swap

_A, _B = rf"(?P<a>{LIST})", rf"(?P<b>{LIST})"
_ONE, _TWO = rf"(?P<a>{ORDER})", rf"(?P<b>{ORDER})"
_PUT = (
    r"(?:安排|排产|生产|移动|排|摆|放|插|调|移|搬|推|行|走|做|上|赶|过|改|挪|跟|接|列|"
    r"编)?\s?(?:到|去|喺|在|于|返|落|"
    r"咗|至|住)?"
)
_THE = r"(?:嘅|的)?(?:之|以)?"
_FRONT = r"(?:前面|前头|前边|前)(?!天|日)"
_BACK = r"(?:后面|后边|后尾|尾后|后)(?!天|日)"
_THEN = r"(?:之后|然后|跟住|跟手|接住|接着|接|跟着|先至|先好|最后|再|后|先|才|至|就)"
_DONE = r"(?:(?:做|生产|出|整|搞)?(?:完成|完工|完|好|搞掂|掂|晒|咗|了)+)"
_ON_TO = r"(?:即[刻时]?|就|马上|跟住|跟手|接住|接着|跟着|接)"
_VERB = (
    r"(?>should|must|has to|have to|needs? to|to|goes|go|runs?|is|are|be|comes?|put|placed|scheduled|done|"
    r"made|finished|completed|produced|all|first)"
)
_DOING = (
    r"(?:(?:we |you |i )?(?:starting|start|beginning|begin|doing|do|touching|touch|running|run|making|"
    r"make) )?"
)
_DO = r"(?:do|run|make|produce|schedule|put|start|finish|process)"


def _first(match: re.Match[str], context: Context) -> Built:
    """Everything of `a` before everything of `b`."""
    pairs = product(context.codes(match["a"]), context.codes(match["b"]))
    made = tuple(Before(one, other) for one, other in pairs if one != other)
    return made or None


def _chained(match: re.Match[str], context: Context) -> Built:
    """Each before the next."""
    codes = context.codes(match[0])
    return tuple(Before(one, other) for one, other in pairwise(codes)) or None


_CHAIN = ways(
    _chained,
    rf"(?:先\s?{RUN}?\s?)?{ORDER}(?:做?先)?(?:,?\s?{_THEN}+\s?(?:到|轮到|搞|安排)?\s?{RUN}?\s?{ORDER}){{2,}}",
    (
        rf"(?:{_DO} )?{ORDER}(?: first)?(?:,?(?: and)? (?:then|followed by|and after that|"
        rf"after that)(?: {_DO})? {ORDER}){{2,}}"
    ),
)

_BEFORE = ways(
    _first,
    rf"(?P<b>{ORDER})\s?{MUST}*(?:等|待)(?:到|埋|候)?\s?{_ONE}\s?{_DONE}(?:先|再|才)*(?:{RUN}|上)?",
    rf"{_ONE}\s?一?{_DONE}(?:之?后|以后)?,?\s?{_ON_TO}\s?(?:到|{RUN})*\s?{_TWO}",
    rf"(?:先|{RUN}|搞掂|完成){_DONE}?\s?{_ONE},?\s?{_ON_TO}\s?(?:到|{RUN})*\s?{_TWO}",
    rf"(?:{RUN}|搞掂|完成){_DONE}\s?{_ONE}\s?,?{_THEN}+\s?{RUN}?\s?{_TWO}",
    rf"{_ONE}(?: {_VERB})*,?\s?(?:and )?(?:then|然后)\s?{_TWO}",
    rf"(?P<b>{ORDER})(?> {_VERB}|排)* ?(?:next )?after {_ONE}",
    rf"(?P<b>{ORDER})\s?{MUST}*[往向]\s?{_ONE}\s?{_THE}{_BACK}(?:{RUN}|放|摆)?",
    rf"{_ONE}(?: {_VERB})* first,?\s?(?:and )?{_TWO}(?: {_VERB})* (?:second|next|after|later|afterwards)",
    (
        rf"{_ONE}\s?{RUN}?先{RUN}?,\s?{_TWO}\s?{RUN}?(?:随后|之后|跟尾|跟住|跟手|接住|接着|"
        rf"后)(?:{RUN})?(?=$|[,。;!])"
    ),
    (
        rf"(?:{RUN}|搞掂|完成)(?:完|好|掂|咗)?\s?{_ONE}\s?(?:之?后|以后)?,?\s?(?:就|再|"
        rf"即)?\s?(?:做|整|搞|开|生产|到)\s?{_TWO}"
    ),
    rf"{_ONE}\s?(?:未|没|冇|还没|仲未){_DONE}(?:之?前|以前)?,?\s?(?:都|千祈)?{NOT}\s?(?:{RUN}|开始)\s?{_TWO}",
    (
        rf"(?:{NOT}) (?:start|run|begin|do|make|touch) (?P<b>{ORDER}) (?:until|"
        rf"before) {_ONE}(?> {_VERB}| gets| has)*"
    ),
    rf"(?P<b>{ORDER})(?: {MUST})* follows? {_ONE}",
    rf"(?P<b>{ORDER})\s?{MUST}*紧[跟接]住?\s?{_ONE}",
    rf"(?:hold|keep|park) (?P<b>{ORDER}) (?:until|for) {_ONE}(?> {_VERB}| gets| has)*",
    rf"(?P<b>{ORDER})(?> {MUST}| {_VERB})* waits? (?:for|until|on|behind) {_ONE}(?: {_VERB})*",
    rf"{_ONE}\s?做(?:完|好)咗?(?:先至|先|再|才)\s?(?:到|轮到|做)\s?{_TWO}",
    rf"(?P<b>{ORDER})摆后[啲点些],?\s?摆到\s?{_ONE}{_BACK}",
    rf"{_ONE}\s?{MUST}*(?:{RUN}|行)?咗?先,?\s?{_THEN}+\s?(?:到|轮到|{RUN})\s?{_TWO}",
    rf"{_A}\s?{MUST}*\s?{_PUT}\s?{_B}\s?{_THE}{_FRONT}(?:先|{RUN}|完成)*",
    (
        rf"(?:喺|在|赶喺)?\s?{_B}\s?{_THE}{_FRONT},?\s?{MUST}*\s?先?(?:做|排|生产|安排|插|摆|放|完成|赶|开|"
        rf"整)(?:好|完|咗|先|埋|返|"
        rf"晒)*\s?{_A}"
    ),
    (
        rf"(?P<b>{ORDER})\s?{MUST}*等\s?(?:到|埋)?\s?{_ONE}\s?(?:做|出|生产)?(?:完|好|咗|掂|晒|了)*(?:之后|"
        rf"以后|后)?,?\s?(?:先至|"
        rf"先|再|才|至)(?:可以)?{RUN}?"
    ),
    (
        rf"先\s?(?:{RUN}|完成)?\s?(?:好|完|咗|搞掂)?\s?{_A},?\s?{_THEN}+\s?(?:到|轮到|系|是|搞|"
        rf"安排)?\s?{RUN}?\s?{_B}"
    ),
    (
        rf"(?:等|做|搞掂|完成|生产|赶)(?:完|好|咗|晒|掂|了)?\s?{_ONE}\s?(?:做|生产)?(?:完|好|咗|晒|掂|"
        rf"了)*,?\s?{_THEN}+\s?(?:到|轮到|"
        rf"可以)?\s?{RUN}?(?:始)?\s?{_TWO}"
    ),
    (
        rf"{_ONE}\s?(?:做|生产)?(?:完成|完|好|咗|了)*(?:之后|以后|后),?\s?(?:先至|再|才|先|就|即刻)*\s?(?:到|"
        rf"轮到)?\s?{RUN}\s?{_TWO}"
    ),
    (
        rf"{_ONE}\s?(?:俾佢)?{MUST}*(?:做|排|行|走)?得?(?:先过|先于|早过|先于|早于|优先于|优先过|"
        rf"快过|行先过|做先过)\s?{_B}"
    ),
    rf"{_ONE}\s?{MUST}*比\s?{_B}\s?(?:更|要)?(?:先|早|优先|快)(?!(?:{RUN})?[完好咗了])(?:{RUN})?",
    rf"(?P<b>{ORDER})\s?{MUST}*(?:做|排)?得?(?:迟过|后过|晚于|后于|慢过)\s?{_ONE}",
    rf"(?P<b>{LIST})\s?{MUST}*\s?{_PUT}\s?(?P<a>{LIST})\s?{_THE}{_BACK}(?:先|再|才|{RUN})*",
    (
        rf"{_A}(?:,? {_VERB})*,? (?:before|ahead of|in front of|prior to|earlier than|sooner than|"
        rf"above) (?:the )?{_DOING}{_B}"
    ),
    (
        rf"(?<![a-z])before (?:{_DOING})?{_B},? (?:we |please |pls |i |let'?s |you )?(?:(?:should|must|"
        rf"need to|want to|have to) )?{_DO} {_A}(?: first)?"
    ),
    (
        rf"(?:{_DO} )?{_ONE}(?: first)?,?(?: and)? (?:then|followed by|and after that|after that)(?: {_DO}|"
        rf" comes?)? {_TWO}"
    ),
    (
        rf"(?:after|once|when) {_ONE}(?: is| has been| gets)?(?: done| finished| completed?)?,? (?:we |"
        rf"please |pls )?(?:then )?(?:{_DO}|go on with|go to|continue with) {_B}"
    ),
    (
        rf"(?P<b>{LIST})(?: {_VERB})*(?: only| right| straight| immediately)? (?:after|behind|"
        rf"following|later than|"
        rf"below) (?:the )?(?P<a>{LIST})(?: is)?(?: done| finished)?"
    ),
    rf"(?P<b>{LIST})(?: {_VERB})* (?:waits?|hold(?:s)?|wait) for {_A}(?: to finish| to be done)?",
)  # fmt: skip


def _swapped(match: re.Match[str], context: Context) -> Built:
    [one], [other] = context.codes(match["a"]), context.codes(match["b"])
    return (Swap(one, other),) if one != other else None


_CHANGE = (
    "(?:互相|两张)?(?:对调|调换|互换|交换|调转|调位|换位|掉转|倒转|换转|对换|互调|调个位|调下位|换下位|"
    "换一换|换个位|换一下|换换|调一下|换下|调返转|调乱|掉个位|改位|对掉|转换|掉位|换转位)"
)
_SWAP = ways(
    _swapped,
    (
        rf"{_ONE}\s?(?:{AND}|with)?\s?{_TWO}\s?(?:嘅|的)?(?:(?:个|两个)?(?:位置|次序|"
        rf"顺序|先后次序|先后|排位|排期|"
        rf"生产次序)\s?)?{MUST}*\s?{_CHANGE}(?:位置|次序|顺序|位)?"
    ),
    (
        rf"{_CHANGE}(?:下|一下|埋|返)?\s?{_ONE}\s?{AND}?\s?{_TWO}(?:\s?(?:嘅|"
        rf"的)?(?:位置|次序|顺序|先后次序|先后))?"
    ),
    (
        rf"(?:swap|exchange|interchange|switch|flip|trade)(?: round| around| over)?(?: the)?(?: places?|"
        rf" order| positions?| sequence)?(?: of)? {_ONE} ?(?:{AND}|with|for) ?{_TWO}(?: round| around|"
        rf" over)?"
    ),
    (
        rf"{_ONE} ?{AND}? ?{_TWO} (?:should |must |to )?(?:(?:change|trade)(?: their)? (?:places?|"
        rf"positions?|slots?|order)|(?:swap|switch|exchange)(?: (?:their )?(?:places?|positions?|"
        rf"slots?|order))?)"
    ),
)  # fmt: skip


def _lots(match: re.Match[str], context: Context) -> Built:
    [order] = context.codes(match["a"])
    lots = number(match["n"])
    return (Split(order, lots),) if 2 <= lots <= LOTS_MAX else None


def _halves(match: re.Match[str], context: Context) -> Built:
    [order] = context.codes(match["a"])
    return (Split(order, 2),)


_LOT = r"(?:个?小?(?:批|份)|个?lots?|张|段|部分|车|转|次|单|趟|轮)"
_LOT_EN = r"(?: equal| separate| smaller)*(?: (?:lots?|batches|batch|parts?|runs?|pieces|jobs|orders|ways))?"
_REST = r"(?:\s?(?:剩下来?|剩返|剩余|余下|淨低|净低|未做)(?:嘅|的|嗰啲|那些)?(?:数量|部分)?)?"
_REST_OF = r"(?:(?:the )?(?:rest|remainder|remaining(?: part| quantity)?)(?: of)? |what'?s left (?:of|on) )?"
"""What is done is not to be split; so its rest in lots is the order in lots."""
_SPLIT = ways(
    _lots,
    (
        rf"{_ONE}{_REST}\s?{MUST}*\s?(?:拆|分|切|斩|劈)(?:开|单|细)?(?:分)?(?:成|为|做|开|返|咗|"
        rf"俾)?\s?{NUMBER}\s?{_LOT}(?:\s?{RUN}|出)?"
    ),
    rf"(?:拆|分|切|斩)(?:开|单)?\s?{_ONE}{_REST}\s?(?:成|做|为|开|返|,)?\s?{NUMBER}\s?{_LOT}(?:\s?{RUN})?",
    (
        rf"(?:split|divide|break|cut|chop)(?: up)? {_REST_OF}{_ONE}(?: up)? (?:in |into |to |as )?{NUMBER}"
        rf"{_LOT_EN}(?!\d)"
    ),
    rf"{_ONE}\s?做\s?{NUMBER}\s?个?(?:批|份)(?:做)?",
    (
        rf"{_ONE}[,:]? (?:in |as )?{NUMBER} (?:equal |separate |smaller )*(?:lots|batches|"
        rf"runs)(?=,? please|$|[,.;!])"
    ),
    rf"{_ONE} {MUST}*\s?(?:split|divided|cut)(?: up)? (?:in |into |to )?{NUMBER}{_LOT_EN}(?!\d)",
    rf"(?:run|make|do|produce) {_ONE} (?:in|as) {NUMBER} (?:lots|batches|parts|runs|goes)",
) + ways(
    _halves,
    rf"{_ONE}{_REST}\s?{MUST}*\s?(?:拆|分)(?:开)?(?:成|做)?\s?(?:一半|两半|一半一半)(?:\s?{RUN})?",
    rf"(?:split|divide|cut) {_REST_OF}{_ONE} in(?:to)? hal(?:f|ves)",
)  # fmt: skip


def _weight(match: re.Match[str], context: Context) -> Built:
    [order] = context.codes(match["a"])
    weight = number(match["n"])
    return (Priority(order, weight),) if 1 <= weight <= 9 else None


_TO = r"(?:成|为|到|做|至|去|作|to|at|as|->|=|:|is)"
_GRADE = r"(?:改|设定|设置|设|调整|调|提升|提高|提|升|降低|降|定|较|校|变|转|set|raise|change|up|lower)"
_PRIORITY = ways(
    _weight,
    rf"{IMPORTANCE} {NUMBER} (?:for|to) {_ONE}",
    (rf"{_ONE}\s?(?:嘅|的|'s)?\s?{IMPORTANCE}\s?{_GRADE}?\s?{_TO}?\s?{NUMBER}(?![\d号日点])"),
    (
        rf"(?:(?:set|change|raise|make|put|lower|up) )?(?:the )?{IMPORTANCE} (?:of|for|on) {_ONE} ?{_TO}? ?"
        rf"{NUMBER}(?!\d)"
    ),
    (
        rf"(?:give|assign|set|raise|put|change|make|up|lower) {_ONE}(?: to| at|"
        rf" a)? {IMPORTANCE} (?:of |to )?{NUMBER}(?!\d)"
    ),
)

PATTERNS: tuple[Pattern, ...] = (*_SWAP, *_SPLIT, *_PRIORITY, *_CHAIN, *_BEFORE)
