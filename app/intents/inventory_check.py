"""How much is there: stock by facility with bin, hold and age; whether it is enough for an order."""

from app.intents.phrases import ago, amount, facility, item_name, lines, missing, refuse, unknown, unknown_say
from app.ports import Facts
from app.records.action import Action, LookUp
from app.records.answer import Say
from app.records.plant import Item, Order, StockLine
from app.records.reading import Intent
from app.records.verdict import Act, Ask, Do, Refuse, Verdict
from app.settings import Limits

INTENT: Intent = Intent.INVENTORY_CHECK
_SHOWN = 5  # items in one answer


def judge(ask: Ask, facts: Facts, _limits: Limits) -> Verdict:
    """Reading is always allowed; an item or an order must be named."""
    entities = ask.reading.entities
    if not entities.item and not entities.order:
        which = refuse("incomplete", "intents.inventory_check.which")
        return unknown(ask, "item") or unknown(ask, "order") or which
    lost = next((code for code in entities.order if facts.order(code) is None), None)
    if lost:
        return missing("order", lost, facts.names().orders)
    gone = next((code for code in entities.item if facts.item(code) is None), None)
    known = (each.code for each in facts.items())
    return missing("item", gone, known) if gone else Do(LookUp("stock"), "read_only")


def act(ask: Ask, _action: Action, facts: Facts) -> Act | Refuse:
    """Say what there is now."""
    entities = ask.reading.entities
    if entities.order:
        orders = [order for code in entities.order[:_SHOWN] if (order := facts.order(code))]
        says = [say for order in orders for say in _for_order(ask, order, facts)]
    else:
        items = [item for code in entities.item[:_SHOWN] if (item := facts.item(code))]
        says = [_stock(ask, item, facts) for item in items]
    says += [unknown_say(each) for each in ask.reading.unknown if each.what == "item"]
    return Act(lines(says)) if says else refuse("incomplete", "intents.inventory_check.which")


def _stock(ask: Ask, item: Item, facts: Facts) -> Say:
    wanted = ask.reading.entities.facility
    found = [line for line in facts.stock(item.code) if not wanted or line.facility in wanted]
    if not found:
        places = tuple(facility(facts, code) for code in wanted)
        none = Say("intents.inventory_check.none", {"item": item_name(item)})
        at = {"item": item_name(item), "facility": places}
        return Say("intents.inventory_check.none_at", at) if wanted else none
    rows = [_row(ask, line, item, facts) for line in found]
    free = sum(line.quantity - line.on_hold for line in found)
    head = {"item": item_name(item), "free": amount(free, item.unit)}
    return lines([Say("intents.inventory_check.item", head), *rows])


def _row(ask: Ask, line: StockLine, item: Item, facts: Facts) -> Say:
    values: dict[str, object] = {
        "facility": facility(facts, line.facility),
        "quantity": amount(line.quantity, item.unit),
        "bin": line.bin or "–",
        "age": ago(line.at, ask.now),
    }
    if line.on_hold > 0:
        held = {**values, "held": amount(line.on_hold, item.unit)}
        return Say("intents.inventory_check.row_held", held)
    return Say("intents.inventory_check.row", values)


def _for_order(ask: Ask, order: Order, facts: Facts) -> list[Say]:
    codes = ask.reading.entities.item[:_SHOWN] or (order.item,)
    return [_enough(ask, order, item, facts) for code in codes if (item := facts.item(code))]


def _enough(ask: Ask, order: Order, item: Item, facts: Facts) -> Say:
    """Needed against free stock; parts are reckoned one for each piece, bulk cannot be reckoned."""
    if item.code != order.item and item.unit not in {"pcs", "set"}:
        told = Say("intents.inventory_check.no_bill", {"item": item_name(item), "order": order.number})
        return lines([_stock(ask, item, facts), told])
    made = order.operations[-1].quantity_done if order.operations else 0.0
    need = max(0.0, order.quantity - made)
    wanted = ask.reading.entities.facility
    stock = [line for line in facts.stock(item.code) if not wanted or line.facility in wanted]
    free = sum(line.quantity - line.on_hold for line in stock)
    values: dict[str, object] = {
        "order": order.number,
        "item": item_name(item),
        "need": amount(need, item.unit),
        "free": amount(free, item.unit),
        "short": amount(max(0.0, need - free), item.unit),
        "basis": Say("intents.inventory_check.one_each") if item.code != order.item else "",
        "age": ago(min(line.at for line in stock), ask.now) if stock else "–",
    }
    return Say("intents.inventory_check.enough" if free >= need else "intents.inventory_check.short", values)
