"""The queue alone: what it keeps, drops, and counts."""

import sqlite3
from pathlib import Path

import pytest

from app.records.errors import AlreadyRunning, StoreFull
from app.records.relay import BATCH_BYTES
from app.relay.queue import Queue
from app.settings import QueueSettings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "queue.sqlite"


def opened(file: Path, **more: object) -> Queue:
    return Queue(QueueSettings(file=file, **more))


def bodies(queue: Queue, after: int = 0) -> list[bytes]:
    return [record.body for record in queue.after(after, 1000)]


def test_a_number_is_never_used_again(file: Path):
    queue = opened(file)
    for _ in range(3):
        assert queue.put(1, "s", "q", b"x") == ""
    assert queue.drop_to(3) == 3
    name = queue.id
    queue.close()
    queue = opened(file)
    assert (queue.id, queue.last()) == (name, 3)
    queue.put(1, "s", "q", b"y")
    assert [record.n for record in queue.after(0, 10)] == [4]
    queue.close()


def test_what_it_counts_is_what_is_there_also_after_a_restart(file: Path):
    queue = opened(file)
    for n in range(5):
        queue.put(n * 1000, "s", "q", b"x" * n)
    queue.drop_to(1)
    for _ in range(2):
        assert (queue.length, queue.size_bytes, queue.oldest_ms) == (4, 10, 1000)
        queue.close()
        queue = opened(file)
    assert queue.expire(3000) == 2
    assert (queue.length, queue.size_bytes, queue.oldest_ms) == (2, 7, 3000)
    assert queue.drop_to(2**62) == 2
    assert (queue.length, queue.size_bytes, queue.oldest_ms) == (0, 0, None)
    queue.close()


def test_a_batch_ends_with_its_bytes_and_has_at_least_one(file: Path):
    queue = opened(file)
    for _ in range(3):
        queue.put(1, "s", "q", b"x" * BATCH_BYTES)
    assert len(queue.after(0, 10)) == 1
    queue.close()


def test_it_waits_on_the_disk_before_it_says_kept(file: Path):
    queue = opened(file)
    pragmas = {
        name: queue._db.execute(f"pragma {name}").fetchone()[0] for name in ("synchronous", "journal_mode")
    }
    assert pragmas == {"synchronous": 2, "journal_mode": "wal"}
    assert file.stat().st_mode & 0o077 == 0
    queue.close()


def test_a_second_relay_on_the_same_file_is_refused(file: Path):
    queue = opened(file)
    with pytest.raises(AlreadyRunning):
        opened(file)
    queue.close()


def test_a_file_that_is_no_queue_or_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "text").write_text("not a database, but long enough to be read as the head of one" * 20)
    for name in ("text", "none/queue.sqlite"):
        with pytest.raises(StoreFull, match=name):
            opened(tmp_path / name)


def test_a_file_that_breaks_while_it_is_read_or_written_says_so(file: Path):
    queue = opened(file)
    queue.put(1, "s", "q", b"x")
    queue._db.execute("drop table records")
    assert queue.put(1, "s", "q", b"y") == "disk"
    for do in (lambda: queue.after(0, 1), lambda: queue.drop_to(1), lambda: queue.expire(9)):
        with pytest.raises(StoreFull):
            do()
    queue.close()


def test_a_record_that_rotted_is_seen(file: Path):
    queue = opened(file)
    queue.put(1, "s", "q", b"x")
    queue.close()
    with sqlite3.connect(file) as db:
        db.execute("update records set body = x'79'")
    db.close()
    queue = opened(file)
    assert not queue.after(0, 1)[0].whole
    queue.close()
