"""The unix socket itself: who may connect, one service only, and a session for each console."""

import asyncio
import os
import secrets
import socket
import stat
import struct
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from app.inbound.console.backend import Backend
from app.inbound.console.feed import Feed
from app.inbound.console.lines import Lines
from app.inbound.console.locks import Hold, LockOut, PinDesk, Tick
from app.inbound.console.session import Rooms, Session
from app.records.errors import AlreadyRunning, SettingsWrong
from app.records.pin import hash_pin
from app.records.socket import REQUEST_MAX_BYTES, Answer


def peer_uid(connection: socket.socket) -> int:
    """The uid of the process at the other end, as the kernel gives it (SO_PEERCRED, unix(7))."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    uid: int = struct.unpack("3i", raw)[1]
    return uid


def _hear_nothing(_fault: Exception) -> None:
    return


@dataclass(frozen=True, slots=True)
class Door:
    """How the socket is kept. `allowed` are uids besides the service's own and root."""

    path: Path
    idle_lock_s: float = 180.0
    allowed: Collection[int] = ()
    at_once: int = 32
    write_s: float = 30.0
    peer: Callable[[socket.socket], int] = peer_uid
    tick: Tick = time.monotonic
    on_fault: Callable[[Exception], None] = field(default=_hear_nothing)


class ConsoleServer:
    """Serves consoles on a unix socket of mode 0600 until it is cancelled."""

    def __init__(self, backend: Backend, feed: Feed, door: Door) -> None:
        pins = PinDesk(LockOut(door.tick), stand_in=hash_pin(secrets.token_hex(16)))
        self._rooms = Rooms(backend, feed, pins, door.on_fault)
        self._door = door
        self._open = 0
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Listen, for ever.

        Raises AlreadyRunning when another service answers on the path, SettingsWrong when the path
        cannot be a socket.
        """
        listener = self._bind()
        try:
            async with asyncio.TaskGroup() as group:
                await self._listen(listener, group)
        finally:
            self.ready.clear()
            self._door.path.unlink(missing_ok=True)

    async def _listen(self, listener: socket.socket, group: asyncio.TaskGroup) -> None:
        server = await asyncio.start_unix_server(
            lambda reader, writer: group.create_task(self._serve(reader, writer)),
            sock=listener,
            limit=REQUEST_MAX_BYTES,
        )
        self.ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()

    def _bind(self) -> socket.socket:
        """A bound socket that nobody can reach yet: its mode is set before it listens."""
        path = self._door.path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _clear_stale(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(str(path))
            path.chmod(0o660 if self._door.allowed else 0o600)
        except OSError as fault:
            listener.close()
            raise SettingsWrong(f"console.socket: {path}: {fault.strerror or fault}") from fault
        return listener

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = Lines(reader, writer, self._door.write_s)
        self._open += 1
        try:
            no = self._turn_away(writer)
            if no is None:
                hold = Hold(self._door.idle_lock_s, self._door.tick)
                await Session(lines, self._rooms, hold, own=self._uid(writer) in _own()).run()
            else:
                await lines.say(no)
        finally:
            self._open -= 1
            await lines.close()

    def _turn_away(self, writer: asyncio.StreamWriter) -> Answer | None:
        uid = self._uid(writer)
        if uid not in {*_own(), *self._door.allowed}:
            return Answer(None, ok=False, code="not_allowed", text=f"uid {uid} may not use this console")
        if self._open > self._door.at_once:
            return Answer(None, ok=False, code="too_many", text="too many consoles are open")
        return None

    def _uid(self, writer: asyncio.StreamWriter) -> int:
        return self._door.peer(writer.get_extra_info("socket"))


def _own() -> frozenset[int]:
    """The uids that may do whatever the service may."""
    return frozenset({os.getuid(), 0})


def _clear_stale(path: Path) -> None:
    """Remove a socket that nobody answers on; raises when somebody does, or it is no socket."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise SettingsWrong(f"console.socket: {path} is there and is no socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
        except OSError as fault:
            raise AlreadyRunning(f"{path} is in use: {fault}") from fault
        else:
            raise AlreadyRunning(f"another service answers on {path}")
