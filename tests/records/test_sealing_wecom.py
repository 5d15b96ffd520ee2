"""Every worked vector opens and closes; whatever is not whole fails in the one way."""

import base64
import json
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from app.records.errors import NotGenuine, SettingsWrong
from app.records.sealing_wecom import Seal, Signed, read_key

VECTORS = json.loads((Path(__file__).parents[1] / "data/wecom/crypto_vectors.json").read_text("utf-8"))
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SEAL = Seal("vecToken01", read_key(KEY), "ww0123456789abcdef")
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)

vectors = pytest.mark.parametrize("vector", VECTORS["callbacks"], ids=lambda v: v["name"])


def seal_of(vector: dict[str, Any]) -> Seal:
    return Seal(vector["token"], read_key(vector["encoding_aes_key"]), vector["receiveid"])


def signed_of(vector: dict[str, Any]) -> Signed:
    return Signed(vector["msg_signature"], vector["timestamp"], vector["nonce"], vector["encrypt"])


def closed(plain: bytes, seal: Seal = SEAL) -> str:
    worker = Cipher(algorithms.AES(seal.key), modes.CBC(seal.key[:16])).encryptor()
    return base64.b64encode(worker.update(plain)).decode()


def plain(
    text: bytes = b"words", length: int | None = None, receiver: bytes = b"ww0123456789abcdef"
) -> bytes:
    body = bytes(16) + (len(text) if length is None else length).to_bytes(4, "big") + text + receiver
    pad = 32 - len(body) % 32
    return body + bytes([pad]) * pad


@vectors
def test_vectors_open_and_close(vector: dict[str, Any]):
    seal = seal_of(vector)
    assert seal.open(signed_of(vector)).text == vector["msg"]
    assert seal.encrypt(vector["msg"], vector["random16"].encode()) == vector["encrypt"]
    assert seal.sign(vector["timestamp"], vector["nonce"], vector["encrypt"]) == vector["msg_signature"]


@vectors
def test_wechatpy_agrees(vector: dict[str, Any]):
    crypto = pytest.importorskip("wechatpy.work.crypto", reason="wechatpy, an oracle, is not installed")
    oracle = crypto.WeChatCrypto(vector["token"], vector["encoding_aes_key"], vector["receiveid"])
    body = f"<xml><Encrypt><![CDATA[{vector['encrypt']}]]></Encrypt></xml>"
    opened = oracle.decrypt_message(body, vector["msg_signature"], vector["timestamp"], vector["nonce"])
    assert opened.decode() == vector["msg"]


NODE = """
const [name, vector] = [process.argv[1], JSON.parse(process.argv[2])];
const crypto = require(name);
const { message } = crypto.decrypt(vector.encoding_aes_key, vector.encrypt);
const signed = crypto.getSignature(vector.token, vector.timestamp, vector.nonce, vector.encrypt);
process.stdout.write(JSON.stringify([message, signed]));
"""


@vectors
def test_wecom_crypto_for_node_agrees(vector: dict[str, Any]):
    node = shutil.which("node") or pytest.skip("node, for an oracle, is not installed")
    asked = [node, "-e", NODE, "@wecom/crypto", json.dumps(vector)]
    found = subprocess.run(asked, capture_output=True, check=False, text=True)
    if "MODULE_NOT_FOUND" in found.stderr:
        pytest.skip("@wecom/crypto, an oracle, is not installed")
    assert json.loads(found.stdout) == [vector["msg"], vector["msg_signature"]]


@given(WORDS, st.binary(min_size=16, max_size=16), st.sampled_from(["", "ww0123456789abcdef", "企业"]))
def test_what_was_closed_opens(text: str, random16: bytes, receiver: str):
    seal = Seal("t", read_key(KEY), receiver)
    encrypted = seal.encrypt(text, random16)
    opened = seal.open(Signed(seal.sign("1", "n", encrypted), "1", "n", encrypted))
    assert opened.text == text
    assert len(base64.b64decode(encrypted)) % 32 == 0


@given(st.data())
def test_any_flipped_bit_breaks_the_signature(data: st.DataObject):
    vector = data.draw(st.sampled_from(VECTORS["callbacks"]))
    sealed = bytearray(base64.b64decode(vector["encrypt"]))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    flipped = base64.b64encode(sealed).decode()
    signed = Signed(vector["msg_signature"], vector["timestamp"], vector["nonce"], flipped)
    with pytest.raises(NotGenuine):
        seal_of(vector).open(signed)


@given(st.data())
def test_a_flipped_bit_opens_or_fails_in_the_one_way(data: st.DataObject):
    """Whoever holds the Token signs what he changed; decryption must not tell more than yes or no."""
    vector = data.draw(st.sampled_from(VECTORS["callbacks"]))
    sealed = bytearray(base64.b64decode(vector["encrypt"]))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with suppress(NotGenuine):
        assert isinstance(seal_of(vector).decrypt(base64.b64encode(sealed).decode()).text, str)


def test_the_fingerprint_outlives_a_changed_first_block():
    vector = VECTORS["callbacks"][0]
    sealed = bytearray(base64.b64decode(vector["encrypt"]))
    sealed[5] ^= 1  # the same bit changes in the next block: in the second letter of the words
    before = SEAL.decrypt(vector["encrypt"]).fingerprint
    changed = SEAL.decrypt(base64.b64encode(sealed).decode())
    assert changed.text != vector["msg"]
    assert changed.fingerprint == before


@pytest.mark.parametrize(
    "bad",
    [
        plain()[:-1] + b"\x00",  # no padding
        plain()[:-1] + b"\x21",  # 33 bytes of padding
        plain()[:-2] + b"\x07" + plain()[-1:],  # unequal padding
        plain(length=4),  # the receiver would begin a byte early
        plain(length=2**32 - 1),  # longer than everything
        plain(receiver=b"ww0123456789abcdeg"),
        plain(receiver=b""),
        plain(receiver=b"ww0123456789abcdefg"),
        plain(text=b"\xff\xfe"),
        b"\x20" * 32,  # nothing is left
    ],
)
def test_each_check_of_a_plain_text(bad: bytes):
    with pytest.raises(NotGenuine):
        SEAL.decrypt(closed(bad))


def test_a_length_beyond_the_end_where_nobody_is_addressed():
    nobody = Seal("t", SEAL.key, "")
    assert nobody.decrypt(closed(plain(receiver=b""))).text == "words"
    with pytest.raises(NotGenuine):
        nobody.decrypt(closed(plain(receiver=b"", length=6)))


def test_the_longest_padding():
    body = plain()[: 20 + 5 + len(SEAL.receiver)]
    assert SEAL.decrypt(closed(body + bytes([21]) * 21)).text == "words"
    for pad in (37, 53):
        with pytest.raises(NotGenuine):
            SEAL.decrypt(closed(body + bytes([pad]) * pad))


@pytest.mark.parametrize("length", [0, 1, 15, 16, 19])
def test_what_is_too_short_for_a_length_is_no_empty_text(length: int):
    """Where no receiver is named, nothing else would tell."""
    pad = 32 - length
    with pytest.raises(NotGenuine):
        Seal("t", SEAL.key, "").decrypt(closed(bytes(length) + bytes([pad]) * pad))


@pytest.mark.parametrize("bad", ["", "====", "no base64!", "AAAA", "ü", "\ud800", "A" * 24])
def test_what_is_no_cipher_text(bad: str):
    with pytest.raises(NotGenuine):
        SEAL.decrypt(bad)
    with pytest.raises(NotGenuine):
        SEAL.open(Signed("\udc00é", "\ud800", "", bad))


@pytest.mark.parametrize("bad", ["", KEY + "=", KEY[:-1], KEY[:-1] + "+", "é" * 43])
def test_a_wrong_key_is_named_without_showing_it(bad: str):
    with pytest.raises(SettingsWrong) as caught:
        read_key(bad)
    assert not bad or bad not in str(caught.value)


def test_nothing_secret_is_shown():
    opened = SEAL.decrypt(VECTORS["callbacks"][0]["encrypt"])
    shown = f"{SEAL!r} {SEAL} {opened!r} {NotGenuine()!r}"
    assert "vecToken01" not in shown
    assert repr(SEAL.key) not in shown
    assert "号线" not in shown
