"""The shipped shift through a service without the local model, as a person read it.

`shift_by_rules.jsonl` was written from a run and read line by line; a line that changes is a change
of behaviour that somebody must want. A rule decides them, or the n-gram head where the rule leaves
too much unexplained: which of the two is not told apart, because the head is trained anew with new data.
"""

import json
from pathlib import Path

import pytest
import pytest_asyncio

from app.main import verify_chain
from app.settings import load
from app.verbs.demo import read_script, staged
from app.verbs.play import Player
from app.verbs.script import Script

pytestmark = pytest.mark.asyncio(loop_scope="module")
EXPECTED = [
    json.loads(line)
    for line in (Path(__file__).parent / "shift_by_rules.jsonl").read_text(encoding="utf-8").splitlines()
]
DECIDED = {"rule", "model"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rows(tmp_path_factory):
    """The transcript, by line of the script; each line is said when the one before has ended."""
    script, found = read_script(None), {}
    async with staged(tmp_path_factory.mktemp("shift"), model=False) as stage:
        player = Player(stage.gateway, stage.service)
        for part in parts(script):
            for played in await player.play(part, end_timeout_s=30):
                found[len(found) + 1] = played.row
        breaches = stage.gateway.seen.breaches
    assert verify_chain(load(stage.config)[0]).ok
    assert breaches == []
    return found


def parts(script: Script) -> list[Script]:
    """One line each, at once; a vote stays with the answer it is about."""
    whole: list[list] = []
    for line in script.lines:
        now = line.model_copy(update={"at_s": 0.0})
        if line.feedback and whole:
            whole[-1].append(now)
        else:
            whole.append([now])
    return [Script(tuple(lines)) for lines in whole]


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda row: f"{row['line']} {row['sender']}")
async def test_what_is_decided_without_the_local_model(rows, expected):
    row = rows[expected["line"]]
    said = "approve" if row["text"].startswith(("yes ", "approve ")) else row["text"][:40]
    assert (row["sender"], said) == (expected["sender"], expected["text"]), "the shift has changed"
    assert row["layer"] in DECIDED, row["reply"]
    assert (row["intent"], final(row, expected)) == (expected["intent"], expected["stage"]), row["reply"]
    assert expected["said"] in (row["reply"] if final(row, expected) == row["stage"] else expected["said"])


def final(row, expected) -> str:
    """Its stage; what a later line settled was still held when its own line had ended."""
    later = row["stage"] == "held" and expected["stage"] in {"done", "refused"}
    return expected["stage"] if later else row["stage"]


async def test_every_message_has_an_end_and_the_rest_is_asked_back(rows):
    ruled = {expected["line"] for expected in EXPECTED}
    assert all(row is not None for row in rows.values())
    others = [row for number, row in rows.items() if number not in ruled]
    assert {row["layer"] for row in others} <= {"unsure", "person", "model"}
    asked = [row for row in others if row["layer"] == "unsure" and row["sender"] != "stranger.one"]
    assert asked
    assert {row["stage"] for row in asked} == {"held"}
    assert not any("CH-" in (row["reply"] or "") for row in rows.values())
