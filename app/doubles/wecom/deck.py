"""The cards that were dealt: judged, kept under their task_ids, and replaced after a click."""

from dataclasses import dataclass
from typing import Final

from app.doubles.wecom.callbacks import Callback
from app.doubles.wecom.cards import Card, breach, part, shortened, text
from app.doubles.wecom.seen import CardSeen, CardUpdate, Seen
from app.records.answer import utc_now

BAD_PARAMETER: Final = 40058
WRONG_REQ_ID: Final = 846605


@dataclass(slots=True)
class Deck:
    """All cards of one bot; what it refuses is noted as a breach that names the rule."""

    seen: Seen

    def refused(self, cmd: str, card: Card) -> int:
        """The errcode for a new card, 0 when it may be dealt."""
        task_id = card.get("task_id")
        again = task_id in self.seen.cards and f"task_id {task_id} was used before"
        return self._note(cmd, breach(card) or again or "")

    def deal(self, to: str, cmd: str, card: Card) -> None:
        """Keep a card that was accepted."""
        dealt = CardSeen(to, card, utc_now(), cmd)
        self.seen.dealt.append(dealt)
        self.seen.shortened += [f"{cmd}: {each}" for each in shortened(card)]
        if dealt.task_id:
            self.seen.cards[dealt.task_id] = dealt

    def update(self, cmd: str, click: Callback, body: Card) -> int:
        """The errcode for a card in place of the clicked one; once for each click."""
        card = part(body, "template_card")
        errcode = self._note(cmd, self._wrong(click, body) or breach(card))
        if errcode or click.msgid in self.seen.updates:
            return errcode or WRONG_REQ_ID
        self.seen.updates[click.msgid] = dict(body)
        self.seen.shortened += [f"{cmd}: {each}" for each in shortened(card)]
        dealt = self.seen.cards.get(click.task_id)
        if dealt is not None:
            update = CardUpdate(utc_now(), click.msgid, _userids(body), card)
            dealt.updates.append(update)
            self.seen.replaced[click.msgid] = update
        return 0

    def _wrong(self, click: Callback, body: Card) -> str:
        if body.get("response_type") != "update_template_card":
            return "response_type is not update_template_card"
        userids = body.get("userids", [])
        if not isinstance(userids, list) or not all(isinstance(each, str) for each in userids):
            return "userids is not a list of texts"
        task_id = text(part(body, "template_card").get("task_id"))
        return "" if task_id == click.task_id else f"task_id {task_id} is not the one that was clicked"

    def _note(self, cmd: str, wrong: str) -> int:
        if not wrong:
            return 0
        self.seen.breaches.append(f"{cmd}: {wrong}")
        return BAD_PARAMETER


def _userids(body: Card) -> tuple[str, ...]:
    userids = body.get("userids")
    return tuple(map(str, userids)) if isinstance(userids, list) else ()
