"""What people teach: what a message had meant, by a key press, and new names for the plant's things."""

from app import policy
from app.desk.ends import Ends
from app.desk.meant import CAN_BE_CORRECTED, WAIT, first_of, stands
from app.desk.names import BY_LESSON, as_hold, thing_say
from app.desk.page import Page
from app.desk.parts import Parts
from app.desk.voice import SYSTEM, Voice
from app.intents.phrases import lines
from app.ports import Facts
from app.records.action import TeachName
from app.records.answer import Say
from app.records.correction import Lesson
from app.records.decision import Corrected, Decision, Held, Refused, Stage, Understood
from app.records.message import Message, MessageKind
from app.records.plant import Person
from app.records.reading import Intent, Layer, Reading
from app.records.socket import Reply
from app.records.verdict import Ask

_NOT_FOUND = frozenset({"incomplete", "unknown_thing"})


class Lessons:
    """Keeps lessons. A no is a reply with its code, and then nothing of the lesson is kept."""

    def __init__(self, parts: Parts, ends: Ends, voice: Voice) -> None:
        self._parts, self._ends, self._voice = parts, ends, voice
        self._at_a_loss: dict[tuple[str, str], str] = {}  # by sender and conversation; a stop forgets it

    # A key press.

    def take(self, page: Page, lesson: Lesson, userid: str) -> Reply:
        """Keep what the words had meant and propose the name: both or neither.

        It changes nothing that was done; the reply says what stands.
        """
        target, person = page.book.decision(lesson.decision), page.book.person(userid)
        code = _why_not(lesson, target, person)
        if code or target is None or person is None:
            return self._voice.reply(code, person, lesson.decision)
        name = self._new_name(page.book, lesson, target) if lesson.word.strip() else None
        if isinstance(name, str):
            return self._voice.reply(name, person, target.id)
        says = []
        if lesson.intent is not None and not _is_known(target, lesson.intent):
            says += self._correct(page, target, lesson.intent, person)
        if name is not None:
            says.append(self._propose(page, name, person, target.id))
        if not says:
            return self._voice.reply("same_meaning", person, target.id)
        return Reply(ok=True, code="", text=self._voice.render(lines(says), person.language))

    def _correct(self, page: Page, target: Decision, intent: Intent, person: Person) -> list[Say]:
        corrected = Corrected(self._parts.clock(), f"person:{person.userid}", intent, "console")
        page.append(first_of(page.book, target), (corrected,))
        values = {"ticket": target.id, "what": Say(f"words.intent.{intent}")}
        waits = Say("desk.still_waits", {"ticket": target.id}) if target.stage is Stage.HELD else None
        rest = waits or stands(target)
        return [Say("desk.press.corrected", values), *([rest] if rest else [])]

    # A name.

    def _new_name(self, facts: Facts, lesson: Lesson, target: Decision) -> TeachName | str:
        """What to propose, or the code of why not."""
        judge, names = self._parts.new_names, facts.names()
        word, thing = judge.tidy(lesson.word), judge.thing(lesson.code, names)
        if thing is None:
            return "name_no_thing"
        if not judge.is_in(word, first_of(facts, target).message.text):
            return "name_not_said"
        why_not = judge.why_not(word, thing, names)
        return why_not or ("name_waits" if _waits(word, facts) else TeachName(word, thing.what, thing.code))

    def _propose(self, page: Page, name: TeachName, person: Person, ticket: str) -> Say:
        """Hold the name for a supervisor, as a decision of its own."""
        now = self._parts.clock()
        held = self._hold_name(page, name, person, f"name:{ticket}:{name.word}:{now.isoformat()}", ticket)
        values = {
            "ticket": held.id if held else ticket,
            "word": name.word,
            "thing": thing_say(name, page.book),
        }
        return Say("desk.press.name_proposed", values)

    def _hold_name(
        self, page: Page, name: TeachName, person: Person, msgid: str, ticket: str
    ) -> Decision | None:
        """The held decision; None when this msgid was used before."""
        now, text = self._parts.clock(), f"{name.word} = {name.code}"
        message = Message(msgid, person.userid, None, MessageKind.CLICK, text, now, refers_to=ticket)
        accepted = page.book.accept(message)
        if not accepted.fresh:
            return None
        reading = Reading(Intent.OTHER, 1.0, Layer.PERSON, decided=True, language=person.language,
                          by=f"{BY_LESSON}{ticket}", text=text)  # fmt: skip
        hold = as_hold(name, person, page.book, now, self._parts.limits)
        held = Held(
            now, hold.until, "approval", hold.why, hold.proposal, hold.action, hold.roles, hold.facility
        )
        ask = Ask(person, message, reading, now, self._voice.zone)
        steps = (Understood(now, reading), held)
        return self._ends.hold(page, Decision(accepted.decision_id, message), steps, held, ask)

    def watch(self, page: Page, decision: Decision) -> None:
        """Propose a name that a sender's own second try gives away; once for each word and thing.

        "大力仔仲有幾多" was not understood for want of an item, "KN-8C 仲有幾多" was: the two differ in
        the name alone.
        """
        key = decision.message.sender, decision.message.conversation
        lost = self._at_a_loss.pop(key, "")
        if _is_at_a_loss(decision):
            self._at_a_loss[key] = decision.id
        reading = decision.reading
        things = (*reading.entities.item, *reading.entities.machine) if reading and reading.decided else ()
        before = page.book.decision(lost) if lost and len(things) == 1 and decision.part == 0 else None
        if before and decision.message.received_at - before.message.received_at <= WAIT:
            self._propose_mined(page, before, decision, things[0])

    def _propose_mined(self, page: Page, before: Decision, after: Decision, code: str) -> None:
        judge, names = self._parts.new_names, page.book.names()
        thing = judge.thing(code, names)
        if thing is None or before.reading is None or after.reading is None:
            return
        word = judge.mined(before.reading.text, after.reading.text, names)
        if word and not judge.why_not(word, thing, names) and not _waits(word, page.book):
            name = TeachName(word, thing.what, thing.code)
            self._hold_name(page, name, SYSTEM, f"name:{word}:{thing.what}:{thing.code}", before.id)


def _why_not(lesson: Lesson, target: Decision | None, person: Person | None) -> str:
    if person is None or not policy.may_write(person):
        return "wrong_role"
    if target is None:
        return "unknown_decision"
    if target.reading is None or target.message.excess or target.stage not in CAN_BE_CORRECTED:
        return "not_read"
    return "name_halved" if bool(lesson.word.strip()) != bool(lesson.code.strip()) else ""


def _waits(word: str, facts: Facts) -> bool:
    """Whether this word waits for a supervisor already."""
    actions = (decision.hold.action for decision in facts.held() if decision.hold)
    return any(isinstance(action, TeachName) and action.word == word for action in actions)


def _is_known(target: Decision, intent: Intent) -> bool:
    """Whether the decision counts as having meant this already."""
    corrected, reading = target.last(Corrected), target.reading
    if corrected is not None:
        return corrected.intent is intent
    return reading is not None and reading.decided and reading.intent is intent


def _is_at_a_loss(decision: Decision) -> bool:
    """Whether the words were refused because a thing was missing, and they named none."""
    refused, reading = decision.last(Refused), decision.reading
    if refused is None or reading is None or refused.code not in _NOT_FOUND:
        return False
    return not (reading.entities.item or reading.entities.machine)
