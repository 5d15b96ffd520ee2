"""`chargehand cloud` through the real command: prices, costs, standing and a measured server."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.cli import main
from app.outbound.store import SqlStore, open_store
from app.records.cloud import MICRO, Attempt, Breaker, Call, Capability, Caps, Payer, Usage
from app.records.message import Message, MessageKind
from app.records.reading import Intent
from app.verbs import cloud as work
from tests.outbound.cloud.loopback import PLAIN, Loopback, document

PEAK = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)  # Friday 10:00 in Beijing and in the plant
USUAL = PEAK + timedelta(hours=2, minutes=30)
ZONE = ZoneInfo("Asia/Hong_Kong")


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str

    @property
    def document(self):
        assert self.returncode == 0, self.stderr
        return json.loads(self.stdout)


@pytest.fixture
def cloud(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, config: Path):
    """Runs the command from its entry, in this process, at a time of its own."""

    def run(*words: object, now: datetime = PEAK) -> Done:
        monkeypatch.setattr(work, "utc_now", lambda: now)
        monkeypatch.setattr(sys, "argv", ["chargehand", "cloud", *map(str, words), "--config", str(config)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(str(ended.value.code)), said.out, said.err)

    return run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(f'data_dir = "{tmp_path}"\n[plant]\ntime_zone = "{ZONE}"\n')
    return file


@pytest.fixture
def store(config: Path):
    """Stays open: the verbs look beside it."""
    opened = open_store(f"sqlite:///{config.parent / 'chargehand.sqlite'}", clock=lambda: PEAK, zone=ZONE)
    yield opened
    opened.close()


def switch_on(config: Path, more: str) -> None:
    config.write_text(f"{config.read_text()}[cloud]\nenabled = true\n{more}")


# Prices.


def price_of(rows: list[dict[str, str]], model: str) -> tuple[str, ...]:
    [row] = [row for row in rows if row["model"] == model]
    return tuple(row[name] for name in ("hit", "miss", "output", "window", "until"))


def test_prices_are_those_of_the_moment_with_their_source_and_end(cloud):
    document = cloud("prices", "--json").document
    assert price_of(document["prices"], "deepseek-flash") == ("0.04", "2", "8", "peak", "2027-03-31")
    assert price_of(document["prices"], "hy4") == ("0.3", "6", "18", "usual", "2027-03-31")
    assert all(row["source"] and row["read"] == "2026-11-22" for row in document["prices"])
    usual = cloud("prices", "--json", now=USUAL).document
    assert price_of(usual["prices"], "deepseek-flash")[:4] == ("0.02", "1", "4", "usual")
    table = cloud("prices").stdout
    assert "deepseek-flash" in table
    assert "Yuan for a million tokens" in table


@pytest.mark.parametrize("words", [("prices",), ("prices", "--json")])
def test_a_model_that_is_set_and_has_no_price_is_told_and_exits_1(cloud, config, words):
    switch_on(config, '[cloud.deepseek]\nenabled = true\nmodel = "deepseek-chat"\n')
    done = cloud(*words)
    assert done.returncode == 1
    assert "deepseek-chat has no price that is valid now: nothing is asked of it" in done.stderr
    if "--json" in words:
        assert json.loads(done.stdout)["missing"] == ["deepseek"]


def test_a_price_that_has_ended_is_no_price(cloud, config):
    switch_on(config, "[cloud.tencent]\nenabled = true\n")
    assert cloud("prices").returncode == 0
    late = cloud("prices", now=datetime(2028, 1, 1, tzinfo=UTC))
    assert (late.returncode, "hy4-flash has no price" in late.stderr) == (1, True)
    assert "not valid" in late.stdout


def test_a_price_file_that_is_wrong_is_named(cloud, config):
    wrong = config.parent / "mine.toml"
    wrong.write_text("[[price]]\n")
    switch_on(config, f'price_file = "{wrong}"\n')
    done = cloud("prices")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"CH-140: {wrong}: price.0." in done.stderr


# Costs.


def payer(decision: str, person: str) -> Payer:
    return Payer(decision, person, Intent.PRODUCTION_SCHEDULE, "A", decision * 8)


async def spend(store: SqlStore, ident: str, at: datetime, cost_micro: int, *payers: Payer) -> None:
    wide = Caps(100 * MICRO, 100 * MICRO, 100 * MICRO, 100)
    call = Call(ident, at, "digest", reserved_micro=2 * cost_micro)
    assert await store.cloud.reserve(call, payers, wide) is None
    usage = Usage(hit=1000, miss=200, output=300, reasoning=40)
    tried = Attempt("deepseek", "deepseek-flash", "deepseek-flash", usage=usage, cost_micro=cost_micro)
    await store.cloud.settle(Call(ident, at, "digest", (tried,), 2 * cost_micro))


@pytest.fixture
def spent(store: SqlStore) -> SqlStore:
    """Yesterday and today some calls, and today two messages."""

    async def seed() -> None:
        await spend(store, "c-0", PEAK - timedelta(days=1), 700_000, payer("D-1", "lee"))
        await spend(store, "c-1", PEAK - timedelta(hours=1), 40_000, payer("D-2", "lee"), payer("D-3", "raj"))
        await spend(store, "c-2", PEAK - timedelta(minutes=1), 30_000, payer("D-4", "raj"))
        for n, at in enumerate((PEAK - timedelta(minutes=9), PEAK - timedelta(minutes=8))):
            message = Message(f"m-{n}", "lee", None, MessageKind.TEXT, "twenty signs in here", at)
            await store.write(lambda book, message=message: book.accept(message))

    asyncio.run(seed())
    return store


def test_costs_are_of_the_plant_s_day_with_the_shadow_price_beside_them(cloud, spent):
    document = cloud("costs", "--by", "person", "--json").document
    assert {line["of"]: line["cost_micro"] for line in document["lines"]} == {"lee": 20_000, "raj": 50_000}
    assert document["total_micro"] == 70_000
    shade = document["shadow"]
    assert (shade["messages"], shade["unpriced"]) == (2, 0)
    assert shade["cost_micro"] > 0
    assert "one request" in shade["method"]
    table = cloud("costs", "--by", "person").stdout
    assert "In all ¥0.0700." in table
    assert "With all 2 messages outside: ¥" in table


def test_costs_since_a_day_and_by_every_group(cloud, spent):
    since = ("--since", "2026-11-26", "--json")
    for by in ("decision", "intent", "facility", "person", "model"):
        document = cloud("costs", "--by", by, *since).document
        assert (document["by"], document["total_micro"]) == (by, 770_000)
        assert sum(line["cost_micro"] for line in document["lines"]) == 770_000


def test_with_nothing_spent_the_shadow_price_is_nothing(cloud, store):
    document = cloud("costs", "--json").document
    assert (document["lines"], document["total_micro"], document["shadow"]["cost_micro"]) == ([], 0, 0)


# Standing.


def test_status_tells_circuits_measurements_keys_and_what_is_left(cloud, spent, config):
    key = config.parent / "key"
    key.write_text("sk-very-secret")
    gone = config.parent / "gone"
    switch_on(
        config,
        f'person_day_cny = 0.01\n[cloud.deepseek]\nenabled = true\nkey_file = "{key}"\n'
        f'[cloud.tencent]\nenabled = true\nkey_file = "{gone}"\n'
        '[cloud.lan]\nbase_url = "http://127.0.0.1:8080/v1"\n',
    )

    async def seed() -> None:
        tripped = Breaker("deepseek", "deepseek-flash", "account", PEAK, PEAK + timedelta(minutes=5))
        await spent.cloud.set_breaker(tripped)
        await spent.cloud.set_capability(
            Capability("http://127.0.0.1:8080/v1", "local", "schema", "b4711", PEAK)
        )

    asyncio.run(seed())
    document = cloud("status", "--json").document
    rows = {row["provider"]: row for row in document["routes"]}
    assert {name: row["key"] for name, row in rows.items()} == {
        "deepseek": "readable",
        "tencent": "NOT READABLE",
        "lan": "none set",
    }
    assert rows["deepseek"]["circuit"] == "open (account), probe 02:05:00Z"
    assert rows["tencent"]["circuit"] == "closed"
    assert rows["lan"]["schema"] == "schema, 2026-11-27"
    assert [(cap["cny"], cap["spent_cny"], round(cap["left_cny"], 6)) for cap in document["caps"]] == [
        (5.0, 0.07, 4.93),
        (60.0, 0.77, 59.23),
        (0.01, 0.05, 0.0),
    ]
    table = cloud("status").stdout
    assert "day: ¥0.0700 of ¥5, ¥4.9300 left" in table
    assert "sk-very-secret" not in table + json.dumps(document)


def test_status_says_that_nothing_is_asked_where_it_is_off(cloud, store):
    assert "Nothing outside is asked: cloud.enabled is false." in cloud("status").stdout


# A server measured.


async def test_a_probe_measures_a_real_server_and_the_service_finds_it(store, config):
    async with Loopback().up() as server:
        server.script = server.says(PLAIN + document('{"colour":"teal-3"}', system_fingerprint="b4711"))
        url = server.target(provider="lan", key="", model="local").base_url
        switch_on(config, f'[cloud.lan]\nbase_url = "{url}"\n')
        said = await asyncio.to_thread(command, "probe", "lan", "--config", str(config))
        assert (said.returncode, said.stderr) == (0, "")
        assert "holds to a schema sent as json_schema" in said.stdout
        found = await store.cloud.capability(url, "local")
    assert (found.form, "b4711" in found.build) == ("json_schema", True)


async def test_a_probe_of_a_server_that_is_away_says_so_and_keeps_nothing(store, config):
    async with Loopback().up() as server:
        url = server.target(provider="lan", key="", model="local").base_url
    switch_on(config, f'[cloud.lan]\nbase_url = "{url}"\n')
    said = await asyncio.to_thread(command, "probe", "lan", "--config", str(config))
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("CH-230: ")
    assert await store.cloud.capability(url, "local") is None


def test_a_probe_without_a_key_says_what_to_set(cloud, store):
    done = cloud("probe", "deepseek")
    assert (done.returncode, "set cloud.deepseek.key_file" in done.stderr) == (1, True)


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "cloud", *words],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip


# Refusals.


@pytest.mark.parametrize(
    "words",
    [
        ("costs", "--by", "planet"),
        ("costs", "--since", "soon"),
        ("probe", "openai"),
        ("probe",),
        ("prices", "now"),
        ("raise",),
    ],
)
def test_wrong_usage_exits_2(cloud, store, words):
    done = cloud(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: " in done.stderr


@pytest.mark.parametrize("words", [("costs",), ("status",), ("probe", "lan")])
def test_without_a_store_it_is_said_what_to_name(cloud, words):
    done = cloud(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no store" in done.stderr
