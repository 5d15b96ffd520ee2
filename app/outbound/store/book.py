"""One write: messages, steps, effects and answers; implements the port `Book`."""

import json
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.outbound.store import attachments, kpis, senders, versions
from app.outbound.store.actions import Hands, carry_out
from app.outbound.store.audit import Chain, received
from app.outbound.store.cards import inbox_of, keep_card, note_fingerprint, write_file
from app.outbound.store.codec import canonical, encode_step
from app.outbound.store.facts import ASSIGNMENTS, DECISIONS, INBOX, META, PLANS, STEPS, SqlFacts
from app.outbound.store.line import Line, adding, clean, listed, number_of, stamp, ticket_of
from app.outbound.store.more import encode_more
from app.outbound.store.tables import AppliedRow, FeedbackRow, OutboxRow, table
from app.outbound.store.undo import take_back
from app.ports import Accepted, Clock
from app.records.action import Action
from app.records.card import Card
from app.records.decision import Decision, Stage, Step
from app.records.errors import OwnFault, StaleDecision
from app.records.kpi import DayFigures
from app.records.media import Sending
from app.records.message import Channel, Message, MessageKind, stream_id
from app.records.plant import Plan
from app.records.versions import Origin

OUTBOX, _APPLIED, _FEEDBACK = table(OutboxRow), table(AppliedRow), table(FeedbackRow)
_NO_BUBBLE = frozenset({MessageKind.CLICK, MessageKind.FEEDBACK})

_SEEN = (
    sa.select(DECISIONS.c.n)
    .join(INBOX, INBOX.c.n == DECISIONS.c.inbox)
    .where(INBOX.c.msgid == sa.bindparam("msgid"), DECISIONS.c.part == 0)
)
_FIRST = sa.select(DECISIONS.c.n).where(DECISIONS.c.inbox == sa.bindparam("which"), DECISIONS.c.part == 0)
_KEEP = adding(INBOX, "n").returning(INBOX.c.n)
_BEGIN = adding(DECISIONS, "n").returning(DECISIONS.c.n)
_INBOX_OF = sa.select(DECISIONS.c.inbox).where(DECISIONS.c.n == sa.bindparam("n"))
_PARTS = sa.select(sa.func.max(DECISIONS.c.part)).where(DECISIONS.c.inbox == sa.bindparam("which"))
_STEP = adding(STEPS)
_MOVE = (
    sa.update(DECISIONS)
    .where(DECISIONS.c.n == sa.bindparam("which"), DECISIONS.c.steps == sa.bindparam("had"))
    .values({name: sa.bindparam(name) for name in ("stage", "steps", "intent", "layer", "updated_at")})
)
_SAY = adding(OUTBOX, "n")
_DONE = sa.select(_APPLIED.c.made, _APPLIED.c.before, _APPLIED.c.reversed_at).where(
    _APPLIED.c.key == sa.bindparam("key")
)
_DO = adding(_APPLIED)
_UNDO = (
    sa.update(_APPLIED).where(_APPLIED.c.key == sa.bindparam("which")).values(reversed_at=sa.bindparam("now"))
)
_PLAN, _PLACE = adding(PLANS), adding(ASSIGNMENTS)
_DROP_PLAN = (
    sa.update(PLANS)
    .where(PLANS.c.id == sa.bindparam("which"), PLANS.c.state == "proposed")
    .values(state="dropped")
)
_SET_META = sa.update(META).where(META.c.key == sa.bindparam("which")).values(value=sa.bindparam("value"))
_NEW_META = adding(META)
_UNVOTE = sa.delete(_FEEDBACK).where(
    _FEEDBACK.c.answer == sa.bindparam("answer"), _FEEDBACK.c.userid == sa.bindparam("userid")
)
_VOTE = adding(_FEEDBACK)
_NO_WHY = {"reasons": "[]", "words": ""}


class SqlBook(SqlFacts):
    """Everything done through it commits together or not at all."""

    def __init__(self, line: Line, chain: Chain, clock: Clock) -> None:
        super().__init__(line)
        self._chain = chain
        self._clock = clock

    # Messages and steps.

    def accept(self, message: Message) -> Accepted:
        """Keep the frame and its fingerprint.

        A msgid or fingerprint seen before changes nothing and returns the first decision.
        """
        row = _inbox_row(message)
        seen = self._seen_before(str(row["msgid"]), message.fingerprint)
        if seen:
            return Accepted(ticket_of(seen[0], "D", 5), fresh=False)
        inbox = self.line.all(_KEEP, row)[0][0]
        if message.fingerprint:
            note_fingerprint(self.line, message.fingerprint, inbox)
        self._keep_attached(inbox, message)
        return Accepted(self._begin(row, inbox, 0), fresh=True)

    def knows(self, message: Message) -> bool:
        """Whether its msgid or fingerprint was seen before."""
        return self._seen_before(clean(message.msgid), message.fingerprint) is not None

    def _seen_before(self, msgid: str, fingerprint: str) -> tuple[int] | None:
        if seen := self.line.one(_SEEN, {"msgid": msgid}):
            return seen
        inbox = inbox_of(self.line, fingerprint) if fingerprint else None
        return self.line.one(_FIRST, {"which": inbox}) if inbox is not None else None

    def _keep_attached(self, inbox: int, message: Message) -> None:
        """What comes beyond what its sender may send is never fetched."""
        refused = "too_many" if message.excess else ""
        attachments.keep(self.line, inbox, message.attached, message.received_at, refused=refused)

    def divide(self, decision: Decision, part: int) -> Decision:
        """Begin another decision of the same message, for its wish number `part` from 1.

        Raises OwnFault when that part was begun before.
        """
        inbox = self.line.all(_INBOX_OF, {"n": _number(decision.id)})[0][0]
        ticket = self._begin(_inbox_row(decision.message), inbox, part)
        return Decision(ticket, decision.message, part=part)

    def further(self, decision: Decision) -> Decision:
        """Begin another decision of the same message, after all that were begun of it."""
        inbox = self.line.all(_INBOX_OF, {"n": _number(decision.id)})[0][0]
        last: int = self.line.all(_PARTS, {"which": inbox})[0][0]
        return self.divide(decision, last + 1)

    def _begin(self, row: dict[str, object], inbox: int, part: int) -> str:
        at = row["received_at"]
        begun = {"inbox": inbox, "part": part, "stage": Stage.RECEIVED.value, "sender": row["sender"],
                 "intent": None, "layer": None, "steps": 0, "created_at": at, "updated_at": at}  # fmt: skip
        number: int = self.line.all(_BEGIN, begun)[0][0]
        self._chain.add(number, 0, str(at), "received", received(tuple(row.values())))
        return ticket_of(number, "D", 5)

    def append(self, decision: Decision, steps: Sequence[Step]) -> Decision:
        """Add steps by the life-cycle table, each with its link of the audit chain.

        Raises StaleDecision when somebody else has moved the decision on, WrongStage when the
        table forbids a step.
        """
        after, number, had = decision, _number(decision.id), len(decision.steps)
        for step in steps:
            after = after.then(step)
        if not steps:
            return after
        self._move(after, number, had, steps[-1].at)
        kept = [
            {"decision": number, "n": n, "kind": step.kind, "body": encode_step(step), "at": stamp(step.at)}
            for n, step in enumerate(steps, had + 1)
        ]
        self.line.many(_STEP, kept)
        for n, row in enumerate(kept, had + 1):
            self._chain.add(number, n, str(row["at"]), str(row["kind"]), str(row["body"]))
        return after

    def _move(self, after: Decision, number: int, had: int, at: datetime) -> None:
        reading = after.reading
        values = {"which": number, "had": had, "stage": after.stage.value, "steps": len(after.steps),
                  "intent": reading.intent.value if reading else None,
                  "layer": reading.layer.value if reading else None, "updated_at": stamp(at)}  # fmt: skip
        if self.line.do(_MOVE, values) != 1:
            raise StaleDecision(f"{after.id} was moved on by somebody else; read it again")

    # Senders.

    def stranger(self, decision: Decision) -> None:
        """Count a message of somebody who is nobody of the plant; what they attached is never fetched."""
        senders.note(self.line, decision, clean(decision.message.sender), decision.message.channel)
        if decision.message.attached:
            attachments.turn_away(self.line, decision.id, "unknown_sender", self._clock())

    def wrote(self, userid: str, message: Message) -> None:
        """Keep under which id a person writes on the message's channel; may be repeated."""
        senders.wrote(self.line, userid, clean(message.sender), message.channel)

    # Effects.

    def apply(self, action: Action, key: str) -> str:
        """Do it, once per `key`; returns what it made (a case or request number) or ""."""
        done = self.line.one(_DONE, {"key": key})
        if done:
            return str(done[0])
        now = self._clock()
        made, before = carry_out(Hands(self, key, now), action)
        row = {"key": key, "kind": action.kind, "made": made, "before": canonical(before), "at": stamp(now),
               "reversed_at": None}  # fmt: skip
        self.line.do(_DO, row)
        return made

    def reverse(self, action: Action, key: str) -> bool:
        """Take back what was applied under `key`, once.

        False when it has no reverse: by its kind, because it never ran, or because the plant has
        gone on since.
        """
        done = self.line.one(_DONE, {"key": key})
        if done is None or done[2] is not None:
            return done is not None
        now = self._clock()
        if not take_back(Hands(self, key, now), action, json.loads(done[1])):
            return False
        self.line.do(_UNDO, {"which": key, "now": stamp(now)})
        return True

    def keep_plan(self, plan: Plan, origin: Origin = Origin()) -> None:
        """Store a proposed plan with how it came about; one that is there already stays as it is."""
        if self.plan_named(plan.id) is not None:
            return
        row = {"id": plan.id, "by": plan.by, "made_at": stamp(plan.made_at), "state": plan.state.value,
               "late_orders": listed(plan.late_orders), "minutes_late": plan.minutes_late,
               "moved": plan.moved, "compared": plan.compared}  # fmt: skip
        self.line.do(_PLAN, row)
        places = [
            {"plan": plan.id, "n": n, "order": a.order, "position": a.position, "machine": a.machine,
             "start": stamp(a.start), "end": stamp(a.end), "lot": a.lot}
            for n, a in enumerate(plan.assignments)
        ]  # fmt: skip
        if places:
            self.line.many(_PLACE, places)
        versions.keep(self.line, plan, origin)

    def keep_figures(self, days: Sequence[DayFigures]) -> None:
        """Set the key figures of each facility's day; may be repeated."""
        kpis.keep(self.line, days)

    def drop_plan(self, plan_id: str) -> None:
        """Drop a proposed plan: nobody chose it. Any other plan stays as it is."""
        self.line.do(_DROP_PLAN, {"which": plan_id})

    # Answers.

    def answer(self, decision: Decision, text: str, *, final: bool = True) -> None:
        """Queue the answer to the decision's sender; at most one final answer per decision.

        The final one finishes the bubble where the message can have one; the rest are pushed, and
        whatever is said about a part after the first. Raises OwnFault for a second final answer,
        when the write ends.
        """
        message, final = decision.message, final and decision.part == 0
        bubble = final and bool(message.req_id) and message.kind not in _NO_BUBBLE
        clicked = final and message.kind is MessageKind.CLICK
        self._say(
            decision=_number(decision.id), recipient=clean(message.conversation),
            in_group=message.chat is not None, text=clean(text), reply_to=clean(message.msgid),
            req_id=clean(message.req_id) if bubble or clicked else "",
            stream=stream_id(decision.id) if bubble else "", final=final, channel=message.channel.value,
            task=clean(message.refers_to) if clicked else "", file="",
            code=clean(message.response_code) if clicked else "",
        )  # fmt: skip

    def notify(
        self, decision_id: str, to: str, text: str, *, channel: Channel = Channel.BOT,
        card: Card | None = None, file: Sending | None = None, group: bool = False,
    ) -> None:  # fmt: skip
        """Queue a push to a person, to the id under which they write on this channel, or to a group.

        Words, and in their place a card, which is kept, or a file.
        """
        if card is not None:
            keep_card(self.line, card, decision_id, to, self._clock)
        recipient = clean(to) if group else self.address_of(to, channel)
        self._say(decision=_number(decision_id), recipient=recipient, in_group=group,
                  text=clean(text), reply_to="", req_id="", stream="", final=False, channel=channel.value,
                  task=card.task_id if card else "", code="", file=write_file(file))  # fmt: skip

    def _say(self, **row: object) -> None:
        now = stamp(self._clock())
        fresh = {"state": "waiting", "attempts": 0, "next_at": now, "doubtful": False, "reason": "",
                 "made_at": now, "claimed_at": None, "sent_at": None}  # fmt: skip
        self.line.do(_SAY, {**row, **fresh})

    # Beside the port.

    def vote(
        self, answer: str, userid: str, vote: int, *, reasons: Sequence[int] = (), words: str = ""
    ) -> None:
        """Keep a person's latest vote on an answer: 1 fits, 2 does not and why, 3 withdraws it."""
        whose = {"answer": clean(answer), "userid": clean(userid)}
        self.line.do(_UNVOTE, whose)
        if vote not in {1, 2}:
            return
        why = {"reasons": listed(list(reasons)), "words": clean(words)} if vote == 2 else _NO_WHY
        about = {"decision": number_of(answer, "D", 5) or 0, "at": stamp(self._clock())}
        self.line.do(_VOTE, {**whose, **about, **why, "vote": vote})

    def set_meta(self, key: str, value: str) -> None:
        """Keep a small fact about the store itself."""
        if self.line.do(_SET_META, {"which": key, "value": value}) == 0:
            self.line.do(_NEW_META, {"key": key, "value": value})


def _inbox_row(message: Message) -> dict[str, object]:
    """The inbox's columns in their order, without the number."""
    return {
        "msgid": clean(message.msgid),
        "sender": clean(message.sender),
        "chat": clean(message.chat) if message.chat is not None else None,
        "kind": message.kind.value,
        "text": clean(message.text),
        "quote": clean(message.quote),
        "refers_to": clean(message.refers_to),
        "req_id": clean(message.req_id),
        "raw": clean(message.raw),
        "received_at": stamp(message.received_at),
        "more": encode_more(message),
    }


def _number(decision_id: str) -> int:
    number = number_of(decision_id, "D", 5)
    if number is None:
        raise OwnFault(f"'{decision_id}' is no ticket; tickets look like D-00042")
    return number
