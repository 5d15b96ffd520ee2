"""The answer of a model outside, read as if it were hostile: closed sets, exact counts, nothing mended."""

import re
from collections.abc import Iterator

from pydantic import ValidationError

from app.planning.consulting import strict_json
from app.planning.consulting.answers import AnswerForm, DocumentForm, Sent, document_of, sent_of, told
from app.planning.consulting.asked import Envelope, Heeded
from app.planning.consulting.placing import faults_of, placed
from app.planning.consulting.wishing import wishes_of
from app.records.errors import AnswerWrong
from app.records.wish import AnyWish

FAULTS_MAX = 8
"""So many faults are told; a model can act on no more."""

_OF_EXAMPLE = re.compile(r'"[A-Z]0"')


def read(text: str, envelope: Envelope) -> tuple[Heeded, ...]:
    """What came back for every asker, in their order, in the plant's own names.

    Raises AnswerWrong, and nothing else, with up to FAULTS_MAX faults for the model to read: the
    answer's own words are repeated in them only where they are aliases. All of an answer is taken or
    nothing.
    """
    parsed, sent = strict_json.parse(text), sent_of(envelope)
    if _OF_EXAMPLE.search(text):
        raise AnswerWrong("echo: J0, M0 and the like are only of the example")
    document = _document(parsed)
    if document.tag != envelope.tag:
        raise AnswerWrong("stale: tag is not the tag of this question")
    answers = _by_wish(document, len(envelope.askers))
    faults: list[str] = []
    heeded = []
    for n, asker in enumerate(envelope.askers):
        answer = answers[f"W{n + 1}"]
        wishes, wrong = _read(answer, envelope, sent)
        faults += [f"{answer.wish}: {each}" for each in wrong]
        if not wrong:
            heeded.append(Heeded(asker.decision, answer.status, wishes, placed(answer, envelope)))
    if faults:
        raise AnswerWrong(*faults[:FAULTS_MAX])
    return tuple(heeded)


def _document(parsed: object) -> DocumentForm:
    try:
        return document_of(parsed)
    except ValidationError as fault:
        raise AnswerWrong(*(told(each) for each in fault.errors(include_url=False)[:FAULTS_MAX])) from None


def _by_wish(document: DocumentForm, askers: int) -> dict[str, AnswerForm]:
    """Every wish once, and no other."""
    wanted, given = [f"W{n + 1}" for n in range(askers)], [answer.wish for answer in document.answers]
    if sorted(given) != sorted(wanted):
        raise AnswerWrong(f"answers must have each of {', '.join(wanted)} exactly once and no other")
    return {answer.wish: answer for answer in document.answers}


def _read(answer: AnswerForm, envelope: Envelope, sent: Sent) -> tuple[tuple[AnyWish, ...], list[str]]:
    if answer.status != "ok":
        empty = not (answer.wishes or answer.places)
        return (), [] if empty else [f"status {answer.status} must have no wishes and no places"]
    if not answer.wishes and not answer.places:
        return (), ["status ok needs wishes or places; say cannot or unclear otherwise"]
    try:
        return wishes_of(answer.wishes, envelope), list(_misplaced(answer, sent))
    except AnswerWrong as fault:
        return (), [*fault.wrong, *_misplaced(answer, sent)]


def _misplaced(answer: AnswerForm, sent: Sent) -> Iterator[str]:
    yield from faults_of(answer, sent) if answer.places else ()
