"""Reads a message: rules first, then the local model, and where neither is sure, choices to ask with.

A rule decides a plain message that the n-gram head reads alike. Everything else is the model's; while
its lane is down the n-gram head stands in.
"""

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from app.policy import WRITES
from app.ports import Lane, Names
from app.records.errors import LaneDown, ModelWrong
from app.records.message import Language, MessageKind
from app.records.reading import Choice, Intent, Layer, Reading
from app.settings import Understanding
from app.understand.calibration import Calibration
from app.understand.choices import likely_choices
from app.understand.conversation import Conversation, Recall, nothing
from app.understand.draft import Draft
from app.understand.entities import Index, Sighting, find_entities, index_names
from app.understand.head import Floats, Head
from app.understand.language import LanguageOf
from app.understand.ngrams import NgramHead
from app.understand.normalise import Scripts, clean, matching_form, model_form, opencc_scripts
from app.understand.questions import asks
from app.understand.rules import Rule, RuleBook, RuleGuess
from app.understand.signs import signs

_WORDLESS = {MessageKind.ENTER, MessageKind.FEEDBACK, MessageKind.OTHER}
_BATCH = 16  # messages of one request to the lane when many are read
_DOUBTED = 0.5  # a rule's meaning that the n-gram head finds less likely is left to the model
_WRITE_CHARS = 600  # on a longer message the heads, which see its beginning, decide no write


class Reader:
    """Understands messages. Without a lane and heads it reads by rules alone.

    `timeout_s` is the longest wait for the lane for one message; `scripts` None means OpenCC's.
    Raises ModelWrong when the head was trained on another model than the lane runs.
    """

    def __init__(
        self,
        rules: RuleBook,
        lane: Lane | None,
        head: Head | None,
        thresholds: Understanding,
        timeout_s: float,
        display_name: str,
        scripts: Scripts | None = None,
        ngrams: NgramHead | None = None,
    ) -> None:
        self._rules, self._lane, self._ngrams = rules, lane, ngrams
        self._head, self._head_name = head, ""
        if head:
            self.take_head(head)
        self._thresholds, self._timeout_s, self._display_name = thresholds, timeout_s, display_name
        self._scripts = scripts or opencc_scripts()
        self._language = LanguageOf(self._scripts)
        self._index: Index | None = None

    def take_head(self, head: Head, name: str = "") -> None:
        """Read with this head from the next message on; `name` is told with every reading that it makes.

        Raises ModelWrong when it was trained on another model than the lane runs, or beside another
        n-gram head.
        """
        if self._lane and self._lane.model_hash != head.model_hash:
            raise ModelWrong(
                f"the head was trained on model {head.model_hash}, the lane runs {self._lane.model_hash}"
            )
        if self._ngrams is None or self._ngrams.classes != head.classes:
            raise ModelWrong("the head and the n-gram head belong together and do not know the same intents")
        self._head, self._head_name = head, f"/{name}" if name else ""

    async def read(
        self, message_text: str, kind: MessageKind, names: Names, preferred: Language, *, priority: int = 0
    ) -> Reading:
        """The meaning of one message; never raises for any text. Lower `priority` goes first in the lane."""
        began = perf_counter()
        draft = self.draft(message_text, kind, names, preferred)
        reading = draft.reading
        if not reading.decided:
            [reading] = await self._by_model([draft], priority, self._timeout_s)
        return replace(reading, elapsed_ms=(perf_counter() - began) * 1000)

    async def read_many(
        self, texts: Sequence[str], names: Names, preferred: Language = Language.HANS, *, priority: int = 9
    ) -> list[Reading]:
        """The meanings of many texts, in order; the model sees them in batches."""
        drafts = [self.draft(text, MessageKind.TEXT, names, preferred) for text in texts]
        readings = [draft.reading for draft in drafts]
        open_ones = [at for at, reading in enumerate(readings) if not reading.decided]
        for start in range(0, len(open_ones), _BATCH):
            places = open_ones[start : start + _BATCH]
            began = perf_counter()
            told = await self._by_model(
                [drafts[at] for at in places], priority, self._timeout_s * len(places)
            )
            share_ms = (perf_counter() - began) * 1000 / len(places)
            for at, reading in zip(places, told, strict=True):
                readings[at] = replace(reading, elapsed_ms=readings[at].elapsed_ms + share_ms)
        return readings

    async def read_each(
        self,
        words: str,
        kind: MessageKind,
        names: Names,
        preferred: Language,
        *,
        recall: Recall = nothing,
        priority: int = 0,
    ) -> tuple[Reading, ...]:
        """A reading for every wish in one message, in order; mostly the one that `read` gives.

        `recall` tells what its sender said before, newest first; it is asked only when the words need it.
        """
        return await Conversation(self, names, preferred, recall, priority).hear(words, kind)

    async def finish(self, drafts: Sequence[Draft], *, priority: int = 0) -> list[Reading]:
        """The readings of drafts; the model is asked once, about all that the rules leave open."""
        left = [draft for draft in drafts if not draft.reading.decided]
        told = iter(await self._by_model(left, priority, self._timeout_s) if left else ())
        return [draft.reading if draft.reading.decided else next(told) for draft in drafts]

    def draft(self, words: str, kind: MessageKind, names: Names, preferred: Language) -> Draft:
        """What the rules make of a message, and the things that it names."""
        began = perf_counter()
        simplify, most = self._scripts.simplify, self._thresholds.text_max_chars
        text = "" if kind in _WORDLESS else clean(words, self._display_name, most, simplify)
        matching = matching_form(text, simplify)
        sighting = find_entities(text, matching, self._index_of(names))
        own, language = sighting.own, self._language(text, matching, preferred)
        asking = asks(own.marked)
        guess = self._guess(sighting, own, asking=asking)
        reading = Reading(
            intent=Intent.OTHER, confidence=1.0, layer=Layer.RULE, decided=True,
            language=language, by=f"no_words:{kind}", text=text,
            question=asking, entities=sighting.entities, unknown=sighting.unknown,
        )  # fmt: skip
        seen = signs(guess, sighting.kinds, language, asking=asking)
        if any(ch.isalnum() for ch in text):
            rule = self._ruling(guess, matching, seen)
            reading = _ruled(reading, rule) if rule else _open(reading, guess, sighting.kinds)
        reading = replace(reading, elapsed_ms=(perf_counter() - began) * 1000)
        return Draft(reading, sighting, guess, matching, seen)

    def _ruling(self, guess: RuleGuess, matching: str, seen: Floats) -> Rule | None:
        """The rule that decides a message alone, or None."""
        if not guess.decided:
            return None
        rule = guess.best[0]
        if rule.overrules or self._ngrams is None:
            return rule
        likely = self._ngrams.probabilities(matching, seen)[self._ngrams.classes.index(rule.intent)]
        return rule if guess.unexplained <= self._thresholds.unexplained_max and likely >= _DOUBTED else None

    def _guess(self, sighting: Sighting, own: Sighting, *, asking: bool) -> RuleGuess:
        """What the sender says; a rule that overrules, such as an attack's, hears quotations too."""
        heard = self._rules.guess(sighting.marked, sighting.kinds, asking=asking)
        if own.marked == sighting.marked or (heard.best and heard.best[0].overrules):
            return heard
        return self._rules.guess(own.marked, own.kinds, asking=asking)

    def _index_of(self, names: Names) -> Index:
        if self._index is None or self._index.version != names.version:
            self._index = index_names(names, self._scripts.simplify)
        return self._index

    async def _by_model(self, drafts: Sequence[Draft], priority: int, timeout_s: float) -> list[Reading]:
        """The drafts' readings with the model's say; with the n-gram head's where there is none."""
        if self._lane is None or self._head is None or self._ngrams is None:
            return [self._by_ngrams(draft) for draft in drafts]
        texts = [model_form(draft.reading.text) for draft in drafts]
        try:
            vectors = await self._lane.embed(texts, priority=priority, timeout_s=timeout_s)
        except LaneDown:  # the lane itself raises the alarm
            return [self._by_ngrams(draft) for draft in drafts]
        head, by = self._head, f"model:{self._head.model_hash}{self._head_name}"
        rows = np.hstack([np.asarray(vectors, np.float64), np.stack([draft.signs for draft in drafts])])
        second = np.stack([self._ngrams.logits(draft.matching, draft.signs) for draft in drafts])
        told = zip(drafts, head.probabilities(rows, second), strict=True)
        return [self._weighed(draft, row, head.classes, head.calibration, by) for draft, row in told]

    def _by_ngrams(self, draft: Draft) -> Reading:
        """The n-gram head's reading; as the rules left it where there is no such head."""
        head = self._ngrams
        if head is None:
            return draft.reading
        row = head.probabilities(draft.matching, draft.signs)
        return self._weighed(draft, row, head.classes, head.calibration, f"ngrams:{head.digest}")

    def _weighed(
        self, draft: Draft, row: Floats, classes: tuple[Intent, ...], calibration: Calibration, by: str
    ) -> Reading:
        """The reading with a head's probabilities: decided, or unsure with the likeliest meanings."""
        ranked = tuple(Choice(classes[at], float(row[at])) for at in np.argsort(-row, kind="stable"))
        best = ranked[0]
        enough = best.confidence >= self._needed(best.intent, calibration)
        decided = enough and (best.intent not in WRITES or _all_own(draft))
        return replace(
            draft.reading,
            intent=best.intent,
            confidence=best.confidence,
            layer=Layer.MODEL if decided else Layer.UNSURE,
            decided=decided,
            by=by,
            choices=() if decided else calibration.choices(ranked),
        )

    def _needed(self, intent: Intent, calibration: Calibration) -> float:
        """The head's own threshold, or the settings' where that is higher."""
        limits = self._thresholds
        least = limits.write_threshold if intent in WRITES else limits.read_threshold
        return max(least, calibration.needed.get(intent, 0.0))


def _all_own(draft: Draft) -> bool:
    """Whether the heads saw the sender's own words: no quotation, and a good part of a long message."""
    sighting = draft.sighting
    return len(draft.reading.text) <= _WRITE_CHARS and sighting.own.marked == sighting.marked


def _ruled(reading: Reading, rule: Rule) -> Reading:
    """The reading as a rule decides it."""
    question = reading.question if rule.asks is None else rule.asks
    return replace(reading, intent=rule.intent, confidence=rule.confidence, by=rule.id, question=question)


def _open(reading: Reading, guess: RuleGuess, kinds: frozenset[str]) -> Reading:
    """The reading as rules leave it: unsure, with the likeliest meanings."""
    choices = likely_choices(guess, kinds, asking=reading.question)
    return replace(
        reading,
        intent=choices[0].intent,
        confidence=choices[0].confidence,
        layer=Layer.UNSURE,
        decided=False,
        by=guess.best[0].id if guess.best else "things",
        choices=choices,
    )
