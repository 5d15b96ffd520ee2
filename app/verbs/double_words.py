"""What `double wecom` and `double cloud` take; each loads its work when it is run."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from app.records.errors import OwnFault
from app.verbs.stopping import stoppable

_PORT = click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 picks one.")


@click.command()
@_PORT
@click.option("--fault", "faults", multiple=True, help="A fault to switch on; may be repeated.")
@click.option(
    "--script",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Script lines to play once a client has subscribed.",
)
def wecom(port: int, faults: tuple[str, ...], script: Path | None) -> int:
    """A WeCom gateway for the AI bot's long connection."""
    from app.doubles.wecom.alone import serve  # noqa: PLC0415 - a verb loads only what it needs
    from app.verbs.demo import read_script  # noqa: PLC0415

    lines = read_script(script).lines if script else ()
    return _run(port, serve(port, faults, lines=lines, tell=click.echo))


@click.command()
@_PORT
@click.option(
    "--kind",
    type=click.Choice(["deepseek", "tencent", "lan"]),
    default="deepseek",
    show_default=True,
    help="Whom it behaves like.",
)
@click.option("--fault", "faults", multiple=True, help="A fault to switch on, such as F-16; may be repeated.")
@click.option(
    "--mood",
    type=click.Choice(["good", "infeasible", "hallucinated", "stale", "none", "mixed"]),
    default="good",
    show_default=True,
    help="How good the plans are that it proposes.",
)
def cloud(port: int, kind: Any, faults: tuple[str, ...], mood: Any) -> int:
    """A provider of language models, asked for schedule wishes."""
    from app.doubles.cloud import serve  # noqa: PLC0415

    return _run(port, serve(port, kind, faults, mood=mood, tell=click.echo))


def _run(port: int, serving: Coroutine[Any, Any, None]) -> int:
    """Serve until told to stop."""
    try:
        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            asyncio.run(stoppable(serving))
    except OSError as fault:
        raise OwnFault(f"--port {port}: {fault.strerror}; choose another, or 0") from fault
    return 0


DOUBLES = (wecom, cloud)
