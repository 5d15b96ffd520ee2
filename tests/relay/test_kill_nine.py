"""The relay as its own process: killed between its 200 and the pull, it has lost nothing."""

import asyncio
import json
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from tests.relay.scene import Papers, envelope, link_settings, post, running


def configured(folder: Path, papers: Papers) -> Path:
    tls = {
        "cert_file": papers.relay[0],
        "key_file": papers.relay[1],
        "client_ca_file": papers.authority,
    }
    lines = ['metrics_listen = "127.0.0.1:0"', "[callback]", 'listen = "127.0.0.1:0"', "[pull]"]
    lines += ['listen = "127.0.0.1:0"', *[f"{name} = {json.dumps(str(file))}" for name, file in tls.items()]]
    lines += ["[queue]", f"file = {json.dumps(str(folder / 'queue.sqlite'))}"]
    file = folder / "relay.toml"
    file.write_text("\n".join(lines))
    return file


async def started(config: Path) -> tuple[Process, int, int]:
    """The process, the port for callbacks and the one for the appliance."""
    words = [sys.executable, "-m", "app.cli", "relay", "--config", str(config)]
    relay = await asyncio.create_subprocess_exec(*words, stdout=PIPE)
    assert relay.stdout is not None
    line = (await relay.stdout.readline()).decode()
    ports = re.findall(r"port (\d+)", line)
    return relay, int(ports[0]), int(ports[1])


def number(body: bytes) -> int:
    return int(body.partition(b"<Encrypt><![CDATA[")[2][:8])


async def killed(relay: Process) -> None:
    relay.send_signal(signal.SIGKILL)
    await relay.wait()


async def callers(port: int, numbers: range, stop: asyncio.Event) -> list[bytes]:
    """What was answered 200, posted one after the other until the relay is gone."""
    kept = []
    for number in numbers:
        try:
            if await post(port, envelope(number)) == 200:
                kept.append(envelope(number))
        except (OSError, asyncio.IncompleteReadError):
            break
        if len(kept) >= 5:
            stop.set()
    return kept


async def test_killed_after_a_200_it_has_lost_nothing(tmp_path: Path, papers: Papers):
    config = configured(tmp_path, papers)
    promised: list[bytes] = []
    for again in range(3):
        relay, port, _ = await started(config)
        some = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            calling = [
                group.create_task(callers(port, range(start, start + 100), some))
                for start in range(again * 1000, again * 1000 + 400, 100)
            ]
            await some.wait()
            await killed(relay)
        promised += [body for task in calling for body in task.result()]
    assert len(promised) >= 15
    relay, _, pull = await started(config)
    async with running(link_settings(pull, papers)) as appliance:
        await appliance.until(lambda: set(promised) <= set(appliance.kept))
        for caller in {number(body) // 100 for body in promised}:
            ours = [number(body) for body in appliance.kept if number(body) // 100 == caller]
            assert ours == sorted(ours)
    relay.terminate()
    assert await relay.wait() == 128 + signal.SIGTERM


async def test_two_relays_never_share_a_queue(tmp_path: Path, papers: Papers):
    config = configured(tmp_path, papers)
    relay, _, _ = await started(config)
    words = [sys.executable, "-m", "app.cli", "relay", "--config", str(config)]
    second = await asyncio.create_subprocess_exec(*words, stderr=PIPE)
    _, said = await second.communicate()
    assert second.returncode == 1
    assert b"CH-121" in said
    await killed(relay)


async def test_what_runs_in_the_dmz_holds_no_key_and_no_way_to_one(tmp_path: Path, papers: Papers):
    """Neither in what it imports nor in its memory: the appliance's secrets are nowhere given to it."""
    token, key = "Tk7" + "q" * 20, "Kx9" + "w" * 40
    body = envelope(7)
    relay, port, pull = await started(configured(tmp_path, papers))
    async with running(link_settings(pull, papers)) as appliance:
        appliance.echoes = {token: key}
        assert await post(port, body) == 200
        await appliance.until(lambda: appliance.kept == [body])
        image = memory_of(relay.pid)
        assert b"ToUserName" in image, "the search finds what is there"
        assert token.encode() not in image
        assert key.encode() not in image
    await killed(relay)


def memory_of(pid: int) -> bytes:
    parts = []
    with Path(f"/proc/{pid}/maps").open() as maps, open(f"/proc/{pid}/mem", "rb") as memory:  # noqa: PTH123
        for line in maps:
            span, mode, *rest = line.split()
            if mode.startswith("rw") and not rest[-1].startswith("[v"):
                start, end = (int(text, 16) for text in span.split("-"))
                try:
                    memory.seek(start)
                    parts.append(memory.read(end - start))
                except OSError:
                    continue
    return b"".join(parts)
