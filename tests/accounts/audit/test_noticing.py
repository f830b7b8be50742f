"""Wrong sign-ins and refused rights come into the log: one row a minute for the same, however often."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from accounts import settings
from accounts.audit import noticing
from accounts.audit.model import INSTALLATION, access, audit_detail, audit_log
from accounts.audit.noticing import Noticing, Refused, SignInFailed
from accounts.sessions import Actor
from realtime.connection import Caller
from rooms.doors import caller_of
from storage.clock import Clock
from tests.world import School, World


class SetClock(Clock):
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.at_ms = super().now_ms()

    def now_ms(self) -> int:
        return self.at_ms


class Place:
    """A school with a learner and a teacher in it."""

    def __init__(self, world: World, school: School, learner: Actor, teacher: Actor) -> None:
        self.world, self.school, self.learner, self.teacher = world, school, learner, teacher
        self.clock = SetClock()
        self.noticing = Noticing(world.database, self.clock)

    async def log(self) -> list[tuple[Any, ...]]:
        """Chain, kind, by, subject, in school and detail of all rows."""
        await self.noticing.flush()
        details = {
            (row.school_id, row.seq): msgspec.json.decode(row.body) for row in await self.world.rows(audit_detail)
        }
        return [
            (row.school_id, row.kind, row.by, row.subject, row.in_school, details.get((row.school_id, row.seq)))
            for row in await self.world.rows(audit_log)
        ]

    def refuse(self, actor: Actor, code: str = "forbidden", name: str = "post_message") -> None:
        caller: Caller = caller_of(actor)
        self.noticing.command_refused(caller, code, name)


@pytest.fixture
async def place(world: World) -> AsyncIterator[Place]:
    school = await world.school()
    learner = await world.session(await world.person(school, "aisha", "learner", seated=False))
    made = Place(world, school, learner, await world.session(await world.person(school, "tom")))
    yield made
    await made.noticing.close()


async def test_a_refused_right_is_recorded_with_who_and_what(place: Place) -> None:
    place.refuse(place.teacher)
    detail = {"what": "post_message", "times": 1}
    assert await place.log() == [(place.school.id, "refused", place.teacher.person, None, False, detail)]


@pytest.mark.parametrize("code", ["not_found", "rate_limited", "bad_request", "window_closed", "unavailable"])
async def test_what_is_no_question_of_rights_is_not_recorded(place: Place, code: str) -> None:
    place.refuse(place.teacher, code)
    assert await place.log() == []


async def test_a_thousand_refusals_make_one_row_and_later_one_that_counts_them(place: Place) -> None:
    for _ in range(1000):
        place.refuse(place.teacher)
    assert len(await place.log()) == 1
    place.refuse(place.teacher)
    assert len(await place.log()) == 1
    place.clock.at_ms += noticing.TOGETHER_MS
    await place.noticing.sweep()
    assert [each[-1]["times"] for each in await place.log()] == [1, 1000]
    place.clock.at_ms += noticing.TOGETHER_MS
    await place.noticing.sweep()
    assert len(await place.log()) == 2


async def test_other_people_and_other_commands_have_rows_of_their_own(place: Place) -> None:
    place.refuse(place.teacher)
    place.refuse(place.teacher, name="edit_message")
    place.refuse(place.learner)
    assert len(await place.log()) == 3


async def test_what_was_repeated_is_told_when_the_server_stops(place: Place) -> None:
    for _ in range(3):
        place.refuse(place.teacher)
    await place.noticing.close()
    assert [each[-1]["times"] for each in await place.log()] == [1, 2]


async def test_a_failed_sign_in_is_about_the_person_whose_name_was_given(place: Place) -> None:
    place.noticing.notice(SignInFailed("Oakfield", " Aisha", "password", "192.0.2.7"))
    detail = {"method": "password", "times": 1}
    assert await place.log() == [(place.school.id, "sign_in_failed", None, place.learner.person, False, detail)]


async def test_names_that_there_are_not_make_one_row_a_minute_however_many(place: Place) -> None:
    for number in range(50):
        place.noticing.notice(SignInFailed("oakfield", f"nobody{number}", "password", ""))
        place.noticing.notice(SignInFailed(f"atlantis{number}", "aisha", "password", ""))
    rows = await place.log()
    assert sorted(row[:4] for row in rows) == sorted(
        [(place.school.id, "sign_in_failed", None, None), (INSTALLATION, "sign_in_failed", None, None)]
    )


async def test_a_failed_sign_in_says_whether_it_came_from_the_school(place: Place) -> None:
    wanted = settings.SchoolSettings(networks=("192.0.2.0/24",))
    await place.world.database.write(settings.write, place.school.id, wanted)
    place.noticing.notice(SignInFailed("oakfield", "aisha", "password", "192.0.2.7"))
    place.noticing.notice(SignInFailed("oakfield", "tom", "password", "198.51.100.7"))
    assert {row[3]: row[4] for row in await place.log()} == {place.learner.person: True, place.teacher.person: False}


async def seen(place: Place) -> list[tuple[str, str, str | None]]:
    await place.noticing.flush()
    return sorted((row.person_id, row.what, row.error) for row in await place.world.rows(access))


async def test_what_a_learner_opens_is_noted_once_in_ten_minutes(place: Place) -> None:
    for _ in range(5):
        place.noticing.opened(place.learner, "r1")
    place.noticing.opened(place.learner, "r2")
    assert await seen(place) == [(place.learner.person, "r1", None), (place.learner.person, "r2", None)]
    place.clock.at_ms += 600_000
    await place.noticing.sweep()
    place.noticing.opened(place.learner, "r1")
    assert len(await seen(place)) == 3


async def test_what_staff_open_is_not_noted(place: Place) -> None:
    place.noticing.opened(place.teacher, "r1")
    assert await seen(place) == []


async def test_what_a_learner_is_refused_is_noted_with_the_reason(place: Place) -> None:
    for code in ("window_closed", "not_found", "unavailable"):
        place.refuse(place.learner, code)
    place.refuse(place.teacher, "window_closed")
    who = place.learner.person
    assert await seen(place) == [(who, "post_message", "not_found"), (who, "post_message", "window_closed")]


async def test_a_session_that_there_is_not_leaves_no_note(place: Place) -> None:
    place.noticing.notice(Refused(place.school.id, place.teacher.person, "k0000000000", "x"))
    assert [row[4] for row in await place.log()] == [False]
