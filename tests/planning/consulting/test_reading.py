"""An answer from outside: valid ones come back whole, everything else is refused with words to act on."""

import copy
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.consulting.asked import Alias
from app.planning.consulting.reading import FAULTS_MAX, read
from app.planning.consulting.strict_json import BYTES_MAX, DEPTH_MAX
from app.planning.dispatch import dispatch
from app.records import wish as wishes
from app.records import wish_form
from app.records.errors import AnswerWrong
from app.records.scheduling import Fixed
from tests.planning.consulting.envelopes import (
    EXAMPLE,
    HORIZON,
    NOW,
    TAG,
    answer,
    document,
    envelope_of,
    places_of,
    question_of,
    text_of,
)
from tests.planning.problems import random_problem, trials, with_plan

PROBLEM = with_plan(random_problem(5), 3)
QUESTION = question_of(PROBLEM)
ENVELOPE = envelope_of(QUESTION)
TWO = envelope_of(QUESTION, ("D-00001", "D-00002"))
PLACES = places_of(QUESTION, dispatch(PROBLEM).slots)
BY = (NOW + timedelta(hours=9)).isoformat()
EXPEDITE = {"kind": "expedite", "order": "J1", "by": BY}
GOOD = document(answer(wishes=[EXPEDITE], places=PLACES))


def wrong(text, envelope=ENVELOPE):
    with pytest.raises(AnswerWrong) as caught:
        read(text, envelope)
    assert 1 <= len(caught.value.wrong) <= FAULTS_MAX
    assert not any(each.real in said for each in envelope.aliases for said in caught.value.wrong)
    return "; ".join(caught.value.wrong)


def changed(path, value):
    """The good answer with something else at a place."""
    made = copy.deepcopy(GOOD)
    *way, last = path
    inner = made
    for step in way:
        inner = inner[step]
    inner[last] = value
    return json.dumps(made)


def test_a_valid_answer_comes_back_in_the_plants_names():
    [heeded] = read(json.dumps(GOOD), ENVELOPE)
    assert (heeded.decision, heeded.status) == ("D-00001", "ok")
    assert heeded.wishes == (wishes.Expedite("SO-0", NOW + timedelta(hours=9)),)
    first, place = PLACES[0], heeded.places[0]
    assert (place.order, place.lot, place.position) == ("SO-0", first[1], first[2])
    assert place.machine == f"Mill-{int(first[3][1:]) - 1}"
    assert place.start == NOW + timedelta(minutes=first[4])
    assert len(heeded.places) == len(PLACES)


def test_every_asker_has_its_own_answer_in_the_order_of_asking():
    text = text_of(answer("W2", "cannot"), answer("W1", wishes=[EXPEDITE]))
    one, two = read(text, TWO)
    assert (one.decision, one.status, len(one.wishes)) == ("D-00001", "ok", 1)
    assert (two.decision, two.status, two.wishes, two.places) == ("D-00002", "cannot", (), ())


KNOWN = {
    kind: sorted(each.alias for each in ENVELOPE.aliases if each.kind == kind)
    for kind in ("order", "machine", "facility", "family", "crew", "person")
}
TIMES = st.integers(0, 10_000).map(lambda n: NOW + timedelta(minutes=n))
WINDOWS = st.builds(lambda at, n: wishes.Window(at, at + timedelta(minutes=n)), TIMES, st.integers(1, 999))
ORDERS, MACHINES = st.sampled_from(KNOWN["order"]), st.sampled_from(KNOWN["machine"])
PAIRS = st.lists(ORDERS, min_size=2, max_size=2, unique=True)
PLAIN = st.one_of(
    st.builds(wishes.Expedite, ORDERS, st.none() | TIMES),
    PAIRS.map(lambda pair: wishes.Before(*pair)),
    PAIRS.map(lambda pair: wishes.Swap(*pair)),
    st.builds(wishes.Pin, ORDERS, st.none() | st.integers(0, 9), MACHINES, st.none() | TIMES),
    st.builds(wishes.Avoid, ORDERS, MACHINES, st.lists(WINDOWS, max_size=3).map(tuple)),
    st.builds(wishes.Unavailable, WINDOWS, machine=MACHINES),
    st.builds(wishes.Unavailable, WINDOWS, person=st.sampled_from(KNOWN["person"])),
    st.builds(wishes.Unavailable, WINDOWS, crew=st.sampled_from(KNOWN["crew"]), people=st.integers(1, 9)),
    st.builds(wishes.Prefer, st.sampled_from(KNOWN["facility"]), family=st.sampled_from(KNOWN["family"])),
    st.builds(wishes.Split, ORDERS, st.integers(2, 12)),
    st.builds(wishes.Freeze, TIMES, st.lists(ORDERS, max_size=4).map(tuple)),
    st.builds(wishes.CapOvertime, st.integers(0, 1440), st.none() | st.sampled_from(KNOWN["facility"])),
    st.builds(wishes.Priority, ORDERS, st.integers(1, 9)),
    st.builds(wishes.Postpone, ORDERS, TIMES),
)
ANY = PLAIN | st.lists(PLAIN, min_size=1, max_size=4).map(lambda inner: wishes.WhatIf(tuple(inner)))


def aliased(said):
    """What came back, with the plant's names replaced by aliases as a text."""
    text = json.dumps(wish_form.dump(said))
    for each in ENVELOPE.aliases:
        text = text.replace(f'"{each.real}"', f'"{each.alias}"')
    return json.loads(text)


@given(st.lists(ANY, min_size=1, max_size=8).map(tuple))
@trials(200)
def test_every_wish_comes_back_as_it_was_said(said):
    told = wish_form.dump(said)
    [heeded] = read(text_of(answer(wishes=told)), ENVELOPE)
    assert aliased(heeded.wishes) == told
    if "order" in told[0] and told[0]["order"]:
        assert heeded.wishes[0].order.startswith("SO-")


@given(st.data())
@trials(100)
def test_any_places_of_the_closed_sets_come_back(data):
    rows = []
    for order, lot, position, machine, _ in PLACES:
        at = data.draw(st.integers(0, HORIZON))
        rows.append([order, lot, position, machine, at])
    rows = data.draw(st.permutations(rows))
    [heeded] = read(text_of(answer(places=rows)), ENVELOPE)
    back = [(each.start - NOW) / timedelta(minutes=1) for each in heeded.places]
    assert back == [row[-1] for row in rows]


@given(st.text() | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")))
@trials(300)
def test_garbage_is_refused_and_nothing_else_happens(text):
    wrong(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)
NODES = [
    ("tag",), ("answers",), ("answers", 0), ("answers", 0, "wish"), ("answers", 0, "status"),
    ("answers", 0, "wishes"), ("answers", 0, "wishes", 0), ("answers", 0, "wishes", 0, "kind"),
    ("answers", 0, "wishes", 0, "order"), ("answers", 0, "places", 0), ("answers", 0, "places", 0, 0),
    ("answers", 0, "places", 0, 1), ("answers", 0, "places", 0, 2), ("answers", 0, "places", 0, 3),
    ("answers", 0, "places", 0, 4), ("answers", 0, "places", 3),
]  # fmt: skip


@given(st.sampled_from(NODES), JSON)
@trials(400)
def test_whatever_stands_in_a_place_is_refused_or_within_the_closed_sets(path, value):
    try:
        [heeded] = read(changed(path, value), ENVELOPE)
    except AnswerWrong:
        return
    assert {each.order for each in heeded.places} <= {each.number for each in QUESTION.orders}
    assert {each.machine for each in heeded.places} <= set(QUESTION.machines)


@given(st.data())
@trials(200)
def test_a_cut_answer_is_never_mended(data):
    text = json.dumps(GOOD)
    wrong(text[: data.draw(st.integers(0, len(text) - 1))])


@given(st.data())
@trials(200)
def test_a_changed_letter_is_refused_or_means_what_it_says(data):
    text = json.dumps(GOOD)
    at = data.draw(st.integers(0, len(text) - 1))
    text = text[:at] + data.draw(st.characters()) + text[at + 1 :]
    try:
        [heeded] = read(text, ENVELOPE)
    except AnswerWrong:
        return
    assert len(heeded.places) == len(PLACES)


ROW = PLACES[0]
NESTED = "[" * 100_000 + "]" * 100_000
RAW = {
    "F-04 prose before": (f"Here you are: {json.dumps(GOOD)}", "not JSON"),
    "F-04 prose after": (f"{json.dumps(GOOD)} I hope this helps.", "not JSON"),
    "F-04 prose around a fence": (f"Sure!\n```json\n{json.dumps(GOOD)}\n```", "not JSON"),
    "F-04 two fences": (f"```json\n{json.dumps(GOOD)}\n```\n```json\n{json.dumps(GOOD)}\n```", "not JSON"),
    "F-40 empty": ("", "blank"),
    "F-40 spaces": (" \n\t \u3000", "blank"),
    "F-40 null": ("null", "the answer"),
    "F-44 trailing comma": (json.dumps(GOOD)[:-1] + ",}", "not JSON"),
    "F-44 comment": (json.dumps(GOOD) + "// done", "not JSON"),
    "F-44 single quotes": (str(GOOD), "not JSON"),
    "F-44 None": (json.dumps(GOOD).replace('"W1"', "None", 1), "not JSON"),
    "F-45 NaN": (json.dumps(GOOD).replace(f", {ROW[4]}]", ", NaN]", 1), "NaN"),
    "F-45 Infinity": (json.dumps(GOOD).replace(f", {ROW[4]}]", ", Infinity]", 1), "NaN"),
    "F-45 1e999": (json.dumps(GOOD).replace(f", {ROW[4]}]", ", 1e999]", 1), "too large"),
    "F-46 twice": (json.dumps(GOOD)[:-1] + f', "tag": "{TAG}"}}', "twice"),
    "F-46 twice within": (json.dumps(GOOD).replace('"kind"', '"order": "J2", "kind"', 1), "twice"),
    "F-47 leading zero": (json.dumps(GOOD).replace(f", {ROW[4]}]", ", 007]", 1), "not JSON"),
    "F-48 huge": (json.dumps(GOOD).replace(f", {ROW[4]}]", f", {'9' * 5000}]", 1), "digits"),
    "F-48 large": (json.dumps(GOOD).replace(f", {ROW[4]}]", f", {'9' * 16}]", 1), "digits"),
    "F-48 deep": (NESTED, "deeper"),
    "F-48 deep within": (json.dumps(GOOD).replace('"J1"', "[" * DEPTH_MAX + "]" * DEPTH_MAX, 1), "deeper"),
    "F-48 long": (json.dumps(GOOD) + " " * BYTES_MAX, "longer"),
    "F-49 mark": ("\ufeff" + json.dumps(GOOD), "byte order"),
    "F-49 lone surrogate": (changed(("answers", 0, "wishes", 0, "order"), "\ud800"), "stands alone"),
    "F-56 the example": (EXAMPLE, "echo"),
    "F-56 the example with the tag": (EXAMPLE.replace("000000000000", TAG), "echo"),
    "F-60 stale": (json.dumps({**GOOD, "tag": "ba9876543210"}), "stale"),
}


@pytest.mark.parametrize(("text", "told"), RAW.values(), ids=RAW)
def test_a_text_that_is_not_the_one_document_is_refused(text, told):
    assert told in wrong(text)


VALUES = {
    "F-47 number as text": (("places", 0, 4), "12"),
    "F-47 with a comma": (("places", 0, 4), "1,200"),
    "F-47 bool": (("places", 0, 1), False),
    "F-47 float": (("places", 0, 4), 12.0),
    "F-49 full width": (("wishes", 0, "order"), "J１"),
    "F-49 zero width": (("wishes", 0, "order"), "J1\u200b"),
    "F-50 naive": (("wishes", 0, "by"), "2026-11-27T08:00:00"),
    "F-50 epoch": (("wishes", 0, "by"), 1795766400),
    "F-50 epoch as text": (("wishes", 0, "by"), "1795766400"),
    "F-50 24 hours": (("wishes", 0, "by"), "2026-11-27T24:00:00+08:00"),
    "F-50 month and day": (("wishes", 0, "by"), "27/11/2026 08:00"),
    "F-50 month 13": (("wishes", 0, "by"), "2026-13-11T08:00:00+08:00"),
    "F-50 year 1": (("wishes", 0, "by"), "0001-01-01T00:00:00+14:00"),
    "F-50 next decade": (("wishes", 0, "by"), "2036-11-27T08:00:00+08:00"),
    "F-51 order of a wish": (("wishes", 0, "order"), "J99"),
    "F-51 real name": (("wishes", 0, "order"), "SO-0"),
    "F-51 order of a place": (("places", 0, 0), "J99"),
    "F-51 machine of a place": (("places", 0, 3), "M99"),
    "F-51 lot": (("places", 0, 1), 7),
    "F-51 position": (("places", 0, 2), 99),
    "F-52 missing": (("places",), PLACES[1:]),
    "F-52 twice": (("places",), [*PLACES, ROW]),
    "F-54 before the origin": (("places", 0, 4), -5),
    "F-54 after the horizon": (("places", 0, 4), HORIZON + 1),
    "F-57 a made-up kind": (("wishes", 0, "kind"), "publish"),
    "F-58 refusal": (("status",), "I am sorry, I cannot"),
    "F-58 cannot with wishes": (("status",), "cannot"),
    "F-61 extra": (("feasible",), True),
    "F-61 extra within": (("wishes", 0, "why"), "SO-0 is urgent"),
    "F-61 null": (("places",), None),
    "F-61 deep null": (("wishes", 0), None),
    "F-61 null in a place": (("places", 0, 3), None),
    "a window that ends first": (
        ("wishes", 0),
        {"kind": "unavailable", "machine": "M1", "window": {"start": BY, "end": BY}},
    ),
    "a wish that says too little": (("wishes", 0), {"kind": "avoid", "machine": "M1"}),
    "a what-if of a what-if": (
        ("wishes", 0),
        {"kind": "what_if", "wishes": [{"kind": "what_if", "wishes": [EXPEDITE]}]},
    ),
}


@pytest.mark.parametrize(("path", "value"), VALUES.values(), ids=VALUES)
def test_a_wrong_value_is_refused(path, value):
    wrong(changed(("answers", 0, *path), value))


WORDS = {
    "an unknown key of the document": (("feasible",), True, "answers[0]: an unknown key"),
    "an unknown key of a wish": (("wishes", 0, "SO-0"), "x", "W1: wishes[0]: an unknown key"),
    "an unknown kind": (("wishes", 0, "kind"), "SO-0", "W1: wishes[0]: kind must be one of expedite, "),
    "an order of a place": (("places", 0, 0), "J99", "W1: places: J99 lot 0 position 0 is not in jobs"),
    "a machine of a place": (("places", 0, 3), "Mill-0", "cannot be on (no alias), only on M"),
    "a time": (("wishes", 0, "by"), 5, f"must be a time such as {NOW.isoformat()}"),
}


@pytest.mark.parametrize(("path", "value", "told"), WORDS.values(), ids=WORDS)
def test_a_fault_says_where_it_is_and_what_would_be_right(path, value, told):
    assert told in wrong(changed(("answers", 0, *path), value))


def test_a_machine_that_cannot_do_it_is_refused_and_those_that_can_are_named():
    row = next(row for row in PLACES if row[3] in {"M1", "M2", "M3", "M4"})
    said = wrong(changed(("answers", 0, "places", PLACES.index(row), 3), "M8"))
    assert f"{row[0]} lot {row[1]} position {row[2]} cannot be on M8, only on " in said


def test_wishes_are_answered_once_each():
    assert "W1" in wrong(text_of())
    assert "W2" in wrong(text_of(answer("W1", "cannot")), TWO)
    assert "W2" in wrong(text_of(answer("W1", "cannot"), answer("W1", "cannot")), TWO)
    assert "W1" in wrong(text_of(answer("W1", "cannot"), answer("W2", "cannot")))


def test_nothing_said_is_no_answer():
    assert "cannot or unclear" in wrong(text_of(answer()))


def test_a_fence_around_all_of_it_is_taken_off_and_backticks_within_stay():
    assert read(f"\n```json\n{json.dumps(GOOD, indent=1)}\n```\n", ENVELOPE)
    assert read(f"```\n{json.dumps(GOOD)}\n```", ENVELOPE)
    assert "no order" in wrong(changed(("answers", 0, "wishes", 0, "order"), "```json\n{}\n```"))


def test_the_present_plan_given_back_is_an_echo():
    problem = replace(PROBLEM, fixed=(), current=())
    slots = dispatch(problem).slots
    whole = tuple(Fixed(s.job, s.task, s.machine, s.start, s.end) for s in slots)
    question = question_of(replace(problem, current=whole))
    places = places_of(question, slots)
    assert "echo" in wrong(text_of(answer(places=places[::-1])), envelope_of(question))
    places[0][-1] += 5
    assert read(text_of(answer(places=places)), envelope_of(question))


def test_many_faults_are_told_in_few_words():
    rows = [["J77", 0, 0, "M1", 0]] * 3 + [["SO-1 secret", n, 0, "Mill-1", 0] for n in range(20)]
    said = wrong(text_of(answer(places=rows)))
    assert "secret" not in said
    assert all(len(each) < 200 for each in said.split("; "))


@pytest.mark.parametrize(
    ("kind", "alias", "wish"),
    [
        ("order", "J99", {"kind": "expedite", "order": "J99"}),
        ("machine", "M99", {"kind": "avoid", "order": "J1", "machine": "M99"}),
        ("person", "H99", {"kind": "unavailable", "person": "H99",
                           "window": {"start": BY, "end": (NOW + timedelta(hours=10)).isoformat()}}),
    ],
)  # fmt: skip
def test_an_alias_of_words_that_are_no_code_of_the_question_cannot_be_wished_about(kind, alias, wish):
    said = Alias(kind, "something that a sender wrote", alias)
    envelope = replace(ENVELOPE, aliases=(*ENVELOPE.aliases, said))
    assert f"there is no {kind} {alias}" in wrong(text_of(answer(wishes=[wish])), envelope)
