"""What is asked of WeCom's web API, request by request, for the list of everything that leaves."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from app.ports import Clock, Ledger
from app.records.egress import DataClass, leaving

_KINDS: Mapping[str, tuple[str, DataClass]] = {
    "gettoken": ("token", "secret"),
    "send": ("push", "message"),
    "update_template_card": ("card", "message"),
    "openuserid_to_userid": ("identity", "message"),
    "getcallbackip": ("addresses", "none"),
}


class ApiListing:
    """Notes requests to the API at `url`; the query, which holds secrets, is never kept."""

    def __init__(self, ledger: Ledger, url: str, channel: str, clock: Clock) -> None:
        parts = urlsplit(url)
        self._destination = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
        self._ledger, self._channel, self._clock = ledger, channel, clock

    def note(self, path: str, body: bytes) -> None:
        """List a request that is about to be written."""
        name = path.rsplit("/", 1)[-1]
        purpose, data_class = _KINDS.get(name, (name, "message"))
        entry = leaving(self._clock(), self._destination, self._channel, purpose, data_class, body)
        self._ledger.note(entry)
