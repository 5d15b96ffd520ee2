"""Whatever comes from the wire is a frame or a counted oddity, never an exception."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.wecom import frames
from app.outbound.wecom.frames import Frame, Odd

_LIMIT = 1_000_000
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_odd(raw: bytes) -> None:
    assert isinstance(frames.read(raw, _LIMIT), Frame | Odd)


@given(_JSON, _JSON, _JSON)
def test_any_json_is_a_frame_or_odd(cmd: object, headers: object, body: object) -> None:
    raw = json.dumps({"cmd": cmd, "headers": headers, "body": body}).encode()
    frame = frames.read(raw, _LIMIT)
    assert isinstance(frame, Frame | Odd)
    if isinstance(frame, Frame):
        json.dumps(frame.data, ensure_ascii=False).encode()
        assert frame.answer_command in {"", frames.RESPOND, frames.WELCOME, frames.UPDATE}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{not json", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"9" * 10_000, "not_json"),
        (b"", "not_json"),
        (b"[1]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"cmd":"x","headers":null}', "headers_not_an_object"),
        (b'{"cmd":"x"}', "headers_not_an_object"),
        (b'{"cmd":[1],"headers":{}}', "cmd_not_text"),
        (b"\xff\xfe", "not_utf8"),
        (b" " * (_LIMIT + 1), "too_big"),
    ],
)
def test_odd_frames_are_named(raw: bytes, reason: str) -> None:
    assert frames.read(raw, _LIMIT) == Odd(reason, len(raw))


def test_control_bytes_inside_strings_are_read() -> None:
    frame = frames.read(b'{"headers":{"req_id":"r"},"body":{"t":"a\x01b\nc\x00d"}}', _LIMIT)
    assert isinstance(frame, Frame)
    assert frame.data["body"] == {"t": "a\x01b\nc\ufffdd"}


def test_a_lone_surrogate_is_replaced_and_a_pair_is_kept() -> None:
    frame = frames.read(b'{"headers":{},"body":"\\ud83d x \\ud83d\\ude00 \\uDC00"}', _LIMIT)
    assert isinstance(frame, Frame)
    assert frame.data["body"] == "\ufffd x \U0001f600 \ufffd"


def test_an_escaped_nul_is_replaced_and_an_escaped_backslash_is_kept() -> None:
    raw = rb'{"cmd":"c","headers":{"req_id":"r\u0000"},"body":["\u0000","\\u0000","\\\u0000","\ud83d\u0000"]}'
    frame = frames.read(raw, _LIMIT)
    assert isinstance(frame, Frame)
    assert frame.req_id == "r\ufffd"
    assert frame.data["body"] == ["\ufffd", "\\u0000", "\\\ufffd", "\ufffd\ufffd"]


def test_a_req_id_of_any_length_is_no_reason_to_keep_it() -> None:
    for length, kept in ((256, 256), (257, 0), (100_000, 0)):
        frame = frames.read(b'{"headers":{"req_id":"' + b"r" * length + b'"}}', _LIMIT)
        assert isinstance(frame, Frame)
        assert len(frame.req_id) == kept


def test_each_callback_has_one_legal_answer() -> None:
    def legal(cmd: str, kind: str = "") -> str:
        body = {"event": {"eventtype": kind}}
        raw = json.dumps({"cmd": cmd, "headers": {"req_id": "r"}, "body": body}).encode()
        frame = frames.read(raw, _LIMIT)
        assert isinstance(frame, Frame)
        return frame.answer_command

    assert legal(frames.MESSAGE) == frames.RESPOND
    assert legal(frames.EVENT, "enter_chat") == frames.WELCOME
    assert legal(frames.EVENT, "template_card_event") == frames.UPDATE
    assert legal(frames.EVENT, "feedback_event") == ""
    assert legal("note") == ""


def test_a_ping_has_no_body_key() -> None:
    assert "body" not in json.loads(frames.write(frames.PING, "p", None))


@pytest.mark.parametrize(
    "answer", [{}, {"errcode": "0"}, {"errcode": None}, {"errcode": False}, {"errcode": 0.0}]
)
def test_only_an_integer_is_an_errcode(answer: dict[str, object]) -> None:
    assert frames.error_code(answer) is None
