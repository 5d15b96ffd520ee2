"""Pictures drawn beside the service and laid into the media folder; implements the port `Painter`."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import structlog

import app
from app.outbound.glyphs import characters
from app.outbound.raster import font_file
from app.outbound.wecom.spool import Spool
from app.records.errors import StoreFull
from app.records.media import MediaKind, Sending
from app.records.picture import Sketch

COMMAND = (sys.executable, "-P", "-m", "app.outbound.paint_child")
"""How the child is started; its parent's process id is appended."""

_log = structlog.get_logger(__name__)


class Painter:
    """One child per picture, one at a time, killed after `limit_s`."""

    def __init__(self, spool: Spool, *, limit_s: float = 20.0, command: Sequence[str] = COMMAND) -> None:
        self._spool, self._limit_s = spool, limit_s
        self._command = (*command, str(os.getpid()))
        self._turn = asyncio.Semaphore(1)

    def draws(self, sign: str) -> bool:
        """Whether the font has a character."""
        return ord(sign) in characters(font_file())

    async def paint(self, sketch: Sketch) -> Sending | None:
        """The picture as a file of the media folder; None where it could not be drawn or kept."""
        async with self._turn:
            began = perf_counter()
            drawn = await self._drawn(sketch.svg)
            if not drawn:
                _log.error("picture_undrawn", picture=sketch.name, svg_bytes=len(sketch.svg))
                return None
            took_ms = round((perf_counter() - began) * 1000)
            _log.info("picture", picture=sketch.name, png_bytes=len(drawn), took_ms=took_ms)
        try:
            sha256 = await asyncio.to_thread(self._keep, drawn)
        except StoreFull as fault:
            _log.error("picture_unkept", picture=sketch.name, why=str(fault))
            return None
        return Sending(sha256, sketch.name, MediaKind.IMAGE)

    def _keep(self, drawn: bytes) -> str:
        with self._spool.part() as part:
            part.write(drawn)
            return part.keep()

    async def _drawn(self, svg: str) -> bytes:
        """The PNG file, b"" where there is none."""
        try:
            child = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=_environment(),
                start_new_session=True,  # Ctrl-C in a terminal is for the service alone
            )
        except OSError:
            return b""
        try:
            async with asyncio.timeout(self._limit_s):
                drawn, _ = await child.communicate(svg.encode())
        except (TimeoutError, OSError):
            return b""
        finally:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
        return drawn if child.returncode == 0 else b""


def _environment() -> dict[str, str]:
    """Ours with the package's own folder."""
    home = str(Path(app.__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "MALLOC_ARENA_MAX": "2"}
