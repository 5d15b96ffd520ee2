"""Attachments are found where the protocol puts them, never in a quote, and no frame is a surprise."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inbound.wecom_media import attachments
from app.records.media import Attachment, MediaKind

PLACE = {"url": "https://h/x?sign=s", "aeskey": "k" * 43}


def part(kind: str, place: Any = PLACE) -> dict[str, Any]:
    return {"msgtype": kind, kind: place}


def text(words: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": words}}


def kinds(body: Any) -> list[str]:
    return [each.kind.value for each in attachments({"body": body})]


@pytest.mark.parametrize("kind", ["image", "file", "video"])
def test_one_alone(kind: str) -> None:
    [found] = attachments({"body": part(kind)})
    assert found == Attachment(MediaKind(kind), PLACE["url"], PLACE["aeskey"])
    assert "sign" not in repr(found)
    assert PLACE["aeskey"] not in repr(found)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"msgtype": "mixed", "mixed": {"msg_item": [text("看"), part("image"), part("file")]}},
         ["image", "file"]),
        ({"msgtype": "mixed", "mixed": {"msg_item": [None, 3, part("image", {}), part("image")]}}, ["image"]),
        ({"msgtype": "mixed", "mixed": {"msg_item": [part("image")] * 50}}, ["image"] * 20),
        ({"msgtype": "mixed", "mixed": {"msg_item": part("image")}}, []),
        ({"msgtype": "mixed", "mixed": []}, []),
        (text("x") | {"quote": part("image")}, []),
        (text("x") | {"image": PLACE}, []),
        (part("image") | {"quote": part("file")}, ["image"]),
        (part("voice"), []),
        (part("image", {"url": "", "aeskey": "k"}), []),
        (part("image", {"url": "https://h/x"}), []),
        (part("image", {"url": 7, "aeskey": "k"}), []),
        (part("image", {"url": "h" * 5000, "aeskey": "k"}), []),
        ({"msgtype": ["image"], "image": PLACE}, []),
        ("body", []),
        (None, []),
    ],
)  # fmt: skip
def test_where_they_are(body: Any, found: list[str]) -> None:
    assert kinds(body) == found


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["image", "mixed"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["msgtype", "image", "mixed", "msg_item", "url", "aeskey"]), inner)
    ),
    max_leaves=12,
)


@given(_ANY)
def test_no_body_raises(body: Any) -> None:
    attachments({"body": body})
    attachments({"body": {"msgtype": "mixed", "mixed": {"msg_item": [body]}}})
