"""Sessions: found by their token, ended here or everywhere, over when they are over."""

from accounts import sessions
from accounts.model import person as person_table
from accounts.model import session as session_table
from accounts.sessions import LIFETIME_MS, MOST_SESSIONS
from realtime.protocol import CloseCode
from tests.world import World


async def begun(world: World) -> tuple[str, str]:
    """A person and a token."""
    who = await world.person(await world.school(), "amara", "head")
    return who, await world.database.write(sessions.start, who, "a tablet", world.now_ms)


async def test_a_token_finds_its_person_and_is_kept_nowhere(world: World) -> None:
    who, token = await begun(world)
    found = (await world.database.read(sessions.find, [token], world.now_ms))[0]
    assert found is not None
    assert (found.person, found.name, found.role, found.school_slug) == (who, "Amara", "head", "oakfield")
    assert found.own_room == "u" + who[1:]
    assert token not in repr(await world.rows(session_table))


async def test_answers_are_in_the_order_of_the_tokens(world: World) -> None:
    who, token = await begun(world)
    given = ["unknown", token, "", token, "' OR 1=1 --", "ü😀"]
    found = await world.database.read(sessions.find, given, world.now_ms)
    assert [each and each.person for each in found] == [None, who, None, who, None, None]


async def test_a_session_ends_with_its_time(world: World) -> None:
    _, token = await begun(world)
    end = (await world.rows(session_table))[0].expires_ms
    assert end - (await world.rows(session_table))[0].created_ms == LIFETIME_MS
    assert (await world.database.read(sessions.find, [token], end - 1))[0] is not None
    assert (await world.database.read(sessions.find, [token], end))[0] is None


async def test_an_ended_session_and_a_closed_account_find_nobody(world: World) -> None:
    who, token = await begun(world)
    other = await world.database.write(sessions.start, who, "a phone", world.now_ms)
    first = await world.database.read(sessions.open_of, who)
    await world.database.write(sessions.end, first[:1], world.now_ms)
    found = await world.database.read(sessions.find, [token, other], world.now_ms)
    assert sum(each is not None for each in found) == 1
    await world.set(person_table, {"disabled_ms": world.now_ms}, id=who)
    assert await world.database.read(sessions.find, [token, other], world.now_ms) == [None, None]


async def test_the_oldest_sessions_are_the_surplus(world: World) -> None:
    who = await world.person(await world.school(), "amara")
    for number in range(MOST_SESSIONS + 3):
        await world.database.write(sessions.start, who, f"device {number}", 1000 + number)
    by_id = {row.id: row.device for row in await world.rows(session_table)}
    other = await world.person(await world.school("riverside"), "nia")
    await world.database.write(sessions.start, other, "her only one", 1000)
    surplus = await world.database.read(sessions.surplus, [other, who, other], 5000)
    assert list(surplus) == [who]
    assert sorted(by_id[each] for each in surplus[who]) == ["device 0", "device 1", "device 2"]


async def test_ending_twice_keeps_the_first_time(world: World) -> None:
    who, _ = await begun(world)
    ids = await world.database.read(sessions.open_of, who)
    await world.database.write(sessions.end, ids, 10)
    await world.database.write(sessions.end, ids, 20)
    assert [row.ended_ms for row in await world.rows(session_table)] == [10]


async def test_why_a_session_is_over_is_told_by_the_close_code(world: World) -> None:
    school = await world.school()
    names = ("standing", "signed out", "expired", "disabled")
    people = {name: await world.person(school, name) for name in names}
    ids = {name: (await world.session(who)).session for name, who in people.items()}
    now = world.now_ms
    await world.database.write(sessions.end, [ids["signed out"]], now)
    await world.set(session_table, {"expires_ms": now}, id=ids["expired"])
    await world.set(person_table, {"disabled_ms": now}, id=people["disabled"])
    over = await world.database.read(sessions.ended, [*ids.values(), "kunknown"], now)
    assert over == {
        ids["signed out"]: CloseCode.SESSION_ENDED,
        ids["expired"]: CloseCode.NOT_SIGNED_IN,
        ids["disabled"]: CloseCode.ACCESS_REMOVED,
        "kunknown": CloseCode.SESSION_ENDED,
    }


async def test_thousands_of_sessions_can_be_asked_about_at_once(world: World) -> None:
    who, _ = await begun(world)
    mine = await world.database.read(sessions.open_of, who)
    unknown = [f"k{number}" for number in range(2000)]
    over = await world.database.read(sessions.ended, [*unknown, *mine], world.now_ms)
    assert set(over) == set(unknown)
