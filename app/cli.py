"""The verbs of `chargehand`: 0 on success, 1 on a refusal with a sentence, 2 on wrong usage."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click

from app.records.errors import ChargehandError, OwnFault
from app.settings import Settings, load
from app.verbs.cloud_words import cloud
from app.verbs.double_words import DOUBLES
from app.verbs.egress_words import egress
from app.verbs.feedback_words import feedback
from app.verbs.media_words import media
from app.verbs.people_words import people
from app.verbs.stopping import stoppable
from app.verbs.version_words import VERBS as VERSION_VERBS
from app.verbs.wecom_words import wecom

T = TypeVar("T")

_CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Configuration file; without it /etc/chargehand/config.toml where that exists.",
)
_FILE = click.Path(dir_okay=False, path_type=Path)


def main() -> None:
    """Boundary: main. One sentence for what went wrong, and the exit status."""
    try:
        status = verbs.main(standalone_mode=False)
    except click.ClickException as fault:
        fault.show()
        status = fault.exit_code
    except click.Abort:
        status = 130
    except (ChargehandError, ExceptionGroup) as fault:
        known = _first_known(fault)
        if known is None:
            raise
        click.echo(f"{known.code}: {known}", err=True)
        status = 1
    except BrokenPipeError:
        status = 1
    except asyncio.CancelledError:
        status = 128 + signal.SIGTERM
    sys.exit(status if isinstance(status, int) else 0)


def _first_known(fault: Exception) -> ChargehandError | None:
    """The fault itself, or the first of ours in a group; None when it is a surprise."""
    if isinstance(fault, ExceptionGroup):
        return next((known for part in fault.exceptions if (known := _first_known(part))), None)
    return fault if isinstance(fault, ChargehandError) else None


def _settings(config: Path | None) -> Settings:
    return load(config)[0]


def _run(work: Coroutine[Any, Any, int]) -> int:
    return asyncio.run(stoppable(work))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chargehand")
def verbs() -> None:
    """Chargehand reads what plant staff write, decides what is routine, and asks where it is not."""


@verbs.command()
@click.option(
    "--script", type=_FILE, help="Messages to play, one JSON object a line; default: the shipped shift."
)
@click.option("--out", type=_FILE, help="Write the transcript there, one JSON object a line.")
@click.option("--no-console", is_flag=True, help="Print the transcript and end, also on a terminal.")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path, resolve_path=True), help="Keep the data there."
)
@click.option("--no-model", is_flag=True, help="Rules alone, without the local model.")
def demo(script: Path | None, out: Path | None, no_console: bool, data: Path | None, no_model: bool) -> int:  # noqa: FBT001
    """Run a shift at the demo plant on this machine with nothing else."""
    from app.verbs.demo import DemoOptions, demo  # noqa: PLC0415 - a verb loads only what it needs

    on_terminal = sys.stdout.isatty() and not no_console
    return _run(demo(DemoOptions(script, out, data, with_console=on_terminal, model=not no_model)))


@verbs.command()
@_CONFIG
@click.option("--console", "with_console", is_flag=True, help="Open the console in this terminal as well.")
def serve(config: Path | None, with_console: bool) -> int:  # noqa: FBT001
    """Run the service until SIGTERM."""
    if with_console:
        from app.verbs.desktop import serve_with_console  # noqa: PLC0415

        return _run(serve_with_console(config, _settings(config)))
    from app.main import serve  # noqa: PLC0415

    return _run(serve(_settings(config)))


@verbs.command()
@click.option("--config", type=_FILE, required=True, help="The relay's own TOML file.")
def relay(config: Path) -> int:
    """Take WeCom's callbacks on a host in the DMZ and keep them for the appliance, until SIGTERM."""
    from app.verbs.relay import relay  # noqa: PLC0415

    return _run(relay(config, click.echo))


@verbs.command()
@_CONFIG
@click.option("--socket", type=click.Path(path_type=Path), help="The service's socket.")
@click.option("--language", type=click.Choice(["en", "zh-Hans", "zh-Hant"]), help="Default: from LANG.")
def console(config: Path | None, socket: Path | None, language: str | None) -> int:
    """Open the supervisors' console on a running service."""
    from app.console import run  # noqa: PLC0415

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise OwnFault("the console needs a terminal; `chargehand decision show` works without one")
    return run(socket or _settings(config).socket_path, language)


@verbs.command()
@_CONFIG
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def doctor(config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Show every setting with its source and try every port; change nothing."""
    from app.verbs.doctor import doctor  # noqa: PLC0415

    return _run(doctor(config, as_json=as_json))


@verbs.command()
@_CONFIG
@click.option(
    "--input", "source", type=click.File("r", encoding="utf-8"), default="-", help="Messages, JSONL."
)
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="Meanings, JSONL.")
def classify(config: Path | None, source: Any, output: Any) -> int:
    """Say what messages mean, in batch, without any effect."""
    from app.verbs.classify import classify  # noqa: PLC0415

    return _run(classify(_settings(config), source.read(), output))


@verbs.group()
def plan() -> None:
    """Solve, check, explain and draw problems in files; the plant's own plans and their versions."""


for _verb in VERSION_VERBS:
    plan.add_command(_verb)


_FORMAT = click.option(
    "--format", "form", type=click.Choice(["instance", "plant", "fjs", "json"]), help="Default: guessed."
)


@plan.command()
@click.argument("problem", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_FORMAT
@click.option(
    "--objective",
    type=click.Choice(["makespan", "total_weighted_tardiness"]),
    help="Default: the file's own.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0.0, min_open=True),
    default=30.0,
    show_default=True,
    help="Seconds.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=8, show_default=True)
@click.option("--output", type=_FILE, help="Default: standard output.")
def solve(**options: Any) -> int:
    """Solve PROBLEM and write the plan."""
    from app.verbs.plan import solve  # noqa: PLC0415

    return solve(**options)


@plan.command()
@click.argument("problem", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("plan_file", metavar="PLAN", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_FORMAT
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def check(**options: Any) -> int:
    """Name every constraint of PROBLEM that PLAN breaks, and recompute the objective."""
    from app.verbs.plan import check  # noqa: PLC0415

    return check(**options)


@plan.command()
@click.option("--orders", type=click.IntRange(1, 20_000), default=60, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same plant again.")
@click.option("--full", is_flag=True, help="With crews, furnace loads, materials, lots, overtime; as json.")
@click.option("--form", type=click.Choice(["plant", "json"]), default="plant", show_default=True)
@click.option("--output", type=_FILE, help="Default: standard output.")
def generate(**options: Any) -> int:
    """Make up a plant of three facilities, for trials of `plan solve`."""
    from app.verbs.generate import generate  # noqa: PLC0415

    return generate(**options)


@plan.command()
@click.argument("files", metavar="[PROBLEM PLAN]", nargs=-1, type=_FILE)
@_FORMAT
@_CONFIG
@click.option("--published", is_flag=True, help="The published plan of the service, in place of files.")
@click.option("--plan", "plan_id", default="", help="A plan that the service keeps, such as P-1a2b3c4d.")
@click.option("--text", is_flag=True, help="Text on standard output; the default.")
@click.option("--svg", type=_FILE, help="Write a picture there.")
@click.option("--png", type=_FILE, help="Write a picture there.")
@click.option("--out", type=_FILE, help="Write a picture there: SVG or PNG by the name's ending.")
@click.option("--from", "since", default="", help="In the plan's unit; 2026-11-23T08:00 where it has dates.")
@click.option("--to", "until", default="", help="The same.")
@click.option("--width", type=click.IntRange(40, 20_000), help="Cells of text, or pixels of a picture.")
@click.option("--language", type=click.Choice(["en", "zh-Hans", "zh-Hant"]), help="Default: from LANG.")
def gantt(**options: Any) -> int:
    """Draw PLAN of PROBLEM, or a service's plan: machines by time, as text, SVG or PNG."""
    from app.verbs.gantt import draw  # noqa: PLC0415

    return draw(_settings, **options)


@plan.command()
@click.argument("problem", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("plan_file", metavar="PLAN", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_FORMAT
@click.option("--job", type=click.IntRange(min=0), help="Only this one, late or not; counted from 0.")
@click.option(
    "--limit",
    type=click.FloatRange(min=0.0),
    default=10.0,
    show_default=True,
    help="Seconds for trying changes, all together; 0 tries none.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=8, show_default=True)
@click.option("--language", type=click.Choice(["en", "zh-Hans", "zh-Hant", "yue"]), default="en")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def explain(**options: Any) -> int:
    """Say why orders are late in PLAN, and which single change would free each; nothing is changed."""
    from app.verbs.plan import explain  # noqa: PLC0415

    return explain(**options)


@verbs.group()
def decision() -> None:
    """Look at decisions."""


@decision.command()
@click.argument("decision_id", metavar="ID")
@_CONFIG
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def show(decision_id: str, config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Show one decision, step by step."""
    from app.verbs.look import show  # noqa: PLC0415

    return show(_settings(config), decision_id, as_json=as_json)


@verbs.group()
def audit() -> None:
    """The hash-chained record."""


@audit.command()
@_CONFIG
@click.option("--anchor", help="A hash noted earlier that the chain must contain.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def verify(config: Path | None, anchor: str | None, as_json: bool) -> int:  # noqa: FBT001
    """Walk the chain and name the first bad row."""
    from app.verbs.look import verify  # noqa: PLC0415

    return verify(_settings(config), anchor, as_json=as_json)


verbs.add_command(cloud)
verbs.add_command(egress)
verbs.add_command(people)
verbs.add_command(wecom)
verbs.add_command(media)
verbs.add_command(feedback)


@verbs.group()
def double() -> None:
    """Run one of the shipped doubles alone, as a real server on loopback."""


for _verb in DOUBLES:
    double.add_command(_verb)


@verbs.group()
def learn() -> None:
    """Train what the product learns from data; needs the extra [learn]."""


_DATA = click.option(
    "--data", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Default: the shipped data."
)
_OUTPUT = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Default: the folder of the checkout's models/ that the settings name.",
)


@learn.command()
@_DATA
@_OUTPUT
@_CONFIG
def encoder(data: Path | None, output: Path | None, config: Path | None) -> int:
    """Train the local model itself (an hour on two cores); `learn intent` must follow."""
    from app.verbs.learn import learn_encoder  # noqa: PLC0415

    return learn_encoder(_settings(config), data, output)


@learn.command()
@_DATA
@_OUTPUT
@_CONFIG
def intent(data: Path | None, output: Path | None, config: Path | None) -> int:
    """Train the heads that read intents from the local model's vectors and from runs of characters."""
    from app.verbs.learn import learn_intent  # noqa: PLC0415

    return _run(learn_intent(_settings(config), data, output))


@learn.command()
@_CONFIG
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def update(config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Train anew from what the plant corrected; promote it if no intent got worse than by chance."""
    try:
        from app.verbs.teach import learn_update  # noqa: PLC0415
    except ModuleNotFoundError as fault:
        raise OwnFault(f"training needs {fault.name}: install chargehand[learn]") from fault
    return _run(learn_update(_settings(config), as_json=as_json))


@learn.command()
@_CONFIG
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def history(config: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """List the plant's own heads with their figures, and which one serves."""
    from app.verbs.heads import history  # noqa: PLC0415

    return history(_settings(config), as_json=as_json)


@learn.command()
@_CONFIG
def rollback(config: Path | None) -> int:
    """Go back one head; at last to the shipped one."""
    from app.verbs.heads import rollback  # noqa: PLC0415

    return rollback(_settings(config))


if __name__ == "__main__":
    main()
