"""What `media list`, `show` and `path` take; each loads its work when it is run."""

from pathlib import Path

import click

from app.settings import load

_CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Configuration file; without it /etc/chargehand/config.toml where that exists.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
_TARGET = click.argument("target", metavar="TICKET")


@click.group()
def media() -> None:
    """Photos, files and videos that people sent."""


@media.command("list")
@_CONFIG
@click.option(
    "--since", default="", help="A day or time such as 2026-11-23T08:00, or 90s, 30min, 2h, 3d ago."
)
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="How many.")
@_JSON
def list_media(config: Path | None, since: str, limit: int, as_json: bool) -> int:  # noqa: FBT001
    """List what people sent, newest last: of which decision, what it is called, what became of it."""
    from app.verbs.media import list_media  # noqa: PLC0415 - a verb loads only what it needs

    return list_media(load(config)[0], since, limit, as_json=as_json)


@media.command("show")
@_TARGET
@_CONFIG
@_JSON
def show_media(target: str, config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Show what came with decision TICKET, or was added to it, to a case or to an order."""
    from app.verbs.media import show_media  # noqa: PLC0415

    return show_media(load(config)[0], target, as_json=as_json)


@media.command("path")
@_TARGET
@click.option("-n", "number", type=click.IntRange(1), help="Only this one, counted from 1; default: all.")
@_CONFIG
def media_path(target: str, number: int | None, config: Path | None) -> int:
    """Print where the files of TICKET lie, one a line, to be copied out."""
    from app.verbs.media import print_paths  # noqa: PLC0415

    return print_paths(load(config)[0], target, number)
