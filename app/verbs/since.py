"""A time on the command line: a day, a moment, or so long ago."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from app.records.answer import utc_now

_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


def since_of(words: str, zone: ZoneInfo, otherwise: datetime) -> datetime:
    """The time that `--since` means, aware UTC; without a zone in plant time, "" is `otherwise`.

    Raises click.BadParameter for what is no time.
    """
    if not words:
        return otherwise
    ago = re.fullmatch(rf"([0-9]+) *({'|'.join(_SECONDS)})", words.strip())
    try:
        if ago:
            return utc_now() - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2]])
        at = datetime.fromisoformat(words.strip())
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{words!r} is no time; write a day or time such as 2026-11-23T08:00, or 90s, 30min, 2h, 3d ago",
            param_hint="--since",
        ) from None
