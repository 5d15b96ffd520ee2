"""How much was said, in the item's own unit; what cannot be meant is refused with the figure named."""

import math
from itertools import zip_longest

from app import policy
from app.intents.phrases import amount, item_name, plain, refuse, unit_name
from app.intents.words import folded
from app.records.plant import Item
from app.records.reading import Entities
from app.records.verdict import Ask, Refuse
from app.settings import Limits

_WORDS: dict[str, tuple[str, ...]] = {
    "pcs": (
        *("pcs", "pc", "piece", "pieces", "ea", "each", "unit"),
        *("件", "个", "支", "把", "只", "粒", "条", "枝", "颗", "隻"),
    ),
    "set": ("set", "sets", "套"),
    "kg": ("kg", "kgs", "kilo", "kilos", "公斤", "千克"),
    "L": ("l", "litre", "litres", "liter", "liters", "升", "公升"),
    "dozen": ("dozen", "doz", "dz", "打"),
    "t": ("t", "ton", "tons", "tonne", "tonnes", "吨", "噸", "公吨"),
    "g": ("g", "gram", "grams", "克"),
    "mL": ("ml", "毫升"),
    "time": (
        *("s", "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour", "hours", "time"),
        *("day", "days", "week", "weeks", "秒", "分", "分钟", "小时", "钟", "钟头", "个钟", "日", "天", "周"),
    ),
    "other": ("people", "vehicle", "%", "°c", "度", "mm", "hrc", "inch", "寸", "目"),
}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in words}
_TIMES = {
    ("dozen", "pcs"): 12.0,
    ("dozen", "set"): 12.0,
    ("t", "kg"): 1000.0,
    ("g", "kg"): 0.001,
    ("mL", "L"): 0.001,
    ("pcs", "set"): 1.0,
}
_WHOLE = frozenset({"pcs", "set"})


def said(entities: Entities) -> tuple[float, str] | None:
    """The quantity that counts: the first with a unit of goods, else the first without; or None."""
    pairs = list(zip_longest(entities.quantity, entities.unit, fillvalue=""))
    goods = [(float(q), u) for q, u in pairs if isinstance(q, int | float) and _known(str(u)) != "skip"]
    return next(((q, str(u)) for q, u in goods if u), None) or next(((q, str(u)) for q, u in goods), None)


def _known(unit: str) -> str:
    found = _UNIT_OF.get(folded(unit).strip(), unit)
    return "skip" if found in {"time", "other"} else found


def in_unit_of(item: Item, ask: Ask, limits: Limits, *, zero: bool = False) -> float | Refuse | None:
    """What was said in the item's unit: finite, not negative, whole for pieces, not absurd.

    None when no quantity was said; 0 is refused unless `zero`.
    """
    pair = said(ask.reading.entities)
    if pair is None:
        return None
    factor = _factor(pair[1], item)
    if factor is None:
        values = {"said": unit_name(plain(pair[1])), "item": item_name(item), "unit": unit_name(item.unit)}
        return refuse("wrong_unit", "intents.all.wrong_unit", **values)
    return why_not(pair[0] * factor, item.unit, limits, zero=zero) or round(pair[0] * factor, 6)


def why_not(quantity: float, unit: str, limits: Limits, *, zero: bool = False) -> Refuse | None:
    """A refusal for a quantity that cannot be meant, else None."""
    if not math.isfinite(quantity) or quantity < 0 or (quantity == 0 and not zero):
        return refuse("bad_quantity", "intents.all.bad_quantity", quantity=amount(quantity, unit))
    if not policy.sane(quantity, limits):
        values = {"quantity": amount(quantity, unit), "limit": amount(limits.absurd_quantity, unit)}
        return refuse("absurd_quantity", "intents.all.absurd_quantity", **values)
    if unit in _WHOLE and abs(quantity - round(quantity)) > 1e-6:
        return refuse("bad_quantity", "intents.all.not_whole", quantity=amount(quantity, unit))
    return None


def _factor(spoken: str, item: Item) -> float | None:
    """What one of the spoken unit is in the item's; None when the two cannot be compared."""
    word = folded(spoken).strip()
    unit = _UNIT_OF.get(word, spoken)
    if not word or unit == item.unit:
        return 1.0
    if (unit, item.unit) in _TIMES:
        return _TIMES[unit, item.unit]
    named = folded(f"{item.name.en} {item.name.hans} {item.name.hant}")
    return 1.0 if item.unit in _WHOLE and unit not in {"kg", "L", "t", "g", "mL"} and word in named else None
