"""Cards that the desk makes: an approval, a choice of plans, a request, a choice of meanings."""

from collections.abc import Callable, Sequence

from app.intents.clicking import ACCEPT, CAUSE, CHOICE, DECLINE, NO, YES, key_of
from app.records.action import action_hash, digest_of
from app.records.answer import Say
from app.records.card import BUTTONS_MAX, Button, Card, Option, Question
from app.records.decision import Decision, Held
from app.records.plant import Person

Render = Callable[[Say], str]
"""A sentence in the reader's language."""

CAUSE_NAMES = ("breakdown", "tooling", "material", "power", "maintenance", "quality", "people", "other")

WORDS_MAX = 112
"""Characters of words that a card shows; what is longer must be said beside it."""


def approval_card(decision: Decision, held: Held, asker: Person, to: str, render: Render) -> Card | None:
    """Yes or no to what is held, or one of the plans offered; None when that does not fit a card."""
    if held.action is None or len(held.offered) + 1 > BUTTONS_MAX:
        return None
    title = "desk.card.choose_title" if held.offered else "desk.card.approve_title"
    yes = [
        Button(render(Say("desk.card.option", {"n": n})), key_of(YES, each.digest))
        for n, each in enumerate(held.offered, 1)
    ] or [Button(render(Say("desk.card.yes")), key_of(YES, action_hash(held.action)))]
    no = Button(render(Say("desk.card.no")), key_of(NO, action_hash(held.action)))
    rows = (
        (Say("desk.card.asker"), asker.name),
        (Say("desk.card.why"), render(held.why)),
        (Say("desk.card.until"), render(Say("desk.card.when", {"at": held.until}))),
    )
    return Card(
        task_id=_task_id(decision, to, "approval"),
        title=render(Say(title, {"ticket": decision.id})),
        words=render(held.proposal),
        buttons=(*yes, no),
        rows=tuple((render(name), value) for name, value in rows),
        wait=render(Say("desk.card.wait")),
    )


def request_card(decision: Decision, number: str, words: str, to: str, render: Render) -> Card:
    """A request to another facility's lead."""
    return Card(
        task_id=_task_id(decision, to, number),
        title=render(Say("desk.card.request_title", {"ticket": number})),
        words=words,
        buttons=(
            Button(render(Say("desk.card.accept")), key_of(ACCEPT, number)),
            Button(render(Say("desk.card.decline")), key_of(DECLINE, number)),
        ),
        wait=render(Say("desk.card.wait")),
    )


def choice_card(decision: Decision, held: Held, words: str, render: Render) -> Card:
    """What a message may have meant, one button for each."""
    buttons = (
        Button(render(Say(f"words.intent.{intent}")), key_of(CHOICE, str(n)))
        for n, intent in enumerate(held.choices, 1)
    )
    return Card(
        task_id=_task_id(decision, decision.message.sender, "choice"),
        title=render(Say("desk.card.unsure_title")),
        words=render(Say("desk.card.unsure_words", {"words": words, "ticket": decision.id})),
        buttons=tuple(buttons),
        wait=render(Say("desk.card.wait")),
    )


def meaning_card(decision: Decision, question: str, meanings: Sequence[Say], to: str, render: Render) -> Card:
    """What words had meant, from a list; the numbers are those of the meanings, from 1."""
    options = tuple(Option(str(n), render(say)) for n, say in enumerate(meanings, 1))
    return Card(
        task_id=_task_id(decision, to, "meaning"),
        title=render(Say("desk.card.wrong_title", {"ticket": decision.message.refers_to})),
        words=question,
        buttons=(Button(render(Say("desk.card.send")), key_of(CHOICE, "")),),
        questions=(Question("meaning", render(Say("desk.card.unsure_title")), options),),
        wait=render(Say("desk.card.wait")),
    )


def cause_card(decision: Decision, machine: str, to: str, render: Render) -> Card:
    """Why a machine stands, from a list."""
    options = tuple(Option(cause, render(Say(f"words.cause.{cause}"))) for cause in CAUSE_NAMES)
    return Card(
        task_id=_task_id(decision, to, "cause"),
        title=render(Say("desk.card.cause_title", {"machine": machine})),
        words=render(Say("desk.card.cause_words", {"ticket": decision.id})),
        buttons=(Button(render(Say("desk.card.send")), key_of(CAUSE, machine)),),
        questions=(Question("cause", render(Say("desk.card.cause_title", {"machine": machine})), options),),
        wait=render(Say("desk.card.wait")),
    )


def _task_id(decision: Decision, to: str, about: str) -> str:
    """One that no other card has: of this message, step, person and matter."""
    message = decision.message
    mark = digest_of([message.msgid, message.received_at.isoformat(), len(decision.steps), to, about])
    return f"{decision.id}@{mark[:16]}"
