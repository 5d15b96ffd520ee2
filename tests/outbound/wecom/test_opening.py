"""The attachment's cipher: every length opens, no bytes crash it, and no change passes unseen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.doubles.wecom.sealed import seal, written
from app.outbound.wecom.opening import Opening, read_media_key
from app.records.errors import MediaRefused

KEYS = st.binary(min_size=32, max_size=32)


def opened(key: str, sealed: bytes, step: int = 7) -> bytes:
    opening = Opening(key)
    parts = [opening.feed(sealed[at : at + step]) for at in range(0, len(sealed), step)]
    return b"".join(parts) + opening.end()


def opened_or_refused(key: str, sealed: bytes) -> bytes | MediaRefused:
    """Nothing else may come of it, and a refusal tells nothing."""
    try:
        return opened(key, sealed)
    except MediaRefused as no:
        refusal = no
    if refusal.reason != "seal" or str(refusal) != str(MediaRefused("seal")) or refusal.__context__:
        raise AssertionError("the refusal tells too much")
    return refusal


@given(KEYS, st.binary(max_size=200), st.integers(1, 300))
@settings(max_examples=300, deadline=None)
def test_what_is_sealed_opens_in_pieces_of_any_size(key: bytes, plain: bytes, step: int) -> None:
    assert opened(written(key), seal(plain, key), step) == plain


@pytest.mark.parametrize("length", range(66))
def test_every_padding_from_1_to_32(length: int) -> None:
    key = bytes(range(32))
    assert opened(written(key), seal(b"x" * length, key)) == b"x" * length


@given(KEYS)
def test_the_forms_of_a_key(key: bytes) -> None:
    short = written(key)
    url_safe = short.replace("+", "-").replace("/", "_")
    assert {read_media_key(form) for form in (short, short + "=", url_safe, url_safe + "=")} == {key}


def test_spare_bits_of_the_last_letter_are_nobodys() -> None:
    assert read_media_key("A" * 42 + "B") == bytes(32)


@given(st.text(max_size=50) | st.text(alphabet="Aa0+/-_=", min_size=41, max_size=46), st.binary(max_size=200))
@settings(max_examples=500, deadline=None)
def test_random_keys_and_bytes_are_opened_or_refused(key: str, sealed: bytes) -> None:
    opened_or_refused(key, sealed)


@given(KEYS, st.binary(max_size=120), st.data())
@settings(max_examples=500, deadline=None)
def test_a_flipped_bit_is_refused_or_seen_in_the_bytes(key: bytes, plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(plain, key))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    assert opened_or_refused(written(key), bytes(sealed)) != plain


@given(KEYS, st.binary(min_size=1, max_size=120), st.data())
@settings(max_examples=200, deadline=None)
def test_a_cut_body_never_opens_to_the_whole(key: bytes, plain: bytes, data: st.DataObject) -> None:
    sealed = seal(plain, key)
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    now = opened_or_refused(written(key), cut)
    assert now != plain
    assert isinstance(now, MediaRefused) or len(cut) % 16 == 0


@pytest.mark.parametrize(
    "pad", [b"\x00" * 16, b"\x21" * 48, b"\x02\x01" * 7 + b"\x01\x02", b"\x10" * 15 + b"\x11"]
)
def test_paddings_that_are_none(pad: bytes) -> None:
    key = bytes(range(32))
    with pytest.raises(MediaRefused):
        opened(written(key), seal(b"", key, pad=pad))
