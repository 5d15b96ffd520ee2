"""One service per data directory: a lock that names its holder and dies with it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.records.errors import AlreadyRunning, OwnFault


@contextmanager
def hold(data_dir: Path) -> Iterator[None]:
    """Hold the directory, made if absent with mode 0700, until left.

    Raises AlreadyRunning naming the holder's process id; the kernel frees the lock of a dead one.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data_dir / "chargehand.lock").open("a+", encoding="ascii")
    except OSError as fault:
        raise OwnFault(f"{data_dir}: {fault.strerror}; give the service a data_dir it may write") from fault
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise AlreadyRunning(
                f"{data_dir} is held by process {holder}; stop that service or use another data_dir"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
