"""The doubles of the web API and of its callbacks alone, as a dry run of an app on loopback."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.doubles.wecom.cards import keys, text
from app.doubles.wecom_app.qyapi import QyapiDouble
from app.doubles.wecom_app.rules import AGENT_ID, CORP_ID, SECRET, WEBHOOK_KEY, MessageSeen
from app.doubles.wecom_app.said import pressed, written
from app.doubles.wecom_app.sealer import Post, Sealer
from app.doubles.wecom_app.sender import CallbackSender
from app.records.sealing_wecom import Seal, read_key

_ECHO = "1616140317555161061"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Called:
    """Whom the double calls back: the receive-URL with its Token and key, and who speaks there.

    `words` are said once the URL is verified; then the first button of each card is pressed.
    """

    url: str
    token: str
    aes_key: str
    person: str = "zhangsan"
    words: str = "3号线停机了"


async def serve(
    port: int,
    faults: Sequence[str] = (),
    *,
    called: Called | None = None,
    people: Sequence[str] = (),
    tell: Tell = lambda _line: None,
) -> None:
    """Serve until cancelled; `people` are in the app's range besides those of the double.

    Raises OwnFault for an unknown fault, OSError when the port is taken, SettingsWrong for a key that
    is none. Port 0 takes a free one; `tell` hears the address and then every request, also from threads.
    """
    news, loop = asyncio.Event(), asyncio.get_running_loop()

    def heard(line: str) -> None:
        tell(line)
        loop.call_soon_threadsafe(news.set)

    sealer = Sealer(Seal(called.token, read_key(called.aes_key), CORP_ID)) if called else None
    with QyapiDouble(port=port, tell=heard) as double:
        for name in faults:
            double.switch(name)
        double.rules.people |= {*people, *([called.person] if called else [])}
        tell(f"web API double at {double.url}, corp id {CORP_ID}, agent id {AGENT_ID}, secret {SECRET}")
        tell(f"webhook at {double.url}/cgi-bin/webhook/send?key={WEBHOOK_KEY}")
        if called is not None and sealer is not None:
            await _call(double, called, sealer, news, tell)
        await asyncio.Event().wait()


async def _call(double: QyapiDouble, called: Called, sealer: Sealer, news: asyncio.Event, tell: Tell) -> None:
    """Verify the receive-URL, say the words, and press what comes until cancelled."""
    async with CallbackSender(called.url) as sender:
        status, echo = await sender.verify(sealer.echo(_ECHO, int(time.time())))
        tell(f"→ verification: HTTP {status}, {'the right' if echo == _ECHO else 'another'} echo")
        said = written(called.person, int(time.time()), called.words, str(time.time_ns()))
        tell(f"→ text of {called.person}: HTTP {await sender.deliver(sealer.seal(said, int(time.time())))}")
        done = 0
        while True:
            await news.wait()
            news.clear()
            came = double.seen.messages[done:]
            done += len(came)
            for message in came:
                if called.person in message.people and keys(message.part):
                    statuses = await sender.deliver(_press(message, called.person, sealer))
                    tell(f"→ click on {text(message.part.get('task_id'))}: HTTP {statuses}")


def _press(message: MessageSeen, person: str, sealer: Sealer) -> Post:
    card = text(message.part.get("card_type")), text(message.part.get("task_id"))
    fields = pressed(person, int(time.time()), card, keys(message.part)[0], message.response_code)
    return sealer.seal(fields, int(time.time()))
