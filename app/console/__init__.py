"""The supervisors' console: a client of the service's socket that sees records and words, never the desk."""

import asyncio
import os
from pathlib import Path

from app.records.answer import utc_now


def run(socket: Path, language: str | None = None) -> int:
    """Show the console until its user leaves; returns the exit status.

    `language` is a code such as zh-Hant, None for the terminal's own. The service need not run yet.
    """
    return asyncio.run(run_async(socket, language))


async def run_async(socket: Path, language: str | None = None) -> int:
    """The same inside a running loop."""
    from app.console.app import ConsoleApp  # noqa: PLC0415 - Textual is loaded only when a screen is shown
    from app.console.client import Client  # noqa: PLC0415
    from app.console.words import Words, language_of  # noqa: PLC0415

    shown, no_font = language_of(language, dict(os.environ))
    words = Words(shown)
    note = words("say.no_chinese") if no_font else ""
    status = await ConsoleApp(Client(socket, words.language), words, utc_now, note).run_async()
    return status or 0
