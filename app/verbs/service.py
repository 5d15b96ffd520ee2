"""The service as a child of this process, with the words of its console socket."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from app.records.errors import Down, OwnFault
from app.records.socket import REPLY_MAX_BYTES


class Line:
    """A connection to a service's console socket that asks and waits for the reply."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next = 0

    @classmethod
    async def open(cls, socket: Path) -> "Line":
        """Connect; raises Down when nobody answers."""
        try:
            return cls(*await asyncio.open_unix_connection(str(socket), limit=REPLY_MAX_BYTES))
        except OSError as fault:
            raise Down(f"no service at {socket}: {fault.strerror}") from fault

    async def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        """The reply to one request; raises Down when the service went away."""
        self._next += 1
        request = json.dumps({"id": self._next, "verb": verb, **fields}) + "\n"
        try:
            self._writer.write(request.encode())
            await self._writer.drain()
            while True:
                row = json.loads(await self._reader.readuntil(b"\n"))
                if isinstance(row, dict) and row.get("id") == self._next:
                    return row
        except (OSError, asyncio.IncompleteReadError) as fault:
            raise Down("the service went away") from fault

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            return


class Service:
    """`chargehand serve` in a process of its own, on a configuration file."""

    def __init__(
        self, config: Path, socket: Path, log: Path, environ: Mapping[str, str] | None = None
    ) -> None:
        self._config = config
        self._log = log
        self._environ = environ
        self.socket = socket
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Spawn it; returns at once."""
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "app.cli",
                "serve",
                "--config",
                str(self._config),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self._environ) if self._environ is not None else None,
            )

    async def listening(self, *, timeout_s: float) -> None:
        """Wait until its console socket answers; raises as `ready` does."""
        await self._until(lambda _status: True, timeout_s)

    async def ready(self, *, model: bool, timeout_s: float) -> None:
        """Wait until it takes messages, and until the model lane does when `model`.

        Raises OwnFault with the end of its log when it stops or is not ready in time.
        """
        await self._until(
            lambda status: status["link"] == "up" and (not model or status["lane"] == "up"), timeout_s
        )

    async def _until(self, true: Callable[[dict[str, Any]], bool], timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                while not await self._is(true):
                    self._still_there()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise OwnFault(f"the service was not ready within {timeout_s:g} s\n{self.log_end()}") from None

    async def _is(self, true: Callable[[dict[str, Any]], bool]) -> bool:
        try:
            line = await Line.open(self.socket)
            try:
                return true((await line.ask("status"))["result"]["status"])
            finally:
                await line.close()
        except Down:
            return False

    def _still_there(self) -> None:
        if self.process is not None and self.process.returncode is not None:
            raise OwnFault(f"the service stopped with {self.process.returncode}\n{self.log_end()}")

    def log_end(self) -> str:
        """The last lines of its log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])

    async def kill(self) -> None:
        """SIGKILL, as a power cut would for the process."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            await self.process.wait()

    async def stop(self, grace_s: float = 10.0) -> int:
        """SIGTERM and wait; SIGKILL after `grace_s`. Returns the exit status."""
        if self.process is None:
            return 0
        if self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), grace_s)
            except TimeoutError:
                await self.kill()
        return self.process.returncode or 0


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Service]:
    """The service, started, and stopped whatever happens."""
    await service.start()
    try:
        yield service
    finally:
        await service.stop()
