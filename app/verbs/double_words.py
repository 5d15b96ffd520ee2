"""What `double wecom`, `double wecom-app` and `double cloud` take; each loads its work when it is run."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from app.records.errors import OwnFault
from app.verbs.stopping import stoppable

_PORT = click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 picks one.")
_PHOTOS = frozenset({".png", ".jpg", ".jpeg", ".gif"})


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@_PORT
@click.option(
    "--fault",
    "faults",
    multiple=True,
    help="A fault to switch on, such as late_ack, or media.truncated for the media host; may be repeated.",
)
@click.option(
    "--script",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Script lines to play once a client has subscribed.",
)
@click.option(
    "--attach", type=_FILE, multiple=True, help="A file that is sent to the client first; may be repeated."
)
@click.option("--sender", default="dry.run", show_default=True, help="The userid that it comes from.")
def wecom(
    port: int, faults: tuple[str, ...], script: Path | None, attach: tuple[Path, ...], sender: str
) -> int:
    """A WeCom gateway for the AI bot's long connection, and the host of what people attach."""
    from app.doubles.wecom.alone import serve  # noqa: PLC0415 - a verb loads only what it needs
    from app.doubles.wecom.media_host import Enclosed  # noqa: PLC0415
    from app.doubles.wecom.script import Line  # noqa: PLC0415

    lines: Sequence[Line] = ()
    if script:
        from app.verbs.demo import read_script  # noqa: PLC0415 - brings the whole service

        lines = read_script(script).lines
    attached = [
        Enclosed(each.read_bytes(), each.name, "image" if each.suffix.lower() in _PHOTOS else "file")
        for each in attach
    ]
    return _run(port, serve(port, faults, lines=lines, attached=attached, sender=sender, tell=click.echo))


@click.command("wecom-app")
@_PORT
@click.option("--fault", "faults", multiple=True, help="A fault to switch on, such as busy; may be repeated.")
@click.option(
    "--callback", help="A receive-URL to verify and to call, such as http://127.0.0.1:9465/wecom/app."
)
@click.option("--token-file", type=_FILE, help="File that holds its Token; with --callback.")
@click.option("--aes-key-file", type=_FILE, help="File that holds its EncodingAESKey; with --callback.")
@click.option("--person", default="zhangsan", show_default=True, help="The userid that speaks and clicks.")
@click.option("--text", "words", default="3号线停机了", show_default=True, help="What it says.")
def wecom_app(port: int, faults: tuple[str, ...], callback: str | None, **options: Any) -> int:
    """WeCom's web API for a self-built app, and with --callback the callbacks that go to it."""
    from app.doubles.wecom_app import Called, serve  # noqa: PLC0415

    called, person = None, options["person"]
    if callback:
        token, key = (_secret(options, name) for name in ("token_file", "aes_key_file"))
        called = Called(callback, token, key, person, options["words"])
    return _run(port, serve(port, faults, called=called, people=[person], tell=click.echo))


def _secret(options: dict[str, Any], name: str) -> str:
    file = options[name]
    if file is None:
        raise click.UsageError(f"--callback needs --{name.replace('_', '-')}")
    return str(file.read_text(encoding="utf-8").strip())


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


DOUBLES = (wecom, wecom_app, cloud)
