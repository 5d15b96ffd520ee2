"""Wishes as JSON, from the cloud or a console: strict, bounded, every code one of the plant's own."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.records import wish as records
from app.records.errors import FileWrong
from app.records.wish import AnyWish

SCHEMA_ID = "chargehand:wishes.schema.json"
Code = Annotated[str, Field(min_length=1, max_length=64)]
_WINDOWS_MAX = 28
_ORDERS_MAX = 50


@dataclass(frozen=True, slots=True)
class Known:
    """The closed sets: every code that a wish may name."""

    orders: frozenset[str]
    machines: frozenset[str]
    facilities: frozenset[str]
    families: frozenset[str] = frozenset()
    crews: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class WindowForm(_Form):
    """Half-open, ISO 8601 with an offset."""

    start: AwareDatetime
    end: AwareDatetime
    shift: Literal["day", "night"] | None = Field(None, description="The shift that the window is.")


class ExpediteForm(_Form):
    """An order goes before the others."""

    kind: Literal["expedite"]
    order: Code
    by: AwareDatetime | None = Field(None, description="When it should be ready; null: as soon as can be.")


class BeforeForm(_Form):
    """On every type of machine that both need, `order` is through before `then` starts."""

    kind: Literal["before"]
    order: Code
    then: Code


class PinForm(_Form):
    """An operation stays on a machine, starts at a time, or both."""

    kind: Literal["pin"]
    order: Code
    position: int | None = Field(None, ge=0, le=999, description="Which operation, from 0.")
    machine: Code | None = None
    at: AwareDatetime | None = None


class AvoidForm(_Form):
    """At least two of order, machine and windows."""

    kind: Literal["avoid"]
    order: Code | None = None
    machine: Code | None = None
    windows: list[WindowForm] = Field(default_factory=list, max_length=_WINDOWS_MAX)


class UnavailableForm(_Form):
    """Exactly one of machine, person (userid) and crew cannot work in a window."""

    kind: Literal["unavailable"]
    window: WindowForm
    machine: Code | None = None
    person: Code | None = None
    crew: Code | None = None
    people: int = Field(1, ge=1, le=999, description="How many people of the crew.")


class PreferForm(_Form):
    """Exactly one of order and family, rather at one facility; `only`: whatever can be done there is."""

    kind: Literal["prefer"]
    facility: Code
    order: Code | None = None
    family: Code | None = None
    only: bool = False


class SplitForm(_Form):
    """An order in lots."""

    kind: Literal["split"]
    order: Code
    lots: int = Field(ge=2, le=records.LOTS_MAX)


class FreezeForm(_Form):
    """What the plan in force has stays: all before `until`, or all of `orders`."""

    kind: Literal["freeze"]
    until: AwareDatetime | None = None
    orders: list[Code] = Field(default_factory=list, max_length=_ORDERS_MAX)


class SwapForm(_Form):
    """Two orders change places."""

    kind: Literal["swap"]
    order: Code
    other: Code


class CapOvertimeForm(_Form):
    """At most so many minutes of each overtime window; null facility: everywhere."""

    kind: Literal["cap_overtime"]
    minutes: int = Field(ge=0, le=1440)
    facility: Code | None = None


class PriorityForm(_Form):
    """An order's importance for this plan."""

    kind: Literal["priority"]
    order: Code
    weight: int = Field(ge=1, le=records.WEIGHT_MAX)


class PostponeForm(_Form):
    """Nothing more of an order starts before a time."""

    kind: Literal["postpone"]
    order: Code
    not_before: AwareDatetime


_Plain = Annotated[
    ExpediteForm | BeforeForm | PinForm | AvoidForm | UnavailableForm | PreferForm | SplitForm | FreezeForm
    | SwapForm | CapOvertimeForm | PriorityForm | PostponeForm,
    Field(discriminator="kind"),
]  # fmt: skip


class WhatIfForm(_Form):
    """Only to see what would come of these; never published."""

    kind: Literal["what_if"]
    wishes: list[_Plain] = Field(min_length=1, max_length=records.WISHES_MAX)


_Any = Annotated[_Plain | WhatIfForm, Field(discriminator="kind")]
FORMS: tuple[type[BaseModel], ...] = (*get_args(get_args(_Plain)[0]), WhatIfForm, WindowForm)
"""Every form that stands somewhere in a document of wishes."""

_WISHES: TypeAdapter[list[_Any]] = TypeAdapter(Annotated[list[_Any], Field(max_length=records.WISHES_MAX)])

_KINDS: dict[str, Callable[..., AnyWish]] = {
    "expedite": records.Expedite,
    "before": records.Before,
    "pin": records.Pin,
    "avoid": records.Avoid,
    "unavailable": records.Unavailable,
    "prefer": records.Prefer,
    "split": records.Split,
    "freeze": records.Freeze,
    "swap": records.Swap,
    "cap_overtime": records.CapOvertime,
    "priority": records.Priority,
    "postpone": records.Postpone,
    "what_if": records.WhatIf,
}


KINDS = tuple(_KINDS)


def schema() -> dict[str, object]:
    """The JSON Schema that config/schemas/wishes.schema.json holds."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return {**head, "title": "Wishes of a plan of Chargehand", **_WISHES.json_schema()}


def dump(wishes: tuple[AnyWish, ...]) -> list[dict[str, object]]:
    """The wishes as a JSON document; `parse` of it gives equal wishes. Times in UTC."""
    told: list[dict[str, object]] = [_as_json(asdict(each)) for each in wishes]
    return told


def parse(text: str | bytes, known: Known) -> tuple[AnyWish, ...]:
    """The wishes of a JSON list; raises FileWrong naming the place that is wrong, or the unknown code."""
    try:
        forms = _WISHES.validate_json(text, strict=True)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        raise FileWrong(f"{_place(first['loc'])}: {first['msg']}") from None
    found = []
    for n, form in enumerate(forms):
        wish = _record(form.model_dump())
        for each in wish.wishes if isinstance(wish, records.WhatIf) else (wish,):
            if wrong := _wrong(each, known):
                raise FileWrong(f"wishes[{n}]: {wrong}")
        found.append(wish)
    return tuple(found)


def _place(location: tuple[int | str, ...]) -> str:
    return "wishes" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)


def _record(given: dict[str, Any]) -> AnyWish:
    """The record of a form's fields; lists become tuples, windows and inner wishes records."""
    fields: dict[str, Any] = {}
    for name, value in given.items():
        match name, value:
            case "window", dict():
                fields[name] = _window(value)
            case "windows", list():
                fields[name] = tuple(_window(each) for each in value)
            case "wishes", list():
                fields[name] = tuple(_record(each) for each in value)
            case _, list():
                fields[name] = tuple(value)
            case _, datetime():
                fields[name] = value.astimezone(UTC)
            case _:
                fields[name] = value
    return _KINDS[given["kind"]](**fields)


def _window(given: dict[str, Any]) -> records.Window:
    return records.Window(given["start"].astimezone(UTC), given["end"].astimezone(UTC), given["shift"])


def _as_json(value: Any) -> Any:
    match value:
        case dict():
            return {key: _as_json(each) for key, each in value.items()}
        case list() | tuple():
            return [_as_json(each) for each in value]
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            return value


def _wrong(wish: records.PlainWish, known: Known) -> str:
    """What is wrong with a wish beyond its form, "" where nothing is."""
    for what, codes, allowed in _named(wish, known):
        stranger = next((code for code in codes if code is not None and code not in allowed), None)
        if stranger is not None:
            return f"there is no {what} '{stranger}'"
    windows = getattr(wish, "windows", ()) or ((wish.window,) if hasattr(wish, "window") else ())
    if any(window.start >= window.end for window in windows):
        return "a window ends before it begins"
    return _incomplete(wish)


def _named(
    wish: records.PlainWish, known: Known
) -> tuple[tuple[str, tuple[str | None, ...], frozenset[str]], ...]:
    def of(*names: str) -> tuple[str | None, ...]:
        return tuple(getattr(wish, name, None) for name in names)

    orders = (*of("order", "then", "other"), *getattr(wish, "orders", ()))
    return (
        ("order", orders, known.orders),
        ("machine", of("machine"), known.machines),
        ("facility", of("facility"), known.facilities),
        ("family", of("family"), known.families),
        ("crew", of("crew"), known.crews),
        ("person", of("person"), known.people),
    )


def _incomplete(wish: records.PlainWish) -> str:
    match wish:
        case records.Avoid(order=order, machine=machine, windows=windows):
            enough = bool(order) + bool(machine) + bool(windows) >= 2
            return "" if enough else "avoid needs two of order, machine and windows"
        case records.Pin(machine=None, at=None):
            return "pin needs a machine or a time"
        case records.Unavailable(machine=machine, person=person, crew=crew):
            one = bool(machine) + bool(person) + bool(crew) == 1
            return "" if one else "unavailable needs one of machine, person and crew"
        case records.Prefer(order=order, family=family):
            return "" if bool(order) + bool(family) == 1 else "prefer needs one of order and family"
        case records.Freeze(until=None, orders=()):
            return "freeze needs a time or orders"
        case records.Before(order=order, then=other) | records.Swap(order=order, other=other):
            return "two different orders are needed" if order == other else ""
        case _:
            return ""
