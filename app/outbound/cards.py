"""Cards as WeCom wants them, for bot and app alike (pages 101032 and 90236, read in March 2026)."""

from collections.abc import Mapping

from app.records.card import Card, Question

Body = Mapping[str, object]

_LINK = "https://work.weixin.qq.com"  # a card without buttons must lead somewhere
_TITLE_MAX, _WORDS_MAX, _ROW_MAX, _BUTTON_MAX = 26, 112, 26, 10  # characters that phones show

BLUE, RED = 1, 2
"""Styles of buttons: the first is what most will press."""


def body_of(card: Card) -> Body:
    """The card, to be sent or to take the place of one with its id."""
    title = _cut(card.title, _TITLE_MAX)
    common: dict[str, object] = {"task_id": card.task_id, "main_title": {"title": title}}
    if not card.questions:
        return common | _with_buttons(card)
    sending = {"submit_button": {"text": _cut(card.buttons[0].text, _BUTTON_MAX), "key": card.buttons[0].key}}
    common["main_title"] = {"title": title, "desc": _cut(card.words, _WORDS_MAX)}
    if len(card.questions) == 1:
        return common | sending | {"card_type": "vote_interaction", "checkbox": _checkbox(card.questions[0])}
    lists = [_selector(each) for each in card.questions]
    return common | sending | {"card_type": "multiple_interaction", "select_list": lists}


def fits(text: str) -> bool:
    """Whether a card that is done with shows all of the words."""
    return len(_parted(text)[1]) <= _WORDS_MAX


def ended(task_id: str, text: str, card: Card | None) -> Body:
    """What takes a card's place when it is done with: a short first line as its title, then the rest."""
    title, words = _parted(text)
    body: dict[str, object] = {
        "card_type": "text_notice",
        "task_id": task_id,
        "main_title": {"title": title or _cut(card.title if card else "✓", _TITLE_MAX)},
        "card_action": {"type": 1, "url": _LINK},
    }
    return body | ({"sub_title_text": _cut(words, _WORDS_MAX)} if words else {})


def _parted(text: str) -> tuple[str, str]:
    """The title and the words; no title where the first line is too long for one."""
    title, _, rest = text.strip().partition("\n")
    return (title, rest) if len(title) <= _TITLE_MAX else ("", text.strip())


def waiting(card: Card) -> Body:
    """The card while its click is carried out; it can be pressed again."""
    return {**body_of(card), "sub_title_text": _cut(card.wait, _WORDS_MAX)}


def _with_buttons(card: Card) -> dict[str, object]:
    buttons = [
        {"text": _cut(each.text, _BUTTON_MAX), "key": each.key, "style": BLUE if n == 0 else RED}
        for n, each in enumerate(card.buttons)
    ]
    body: dict[str, object] = {
        "card_type": "button_interaction",
        "sub_title_text": _cut(card.words, _WORDS_MAX),
        "button_list": buttons,
    }
    if card.rows:
        body["horizontal_content_list"] = [
            {"keyname": _cut(name, 5), "value": _cut(value, _ROW_MAX)} for name, value in card.rows[:6]
        ]
    return body


def _checkbox(question: Question) -> Body:
    options = [{"id": each.id, "text": each.text, "is_checked": False} for each in question.options]
    return {"question_key": question.key, "option_list": options, "mode": int(question.several)}


def _selector(question: Question) -> Body:
    options = [{"id": each.id, "text": each.text} for each in question.options]
    return {"question_key": question.key, "title": _cut(question.title, 13), "option_list": options}


def _cut(text: str, limit: int) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"
