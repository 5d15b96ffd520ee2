"""Senders that nobody knows, listed for IT; whose an id is, said by IT, kept as a decision."""

import asyncio
import json
import os
import pwd
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from app import main
from app.desk.identities import map_sender, unmap_sender
from app.records.action import MapSender
from app.records.answer import utc_now
from app.records.errors import OwnFault
from app.records.plant import Person, Role
from app.settings import Settings

_WIDE = 200

_WHY_NOT: Mapping[str, str] = {
    "no_id": "'{sender}' is no sender's id; `chargehand people unknown` lists those that wrote",
    "own_userid": "'{sender}' is the userid of a person of the plant and stands for nobody else",
    "mapped": "'{sender}' stands for somebody already; `chargehand people unmap {sender}` first",
    "no_person": "there is no person '{userid}'; userids are compared letter by letter",
}

_MAY: Mapping[Role, str] = {
    Role.OPERATOR: "report and ask; approve nothing",
    Role.SUPERVISOR: "report and ask; approve what waits for facility {facility}; take back what was done",
    Role.PLANNER: "report and ask; approve plans, and what waits for a planner, of every facility; "
    "take back what was done",
    Role.QUALITY: "report and ask; approve what waits for quality of facility {facility}",
    Role.IT: "report and ask; approve nothing but what waits for IT",
    Role.AUDITOR: "read everything and change nothing",
}


def list_unknown(settings: Settings, *, limit: int, as_json: bool) -> int:
    """Print senders that are nobody's still, who wrote last first."""
    with main.reading_store(settings) as store:
        found = store.look(lambda facts: facts.strangers(limit))
    if as_json:
        click.echo(_json([asdict(each) for each in found]))
        return 0
    if not found:
        click.echo("Every sender is known.")
        return 0
    zone = ZoneInfo(settings.plant.time_zone)
    _print(
        ("sender id", "by", "messages", "first", "last", "ticket", "WeCom says"),
        (
            (s.sender, s.channel, str(s.messages), _at(s.first_at, zone), _at(s.last_at, zone), s.decision,
             s.userid)
            for s in found
        ),
    )  # fmt: skip
    click.echo("`chargehand people map SENDER-ID USERID` says whose id it is.")
    return 0


def list_mapped(settings: Settings, *, as_json: bool) -> int:
    """Print the ids that stand for a userid."""
    with main.reading_store(settings) as store:
        found = store.look(lambda facts: facts.identities())
    if as_json:
        click.echo(_json([asdict(each) for each in found]))
        return 0
    zone = ZoneInfo(settings.plant.time_zone)
    rows = ((i.sender, i.userid, i.source, _at(i.at, zone), i.decision) for i in found)
    _print(("sender id", "userid", "said by", "since", "ticket"), rows)
    return 0


def map_to_person(settings: Settings, sender: str, userid: str) -> int:
    """Let an id stand for a person, and say what that person may do.

    Raises OwnFault where it may not stand for them.
    """
    mapping, now = MapSender(sender, userid, "it"), utc_now()
    with main.reading_store(settings) as store:
        code = asyncio.run(store.write(lambda book: map_sender(book, mapping, _who(), now)))
        found = store.look(lambda facts: (facts.person(userid), facts.identity(sender)))
    person, identity = found
    if code or person is None or identity is None:
        raise OwnFault(_WHY_NOT[code or "no_person"].format(sender=sender, userid=userid))
    click.echo(f"{sender} now counts as {person.name} ({userid}), {person.role} of {person.facility}.")
    click.echo(f"Whoever writes from it may {_may(person)}.")
    click.echo(f"It is kept as {identity.decision}; `chargehand people unmap {sender}` takes it back.")
    return 0


def unmap_from_person(settings: Settings, sender: str) -> int:
    """Let an id be nobody's again; raises OwnFault where it stands for nobody."""
    with main.reading_store(settings) as store:
        done = asyncio.run(store.write(lambda book: unmap_sender(book, sender, _who(), utc_now())))
    if not done:
        raise OwnFault(f"'{sender}' stands for nobody; `chargehand people mapped` lists those that do")
    click.echo(f"{sender} is nobody's again. What was done from it stays.")
    return 0


def _may(person: Person) -> str:
    return _MAY[person.role].format(facility=person.facility)


def _who() -> str:
    """The account that runs the verb, with the one that became it by sudo."""
    try:
        account = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        account = str(os.getuid())
    before = os.environ.get("SUDO_USER", "")
    return f"server:{account}{f' (sudo by {before})' if before else ''}"


def _print(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(*titles, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, highlight=False).print(table)


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, default=lambda at: at.isoformat())
