"""Queue and link under any order of sends, cuts, restarts and refusals.

Everything that was answered 200 is in the queue or committed at every moment, deleted only once it was
committed, and at the end all of it is committed, in order, each once.
"""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.relay import Relay
from tests.relay.scene import (
    Appliance,
    Wire,
    envelope,
    link_settings,
    post,
    relay_settings,
    running,
    tell_of_acks,
)

T = TypeVar("T")


class RelayMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.promised: list[bytes] = []
        self.appliance = Appliance()
        self.number = 0

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.do(self._begin())

    async def _begin(self) -> None:
        self.relay_stack = AsyncExitStack()
        self.wire = Wire(0)
        await self.wire.start()
        await self._open_relay()

    async def _open_relay(self) -> None:
        there = relay_settings(Path(self.folder.name), pull={"batch": 3, "window": 4})
        self.relay = await self.relay_stack.enter_async_context(Relay.opened(there))
        tell_of_acks(self.relay, self.appliance.notice)
        self.wire.lead_to(self.relay.pull.port)

    @rule(count=st.integers(1, 4))
    def send(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            body = envelope(self.number)
            assert self.do(post(self.relay.callback.port, body)) == 200
            self.promised.append(body)

    @rule(way=st.sampled_from(["up", "down"]), after=st.integers(1, 900))
    def cut_later(self, way: str, after: int) -> None:
        self.wire.cut_after[way] = after

    @rule(turns=st.integers(0, 60))
    def go_on(self, turns: int) -> None:
        """The link works for a while: so many turns of the loop on its sockets."""

        async def some() -> None:
            async with running(link_settings(self.wire.port), self.appliance):
                for _ in range(turns):
                    await asyncio.sleep(0)

        self.do(some())

    @rule()
    def go_on_until_something_is_taken(self) -> None:
        if self.appliance.gate.is_set() and not self.appliance.later and self._waiting():
            asked = len(self.appliance.asked)

            async def until() -> None:
                async with running(link_settings(self.wire.port), self.appliance):
                    await self.appliance.until(lambda: len(self.appliance.asked) > asked)

            self.do(until())

    @rule()
    def refuse_for_now(self) -> None:
        waiting = [body for body in self.promised if body not in self.appliance.kept]
        self.appliance.later = set(waiting[1:2])

    @rule()
    def take_again(self) -> None:
        self.appliance.later = set()

    @rule()
    def restart_the_relay(self) -> None:
        async def restart() -> None:
            await self.relay_stack.aclose()
            await self._open_relay()

        self.do(restart())

    def _waiting(self) -> list[bytes]:
        """As the queue's own thread has it, after whatever it was still told to do."""
        return [record.body for record in self.do(self.relay.keeper.after(0, 10_000))]

    @invariant()
    def nothing_is_lost_and_the_order_is_kept(self) -> None:
        if not hasattr(self, "relay"):
            return
        committed, waiting = self.appliance.kept, self._waiting()
        assert committed == self.promised[: len(committed)]
        assert waiting == self.promised[len(self.promised) - len(waiting) :]
        assert len(committed) + len(waiting) >= len(self.promised)

    def teardown(self) -> None:
        if hasattr(self, "relay"):
            self.do(self._end())
        self.runner.close()
        self.folder.cleanup()

    async def _end(self) -> None:
        self.appliance.later = set()
        self.wire.cut_after.clear()
        async with running(link_settings(self.wire.port), self.appliance):
            await self.appliance.until(lambda: self.relay.keeper.length == 0)
        assert self.appliance.kept == self.promised
        await self.relay_stack.aclose()
        await self.wire.close()


TestRelayMachine = RelayMachine.TestCase
TestRelayMachine.settings = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
