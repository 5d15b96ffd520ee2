"""The gateway's double with faults that strike once each, and with a list of every command it heard."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from app.doubles.wecom.callbacks import Callback
from app.doubles.wecom.faults import JUNK
from app.doubles.wecom.gateway import GatewayDouble
from app.doubles.wecom.rules import Rules

_RESPOND, _SEND, _UPDATE = "aibot_respond_msg", "aibot_send_msg", "aibot_respond_update_msg"
_WELCOME = "aibot_respond_welcome_msg"
_BACK_S = 300.0  # seconds within which the client must be back
_ALL = frozenset({_RESPOND, _SEND, _UPDATE, _WELCOME})

CODES: Mapping[str, frozenset[str]] = {
    "-1": _ALL,
    "45009": _ALL,
    "45033": _ALL,
    "846605": _ALL - {_SEND},
    "846607": frozenset({_SEND}),
    "846608": frozenset({_RESPOND}),
}
"""Refusals that strike once, and the commands that may meet them."""

ACKS = frozenset({"no_ack", "late_ack", "slow_ack"})
"""Faults of one acknowledgement."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A command of a subscribed connection: when, in the loop's seconds, and what it was told."""

    at: float
    cmd: str
    callback: Callback | None
    body: Mapping[str, Any]
    errcode: int


class _Strict(Rules):
    """The rules, with faults that strike one command each; whatever is judged is listed."""

    def __init__(self, gateway: "FaultyGateway", known: Rules) -> None:
        super().__init__(gateway.seen, gateway.faults, singles=known.singles, now=known.now)
        self.gateway, self.heard = gateway, list[Heard]()
        self.codes, self.acks, self.met = list[str](), list[str](), list[str]()

    def meet(self, callback: Callback) -> None:
        self.met.append(callback.msgid)
        super().meet(callback)

    def judge(self, live: Mapping[str, Callback], cmd: str, req_id: str, body: Mapping[str, object]) -> int:
        self._spoil_ack(body)
        code = next((each for each in self.codes if cmd in CODES[each]), None)
        if code is None:
            errcode = super().judge(live, cmd, req_id, body)
        else:
            self.codes.remove(code)
            self.gateway.struck[code] += 1
            errcode = int(code)
        self.heard.append(Heard(self.now(), cmd, live.get(req_id), body, errcode))
        return errcode

    def of(self, msgids: Collection[str]) -> list[Heard]:
        """What answered these callbacks, for whoever looks for the cause."""
        return [each for each in self.heard if each.callback and each.callback.msgid in msgids]

    def _spoil_ack(self, body: Mapping[str, object]) -> None:
        """An unfinished bubble's is not late: an end need not wait for it longer than a second."""
        self.faults -= ACKS
        stream = body.get("stream")
        interim = isinstance(stream, dict) and not stream.get("finish")
        name = next((each for each in self.acks if not (interim and each == "late_ack")), None)
        if name is not None:
            self.acks.remove(name)
            self.faults.add(name)
            self.gateway.struck[name] += 1


class FaultyGateway(GatewayDouble):
    """`strike` plays a fault now or lays it for the next command it fits; `struck` counts those that hit.

    `now` is monotonic, in seconds; every window is counted by it.
    """

    def __init__(self, rng: Random, now: Callable[[], float], **how: Any) -> None:
        super().__init__(now=now, **how)
        self.rng, self.struck = rng, Counter[str]()
        self.strict = self.rules = self._hearing.rules = _Strict(self, self.rules)

    async def strike(self, name: str) -> None:
        """Play or lay a fault of WEIGHTS."""
        if name in CODES:
            self.strict.codes.append(name)
        elif name in ACKS:
            self.strict.acks.append(name)
        else:
            await self._at_once(name)
            self.struck[name] += 1

    def clear(self) -> None:
        """Take away what was laid and has not struck."""
        self.strict.codes.clear()
        self.strict.acks.clear()
        self.faults -= ACKS

    async def _at_once(self, name: str) -> None:
        match name:
            case "close_1000" | "close_1001":
                await self.drop("clean", int(name[-4:]))
            case "abort":
                await self.drop("abort")
            case "silence":
                await self.drop("silent")
            case "superseded":
                await self.supersede(lingers=self.rng.random() < 0.5)
            case "duplicate":
                await self.redeliver(self.rng.choice(self.strict.met[-20:]))
            case "zombie" | "subscribe_refused" | "redelivered":
                await self._until_connected(name)
            case "not_listening":
                await self.drop("abort")
                await self.refuse_connections(self.rng.uniform(1, 20))
            case _:
                await self.play(name)

    async def _until_connected(self, name: str) -> None:
        """A fault that lasts until the client is back, or has been turned away once."""
        back, away = self.seen.subscribes + 1, self.seen.refused_subscribes + 1
        if name == "zombie":
            self.faults -= ACKS  # those belong to commands that are judged
            self.faults.add("zombie")
            await self.wait_for_subscribes(back, timeout=_BACK_S)
            self.faults.discard("zombie")
            return
        await self.drop("abort")
        if name == "subscribe_refused":
            self.faults.add("refuse_subscribe")
            await self.wait_for(lambda seen: seen.refused_subscribes >= away, timeout=_BACK_S)
            self.faults.discard("refuse_subscribe")
        else:
            await self.wait_for_subscribes(back, timeout=_BACK_S)
            for msgid in self.strict.met[-5:]:
                await self.redeliver(msgid)


WEIGHTS: Mapping[str, int] = {
    "close_1000": 15, "close_1001": 15, "abort": 25, "silence": 6, "zombie": 15, "superseded": 3,
    "subscribe_refused": 12, "not_listening": 6, "redelivered": 20, "duplicate": 90,
    "no_ack": 60, "late_ack": 40, "slow_ack": 70,
    "-1": 40, "45009": 30, "45033": 30, "846605": 45, "846607": 20, "846608": 45,
    "big_frame": 23, **{name: 26 for name in JUNK if name != "big_frame"},
}  # fmt: skip
"""How many of a thousand faults are of each kind."""


def chosen(rng: Random, number: int) -> list[str]:
    """So many faults in random order, at most a thousand: of each kind at least one where there is room."""
    deck = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
    if number < len(deck):
        deck = list(WEIGHTS) + rng.sample(deck, max(0, number - len(WEIGHTS)))
    rng.shuffle(deck)
    return deck[:number]
