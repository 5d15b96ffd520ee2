"""One connection to the relay, from the opened socket to its end."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from app.records.errors import Down, StoreFull
from app.records.relay import (
    ECHO_S,
    Ack,
    Answer,
    Bye,
    Echo,
    FromAppliance,
    Hello,
    Record,
    Records,
    Welcome,
    Window,
    is_short_echo,
    read_from_relay,
    write,
)

_WELCOME_S = 10.0
_WAITING_MAX = 16
_MS_MAX = 253_402_300_799_000  # the end of the year 9999


class Taken(StrEnum):
    """What became of a record."""

    KEPT = "kept"  # committed
    DUPLICATE = "duplicate"  # committed before
    REFUSED = "refused"  # no genuine callback; it will never be one
    LATER = "later"  # it could not be committed now


class Take(Protocol):
    """The door: verifies, opens, reads and commits one callback; may be given the same one again.

    May raise StoreFull or Down, which mean the same as LATER. It is cancelled when the connection ends
    meanwhile; the record comes again.
    """

    def __call__(self, query: str, body: bytes, received_at: datetime) -> Awaitable[Taken]:
        """Commit it before returning KEPT; `query` as it came, `received_at` as the relay says, aware UTC."""


Check = Callable[[str], Awaitable[str | None]]
"""The answer to the query of a URL check that is genuine, otherwise None."""


@dataclass(slots=True)
class Memory:
    """What outlives a connection: how far which queue is committed, until when checks are answered, counts.

    `after` is 0 where the queue is new to us; a restart forgets both, and costs duplicates alone.
    """

    queue: str = ""
    after: int = 0
    open_until_s: float = 0.0  # of the loop's clock
    counts: Counter[str] = field(default_factory=Counter)

    def open_s(self) -> float:
        """How long checks are answered still; 0 when the window is shut."""
        return max(0.0, self.open_until_s - asyncio.get_running_loop().time())


class Ended(StrEnum):
    """Why a connection ended."""

    LOST = "the connection ended"
    UNREADABLE = "the relay and we cannot read each other; the versions may differ"
    SUPERSEDED = "another appliance took the relay"
    NOT_KEPT = "a record could not be kept"
    SILENT = "the relay did not answer"


class Session:
    """Takes records one after the other, in the order they come in; answers checks meanwhile.

    `note` hears of each frame before it is written.
    """

    def __init__(
        self,
        wire: ClientConnection,
        memory: Memory,
        take: Take,
        check: Check,
        on_ready: Callable[[], None],
        note: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._note = note
        self._wire = wire
        self._memory = memory
        self._take = take
        self._check = check
        self._on_ready = on_ready
        self._waiting: asyncio.Queue[list[Record]] = asyncio.Queue(_WAITING_MAX)

    async def run(self) -> Ended:
        """Until the connection ends."""
        try:
            async with asyncio.timeout(_WELCOME_S):
                await self._greet()
        except TimeoutError:
            return Ended.SILENT
        except ValueError:
            return Ended.UNREADABLE
        except ConnectionClosed:
            return Ended.LOST
        return await self._work()

    async def _greet(self) -> None:
        await self._send(Hello(queue=self._memory.queue, after=self._memory.after))
        match read_from_relay(await self._wire.recv()):
            case Welcome(queue=queue):
                if queue != self._memory.queue:
                    self._memory.queue, self._memory.after = queue, 0
            case _:
                raise ValueError("no welcome")
        await self.tell_window()
        self._on_ready()

    async def tell_window(self) -> None:
        """Say how long checks are answered; raises ConnectionClosed."""
        await self._send(Window(open_s=self._memory.open_s()))

    async def _work(self) -> Ended:
        """Read and take side by side; the first that ends, ends both."""
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(self._read())
            taking = group.create_task(self._take_all())
            done, still = await asyncio.wait((reading, taking), return_when=asyncio.FIRST_COMPLETED)
            for task in still:
                task.cancel()
        return next(iter(done)).result()

    async def _read(self) -> Ended:
        while True:
            try:
                frame = read_from_relay(await self._wire.recv())
            except ConnectionClosed:
                return Ended.LOST
            except ValueError:
                return Ended.UNREADABLE
            match frame:
                case Records(records=records):
                    await self._waiting.put(records)
                case Echo(id=number, query=query):
                    await self._answer(number, query)
                case Bye(reason="superseded"):
                    return Ended.SUPERSEDED
                case _:
                    return Ended.UNREADABLE

    async def _take_all(self) -> Ended:
        """Each frame's records, then one acknowledgement of what was taken of them."""
        while True:
            records = await self._waiting.get()
            all_taken = True
            for record in records:
                all_taken = await self._taken(record)
                if not all_taken:
                    break
                self._memory.after = max(self._memory.after, record.n)
            with suppress(ConnectionClosed):
                await self._send(Ack(n=self._memory.after))
            if not all_taken:
                return Ended.NOT_KEPT

    async def _taken(self, record: Record) -> bool:
        """Whether it is done with for good; counted."""
        outcome = await self._outcome(record) if record.whole else Taken.REFUSED
        self._memory.counts["junk" if outcome is Taken.REFUSED else outcome] += 1
        return outcome is not Taken.LATER

    async def _outcome(self, record: Record) -> Taken:
        received_at = datetime.fromtimestamp(min(record.received_ms, _MS_MAX) / 1000, UTC)
        try:
            return await self._take(record.query, record.body, received_at)
        except (StoreFull, Down):
            return Taken.LATER

    async def _answer(self, number: int, query: str) -> None:
        """Answer a check within its time, if the window is open here as well."""
        text = await self._checked(query) if self._memory.open_s() > 0 else None
        with suppress(ConnectionClosed):
            await self._send(Answer(id=number, text=text))

    async def _checked(self, query: str) -> str | None:
        self._memory.counts["check"] += 1
        try:
            async with asyncio.timeout(ECHO_S):
                text = await self._check(query)
        except TimeoutError:
            return None
        return text if is_short_echo(text) else None

    async def _send(self, frame: FromAppliance) -> None:
        text = write(frame)
        self._note(text)
        await self._wire.send(text)
