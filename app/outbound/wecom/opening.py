"""Opens an attachment's cipher while it comes in: AES-256-CBC, padded to 32 bytes, no MAC.

Without a MAC a changed body cannot always be told from a whole one: it either fails here or has
another hash.
"""

import base64
import binascii

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.records.errors import MediaRefused

PAD = 32
"""The padding is 1 to so many bytes, each saying how many."""

_BLOCK = 16


class Opening:
    """One attachment's plain bytes: `feed` gives what is certain, `end` the rest.

    The IV is the key's first 16 bytes. Every method raises MediaRefused("seal"), the same for a wrong
    key, a wrong length and a wrong padding.
    """

    def __init__(self, aes_key: str) -> None:
        key = read_media_key(aes_key)
        self._worker = Cipher(algorithms.AES(key), modes.CBC(key[:_BLOCK])).decryptor()
        self._held = b""
        self._sealed_bytes = 0

    def feed(self, sealed: bytes) -> bytes:
        """What is plain by now, without what may be padding."""
        self._sealed_bytes += len(sealed)
        plain = self._held + self._worker.update(sealed)
        certain = max(0, len(plain) - PAD)
        self._held = plain[certain:]
        return plain[:certain]

    def end(self) -> bytes:
        """The last bytes, without the padding."""
        if not self._held or self._sealed_bytes % _BLOCK:
            raise MediaRefused("seal")
        pad = self._held[-1]
        if not 1 <= pad <= PAD or self._held[-pad:] != bytes([pad]) * pad:
            raise MediaRefused("seal")
        return self._held[:-pad]


def read_media_key(aes_key: str) -> bytes:
    """The 32 bytes of an attachment's key: base64 or its url-safe form, with or without the last '='.

    The last letter may carry bits that belong to no byte. Raises MediaRefused("seal").
    """
    letters = aes_key.removesuffix("=").replace("-", "+").replace("_", "/")
    if len(letters) != 43:
        raise MediaRefused("seal")
    try:
        return base64.b64decode(letters + "=", validate=True)
    except (binascii.Error, ValueError):
        pass
    raise MediaRefused("seal")
