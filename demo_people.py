"""The demonstration's classes, tutor groups, houses, guardians and terms, as if a roster had brought them."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import update

from accounts.calendar.rules import year_of
from accounts.model import group_member, guardian, person, school_group, term
from storage.database import Transaction
from storage.ids import new_id

ZONE: Final = "Europe/London"
FAMILIES: Final = {
    "Aisha": "Rahman", "Ben": "Cooper", "Chloe": "Evans", "Dev": "Patel",
    "Ella": "Silva", "Finn": "Murphy", "Gita": "Shah", "Hugo": "Lind",
    "Iman": "Yusuf", "Jack": "Kowalski", "Kezia": "Boateng", "Liam": "Doyle",
}  # fmt: skip

# Places in the list of a school's people, which is in the order of demo.ROLES.
HEAD, DEPUTY, ICT, DSL, FIRST_TEACHER, SECOND_TEACHER, TA, COVER, OFFICE, GOVERNOR = range(10)
LEARNERS: Final = (10, 11, 12, 13)
GUARDIAN: Final = 14

Seats = tuple[tuple[int, str], ...]
# By phase: the years of the four learners, and groups as (kind, name, year, who is in it as what).
YEARS: Final = {"primary": ("4", "4", "5", "5"), "secondary": ("7", "7", "10", "10")}
GROUPS: Final[dict[str, tuple[tuple[str, str, str | None, Seats], ...]]] = {
    "primary": (
        ("class", "4A", "4", ((FIRST_TEACHER, "teacher"), (TA, "assistant"), (10, "learner"), (11, "learner"))),
        ("class", "5A", "5", ((SECOND_TEACHER, "teacher"), (12, "learner"), (13, "learner"))),
        ("club", "Computing club", None, ((ICT, "teacher"), (11, "learner"), (13, "learner"))),
    ),
    "secondary": (
        ("tutor", "7X", "7", ((FIRST_TEACHER, "teacher"), (10, "learner"), (11, "learner"))),
        ("tutor", "10Y", "10", ((SECOND_TEACHER, "teacher"), (12, "learner"), (13, "learner"))),
        ("teaching", "7X/Ma1", "7", ((SECOND_TEACHER, "teacher"), (TA, "assistant"), (10, "learner"), (11, "learner"))),
        ("teaching", "10/En2", "10", ((FIRST_TEACHER, "teacher"), (12, "learner"), (13, "learner"))),
        ("house", "Curie", None, ((DEPUTY, "head"), (FIRST_TEACHER, "teacher"), (10, "learner"), (12, "learner"))),
        ("house", "Turing", None, ((DSL, "head"), (SECOND_TEACHER, "teacher"), (11, "learner"), (13, "learner"))),
    ),
}  # fmt: skip
MANAGED_BY_DEPUTY: Final = (FIRST_TEACHER, SECOND_TEACHER, TA, COVER)
MANAGED_BY_HEAD: Final = (DEPUTY, ICT, DSL, OFFICE)

# Of a school year that begins in year 0: kind, name, and both days as (years later, month, day).
Day = tuple[int, int, int]
TERMS: Final[tuple[tuple[str, str, Day, Day], ...]] = (
    ("inset", "Training day", (0, 9, 1), (0, 9, 1)),
    ("term", "Autumn term", (0, 9, 2), (0, 12, 18)),
    ("half_term", "Autumn half-term", (0, 10, 26), (0, 10, 30)),
    ("term", "Spring term", (1, 1, 4), (1, 3, 26)),
    ("half_term", "February half-term", (1, 2, 15), (1, 2, 19)),
    ("term", "Summer term", (1, 4, 12), (1, 7, 21)),
    ("half_term", "May half-term", (1, 5, 31), (1, 6, 4)),
)  # fmt: skip


def furnish(tx: Transaction, school_id: str, phase: str, ids: list[str], names: tuple[str, ...], now_ms: int) -> None:
    """Give a school of the demonstration its groups, its terms and what people are to each other."""
    _people(tx, phase, ids, names)
    _groups(tx, school_id, phase, ids, now_ms)
    child = LEARNERS[0]
    tx.connection.execute(guardian.insert().values(guardian_id=ids[GUARDIAN], learner_id=ids[child], origin="roster"))
    _terms(tx, school_id, now_ms)


def _people(tx: Transaction, phase: str, ids: list[str], names: tuple[str, ...]) -> None:
    years = dict(zip(LEARNERS, YEARS[phase], strict=True))
    managers = {**dict.fromkeys(MANAGED_BY_DEPUTY, ids[DEPUTY]), **dict.fromkeys(MANAGED_BY_HEAD, ids[HEAD])}
    for place, (who, name) in enumerate(zip(ids, names, strict=True)):
        full_name = f"{name} {FAMILIES[name]}" if place in years else name
        tx.connection.execute(
            update(person).where(person.c.id == who).values(
                sourced_id=f"{phase[0].upper()}{place + 1:03}", full_name=full_name, year=years.get(place),
                manager_id=managers.get(place),
            )
        )  # fmt: skip


def _groups(tx: Transaction, school_id: str, phase: str, ids: list[str], now_ms: int) -> None:
    for kind, name, year, seats in GROUPS[phase]:
        group = new_id("g")
        tx.connection.execute(
            school_group.insert().values(
                id=group, school_id=school_id, sourced_id=f"{kind}:{name.casefold()}", kind=kind, name=name, year=year,
                created_ms=now_ms,
            )
        )  # fmt: skip
        rows = [{"group_id": group, "person_id": ids[place], "part": part, "origin": "roster"} for place, part in seats]
        tx.connection.execute(group_member.insert(), rows)


def _terms(tx: Transaction, school_id: str, now_ms: int) -> None:
    """Those of two school years, so that there is always a next school day."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(ZONE)).date()
    for year in (year_of(today), year_of(today) + 1):
        for kind, name, first, last in TERMS:
            starts_on, ends_on = _day(year, first), _day(year, last)
            tx.connection.execute(
                term.insert().values(
                    id=new_id("t"), school_id=school_id, kind=kind, name=name, starts_on=starts_on.isoformat(),
                    ends_on=ends_on.isoformat(), origin="name",
                )
            )  # fmt: skip


def _day(year: int, day: Day) -> date:
    """Never a Saturday or Sunday: those that are fall on the Monday after."""
    found = date(year + day[0], day[1], day[2])
    return found + timedelta(days=(7 - found.weekday()) % 7) if found.weekday() > 4 else found  # noqa: PLR2004
