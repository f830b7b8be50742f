"""What a school has switched off is refused, and what it calls things is shown."""

from dataclasses import replace

import pytest
from jinja2 import Environment
from sqlalchemy import Connection, insert

from accounts import features, settings
from accounts.asking import who_of
from accounts.model import group_member, school_group
from accounts.policy.store import rights_now
from accounts.settings import SchoolSettings, Switch
from accounts.words import label, labels_of
from realtime.connection import Caller
from realtime.refusal import Refusal
from rooms import reading
from rooms.reading import Read
from rooms.turn import GroupCommit, Job, Outcome
from storage.database import Transaction
from tests.world import SECRET, School, World, code, done


async def settle(world: World, school: School, wanted: SchoolSettings) -> None:
    await world.database.write(settings.write, school.id, wanted)


async def put_into_5a(world: World, school: School, who: str, **when: int) -> None:
    group = {"id": "g5a", "school_id": school.id, "kind": "class", "name": "5A", "created_ms": 1}
    await world.execute(insert(school_group).values(group))
    seat = {"group_id": "g5a", "person_id": who, "part": "learner", "origin": "name", **when}
    await world.execute(insert(group_member).values(seat))


async def has(world: World, caller: Caller, feature: str) -> bool:
    actor = await world.session(caller.person)

    def ask(connection: Connection) -> bool:
        return features.on(connection, who_of(connection, actor, world.now_ms), feature, world.now_ms)

    return await world.database.read(ask)


async def test_everything_is_on_until_a_school_says_otherwise(world: World) -> None:
    school = await world.school()
    ben = await world.caller(school, "ben")
    assert [await has(world, ben, each) for each in features.FEATURES] == [True] * len(features.FEATURES)
    await settle(world, school, SchoolSettings(features={"files": Switch("nobody"), "feeds": Switch("everybody")}))
    assert (await has(world, ben, "files"), await has(world, ben, "feeds")) == (False, True)


async def test_some_groups_have_it_first(world: World) -> None:
    school = await world.school()
    inside, outside = await world.caller(school, "ina"), await world.caller(school, "otto")
    late = await world.caller(school, "lara")
    await put_into_5a(world, school, inside.person)
    seat = {"group_id": "g5a", "person_id": late.person, "part": "learner", "origin": "name", "until_ms": 5}
    await world.execute(insert(group_member).values(seat))
    await settle(world, school, SchoolSettings(features={"files": Switch("groups", ("g5a",))}))
    assert [await has(world, each, "files") for each in (inside, outside, late)] == [True, False, False]


async def test_a_command_that_belongs_to_a_feature_is_refused_without_it(world: World) -> None:
    school = await world.school()
    ben, other = await world.caller(school, "ben"), await world.school("riverside")
    eve = await world.caller(other, "eve")
    await settle(world, school, SchoolSettings(features={"reactions": Switch("nobody")}))
    handler = replace(reading.handlers(())[0], feature="reactions")

    async def do(caller: Caller, room: str) -> Outcome:
        job = Job(caller, Read(room=room, seq=0), handler)
        return (await world.database.write(lambda tx: GroupCommit(tx, SECRET, world.now_ms).run([job])))[0]

    assert code(await do(ben, school.staffroom)) == "forbidden"
    assert code(await do(eve, school.staffroom)) == "not_found"  # who may not see the room learns nothing of it
    done(await do(eve, other.staffroom))


async def test_a_school_s_own_words_are_shown_and_ours_where_it_has_none(world: World) -> None:
    school = await world.school()
    await settle(world, school, SchoolSettings(labels={"classroom": "Base <b>"}))

    def know(tx: Transaction) -> None:
        rights_now(tx.connection, school.id)

    await world.database.write(know)
    pages = Environment(autoescape=True)
    pages.globals["label"] = label
    template = pages.from_string("{{ label('classroom', 'Classroom') }} {{ label('club', 'Club') }}")
    assert template.render(person={"school": school.id}) == "Base &lt;b&gt; Club"
    assert template.render(person={"school": "sother"}) == template.render(person=None) == "Classroom Club"


def test_words_are_bounded_and_empty_ones_are_ours_again() -> None:
    assert labels_of({"classroom": "  Home   base ", "club": "", "unknown": "x"}) == {"classroom": "Home base"}
    for wrong in ("x" * 41, "a\u202eb", "a\x00b"):
        with pytest.raises(Refusal):
            labels_of({"club": wrong})
