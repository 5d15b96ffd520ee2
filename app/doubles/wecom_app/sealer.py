"""A callback as WeCom makes it, sealed and signed; and what others make of one."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote
from xml.sax.saxutils import escape

from app.doubles.wecom_app.rules import AGENT_ID, CORP_ID
from app.records.sealing_wecom import RANDOM_BYTES, Seal


@dataclass(frozen=True, slots=True)
class Post:
    """A callback ready to go: its signature's values, and its cipher text."""

    signature: str
    timestamp: str
    nonce: str
    encrypted: str

    @property
    def query(self) -> str:
        """The address's query."""
        values = {"msg_signature": self.signature, "timestamp": self.timestamp, "nonce": self.nonce}
        return "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())

    @property
    def body(self) -> bytes:
        """The request's body."""
        head = f"<ToUserName><![CDATA[{CORP_ID}]]></ToUserName><AgentID><![CDATA[{AGENT_ID}]]></AgentID>"
        return f"<xml>{head}<Encrypt><![CDATA[{self.encrypted}]]></Encrypt></xml>".encode()


class Sealer:
    """Makes callbacks of one app."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def seal(self, fields: Mapping[str, object], timestamp: int) -> Post:
        """A callback with these fields; a mapping is a nest of fields, a tuple the same field repeated."""
        return self.echo(xml_of(fields), timestamp)

    def echo(self, text: str, timestamp: int) -> Post:
        """Any text, as the admin console seals what it wants to be told back."""
        return self.sign(self._seal.encrypt(text, secrets.token_bytes(RANDOM_BYTES)), timestamp)

    def sign(self, encrypted: str, timestamp: int) -> Post:
        """Whoever holds the Token signs any cipher text."""
        nonce = str(secrets.randbelow(10**9))
        return Post(self._seal.sign(str(timestamp), nonce, encrypted), str(timestamp), nonce, encrypted)


def flipped(post: Post, bit: int) -> Post:
    """The same with one bit of the cipher text turned, under the old signature."""
    sealed = bytearray(base64.b64decode(post.encrypted))
    sealed[bit // 8 % len(sealed)] ^= 1 << bit % 8
    return replace(post, encrypted=base64.b64encode(sealed).decode())


def xml_of(fields: Mapping[str, object]) -> str:
    """The fields as WeCom writes them."""
    return _element("xml", fields)


def _element(name: str, value: object) -> str:
    match value:
        case tuple():
            return "".join(_element(name, each) for each in value)
        case Mapping():
            inner = "".join(_element(part, each) for part, each in value.items())
            return f"<{name}>{inner}</{name}>"
        case _:
            return f"<{name}>{escape(str(value))}</{name}>"
