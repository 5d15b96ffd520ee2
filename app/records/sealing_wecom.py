"""WeCom's seal on callbacks and attachments: who signed, what it says; pure, on `cryptography` alone.

A message is AES-256-CBC with the key's first 16 bytes as IV and no MAC, so the signature is its only
protection; plain text is 16 random bytes, the length in 4 bytes (big-endian), the words in UTF-8 and
the receiver's id, padded by PKCS#7 to 32 bytes (pages 90930, 96238 and 101033, read 2026-11).
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.records.errors import NotGenuine, SettingsWrong

_BLOCK = 16
_PAD = 32
_HEAD = 20  # random bytes and the length

RANDOM_BYTES = 16
"""How many random bytes open a plain text."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What came with a callback: the three values of its query, and the text that they sign."""

    signature: str
    timestamp: str
    nonce: str
    encrypted: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What a genuine callback says.

    `fingerprint` is the SHA-256 of the cipher text after its first block, in hex: whoever holds the
    Token may change that block, which nobody reads, and sign again; the rest stays the same.
    """

    text: str = field(repr=False)
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Seal:
    """One app's Token, AES key (32 bytes, see `read_key`) and the id it is addressed by.

    `receiver` is the CorpID of a self-built app, "" for an AI bot in callback mode.
    """

    token: str = field(repr=False)
    key: bytes = field(repr=False)
    receiver: str

    def open(self, signed: Signed) -> Opened:
        """Verify, then decrypt; raises NotGenuine, the same for every reason."""
        expected = self.sign(signed.timestamp, signed.nonce, signed.encrypted)
        if not hmac.compare_digest(expected.encode(), _bytes(signed.signature)):
            raise NotGenuine
        return self.decrypt(signed.encrypted)

    def decrypt(self, encrypted: str) -> Opened:
        """Decrypt what was verified elsewhere; raises NotGenuine."""
        sealed = _from_base64(encrypted)
        plain = _unpadded(_decrypted(self.key, sealed))
        length = int.from_bytes(plain[RANDOM_BYTES:_HEAD], "big")
        words, receiver = plain[_HEAD : _HEAD + length], plain[_HEAD + length :]
        if len(plain) < _HEAD or len(words) != length:
            raise NotGenuine
        if not hmac.compare_digest(receiver, self.receiver.encode()):
            raise NotGenuine
        try:
            text = words.decode()
        except UnicodeDecodeError:
            raise NotGenuine from None
        return Opened(text, hashlib.sha256(sealed[_BLOCK:]).hexdigest())

    def encrypt(self, text: str, random16: bytes) -> str:
        """What `decrypt` reads; `random16` are 16 bytes that nobody can guess."""
        words = text.encode()
        plain = random16 + len(words).to_bytes(4, "big") + words + self.receiver.encode()
        pad = _PAD - len(plain) % _PAD
        worker = Cipher(algorithms.AES(self.key), modes.CBC(self.key[:_BLOCK])).encryptor()
        return base64.b64encode(worker.update(plain + bytes([pad]) * pad) + worker.finalize()).decode()

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """The signature of an encrypted text, in lower-case hex."""
        parts = sorted(map(_bytes, (self.token, timestamp, nonce, encrypted)))
        return hashlib.sha1(b"".join(parts)).hexdigest()  # noqa: S324 - WeCom's choice


def read_key(encoded: str) -> bytes:
    """The 32 bytes of an EncodingAESKey: 43 letters and digits, base64 without its end.

    The last letter of real keys carries bits that belong to no byte, which a strict decoder refuses.
    Raises SettingsWrong, without the key in its words.
    """
    if len(encoded) == 43 and encoded.isascii() and encoded.isalnum():
        return base64.b64decode(encoded + "=")
    raise SettingsWrong("an EncodingAESKey is 43 letters and digits")


def _decrypted(key: bytes, sealed: bytes) -> bytes:
    if not sealed or len(sealed) % _BLOCK:
        raise NotGenuine
    worker = Cipher(algorithms.AES(key), modes.CBC(key[:_BLOCK])).decryptor()
    return worker.update(sealed) + worker.finalize()


def _unpadded(padded: bytes) -> bytes:
    pad = padded[-1]
    if not 1 <= pad <= _PAD or padded[-pad:] != bytes([pad]) * pad:
        raise NotGenuine
    return padded[:-pad]


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotGenuine from None


def _bytes(text: str) -> bytes:
    """For signing and comparing: half characters too."""
    return text.encode(errors="surrogatepass")
