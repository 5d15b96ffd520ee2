"""No pattern of the room can run away, whatever is sent."""

import importlib
import pkgutil
import re
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import app.understand
from app.understand.codes import build_codes
from app.understand.machines import build_machines
from app.understand.orders import build_orders
from app.understand.rules import RuleBook
from app.understand.sizes import build_sizes

REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}


def module_patterns() -> list[tuple[str, str]]:
    modules = [
        importlib.import_module(m.name)
        for m in pkgutil.iter_modules(app.understand.__path__, "app.understand.")
    ]
    return [
        (f"{module.__name__}.{name}", value.pattern)
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    ]


def repeats(tree: Any) -> list[tuple[int, Any]]:
    """Every repeat below a parsed pattern, with its limit and body."""
    found = []
    for op, value in tree:
        if op in REPEATS:
            found += [(value[1], value[2]), *repeats(value[2])]
        for part in value if isinstance(value, (tuple, list)) else ():
            found += repeats(part) if isinstance(part, parser.SubPattern) and op not in REPEATS else []
            for way in part if isinstance(part, list) else ():
                found += repeats(way) if isinstance(way, parser.SubPattern) else []
    return found


def test_there_are_patterns_to_look_at() -> None:
    assert len(module_patterns()) > 20
    assert repeats(parser.parse("a(?:b|(c+)){1,3}(?=d*)"))


@pytest.mark.parametrize(("name", "pattern"), module_patterns(), ids=lambda value: value[:60])
def test_a_pattern_of_the_room_has_no_endless_repeat(name: str, pattern: str) -> None:
    assert [limit for limit, _ in repeats(parser.parse(pattern)) if limit > 80] == []


def test_the_patterns_made_of_the_plants_names_have_none_either(names: Any, book: RuleBook) -> None:
    codes, machines, orders = build_codes(names), build_machines(names), build_orders(names)
    paired = (*orders.written, *machines.codes, *machines.numbered, *machines.alone)
    made = [orders.bare, orders.in_signs, codes.facility_said, codes.facility_capital, *orders.spoken]
    made.append(build_sizes(names, ()).grade)
    made += [*codes.item_shapes, *(p for _, p in paired), *(r.pattern for r in book.rules)]
    made += [r.unless for r in book.rules if r.unless]
    assert [p.pattern for p in made if any(limit > 80 for limit, _ in repeats(parser.parse(p.pattern)))] == []
