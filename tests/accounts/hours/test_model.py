"""Who has quiet, who is away and when they are likely to read, by the tables of two schools."""

from datetime import UTC, datetime

import msgspec
import pytest

from accounts.hours.model import absence, absence_other, away, planned, quiet_hours, quiet_until_all, reading_of
from accounts.hours.model import quiet_until as quiet_until_of
from accounts.hours.rules import Hours
from accounts.model import person, role, school
from tests.world import World


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


TUESDAY_EVENING = ms("2026-11-24T19:00")


async def test_quiet_is_by_kind_until_somebody_settles_their_own(world: World) -> None:
    here = await world.school()
    teacher, learner = await world.person(here, "daniel"), await world.person(here, "aisha", "learner", seated=False)
    found = await world.database.read(quiet_until_all, [teacher, learner, "pnobody"], TUESDAY_EVENING)
    assert found == {teacher: ms("2026-11-25T07:30"), learner: None, "pnobody": None}
    body = msgspec.json.encode(Hours(begins="18:30", ends="09:00")).decode()
    await world.execute(quiet_hours.insert().values(person_id=teacher, body=body))
    assert await world.database.read(quiet_until_of, teacher, TUESDAY_EVENING) == ms("2026-11-25T09:00")
    assert await world.database.read(quiet_until_of, teacher, ms("2026-11-25T12:00")) is None


async def test_hours_are_those_of_each_schools_own_clock_and_roles(world: World) -> None:
    here, there = await world.school(), await world.school("riverside")
    await world.set(school, {"zone": "Europe/Paris"}, id=there.id)
    await world.execute(
        role.insert().values(id="rcoach", school_id=there.id, base="teacher", name="Coach", created_ms=0)
    )
    one, other = await world.person(here, "daniel"), await world.person(there, "marie")
    await world.set(person, {"role": "rcoach"}, id=other)
    found = await world.database.read(quiet_until_all, [one, other], ms("2026-11-24T17:30"))
    assert found == {one: None, other: ms("2026-11-25T06:30")}


async def test_an_absence_counts_from_its_first_day_up_to_the_first_day_back(world: World) -> None:
    here = await world.school()
    ill, other, boss = [await world.person(here, name) for name in ("ill", "other", "boss")]
    row = {"person_id": ill, "line": "Back soon", "set_by": boss}
    span = {"from_ms": ms("2026-11-24T00:00"), "until_ms": ms("2026-11-30T00:00")}
    await world.execute(absence.insert().values(**row, **span))
    await world.execute(absence_other.insert().values(person_id=ill, other_id=other))
    for at, gone in (("2026-11-23T23:59", False), ("2026-11-24T00:00", True), ("2026-11-30T00:00", False)):
        found = await world.database.read(away, [ill, other], ms(at))
        assert (ill in found, other in found) == (gone, False)
        assert (await world.database.read(planned, ill, ms(at)) is None) == (at == "2026-11-30T00:00")
    reading = (await world.database.read(reading_of, [ill, other], TUESDAY_EVENING))[ill]
    assert reading.away is not None
    assert (reading.away.line, reading.away.others) == ("Back soon", (other,))
    assert reading.at == datetime(2026, 11, 30, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(("at", "likely"), [("2026-11-24T12:00", "2026-11-24T12:00"),
                                            ("2026-11-27T18:40", "2026-11-30T07:30")])  # fmt: skip
async def test_nobody_knows_when_somebody_reads_who_is_away_without_an_end(world: World, at: str, likely: str) -> None:
    here = await world.school()
    ill, other = [await world.person(here, name) for name in ("ill", "other")]
    await world.execute(absence.insert().values(person_id=ill, line="", set_by=ill, from_ms=0))
    found = await world.database.read(reading_of, [ill, other], ms(at))
    assert found[ill].at is None
    assert found[other].at == datetime.fromtimestamp(ms(likely) / 1000, UTC)
