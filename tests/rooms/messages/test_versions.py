"""How a message read before: its author, those entitled, and nobody else."""

import pytest

from accounts.audit.model import audit_log
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms.doors import caller_of
from rooms.messages import versions
from tests.world import School, World, done, edit, post, remove


async def changed(world: World) -> tuple[School, Actor, str]:
    school = await world.school()
    amara = await world.session(await world.person(school, "amara"))
    here, caller = school.staffroom, caller_of(amara)
    first = done(await world.do(caller, post(here, "one")))["message"]
    await world.do(caller, edit(here, first, "**two**"))
    return school, amara, first


async def looked(world: World, who: Actor, school: School, of: str) -> list[str]:
    found = await world.database.write(versions.look, who, school.staffroom, of, world.now_ms)
    return [each["text"] for each in found]


async def test_the_author_sees_how_their_message_read_and_nobody_is_told(world: World) -> None:
    school, amara, first = await changed(world)
    assert await looked(world, amara, school, first) == ["one", "**two**"]
    assert [row for row in await world.rows(audit_log) if row.kind == "looked"] == []


async def test_who_looks_after_the_room_may_look_and_it_is_recorded(world: World) -> None:
    school, amara, first = await changed(world)
    head = await world.session(await world.person(school, "head", "head"))
    assert await looked(world, head, school, first) == ["one", "**two**"]
    (row,) = [row for row in await world.rows(audit_log) if row.kind == "looked"]
    assert (row.by, row.subject) == (head.person, amara.person)


async def test_nobody_else_may(world: World) -> None:
    school, _, first = await changed(world)
    ben = await world.session(await world.person(school, "ben", "ta"))
    stranger = await world.session(await world.person(await world.school("riverside"), "stranger"))
    for who, expected in ((ben, "forbidden"), (stranger, "not_found")):
        with pytest.raises(Refusal) as refused:
            await looked(world, who, school, first)
        assert refused.value.code == expected


async def test_what_was_removed_has_no_versions(world: World) -> None:
    school, amara, first = await changed(world)
    await world.do(caller_of(amara), remove(school.staffroom, first))
    with pytest.raises(Refusal) as refused:
        await looked(world, amara, school, first)
    assert refused.value.code == "not_found"
