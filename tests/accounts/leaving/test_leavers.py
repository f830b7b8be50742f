"""Leavers read for a year, then their access ends; an extension names who gave it and why."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from accounts import sessions, settings
from accounts.administration.rules import DAY_MS, end_of, start_of
from accounts.asking import who_of
from accounts.leaving import leavers
from accounts.leaving.command import extend
from accounts.leaving.leavers import By, Leaving
from accounts.model import person
from accounts.settings import SchoolSettings
from realtime.refusal import Refusal
from rooms import announcing
from storage.database import Transaction
from tests.accounts.administration.office import Office

LONDON = "Europe/London"
LAST = date(2026, 7, 21)
HOUR = 3600 * 1000


def noon(day: date) -> int:
    return start_of(day, LONDON) + 12 * HOUR


async def decide(office: Office, day: date, work: Callable[[Leaving], Any], by: str | None = "sandra") -> Any:
    who = By(None if by is None else office.ids[by])

    def write(tx: Transaction) -> Any:
        return work(Leaving(tx, office.school.id, who, announcing.to_own_room, noon(day)))

    return await office.write(write)


@contextmanager
def refused(part: str = "", code: str | None = None) -> Iterator[None]:
    with pytest.raises(Refusal) as found:
        yield
    assert part in found.value.message
    assert code in (None, found.value.code)


async def access_on(office: Office, day: date) -> str:
    """What Ben's session opens on a day: writes, reads, or nothing."""
    at = noon(day)
    token = await office.world.database.write(sessions.start, office.ids["ben"], "a test", at)
    (actor,) = await office.world.database.read(sessions.find, [token], at)
    if actor is None:
        return "nothing"
    who = await office.world.database.read(who_of, actor, at)
    return "reads" if who.leaver else "writes"


async def test_one_year_after_leaving_access_ends(office: Office) -> None:
    await decide(office, LAST, lambda leaving: leaving.leave(office.ids["ben"], LAST))
    days = (LAST, LAST + timedelta(days=1), LAST + timedelta(days=365), LAST + timedelta(days=366))
    assert [await access_on(office, day) for day in days] == ["writes", "reads", "reads", "nothing"]
    row = await office.row(person, id=office.ids["ben"])
    assert (row.left_ms, row.off_ms) == (end_of(LAST, LONDON), end_of(LAST + timedelta(days=365), LONDON))


async def test_an_extension_names_who_gave_it_and_why(office: Office) -> None:
    ben, until = office.ids["ben"], LAST + timedelta(days=400)
    await decide(office, LAST, lambda leaving: leaving.leave(ben, LAST))
    await decide(office, LAST, lambda leaving: leaving.extend(ben, until, "  Waits for a  reference "))
    assert [await access_on(office, until + timedelta(days=n)) for n in (0, 1)] == ["reads", "nothing"]
    (row,) = (await office.world.database.read(leavers.extensions, [ben]))[ben]
    assert (row.giver, row.reason, row.until_ms) == ("Sandra", "Waits for a reference", end_of(until, LONDON))
    (entry,) = await office.audited("leaver_extended")
    assert (entry.by, entry.subject) == (office.ids["sandra"], ben)


async def test_an_extension_taken_back_ends_access_when_it_would_have_ended(office: Office) -> None:
    ben = office.ids["ben"]
    await decide(office, LAST, lambda leaving: leaving.leave(ben, LAST))
    before = await office.row(person, id=ben)
    await decide(office, LAST, lambda leaving: leaving.extend(ben, LAST + timedelta(days=500), "Exam appeal"))
    await decide(office, LAST, lambda leaving: leaving.undo_extension(ben))
    assert await office.row(person, id=ben) == before
    with refused("no extension"):
        await decide(office, LAST, lambda leaving: leaving.undo_extension(ben))


async def test_who_stays_after_all_is_as_before(office: Office) -> None:
    ben = office.ids["ben"]
    await decide(office, LAST, lambda leaving: leaving.leave(ben, LAST))
    await decide(office, LAST, lambda leaving: leaving.stay(ben))
    row = await office.row(person, id=ben)
    assert (row.left_ms, row.off_ms) == (None, None)
    assert [each.kind for each in [*await office.audited("leaver_set"), *await office.audited("leaver_unset")]] == [
        "leaver_set", "leaver_unset",
    ]  # fmt: skip
    assert (await office.told("ben")).count("access_changed") == 2


async def test_another_last_day_keeps_a_standing_extension(office: Office) -> None:
    ben, until = office.ids["ben"], LAST + timedelta(days=500)
    await decide(office, LAST, lambda leaving: leaving.leave(ben, LAST))
    await decide(office, LAST, lambda leaving: leaving.extend(ben, until, "Exam appeal"))
    await decide(office, LAST, lambda leaving: leaving.leave(ben, LAST - timedelta(days=3)))
    assert (await office.row(person, id=ben)).off_ms == end_of(until, LONDON)


async def test_the_school_settles_how_long_leavers_read(office: Office) -> None:
    settled = SchoolSettings(second_step=(), leaver_days=0)
    await office.write(lambda tx: settings.write(tx, office.school.id, settled))
    await decide(office, LAST, lambda leaving: leaving.leave(office.ids["ben"], LAST))
    assert [await access_on(office, LAST + timedelta(days=n)) for n in (0, 1)] == ["writes", "nothing"]


async def test_who_is_due_is_listed_and_who_is_closed_is_not(office: Office) -> None:
    ben, aisha = office.ids["ben"], office.ids["aisha"]
    await decide(office, LAST, lambda leaving: leaving.leave(ben, LAST))
    await decide(office, LAST, lambda leaving: leaving.leave(aisha, LAST + timedelta(days=60)))

    async def due(day: date, days: int) -> list[str]:
        rows = await office.world.database.read(leavers.due, office.school.id, noon(day), days)
        return [row.login for row in rows]

    assert await due(LAST - timedelta(days=40), 30) == []
    assert await due(LAST - timedelta(days=20), 30) == ["ben"]
    assert await due(LAST - timedelta(days=20), 90) == ["ben", "aisha"]
    assert await due(LAST + timedelta(days=366), 30) == ["aisha"]
    over = await office.world.database.read(leavers.ended, office.school.id, noon(LAST) + 366 * DAY_MS, 10)
    assert [row.login for row in over] == ["ben"]


@pytest.mark.parametrize(
    ("days", "reason", "part"),
    [(-1, "Exam appeal", "These days are over"), (2000, "Exam appeal", "three years"), (9, " ", "write why"),
     (9, "x" * 301, "fewer words")],
)  # fmt: skip
async def test_an_extension_into_the_past_for_ever_or_without_a_reason_is_refused(
    office: Office, days: int, reason: str, part: str
) -> None:
    ben = office.ids["ben"]
    await decide(office, LAST, lambda leaving: leaving.leave(ben, LAST))
    with refused(part):
        await decide(office, LAST, lambda leaving: leaving.extend(ben, LAST + timedelta(days=days), reason))


async def test_only_leavers_are_extended(office: Office) -> None:
    with refused("somebody who leaves"):
        await decide(office, LAST, lambda leaving: leaving.extend(office.ids["ben"], LAST, "Exam appeal"))


async def test_people_of_another_school_do_not_exist(office: Office) -> None:
    other = await office.world.school("riverside")
    stranger = await office.world.person(other, "stranger")
    with refused(code="not_found"):
        await decide(office, LAST, lambda leaving: leaving.leave(stranger, LAST))


async def test_the_command_line_extends_by_sign_in_name(office: Office) -> None:
    await decide(office, LAST, lambda leaving: leaving.leave(office.ids["ben"], LAST))
    args = ("oakfield", "ben", "2028-01-31", "Court order", announcing.to_own_room, noon(LAST))
    await office.write(lambda tx: extend(tx, *args))
    assert (await office.row(person, id=office.ids["ben"])).off_ms == end_of(date(2028, 1, 31), LONDON)
    (entry,) = await office.audited("leaver_extended")
    assert entry.by is None
