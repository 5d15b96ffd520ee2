"""What tokens cost at a moment: dated entries with peak hours; what is not known costs what is dearest."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from zoneinfo import ZoneInfo

from app.records.cloud import Provider, Usage


@dataclass(frozen=True, slots=True)
class Rates:
    """Yuan for a million tokens, which is also millionths of a yuan for one."""

    hit: Decimal
    miss: Decimal
    output: Decimal

    def cost(self, usage: Usage) -> int:
        """Millionths of a yuan, rounded up."""
        exact = self.hit * usage.hit + self.miss * usage.miss + self.output * usage.output
        return int(exact.to_integral_value(ROUND_CEILING))


@dataclass(frozen=True, slots=True)
class Peak:
    """Dearer hours: on `weekdays` (1 is Monday), between times of `zone`, but for days off.

    Each of `hours` is from a time to before another; 00:00 as the end is the end of the day.
    `years` are those whose days off are known, None where days off do not matter; of another year
    every such weekday counts.
    """

    rates: Rates
    weekdays: frozenset[int]
    hours: tuple[tuple[time, time], ...]
    zone: ZoneInfo
    days_off: frozenset[date] = frozenset()
    years: frozenset[int] | None = None

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies in them."""
        there = at.astimezone(self.zone)
        known = self.years is None or there.year in self.years
        if there.isoweekday() not in self.weekdays or (known and there.date() in self.days_off):
            return False
        clock = there.time()
        return any(start <= clock and (clock < end or end == time.min) for start, end in self.hours)


@dataclass(frozen=True, slots=True)
class Price:
    """One model's price from `valid_from` to before `valid_until`; `read` is when it was looked up."""

    provider: Provider
    model: str
    rates: Rates
    valid_from: datetime
    valid_until: datetime
    source: str
    read: date
    peak: Peak | None = None

    def at(self, at: datetime) -> Rates:
        """The rates of a moment within."""
        return self.peak.rates if self.peak and self.peak.holds(at) else self.rates


@dataclass(frozen=True, slots=True)
class Prices:
    """Every entry; no two of a model at once."""

    entries: tuple[Price, ...]

    def valid(self, provider: Provider, model: str, at: datetime) -> Price | None:
        """The entry of a model at a moment, None where there is none: then nothing may be asked."""
        return next(
            (
                each
                for each in self.entries
                if (each.provider, each.model) == (provider, model)
                and each.valid_from <= at < each.valid_until
            ),
            None,
        )

    def worst(
        self, provider: Provider, model: str, at: datetime, prompt_tokens: int, output_tokens: int
    ) -> int | None:
        """The most a request can cost, in millionths of a yuan: no hit, the dearer of now and a minute on."""
        price = self.valid(provider, model, at)
        if price is None:
            return None
        usage = Usage(miss=prompt_tokens, output=output_tokens)
        return max(price.at(at).cost(usage), price.at(at + timedelta(minutes=1)).cost(usage))

    def cost(self, provider: Provider, model: str, at: datetime, usage: Usage) -> int | None:
        """What a request that began at a moment cost; None where no price was valid then."""
        if provider == "lan":
            return 0
        price = self.valid(provider, model, at)
        return None if price is None else price.at(at).cost(usage)
