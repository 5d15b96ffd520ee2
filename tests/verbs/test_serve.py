"""A service that cannot start says why in one sentence, exits 1 and leaves no traceback."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.outbound.holder import hold
from app.outbound.store import open_store

CONFIG = """\
data_dir = "{data}"
metrics.listen = "127.0.0.1:{port}"
{top}
[wecom.bot]
url = "ws://127.0.0.1:9"
id = "aibTEST"
secret_file = "{secret}"
{bot}
[model]
{model}
"""


@pytest.fixture
def serve(tmp_path: Path):
    """Runs `serve` on a configuration and returns its one sentence."""
    secret = tmp_path / "secret"
    secret.write_text("s")

    def run(*, top="", bot="", model="enabled = false", port=0, secret=secret) -> str:
        config = tmp_path / "config.toml"
        words = {
            "data": tmp_path / "data",
            "top": top,
            "bot": bot,
            "model": model,
            "port": port,
            "secret": secret,
        }
        config.write_text(CONFIG.format_map(words))
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", "serve", "--config", str(config)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        said = [line for line in done.stderr.splitlines() if not line.startswith("{")]
        assert (done.returncode, len(said), done.stdout) == (1, 1, ""), done.stderr
        assert said[0].startswith("CH-1")
        return said[0]

    return run


def test_a_second_service_on_the_data_directory_names_the_holder(serve, tmp_path):
    with hold(tmp_path / "data"):
        assert f"process {os.getpid()}" in serve()


def test_an_unknown_key_is_told_with_the_nearest_spelling(serve):
    said = serve(bot='heartbeat = "30 s"')
    assert "unknown key 'wecom.bot.heartbeat'" in said
    assert "did you mean 'wecom.bot.heartbeat_s'" in said


def test_a_wrong_unit_is_told_with_the_right_ones(serve):
    said = serve(bot='heartbeat_s = "30 parsecs"')
    assert "wecom.bot.heartbeat_s" in said
    assert "ms, s, min" in said


def test_a_store_of_a_newer_version_is_refused(serve, tmp_path):
    file = tmp_path / "data" / "chargehand.sqlite"
    open_store(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as store:
        store.execute("update alembic_version set version_num = '9999'")
        store.commit()
    said = serve()
    assert "9999" in said
    assert "install the newer version" in said


def test_a_file_that_is_no_store_is_refused_and_kept(serve, tmp_path):
    file = tmp_path / "data" / "chargehand.sqlite"
    file.parent.mkdir()
    file.write_bytes(b"no database at all, but long enough to be read as one" * 20)
    before = file.read_bytes()
    assert "no store of this product" in serve()
    assert file.read_bytes() == before


def test_weights_with_a_wrong_checksum_are_refused(serve, tmp_path):
    weights = tmp_path / "weights.gguf"
    weights.write_bytes(b"GGUF" + bytes(1000))
    said = serve(model=f'enabled = true\nweights_file = "{weights}"')
    assert said.startswith("CH-130")
    assert str(weights) in said


def test_a_missing_or_empty_secret_is_refused(serve, tmp_path):
    assert "wecom.bot.secret_file" in serve(secret=tmp_path / "nowhere")
    empty = tmp_path / "empty"
    empty.touch()
    assert "is empty" in serve(secret=empty)


def test_a_metrics_port_that_is_taken_is_named(serve):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert f"metrics.listen: 127.0.0.1:{port}" in serve(port=port)


def test_a_console_socket_that_cannot_be_is_named(serve, tmp_path):
    said = serve(top=f'console.socket = "{tmp_path}/{"x" * 120}"')
    assert "console.socket" in said


def test_a_seed_file_that_is_missing_is_named(serve, tmp_path):
    assert "no-plant.toml" in serve(top=f'plant.seed_file = "{tmp_path}/no-plant.toml"')


def test_an_unencrypted_gateway_elsewhere_is_refused(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('[wecom.bot]\nurl = "ws://gateway.example.invalid"\n')
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "serve", "--config", str(config)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "loopback only" in done.stderr


def test_notices_by_a_way_that_is_off_are_refused(serve):
    assert "set notices to bot" in serve(top='wecom.notices = "app"')
