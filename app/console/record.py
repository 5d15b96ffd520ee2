"""One decision or one message in full, as labelled lines."""

from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from app.console.cells import fit, plain, size_of, wrap
from app.console.figure_rows import side_by_side
from app.console.marks import BRIGHT, DIM
from app.console.seen import Reader
from app.records.board import Card, CardDetail, MessageRow, StepRow
from app.records.decision import Stage
from app.records.media import MediaLink
from app.records.reading import Intent, Layer


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what is said under it."""

    label: str
    text: str


def lines_of(facts: list[Fact], width: int) -> Text:
    """The facts with their labels in one column; each wraps beside its label. Empty ones are left out."""
    shown = [fact for fact in facts if fact.text]
    column = max((cell_len(fact.label) for fact in shown), default=0) + 2
    lines: list[Text] = []
    for fact in shown:
        for row, piece in enumerate(wrap(fact.text, width - column)):
            label = fact.label if row == 0 else ""
            lines.append(Text.assemble((fit(label, column), DIM), piece))
    return Text("\n").join(lines)


def card_title(card: Card, reader: Reader) -> str:
    """The ticket and where it stands."""
    return f"{card.decision} · {state_of(card, reader)}"


def state_of(card: Card, reader: Reader) -> str:
    """Where a decision stands, in a word."""
    asked_back = card.stage is Stage.HELD and card.reason in {"unclear", "confirm"}
    return reader.words("card.unclear" if asked_back else f"stage.{card.stage}")


def card_facts(card: Card, reader: Reader) -> list[Fact]:
    """Who asked, what was understood, what is proposed, why, who may, what it cost."""
    words = reader.words
    outcome = "card.proposal" if card.stage is Stage.HELD else "card.outcome"
    return [
        Fact(words(outcome), card.proposal),
        Fact(words("card.why"), card.why if card.stage is Stage.HELD else ""),
        Fact(words("card.until"), _until(card, reader)),
        Fact(words("card.may"), _may(card, reader)),
        Fact(words("card.asked"), _asked(card, reader)),
        Fact(words("card.words"), card.words),
        Fact(words("card.meaning"), meaning(card.intent, card.layer, card.confidence, reader)),
        Fact(words("card.settled"), card.settled_by),
        Fact(words("card.undo"), _undo(card, reader)),
        Fact(words("card.cost"), f"¥{card.cost_cny:.4f}"),
    ]


def _asked(card: Card, reader: Reader) -> str:
    age = reader.words.age(card.asked_at, reader.now)
    site = f" · {card.facility}" if card.facility else ""
    return f"{card.sender_name} ({card.sender}){site} · {reader.clock(card.asked_at)} · {age}"


def _until(card: Card, reader: Reader) -> str:
    if card.until is None:
        return ""
    return f"{reader.clock(card.until)} · {left_of(card, reader)}"


def left_of(card: Card, reader: Reader) -> str:
    """How long a held decision still waits; "" when it has no deadline."""
    if card.until is None:
        return ""
    left = card.until - reader.now
    if left.total_seconds() <= 0:
        return reader.words("card.lapsed")
    return reader.words("card.left", span=reader.words.span(left))


def _may(card: Card, reader: Reader) -> str:
    if card.stage is not Stage.HELD or not card.roles:
        return ""
    roles = " / ".join(reader.words(f"role.{role}") for role in card.roles)
    return f"{roles} · {card.may_facility or reader.words('card.any_site')}"


def _undo(card: Card, reader: Reader) -> str:
    if not card.undoable:
        return ""
    if card.undo_until is None:
        return reader.words("card.undo_open")
    return reader.words("card.undo_until", at=reader.clock(card.undo_until))


def meaning(intent: Intent | None, layer: Layer | None, confidence: float | None, reader: Reader) -> str:
    """What was understood, how surely and by which layer; "" before that."""
    if intent is None or layer is None:
        return ""
    words = reader.words
    sure = "?" if confidence is None else f"{confidence:.0%}"
    line = "card.unsure_line" if layer is Layer.UNSURE else "card.meaning_line"
    return words(line, intent=words(f"intent.{intent}"), sure=sure, layer=words(f"layer.{layer}"))


def message_facts(row: MessageRow, reader: Reader) -> list[Fact]:
    """What was written, what it was taken for, what was answered and whether that arrived."""
    words = reader.words
    age = words.age(row.at, reader.now)
    site = f" · {row.facility}" if row.facility else ""
    return [
        Fact(words("card.words"), row.words),
        Fact(words("card.asked"), f"{row.sender_name} ({row.sender}){site} · {reader.clock(row.at)} · {age}"),
        Fact(words("msg.group"), row.chat or ""),
        Fact(words("card.meaning"), meaning(row.intent, row.layer, row.confidence, reader)),
        Fact(words("col.end"), words(f"stage.{row.stage}") + (f" · {row.code}" if row.code else "")),
        Fact(words("card.reply"), row.reply),
        Fact(words("msg.delivered"), delivered(row, reader)),
        *media_facts(row.media, reader),
        Fact(words("msg.votes"), words("msg.up_down", up=row.up, down=row.down) if row.up + row.down else ""),
    ]


def media_facts(media: tuple[MediaLink, ...], reader: Reader) -> list[Fact]:
    """What was attached, one a line: kind, name, size, state, where it lies, what it belongs to."""
    label = reader.words("msg.media")
    return [Fact("" if n else label, _attached(each, reader)) for n, each in enumerate(media)]


def _attached(each: MediaLink, reader: Reader) -> str:
    words = reader.words
    parts = [
        words(f"media.{each.kind}"), plain(each.name), size_of(each.size_bytes) if each.size_bytes else "",
        words(f"media.{each.state}"), each.reason, each.sha256[:12],
        f"→ {each.target}" if each.target else "",
    ]  # fmt: skip
    return " · ".join(part for part in parts if part)


def delivered(row: MessageRow, reader: Reader) -> str:
    """Whether the answer reached WeCom, and how fast."""
    if row.delivered is None:
        return reader.words("msg.open")
    if not row.delivered:
        return reader.words("msg.no")
    return reader.words("msg.yes", ms="?" if row.reply_ms is None else f"{row.reply_ms:.0f}")


def step_facts(steps: tuple[StepRow, ...], reader: Reader) -> list[Fact]:
    """Every step with its time; the label is the step."""
    return [Fact(reader.words(f"step.{step.kind}"), _step(step, reader)) for step in steps]


def _step(step: StepRow, reader: Reader) -> str:
    at = step.at.astimezone(reader.seen.zone).strftime("%H:%M:%S")
    known = meaning(step.intent, step.layer, step.confidence, reader)
    cost = f"¥{step.cost_cny:.4f}" if step.cost_cny else ""
    return " · ".join(part for part in (at, known, step.by, step.text, cost) if part)


def action_lines(action: dict[str, Any], width: int) -> Text:
    """The action's own fields, one a line, exactly as they are hashed."""
    column = max(len(key) for key in action) + 2
    lines = [
        Text.assemble((fit(key, column), DIM), (piece, BRIGHT))
        for key, value in action.items()
        for piece in wrap(_exact(value), width - column)
    ]
    return Text("\n").join(lines)


def _exact(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    return "–" if value is None or value == "" else plain(str(value))


def whole(detail: CardDetail, reader: Reader, width: int) -> Text:
    """A decision from end to end: its facts, the answer, the action, the steps."""
    words = reader.words
    facts = [*card_facts(detail.card, reader), Fact(words("card.reply"), detail.reply)]
    parts = [lines_of(facts, width)]
    if detail.media:
        parts.append(lines_of(media_facts(detail.media, reader), width))
    if detail.action:
        parts += [Text(f"\n{words('card.action')}", style=BRIGHT), action_lines(detail.action, width)]
    if detail.contenders:
        parts += [Text(), side_by_side(detail.contenders, words, width)]
    steps = lines_of(step_facts(detail.steps, reader), width)
    return Text("\n").join([*parts, Text(f"\n{words('card.steps')}", style=BRIGHT), steps])
