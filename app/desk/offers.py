"""What becomes of plans that wait: one is published, the others dropped, outdated ones withdrawn."""

from datetime import datetime

from app.desk.page import Page
from app.desk.voice import Voice
from app.ports import Book
from app.records.action import Action, PublishPlan
from app.records.answer import Say
from app.records.decision import Decision, Held, Refused


def plans_of(hold: Held) -> tuple[str, ...]:
    """The plans that a hold offers."""
    return tuple(dict.fromkeys(action.plan for action in publications_of(hold)))


def publications_of(hold: Held) -> tuple[PublishPlan, ...]:
    """What may run of a hold that publishes a plan: first the one for who does not choose."""
    actions = (hold.action, *(each.action for each in hold.offered))
    return tuple(action for action in actions if isinstance(action, PublishPlan))


def drop_plans(book: Book, hold: Held) -> None:
    """Drop every plan of a hold that is still a proposal."""
    for plan in plans_of(hold):
        book.drop_plan(plan)


def published(page: Page, voice: Voice, hold: Held, action: Action, now: datetime) -> None:
    """After a plan was published: the others of its offer are dropped, what waits beside it is outdated."""
    if not isinstance(action, PublishPlan):
        return
    drop_plans(page.book, hold)
    for other in page.book.held():
        if other.hold is not None and isinstance(other.hold.action, PublishPlan):
            withdraw(page, voice, other, now)


def withdraw(page: Page, voice: Voice, decision: Decision, now: datetime) -> None:
    """End a proposal that a later plan has overtaken; its asker is told, its plans are dropped."""
    if decision.hold is not None:
        drop_plans(page.book, decision.hold)
    say = Say("desk.overtaken", {"ticket": decision.id})
    after = page.append(decision, (Refused(now, "policy:overtaken", "overtaken", say),))
    voice.tell(page, after, say, final=False)
