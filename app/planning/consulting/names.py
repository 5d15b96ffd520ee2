"""Aliases back into the plant's names, and what may be repeated of a name that an answer made up."""

import re
from collections.abc import Mapping

from app.planning.consulting.asked import Envelope

_ALIAS = re.compile(r"[CFHJKMPSWY][0-9]{1,4}")


def reals(envelope: Envelope) -> Mapping[tuple[str, str], str]:
    """The plant's name by kind and alias."""
    return {(each.kind, each.alias): each.real for each in envelope.aliases}


def alias_or_mark(said: str) -> str:
    """The word itself where it looks like an alias, else a mark: nothing else is ever repeated."""
    return said if _ALIAS.fullmatch(said) else "(no alias)"
