"""The corridor: the day at the school, what is for the person, the doors."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts.calendar import model
from accounts.calendar.rules import Days
from rooms.home import Arriving
from rooms.today import today
from tests.serving import PAGE, Served, post
from tests.world import World

TERM = Days("t1", "term", "Autumn term", date(2026, 9, 2), date(2026, 12, 18))
HALF = Days("t2", "half_term", "Half-term", date(2026, 10, 26), date(2026, 10, 30))


async def day_of(world: World, when: datetime, *days: Days) -> dict[str, Any]:
    school = await world.school()
    actor = await world.session(await world.person(school, "tom"))
    for each in days:
        await world.database.write(model.add, school.id, each)
    now_ms = int(when.timestamp() * 1000)
    return await world.database.read(lambda connection: today(Arriving(connection, actor, {}, now_ms, "en")))


async def test_a_school_day_says_when_school_is(world: World) -> None:
    said = await day_of(world, datetime(2026, 11, 23, 7, 50, tzinfo=UTC), TERM)
    assert said == {
        "closed": None, "starts": "08:45", "ends": "15:30", "date": "2026-11-23", "day": "Monday 23 November 2026"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("when", "closed", "back"),
    [
        (datetime(2026, 11, 21, 12, tzinfo=UTC), "weekend", "Monday 23 November 2026"),
        (datetime(2026, 10, 28, 12, tzinfo=UTC), "half_term", "Monday 2 November 2026"),
        (datetime(2026, 8, 31, 23, 30, tzinfo=UTC), "out_of_term", "Wednesday 2 September 2026"),  # 1 September there
    ],
)
async def test_a_day_without_school_says_when_it_is_open_again(
    world: World, when: datetime, closed: str, back: str
) -> None:
    said = await day_of(world, when, TERM, HALF)
    assert (said["closed"], said["back"]) == (closed, back)


def test_the_corridor_says_the_day_before_any_script_runs(served: Served) -> None:
    with served.signed_in("amara") as amara:
        assert f'<time datetime="{datetime.now(UTC).year}-' in amara.get("/", headers=PAGE).text


def test_what_was_missed_is_offered_while_there_is_something(served: Served) -> None:
    def offered(page: str) -> bool:
        return 'data-part="missed" hidden' not in page

    with served.signed_in("finn", "riverside") as finn, served.signed_in("ella", "riverside") as ella:
        rooms = {each["id"]: each["head"] for each in finn.get("/api/v1/me").json()["rooms"]}
        marks = [f"{room}:{head}" for room, head in rooms.items()]
        own = finn.get("/api/v1/me").json()["own_room"]
        finn.post("/api/v1/commands/read_all", json={"room": own, "marks": marks}).raise_for_status()
        assert not offered(finn.get("/", headers=PAGE).text)
        post(ella, served.who("ella", "riverside")["rooms"]["classroom"], "I found the atlas.")
        assert offered(finn.get("/", headers=PAGE).text)
