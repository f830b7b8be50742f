"""One's own board, how many may be written to at once, and what belongs to rooms alone."""

from typing import Any
from uuid import uuid4

import pytest

from accounts import settings
from accounts.settings import SchoolSettings
from realtime.connection import Caller
from realtime.protocol import Command
from realtime.refusal import Refusal
from rooms import directory
from rooms.embeds.commands import AddFeed
from rooms.files.shelf import MakeFolder, ShelveLink
from rooms.keeping.commands import ArchiveRoom, ChangeRoom, RenameRoom, ReopenRoom
from rooms.keeping.founding import CopyRoom
from rooms.keeping.handing_out import MakeSubgroup
from rooms.membership import AddMember, FollowGroup, LeaveRoom, RemoveMember
from rooms.messages.forwarding import ForwardMessage
from rooms.notices.commands import PostNotice
from rooms.pins.commands import PinMessage
from rooms.private import seat_note
from rooms.stickies.commands import SetSticky, StartThread
from rooms.turn import Outcome
from tests.rooms.stickies.people import Class, class_of, thread
from tests.world import World, code, done, post


async def started(world: World, by: Caller, *people: Caller) -> Outcome:
    command = StartThread(room=by.own_room, key=uuid4(), people=tuple(each.person for each in people))
    return await world.do(by, command)


async def test_a_colour_and_putting_away_are_one_s_own_and_nobody_else_hears(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(made, "Hello")))
    before = [len(await world.events(each)) for each in (made, here.teacher.own_room)]
    done(await world.do(here.ava, SetSticky(room=made, colour="mint")))
    done(await world.do(here.ava, SetSticky(room=made, away=True)))
    (row,) = await world.rows(seat_note, room_id=made)
    assert (row.person_id, row.colour) == (here.ava.person, "mint")
    assert row.put_away_ms is not None
    done(await world.do(here.ava, SetSticky(room=made, away=False)))
    (row,) = await world.rows(seat_note, room_id=made)
    assert (row.colour, row.put_away_ms) == ("mint", None)
    assert [len(await world.events(each)) for each in (made, here.teacher.own_room)] == before
    told = [each.kind for each in await world.events(here.ava.own_room)]
    assert told.count("sticky_set") == 3


async def test_only_who_is_there_settles_anything_and_only_of_threads(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    assert code(await world.do(here.ben, SetSticky(room=made, colour="mint"))) == "not_found"
    assert code(await world.do(here.ava, SetSticky(room=made))) == "bad_request"
    assert code(await world.do(here.ava, SetSticky(room=here.ava.own_room, away=True))) == "not_found"
    assert await world.rows(seat_note) == []


async def test_a_learner_begins_with_one_and_an_adult_with_more_as_the_school_settles(world: World) -> None:
    here = await class_of(world)
    assert code(await started(world, here.ava, here.teacher, here.ben)) == "forbidden"
    done(await started(world, here.teacher, here.ava, here.ben))
    wanted = SchoolSettings(stickies_learner_group=2, stickies_adult_group=1)
    await world.database.write(settings.write, here.school.id, wanted)
    done(await started(world, here.ava, here.teacher, here.ben))
    assert code(await started(world, here.teacher, here.ava, here.ben)) == "forbidden"
    done(await started(world, here.teacher, here.ben))


def _of_rooms(made: str, here: Class) -> list[Command]:
    key, message = uuid4, f"{made}.1"
    person: Any = here.lead.person
    return [
        AddMember(room=made, key=key(), person=person), RemoveMember(room=made, key=key(), person=here.ava.person),
        LeaveRoom(room=made, key=key()), FollowGroup(room=made, key=key(), group="g1"),
        RenameRoom(room=made, key=key(), name="Ours"), ChangeRoom(room=made, key=key(), welcome="Hello"),
        ArchiveRoom(room=made, key=key()), ReopenRoom(room=made, key=key()),
        CopyRoom(room=here.teacher.own_room, key=key(), source=made, name="Ours"),
        MakeSubgroup(room=here.teacher.own_room, key=key(), of=made, name="Ours"),
        MakeFolder(room=made, key=key(), title="Ours"),
        ShelveLink(room=made, key=key(), address="https://bbc.co.uk", title="News"),
        AddFeed(room=made, key=key(), url="https://bbc.co.uk/feed"), PinMessage(room=made, key=key(), message=message),
        PostNotice(room=made, key=key(), text="Read this", until="2099-01-01"),
    ]  # fmt: skip


async def test_what_belongs_to_rooms_is_refused_in_a_thread(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.teacher, here.ava)
    done(await world.do(here.teacher, post(made, "Hello")))
    head = len(await world.events(made))
    for command in _of_rooms(made, here):
        assert code(await world.do(here.teacher, command)) == "forbidden", type(command).__name__
    assert len(await world.events(made)) == head


async def test_a_thread_begins_with_words_of_one_s_own(world: World) -> None:
    here = await class_of(world)
    first, second = await thread(world, here.teacher, here.lead), await thread(world, here.teacher, here.ava)
    said = done(await world.do(here.teacher, post(first, "Hello")))["message"]
    passed = ForwardMessage(room=second, key=uuid4(), from_room=first, message=said)
    assert code(await world.do(here.teacher, passed)) == "forbidden"
    assert await world.events(second) == []


@pytest.mark.parametrize("by", ["ava", "teacher"])
async def test_pages_of_rooms_do_not_exist_for_threads(world: World, by: str) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    who: Caller = getattr(here, by)
    actor = await world.session(who.person)
    with pytest.raises(Refusal) as refused:
        await world.database.read(directory.require_shared, actor, made, "read", world.now_ms)
    assert refused.value.code == "not_found"
