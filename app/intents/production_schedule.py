"""A schedule wish becomes a plan that a person must approve; nothing is planned in silence."""

from app import policy
from app.intents.inquiries import can_do
from app.intents.phrases import changed, leads, missing, no_right, notices, plain, refuse, span, unknown
from app.intents.pictures import plan_picture
from app.intents.wishing import hear
from app.ports import Facts
from app.records.action import Action, AskCloud, PlanWith, PublishPlan, assignments_digest
from app.records.answer import Say
from app.records.plant import OperationState, Order, Plan, PlanState
from app.records.reading import Intent
from app.records.verdict import Act, Ask, NeedPlan, Refuse, Verdict, Wish
from app.settings import Limits

INTENT: Intent = Intent.PRODUCTION_SCHEDULE
_WORDS_MAX = 500


def judge(ask: Ask, facts: Facts, limits: Limits) -> Verdict:
    """Anybody may ask what could be done; who may write may wish, and the plan is held in any case."""
    if asked := can_do(ask, facts, limits):
        return asked
    if (drawn := plan_picture(ask, facts)) and not hear(ask, facts).wishes:
        return drawn
    if not policy.may_write(ask.person):
        return no_right()
    entities = ask.reading.entities
    if stranger := unknown(ask, "order", "machine"):
        return stranger
    heard = hear(ask, facts)
    place = entities.facility[0] if len(entities.facility) == 1 else None
    words = plain(ask.reading.text, _WORDS_MAX)
    wish = Wish(words, place, heard.wishes, heard.unread, heard.called)
    for number in entities.order:
        if no := _unplannable(number, facts, urgent=number in wish.expedite):
            return no
    if wish.by is not None and wish.by <= ask.now:
        return refuse("past_time", "intents.production_schedule.past_time", at=wish.by)
    return NeedPlan(wish)


def act(ask: Ask, action: Action, facts: Facts) -> Act | Refuse:
    """Say how much the published plan moves and who is late; the supervisors are told."""
    if isinstance(action, PlanWith):
        return Act(Say("intents.production_schedule.plan_with"))
    if isinstance(action, AskCloud):
        return Act(Say("intents.production_schedule.ask_cloud"))
    plan = facts.plan_named(action.plan) if isinstance(action, PublishPlan) else None
    if not isinstance(action, PublishPlan) or plan is None or not _as_approved(plan, action):
        return changed()
    values = {
        "plan": plan.id,
        "moved": plan.moved,
        "compared": plan.compared,
        "late": _late(plan),
    }
    people = [person for each in facts.facilities() for person in leads(facts, each.code)]
    notice = Say("intents.production_schedule.notice", values)
    return Act(Say("intents.production_schedule.published", values), notices(people, notice, ask.person))


def _as_approved(plan: Plan, action: PublishPlan) -> bool:
    return plan.state is PlanState.PROPOSED and assignments_digest(plan.assignments) == action.digest


def _unplannable(number: str, facts: Facts, *, urgent: bool) -> Refuse | None:
    order = facts.order(number)
    if order is None:
        return missing("order", number, facts.names().orders)
    if _finished(order):
        return refuse("already_done", "intents.production_schedule.finished", order=number)
    if order.on_hold and urgent:
        return refuse("on_hold", "intents.production_schedule.on_hold", order=number)
    return None


def _finished(order: Order) -> bool:
    return all(each.state is OperationState.DONE for each in order.operations)


def _late(plan: Plan) -> Say:
    if not plan.late_orders:
        return Say("intents.production_schedule.none_late")
    values = {"n": len(plan.late_orders), "orders": plan.late_orders[:5], "span": span(plan.minutes_late)}
    return Say("intents.production_schedule.some_late", values)
