"""What a callback's query and body carry, before anything of it is believed."""

from urllib.parse import unquote

from app.inbound.wecom_app.fields import Unreadable, read_fields
from app.records.errors import NotGenuine
from app.records.sealing_wecom import Signed

QUERY_MAX_CHARS = 8192


def signed_message(query: str, body: bytes) -> Signed:
    """A POST's signed text: the body's Encrypt, not the body. Raises NotGenuine."""
    try:
        encrypted = read_fields(body).text_of("Encrypt")
    except Unreadable:
        raise NotGenuine from None
    return _signed(_values(query), encrypted)


def signed_echo(query: str) -> Signed:
    """A GET's signed text, the query's echostr. Raises NotGenuine."""
    values = _values(query)
    return _signed(values, values.get("echostr", ""))


def _signed(values: dict[str, str], encrypted: str) -> Signed:
    if not encrypted:
        raise NotGenuine
    signature, timestamp, nonce = (values.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
    return Signed(signature, timestamp, nonce, encrypted)


def _values(query: str) -> dict[str, str]:
    """The query decoded once; a bare "+" stays one, since base64 has no spaces."""
    if len(query) > QUERY_MAX_CHARS:
        raise NotGenuine
    pairs = [part.partition("=") for part in query.split("&")]
    try:
        values = {name: unquote(value, errors="strict") for name, _, value in pairs}
    except UnicodeDecodeError:
        raise NotGenuine from None
    if len(values) != len(pairs):
        raise NotGenuine  # a name that comes twice
    return values
