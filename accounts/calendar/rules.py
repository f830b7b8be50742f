"""When it is school. Pure: days are those of the school's clock, moments carry their offset."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays
from msgspec import Struct

KINDS: Final = ("term", "half_term", "inset", "holiday")
CLOSING: Final = frozenset({"half_term", "inset", "holiday"})
_WEEKEND: Final = frozenset({5, 6})
_YEAR_BEGINS: Final = 9  # September, unless the country has another habit: a year is only what is counted together
_FAR: Final = 400  # days; further ahead nobody knows of a school day


class Days(Struct, frozen=True):
    """An entry of the calendar; both days inclusive."""

    id: str
    kind: str
    name: str
    starts_on: date
    ends_on: date
    origin: str = "name"

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


class Calendar(Struct, frozen=True):
    """A school's calendar. `country` and `subdivision` say whose bank holidays are kept: codes of `holidays`."""

    zone: str
    days: tuple[Days, ...] = ()
    day_starts: str = "08:45"
    day_ends: str = "15:30"
    country: str = "GB"
    subdivision: str = "ENG"

    def is_school_day(self, day: date) -> bool:
        return self.why_none(day) is None

    def in_school_time(self, at: datetime) -> bool:
        """From the start of a school day up to its end."""
        here = at.astimezone(ZoneInfo(self.zone))
        begins, ends = time.fromisoformat(self.day_starts), time.fromisoformat(self.day_ends)
        return begins <= here.time().replace(tzinfo=None) < ends and self.is_school_day(here.date())

    def next_school_day(self, after: date) -> date | None:
        """The first school day after this one; None if none is known."""
        days = (after + timedelta(days=nth) for nth in range(1, _FAR))
        return next((day for day in days if self.is_school_day(day)), None)

    def why_none(self, day: date) -> str | None:
        """None on a school day; else `weekend`, `bank_holiday`, `inset`, `half_term`, `holiday` or `out_of_term`.

        A school year of which no term is known has school on every weekday: better than none at all.
        """
        if day.weekday() in self._weekend():
            return "weekend"
        if self.bank_holiday(day) is not None:
            return "bank_holiday"
        closing = next((each.kind for each in self.days if each.kind in CLOSING and day in each), None)
        if closing is not None:
            return closing
        terms = self.terms(year_of(day))
        return None if not terms or any(day in each for each in terms) else "out_of_term"

    def bank_holiday(self, day: date) -> str | None:
        """Its name."""
        return _bank_holidays(self.country, self.subdivision, day.year).get(day)

    def terms(self, year: int) -> list[Days]:
        """The terms of the school year that begins in this year, in order."""
        return self.entries(year, "term")

    def entries(self, year: int, *kinds: str) -> list[Days]:
        """What lies in a school year, in order; all kinds if none are named."""
        begins, ends = bounds(year)
        found = (each for each in self.days if each.starts_on <= ends and begins <= each.ends_on)
        return sorted(
            (each for each in found if not kinds or each.kind in kinds), key=lambda each: (each.starts_on, each.id)
        )

    def school_days(self, first: date, last: date) -> int:
        """How many there are, both days inclusive."""
        return sum(self.is_school_day(day) for day in _each(first, last))

    def bank_holidays(self, year: int) -> list[tuple[date, str]]:
        """Those of a school year that would be school days but for it."""
        begins, ends = bounds(year)
        both = {**_bank_holidays(self.country, self.subdivision, year),
                **_bank_holidays(self.country, self.subdivision, year + 1)}  # fmt: skip
        return [(day, name) for day, name in sorted(both.items()) if begins <= day <= ends and self._in_term(day)]

    def _in_term(self, day: date) -> bool:
        return day.weekday() not in self._weekend() and any(day in each for each in self.terms(year_of(day)))

    def _weekend(self) -> frozenset[int]:
        return _weekend_of(self.country)


def year_of(day: date) -> int:
    """The year in which the school year of a day begins."""
    return day.year if day.month >= _YEAR_BEGINS else day.year - 1


def bounds(year: int) -> tuple[date, date]:
    """First and last day of a school year."""
    return date(year, _YEAR_BEGINS, 1), date(year + 1, _YEAR_BEGINS, 1) - timedelta(days=1)


def overlapping(days: Sequence[Days]) -> list[tuple[Days, Days]]:
    """Pairs of terms that share days: most likely one of them is mistyped."""
    terms = sorted((each for each in days if each.kind == "term"), key=lambda each: each.starts_on)
    return [
        (one, other) for nth, one in enumerate(terms) for other in terms[nth + 1 :] if other.starts_on <= one.ends_on
    ]


def known_place(country: str, subdivision: str) -> bool:
    """Whether bank holidays of this place are known; "" and "" are none."""
    if not country:
        return not subdivision
    places = holidays.list_supported_countries(include_aliases=False)
    return country in places and (not subdivision or subdivision in places[country])


def _each(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=nth) for nth in range((last - first).days + 1))


@cache
def _bank_holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    if not country:
        return {}
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


@cache
def _weekend_of(country: str) -> frozenset[int]:
    if not country:
        return _WEEKEND
    return frozenset(holidays.country_holidays(country).weekend)
