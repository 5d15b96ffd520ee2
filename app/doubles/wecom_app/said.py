"""What people do in an app, as the fields of a callback (pages 90239 and 90240, read 2026-11)."""

from collections.abc import Mapping, Sequence

from app.doubles.wecom_app.rules import AGENT_ID, CORP_ID

Fields = dict[str, object]


def said(kind: str, sender: str, at_s: int, **fields: object) -> Fields:
    """A message or event of any kind; `at_s` is Unix time."""
    head = {"ToUserName": CORP_ID, "FromUserName": sender, "CreateTime": at_s, "MsgType": kind}
    return head | {"AgentID": AGENT_ID} | fields


def written(sender: str, at_s: int, content: str, msgid: str) -> Fields:
    """A text."""
    return said("text", sender, at_s, Content=content, MsgId=msgid)


def pressed(
    sender: str,
    at_s: int,
    card: tuple[str, str],
    key: str,
    code: str,
    chosen: Mapping[str, Sequence[str]] | None = None,
) -> Fields:
    """A button of a card, named by its type and task_id; `code` allows one update, `chosen` by question."""
    card_type, task_id = card
    fields: Fields = {"Event": "template_card_event", "EventKey": key, "TaskId": task_id}
    fields |= {"CardType": card_type, "ResponseCode": code}
    if chosen is not None:
        items = tuple(
            {"QuestionKey": question, "OptionIds": {"OptionId": tuple(options)}}
            for question, options in chosen.items()
        )
        fields["SelectedItems"] = {"SelectedItem": items}
    return said("event", sender, at_s, **fields)


def entered(sender: str, at_s: int) -> Fields:
    """The app is opened."""
    return said("event", sender, at_s, Event="enter_agent", EventKey="")
