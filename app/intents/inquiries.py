"""Questions that only the solver can answer: why late, what can be promised, could you do so many by then."""

import re

from app.intents.amounts import in_unit_of
from app.intents.phrases import amount, item_name, missing, refuse, unknown
from app.intents.words import folded
from app.ports import Facts
from app.records.answer import Say
from app.records.inquiry import CanDo, Promised, WhyLate
from app.records.reading import Entities
from app.records.verdict import Ask, AskPlan, Refuse
from app.records.when import resolve_due
from app.settings import Limits

_SIMPLER = str.maketrans("遲誤過趕產諾應時間夠幾嚟貨覆報為甚", "迟误过赶产诺应时间够几来货复报为什")
"""Traditional signs of these questions that the tables of other words do without."""

_WHY = re.compile(
    r"点解|为[什甚何咩]|点会|怎么会|怎会|做乜|搞乜|咩事|什么事|[咩什]么?原因|因为[咩什]|卡[喺在住]|拖[喺在]|"
    r"\bwhy\b|\bhow come\b|\bwhat(?:'s|s| is| has) (?:hold|delay|keep|block|held)|\breason\b|"
    r"\bwhat (?:holds|blocks|delays|caused)"
)
_LATE = re.compile(
    r"[迟晚卡拖]|[延耽]误|[误脱过逾超]期|赶[唔不]|未(?:做|好|交|出|得)|还没|仲未|"
    r"\blate\b|delay|behind|overdue|\bslow|hold|held|block|not (?:ready|done|finished|on time)|miss"
)
_PROMISE = re.compile(
    r"应承|答应|承诺|复[个俾给]?客|报[个俾给]?客|报[^,。]{0,4}交期|\bpromis|\bcommit|"
    r"(?:tell|quote|give) (?:the |our )?customer|what date (?:can|could|should)"
)
_CAN = re.compile(
    r"(?P<verb>做|赶|交|出|起|完成|生产|搞|整|来|供)[唔不](?P=verb)?得?(?:到|切|及|起|完|晒|出|货|彻)|"
    r"(?:做|赶|交|出|来|搞|供|起|生产|完成)得(?:到|切|及|起|完|晒|出|彻|上)|"
    r"can(?=\s?[一-鿿])|(?P<may>得|够|能|可)[唔不](?P=may)|可以|可否|能否|能|行不行|会不会|"
    r"(?:有冇|有没有|还有|仲有)[^,。]{0,6}(?:产能|时间)|(?:几时|什么时候|甚么时候|最快|最早|几耐|多久|几天|几日)|"
    r"\b(?:can|could|would|will) (?:you|we|i|they|it|the plant|[a-z]+ (?:chung|mun|tan))\b|"
    r"\b(?:is it|would it be) possible|\b(?:are we|are you) able|\bpossible to\b|"
    r"\b(?:how soon|how fast|how long|earliest|soonest)\b|\bwhen (?:can|could)\b|"
    r"\b(?:do|have) (?:we|you) (?:have )?(?:the |enough )?(?:time|room|capacity)|\bmanage\b|\bfeasible\b"
)
_MADE = re.compile(
    r"做|生产|赶|交|排[出得到]|出货|完成|产能|起货|搞掂|整|供|起[唔不得到货]|"
    r"\bdo\b|\bmake\b|\bproduc|\bfinish|\bdeliver|\bmanufactur|\bbuild\b|\brun\b|\bcomplete|\bcapacity\b|"
    r"\bturn out|\bready\b|\bmanage\b|\bfeasible\b|\bsupply\b|\bship\b"
)
_IF = re.compile(r"如果|假如|要是|万一|(?:^|[,。 ])若|加班|开多|增至|\b(?:if|ot|overtime)\b")
"""Under a condition it is a trial of a plan, not a question about the shop as it is."""


def _words(ask: Ask) -> str:
    return folded(ask.reading.text).translate(_SIMPLER)


def why_late(ask: Ask) -> AskPlan | None:
    """Where the words ask why something is late."""
    words = _words(ask)
    if not (_WHY.search(words) and _LATE.search(words)):
        return None
    return AskPlan(WhyLate(ask.reading.entities.order))


def promised(ask: Ask) -> AskPlan | None:
    """Where the words ask what date an order can be promised for."""
    named = ask.reading.entities.order
    if len(named) != 1 or not _PROMISE.search(_words(ask)):
        return None
    return AskPlan(Promised(named[0]))


def can_do(ask: Ask, facts: Facts, limits: Limits) -> AskPlan | Refuse | None:
    """Where the words ask whether so many of an item can be made by a time; a refusal when they do not say.

    A question about an order is another one, and one with a condition is a wish to try.
    """
    words, entities = _words(ask), ask.reading.entities
    asked = _CAN.search(words) is not None and _MADE.search(words) is not None
    asked = asked and _IF.search(words) is None
    if not asked or entities.order or not (entities.item or entities.quantity):
        return None
    if stranger := unknown(ask, "item"):
        return stranger
    if len(entities.item) != 1 or not entities.quantity:
        return refuse("incomplete", "intents.production_schedule.can_which")
    return _asked(ask, entities, facts, limits)


def _asked(ask: Ask, entities: Entities, facts: Facts, limits: Limits) -> AskPlan | Refuse:
    item = facts.item(entities.item[0])
    if item is None:
        return missing("item", entities.item[0], (each.code for each in facts.items()))
    quantity = in_unit_of(item, ask, limits)
    if isinstance(quantity, Refuse):
        return quantity
    if quantity is None:
        return refuse("incomplete", "intents.production_schedule.can_which")
    by = resolve_due(" ".join(entities.due), ask.now, ask.zone)
    if by is not None and by <= ask.now:
        return refuse("past_time", "intents.production_schedule.past_time", at=by)
    values = {"quantity": amount(quantity, item.unit), "item": item_name(item)}
    what = Say("intents.production_schedule.can_what", values)
    place = entities.facility[0] if len(entities.facility) == 1 else None
    return AskPlan(CanDo(item.code, quantity, what, by, place))
