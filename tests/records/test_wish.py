"""Wishes at the edge: strict, bounded, naming only what the plant has; the shipped schema is the code's."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records import wish as wishes
from app.records import wish_form
from app.records.errors import FileWrong
from app.records.verdict import Wish
from app.records.wish_form import Known

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=9)
NIGHT = wishes.Window(NOW, LATER, "night")
KNOWN = Known(
    frozenset({"SO-1", "SO-2"}), frozenset({"GR-01"}), frozenset({"A"}), frozenset({"blade"}),
    frozenset({"grinders"}), frozenset({"zhang.wei"}),
)  # fmt: skip
ONE_OF_EACH = (
    wishes.Expedite("SO-1", LATER),
    wishes.Before("SO-1", "SO-2"),
    wishes.Pin("SO-1", 2, "GR-01", LATER),
    wishes.Avoid("SO-1", "GR-01"),
    wishes.Avoid(machine="GR-01", windows=(NIGHT,)),
    wishes.Unavailable(NIGHT, machine="GR-01"),
    wishes.Unavailable(NIGHT, person="zhang.wei"),
    wishes.Unavailable(NIGHT, crew="grinders", people=2),
    wishes.Prefer("A", order="SO-1", only=True),
    wishes.Prefer("A", family="blade"),
    wishes.Split("SO-1", 3),
    wishes.Freeze(LATER, ("SO-1", "SO-2")),
    wishes.Swap("SO-1", "SO-2"),
    wishes.CapOvertime(90, "A"),
    wishes.Priority("SO-1", 9),
    wishes.Postpone("SO-2", LATER),
    wishes.WhatIf((wishes.Split("SO-1", 2), wishes.Swap("SO-1", "SO-2"))),
)


def parse(*given: object) -> tuple[wishes.AnyWish, ...]:
    return wish_form.parse(json.dumps(given), KNOWN)


def test_every_kind_comes_back_as_it_went():
    assert {w.kind for w in ONE_OF_EACH} == set(wish_form._KINDS)
    assert parse(*wish_form.dump(ONE_OF_EACH)) == ONE_OF_EACH


@given(st.lists(st.sampled_from(ONE_OF_EACH), max_size=wishes.WISHES_MAX))
def test_any_list_comes_back(some):
    assert parse(*wish_form.dump(tuple(some))) == tuple(some)


def test_a_time_in_plant_time_is_utc_inside():
    [found] = parse({"kind": "postpone", "order": "SO-1", "not_before": "2026-11-23T18:00:00+08:00"})
    assert found == wishes.Postpone("SO-1", NOW + timedelta(hours=8))
    assert found.not_before.tzinfo is UTC


@pytest.mark.parametrize(
    ("given", "culprit"),
    [
        ({"kind": "split", "order": "SO-9", "lots": 2}, "no order 'SO-9'"),
        ({"kind": "before", "order": "SO-1", "then": "SO-9"}, "no order 'SO-9'"),
        ({"kind": "freeze", "orders": ["SO-1", "SO-9"]}, "no order 'SO-9'"),
        ({"kind": "pin", "order": "SO-1", "machine": "XX-1"}, "no machine 'XX-1'"),
        ({"kind": "prefer", "order": "SO-1", "facility": "Z"}, "no facility 'Z'"),
        ({"kind": "prefer", "family": "gold", "facility": "A"}, "no family 'gold'"),
        ({"kind": "what_if", "wishes": [{"kind": "split", "order": "SO-9", "lots": 2}]}, "no order 'SO-9'"),
        ({"kind": "split", "order": "SO-1", "lots": 1}, "wishes[0].split.lots"),
        ({"kind": "split", "order": "SO-1", "lots": 13}, "wishes[0].split.lots"),
        ({"kind": "split", "order": "SO-1", "lots": "2"}, "wishes[0].split.lots"),
        ({"kind": "split", "order": "SO-1", "lots": 2, "rm": 1}, "wishes[0].split.rm"),
        ({"kind": "priority", "order": "SO-1", "weight": 10}, "wishes[0].priority.weight"),
        ({"kind": "cap_overtime", "minutes": -1}, "wishes[0].cap_overtime.minutes"),
        ({"kind": "postpone", "order": "SO-1", "not_before": "2026-11-23T18:00:00"}, "timezone"),
        ({"kind": "drop_table"}, "wishes[0]"),
        ({"kind": "what_if", "wishes": []}, "wishes[0].what_if.wishes"),
        ({"kind": "pin", "order": "SO-1"}, "pin needs"),
        ({"kind": "avoid", "order": "SO-1"}, "avoid needs"),
        ({"kind": "freeze"}, "freeze needs"),
        ({"kind": "prefer", "facility": "A"}, "prefer needs"),
        ({"kind": "swap", "order": "SO-1", "other": "SO-1"}, "two different orders"),
        ({"kind": "before", "order": "SO-1", "then": "SO-1"}, "two different orders"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(given, culprit):
    with pytest.raises(FileWrong) as wrong:
        parse(given)
    assert culprit in str(wrong.value)


def test_windows_and_who_cannot_work_are_checked():
    window = {"start": NOW.isoformat(), "end": LATER.isoformat()}
    backward = {"start": LATER.isoformat(), "end": NOW.isoformat()}
    with pytest.raises(FileWrong, match="ends before it begins"):
        parse({"kind": "unavailable", "machine": "GR-01", "window": backward})
    with pytest.raises(FileWrong, match="ends before it begins"):
        parse({"kind": "avoid", "machine": "GR-01", "windows": [window, backward]})
    with pytest.raises(FileWrong, match="one of machine, person and crew"):
        parse({"kind": "unavailable", "machine": "GR-01", "person": "zhang.wei", "window": window})
    with pytest.raises(FileWrong, match="no person 'eve'"):
        parse({"kind": "unavailable", "person": "eve", "window": window})
    with pytest.raises(FileWrong, match="no crew 'x'"):
        parse({"kind": "unavailable", "crew": "x", "window": window})


def test_no_more_than_so_many_and_nothing_but_a_list():
    with pytest.raises(FileWrong):
        parse(*[{"kind": "split", "order": "SO-1", "lots": 2}] * (wishes.WISHES_MAX + 1))
    for text in ("{}", "[", "null", '"x"', "[[]]"):
        with pytest.raises(FileWrong):
            wish_form.parse(text, KNOWN)


def test_the_shipped_schema_is_the_one_of_the_code():
    shipped = json.loads((ROOT / "config" / "schemas" / "wishes.schema.json").read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(wish_form.schema()))


def test_the_container_tells_who_is_rushed_and_whether_it_is_only_to_see():
    wish = Wish("x", None, (wishes.Expedite("SO-1", LATER), wishes.Expedite("SO-2", NOW)))
    assert (wish.expedite, wish.by, wish.what_if) == (("SO-1", "SO-2"), NOW, False)
    inside = Wish("x", None, (wishes.WhatIf((wishes.Expedite("SO-1"),)),))
    assert (inside.expedite, inside.by, inside.what_if) == (("SO-1",), None, True)
