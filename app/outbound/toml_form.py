"""A TOML file that must fit a form: whatever is wrong is told by file and key."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.records.errors import FileWrong

F = TypeVar("F", bound=BaseModel)


def read_form(file: Path, form: type[F]) -> F:
    """The file's content in its form; raises FileWrong naming the file, and the first key that is wrong."""
    try:
        return form.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as fault:
        raise FileWrong(f"{file}: {fault.strerror}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise FileWrong(f"{file}: not TOML: {fault}") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise FileWrong(f"{file}: {key}: {first['msg'].removeprefix('Value error, ')}") from None
