"""Pictures: what was asked for is drawn and sent, and a plan that waits is shown to who decides."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.desk.ends import Ends
from app.desk.page import Page
from app.desk.parts import Parts
from app.desk.voice import SYSTEM, Voice
from app.planning.gantt.of_plan import Looker, chart_of_plan
from app.planning.gantt.wording import Speak
from app.planning.picture.plan import draw_plan
from app.planning.picture.shift import draw_shift
from app.planning.shift.gathering import gather_shift
from app.planning.shift.telling import lines, told
from app.ports import Facts
from app.records.action import PublishPlan
from app.records.answer import Notice, Say
from app.records.decision import Decision, Stage
from app.records.media import Sending
from app.records.message import Channel, Language
from app.records.picture import Picture, PlanPicture, ShiftPicture, Sketch
from app.records.plant import Person

_PROBE = {Language.HANS: "计划", Language.HANT: "計劃", Language.YUE: "計嘅", Language.EN: "Plan"}
"""A font that lacks these cannot say anything in the language."""

Files = Mapping[Language, Sending | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is said with a picture, the picture in each language that is read, and who gets it unasked."""

    said: Say
    sketches: Mapping[Language, Sketch]
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class _Drafts:
    """The picture in the languages of these readers."""

    sketch: Callable[[Language], Sketch]
    made: dict[Language, Sketch] = field(default_factory=dict)

    def of(self, languages: Iterable[Language]) -> Mapping[Language, Sketch]:
        for language in languages:
            if language not in self.made:
                self.made[language] = self.sketch(language)
        return self.made


class Pictures:
    """Draws outside of any write; what is drawn is queued in one."""

    def __init__(self, parts: Parts, ends: Ends, voice: Voice) -> None:
        self._parts, self._ends, self._voice = parts, ends, voice

    async def answer(self, decision: Decision, picture: Picture) -> Callable[[Page], Decision]:
        """Draw what was asked for; the write that ends the decision with it."""
        shown = await self._parts.store.read(lambda facts: self._look(facts, decision, picture))
        files = await self._paint(shown)
        return lambda page: self._end(page, decision, shown, files)

    async def show_held(self, decision: Decision) -> Callable[[Page], None] | None:
        """Draw the plan that waits, for who may approve it; None where there is nothing to show.

        Best effort: a stop in the middle leaves the words and the card, which are what counts.
        """
        wanted = self._parts.planning.send_picture and self._voice.channel is Channel.BOT
        if not wanted or self._parts.painter is None:
            return None
        shown = await self._parts.store.read(lambda facts: self._held(facts, decision))
        if shown is None:
            return None
        files = await self._paint(shown)
        return lambda page: self._hand_over(page, decision, shown, files, only_picture=True)

    # What is drawn.

    def _look(self, facts: Facts, decision: Decision, picture: Picture) -> Shown:
        if isinstance(picture, ShiftPicture):
            return self._shift(facts, decision, picture)
        plan = facts.plan_named(picture.plan)
        late = len(plan.late_orders) if plan else 0
        said = Say("desk.picture.plan", {"plan": picture.plan, "late": late})
        return Shown(said, self._plan_drafts(facts, picture).of(self._asker(decision)))

    def _held(self, facts: Facts, decision: Decision) -> Shown | None:
        now = facts.decision(decision.id)
        hold = now.hold if now and now.stage is Stage.HELD else None
        if now is None or hold is None or not isinstance(hold.action, PublishPlan):
            return None
        people = self._ends.approvers(facts, hold, self._ends.ask_again(facts, now))
        drafts = self._plan_drafts(facts, PlanPicture(hold.action.plan))
        return Shown(hold.proposal, drafts.of(p.language for p in people), tuple(people))

    def _shift(self, facts: Facts, decision: Decision, picture: ShiftPicture) -> Shown:
        now, zone = self._parts.clock(), self._voice.zone
        report = gather_shift(facts, picture.facilities, now, zone, whole_day=picture.whole_day)
        people = self._readers(facts, picture.handed_over) if picture.handed_over else ()
        name = f"shift-{now.astimezone(zone):%Y%m%d-%H%M}.png"

        def sketch(language: Language) -> Sketch:
            return Sketch(draw_shift(report, self._speak(language), self._ink).svg, name)

        readers = [*self._asker(decision), *(person.language for person in people)]
        return Shown(told(report), _Drafts(sketch).of(readers), people)

    def _readers(self, facts: Facts, facility: str) -> tuple[Person, ...]:
        """Who gets a facility's report unasked, each once."""
        reports = self._parts.reports
        led = [p for p in facts.people(facility=facility) if p.role in reports.roles]
        named = [person for userid in reports.userids if (person := facts.person(userid))]
        return tuple({person.userid: person for person in (*led, *named)}.values())

    def _plan_drafts(self, facts: Facts, picture: PlanPicture) -> _Drafts:
        plan = facts.plan_named(picture.plan)

        def sketch(language: Language) -> Sketch:
            legible = self._legible(language)
            looker = Looker(self._parts.clock(), self._voice.zone, legible)
            chart = chart_of_plan(facts, plan, looker, self._parts.planning)
            svg = draw_plan(chart, self._speak(language), self._ink).svg
            return Sketch(svg, f"plan-{picture.plan}.png")

        return _Drafts(sketch)

    @staticmethod
    def _asker(decision: Decision) -> tuple[Language, ...]:
        """The language of who asked by the bot; the clock reads nothing, and the app shows no picture."""
        message, reading = decision.message, decision.reading
        if message.sender == SYSTEM.userid or message.channel is not Channel.BOT:
            return ()
        return (reading.language if reading else Language.HANT,)

    # Which words it can show.

    def _ink(self, sign: str) -> bool:
        painter = self._parts.painter
        return painter is None or painter.draws(sign)

    def _legible(self, language: Language) -> Language:
        """The language; English where the font that draws has no letters for it."""
        return language if all(map(self._ink, _PROBE[language])) else Language.EN

    def _speak(self, language: Language) -> Speak:
        return self._voice.reading(self._legible(language))

    # What is sent.

    async def _paint(self, shown: Shown) -> Files:
        painter = self._parts.painter
        if painter is None:
            return {}
        return {language: await painter.paint(sketch) for language, sketch in shown.sketches.items()}

    def _end(self, page: Page, decision: Decision, shown: Shown, files: Files) -> Decision:
        languages = self._asker(decision)
        file = files.get(languages[0]) if languages else None
        said = lines((shown.said, *self._excuse(decision, file)))
        after = self._ends.answer(page, decision, said)
        if file is not None:
            self._send(page, after, languages[0], file)
        self._hand_over(page, after, shown, files, only_picture=False)
        return after

    def _excuse(self, decision: Decision, file: Sending | None) -> Iterator[Say]:
        """Why there is no picture, where its asker waits for one."""
        if decision.message.channel is not Channel.BOT:
            yield Say("desk.picture.bot_only")
        elif self._parts.painter is not None and file is None:
            yield Say("desk.picture.undrawn")

    def _send(self, page: Page, decision: Decision, language: Language, file: Sending) -> None:
        """The picture, where it was asked for."""
        message, words = decision.message, self._unsent(decision, language)
        page.book.notify(
            decision.id, message.conversation, words, channel=message.channel, file=file,
            group=message.chat is not None,
        )  # fmt: skip

    def _hand_over(
        self, page: Page, decision: Decision, shown: Shown, files: Files, *, only_picture: bool
    ) -> None:
        for person in shown.people:
            if not only_picture:
                self._voice.notify(page.book, decision, Notice(person.userid, shown.said))
            file = files.get(person.language)
            if file is not None and self._voice.channel is Channel.BOT:
                words = self._unsent(decision, person.language)
                page.book.notify(decision.id, person.userid, words, channel=self._voice.channel, file=file)

    def _unsent(self, decision: Decision, language: Language) -> str:
        """What is said in a picture's place where it cannot be sent."""
        return self._voice.render(Say("desk.picture.unsent", {"ticket": decision.id}), language)
