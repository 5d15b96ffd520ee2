"""Ways to say on which machine or at which facility work is done, or is not done."""

import re

from app.intents.wishing.grammar import LIST, MUST, NOT, ON, RUN, Built, Context, Pattern, ways
from app.intents.wishing.marks import FACILITY, FAMILY, MACHINE, ORDER, WHEN
from app.intents.wishing.times import moment
from app.records.wish import Avoid, Before, Pin, Prefer

_L = rf"(?P<a>{LIST})"
_X = rf"(?P<a>{LIST}|{FAMILY})"
_AT = rf"(?P<f>{FACILITY})"
_MOVE = (
    r"(?:安排|固定|指定|锁定|搬|移|调|转|拨|摆|放|交|挪|改|换|排|派|拎|攞|掟|送|俾|给|让|留|拉|编排|钉死?|锁)"
)
_INTO = r"(?:去|到|喺|在|返|落|用|上|俾|给|至|为|成|过|往|由|于|to|with)"
_UP = r"(?:上面|上边|上|度|嗰度|那边|那里|嗰边|里面|入面)?"
_START = (
    rf"(?:,?\s?(?:喺|在|由|from|at|starting(?: at| from)?|start(?:ing)? at)?\s?(?P<t>{WHEN})\s?(?:开始生产|"
    rf"开始做|开始|"
    rf"开工|开机|开做|上机|起做)?)?"
)
_STEP = (
    r"(?:冲压|热处理|打磨|抛光|打光|装配|包装|清洗|激光|stamp|grind|polish|pack|assemble|wash|"
    r"stamping|grinding|polishing|packing|assembly|washing)?"
)
_WAS = rf"(?:\s?(?:由|从|from)\s?{MACHINE}\s?)?"
_WAS_AT = rf"(?:\s?(?:由|从|from)\s?{FACILITY}\s?)?"


def _on(match: re.Match[str], context: Context) -> Built:
    words = context.marked.things.get(match.groupdict().get("t") or "")
    at = moment(words, context.now, context.zone) if words else None
    if words and at is None:
        return None
    machine = context.marked.code(match["m"])
    return tuple(Pin(order, machine=machine, at=at) for order in context.codes(match["a"]))


_PIN = ways(
    _on,
    (
        rf"{_L}\s?{MUST}*(?:只可以|只能|淨系|净系|"
        rf"唯有)?{_WAS}\s?{_MOVE}+\s?{_INTO}*\s?{ON}\s?{_UP}\s?{RUN}?{_START}"
    ),
    rf"{_L}\s?{MUST}*(?:只可以|只能|净系)?\s?(?:喺|在|用|上|去|落|由)\s?{ON}\s?{_UP}\s?(?:{RUN}|机){_START}",
    rf"{_L}\s?{MUST}*(?:只可以|只可|只能|净系可以|净系)?\s?(?:改|转|换|只)?(?:用|上|落)\s?{ON}{_START}",
    rf"{_L}\s?(?P<t>{WHEN})\s?(?:开始)?\s?(?:喺|在|上|用|落|去)\s?{ON}\s?{_UP}\s?(?:开工|开始|{RUN})?",
    rf"{_L}\s?{_STEP}\s?{MUST}*(?:去|上|转|换|走)\s?{ON}\s?{_UP}(?:{RUN})?{_START}",
    rf"{_L}\s?(?:俾|由|叫|让|等)\s?{ON}\s?(?:嚟|来|去)?{RUN}",
    rf"(?:将|把)?{_MOVE}\s?{_L}{_WAS}\s?{_INTO}*\s?{ON}\s?{_UP}{RUN}?",
    rf"{_L} {_STEP} ?(?:(?:should |must )?(?:go|goes) )?(?:to|onto) (?:the )?{ON}",
    rf"{_L} ?{_STEP},? on (?:the )?{ON}(?=,? (?:please|instead|now)(?![a-z]))",
    rf"{_L} (?:{MUST} )*only (?:on|at) (?:the )?{ON}",
    rf"{_L} run (?:the )?{ON}",
    rf"(?:用|俾|叫)\s?{ON}\s?(?:嚟|来|去)?{RUN}\s?{_L}",
    (
        rf"(?:move|shift|put|run|do|make|switch|assign|pin|schedule|transfer|place|keep|load|process|produce|"
        rf"change|fix|begin|start|launch) {_L}{_WAS}(?: over| only)? ?(?:to|onto|on to|on|in|at|"
        rf"using|with|through|"
        rf"via|for) (?:the )?{ON}(?: only)?{_START}"
    ),
    rf"(?:use|load|set up) (?:the )?{ON} (?:for|with|to (?:run|do|make)) {_L}",
    (
        rf"{_L} (?:{MUST} |only )*(?:run|runs|go|goes|made|done|moved|pinned|put|stay|stays|processed|"
        rf"switched|scheduled)(?: only)? (?:to|on|onto|at) (?:the )?{ON}(?: only)?{_START}"
    ),
)  # fmt: skip


def _on_before(match: re.Match[str], context: Context) -> Built:
    """On a machine, and before another order."""
    [order], [other] = context.codes(match["a"]), context.codes(match["b"])
    machine = context.marked.code(match["m"])
    return (Pin(order, machine=machine), Before(order, other)) if order != other else None


_ONE, _OTHER = rf"(?P<a>{ORDER})", rf"(?P<b>{ORDER})"
_PIN_BEFORE = ways(
    _on_before,
    (
        rf"(?:run|do|make|put|move|schedule|process|produce|start|load) {_ONE} (?:on|onto|to|in|at|using) "
        rf"(?:the )?{ON}(?: first)?,? (?:before|ahead of|prior to) (?:the )?{_OTHER}"
    ),
    (
        rf"{_ONE}\s?{MUST}*(?:{_MOVE}|用|上|喺|在){_INTO}*\s?{ON}\s?{_UP}{RUN}?,?\s?(?:同埋|而且)?"
        rf"(?:安排|排|放|摆|赶)?(?:喺|在|到)?\s?{_OTHER}\s?(?:之|以)?前[面边]?(?:{RUN})?"
    ),
    rf"(?:喺|在)?\s?{_OTHER}\s?(?:之|以)?前[面边]?,?\s?先?(?:用|喺|在)\s?{ON}\s?{_UP}{RUN}\s?{_ONE}",
)


def _off(match: re.Match[str], context: Context) -> Built:
    machine = context.marked.code(match["m"])
    return tuple(Avoid(order, machine) for order in context.codes(match["a"]))


_PUTTING = (
    r"(?:安排|生产|be |run |runs |go |goes |on |in |at |to |use |using |put |putting |scheduled? |"
    r"scheduling |"
    r"done |made |make |do |load |the |placed? |placing |moved? |moving |再|喺|在|于|使用|用|上|走|"
    r"排|摆|放|去|落|到|"
    r"搬|"
    r"调|移|做|将|把)*"
)
_AVOID = ways(
    _off,
    rf"{_L}\s?,?\s?(?:{MUST}\s?)*{NOT}\s?{_PUTTING}\s?{ON}\s?{_UP}\s?{RUN}?",
    rf"{NOT}\s?{_PUTTING}\s?{_L}\s?{_PUTTING}\s?(?:onto |with |for |using )?(?:the )?{ON}\s?{_UP}\s?{RUN}?",
    (
        rf"{NOT}\s?(?:再)?(?:用|use |using )\s?(?:the )?{ON}\s?(?:去|来|嚟|for|to do|to run|to make|"
        rf"on)?\s?{RUN}?\s?{_L}"
    ),
    rf"{ON}\s?{_UP}(?:{MUST}\s?)*{NOT}\s?(?:再)?{RUN}\s?{_L}",
    rf"{_L}\s?[不唔](?:走|用|上|落|排|去)\s?{ON}",
    rf"avoid (?:using |the )*{ON} (?:for|with) {_L}",
    rf"keep {_L} (?:off|away from|out of|clear of) (?:the )?{ON}",
    (
        rf"{_L} (?:{MUST} )*(?:go |run )?(?:on )?(?:anywhere|any machine|any other machine) (?:but|except|"
        rf"other than)(?: on)? (?:the )?{ON}"
    ),
    (
        rf"{_L}\s?除(?:咗|了)\s?{ON}\s?(?:之外|以外)?,?\s?(?:边部|哪台|第部|其他|其它)(?:机|部)?都?(?:得|"
        rf"可以|行)"
    ),
)  # fmt: skip


def _there(match: re.Match[str], context: Context) -> Built:
    """Wherever it can be done there; only rather, where the words are soft."""
    facility, only = context.marked.code(match["f"]), not _SOFT.search(match[0])
    if re.fullmatch(FAMILY, match["a"]):
        return (Prefer(facility, family=context.marked.code(match["a"]), only=only),)
    return tuple(Prefer(facility, order=order, only=only) for order in context.codes(match["a"]))


_SOFT = re.compile(r"最好|尽量|尽可能|宁愿|宁可|优先|prefer|ideally|rather|better")
_SOFTLY = r"(?:最好|尽量|尽可能|优先|宁愿|宁可|prefer|ideally|rather|better)?"
_THERE = r"(?:嗰边|那边|这边|呢边|嗰度|厂|度)?"
_PREFER = ways(
    _there,
    (
        rf"{_X}\s?,?\s?{MUST}*{_SOFTLY}\s?{MUST}*{_WAS_AT}\s?{_SOFTLY}{_MOVE}+[晒返埋]?\s?{_INTO}*"
        rf"\s?{_AT}\s?{_THERE}\s?{RUN}?"
    ),
    (
        rf"{_X}\s?,?\s?{MUST}*{_SOFTLY}\s?{MUST}*(?:改|转|换)?(?:喺|在|由|去|于|等|叫)\s?{_AT}\s?{_THERE}"
        rf"\s?{RUN}"
    ),
    (
        rf"(?:由|俾|交俾|交给|给|叫|让|等|请)\s?{_AT}\s?{_THERE}\s?(?:帮手|负责|来|嚟)?{RUN}\s?{_X}"
    ),
    (
        rf"{_SOFTLY}(?: to)?,? ?(?:move|shift|transfer|send|do|make|run|produce|keep|put|schedule|"
        rf"assign|relocate|"
        rf"build|process) (?:all )?{_X}{_WAS_AT}(?: over| production)* ?(?:to|in|at|"
        rf"into) (?:the )?{_AT}(?: ideally)?"
    ),
    (
        rf"(?<!of ){_X} (?!(?:in|at) )(?:{MUST} |rather )*{_SOFTLY} ?(?:made|done|run|runs|moved|"
        rf"moves|go|goes|"
        rf"produced|transferred|"
        rf"shifted|built|processed|stays?)? ?{_SOFTLY} ?(?:to|in|at|over to) {_AT}(?: ideally)?"
    ),
    rf"(?:prefer|rather have|better) (?:to have )?{_X} (?:in|at) {_AT}",
    rf"prefer {_AT} for (?:all )?{_X}",
    rf"(?:let|have|get) {_AT} (?:to )?(?:do|make|run|take|handle|produce) {_X}",
    rf"give {_X} to {_AT}",
    rf"{_AT} (?:{MUST} )*(?:takes?(?: over)?|does|makes?|runs?) {_X}",
    rf"(?:将|把)?{_MOVE}[晒返埋]?\s?{_X}{_WAS_AT}\s?{_INTO}+\s?{_AT}\s?{_THERE}{RUN}?",
    rf"{_X}\s?(?:最好|尽量|宁愿|prefer|ideally)\s?{_AT}\s?{_THERE}{RUN}?",
)  # fmt: skip

PATTERNS: tuple[Pattern, ...] = (*_PIN_BEFORE, *_AVOID, *_PIN, *_PREFER)
