"""What is planted in every input and may never be told, and the ears that listen for it."""

import base64
import logging
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, quote_plus

import structlog

BOT_SECRET = "Bs7+secret/of=bot"
TOKEN = "tokenOfTheApp9Qx"
APP_KEY = "kXyZ0123456789abcdefghijklmnopqrstuvwxyzABC"
MEDIA_KEY = "mKeY9876543210zyxwvutsrqponmlkjihgfedcbaZYX"
URL = "https://media.example.invalid/x?sign=Sg/5+ned%3D&t=1"
SIGNATURE = "sign=Sg/5+ned%3D"
WORDS = "机密话语:配方 Ω-17"
RESPONSE_CODE = "rc/Once+Only=44"
USER = "zhang.mi-mi@plant"

PLANTED = {
    "bot secret": BOT_SECRET,
    "token": TOKEN,
    "app key": APP_KEY,
    "media key": MEDIA_KEY,
    "signed URL": SIGNATURE,
    "words": WORDS,
    "response code": RESPONSE_CODE,
    "user": USER,
}


def spellings(secret: str) -> set[str]:
    """The secret plain, in base64 wherever it begins in a longer text, in hex, URL-quoted, and escaped."""
    raw = secret.encode()
    encoded = set[str]()
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        core = text[(0, 2, 3)[shift] : -1]  # letters that hang on no neighbour
        encoded |= {core, core.replace("+", "-").replace("/", "_")}
    escaped = secret.encode("unicode_escape").decode()
    return encoded | {
        secret,
        raw.hex(),
        raw.hex().upper(),
        quote(secret, safe=""),
        quote_plus(secret),
        escaped,
    }


Line = MutableMapping[str, Any]


class Ears(logging.Handler):
    """Hears every line of structlog and of the standard log at DEBUG, with tracebacks."""

    def __init__(self, planted: Mapping[str, str] = PLANTED) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
        self._forbidden = [(name, text) for name, secret in planted.items() for text in spellings(secret)]
        self._lines: list[str] = []
        self.heard = 0

    def emit(self, record: logging.LogRecord) -> None:
        self._hear(self.format(record))

    def process(self, _logger: object, _method: str, line: Line) -> Line:
        """Hear a line of structlog, and let nobody else."""
        self._hear(" ".join(f"{name}={value} {value!r}" for name, value in line.items()))
        raise structlog.DropEvent

    def told(self, more: str = "") -> set[str]:
        """Which secrets were in what came since the last call, or are in `more`."""
        text = "\n".join((*self._lines, more))
        self._lines.clear()
        return {name for name, secret in self._forbidden if secret in text}

    def _hear(self, line: str) -> None:
        self._lines.append(line)
        self.heard += 1


@contextmanager
def listening(planted: Mapping[str, str] = PLANTED) -> Iterator[Ears]:
    """Everything is logged at DEBUG, to the ears alone."""
    ears, root, before = Ears(planted), logging.getLogger(), structlog.get_config()
    level, handlers = root.level, root.handlers
    root.handlers = [ears]
    root.setLevel(logging.DEBUG)
    structlog.configure(
        processors=[structlog.processors.format_exc_info, ears.process],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
    )
    try:
        yield ears
    finally:
        structlog.configure(**before)
        root.handlers = handlers
        root.setLevel(level)
