"""The mirror over real HTTP on loopback."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.outbound.lane.mirror import fetch
from app.outbound.lane.weights import locate
from app.records.errors import Down, ModelWrong, TurnedDown
from app.settings import Model

CONTENT = b"weights" * 50_000


class Mirror(ThreadingHTTPServer):
    """Serves CONTENT; the first `broken` answers end half-way."""

    daemon_threads = True
    broken = 0
    status = 200
    asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/tiny.gguf"


class Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        self.server.asked += 1
        half = self.server.asked <= self.server.broken
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2] if half else CONTENT)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with Mirror(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_broken_transfer_is_begun_again(mirror: Mirror, tmp_path: Path) -> None:
    mirror.broken = 2
    seen: list[tuple[int, int]] = []
    fetch(mirror.url, tmp_path / "x", len(CONTENT), pause_s=0, progress=lambda *at: seen.append(at))
    assert (tmp_path / "x").read_bytes() == CONTENT
    assert mirror.asked == 3
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_after_three_broken_transfers_the_mirror_is_down(mirror: Mirror, tmp_path: Path) -> None:
    mirror.broken = 3
    with pytest.raises(Down, match="3 attempts"):
        fetch(mirror.url, tmp_path / "x", len(CONTENT), pause_s=0)


def test_a_server_in_trouble_is_tried_again_a_refusal_is_not(mirror: Mirror, tmp_path: Path) -> None:
    mirror.status = 503
    with pytest.raises(Down):
        fetch(mirror.url, tmp_path / "x", len(CONTENT), pause_s=0)
    assert mirror.asked == 3
    mirror.status = 404
    with pytest.raises(TurnedDown, match="404"):
        fetch(mirror.url, tmp_path / "x", len(CONTENT), pause_s=0)
    assert mirror.asked == 4


def test_an_endless_file_is_cut_off(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(TurnedDown, match="longer than"):
        fetch(mirror.url, tmp_path / "x", 1000, pause_s=0)


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(Down):
        fetch("http://127.0.0.1:9/x", tmp_path / "x", 5, pause_s=0)


@pytest.mark.parametrize("right", [True, False])
def test_the_checksum_decides(mirror: Mirror, tmp_path: Path, *, right: bool) -> None:
    digest = hashlib.sha256(CONTENT if right else b"else").hexdigest()
    folder = tmp_path / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "manifest.toml").write_text(
        f'name = "tiny"\nfile = "tiny.gguf"\nsha256 = "{digest}"\nsize_bytes = {len(CONTENT)}\n'
        'date = 2026-11-23\nlicence = "MIT"\nquantisation = "F16"\n'
        f'[source]\nkind = "mirror"\nurl = "{mirror.url}"\n'
    )
    if right:
        assert locate(Model(name="tiny"), folder.parent, tmp_path / "cache").sha256 == digest
        locate(Model(name="tiny"), folder.parent, tmp_path / "cache")
        assert mirror.asked == 1
    else:
        with pytest.raises(ModelWrong, match="nothing was kept"):
            locate(Model(name="tiny"), folder.parent, tmp_path / "cache")
        assert not list((tmp_path / "cache").glob("*.gguf"))
