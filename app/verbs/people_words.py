"""What `people unknown`, `mapped`, `map` and `unmap` take; each loads its work when it is run."""

from pathlib import Path

import click

from app.settings import Settings, load

_CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Configuration file; without it /etc/chargehand/config.toml where that exists.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
_SENDER = click.argument("sender", metavar="SENDER-ID")


def _settings(config: Path | None) -> Settings:
    return load(config)[0]


@click.group()
def people() -> None:
    """Who writes: senders that nobody knows, and whose ids theirs are."""


@people.command()
@_CONFIG
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="How many.")
@_JSON
def unknown(config: Path | None, limit: int, as_json: bool) -> int:  # noqa: FBT001
    """List senders that are no person of the plant, who wrote last first."""
    from app.verbs.people import list_unknown  # noqa: PLC0415 - a verb loads only what it needs

    return list_unknown(_settings(config), limit=limit, as_json=as_json)


@people.command()
@_CONFIG
@_JSON
def mapped(config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """List the sender ids that stand for a person, and who said so."""
    from app.verbs.people import list_mapped  # noqa: PLC0415

    return list_mapped(_settings(config), as_json=as_json)


@people.command("map")
@_SENDER
@click.argument("userid")
@_CONFIG
def map_(sender: str, userid: str, config: Path | None) -> int:
    """Let what SENDER-ID writes count as said by USERID, from the next message on; it is kept who did so."""
    from app.verbs.people import map_to_person  # noqa: PLC0415

    return map_to_person(_settings(config), sender, userid)


@people.command()
@_SENDER
@_CONFIG
def unmap(sender: str, config: Path | None) -> int:
    """Let SENDER-ID be nobody's again; what it did stays."""
    from app.verbs.people import unmap_from_person  # noqa: PLC0415

    return unmap_from_person(_settings(config), sender)
