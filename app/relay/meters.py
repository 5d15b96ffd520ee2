"""What monitoring reads of the relay."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from app.records.errors import SettingsWrong
from app.relay.keeper import Keeper

_NAME = "chargehand_relay_"


class Meters:
    """The relay's figures, in a registry of their own."""

    def __init__(self, keeper: Keeper) -> None:
        self.registry = CollectorRegistry()
        self._received = Counter(_NAME + "received", "Callbacks kept.", registry=self.registry)
        self._refused = Counter(_NAME + "refused", "Requests refused.", ["reason"], registry=self.registry)
        self._acked = Counter(_NAME + "acked", "Records the appliance has.", registry=self.registry)
        self._expired = Counter(_NAME + "expired", "Records deleted unread.", registry=self.registry)
        self._linked = Gauge(_NAME + "linked", "1 while an appliance is connected.", registry=self.registry)
        self._measure("queue_length", "Records that wait.", lambda: keeper.length)
        self._measure("queue_bytes", "Bytes of bodies that wait.", lambda: keeper.size_bytes)
        self._measure("queue_oldest_seconds", "How long the first has waited.", lambda: keeper.oldest_s)

    def _measure(self, name: str, words: str, value: Callable[[], float]) -> None:
        Gauge(_NAME + name, words, registry=self.registry).set_function(value)

    def received(self) -> None:
        """A callback was kept."""
        self._received.inc()

    def refused(self, reason: str) -> None:
        """A request was refused."""
        self._refused.labels(reason).inc()

    def acked(self, count: int) -> None:
        """Records were acknowledged."""
        self._acked.inc(count)

    def expired(self, count: int) -> None:
        """Records were deleted because of their age."""
        self._expired.inc(count)

    def linked(self, *, yes: bool) -> None:
        """An appliance came or went."""
        self._linked.set(yes)


class MetersPage:
    """/metrics on loopback, in a thread of its own; raises SettingsWrong when the port cannot be had."""

    def __init__(self, listen: str, meters: Meters) -> None:
        host, _, port = listen.rpartition(":")
        try:
            self._server, self._thread = start_http_server(int(port), host, meters.registry)
        except (OSError, OverflowError) as fault:
            raise SettingsWrong(f"metrics_listen: {listen}: {fault}") from fault
        self.port: int = self._server.server_port

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
