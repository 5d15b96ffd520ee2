"""The file of prices, read strictly: each mistake is named by its entry and key."""

import tomllib
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from app.outbound.cloud.prices import Peak, Price, Prices, Rates
from app.outbound.store.holidays import Holidays, holiday_lists, read_holidays
from app.records.errors import FileWrong

SANE_CNY = (Decimal("0.001"), Decimal(1000))
"""What a million tokens can cost: outside it, a price per token or per thousand was meant."""


def _decimal(text: str) -> str:
    try:
        if Decimal(text) >= 0:
            return text
    except InvalidOperation:
        pass
    raise ValueError(f"'{text}' is no price: write a decimal such as \"0.25\"")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ValueError(f"'{name}' is no time zone") from fault
    return name


def _span(text: str) -> str:
    start, _, end = text.partition("-")
    if time.fromisoformat(start) >= time.fromisoformat(end):
        raise ValueError(f"'{text}' ends before it begins")
    return text


Amount = Annotated[str, AfterValidator(_decimal)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _RatesForm(_Form):
    hit: Amount | None = None
    miss: Amount
    output: Amount


class _PeakForm(_RatesForm):
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(min_length=1)
    hours: tuple[Annotated[str, AfterValidator(_span)], ...] = Field(min_length=1)
    zone: Annotated[str, AfterValidator(_zone)]
    but_holidays: str | None = None

    @model_validator(mode="after")
    def _list_is_there(self) -> "_PeakForm":
        if self.but_holidays is not None and self.but_holidays not in holiday_lists():
            raise ValueError(f"there is no holiday list '{self.but_holidays}'")
        return self


class _PriceForm(_RatesForm):
    provider: Literal["deepseek", "tencent", "lan"]
    models: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)
    currency: Literal["CNY", "USD"]
    cny_per_unit: Amount = "1"
    valid_from: AwareDatetime
    valid_until: AwareDatetime
    read: date
    source: str = Field(min_length=1)
    peak: _PeakForm | None = None

    @model_validator(mode="after")
    def _is_sane(self) -> "_PriceForm":
        if self.valid_from >= self.valid_until:
            raise ValueError("valid_until is not after valid_from")
        if self.currency == "USD" and self.cny_per_unit == "1":
            raise ValueError("a price in USD needs cny_per_unit, the yuan for one dollar")
        for rates in (self, self.peak):
            for name in ("hit", "miss", "output"):
                self._in_bounds(name, getattr(rates, name) if rates else None)
        return self

    def _in_bounds(self, name: str, amount: str | None) -> None:
        low, high = SANE_CNY
        if amount is not None and not low <= Decimal(amount) * Decimal(self.cny_per_unit) <= high:
            raise ValueError(f'{name} = "{amount}" is not the price of a million tokens')


class _FileForm(_Form):
    price: tuple[_PriceForm, ...] = Field(min_length=1)


def read_prices(file: Path) -> Prices:
    """The prices in a file; raises FileWrong naming the file, the entry and the key."""
    try:
        form = _FileForm.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as fault:
        raise FileWrong(f"{file}: {fault.strerror}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise FileWrong(f"{file}: not TOML: {fault}") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise FileWrong(f"{file}: {place}: {first['msg'].removeprefix('Value error, ')}") from None
    _must_not_overlap(form, file)
    return Prices(tuple(_price(each, model) for each in form.price for model in each.models))


def _must_not_overlap(form: _FileForm, file: Path) -> None:
    for one, other in combinations(form.price, 2):
        both = sorted(set(one.models) & set(other.models))
        together = one.valid_from < other.valid_until and other.valid_from < one.valid_until
        if one.provider == other.provider and both and together:
            raise FileWrong(f"{file}: {both[0]} has two prices at once, from {one.valid_from:%Y-%m-%d} and "
                            f"{other.valid_from:%Y-%m-%d}")  # fmt: skip


def _price(form: _PriceForm, model: str) -> Price:
    per_unit = Decimal(form.cny_per_unit)
    return Price(
        form.provider,
        model,
        _rates(form, per_unit),
        form.valid_from.astimezone(UTC),
        form.valid_until.astimezone(UTC),
        form.source,
        form.read,
        _peak(form.peak, per_unit) if form.peak else None,
    )


def _peak(form: _PeakForm, per_unit: Decimal) -> Peak:
    spans = tuple(tuple(map(time.fromisoformat, each.split("-"))) for each in form.hours)
    holidays = read_holidays(form.but_holidays) if form.but_holidays else None
    return Peak(
        _rates(form, per_unit),
        frozenset(form.weekdays),
        tuple((span[0], span[1]) for span in spans),
        ZoneInfo(form.zone),
        _off(holidays),
        frozenset(holidays.years) if holidays else None,
    )


def _off(holidays: Holidays | None) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, holidays.days_off)) if holidays else frozenset()


def _rates(form: _RatesForm, per_unit: Decimal) -> Rates:
    """In yuan; a hit that has no price of its own costs what a miss costs."""
    hit = form.miss if form.hit is None else form.hit
    return Rates(*(Decimal(amount) * per_unit for amount in (hit, form.miss, form.output)))


def now_of(prices: Prices, at: datetime) -> tuple[Price, ...]:
    """The entries that are valid at a moment."""
    return tuple(each for each in prices.entries if each.valid_from <= at < each.valid_until)
