"""Windows of a school and exceptions: judged, audited, live from the same transaction on, each school its own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import pytest

from accounts.audit.model import audit_log
from accounts.calendar import model as calendar
from accounts.calendar.rules import Days
from accounts.model import school as school_table
from accounts.policy import store
from accounts.policy.changing import PolicyChanges
from accounts.policy.rules import Rule
from accounts.policy.timetable import Timetable
from accounts.policy.windows import OneOff, Span
from accounts.rights import ROLES
from accounts.sessions import Actor
from accounts.windows import model
from accounts.windows.changing import LONGEST_WHY, MOST_ONCE, MOST_SPANS, MOST_WINDOWS, WindowChanges
from accounts.windows.model import KEPT_MS, MOST_KEPT, school_window, window_once
from realtime.refusal import Refusal
from rooms.announcing import to_own_rooms
from storage.database import Transaction
from tests.world import School, World, post

T = TypeVar("T")
EVENINGS = (Span("every_day", "15:30", "20:00"),)
HOUR_MS = 3_600_000


async def strong(world: World, school: School, login: str = "amara", role: str = "head") -> Actor:
    """Somebody who has shown a second factor."""
    return replace(await world.session(await world.person(school, login, role)), strong=True)


async def change(world: World, actor: Actor, work: Callable[[WindowChanges], T], later_ms: int = 0) -> T:
    def within(tx: Transaction) -> T:
        return work(WindowChanges(tx, actor, to_own_rooms, world.now_ms + later_ms))

    return await world.database.write(within)


async def refused(world: World, actor: Actor, work: Callable[[WindowChanges], object]) -> str:
    with pytest.raises(Refusal) as caught:
        await change(world, actor, work)
    return caught.value.code


def once(world: World, *, opens: bool = True, window: str | None = None, hours: float = 1) -> OneOff:
    return OneOff("", window, opens, world.now_ms, world.now_ms + int(hours * HOUR_MS), "Snow day")


async def times(world: World, school: School) -> Timetable:
    return await world.database.read(store.timetable_of, school.id)


def at(world: World, hours: float = 0) -> datetime:
    return datetime.fromtimestamp(world.now_ms / 1000, UTC) + timedelta(hours=hours)


async def naming(world: World, head: Actor, window: str) -> None:
    """Teachers may write in the staffroom in these opening times, and at no other time."""
    rule = Rule(who=("staff",), verbs=("read", "react", "presence"), place="staffroom")
    write = Rule(who=("staff",), verbs=("write",), place="staffroom", window=window)

    def within(tx: Transaction) -> None:
        PolicyChanges(tx, head, to_own_rooms, world.now_ms).change("staff_meet_in_the_staffroom", rule)
        PolicyChanges(tx, head, to_own_rooms, world.now_ms).add(write)

    await world.database.write(within)


async def test_what_a_line_names_is_judged_by_in_the_very_next_command(world: World) -> None:
    school = await world.school()
    head, tom = await strong(world, school), await world.caller(school, "tom")
    never = (Span("school_days", "00:00", "00:00", (5,)),)  # no school day is a Saturday here
    window = await change(world, head, lambda changes: changes.make("Evenings", never))
    await naming(world, head, window)
    assert code(await world.do(tom, post(school.staffroom))) == "window_closed"
    await change(
        world, head, lambda changes: changes.change(window, "Evenings", (Span("every_day", "00:00", "00:00"),))
    )
    assert code(await world.do(tom, post(school.staffroom))) == "done"
    await change(world, head, lambda changes: changes.hold_once(once(world, opens=False)))
    refusal = await world.do(tom, post(school.staffroom))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "window_closed"
    assert "opens_at" in refusal.more
    held = (await world.rows(window_once))[0].id
    await change(world, head, lambda changes: changes.end_once(held))
    assert code(await world.do(tom, post(school.staffroom))) == "done"
    await change(world, head, lambda changes: changes.remove(window))
    assert code(await world.do(tom, post(school.staffroom))) == "forbidden", "what is gone is as never"


def code(outcome: object) -> str:
    return outcome.code if isinstance(outcome, Refusal) else "done"


async def test_everybody_who_is_signed_in_is_told_and_each_change_is_audited(world: World) -> None:
    school, other = await world.school(), await world.school("riverside")
    head, tom, away = await strong(world, school), await world.caller(school, "tom"), await world.caller(other, "bo")
    window = await change(world, head, lambda changes: changes.make("Evenings", EVENINGS))
    await change(world, head, lambda changes: changes.change(window, "Late", EVENINGS))
    opened = await change(world, head, lambda changes: changes.hold_once(once(world)))
    await change(world, head, lambda changes: changes.hold_once(once(world, opens=False, window=window)))
    await change(world, head, lambda changes: changes.end_once(opened))
    await change(world, head, lambda changes: changes.end_once(opened))  # once is enough
    await change(world, head, lambda changes: changes.remove(window))
    kinds = [row.kind for row in await world.rows(audit_log, school_id=school.id) if row.kind.startswith("window")]
    assert kinds == [
        "window_made", "window_changed", "window_opened", "window_closed", "window_once_ended", "window_removed",
    ]  # fmt: skip
    assert {event.kind for event in await world.events(tom.own_room)} == {"access_changed"}
    assert len(await world.events(tom.own_room)) == len(kinds)
    assert await world.events(away.own_room) == []


@pytest.mark.parametrize("role", sorted(ROLES - {"head", "deputy", "ict_coordinator"}))
async def test_who_may_not_change_the_policy_changes_nothing(world: World, role: str) -> None:
    school = await world.school()
    actor = await strong(world, school, "somebody", role)
    assert await refused(world, actor, lambda changes: changes.make("Evenings", EVENINGS)) == "forbidden"
    assert await refused(world, actor, lambda changes: changes.hold_once(once(world))) == "forbidden"
    assert await world.rows(school_window) == await world.rows(window_once) == []


async def test_it_takes_a_second_step(world: World) -> None:
    school = await world.school()
    weak = await world.session(await world.person(school, "amara", "head"))
    assert await refused(world, weak, lambda changes: changes.hold_once(once(world))) == "second_step"


async def test_another_school_s_windows_are_not_there(world: World) -> None:
    school, other = await world.school(), await world.school("riverside")
    head, theirs = await strong(world, school), await strong(world, other, "colette")
    window = await change(world, theirs, lambda changes: changes.make("Evenings", EVENINGS))
    held = await change(world, theirs, lambda changes: changes.hold_once(once(world, opens=False)))
    for work in (
        lambda changes: changes.change(window, "Ours", EVENINGS), lambda changes: changes.remove(window),
        lambda changes: changes.end_once(held), lambda changes: changes.hold_once(once(world, window=window)),
    ):  # fmt: skip
        assert await refused(world, head, work) == "not_found"
    assert (await times(world, school)).one_off_at("out_of_school", at(world)) is None
    assert not (await times(world, other)).is_open("out_of_school", at(world))
    assert [row.name for row in await world.rows(school_window)] == ["Evenings"]


async def test_what_cannot_be_is_refused(world: World) -> None:
    school = await world.school()
    head = await strong(world, school)
    await change(world, head, lambda changes: changes.make("Evenings", EVENINGS))
    now = world.now_ms
    for wanted in (
        OneOff("", None, True, now, now - HOUR_MS, "Over before it begins"),
        OneOff("", None, True, now - 2 * HOUR_MS, now - HOUR_MS, "Over already"),
        OneOff("", None, True, now, now + 400 * 24 * HOUR_MS, "For ever"),
        OneOff("", None, True, now, now + HOUR_MS, "  "),
        OneOff("", None, True, now, now + HOUR_MS, "x" * (LONGEST_WHY + 1)),
        OneOff("", None, True, now, now + HOUR_MS, "a\x07bell"),
    ):
        assert await refused(world, head, holding(wanted)) == "bad_request", wanted.why
    assert await refused(world, head, holding(once(world, window="always"))) == "not_found"
    for name, spans in (("evenings", EVENINGS), ("", EVENINGS), ("x" * 81, EVENINGS), ("None", ())):
        assert await refused(world, head, making(name, spans)) == "bad_request"
    assert await refused(world, head, making("Many", EVENINGS * (MOST_SPANS + 1))) == "bad_request"


def holding(wanted: OneOff) -> Callable[[WindowChanges], object]:
    return lambda changes: changes.hold_once(wanted)


def making(name: str, spans: tuple[Span, ...]) -> Callable[[WindowChanges], object]:
    return lambda changes: changes.make(name, spans)


async def test_there_are_only_so_many(world: World) -> None:
    school = await world.school()
    head = await strong(world, school)

    def fill(changes: WindowChanges) -> None:
        for nth in range(MOST_ONCE):
            changes.hold_once(once(world, hours=nth + 1))

    await change(world, head, fill)
    assert await refused(world, head, lambda changes: changes.hold_once(once(world))) == "too_large"
    for nth in range(MOST_WINDOWS):
        await change(world, head, making(f"Window {nth}", EVENINGS))
    assert await refused(world, head, making("One more", EVENINGS)) == "too_large"


async def test_what_was_over_long_ago_is_forgotten(world: World) -> None:
    school = await world.school()
    head = await strong(world, school)
    old = await change(world, head, lambda changes: changes.hold_once(once(world)))
    await world.set(window_once, {"from_ms": 1, "until_ms": world.now_ms - KEPT_MS - HOUR_MS}, id=old)
    new = await change(world, head, lambda changes: changes.hold_once(once(world)))
    assert [row.id for row in await world.rows(window_once)] == [new]


async def test_each_school_goes_by_its_own_clock_and_calendar(world: World) -> None:
    here, there = await world.school(), await world.school("riverside")
    await world.set(school_table, {"zone": "Asia/Karachi", "settings": '{"country":"","subdivision":""}'}, id=there.id)
    monday = datetime(2026, 11, 23, 11, tzinfo=UTC)  # 16:00 in Karachi
    window = "out_of_school"
    assert not (await times(world, here)).is_open(window, monday)
    assert (await times(world, there)).is_open(window, monday)
    inset = Days("", "inset", "INSET", date(2026, 11, 23), date(2026, 11, 23))
    await world.database.write(calendar.add, here.id, inset)
    assert (await times(world, here)).is_open(window, monday)
    rights = await world.database.read(store.rights_now, here.id)
    assert rights.is_open(window, monday), "those who are asked by, too"
    assert rights.changes_at(window, monday) == datetime(2026, 11, 24, 8, 45, tzinfo=UTC)


async def test_of_what_is_over_only_the_last_are_remembered(world: World) -> None:
    school = await world.school()
    head = await strong(world, school)
    now_ms = world.now_ms
    rows = [
        {"id": f"e{nth:010}", "school_id": school.id, "opens": True, "from_ms": 1, "until_ms": now_ms - nth * HOUR_MS,
         "why": "Snow", "made_by": head.person, "made_ms": 1}
        for nth in range(1, MOST_KEPT + 3)
    ]  # fmt: skip
    await world.execute(window_once.insert().values(rows))
    new = await change(world, head, lambda changes: changes.hold_once(once(world)))
    left = [row.id for row in await world.rows(window_once)]
    assert left == [*(row["id"] for row in rows[:MOST_KEPT]), new], "the two that were over first are gone"


async def test_with_a_window_goes_what_held_for_it_alone(world: World) -> None:
    school = await world.school()
    head = await strong(world, school)
    window = await change(world, head, lambda changes: changes.make("Evenings", EVENINGS))
    await change(world, head, lambda changes: changes.hold_once(once(world, window=window)))
    everywhere = await change(world, head, lambda changes: changes.hold_once(once(world)))
    await change(world, head, lambda changes: changes.remove(window))
    assert [each.id for each in await world.database.read(model.held_once, school.id)] == [everywhere]


async def test_a_window_is_read_as_it_was_written(world: World) -> None:
    school = await world.school()
    head = await strong(world, school)
    spans = (Span("school_days", "day_ends", "20:00"), Span("other_days", "22:00", "07:00", (4, 5)))
    window = await change(world, head, lambda changes: changes.make("  Evenings   and nights ", spans))
    found = (await world.database.read(model.own_windows, school.id))[window]
    assert (found.name, found.spans, found.shut) == ("Evenings and nights", spans, False)
