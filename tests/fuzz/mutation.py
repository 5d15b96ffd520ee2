"""Spoils valid inputs in a way that is the same each time: trees by their grammar, then bytes."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any

Tree = Any
Place = tuple[Any, Any]
"""A dict or a list, and the key or index in it."""

LONG = "长" * 3000
WEIRD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 3, 2**31, 2**63, 2**64, 10**400, 0.5, 1e308, "", " ", "0", "sys", "\0",
    "a\0b", "\ud83d", "\udc00 x", "\ud83d\ude00", "\x01\x1f\x7f", "\r\n", "\ufeff", "\u2028", "\u202e",
    LONG, "x" * 300, [], {}, [[]], [None], {"": ""}, {"errcode": 846609}, "text", "voice", "mixed", "event",
    "image", "enter_chat", "template_card_event", "feedback_event", "group", "single", "stream", 846609,
    "846609", "aibot_msg_callback", "aibot_event_callback", "ping",
)  # fmt: skip
RAW = (
    "1e999", "-1e999", "NaN", "Infinity", "9" * 4000, "9" * 5000, "-" + "9" * 5000, "1e-99999", "-0", "00",
    "+1", '"\\u0000"', '"\\ud83d"', '"\\udc00\\ud83d"', '"\\u00"', '"\\x41"', '"\\\\u0000"', "'x'", "tru",
    "\x00", '"\x02"', "/*x*/1", "[1,]", '{"a":1,"a":2}', "\ufeff1", "undefined", "\x7f",
)  # fmt: skip
"""What stands in the place of a value, though no writer of JSON would write it."""

DEPTHS = (3, 20, 90, 120, 200, *range(225, 260, 3), 300, 330, 480, 700, 990, 1100, 20_000)
TOKENS = (
    b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"null", b"\\u0000", b"\\ud800", b"\0", b"\x1b[2J",
    b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xf4\x90\x80\x80", b"\r\n", b"%00", b"%",
    b"&", b"=", b"<", b">", b"]]>", b"<![CDATA[", b"&lt;", b"&#0;", b"&#xD800;", b"\x85", b"1e999",
    b" " * 64,
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "gb18030", "big5", "utf-8-sig", "utf-7", "latin-1")
_HOLE = "@hole-{}@"


def chance_of(seed: str, number: int) -> random.Random:
    """The same dice for the same input, whichever inputs came before."""
    return random.Random(f"{seed}-{number}")  # noqa: S311 - the same inputs each time


def json_inputs(corpus: Sequence[Tree], seed: str, first: int, count: int) -> Iterator[bytes]:
    """Spoilt texts of JSON, one in twenty unspoilt."""
    for number in range(first, first + count):
        yield spoilt_json(corpus, chance_of(seed, number))


def spoilt_json(corpus: Sequence[Tree], chance: random.Random) -> bytes:
    tree = deepcopy(chance.choice(corpus))
    if chance.random() < 0.05:
        return json.dumps(tree, ensure_ascii=False).encode()
    holes: list[str] = []
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        tree = _tree_change(chance)(tree, corpus, chance, holes)
    text = json.dumps(tree, ensure_ascii=chance.random() < 0.5)
    for number, hole in enumerate(holes):
        text = text.replace(f'"{_HOLE.format(number)}"', hole)
    if chance.random() < 0.1:
        text = _doubled_key(text, chance)
    raw = _encoded(text, chance)
    return spoilt_bytes(raw, [raw], chance) if chance.random() < 0.4 else raw


def _tree_change(chance: random.Random) -> Callable[..., Tree]:
    return chance.choice(
        (_replace, _replace, _replace, _remove, _rename, _wrap, _splice, _swap, _raw, _deep, _nest_mixed)
    )


def places(tree: Tree) -> list[Place]:
    """Every place of a value in a tree, outermost first."""
    found: list[Place] = []
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        found += [(tree, key), *places(value)]
    return found


def _at(tree: Tree, chance: random.Random) -> Place:
    return chance.choice(places(tree) or [([tree], 0)])


def _replace(tree: Tree, _corpus: object, chance: random.Random, _holes: object) -> Tree:
    if chance.random() < 0.03:
        return deepcopy(chance.choice(WEIRD))
    inside, key = _at(tree, chance)
    inside[key] = deepcopy(chance.choice(WEIRD))
    return tree


def _remove(tree: Tree, _corpus: object, chance: random.Random, _holes: object) -> Tree:
    inside, key = _at(tree, chance)
    del inside[key]
    return tree


def _rename(tree: Tree, _corpus: object, chance: random.Random, _holes: object) -> Tree:
    inside, key = _at(tree, chance)
    if isinstance(inside, dict):
        names = (key.replace("_", ""), key.upper(), key + "\0", "\ud800" + key, "", LONG, key + " ")
        inside[chance.choice(names)] = inside.pop(key)
    return tree


def _wrap(tree: Tree, _corpus: object, chance: random.Random, _holes: object) -> Tree:
    inside, key = _at(tree, chance)
    value = inside[key]
    inside[key] = chance.choice(([value], {"": value}, {str(key): value}, [value, value], str(value)))
    return tree


def _splice(tree: Tree, corpus: Sequence[Tree], chance: random.Random, _holes: object) -> Tree:
    inside, key = _at(tree, chance)
    there, other = _at(deepcopy(chance.choice(corpus)), chance)
    inside[key] = there[other]
    return tree


def _swap(tree: Tree, _corpus: object, chance: random.Random, _holes: object) -> Tree:
    (one, key), (two, other) = _at(tree, chance), _at(tree, chance)
    if one is two:
        one[key], two[other] = two[other], one[key]
    return tree


def _raw(tree: Tree, _corpus: object, chance: random.Random, holes: list[str]) -> Tree:
    return _hole(tree, chance, holes, chance.choice(RAW))


def _deep(tree: Tree, _corpus: object, chance: random.Random, holes: list[str]) -> Tree:
    depth = chance.choice(DEPTHS)
    opening, closing = chance.choice((("[", "]"), ('{"a":', "}"), ('{"event":', "}"), ("[[],", "]")))
    return _hole(tree, chance, holes, opening * depth + "1" + closing * depth)


def _nest_mixed(tree: Tree, _corpus: object, chance: random.Random, holes: list[str]) -> Tree:
    """Messages in messages, in the place where a reader looks for them."""
    depth = chance.choice(DEPTHS[:-3])
    nest = '{"msgtype":"mixed","mixed":{"msg_item":[' * depth + '{"msgtype":"text","text":{"content":"x"}}'
    holes.append(nest + "]}}" * depth)
    body = tree.get("body") if isinstance(tree, dict) else None
    if isinstance(body, dict):
        inner = {"msgtype": "mixed", "mixed": {"msg_item": [_HOLE.format(len(holes) - 1)]}}
        body |= inner if chance.random() < 0.5 else {"quote": inner}
    return tree


def _hole(tree: Tree, chance: random.Random, holes: list[str], text: str) -> Tree:
    inside, key = _at(tree, chance)
    inside[key] = _HOLE.format(len(holes))
    holes.append(text)
    return tree


def _doubled_key(text: str, chance: random.Random) -> str:
    """A name that comes twice, with another value."""
    at = text.find("{", chance.randrange(len(text)))
    name = chance.choice(
        ("msgid", "headers", "body", "cmd", "from", "msgtype", "event", "req_id", "kind", "n")
    )
    value = json.dumps(chance.choice(WEIRD))
    return f'{text[: at + 1]}"{name}":{value},{text[at + 1 :]}'


def _encoded(text: str, chance: random.Random) -> bytes:
    if chance.random() < 0.05:
        return text.encode(chance.choice(ENCODINGS), "replace")
    return text.encode("utf-8", chance.choice(("surrogatepass", "replace")))


def spoilt_bytes(good: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Bytes turned, dropped, doubled, moved, cut, or mixed with tokens and with another input's."""
    data = bytearray(good)
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(data) + 1), chance.randint(1, 40)
        match chance.randrange(8):
            case 0:
                data[at:at] = chance.choice(TOKENS)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 4:
                data = data[at:] + data[:at]
            case 5:
                del data[at:]
            case 6:
                other = chance.choice(others)
                data[at:] = other[chance.randrange(len(other) + 1) :]
            case _:
                data[at:at] = bytes([chance.randrange(256)]) * chance.choice((2, 64, 2000))
    return bytes(data)
