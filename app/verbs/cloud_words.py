"""What `cloud prices`, `costs`, `status` and `probe` take; each loads its work when it is run."""

from pathlib import Path

import click

from app.records.cloud import PROVIDERS, Provider
from app.settings import Settings, load

_CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Configuration file; without it /etc/chargehand/config.toml where that exists.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
_GROUPS = ("decision", "intent", "facility", "person", "model")


def _settings(config: Path | None) -> Settings:
    return load(config)[0]


@click.group()
def cloud() -> None:
    """The models outside: what they cost, how they stand, what a server can do."""


@cloud.command()
@_CONFIG
@_JSON
def prices(config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Show what every known model costs now, where that was read, and until when it holds."""
    from app.verbs import cloud as work  # noqa: PLC0415 - a verb loads only what it needs

    return work.prices(_settings(config), as_json=as_json)


@cloud.command()
@_CONFIG
@click.option("--since", default="", help="A day or time, or 2h, 3d ago; default: the plant's day.")
@click.option("--by", type=click.Choice(_GROUPS), default="intent", show_default=True, help="Grouped by.")
@_JSON
def costs(config: Path | None, since: str, by: str, as_json: bool) -> int:  # noqa: FBT001
    """Show what calls cost, and what every message would have cost outside, with the method."""
    from app.verbs import cloud as work  # noqa: PLC0415

    return work.costs(_settings(config), since=since, by=by, as_json=as_json)


@cloud.command()
@_CONFIG
@_JSON
def status(config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Show each provider: on or off, key, circuit, schema; and what is left of each cap of money."""
    from app.verbs import cloud as work  # noqa: PLC0415

    return work.status(_settings(config), as_json=as_json)


@cloud.command()
@click.argument("provider", type=click.Choice(PROVIDERS))
@_CONFIG
@_JSON
def probe(provider: Provider, config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Measure whether a server holds its answers to a schema, and keep that for the service."""
    from app.verbs import cloud as work  # noqa: PLC0415

    return work.probe(_settings(config), provider, as_json=as_json)
