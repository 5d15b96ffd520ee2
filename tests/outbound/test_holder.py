"""Two services never share a data directory."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.outbound.holder import hold
from app.records.errors import AlreadyRunning, OwnFault

HOLDER = """
import sys, pathlib
from app.outbound.holder import hold
with hold(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_holder_is_refused_naming_the_first_and_death_frees_the_lock(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning, match=f"held by process {other.pid}"), hold(tmp_path):
            pytest.fail("held twice")
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    with hold(tmp_path):
        assert (tmp_path / "chargehand.lock").read_text().strip() == str(os.getpid())


def test_a_directory_that_cannot_be_made_is_a_clear_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OwnFault, match="data_dir"), hold(tmp_path / "file" / "data"):
        pytest.fail("held nothing")
