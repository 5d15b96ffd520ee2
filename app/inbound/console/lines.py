"""Lines in and out of one connection: bounded, and patient with neither a flood nor a stopped reader."""

import asyncio
from collections.abc import AsyncIterator

from app.records.socket import REQUEST_MAX_BYTES, LineWrong, to_line


class Lines:
    """One connection. `write_s` is how long a client may leave its pipe full before it is dropped."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, write_s: float = 30.0
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._write_s = write_s
        self._turn = asyncio.Lock()

    async def incoming(self) -> AsyncIterator[bytes | LineWrong]:
        """Every line until the end; a line beyond the limit is passed over and named."""
        while (line := await self._next()) is not None:
            yield line

    async def _next(self) -> bytes | LineWrong | None:
        cut = False
        while True:
            try:
                line = await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as over:
                await self._reader.readexactly(over.consumed)
                cut = True
            except (asyncio.IncompleteReadError, ConnectionError):
                return None
            else:
                return _too_long() if cut else line

    async def say(self, said: object) -> None:
        """Write one line. A client that is gone or does not read is hung up, and `incoming` ends.

        It never raises for that, so that whatever a request has begun is brought to its end.
        """
        try:
            async with self._turn, asyncio.timeout(self._write_s):
                self._writer.write(to_line(said))
                await self._writer.drain()
        except (ConnectionError, TimeoutError):
            self._writer.transport.abort()

    async def close(self) -> None:
        """Hang up; what was not read yet is dropped."""
        self._writer.transport.abort()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return


def _too_long() -> LineWrong:
    return LineWrong("line_too_long", f"a line may have {REQUEST_MAX_BYTES} bytes")
