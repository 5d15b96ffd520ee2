"""Personal PINs: kept as salted scrypt, compared in constant time."""

import hashlib
import hmac
import os

_COST, _BLOCK, _LANES = 2**14, 8, 1  # 16 MiB and tens of milliseconds a try (RFC 7914, interactive use)


def hash_pin(pin: str, salt: bytes | None = None) -> str:
    """The form to store, `scrypt$cost$block$lanes$salt$hash` in hex; `salt` None draws a new one."""
    salt = os.urandom(16) if salt is None else salt
    return f"scrypt${_COST}${_BLOCK}${_LANES}${salt.hex()}${_scrypt(pin, salt, _COST, _BLOCK, _LANES).hex()}"


def verify_pin(pin: str, stored: str) -> bool:
    """Whether the PIN fits a stored form; a form that cannot be read fits none."""
    try:
        name, cost, block, lanes, salt, kept = stored.split("$")
        found = _scrypt(pin, bytes.fromhex(salt), int(cost), int(block), int(lanes))
        return name == "scrypt" and hmac.compare_digest(found, bytes.fromhex(kept))
    except ValueError:
        return False


def _scrypt(pin: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(
        pin.encode(errors="replace"), salt=salt, n=cost, r=block, p=lanes, maxmem=64 * 1024**2, dklen=32
    )
