"""The envelope of a consultation: what may leave the plant, or that nothing may."""

import hashlib
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from app.planning.asked import Question
from app.planning.consulting.aliases import LETTERS, Aliases, Kind, NameBook
from app.planning.consulting.asked import Asker, Blocked, Envelope, Share
from app.planning.consulting.finding import Finder, finder_of
from app.planning.consulting.leaks import leaks
from app.planning.consulting.masking import mask
from app.planning.consulting.tables import Tables
from app.planning.consulting.touching import touched
from app.planning.consulting.wording import compact, fixed, version
from app.records import wish_form


def seal(askers: Sequence[Asker], book: NameBook, share: Share, zone: ZoneInfo) -> Envelope | Blocked:
    """What is asked about the wishes of at least one asker, all posed from the same facts.

    The tables are of the first one's question, and so is the origin, told in `zone`. Words go
    only with `share` "masked". The same askers and book give the same bytes.
    """
    finder, question = finder_of(book), askers[0].question
    aliases = Aliases(finder.knows)
    wishes = [_wish(n, asker, share, finder, aliases) for n, asker in enumerate(askers, 1)]
    tables = _tables(question, aliases)
    facts = _facts([asker.question for asker in askers], book)
    origin = question.origin.astimezone(zone)
    tag = _digest(question.published.id if question.published else "", facts, compact(tables))[:12]
    asked = compact({"tag": tag, "origin": origin.isoformat(), **tables, "wishes": wishes})
    if left := leaks(asked, book):
        return Blocked(left)
    return Envelope(
        fixed=fixed(),
        asked=asked,
        version=version(),
        facts=facts,
        tag=tag,
        digest=hashlib.sha256((fixed() + asked).encode()).hexdigest(),
        origin=origin,
        askers=tuple(askers),
        aliases=aliases.every(),
        with_words=share == "masked",
    )


def _wish(n: int, asker: Asker, share: Share, finder: Finder, aliases: Aliases) -> dict[str, object]:
    text = mask(asker.words, finder, aliases) if share == "masked" else None
    hidden = tuple(aliases.hide(wish) for wish in asker.question.wish.wishes)
    return {"wish": f"W{n}", "text": text, "understood": [_short(form) for form in wish_form.dump(hidden)]}


def _short(form: object) -> object:
    """Without the fields that say nothing."""
    match form:
        case dict():
            return {name: _short(value) for name, value in form.items() if value is not None and value != []}
        case list():
            return [_short(each) for each in form]
        case _:
            return form


def _tables(question: Question, aliases: Aliases) -> dict[str, object]:
    named: Mapping[Kind, frozenset[str]] = {kind: frozenset(aliases.reals(kind)) for kind in LETTERS}
    tables = Tables(question, touched(question, named), aliases)
    machines, crews, jobs = tables.machines(), tables.crews(), tables.jobs()
    given = {kind: [each.alias for each in aliases.every() if each.kind == kind] for kind in LETTERS}
    return {
        "horizon": tables.horizon,
        "sites": given["facility"],
        "crews": crews,
        "people": given["person"],
        "hours": tables.hours(),
        "machines": machines,
        "jobs": jobs,
    }


def _facts(questions: Sequence[Question], book: NameBook) -> str:
    """A digest of all that was posed: one that changes whenever the plant does."""
    return _digest(
        str(book.version),
        *(
            repr((
                q.problem, q.origin, q.slot, q.orders, q.positions, q.machines, q.published, q.begun,
                q.on_hold, q.unplannable, q.frozen, q.short, q.facilities, q.families, q.crews, q.people,
                q.lots, q.rush_factor,
            ))
            for q in questions
        ),
    )  # fmt: skip


def _digest(*parts: str) -> str:
    """SHA-256, hex, of texts that cannot be cut otherwise to the same."""
    whole = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        whole.update(len(encoded).to_bytes(8) + encoded)
    return whole.hexdigest()
