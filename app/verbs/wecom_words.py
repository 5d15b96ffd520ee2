"""What `wecom window open`, `close` and `status` take; each loads its work when it is run."""

import asyncio
from pathlib import Path

import click

from app.settings import Settings, load

_CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Configuration file; without it /etc/chargehand/config.toml where that exists.",
)
_USER = click.option(
    "--user",
    "userid",
    default="",
    help="Your WeCom userid; your PIN is asked for. Not needed as root or as the service's own account.",
)


def _settings(config: Path | None) -> Settings:
    return load(config)[0]


@click.group()
def wecom() -> None:
    """The service's side of WeCom's admin console."""


@wecom.group()
def window() -> None:
    """When WeCom's check of the callbacks' address is answered: only while IT lets it."""


@window.command("open")
@_CONFIG
@_USER
@click.option(
    "--minutes", type=click.IntRange(1, 60), default=10, show_default=True, help="It shuts by itself."
)
def open_(config: Path | None, userid: str, minutes: int) -> int:
    """Answer checks from now on; then press Save in the admin console."""
    from app.verbs.wecom import set_window  # noqa: PLC0415 - a verb loads only what it needs

    return asyncio.run(set_window(_settings(config), userid, minutes=minutes))


@window.command()
@_CONFIG
@_USER
def close(config: Path | None, userid: str) -> int:
    """Answer checks no more."""
    from app.verbs.wecom import set_window  # noqa: PLC0415

    return asyncio.run(set_window(_settings(config), userid, minutes=0))


@window.command()
@_CONFIG
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def status(config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Say whether checks are answered now, and for how long still."""
    from app.verbs.wecom import show_window  # noqa: PLC0415

    return asyncio.run(show_window(_settings(config), as_json=as_json))
