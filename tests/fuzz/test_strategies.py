"""The same promises for inputs that Hypothesis makes: frames, XML, seals, queries, requests."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.doubles.wecom_app import AGENT_ID, CORP_ID
from app.inbound.wecom_app.envelope import signed_message
from app.inbound.wecom_app.fields import Field, Unreadable, read_fields
from app.inbound.wecom_app.reading import App, read
from app.inbound.wecom_bot import read as read_frame
from app.inbound.wecom_media import attachments
from app.outbound.wecom import frames
from app.records.errors import NotGenuine
from app.records.message import Message
from app.records.sealing_wecom import Opened, Seal
from tests.fuzz.callbacks import SEAL
from tests.fuzz.frames import BOT
from tests.fuzz.test_callbacks import AT
from tests.fuzz.test_frames import check_frame, check_message

_patient = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])

_words = st.text(st.characters(exclude_categories=[]), max_size=12)
_names = st.sampled_from(
    ["msgtype", "text", "voice", "mixed", "msg_item", "content", "quote", "event", "eventtype", "from",
     "userid", "template_card_event", "feedback_event", "event_key", "taskid", "id", "type", "image", "url",
     "aeskey", "chatid"]
)  # fmt: skip
_values = (
    st.none() | st.booleans() | st.integers() | st.floats() | _words
    | st.sampled_from(["text", "mixed", "voice", "image", "event", "enter_chat", "template_card_event"])
)  # fmt: skip
_trees = st.recursive(
    _values,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names | _words, inner, max_size=5),
    max_leaves=20,
)
_bodies = st.dictionaries(_names, _trees, max_size=8)
_HEAD = {"msgid": "m", "aibotid": BOT, "msgtype": "text", "from": {"userid": "u"}}
json_frames = st.builds(
    lambda body, cmd, headers: {"cmd": cmd, "headers": headers, "body": body},
    _bodies.map(lambda body: _HEAD | body),
    st.sampled_from(["aibot_msg_callback", "aibot_event_callback", ""]) | _words,
    st.dictionaries(st.just("req_id"), _values),
)
"""Frames of nearly the right shape, with any characters in them."""


def _element(name: str, inner: list[str]) -> str:
    return f"<{name}>{''.join(inner)}</{name}>"


_xml_names = st.sampled_from(
    ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "AgentID", "Content", "Event",
     "EventKey", "TaskId", "SelectedItems", "SelectedItem", "QuestionKey", "OptionIds", "OptionId", "Encrypt"]
)  # fmt: skip
_xml_words = st.text(max_size=20) | st.sampled_from(
    [CORP_ID, str(AGENT_ID), "text", "event", "1795305600", "&amp;", "&x;", "<![CDATA[a]]>", "<!DOCTYPE a>"]
)
xml_texts = st.recursive(
    _xml_words,
    lambda inner: st.builds(_element, _xml_names, st.lists(inner, max_size=6)),
    max_leaves=30,
).map(lambda inner: f"<xml>{inner}</xml>")
"""Small XML of the callbacks' names, mostly well formed."""


@given(json_frames, st.booleans())
@_patient
def test_any_frame_is_read_or_dropped(tree: dict[str, Any], ascii_only: bool) -> None:
    raw = json.dumps(tree, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    frame = frames.read(raw, 1_000_000)
    if isinstance(frame, frames.Odd):
        return
    check_frame(frame)
    attachments(frame.data)
    message = read_frame(frame.data, frame.raw, AT, BOT)
    if isinstance(message, Message):
        check_message(message)


@given(_trees.map(lambda tree: json.dumps(tree, ensure_ascii=False)))
@example('["\\\\u0000", "\\u0000", "\\\\\\u0000", "\\\\\\\\u0000"]')
@_patient
def test_nothing_else_is_changed_where_odd_characters_are_replaced(text: str) -> None:
    frame = frames.read(f'{{"headers":{{}},"body":{text}}}'.encode(errors="replace"), 1_000_000)
    assert isinstance(frame, frames.Frame)
    plain = json.loads(text.encode(errors="replace"))
    assert json.dumps(frame.data["body"]) == json.dumps(without_nul(plain))


def without_nul(tree: Any) -> Any:
    match tree:
        case str():
            return tree.replace("\0", "\ufffd")
        case list():
            return [without_nul(each) for each in tree]
        case dict():
            return {without_nul(name): without_nul(each) for name, each in tree.items()}
        case _:
            return tree


@given(xml_texts)
@_patient
def test_any_xml_is_read_or_dropped(text: str) -> None:
    read(Opened(text.encode(errors="replace").decode(), "f"), AT, App(CORP_ID, str(AGENT_ID)))


@given(st.binary(max_size=200) | xml_texts.map(lambda text: text.encode(errors="replace")))
@_patient
def test_any_bytes_are_fields_or_unreadable(xml: bytes) -> None:
    try:
        assert isinstance(read_fields(xml), Field)
    except Unreadable:
        return


@given(st.text(st.characters(exclude_categories=[]), max_size=200), st.binary(max_size=200))
@_patient
def test_any_query_is_signed_or_not_genuine(query: str, body: bytes) -> None:
    try:
        SEAL.open(signed_message(query, body))
    except NotGenuine:
        return
    raise AssertionError("nobody signed this")


def _plain(random16: bytes, words: bytes, excess: int, receiver: str) -> bytes:
    return random16 + (len(words) + excess).to_bytes(4, "big") + words + receiver.encode()


_receivers = st.sampled_from(["", CORP_ID])
_well_formed = st.builds(
    _plain, st.binary(min_size=16, max_size=16), st.text(max_size=9).map(str.encode) | st.binary(max_size=40),
    st.sampled_from([0, 0, 0, 1, 2**31]), _receivers,
)  # fmt: skip


@given(_well_formed | st.binary(max_size=40), st.none() | st.integers(0, 255), _receivers, st.booleans())
@example(b"", None, "", False)
@example(b"only ten b", None, "", False)
@example(bytes(20), None, "", True)
@settings(parent=_patient, max_examples=1000)
def test_a_seal_opens_what_is_formed_as_promised_and_nothing_else(
    plain: bytes, pad: int | None, receiver: str, torn: bool
) -> None:
    missing = -len(plain) % 16 or 16
    padding = bytes([missing if pad is None else pad]) * missing
    whole = plain + (b"\0" + padding[1:] if torn and missing > 1 else padding)
    worker = Cipher(algorithms.AES(SEAL.key), modes.CBC(SEAL.key[:16])).encryptor()
    encrypted = base64.b64encode(worker.update(whole) + worker.finalize()).decode()
    try:
        opened: str | None = Seal(SEAL.token, SEAL.key, receiver).decrypt(encrypted).text
    except NotGenuine:
        opened = None
    assert opened == by_the_letter(whole, receiver.encode())


def by_the_letter(padded: bytes, receiver: bytes) -> str | None:
    """What the protocol says: 16 bytes, a length, so many bytes of UTF-8, the receiver, the padding."""
    pad = padded[-1]
    plain = padded[:-pad]
    length = int.from_bytes(plain[16:20], "big")
    padding_is_right = 1 <= pad <= 32 and padded == plain + bytes([pad]) * pad
    if not padding_is_right or len(plain) < 20 + length or plain[20 + length :] != receiver:
        return None
    try:
        return plain[20 : 20 + length].decode()
    except UnicodeDecodeError:
        return None
