"""Pieces of answers that several intents share: names, amounts, ages, lists, refusals, notices."""

import difflib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from app.ports import Facts
from app.records.answer import Notice, Say
from app.records.plant import Item, Machine, MachineState, Name, Person, Role
from app.records.reading import Unknown
from app.records.verdict import Ask, Refuse
from app.settings import Limits

_QUOTED_MAX = 200  # characters of somebody's words shown to another person
_SAID_MAX = 40
_UNITS = frozenset(
    {"pcs", "set", "kg", "L", "catty", "lb", "roll", "carton", "box", "bag", "drum", "pallet", "m"}
)
_NO_MARKUP = str.maketrans({"[": "［", "]": "］", "<": "＜", ">": "＞", "`": "'", "*": "＊", "#": "＃"})


def refuse(code: str, key: str, **values: object) -> Refuse:
    """A refusal with its sentence."""
    return Refuse(code, Say(key, values))


def no_right() -> Refuse:
    """For a person who may only read."""
    return refuse("no_right", "intents.all.no_right")


def changed() -> Refuse:
    """For facts that no longer allow what was decided."""
    return refuse("facts_changed", "intents.all.facts_changed")


def deadline(ask: Ask, limits: Limits) -> datetime:
    """Until when an approval asked for now may be given."""
    return ask.now + timedelta(seconds=limits.approval_wait_s)


def facility(facts: Facts, code: str) -> Name | str:
    """A facility's name, or its code when it is not in the tables."""
    return next((each.name for each in facts.facilities() if each.code == code), code)


def item_name(item: Item) -> Say:
    """An item as people read it: its name and code."""
    return Say("words.item", {"name": item.name, "code": item.code})


def machine_name(machine: Machine) -> Say:
    """A machine as people read it: its code and name."""
    return Say("words.machine", {"name": machine.name, "code": machine.code})


def amount(quantity: float, unit: str) -> Say:
    """A quantity with its unit."""
    return Say("words.amount", {"quantity": float(quantity), "unit": unit_name(unit)})


def unit_name(unit: str) -> Say | str:
    """A unit in words; one that has none is shown as it is."""
    return Say(f"words.unit.{unit}") if unit in _UNITS else unit


def state(value: MachineState) -> Say:
    """A machine's state in words."""
    return Say(f"words.state.{value}")


def until(moment: datetime | None) -> Say:
    """The expected end of a stop, or that nobody knows."""
    return Say("words.until", {"at": moment}) if moment else Say("words.until_unknown")


def span(minutes: int) -> Say:
    """A length of time, in minutes under two hours, then hours, then days."""
    if minutes < 120:
        return Say("words.minutes", {"n": minutes})
    if minutes < 48 * 60:
        return Say("words.hours", {"n": round(minutes / 60, 1)})
    return Say("words.days", {"n": round(minutes / 1440)})


def ago(at: datetime, now: datetime) -> Say:
    """The age of a figure; a time to come counts as now."""
    minutes = max(0, round((now - at).total_seconds() / 60))
    return Say("words.ago", {"span": span(minutes)}) if minutes else Say("words.just_now")


def lines(says: Sequence[Say]) -> Say:
    """Sentences under one another; there must be at least one."""
    head, *rest = says
    return Say("words.lines", {"first": head, "rest": lines(rest)}) if rest else head


def plain(text: str, limit: int = _SAID_MAX) -> str:
    """Somebody's words made fit to show: one line, no markup, at most `limit` characters."""
    line = " ".join(text.split()).translate(_NO_MARKUP)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def words_of(ask: Ask) -> str:
    """The sender's words for another person's eyes."""
    return plain(ask.reading.text or ask.message.text, _QUOTED_MAX)


def unknown(ask: Ask, *kinds: str) -> Refuse | None:
    """A refusal that names the first thing of these kinds that the plant does not have, or None."""
    stranger = next((u for u in ask.reading.unknown if u.what in kinds), None)
    return Refuse("unknown_thing", unknown_say(stranger)) if stranger else None


def unknown_say(stranger: Unknown) -> Say:
    """That a thing is not known, with the nearest names when there are any; else which one is meant."""
    if not stranger.said:
        which = {"what": Say(f"words.thing.{stranger.what}"), "nearest": stranger.nearest}
        return Say("intents.all.which_of", which)
    values = {"what": Say(f"words.thing.{stranger.what}"), "said": plain(stranger.said)}
    if not stranger.nearest:
        return Say("intents.all.unknown", values)
    return Say("intents.all.unknown_near", {**values, "nearest": tuple(stranger.nearest[:3])})


def missing(what: str, said: str, known: Iterable[str] = ()) -> Refuse:
    """A refusal for a code that the tables do not hold; the nearest of `known` are offered."""
    nearest = difflib.get_close_matches(said, list(known), 3, 0.6)
    return Refuse("unknown_thing", unknown_say(Unknown(what, said, tuple(nearest))))


def leads(facts: Facts, code: str) -> tuple[Person, ...]:
    """The supervisors of a facility."""
    return facts.people(Role.SUPERVISOR, code)


def notices(people: Iterable[Person], say: Say, sender: Person) -> tuple[Notice, ...]:
    """The same notice for each person once, leaving out who caused it."""
    ids = dict.fromkeys(each.userid for each in people if each.userid != sender.userid)
    return tuple(Notice(userid, say) for userid in ids)
