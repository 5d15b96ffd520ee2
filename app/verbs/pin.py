"""How a person's PIN reaches a verb."""

import sys

import click


def ask_pin() -> str:
    """Typed unseen on a terminal; the first line of standard input where there is none."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return str(click.prompt("PIN", hide_input=True, err=True))
