"""Wishes said back in words, for confirmation, and why they cannot be had."""

from collections.abc import Mapping

from app.planning.wishes.applying import Conflict
from app.records import wish as wishes
from app.records.answer import Say
from app.records.plant import Name
from app.records.verdict import Wish
from app.records.wish import PlainWish, Window, plain

_QUOTED_MAX = 200
Called = Mapping[str, Name | str]


def wished(wish: Wish) -> tuple[Say, ...]:
    """The lines that say what was understood to be wished; none for a plain request of a plan."""
    if wish.unread:
        words = wish.words if len(wish.words) <= _QUOTED_MAX else wish.words[: _QUOTED_MAX - 1] + "…"
        return (Say("planning.wish.unread", {"words": words}),)
    told = tuple(said(each, dict(wish.called)) for each in plain(wish.wishes))
    if not told:
        return ()
    return (Say("planning.wish.only_if" if wish.what_if else "planning.wish.as", {"wishes": told}),)


def refused(conflict: Conflict, wish: Wish) -> Say:
    """Which wishes cannot all be had, and why."""
    told = tuple(said(each, dict(wish.called)) for each in conflict.wishes)
    if len(told) == 1:
        return Say("planning.wish.conflict_one", {"wish": told[0], "reason": conflict.reason})
    return Say("planning.wish.conflict", {"wishes": told, "reason": conflict.reason})


def said(wish: PlainWish, called: Called) -> Say:
    """One wish in words; `called` are the names of facilities and people by code."""
    match wish:
        case wishes.Avoid() | wishes.Unavailable():
            return _absence(wish, called)
        case wishes.Pin():
            return _pinned(wish)
        case wishes.Prefer() | wishes.CapOvertime():
            return _at_facility(wish, called)
        case wishes.Freeze():
            return _frozen(wish)
        case _:
            return _about_order(wish)


def _about_order(wish: PlainWish) -> Say:
    match wish:
        case wishes.Expedite(order=order, by=None):
            return _say("expedite", order=order)
        case wishes.Expedite(order=order, by=by):
            return _say("expedite_by", order=order, at=by)
        case wishes.Before(order=order, then=then):
            return _say("before", order=order, then=then)
        case wishes.Split(order=order, lots=lots):
            return _say("split", order=order, n=lots)
        case wishes.Swap(order=order, other=other):
            return _say("swap", order=order, other=other)
        case wishes.Priority(order=order, weight=weight):
            return _say("priority", order=order, weight=weight)
        case wishes.Postpone(order=order, not_before=time):
            return _say("postpone", order=order, at=time)
        case _:
            raise TypeError(f"a {wish.kind} has no words")


def _pinned(wish: wishes.Pin) -> Say:
    what: Say | str = wish.order
    if wish.position is not None:
        what = _say("step", order=wish.order, n=wish.position + 1)
    if wish.machine is None:
        return _say("pin_at", what=what, at=wish.at)
    if wish.at is None:
        return _say("pin_machine", what=what, machine=wish.machine)
    return _say("pin_both", what=what, machine=wish.machine, at=wish.at)


def _absence(wish: wishes.Avoid | wishes.Unavailable, called: Called) -> Say:
    match wish:
        case wishes.Avoid(order=str(order), machine=str(machine)):
            return _say("avoid_machine", order=order, machine=machine)
        case wishes.Avoid(machine=str(machine), windows=windows):
            return _say("avoid_idle", machine=machine, windows=_windows(windows))
        case wishes.Avoid(order=order, windows=windows):
            return _say("avoid_rest", order=order or "–", windows=_windows(windows))
        case wishes.Unavailable(window=window, machine=str(machine)):
            return _say("out_machine", machine=machine, start=window.start, end=window.end)
        case wishes.Unavailable(window=window, person=str(person)):
            return _say("out_person", who=called.get(person, person), start=window.start, end=window.end)
        case _:
            span = {"start": wish.window.start, "end": wish.window.end}
            return _say("out_crew", crew=wish.crew or "–", n=wish.people, **span)


def _windows(windows: tuple[Window, ...]) -> Say | tuple[Say, ...]:
    shifts = {window.shift for window in windows}
    if len(windows) > 1 and len(shifts) == 1 and None not in shifts:
        return _say(f"every_{windows[0].shift}", end=windows[-1].end)
    return tuple(map(_window, windows))


def _window(window: Window) -> Say:
    key = f"window_{window.shift}" if window.shift else "window"
    return _say(key, start=window.start, end=window.end)


def _at_facility(wish: wishes.Prefer | wishes.CapOvertime, called: Called) -> Say:
    place = {"facility": called.get(wish.facility, wish.facility)} if wish.facility else {}
    if isinstance(wish, wishes.Prefer):
        what: Say | str = wish.order or _say("family", family=wish.family)
        return _say("prefer_only" if wish.only else "prefer", what=what, **place)
    ending = "_at" if place else ""
    if wish.minutes == 0:
        return _say(f"no_overtime{ending}", **place)
    whole, rest = divmod(wish.minutes, 60)
    span = Say("planning.minutes", {"n": wish.minutes}) if rest else Say("planning.hours", {"n": whole})
    return _say(f"cap_overtime{ending}", span=span, **place)


def _frozen(wish: wishes.Freeze) -> Say:
    if wish.until is None:
        return _say("freeze_orders", orders=wish.orders)
    if not wish.orders:
        return _say("freeze_until", at=wish.until)
    return _say("freeze_both", orders=wish.orders, at=wish.until)


def _say(key: str, **values: object) -> Say:
    return Say(f"planning.wish.{key}", values)
