"""What people do within the hour: questions alone and in groups, bursts, reports, and presses on cards."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.journeys.hour.gateway import FaultyGateway

APPROVER, ASKER = "lee.wai-man", "raj.kumar"
GROUPS = ("wrKwaiChungShift", "wrFoTanShift")
QUESTIONS = (
    ("raj.kumar", "where is SO-1042 now?"),
    ("chan.siu-ming", "SO-1042做到邊步"),
    ("zhang.wei", "HT-01现在正常吗"),
    ("maria.santos", "how much SS-420 left"),
    ("thomas.okoye", "How much quenching oil do we have left in Tuen Mun?"),
    ("yip.ho-yin", "仲有冇胡桃木手柄呀"),
    ("lau.man-kit", "PL-09又跳掣"),
    ("chen.jing", "SO-9999什么时候能出货"),
    ("liu.yang", "👍👍"),
    ("cheung.tai", "請問SO-1042現在做到哪個工序？"),
    ("thomas.okoye", "received 5 pcs BX-GIFT at Fo Tan, delivery note ok"),
    ("ho.chi-keung", "仲有冇胡桃木手柄呀"),
)
_ASKED_TO_APPROVE = ("issue 701 kg SS-420 to ST-01", "received 703 kg SS-420 from ST-01, delivery note ok")
_UNCLEAR = "blorp the wibble"


@dataclass
class Said:
    """A message or a click, in the order in which people did it."""

    msgid: str
    sender: str
    chat: str | None
    kind: str


@dataclass
class Shift:
    """Says things through the gateway; `said` is what, in its order.

    `lost` are those that died in a socket and had to be delivered again.
    """

    gateway: FaultyGateway
    rng: Random
    said: list[Said] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    _pressed: Counter[str] = field(default_factory=Counter)

    async def work(self, over: asyncio.Event) -> None:
        """Speak until it is over: on average every three seconds, now and then too much at once."""
        while not over.is_set():
            draw = self.rng.random()
            if draw < 0.02:
                await self._burst()
            elif draw < 0.10:
                await self._say(ASKER, self.rng.choice(_ASKED_TO_APPROVE))
            elif draw < 0.24:
                await self._press()
            elif draw < 0.28:
                await self._say(ASKER, _UNCLEAR)
            elif draw < 0.30:
                await self._enter()
            else:
                await self._ask()
            await asyncio.sleep(self.rng.expovariate(1 / 3.0))

    async def _ask(self, chat: str | None = None) -> None:
        sender, text = self.rng.choice(QUESTIONS)
        chat = chat or (self.rng.choice(GROUPS) if self.rng.random() < 0.3 else None)
        await self._say(sender, f"@Chargehand {text}" if chat else text, chat)

    async def _burst(self) -> None:
        """More than a conversation takes in a minute."""
        chat = self.rng.choice((None, *GROUPS))
        sender, text = self.rng.choice(QUESTIONS)
        for _ in range(self.rng.randint(16, 24)):
            if chat is None:
                await self._say(sender, text)
            else:
                await self._ask(chat)
            await asyncio.sleep(self.rng.uniform(0, 0.5))

    async def _press(self) -> None:
        """One of the last cards; a card may be pressed a second time."""
        to = self.rng.choice((APPROVER, APPROVER, ASKER))
        cards = [push.card for push in self.gateway.seen.pushes.get(to, []) if push.card]
        fresh = [
            card for card in cards if self._pressed[str(card["task_id"])] < 1 + (self.rng.random() < 0.1)
        ]
        if not fresh:
            return
        card = self.rng.choice(fresh[-5:])
        buttons = card["button_list"]
        assert isinstance(buttons, list)
        self._pressed[str(card["task_id"])] += 1
        key, said = self.rng.choice(buttons)["key"], self._note(to, None, "click")
        await self.gateway.click(to, str(card["task_id"]), key, msgid=said.msgid)

    async def _enter(self) -> None:
        said = self._note(self.rng.choice(QUESTIONS)[0], None, "enter")
        await self.gateway.event(said.sender, "enter_chat", msgid=said.msgid)

    async def _say(self, sender: str, text: str, chat: str | None = None) -> None:
        said = self._note(sender, chat, "question")
        await self.gateway.say(sender, text, chat=chat, msgid=said.msgid)

    def _note(self, sender: str, chat: str | None, kind: str) -> Said:
        self.said.append(Said(f"h-{len(self.said):05d}", sender, chat, kind))
        return self.said[-1]
