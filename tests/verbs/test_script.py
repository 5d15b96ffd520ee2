"""A script's bad line is named by its number; a good one is played as written."""

from itertools import pairwise

import pytest

from app.records.errors import FileWrong
from app.settings import shipped
from app.verbs.script import parse_script

GOOD = '{"at_s": 0.0, "sender": "zhang.wei", "chat": null, "text": "库存"}'


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "s.jsonl:2: not JSON"),
        ("[]", "s.jsonl:2: "),
        ('{"at_s": -1, "sender": "a", "text": "x"}', "s.jsonl:2: at_s"),
        ('{"at_s": 1, "sender": "a"}', "exactly one of"),
        ('{"at_s": 1, "sender": "a", "text": "x", "feedback": 1}', "exactly one of"),
        ('{"at_s": 1, "sender": "a", "txet": "x"}', "s.jsonl:2: txet"),
        ('{"at_s": 1, "sender": "a", "feedback": 4}', "feedback"),
        ('{"at_s": "1", "sender": "a", "text": "x"}', "at_s"),
    ],
)
def test_a_bad_line_is_named(line: str, sentence: str):
    with pytest.raises(FileWrong, match=r"s\.jsonl:2") as caught:
        parse_script(f"{GOOD}\n{line}\n", "s.jsonl")
    assert sentence in str(caught.value)


def test_lines_are_played_by_time_and_equal_times_keep_their_order():
    rows = [f'{{"at_s": {at}, "sender": "{who}", "text": "x"}}' for at, who in ((2, "a"), (1, "b"), (1, "c"))]
    assert [line.sender for line in parse_script("\n".join(rows), "s").lines] == ["b", "c", "a"]


def test_an_empty_script_is_refused():
    with pytest.raises(FileWrong, match="no lines"):
        parse_script("\n\n", "s")


def test_a_lone_surrogate_is_readable():
    line = parse_script('{"at_s": 0, "sender": "a", "text": "x\\ud83d"}', "s").lines[0]
    assert line.text is not None
    assert line.text.startswith("x")


def test_the_shipped_shift_has_what_the_main_job_promises():
    lines = parse_script((shipped("config") / "demo_shift.jsonl").read_text(encoding="utf-8"), "shift").lines
    assert len(lines) >= 60
    assert {line.chat is None for line in lines} == {True, False}
    assert any(line.text == "" for line in lines)
    ids = [line.msgid for line in lines if line.msgid]
    assert len(ids) > len(set(ids)), "a redelivered message"
    times = [(line.at_s, line.sender) for line in lines]
    assert any(a[0] == b[0] and a[1] != b[1] for a, b in pairwise(times)), "two at once"
