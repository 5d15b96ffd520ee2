"""What all JSON forms share at the door: strict types, and mistakes told with their place."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.records.errors import FileWrong

LARGEST = 10**9
"""Times and weights above this are refused: sums of them must stay exact in the solver."""

Time = Annotated[int, Field(ge=0, le=LARGEST)]
Index = Annotated[int, Field(ge=0, le=LARGEST)]
Weight = Annotated[int, Field(ge=0, le=1_000_000)]


class Strict(BaseModel):
    """Unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Published(BaseModel):
    """A form of other people: wrong types are refused, keys that we do not know are left alone."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


M = TypeVar("M", bound=BaseModel)


def read(model: type[M], document: object) -> M:
    """The document as `model`; raises FileWrong naming the first five places that are wrong."""
    try:
        return model.model_validate(document)
    except ValidationError as fault:
        errors = fault.errors(include_url=False)
        lines = [f"{_place(e['loc'])}: {e['msg'].removeprefix('Value error, ')}" for e in errors[:5]]
        more = f"; and {len(errors) - 5} more" if len(errors) > 5 else ""
        raise FileWrong("; ".join(lines) + more) from None


def _place(location: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.lstrip(".") or "the file"


def need(condition: bool, sentence: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise FileWrong with the sentence unless the condition holds."""
    if not condition:
        raise FileWrong(sentence)


def need_square(matrix: object, size: int, name: str) -> None:
    """Raise FileWrong unless a list of rows has `size` rows of `size` numbers."""
    rows = list(matrix) if isinstance(matrix, list | tuple) else []
    need(len(rows) == size and all(len(row) == size for row in rows), f"{name}: must be {size} by {size}")
