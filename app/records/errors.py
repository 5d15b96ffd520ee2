"""One tree of errors: our own fault, or the outside's, which is either down (may retry) or refused (never).

```
ChargehandError
├── OwnFault            CH-1xx  a guard of ours was broken; a bug or a wrong configuration
│   ├── WrongStage      CH-101
│   ├── SettingsWrong   CH-110
│   ├── StoreTooNew     CH-120
│   ├── AlreadyRunning  CH-121
│   ├── StaleDecision   CH-122
│   ├── ChainBroken     CH-123
│   ├── StoreFull       CH-124
│   ├── NotWaiting      CH-125
│   ├── ModelWrong      CH-130
│   ├── FileWrong       CH-140
│   └── AnswerWrong     CH-150
└── Outside             CH-2xx
    ├── Down            CH-210  may be tried again
    │   ├── LaneDown    CH-211
    │   ├── LinkDown    CH-212
    │   │   └── OutcomeUnknown  CH-213  was written, never acknowledged
    │   └── MediaDown   CH-214
    └── TurnedDown      CH-220  must never be tried again unchanged
        ├── NotGenuine  CH-221
        └── MediaRefused    CH-222
```

The class docstring is what a person reads; the code is what log, counter and manual share.
"""

from typing import Literal


class ChargehandError(Exception):
    """Something went wrong."""

    code = "CH-000"

    def __str__(self) -> str:
        detail = super().__str__()
        return detail or (type(self).__doc__ or "").strip()


class OwnFault(ChargehandError):
    """A guard inside the product was broken."""

    code = "CH-100"


class WrongStage(OwnFault):
    """The decision is not at a stage that allows this step."""

    code = "CH-101"


class SettingsWrong(OwnFault):
    """The configuration cannot be used."""

    code = "CH-110"


class StoreTooNew(OwnFault):
    """The store was written by a newer version; install that version or restore a backup."""

    code = "CH-120"


class AlreadyRunning(OwnFault):
    """Another service holds this data directory."""

    code = "CH-121"


class StaleDecision(OwnFault):
    """Somebody else moved this decision on; read it again."""

    code = "CH-122"


class ChainBroken(OwnFault):
    """The audit chain does not verify."""

    code = "CH-123"


class StoreFull(OwnFault):
    """The store cannot be written."""

    code = "CH-124"


class NotWaiting(OwnFault):
    """Somebody else says this answer, or it was said already."""

    code = "CH-125"


class ModelWrong(OwnFault):
    """A model file is missing or does not match its manifest."""

    code = "CH-130"


class FileWrong(OwnFault):
    """A file given by the user cannot be read as what it should be."""

    code = "CH-140"


class AnswerWrong(OwnFault):
    """An answer of the cloud that cannot be used; `wrong` says why, for the model to read."""

    code = "CH-150"

    def __init__(self, *wrong: str) -> None:
        super().__init__("; ".join(wrong))
        self.wrong = wrong


class Outside(ChargehandError):
    """Something outside the product failed."""

    code = "CH-200"


class Down(Outside):
    """The other side does not answer; it may be tried again."""

    code = "CH-210"


class LaneDown(Down):
    """The local model does not answer; rules carry on alone."""

    code = "CH-211"


class LinkDown(Down):
    """The WeCom connection is not ready."""

    code = "CH-212"


class OutcomeUnknown(LinkDown):
    """The frame was written and never acknowledged: it may or may not have arrived."""

    code = "CH-213"


class MediaDown(Down):
    """An attachment could not be fetched now; its address works for five minutes."""

    code = "CH-214"

    def __init__(self, reason: Literal["no_connection", "broken_off", "too_slow", "busy"]) -> None:
        super().__init__(f"the attachment could not be fetched: {reason}")
        self.reason = reason


class TurnedDown(Outside):
    """The other side refused; the same request must not be sent again."""

    code = "CH-220"

    def __init__(self, detail: str, errcode: int = 0) -> None:
        super().__init__(detail)
        self.errcode = errcode


class NotGenuine(TurnedDown):
    """What came is not sealed by WeCom for us; it never says which check it failed."""

    code = "CH-221"

    def __init__(self) -> None:
        super().__init__("")


MediaReason = Literal[
    "address",  # not https, or no address at all
    "host",  # not on the list of hosts
    "network",  # the host lies in a network that is not the public internet
    "redirect",
    "status",  # such as 403 when the address has expired
    "encoding",  # packed, or without an end that can be known
    "too_large",
    "seal",  # the key, the length, the padding: never which
    "type",  # not a file of the kind it is sent as
    "gone",  # what shall be sent does not lie in the media folder
]
"""Why an attachment is not taken or not sent: a stable word for log and counter."""


class MediaRefused(TurnedDown):
    """An attachment that must not be taken or sent; neither its address nor its key is in the words."""

    code = "CH-222"

    def __init__(self, reason: MediaReason) -> None:
        super().__init__(f"the attachment is refused: {reason}")
        self.reason: MediaReason = reason
