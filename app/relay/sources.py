"""Who calls, whether it may, and how often."""

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from app.settings import Network

Address = IPv4Address | IPv6Address
_REMEMBERED = 4096


def source(peer: str, forwarded: str, proxies: tuple[Network, ...]) -> Address | None:
    """The caller: the peer, or behind our proxies the last address before them; None for nonsense."""
    found = _address(peer)
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    while found is not None and hops and within(found, proxies):
        found = _address(hops.pop())
    return found


def within(address: Address, networks: tuple[Network, ...]) -> bool:
    """Whether it lies in any of them."""
    return any(address in network for network in networks)


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


class Rates:
    """Lets each source have so many requests a minute; the sources seen last are remembered."""

    def __init__(self, a_minute: int, time_s: Callable[[], float]) -> None:
        self._a_minute = a_minute
        self._time_s = time_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, address: Address) -> bool:
        """Whether this request is within the source's bound; it is counted."""
        key, now_s = _key(address), self._time_s()
        left, at_s = self._left.pop(key, (float(self._a_minute), now_s))
        left = min(self._a_minute, left + (now_s - at_s) * self._a_minute / 60)
        allowed = left >= 1
        self._left[key] = (left - 1 if allowed else left, now_s)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
        return allowed


def _key(address: Address) -> str:
    """The address; of IPv6 the network of one subscriber."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)
