"""The last look: what it stops, and what it lets by."""

from dataclasses import replace

import pytest

from app.planning.consulting.aliases import Called
from app.planning.consulting.leaks import leaks
from app.planning.consulting.wording import compact


def left(book, text):
    return leaks(compact({"wishes": [{"text": text}]}), book)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("61234567", "phone"), ("6123 4567", "phone"), ("6 1 2 3 4 5 6 7", "phone"),
        ("６１２３４５６７", "phone"),
        ("六一二三四五六七", "phone"), ("61 23 45 67", "phone"), ("+852 6123-4567", "phone"),
        ("852-61234567", "phone"), ("13812345678", "phone"), ("138-1234-5678", "phone"),
        ("+86 138 1234 5678", "phone"),
        ("0755-86123456", "phone"), ("+44 20 7946 0958", "phone"), ("Y1六一二三四五六七", "phone"),
        ("joe@plant.example", "email"), ("joe (at) plant dot hk", "email"), ("joe＠plant.hk", "email"),
        ("A123456(7)", "id"), ("AB123456A", "id"), ("a 123456 7", "id"), ("11010519491231002X", "id"),
        ("4111 1111 1111 1111", "card"), ("6222020200112233445", "card"),
        ("https://x.y/z", "url"), ("www.plant.test/a", "url"), ("nord.com.hk", "url"),
        ("192.168.0.1", "address"), ("fe80::1:2:3", "address"),
        ("SO-1042", "name"), ("nord bakken", "name"), ("raj.kumar", "name"), ("沖床2號", "name"),
        ("小明", "name"),
    ],
)  # fmt: skip
def test_what_must_not_leave_is_found_by_kind(book, text, kind):
    assert kind in left(book, f"call {text} now")
    assert kind in left(book, f"搵{text}啦")


@pytest.mark.parametrize(
    "text",
    [
        "J1 before J2 by 10:42", "2026-11-27T08:00:00+08:00", "2026-11-27 2026-12-01", "M1 2 hours",
        "make 500 of P1, 1200 of P2", "3.5 hours", "between 8:00 and 20:00 on 27/11", "", "刀叉",
    ],
)  # fmt: skip
def test_wishes_of_aliases_times_and_quantities_go(book, text):
    assert left(book, text) == ()


def test_numbers_and_closed_lists_are_no_leak_but_every_other_string_is_looked_at(book):
    assert leaks(compact({"tag": "612345678901", "jobs": [["J1", 61234567, 1042]]}), book) == ()
    assert leaks(compact({"wishes": [{"understood": [{"kind": "pin", "order": "SO-1042"}]}]}), book) == (
        "name",
    )
    assert leaks(compact({"sites": ["S1", "Nordbakken"]}), book) == ("name",)


def test_the_year_of_a_time_is_no_order(book):
    book = replace(book, orders=(Called("order", "SO-2026", ("SO-2026", "2026")),))
    assert leaks(compact({"wishes": [{"by": "2026-11-27T08:00:00+08:00"}]}), book) == ()
    assert left(book, "2026 first") == ("name",)


def test_what_was_found_is_not_told(book):
    assert left(book, "61234567 joe@plant.example Nordbakken") == ("email", "name", "phone")
