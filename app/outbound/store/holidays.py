"""Lists of public holidays that ship with the product: config/holidays."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.outbound.store.days import IsoDate
from app.outbound.toml_form import read_form
from app.settings import shipped


@dataclass(frozen=True, slots=True)
class Holidays:
    """One list: ISO dates off, ISO dates worked in their place, and the years that it knows."""

    days_off: tuple[str, ...]
    work_days: tuple[str, ...]
    years: tuple[int, ...]


NO_HOLIDAYS = Holidays((), (), ())


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Year = Annotated[int, Field(ge=2000, le=2200)]


def _once(days: tuple[str, ...]) -> tuple[str, ...]:
    if twice := sorted({day for day in days if days.count(day) > 1}):
        raise ValueError(f"{twice[0]} is there twice")
    return days


Days = Annotated[tuple[IsoDate, ...], AfterValidator(_once)]


class _YearForm(_Form):
    year: Year
    days_off: Days
    work_days: Days = ()

    @model_validator(mode="after")
    def _is_one_year(self) -> "_YearForm":
        for day in (*self.days_off, *self.work_days):
            if not day.startswith(f"{self.year}-"):
                raise ValueError(f"{day} is no day of {self.year}")
        if both := sorted({*self.days_off} & {*self.work_days}):
            raise ValueError(f"{both[0]} cannot be both off and worked")
        return self


class _ListForm(_Form):
    source: str
    year: tuple[_YearForm, ...]
    missing: tuple[Year, ...] = ()


def holiday_lists() -> tuple[str, ...]:
    """The names of the lists that ship."""
    return tuple(sorted(file.stem for file in (shipped("config") / "holidays").glob("*.toml")))


@lru_cache(maxsize=16)
def read_holidays(name: str) -> Holidays:
    """The list of a name that ships; raises FileWrong naming the file for one that is not there."""
    return parse_holidays(shipped("config") / "holidays" / f"{name}.toml")


def parse_holidays(file: Path) -> Holidays:
    """The list in a file; raises FileWrong naming the file and the key."""
    found = read_form(file, _ListForm)
    return Holidays(
        tuple(day for each in found.year for day in each.days_off),
        tuple(day for each in found.year for day in each.work_days),
        tuple(each.year for each in found.year if each.year not in found.missing),
    )
