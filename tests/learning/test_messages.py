import pytest

from app.learning.messages import read_data
from app.records.errors import FileWrong
from app.records.reading import Entities, Intent

GOOD = {"id": "a", "text": "批准", "intent": "approval", "lang": "zh-Hans", "keyword": True, "trap": False}


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "{}", {**GOOD, "intent": "dance"}, {**GOOD, "lang": "fr"}, {**GOOD, "extra": 1},
     {**GOOD, "also": ["dance"]}, {**GOOD, "unknown": [["person", "Bob"]]},
     {**GOOD, "unknown": [["order"]]},
     {**GOOD, "entities": {"person": ["Bob"]}},
     {**GOOD, "entities": {"quantity": ["many"], "unit": ["kg"]}},
     {**GOOD, "entities": {"quantity": [3, 4], "unit": ["kg"]}},
     {**GOOD, "entities": {"unit": ["kg"]}}],
)  # fmt: skip
def test_a_malformed_line_is_named_by_its_number(write_lines, line: object) -> None:
    path = write_lines({**GOOD, "id": "first"}, "", line)
    with pytest.raises(FileWrong, match=r"lines\.jsonl, line 3: "):
        read_data(path)


def test_an_id_twice_and_an_empty_file(write_lines) -> None:
    with pytest.raises(FileWrong, match="the id a stands more than once"):
        read_data(write_lines(GOOD, GOOD))
    with pytest.raises(FileWrong, match="no messages"):
        read_data(write_lines(""))


def test_a_unit_without_its_number_is_explained(write_lines) -> None:
    with pytest.raises(FileWrong, match=r"line 1: entities: .*quantity and unit must be of one length"):
        read_data(write_lines({**GOOD, "entities": {"quantity": [3]}}))


def test_a_file_that_is_no_text_is_named(tmp_path) -> None:
    (tmp_path / "lines.jsonl").write_bytes(b"\xff\xfe{}")
    with pytest.raises(FileWrong, match=r"lines\.jsonl"):
        read_data(tmp_path / "lines.jsonl")


def test_further_wishes_and_things_are_kept(write_lines) -> None:
    things = {"order": ["SO-1042"], "quantity": [3], "unit": ["kg"]}
    line = {**GOOD, "also": ["other", "approval"], "entities": things, "unknown": [["order", "SO-7777"]]}
    [example] = read_data(write_lines(line)).examples
    assert example.also == (Intent.OTHER, Intent.APPROVAL)
    assert example.entities == Entities(order=("SO-1042",), quantity=(3.0,), unit=("kg",))
    assert read_data(write_lines(GOOD)).examples[0].entities is None


def test_a_good_line(write_lines) -> None:
    [example] = read_data(write_lines(GOOD)).examples
    assert (example.id, example.intent.value, example.keyword) == ("a", "approval", True)
