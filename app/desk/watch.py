"""The plan in force is watched: where the plant has left it behind, a new one is proposed unasked."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.desk.voice import SYSTEM
from app.planning.question import Cause, causes_of, pose
from app.ports import Clock, Facts, Observation
from app.records.action import OpenCase, PublishPlan, ReportProgress, SetMachine, digest_of
from app.records.decision import Acted, Approved, Decision, Undone
from app.records.message import Message, MessageKind
from app.records.verdict import Wish
from app.settings import Planning

_STIRS = (SetMachine, OpenCase, ReportProgress, PublishPlan)
"""Actions after which the plan is looked at."""

_BY_WATCH = "replan:"
"""How the id of a message begins that the watch sends."""


def is_automatic(decision: Decision) -> bool:
    """Whether the watch asked."""
    return decision.message.sender == SYSTEM.userid and decision.message.msgid.startswith(_BY_WATCH)


class Watch:
    """Decides when to look and whether to ask; a new start forgets reports and looks after a while."""

    def __init__(self, planning: Planning, zone: ZoneInfo, clock: Clock) -> None:
        self._planning, self._zone, self._clock = planning, zone, clock
        self._stirred_at: datetime | None = None
        self._looked_at = clock()

    def hear(self, seen: Iterable[Observation]) -> None:
        """Note steps after which the plan may no longer fit."""
        for observation in seen:
            approved = observation.decision.last(Approved)
            ended = isinstance(observation.step, Acted | Undone)
            if ended and approved is not None and isinstance(approved.action, _STIRS):
                self._stirred_at = self._clock()

    def is_due(self) -> bool:
        """Whether to look: some quiet time after the last report, and every now and then anyway.

        True makes the next one wait again.
        """
        now, planning = self._clock(), self._planning
        if not planning.replan:
            return False
        quiet, every = timedelta(seconds=planning.replan_wait_s), timedelta(seconds=planning.replan_every_s)
        reported = self._stirred_at is not None and now - self._stirred_at >= quiet
        if not reported and now - self._looked_at < every:
            return False
        self._stirred_at, self._looked_at = None, now
        return True

    def look(self, facts: Facts) -> Message | None:
        """What to ask, None where the plan fits, or a proposal for just this waits.

        The same causes against the same plan give the same message id, so that nobody is asked twice.
        """
        now, published = self._clock(), facts.plan()
        if published is None:
            return None
        question = pose(facts, Wish(""), now, self._planning, self._zone)
        threshold = timedelta(minutes=self._planning.replan_minutes)
        causes = causes_of(question, facts.machines(), threshold)
        keys = sorted(cause.key for cause in causes)
        if not keys or any(_covers(waiting, keys) for waiting in facts.held()):
            return None
        msgid = f"{_BY_WATCH}{digest_of([published.id, keys])[:24]}"
        return Message(msgid, SYSTEM.userid, None, MessageKind.TEXT, _words(causes), now, raw="\n".join(keys))


def _words(causes: Iterable[Cause]) -> str:
    return "; ".join(f"{cause.kind} {cause.thing}" for cause in causes)


def _covers(waiting: Decision, keys: list[str]) -> bool:
    """Whether a proposal that waits was made for all of these."""
    return is_automatic(waiting) and set(keys) <= set(waiting.message.raw.split("\n"))
