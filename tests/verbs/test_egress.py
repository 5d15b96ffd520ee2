"""`egress list` through the real command on a real store: what was noted, and nothing else."""

import base64
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.cli import main
from app.outbound.store import SqlStore, open_store
from app.records.egress import Leaving, leaving

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # in Hong Kong
WECOM, CLOUD = "openws.work.weixin.qq.com:443", "api.deepseek.com:443"


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def egress(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs the command from its entry, in this process."""

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["chargehand", "egress", "list", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(str(ended.value.code)), said.out, said.err)

    return run


def made() -> list[Leaving]:
    text = '{"cmd":"aibot_send_msg","text":"三点\x1b[2J 🏭"}'.encode()
    return [
        leaving(NOON, WECOM, "wecom.bot", "subscribe", "secret", b"the secret of the bot"),
        leaving(NOON + timedelta(seconds=1), WECOM, "wecom.bot", "answer", "message", text, "D-00042"),
        leaving(NOON + timedelta(hours=3), CLOUD, "cloud", "ask", "schedule", b"A" * 5000, "D-00043"),
        leaving(NOON + timedelta(hours=4), WECOM, "wecom.bot", "media", "media", b"\xff\xd8\x00", "D-00043"),
    ]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(f'data_dir = "{tmp_path}"\n[plant]\ntime_zone = "Asia/Hong_Kong"\n')
    return file


@pytest.fixture
def store(config: Path):
    """Stays open: the list is read beside it."""
    opened = open_store(f"sqlite:///{config.parent / 'chargehand.sqlite'}")
    for entry in made():
        opened.ledger.note(entry)
    opened.ping_now()
    yield opened
    opened.close()


def test_the_installed_command_lists_beside_an_open_store(store: SqlStore, config: Path):
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "egress", "list", "--json", "--config", str(config)],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert [each["sha256"] for each in json.loads(done.stdout)] == [entry.sha256 for entry in made()]


def test_json_has_every_field_of_what_was_noted(egress, store: SqlStore, config: Path):
    done = egress("--config", config, "--json", "--body")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert [each.pop("n") for each in found] == [1, 2, 3, 4]
    for document, entry in zip(found, made(), strict=True):
        text, packed = document.pop("body", None), document.pop("body_base64", None)
        body = base64.b64decode(packed) if packed else None if text is None else text.encode()
        assert body == entry.body
        assert body is None or hashlib.sha256(body).hexdigest() == document["sha256"]
        assert datetime.fromisoformat(document.pop("at")) == entry.at
        assert document == {
            "destination": entry.destination, "channel": entry.channel, "purpose": entry.purpose,
            "decision": entry.decision, "data_class": entry.data_class, "size_bytes": entry.size_bytes,
            "sha256": entry.sha256,
        }  # fmt: skip
    assert not [each for each in json.loads(egress("--config", config, "--json").stdout) if "body" in each]
    assert "secret of the bot" not in done.stdout


def test_the_table_is_in_plant_time_and_ends_with_totals(egress, store: SqlStore, config: Path):
    done = egress("--config", config)
    assert done.returncode == 0
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["time", "destination", "purpose", "decision", "data", "bytes", "sha256"]
    second = made()[1]
    assert lines[2] == [
        "2", "2026-11-23", "12:00:01", WECOM, "answer", "D-00042", "message", str(second.size_bytes),
        second.sha256[:12],
    ]  # fmt: skip
    assert done.stdout.splitlines()[-2:] == [
        "cloud: 1 entries, 5000 bytes (ask 1)",
        f"wecom.bot: 3 entries, {21 + second.size_bytes + 3} bytes (answer 1, media 1, subscribe 1)",
    ]


def test_a_body_in_the_table_cannot_command_a_terminal(egress, store: SqlStore, config: Path):
    done = egress("--config", config, "--body", "--since", "2026-11-23T12:00", "--limit", 0)
    assert "\x1b" not in done.stdout
    assert "三点\\x1b[2J 🏭" in done.stdout
    assert "(sealed)" in done.stdout


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["--limit", 2], [3, 4]),
        (["--limit", 0], [1, 2, 3, 4]),
        (["--channel", "wecom.bot", "--limit", 2], [2, 4]),
        (["--channel", "fax"], []),
        (["--since", "2026-11-23T12:00:01"], [2, 3, 4]),
        (["--since", "2026-11-23T04:00:01+00:00"], [2, 3, 4]),
        (["--since", "2026-11-24"], []),
        (["--since", "2026-11-23"], [1, 2, 3, 4]),
    ],
)
def test_a_part_of_the_list(egress, store: SqlStore, config: Path, words: list[object], numbers: list[int]):
    found = json.loads(egress("--config", config, "--json", *words).stdout)
    assert [each["n"] for each in found] == numbers


def test_a_limit_is_told(egress, store: SqlStore, config: Path):
    said = egress("--config", config, "--limit", 1).stdout
    assert "the last 1 of 4; --limit 0 shows all" in said
    assert "wecom.bot: 3 entries" in said


def test_durations_count_back_from_now(egress, store: SqlStore, config: Path):
    now = datetime.now(UTC)
    for hours in (30, 1):
        store.ledger.note(leaving(now - timedelta(hours=hours), CLOUD, "later", f"h{hours}", "none", b""))
    store.ping_now()
    for since, purposes in (("2h", ["h1"]), ("119 min", ["h1"]), ("2d", ["h30", "h1"]), ("59s", [])):
        found = json.loads(
            egress("--config", config, "--json", "--channel", "later", "--since", since).stdout
        )
        assert [each["purpose"] for each in found] == purposes


@pytest.mark.parametrize(
    "since", ["yesterday", "2 weeks", "2026-13-01", "-2h", "9" * 30 + "d", "0001-01-01", "h"]
)
def test_a_time_that_is_none_is_wrong_usage(egress, config: Path, since: str):
    done = egress("--config", config, "--since", since)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no time; write a day or time such as 2026-11-23T08:00" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_store_there_is_a_sentence(egress, config: Path):
    done = egress("--config", config)
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no store in" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_empty_list_says_so(egress, config: Path):
    open_store(f"sqlite:///{config.parent / 'chargehand.sqlite'}").close()
    assert egress("--config", config).stdout == "Nothing left in that time.\n"
    assert json.loads(egress("--config", config, "--json").stdout) == []
