"""Entities are scored exactly, by key and over all."""

import pytest

from app.learning.entity_scores import Counts, report, score, total
from app.records.reading import Entities


def test_a_message_read_right_has_nothing_extra_and_nothing_missed() -> None:
    meant = {"order": ["SO-1042"], "quantity": [300], "unit": ["pcs"], "due": ["by Fri noon"]}
    counts = score(
        meant, Entities(order=("SO-1042",), quantity=(300.0,), unit=("pcs",), due=("by Fri noon",))
    )
    assert counts["order"] == counts["quantity"] == counts["due"] == Counts(1, 0, 0)
    assert total([counts])["all"] == Counts(3, 0, 0)
    assert total([counts])["all"].f1 == 1.0


def test_a_quantity_is_right_only_with_its_unit() -> None:
    meant = {"quantity": [300, 50], "unit": ["", "kg"]}
    assert score(meant, Entities(quantity=(300.0, 50.0), unit=("pcs", "kg")))["quantity"] == Counts(1, 1, 1)
    assert score(meant, Entities(quantity=(50.0, 300.0), unit=("kg", "")))["quantity"] == Counts(2, 0, 0)


def test_what_is_said_twice_must_be_found_twice() -> None:
    meant = {"quantity": [90, 90], "unit": ["", ""]}
    assert score(meant, Entities(quantity=(90.0,), unit=("",)))["quantity"] == Counts(1, 0, 1)


@pytest.mark.parametrize(
    ("meant", "found", "right"),
    [("by Fri noon", "Fri  NOON", True), ("月底前", "月底", True), ("at 4", "4", True), ("before 月底",
     "月底", True),
     ("Friday", "Fri", False), ("at noon", "noon", True), ("前", "前", True), ("beyond", "yond", False)],
)  # fmt: skip
def test_the_words_of_a_time_are_compared_without_their_by(meant: str, found: str, right: bool) -> None:
    assert score({"due": [meant]}, Entities(due=(found,)))["due"].right == int(right)


def test_shares_of_nothing_are_none() -> None:
    nothing = score({}, Entities())
    assert report(total([nothing]))["all"] == {
        "precision": None, "recall": None, "f1": None, "right": 0, "extra": 0, "missed": 0,
    }  # fmt: skip


def test_a_table_has_every_key_and_their_sum() -> None:
    one = score({"item": ["WX-POL"]}, Entities(item=("OIL-Q",), machine=("GR-03",)))
    two = score({"machine": ["GR-03"]}, Entities(machine=("GR-03",)))
    table = report(total([one, two]))
    assert table["item"]["f1"] == 0.0
    assert table["machine"] == {
        "precision": 0.5, "recall": 1.0, "f1": 0.6667, "right": 1, "extra": 1, "missed": 0,
    }  # fmt: skip
    assert (table["all"]["right"], table["all"]["extra"], table["all"]["missed"]) == (1, 2, 1)
