"""The file of prices, read strictly: each mistake is named by its entry and key."""

import re
from datetime import UTC, date, time
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
    model_validator,
)

from app.outbound.cloud.prices import Peak, Price, Prices, Rates
from app.outbound.store.holidays import Holidays, holiday_lists, read_holidays
from app.outbound.toml_form import read_form
from app.records.errors import FileWrong

SANE_CNY = (Decimal("0.001"), Decimal(1000))
"""What a million tokens can cost: outside it, a price per token or per thousand was meant."""


_SPAN = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)")


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
    if not _SPAN.fullmatch(text):
        raise ValueError(f"'{text}' is no span of a day: write 09:00-12:00")
    start, _, end = text.partition("-")
    if start >= end:
        raise ValueError(f"'{text}' ends before it begins")
    return text


Amount = Annotated[str, AfterValidator(_decimal)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _RatesForm(_Form):
    hit: Amount | None = None
    miss: Amount
    output: Amount

    @model_validator(mode="after")
    def _hit_is_no_dearer(self) -> "_RatesForm":
        """A call is reserved for as if nothing hit: that must be the most it can cost."""
        if self.hit is not None and Decimal(self.hit) > Decimal(self.miss):
            raise ValueError(f'hit = "{self.hit}" is dearer than miss = "{self.miss}"')
        return self


class _PeakForm(_RatesForm):
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(min_length=1)
    hours: list[Annotated[str, AfterValidator(_span)]] = Field(min_length=1)
    zone: Annotated[str, AfterValidator(_zone)]
    but_holidays: str | None = None

    @model_validator(mode="after")
    def _list_is_there(self) -> "_PeakForm":
        if self.but_holidays is not None and self.but_holidays not in holiday_lists():
            raise ValueError(f"there is no holiday list '{self.but_holidays}'")
        return self


class _PriceForm(_RatesForm):
    provider: Literal["deepseek", "tencent", "lan"]
    models: list[Annotated[str, Field(min_length=1)]] = Field(min_length=1)
    currency: Literal["CNY", "USD"]
    cny_per_unit: Amount | None = None
    valid_from: AwareDatetime
    valid_until: AwareDatetime
    read: date
    source: str = Field(min_length=1)
    peak: _PeakForm | None = None

    @model_validator(mode="after")
    def _is_sane(self) -> "_PriceForm":
        if self.valid_from >= self.valid_until:
            raise ValueError("valid_until is not after valid_from")
        if (self.currency == "USD") != (self.cny_per_unit is not None):
            raise ValueError(
                "cny_per_unit is the yuan for one dollar: a price in USD needs it, no other has it"
            )
        for rates in (self, self.peak):
            for name in ("hit", "miss", "output"):
                self._in_bounds(name, getattr(rates, name) if rates else None)
        return self

    def _in_bounds(self, name: str, amount: str | None) -> None:
        low, high = SANE_CNY
        if amount is not None and not low <= Decimal(amount) * self.yuan <= high:
            raise ValueError(f'{name} = "{amount}" is not the price of a million tokens')

    @model_validator(mode="after")
    def _peak_is_dearer(self) -> "_PriceForm":
        """Where it is not known whether a day counts as peak, peak is billed: that must be the most."""
        if self.peak is not None:
            usual, dear = _rates(self, self.yuan), _rates(self.peak, self.yuan)
            for name in ("hit", "miss", "output"):
                if getattr(dear, name) < getattr(usual, name):
                    raise ValueError(f"peak.{name} is cheaper than {name}")
        return self

    @property
    def yuan(self) -> Decimal:
        """The yuan for one of the currency."""
        return Decimal(self.cny_per_unit or 1)


class _FileForm(_Form):
    price: list[_PriceForm] = Field(min_length=1)


def read_prices(file: Path) -> Prices:
    """The prices in a file; raises FileWrong naming the file, the entry and the key."""
    form = read_form(file, _FileForm)
    prices = tuple(_price(each, model) for each in form.price for model in each.models)
    _must_not_overlap(prices, file)
    return Prices(prices)


def _must_not_overlap(prices: tuple[Price, ...], file: Path) -> None:
    for one, other in combinations(prices, 2):
        same = (one.provider, one.model) == (other.provider, other.model)
        if same and one.valid_from < other.valid_until and other.valid_from < one.valid_until:
            raise FileWrong(f"{file}: {one.model} has two prices at once, from {one.valid_from:%Y-%m-%d} and "
                            f"{other.valid_from:%Y-%m-%d}")  # fmt: skip


def _price(form: _PriceForm, model: str) -> Price:
    return Price(
        form.provider,
        model,
        _rates(form, form.yuan),
        form.valid_from.astimezone(UTC),
        form.valid_until.astimezone(UTC),
        form.source,
        form.read,
        _peak(form.peak, form.yuan) if form.peak else None,
    )


def _peak(form: _PeakForm, per_unit: Decimal) -> Peak:
    spans = (each.replace("24:00", "00:00").split("-") for each in form.hours)
    holidays = read_holidays(form.but_holidays) if form.but_holidays else None
    return Peak(
        _rates(form, per_unit),
        frozenset(form.weekdays),
        tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans),
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
