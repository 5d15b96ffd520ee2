"""What people are told: sentences in their language, with the ticket and the layer at the foot."""

from collections.abc import Callable
from dataclasses import replace

from app.desk.cards import WORDS_MAX, Render
from app.desk.page import Page
from app.ports import Book, Clock
from app.records.answer import Catalogue, Notice, Say
from app.records.card import Card
from app.records.decision import Decision, layer_of
from app.records.message import Channel, Language, MessageKind
from app.records.plant import Person, Role
from app.records.reading import Carried, Layer
from app.records.socket import Reply

SYSTEM = Person("sys", "Chargehand", "", Role.PLANNER, Language.EN)
"""Who asks when the clock does; it is told nothing and can approve nothing.

The id is the one that WeCom keeps for itself and every door turns away: nobody can write under it.
"""


MakeCard = Callable[[Render], Card | None]
"""A card in the words of who gets it, None for none."""


class Voice:
    """Renders what is said and queues it in the same write as what it speaks of.

    `channel` is the way to people who did not ask.
    """

    def __init__(self, catalogue: Catalogue, clock: Clock, channel: Channel = Channel.BOT) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self.channel = channel
        self.zone = catalogue.zone

    def render(self, say: Say, language: Language) -> str:
        """The sentence in a language."""
        return self._catalogue.render(say, language, self._clock())

    def tell(self, page: Page, decision: Decision, say: Say, *, final: bool) -> None:
        """Answer the sender; `final` finishes the bubble, otherwise it is pushed."""
        if decision.message.sender == SYSTEM.userid or decision.message.kind is MessageKind.FEEDBACK:
            return
        reading = decision.reading
        layer = layer_of(decision) or Layer.RULE
        language = reading.language if reading else Language.HANT
        foot = Say("desk.foot", {"ticket": decision.id, "layer": Say(f"words.layer.{layer}")})
        told = (say, *map(_as_in, reading.carried if reading else ()), foot)
        page.answer(decision, "\n".join(self.render(each, language) for each in told), final=final)

    def notify(
        self, book: Book, decision: Decision, notice: Notice, card: MakeCard = lambda _render: None
    ) -> None:
        """Push to somebody who did not ask; a person who is not known is passed over.

        Words that do not fit the card that is made are said before it.
        """
        person = book.person(notice.to)
        if person is None:
            return
        text, made = self.render(notice.say, person.language), card(self.reading(person.language))
        if made is not None and len(made.words) > WORDS_MAX:
            book.notify(decision.id, person.userid, text, channel=self.channel)
        book.notify(decision.id, person.userid, text, channel=self.channel, card=made)

    def reading(self, language: Language) -> Render:
        """Renders in a language."""
        return lambda say: self.render(say, language)

    def ask(self, book: Book, decision: Decision, sender: Person, text: str, card: Card) -> None:
        """Push a card to the sender, who asked alone, the way they wrote."""
        book.notify(decision.id, sender.userid, text, channel=decision.message.channel, card=card)

    def reply(self, code: str, person: Person | None, ticket: str) -> Reply:
        """What the console reads after a key press; an empty code is a yes."""
        say = Say(f"desk.press.{code or 'ok'}", {"ticket": ticket})
        return Reply(not code, code, self.render(say, person.language if person else Language.EN))


def with_place(notice: Notice, place: str, value: str) -> Notice:
    """The notice with one more place filled; as it is when the value is empty."""
    say = notice.say
    return replace(notice, say=Say(say.key, {**say.values, place: value})) if value else notice


def _as_in(carried: Carried) -> Say:
    """Which thing was taken from earlier words, so that a wrong guess shows."""
    if not carried.ticket:
        return Say("desk.as_above", {"thing": carried.value})
    return Say("desk.as_in", {"thing": carried.value, "ticket": carried.ticket})
