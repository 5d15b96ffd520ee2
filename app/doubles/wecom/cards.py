"""A template card judged by the limits that WeCom documents for it (pages 101032 and 90236, 2026-03)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

Card = Mapping[str, object]

NOTICES: Final = frozenset({"text_notice", "news_notice"})
CARD_TYPES: Final = NOTICES | {"button_interaction", "vote_interaction", "multiple_interaction"}

KEY_MAX_BYTES: Final = 1024
OPTION_MAX_BYTES: Final = 128
FEEDBACK_MAX_BYTES: Final = 256
TITLE_SHOWN: Final = 26
DESC_SHOWN: Final = 30
"""How many characters of a title and of its description phones show."""

_TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")


def breach(card: Card) -> str:
    """The first rule that the card breaks, as a sentence; "" when it breaks none."""
    return next(_broken(card), "")


def shortened(card: Card) -> tuple[str, ...]:
    """What phones do not show whole, each as a sentence; the gateway takes it."""
    title = part(card, "main_title")
    limits = (("title", TITLE_SHOWN), ("desc", DESC_SHOWN))
    return tuple(
        f"main_title.{name} has {len(text(title.get(name)))} characters, phones show {most}"
        for name, most in limits
        if len(text(title.get(name))) > most
    )


def words(card: Card) -> str:
    """All that people read on the card, from its head to its buttons, a line each."""
    title = part(card, "main_title")
    read = [title.get("title"), title.get("desc"), card.get("sub_title_text")]
    pairs = parts(card, "horizontal_content_list")
    read += [f"{text(each.get('keyname'))} {text(each.get('value'))}" for each in pairs]
    questions = [part(card, "checkbox"), part(card, "button_selection"), *parts(card, "select_list")]
    for question in questions:
        read += [question.get("title"), *(each.get("text") for each in parts(question, "option_list"))]
    read += [each.get("text") for each in buttons(card)]
    return "\n".join(line for each in read if (line := text(each).strip()))


def keys(card: Card) -> tuple[str, ...]:
    """The keys that can be pressed, in their order."""
    return tuple(text(each.get("key")) for each in buttons(card))


def buttons(card: Card) -> list[Card]:
    """Its buttons: those of its list, of its form and of its menu."""
    submit = [part(card, "submit_button")] if "submit_button" in card else []
    return parts(card, "button_list") + submit + parts(part(card, "action_menu"), "action_list")


def part(holder: Card, name: str) -> Card:
    """An object inside, an empty one when it is missing or something else."""
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def parts(holder: Card, name: str) -> list[Card]:
    """The objects of a list inside; none when it is missing or something else."""
    found = holder.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def text(value: object) -> str:
    """The text itself, "" for anything else."""
    return value if isinstance(value, str) else ""


def size_bytes(value: object) -> int:
    """How long a text is; 0 for anything else."""
    return len(text(value).encode("utf-8", "replace"))


def _broken(card: Card) -> Iterator[str]:
    kind = card.get("card_type")
    if kind not in CARD_TYPES:
        yield f"card_type {kind!r} is unknown"
        return
    yield from _title(card, str(kind))
    yield from _task(card, str(kind))
    yield from _around(card)
    match kind:
        case "text_notice":
            yield from _action(card)
        case "button_interaction":
            yield from _listed(card, "button_list", (1, 6), ("text", "key"), KEY_MAX_BYTES)
            if "button_selection" in card:
                yield from _question(part(card, "button_selection"), "button_selection", 10)
        case "vote_interaction":
            yield from _question(part(card, "checkbox"), "checkbox", 20)
            yield from _submit(card)
        case "multiple_interaction":
            yield from _selects(card)
            yield from _submit(card)


def _title(card: Card, kind: str) -> Iterator[str]:
    title = text(part(card, "main_title").get("title")).strip()
    below = text(card.get("sub_title_text")).strip()
    asks = kind in {"vote_interaction", "multiple_interaction"}
    if not title and (asks or not below):
        yield "main_title.title is missing" if asks else "neither main_title.title nor sub_title_text"


def _task(card: Card, kind: str) -> Iterator[str]:
    task_id = card.get("task_id")
    if task_id is None and (kind not in NOTICES or "action_menu" in card):
        yield "task_id is missing on a card that can be pressed"
    elif task_id is not None and not _TASK_ID.fullmatch(text(task_id)):
        yield "task_id is not 1 to 128 of 0-9 A-Z a-z _ - @"


def _around(card: Card) -> Iterator[str]:
    if "horizontal_content_list" in card:
        yield from _listed(card, "horizontal_content_list", (0, 6), ("keyname",))
    if "jump_list" in card:
        yield from _listed(card, "jump_list", (0, 3), ("title",))
    if "action_menu" in card:
        menu = part(card, "action_menu")
        yield from _listed(menu, "action_list", (1, 3), ("text", "key"), KEY_MAX_BYTES)
    if size_bytes(part(card, "feedback").get("id")) > FEEDBACK_MAX_BYTES:
        yield f"feedback.id is over {FEEDBACK_MAX_BYTES} bytes"


def _action(card: Card) -> Iterator[str]:
    action = part(card, "card_action")
    if action.get("type") not in {1, 2}:
        yield "card_action is missing on a text_notice"
    elif action.get("type") == 1 and not text(action.get("url")):
        yield "card_action of type 1 needs a url"


def _selects(card: Card) -> Iterator[str]:
    yield from _listed(card, "select_list", (1, 3), ("question_key",), KEY_MAX_BYTES)
    for each in parts(card, "select_list"):
        yield from _question(each, "select_list", 10)


def _question(asked: Card, name: str, most: int) -> Iterator[str]:
    if not 0 < size_bytes(asked.get("question_key")) <= KEY_MAX_BYTES:
        yield f"{name}.question_key is not 1 to {KEY_MAX_BYTES} bytes"
    yield from _listed(asked, "option_list", (1, most), ("text", "id"), OPTION_MAX_BYTES)


def _submit(card: Card) -> Iterator[str]:
    submit = part(card, "submit_button")
    if not (text(submit.get("text")).strip() and 0 < size_bytes(submit.get("key")) <= KEY_MAX_BYTES):
        yield f"submit_button needs a text and a key of 1 to {KEY_MAX_BYTES} bytes"


def _listed(
    holder: Card, name: str, count: tuple[int, int], needs: Sequence[str], id_max_bytes: int = 0
) -> Iterator[str]:
    """The rules of a list; the last of `needs` tells its items apart where `id_max_bytes` is given."""
    found, (least, most) = holder.get(name), count
    if not isinstance(found, list) or not least <= len(found) <= most:
        yield f"{name} takes {least} to {most}"
        return
    items = parts(holder, name)
    if len(items) < len(found):
        yield f"{name} holds something else than objects"
    for need in needs:
        if not all(text(each.get(need)).strip() for each in items):
            yield f"{name} has one without {need}"
    if id_max_bytes:
        yield from _apart(items, f"{name}.{needs[-1]}", id_max_bytes)


def _apart(items: Sequence[Card], name: str, max_bytes: int) -> Iterator[str]:
    ids = [text(each.get(name.rpartition(".")[2])) for each in items]
    if len(set(ids)) < len(ids):
        yield f"{name} comes twice"
    if any(size_bytes(each) > max_bytes for each in ids):
        yield f"{name} is over {max_bytes} bytes"
