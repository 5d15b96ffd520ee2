"""Seals an attachment as WeCom does, and spoils it as a broken one is."""

import base64

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PAD = 32


def seal(plain: bytes, key: bytes, *, pad: bytes | None = None) -> bytes:
    """The body that a media host serves; `pad` in place of the right padding, to a multiple of 16."""
    length = _PAD - len(plain) % _PAD
    padded = plain + (bytes([length]) * length if pad is None else pad)
    worker = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return worker.update(padded) + worker.finalize()


def written(key: bytes) -> str:
    """The key as a callback has it: base64 without its end."""
    return base64.b64encode(key).decode().rstrip("=")
