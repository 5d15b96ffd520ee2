"""Where one message may hold several wishes: its clauses, and which of them may stand alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

from app.policy import WRITES
from app.records.quoted import COVER, own_words
from app.records.reading import Intent, Layer, Reading

MOST = 4
"""More wishes than this are left to one reading of the whole."""
_CLAUSES_MAX = 12  # a longer message is a story
_READ_CHARS = 600


class Force(IntEnum):
    """How strongly a boundary parts what stands on its two sides."""

    COMMA = 1  # a pause
    END = 2  # the end of a sentence
    LINK = 3  # a word that opens another matter: 另外, 同埋, also


@dataclass(frozen=True, slots=True)
class Clause:
    """`words` after the `link` that joins them to what stands before; both in a row are the text.

    `quotes` is True when the words hold somebody else's.
    """

    link: str
    words: str
    force: Force
    quotes: bool = False


_LINKS = (
    r"(?:另外|另一件事|另(?=[,: ])|仲有(?!\s?[\d幾几多]|冇|啲|得|貨|货|存|未)|"
    r"[還还]有(?!\s?[\d多幾几]|沒|没|些|點|点|貨|货|存|剩)|同埋|以及|順便|顺便|順帶|顺带|此外|"
    r"對了|对了|(?:and )?also(?![a-z])|and then(?![a-z])|by the way|btw(?![a-z])|another thing|"
    r"one more (?:thing|question)|besides(?![a-z])|plus(?![a-z]))[,:\s]{0,3}"
)
_NOT_AFTER = "".join(
    f"(?<!{word})" for word in (r"\bno", r"\bnr", r"\bmr", r"\bvs", r"\bdr", r"\bpc", "approx")
)
_BOUNDARY = re.compile(
    rf"(?P<end>[。!?;]{{1,20}}[)\s]{{0,3}}|(?<=[^\s.]){_NOT_AFTER}\.{{1,20}}(?:\s|$))(?P<after>{_LINKS})?"
    rf"|(?P<link>[,、\s]{{0,3}}{_LINKS})"
    r"|(?P<comma>,\s?|\sand\s)",
    re.IGNORECASE,
)

_BEFORE_WORDS = r"(?=[,\s]{1,2}[^\W\d])"  # SO-1042 and AS-01 are no conjunctions
_LEANS_BACK = re.compile(
    r"^(?:所以|因此|故此|於是|于是|咁就|噉就|就|才|先|不過|不过|但|而且|即係|即系|唔係|唔系|唔啱|不是|不对|"
    r"不對|錯|错|更正|應該|应该|[係系][,\d]|sorry|no,|i mean|correction|(?:so|then|but|because|since|as|"
    rf"which|that|until|unless){_BEFORE_WORDS})",
    re.IGNORECASE,
)
_LEANS_ON = re.compile(
    r"^(?:如果|假如|假設|假设|要是|萬一|万一|倘若|若|因為|因为|由於|由于|既然|等到|除非|(?:if|what if|"
    rf"suppose|assuming|when|once|after|because|since|as|unless|due to){_BEFORE_WORDS})",
    re.IGNORECASE,
)
_FACTS = frozenset({Intent.MACHINE_STATUS, Intent.INVENTORY_MOVEMENT, Intent.PROGRESS_REPORT})
_ONE_ANSWER = frozenset({Intent.PRODUCTION_SCHEDULE, Intent.OTHER})


def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of clean text in their order: links and words in a row are the text again.

    One clause where nothing parts it, and for what is too long to be a few wishes. Nothing is cut
    inside quotation marks.
    """
    if len(text) > _READ_CHARS:
        return (Clause("", text, Force.END),)
    own = own_words(text)
    found, start, link, force = list[Clause](), 0, "", Force.END
    for boundary in _BOUNDARY.finditer(text):
        at, to = _cut_at(boundary)
        if own[boundary.start()] == COVER or not _says(text[start:at]) or not _says(text[to:]):
            continue
        found.append(Clause(link, text[start:at], force))
        start, link, force = to, text[at:to], _force(boundary)
    found.append(Clause(link, text[start:], force))
    marked = _with_quotes(found, own)
    return marked if len(marked) <= _CLAUSES_MAX else (Clause("", text, Force.END),)


def _cut_at(boundary: re.Match[str]) -> tuple[int, int]:
    """Where the words before end and those after begin: signs that end a sentence stay with it."""
    if boundary["end"] is not None:
        return boundary.end("end"), boundary.end()
    return boundary.span()


def _force(boundary: re.Match[str]) -> Force:
    if boundary["link"] is not None or boundary["after"] is not None:
        return Force.LINK
    return Force.END if boundary["end"] is not None else Force.COMMA


def _says(words: str) -> bool:
    return sum(ch.isalnum() for ch in words) >= 2


def _with_quotes(found: Sequence[Clause], own: str) -> tuple[Clause, ...]:
    at, marked = 0, []
    for clause in found:
        start, end = at + len(clause.link), at + len(clause.link) + len(clause.words)
        marked.append(replace(clause, quotes=COVER in own[start:end]))
        at = end
    return tuple(marked)


# Which clauses stand alone.


@dataclass(frozen=True, slots=True)
class Part:
    """The clauses [start, end) as one wish; `head` is the clause that says what is wished."""

    start: int
    end: int
    head: int


def parts(found: Sequence[Clause], readings: Sequence[Reading]) -> tuple[Part, ...]:
    """The wishes of a message, in order, from its clauses and what each means alone.

    One part where it is not certain that there are more. What is no wish belongs to the wish before
    it, the message's opening to the first.
    """
    heads = [at for at, _ in enumerate(found) if _is_wish(found[at], readings[at])]
    kept = heads[:1]
    for before, at in pairwise(heads):
        if _parted(found, before, at) and _two(readings[kept[-1]], readings[at], _between(found, before, at)):
            kept.append(at)
    starts = [0, *kept[1:]]
    ends = [*kept[1:], len(found)]
    told = tuple(Part(*each) for each in zip(starts, ends, kept, strict=True)) if kept else ()
    return told if 1 < len(told) <= MOST else ()


def words_of(found: Sequence[Clause], part: Part) -> str:
    """The words of a part, without the link before them."""
    rest = "".join(clause.link + clause.words for clause in found[part.start + 1 : part.end])
    return (found[part.start].words + rest).strip()


def _is_wish(clause: Clause, reading: Reading) -> bool:
    """Decided alone, in the sender's own words: a question, or a change of a thing that it names.

    A statement that the model takes for a question is back-story.
    """
    if clause.quotes or not reading.decided or reading.intent is Intent.OTHER:
        return False
    if reading.intent is Intent.APPROVAL:
        return bool(reading.entities.decision_id)
    if reads_only(reading):
        return reading.question or _ruled(reading)
    return bool(_things(reading) or reading.entities.facility)


def _parted(found: Sequence[Clause], before: int, at: int) -> bool:
    """Not where one leans on the other: a condition, a reason, a correction."""
    if any(_leans_on(clause.words) for clause in found[before:at]):
        return False
    return not any(_LEANS_BACK.match(clause.words) for clause in found[before + 1 : at + 1])


def _leans_on(words: str) -> bool:
    """A condition or a reason for what follows; a question that is complete is none."""
    return _LEANS_ON.match(words) is not None and not words.rstrip().endswith("?")


def _between(found: Sequence[Clause], before: int, at: int) -> Force:
    """The strongest boundary between two clauses."""
    return max(clause.force for clause in found[before + 1 : at + 1])


def _two(one: Reading, other: Reading, force: Force) -> bool:
    """Whether two wishes side by side are two matters.

    A change that only the model reads out of a sentence needs a word that opens another matter.
    """
    if force < Force.LINK and not all(reads_only(each) or _ruled(each) for each in (one, other)):
        return False
    if one.intent is other.intent:
        return force > Force.COMMA and one.intent not in _ONE_ANSWER and _about_others(one, other)
    return force > Force.COMMA or _unrelated(one, other)


def _about_others(one: Reading, other: Reading) -> bool:
    """Each names things of its own; places count for requests, which may name nothing else."""
    mine, theirs = _things(one), _things(other)
    if one.intent is Intent.COORDINATION:
        mine, theirs = mine | set(one.entities.facility), theirs | set(other.entities.facility)
    return bool(mine and theirs) and mine.isdisjoint(theirs) and not other.carried


def _unrelated(one: Reading, other: Reading) -> bool:
    """After a mere pause: two questions, or a report and a question of which neither explains the other.

    Only by rules: the model takes half a sentence for a whole.
    """
    if other.carried or not (_things(one) and _things(other) and _ruled(one) and _ruled(other)):
        return False
    if reads_only(one) and reads_only(other):
        return True
    told = {reading.intent for reading in (one, other) if not reads_only(reading)}
    asked = {reading.intent for reading in (one, other)} - told
    apart = _things(one).isdisjoint(_things(other))
    return apart and told <= _FACTS and asked <= {Intent.INVENTORY_CHECK, Intent.MACHINE_STATUS}


def _ruled(reading: Reading) -> bool:
    return reading.layer is Layer.RULE


def _things(reading: Reading) -> set[str]:
    found = reading.entities
    return {*found.order, *found.item, *found.machine, *found.decision_id}


def reads_only(reading: Reading) -> bool:
    """Whether the reading can change nothing; a question about a machine is looked up."""
    return reading.intent not in WRITES or (reading.intent is Intent.MACHINE_STATUS and reading.question)
