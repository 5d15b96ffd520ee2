"""Key presses: approve, refuse and undo, each with its rights checked in the same write."""

from dataclasses import replace

from app import policy
from app.desk.ends import Ends
from app.desk.page import Page
from app.desk.voice import Voice
from app.ports import Clock
from app.records.action import Settle, action_hash
from app.records.answer import Say
from app.records.decision import Acted, Approved, Stage, Undone
from app.records.socket import Reply


class Keys:
    """What a person's key does to a decision; a no is a reply with its code, nothing is raised for it."""

    def __init__(self, ends: Ends, voice: Voice, clock: Clock) -> None:
        self._ends, self._voice, self._clock = ends, voice, clock

    def settle(self, page: Page, settle: Settle, userid: str) -> Reply:
        """Yes or no to what is held, as this person; an empty digest means what is held now."""
        target, person = page.book.decision(settle.decision), page.book.person(userid)
        hold = target.hold if target else None
        if target is None or hold is None or hold.action is None or person is None:
            return self._voice.reply("not_waiting", person, settle.decision)
        no = policy.why_not_approve(person, hold, page.book.userid(target.message.sender))
        if no:
            return self._voice.reply(no, person, target.id)
        digest = settle.digest or action_hash(hold.action)
        if hold.that_may_run(digest) is None:
            return self._voice.reply("changed", person, target.id)
        after = self._ends.settle_other(page, replace(settle, digest=digest), person)
        return self._voice.reply(
            "" if after.stage in {Stage.DONE, Stage.REFUSED} else "facts_changed", person, after.id
        )

    def undo(self, page: Page, decision_id: str, userid: str) -> Reply:
        """Take a done action back, where the person may and it has a reverse."""
        target, person = page.book.decision(decision_id), page.book.person(userid)
        acted, approved = (target.last(Acted), target.last(Approved)) if target else (None, None)
        if target is None or person is None or target.stage is not Stage.DONE or not (acted and approved):
            return self._voice.reply("not_done", person, decision_id)
        if not policy.may_undo(person, page.book.userid(target.message.sender)):
            return self._voice.reply("wrong_role", person, target.id)
        if not page.book.reverse(approved.action, acted.key):
            return self._voice.reply("no_reverse", person, target.id)
        say = Say("desk.undone", {"person": person.name})
        after = page.append(target, (Undone(self._clock(), f"person:{userid}", say),))
        self._voice.tell(page, after, say, final=False)
        return self._voice.reply("", person, after.id)
