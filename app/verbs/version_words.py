"""What `plan list`, `show`, `diff`, `publish` and `revert` take; each loads its work when it is run."""

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
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
_USER = click.option("--user", "userid", required=True, help="Your WeCom userid; your PIN is asked for.")


def _settings(config: Path | None) -> Settings:
    return load(config)[0]


@click.command("list")
@_CONFIG
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@_JSON
def list_plans(config: Path | None, limit: int, as_json: bool) -> int:  # noqa: FBT001
    """List the plant's plans, newest first: who asked for them, and what became of them."""
    from app.verbs.versions import list_versions  # noqa: PLC0415 - a verb loads only what it needs

    return list_versions(_settings(config), limit=limit, as_json=as_json)


@click.command("show")
@click.argument("plan_id", metavar="ID")
@_CONFIG
@_JSON
def show_plan(plan_id: str, config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Show one plan: how it came about, what became of it, what runs where."""
    from app.verbs.versions import show_version  # noqa: PLC0415

    return show_version(_settings(config), plan_id, as_json=as_json)


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@_CONFIG
@_JSON
def diff_plans(before: str, after: str, config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Show what plan B does otherwise than plan A."""
    from app.verbs.versions import diff_versions  # noqa: PLC0415

    return diff_versions(_settings(config), before, after, as_json=as_json)


@click.command("publish")
@click.argument("plan_id", metavar="ID")
@_CONFIG
@_USER
@_JSON
def publish_plan(plan_id: str, config: Path | None, userid: str, as_json: bool) -> int:  # noqa: FBT001
    """Approve the decision that holds a plan; one that nothing holds is proposed again."""
    from app.verbs.versions import press  # noqa: PLC0415

    settings = _settings(config)
    return asyncio.run(press(settings, "publish_plan", plan_id=plan_id, userid=userid, as_json=as_json))


@click.command("revert")
@click.argument("plan_id", metavar="[ID]", default="")
@_CONFIG
@_USER
@_JSON
def revert_plan(plan_id: str, config: Path | None, userid: str, as_json: bool) -> int:  # noqa: FBT001
    """Propose an earlier plan again, made legal under the facts of now; without ID the one before."""
    from app.verbs.versions import press  # noqa: PLC0415

    settings = _settings(config)
    return asyncio.run(press(settings, "revert_plan", plan_id=plan_id, userid=userid, as_json=as_json))


VERBS = (list_plans, show_plan, diff_plans, publish_plan, revert_plan)
