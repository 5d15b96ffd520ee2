"""What `egress list` takes; it loads its work when it is run."""

from pathlib import Path

import click

from app.settings import load


@click.group()
def egress() -> None:
    """Everything that left this machine."""


@egress.command("list")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Configuration file; without it /etc/chargehand/config.toml where that exists.",
)
@click.option(
    "--since", default="", help="A day or time such as 2026-11-23T08:00, or 90s, 30min, 2h, 3d ago."
)
@click.option(
    "--limit", type=click.IntRange(0), default=100, show_default=True, help="The last so many; 0 is all."
)
@click.option("--channel", default="", help="Only this way out, such as wecom.bot.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("--body", "with_body", is_flag=True, help="What was sent as well, where it is no secret.")
def list_entries(
    config: Path | None,
    since: str,
    limit: int,
    channel: str,
    as_json: bool,  # noqa: FBT001
    with_body: bool,  # noqa: FBT001
) -> int:
    """List what left this machine, newest last: when, whereto, what for, and the hash of what was sent."""
    from app.verbs.egress import Wanted, list_egress  # noqa: PLC0415 - a verb loads only what it needs

    settings = load(config)[0]
    return list_egress(settings, Wanted(since, limit, channel), as_json=as_json, with_body=with_body)
