"""The contract of the command line, by real processes: exit statuses, streams, file formats."""

import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

LINES = [
    {"at_s": 0.0, "sender": "raj.kumar", "chat": None, "event": "enter_chat"},
    {"at_s": 0.1, "sender": "raj.kumar", "chat": None, "text": "how much SS-304 do we have?"},
    {"at_s": 0.1, "sender": "zhang.wei", "chat": "wrShift", "text": "@Chargehand SS-420 库存多少"},
    {"at_s": 0.2, "sender": "raj.kumar", "chat": None, "text": "received 20 pcs BX-24", "msgid": "twice"},
    {"at_s": 0.2, "sender": "chen.jing", "chat": None, "text": "领用黑色手柄800个到AS-01"},
    {"at_s": 0.3, "sender": "raj.kumar", "chat": None, "text": "received 20 pcs BX-24", "msgid": "twice"},
    {"at_s": 0.3, "sender": "ho.chi-keung", "chat": None, "click": {"decision": "latest", "key": "approve"}},
    {"at_s": 0.4, "sender": "yip.ho-yin", "chat": None, "text": ""},
    {"at_s": 0.5, "sender": "stranger.one", "chat": None, "text": "hello"},
    {
        "at_s": 0.5,
        "sender": "maria.santos",
        "chat": None,
        "text": "SO-1042 status? also how much BX-24 is left?",
    },
    {"at_s": 0.5, "sender": "maria.santos", "chat": None, "text": "when will that order be ready?"},
    {"at_s": 0.6, "sender": "raj.kumar", "chat": None, "feedback": 1},
]
FIELDS = ["msgid", "sender", "chat", "text", "intent", "layer", "stage", "reply", "reply_ms", "decision_id"]


def run(*words: object, env=None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *map(str, words)],
        input=stdin, capture_output=True, text=True, timeout=120, check=False, env=env,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a refusal."""
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def until(true) -> None:
    """Wait until it is true; 30 seconds at most."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise TimeoutError


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A demo that has been played: its process, its transcript, its data."""
    place = tmp_path_factory.mktemp("demo")
    script, out, data = place / "script.jsonl", place / "out.jsonl", place / "data"
    script.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in LINES))
    done = run("demo", "--no-console", "--no-model", "--script", script, "--out", out, "--data", data)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return done, rows, data


@pytest.fixture(scope="module")
def config(played) -> Path:
    return played[2] / "config.toml"


# demo


def test_demo_ends_well_and_prints_the_summary(played):
    done, _, _ = played
    assert done.returncode == 0, done.stderr
    for words in (
        "Messages           12, without an end 0",
        "Audit chain        verified",
        "Cloud calls        0",
    ):
        assert words in done.stdout
    assert done.stderr == "", "no bar and no noise without a terminal"


def test_the_transcript_has_a_line_for_each_message_in_order_with_the_contracts_fields(played):
    _, rows, _ = played
    assert [row["sender"] for row in rows] == [line["sender"] for line in LINES]
    assert [row["chat"] for row in rows] == [line["chat"] for line in LINES]
    assert [row["text"] for row in rows] == [line.get("text", "") for line in LINES]
    assert all(list(row) == FIELDS for row in rows)
    assert all(re.fullmatch(r"D-\d{5}", row["decision_id"]) for row in rows)
    layers = {"rule", "model", "cloud", "person", "unsure"}
    assert {row["layer"] for row in rows} <= layers
    assert all(isinstance(row["reply_ms"], float) for row in rows[:-1])


def test_the_redelivered_line_is_there_with_the_first_ones_decision(played):
    _, rows, _ = played
    assert rows[3] == rows[5]
    assert rows[3]["msgid"] == "twice"


def test_the_stages_of_the_transcript(played):
    _, rows, _ = played
    assert [(row["intent"], row["stage"]) for row in rows] == [
        ("other", "done"),
        ("inventory_check", "done"),
        ("inventory_check", "done"),
        ("inventory_movement", "done"),
        ("inventory_movement", "done"),
        ("inventory_movement", "done"),
        ("approval", "done"),
        ("other", "done"),
        (rows[8]["intent"], "refused"),
        ("order_status", "done"),
        ("order_status", "done"),
        ("other", "done"),
    ]


def test_a_bad_script_line_is_named_and_nothing_is_started(tmp_path):
    script = tmp_path / "bad.jsonl"
    script.write_text(json.dumps(LINES[1]) + '\n{"at_s": 0, "sender": "a"}\n')
    assert "bad.jsonl:2" in refused(run("demo", "--script", script, "--no-console", "--no-model"))
    missing = refused(run("demo", "--script", tmp_path / "none.jsonl", "--no-console"))
    assert "none.jsonl" in missing


# decision and audit


def test_decision_show(played, config):
    ticket = played[1][4]["decision_id"]
    plain = run("decision", "show", ticket, "--config", config)
    assert plain.returncode == 0
    for words in (ticket, "understood", "held", "approved", "by person:ho.chi-keung", "acted"):
        assert words in plain.stdout
    document = json.loads(run("decision", "show", ticket, "--config", config, "--json").stdout)
    assert document["id"] == ticket
    assert [step["kind"] for step in document["steps"]] == ["understood", "held", "approved", "acted"]


def test_decision_show_tells_what_earlier_words_filled_in(played, config):
    asked, then = (row["decision_id"] for row in played[1][9:11])
    shown = run("decision", "show", then, "--config", config).stdout
    assert re.search(r"order=SO-1042; order SO-1042 from D-\d{5}", shown)
    assert asked in shown
    assert asked in played[1][10]["reply"]


@pytest.mark.parametrize("ticket", ["nonsense", "D-99999999999999999999999999"])
def test_a_decision_that_is_not_there_is_refused(config, ticket):
    assert "tickets look like D-00042" in refused(run("decision", "show", ticket, "--config", config))


def test_audit_verify(config):
    done = run("audit", "verify", "--config", config, "--json")
    verified = json.loads(done.stdout)
    assert (done.returncode, verified["first_bad"]) == (0, None)
    assert run("audit", "verify", "--config", config, "--anchor", verified["head"]).returncode == 0
    assert run("audit", "verify", "--config", config, "--anchor", "f" * 64).returncode == 1


def test_a_tampered_store_is_named_by_its_row(config, tmp_path):
    shutil.copy(config.parent / "chargehand.sqlite", tmp_path / "chargehand.sqlite")
    with closing(sqlite3.connect(tmp_path / "chargehand.sqlite")) as store:
        store.execute("update steps set body = replace(body, '800', '900') where kind = 'held'")
        assert store.total_changes == 1
        store.commit()
    there = tmp_path / "config.toml"
    there.write_text(f'data_dir = "{tmp_path}"\n')
    said = refused(run("audit", "verify", "--config", there))
    assert re.search(r"broken: row \d+", said)
    document = run("audit", "verify", "--config", there, "--json")
    assert document.returncode == 1
    assert json.loads(document.stdout)["first_bad"] >= 1


def test_without_a_store_the_way_out_is_named(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(f'data_dir = "{tmp_path}/nowhere"\n')
    assert "--config" in refused(run("audit", "verify", "--config", config))
    assert not (tmp_path / "nowhere").exists()


# classify


def test_classify_reads_and_writes_the_contracts_lines(config, tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    texts = ["GR-03坏了，SO-1042 要改期", "how much SS-304 do we have?", "", "嗰部嘢又唔郁喇"]
    source.write_text("".join(json.dumps({"id": f"m{n}", "text": t}) + "\n" for n, t in enumerate(texts)))
    done = run("classify", "--config", config, "--input", source, "--output", out)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["m0", "m1", "m2", "m3"]
    for row in rows:
        assert list(row) == ["id", "intent", "confidence", "decided", "layer", "entities", "elapsed_ms"]
        assert 0 <= row["confidence"] <= 1
        assert row["layer"] in {"rule", "model", "unsure"}
        assert row["decided"] == (row["layer"] != "unsure")
    assert rows[1]["entities"] == {"item": "SS-304"}
    assert rows[1]["intent"] == "inventory_check"


def test_classify_names_the_line_that_cannot_be_read(config):
    good = '{"id": "m1", "text": "库存"}\n'
    for line, word in (("{", "not JSON"), ('{"id": "m2"}', "text")):
        said = refused(run("classify", "--config", config, stdin=good + line + "\n"))
        assert "line 2" in said
        assert word in said


def test_classify_of_nothing_writes_nothing(config):
    done = run("classify", "--config", config)
    assert (done.returncode, done.stdout) == (0, "")


# doctor


def test_doctor_prints_one_document_with_every_setting_and_its_source(config):
    done = run("doctor", "--config", config, "--json")
    document = json.loads(done.stdout)
    sources = {row["key"]: row["source"] for row in document["settings"]}
    assert sources["wecom.bot.id"] == str(config)
    assert sources["limits.movement_max"] == "built-in"
    findings = {row["name"]: row for row in document["findings"]}
    assert findings["store"]["ok"]
    assert findings["plant"]["ok"]
    assert "24 machines, 25 orders" in findings["plant"]["found"]
    assert not findings["wecom.bot"]["ok"], "the gateway of the demo is gone"
    assert findings["wecom.bot"]["fix"]
    assert done.returncode == 1


def test_doctor_never_prints_a_secret(config):
    done = run("doctor", "--config", config)
    assert (config.parent / "bot.secret").read_text() not in done.stdout + done.stderr


# double


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_double_prints_its_address_and_stops_when_told(stop):
    words = [sys.executable, "-m", "app.cli", "double", "wecom", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as double:
        assert double.stdout is not None
        first = double.stdout.readline()
        assert re.search(r"ws://127\.0\.0\.1:\d+", first), first
        double.send_signal(stop)
        _, err = double.communicate(timeout=30)
    assert (double.returncode, err) == (0, "")


def test_a_double_with_an_unknown_fault_or_a_taken_port_is_refused():
    assert "no fault 'sunspots'" in refused(run("double", "wecom", "--fault", "sunspots"))
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert f"--port {port}" in refused(run("double", "wecom", "--port", port))


def test_a_generated_plant_is_planned_and_checked(tmp_path):
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    made = run("plan", "generate", "--orders", 5, "--seed", 2, "--output", problem)
    assert (made.returncode, made.stdout) == (0, "")
    assert "plant-5-2: 5 orders" in made.stderr
    assert run("plan", "solve", problem, "--time-limit", 1, "--output", plan).returncode == 0
    assert run("plan", "check", problem, plan).returncode == 0
    full = run("plan", "generate", "--orders", 5, "--seed", 2, "--full")
    assert {"crews", "materials"} <= json.loads(full.stdout).keys()


# usage


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["demo", "--nonsense"],
        ["double", "wecom", "--port", "99999"],
        ["decision", "show"],
        ["plan", "solve", "no-such-file.json"],
        ["plan", "generate", "--orders", "0"],
        ["classify", "--input", "no-such-file.jsonl"],
    ],
)
def test_wrong_usage_is_two(words):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage" in done.stderr


def test_help_and_version_are_zero():
    assert run("--help").returncode == 0
    assert "0.1" in run("--version").stdout


def test_the_console_without_a_terminal_says_so(tmp_path):
    assert "needs a terminal" in refused(run("console", "--socket", tmp_path / "none.sock"))


def test_a_demo_that_is_told_to_stop_takes_its_service_with_it(tmp_path):
    script = tmp_path / "long.jsonl"
    script.write_text(json.dumps(LINES[1]) + "\n" + json.dumps({**LINES[1], "at_s": 600.0}) + "\n")
    words = [
        sys.executable,
        "-m",
        "app.cli",
        "demo",
        "--no-console",
        "--no-model",
        "--data",
        str(tmp_path / "d"),
    ]
    with subprocess.Popen([*words, "--script", str(script)], stdout=subprocess.DEVNULL) as demo:
        lock = tmp_path / "d" / "chargehand.lock"
        until((tmp_path / "d" / "console.sock").exists)
        service = int(lock.read_text())
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(timeout=30) == 128 + signal.SIGTERM
    assert not Path(f"/proc/{service}").exists()
