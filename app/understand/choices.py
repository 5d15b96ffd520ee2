"""What to offer when only rules and the things named can be gone by."""

from app.records.reading import Choice, Intent, Reading
from app.understand.rules import RuleGuess

_ASKED = {
    "decision_id": (Intent.APPROVAL,),
    "order": (Intent.ORDER_STATUS, Intent.PRODUCTION_SCHEDULE),
    "machine": (Intent.MACHINE_STATUS, Intent.PRODUCTION_SCHEDULE),
    "item": (Intent.INVENTORY_CHECK, Intent.COORDINATION),
    "facility": (Intent.COORDINATION, Intent.INVENTORY_CHECK),
}
_TOLD = {
    "decision_id": (Intent.APPROVAL,),
    "order": (Intent.PROGRESS_REPORT, Intent.PRODUCTION_SCHEDULE, Intent.QUALITY_ISSUE),
    "machine": (Intent.MACHINE_STATUS, Intent.QUALITY_ISSUE),
    "item": (Intent.INVENTORY_MOVEMENT, Intent.QUALITY_ISSUE, Intent.INVENTORY_CHECK),
    "facility": (Intent.COORDINATION, Intent.INVENTORY_CHECK),
}
"""Likeliest meanings by the kind of thing named, when the words ask and when they report."""

_ANYHOW = (Intent.ORDER_STATUS, Intent.INVENTORY_CHECK, Intent.COORDINATION)
_TAKEN_FOR = (Intent.PRODUCTION_SCHEDULE,)  # what is offered where another of these was read
_UNSUPPORTED = (0.3, 0.2, 0.1)  # confidence of a meaning that no rule speaks for, by its place


def likely_choices(guess: RuleGuess, kinds: frozenset[str], *, asking: bool) -> tuple[Choice, ...]:
    """Three meanings, best first: those that rules speak for, then those that fit the things named."""
    ruled = [Choice(rule.intent, min(rule.confidence, 0.5)) for rule in guess.best[:3]]
    table = _ASKED if asking else _TOLD
    fitting = [intent for kind, intents in table.items() if kind in kinds for intent in intents]
    rest = dict.fromkeys(i for i in (*fitting, *_ANYHOW) if all(i is not c.intent for c in ruled))
    added = [Choice(intent, _UNSUPPORTED[at]) for at, intent in enumerate(list(rest)[: 3 - len(ruled)])]
    return (*ruled, *added)


def other_meanings(reading: Reading) -> tuple[Intent, ...]:
    """Three meanings that the words may have had instead of the one they were read as, likeliest first."""
    tables = (_ASKED, _TOLD) if reading.question else (_TOLD, _ASKED)
    fitting = [
        intent
        for table in tables
        for kind, intents in table.items()
        if getattr(reading.entities, kind)
        for intent in intents
    ]
    likely = dict.fromkeys((*(choice.intent for choice in reading.choices), *fitting, *_ANYHOW, *_TAKEN_FOR))
    return tuple(intent for intent in likely if intent is not reading.intent)[:3]
