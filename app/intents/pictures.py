"""Words that ask for a picture: of the plan, or of what the shift came to; nothing changes by them."""

import re

from app.intents.phrases import refuse
from app.intents.words import folded
from app.ports import Facts
from app.records.picture import PlanPicture, ShiftPicture
from app.records.plant import Role
from app.records.verdict import Ask, Draw, Refuse

_SIMPLER = str.maketrans("圖產計劃錶發張傳張畫", "图产计划表发张传张画")
_WORDS_MAX = 48
_PLAN_ID = re.compile(r"\bp-[0-9a-f]{8}\b")
_PLAN_PICTURE = re.compile(
    r"排[程产期班][^。,]{0,3}图|计划[^。,]{0,3}图|甘特|生产[^。,]{0,3}图|\bgan+t+\b|"
    r"\b(?:plan|schedule|planning)(?:'?s)? (?:picture|chart|image|diagram|graph|drawing)|"
    r"\b(?:picture|chart|image|diagram|graph|drawing) (?:of|for) (?:the |our |today'?s )?(?:production )?"
    r"(?:plan|schedule)"
)
_SHIFT_REPORT = re.compile(
    r"[交接换][班更][^。,]{0,2}报[告表]|[当本这呢][班更]报[告表]|班[次组]?报[告表]|更[^。,]{0,1}报[告表]|"
    r"\bshift[- ](?:report|summary|hand ?-?over)|\bhand ?-?over (?:report|summary|sheet)"
)
_DAY_REPORT = re.compile(
    r"今[日天][^。,]{0,3}报[告表]|[当每][日天]报[告表]|日报|"
    r"\bdaily report|\btoday'?s report|\breport (?:of|for) today"
)


def _words(ask: Ask) -> str:
    return folded(ask.reading.text).translate(_SIMPLER)


def plan_picture(ask: Ask, facts: Facts) -> Draw | Refuse | None:
    """Where the words ask for the plan as a picture alone: the published one, or the one named."""
    words, things = _words(ask), ask.reading.entities
    if len(words) > _WORDS_MAX or things.order or things.quantity or not _PLAN_PICTURE.search(words):
        return None
    named = _PLAN_ID.search(words)
    plan = facts.plan_named("P" + named[0][1:]) if named else facts.plan()
    if plan is None and named:
        return refuse("unknown_thing", "intents.pictures.unknown_plan", plan=named[0].upper())
    return Draw(PlanPicture(plan.id)) if plan else refuse("no_plan", "intents.pictures.no_plan")


def shift_report(ask: Ask) -> Draw | None:
    """Where the words ask for a shift's report: of the facilities named, of the asker's own, a planner's all.

    What the clock asks for is handed over to the people of the facility.
    """
    words, places = _words(ask), ask.reading.entities.facility
    if ask.reading.by == "clock":
        return Draw(ShiftPicture(places, handed_over=places[0])) if places else None
    whole_day = _DAY_REPORT.search(words) is not None
    if len(words) > _WORDS_MAX or not (whole_day or _SHIFT_REPORT.search(words)):
        return None
    own = (ask.person.facility,) if ask.person.role is not Role.PLANNER and ask.person.facility else ()
    return Draw(ShiftPicture(places or own, whole_day))
