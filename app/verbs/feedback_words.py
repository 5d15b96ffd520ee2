"""What `feedback` takes; it loads its work when it is run."""

from pathlib import Path

import click

from app.settings import load


@click.command()
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Configuration file; without it /etc/chargehand/config.toml where that exists.",
)
@click.option(
    "--since",
    default="",
    help="A day or time such as 2026-11-23, or 2h, 3d ago; its whole day counts. 14 days without it.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def feedback(config: Path | None, since: str, as_json: bool) -> int:  # noqa: FBT001
    """Tell what people think of the answers: thumbs by meaning, by layer and by day."""
    from app.verbs.feedback import tell  # noqa: PLC0415 - a verb loads only what it needs

    return tell(load(config)[0], since, as_json=as_json)
