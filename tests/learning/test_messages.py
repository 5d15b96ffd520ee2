import pytest

from app.learning.messages import read_data
from app.records.errors import FileWrong

GOOD = {"id": "a", "text": "批准", "intent": "approval", "lang": "zh-Hans", "keyword": True, "trap": False}


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "{}", {**GOOD, "intent": "dance"}, {**GOOD, "lang": "fr"}, {**GOOD, "extra": 1}],
)
def test_a_malformed_line_is_named_by_its_number(write_lines, line: object) -> None:
    path = write_lines({**GOOD, "id": "first"}, "", line)
    with pytest.raises(FileWrong, match=r"lines\.jsonl, line 3: "):
        read_data(path)


def test_an_id_twice_and_an_empty_file(write_lines) -> None:
    with pytest.raises(FileWrong, match="the id a stands more than once"):
        read_data(write_lines(GOOD, GOOD))
    with pytest.raises(FileWrong, match="no messages"):
        read_data(write_lines(""))


def test_a_good_line(write_lines) -> None:
    [example] = read_data(write_lines(GOOD)).examples
    assert (example.id, example.intent.value, example.keyword) == ("a", "approval", True)
