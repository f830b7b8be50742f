"""States of accounts, who gives which role, and days on the school's clock."""

from dataclasses import dataclass
from datetime import date

import pytest

from accounts.administration import rules
from accounts.rights import LEADERS, ROLES
from realtime.refusal import Refusal

LONDON = "Europe/London"
HOUR = 3600 * 1000


@dataclass
class Account:
    disabled_ms: int | None = None
    starts_ms: int | None = None
    left_ms: int | None = None
    off_ms: int | None = None
    erased_ms: int | None = None


@pytest.mark.parametrize(
    ("account", "state"),
    [
        (Account(), "active"),
        (Account(starts_ms=101), "starting"),
        (Account(starts_ms=100), "active"),
        (Account(left_ms=101, off_ms=200), "active"),
        (Account(left_ms=100, off_ms=200), "left"),
        (Account(left_ms=10, off_ms=100), "off"),
        (Account(left_ms=10, off_ms=50, disabled_ms=20), "disabled"),
        (Account(disabled_ms=20, erased_ms=30), "erased"),
    ],
)
def test_what_weighs_most_is_the_state(account: Account, state: str) -> None:
    assert rules.state_of(account, 100) == state


@pytest.mark.parametrize("giver", sorted(ROLES))
def test_nobody_gives_a_role_that_administers_or_looks_without_leading(giver: str) -> None:
    given = {role for role in ROLES if rules.may_give(giver, role)}
    assert given == (ROLES if giver in LEADERS else ROLES - LEADERS - {"dsl"})


def test_a_day_begins_and_ends_on_the_schools_clock_also_when_the_clock_changes() -> None:
    spring = date(2026, 3, 29)
    assert rules.end_of(spring, LONDON) - rules.start_of(spring, LONDON) == 23 * HOUR
    autumn = date(2026, 10, 25)
    assert rules.end_of(autumn, LONDON) - rules.start_of(autumn, LONDON) == 25 * HOUR
    assert rules.last_day(rules.end_of(autumn, LONDON), LONDON) == autumn


def test_a_cover_lasts_from_the_first_midnight_to_the_last() -> None:
    now = rules.start_of(date(2026, 11, 23), LONDON) + 9 * HOUR
    span = rules.cover_span(date(2026, 11, 23), date(2026, 11, 24), now, LONDON)
    assert span == (rules.start_of(date(2026, 11, 23), LONDON), rules.start_of(date(2026, 11, 25), LONDON))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 11, 24), date(2026, 11, 23)),
        (date(2026, 11, 1), date(2026, 11, 22)),
        (date(2026, 11, 23), date(2027, 11, 23)),
    ],
)
def test_a_cover_backwards_over_or_for_ever_is_refused(first: date, last: date) -> None:
    now = rules.start_of(date(2026, 11, 23), LONDON)
    with pytest.raises(Refusal):
        rules.cover_span(first, last, now, LONDON)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "0001-01-01", "9999-12-31", "2026-11-23T10:00"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        rules.day_of(text)
