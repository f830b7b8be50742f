"""Rooms are made by those who may, for those whom they may bring together."""

import pytest
from sqlalchemy import insert

from accounts.model import school_group
from accounts.rights import ROOM_KINDS
from realtime.connection import Caller
from rooms.keeping.commands import ArchiveRoom, ChangeRoom
from rooms.keeping.founding import CopyRoom, MakeRoom
from rooms.membership import FollowGroup
from rooms.model import member, room, room_group
from tests.rooms.keeping.conftest import Willow
from tests.world import code, done, post


async def test_a_teacher_makes_a_room_for_a_class_and_looks_after_it(willow: Willow) -> None:
    made = await willow.make("tom", MakeRoom, kind="classroom", groups=("g5a",))
    row = (await willow.world.rows(room, id=made))[0]
    assert (row.kind, row.name, row.who_writes, row.past) == ("classroom", "5A", "everyone", "everything")
    assert await willow.inside(made) == {"tom", "megan", "aisha", "ben"}
    keepers = {each.person_id for each in await willow.world.rows(member, room_id=made) if each.may_administer}
    assert keepers == {willow["tom"].person}
    assert [kind for kind, _ in await willow.said(made)] == ["member_added"] * 4
    for name in ("tom", "aisha"):
        assert ("room_joined", {"room": made}) in await willow.said(willow[name].own_room)
        done(await willow.world.do(willow[name], post(made)))
        await willow.world.check_log(willow[name].own_room)
    await willow.world.check_log(made)


async def test_a_room_asked_for_twice_is_made_once(willow: Willow) -> None:
    asked = MakeRoom(room=willow["tom"].own_room, key=post("r1").key, kind="club", name="Chess")
    first, second = done(await willow.world.do(willow["tom"], asked)), done(await willow.world.do(willow["tom"], asked))
    assert (first["made"], first["repeat"], second["repeat"]) == (second["made"], False, True)
    assert len(await willow.world.rows(room, kind="club")) == 1


async def test_whoever_may_make_no_room_makes_none(willow: Willow) -> None:
    for name in ("aisha", "fatima", "harjit", "ruth"):
        for kind in ROOM_KINDS:
            assert code(await willow.ask(name, MakeRoom, kind=kind, name="Ours")) == "forbidden", (name, kind)
    assert {row.kind for row in await willow.world.rows(room)} == {"person", "staffroom"}


async def test_a_teacher_makes_rooms_of_fitting_kinds_and_for_own_groups_only(willow: Willow) -> None:
    for kind in ("staffroom", "hall", "governors", "assistants", "department", "council"):
        assert code(await willow.ask("tom", MakeRoom, kind=kind, name="Ours", groups=("g5a",))) == "forbidden"
    assert code(await willow.ask("tom", MakeRoom, kind="classroom", groups=("g4a",))) == "forbidden"
    assert (
        code(await willow.ask("tom", MakeRoom, kind="club", name="x", people=(willow["chloe"].person,))) == "not_found"
    )
    mixed = (willow["ben"].person, willow["fatima"].person, willow["leila"].person)
    assert code(await willow.ask("tom", MakeRoom, kind="club", name="x", people=mixed)) == "forbidden"  # a guardian
    made = await willow.make("tom", MakeRoom, kind="club", name="Chess", people=(mixed[0], mixed[2]))
    assert await willow.inside(made) == {"tom", "ben", "leila"}


async def test_leaders_and_the_office_make_any_room_for_any_group(willow: Willow) -> None:
    hall = await willow.make("amara", MakeRoom, kind="hall", name="Hall", groups=("g4a", "g5a"))
    assert await willow.inside(hall) == {"amara", "tom", "megan", "leila", "aisha", "ben", "chloe"}
    assert code(await willow.world.do(willow["aisha"], post(hall))) == "forbidden"
    done(await willow.world.do(willow["tom"], post(hall)))
    families = await willow.make("sandra", MakeRoom, kind="family", groups=("g5a",))
    assert await willow.inside(families) == {"sandra", "tom", "megan", "fatima"}
    assert code(await willow.world.do(willow["fatima"], post(families))) == "forbidden"


async def test_groups_and_people_of_another_school_do_not_exist(willow: Willow) -> None:
    other = await willow.world.school("riverside")
    theirs = await willow.world.caller(other, "colette", "head")
    row = {"id": "gtheirs", "school_id": other.id, "kind": "class", "name": "6A", "created_ms": 1}
    await willow.world.execute(insert(school_group).values(row))
    refused = [await willow.ask("amara", MakeRoom, kind="classroom", groups=(group,)) for group in ("gtheirs", "gnone")]
    refused += [
        await willow.ask("amara", MakeRoom, kind="club", name="x", people=(who,)) for who in (theirs.person, "pnone")
    ]
    assert [code(each) for each in refused] == ["not_found"] * 4
    assert repr(refused[0]) == repr(refused[1])
    assert repr(refused[2]) == repr(refused[3])


@pytest.mark.parametrize("where", ["tom", "staffroom"])
async def test_a_room_is_asked_for_in_one_s_own_room(willow: Willow, where: str) -> None:
    room_id = willow["tom"].own_room if where == "tom" else willow.school.staffroom
    assert code(await willow.ask("amara", MakeRoom, room_id, kind="club", name="x")) == "not_found"


async def test_a_room_without_name_or_group_and_one_with_a_strange_sign_are_refused(willow: Willow) -> None:
    assert code(await willow.ask("tom", MakeRoom, kind="club")) == "bad_request"
    assert code(await willow.ask("tom", MakeRoom, kind="club", name="\u202e" * 3)) == "bad_request"
    assert code(await willow.ask("tom", MakeRoom, kind="club", name="x", icon="../../etc")) == "bad_request"
    assert code(await willow.ask("tom", MakeRoom, kind="club", name="x", accent="javascript:")) == "bad_request"


async def test_a_copy_has_the_settings_and_other_people_and_no_messages(willow: Willow) -> None:
    old = await willow.make("tom", MakeRoom, kind="classroom", groups=("g5a",), icon="sprout", past="from_joining")
    done(await willow.ask("tom", ChangeRoom, old, who_writes="staff", welcome="Hello, 5A"))
    done(await willow.world.do(willow["tom"], post(old, "only here")))
    assert code(await willow.ask("tom", CopyRoom, source=old, name="6A", groups=("g4a",))) == "forbidden"
    new = await willow.make("tom", CopyRoom, source=old, name="6A", groups=())
    row = (await willow.world.rows(room, id=new))[0]
    assert (row.kind, row.name, row.icon, row.who_writes, row.past) == (
        "classroom",
        "6A",
        "sprout",
        "staff",
        "from_joining",
    )
    assert row.welcome == "Hello, 5A"
    assert await willow.inside(new) == {"tom"}
    assert {kind for kind, _ in await willow.said(new)} == {"member_added"}
    done(await willow.ask("tom", ArchiveRoom, old))
    assert await willow.make("tom", CopyRoom, source=old, name="of an archived one", groups=("g5a",))


async def test_only_who_looks_after_a_room_copies_it(willow: Willow) -> None:
    old = await willow.make("tom", MakeRoom, kind="classroom", groups=("g5a",))
    assert code(await willow.ask("megan", CopyRoom, source=old, name="x")) == "forbidden"
    assert code(await willow.ask("leila", CopyRoom, source=old, name="x")) == "not_found"
    assert code(await willow.ask("aisha", CopyRoom, source=old, name="x")) == "forbidden"


async def test_many_turns_of_one_batch_keep_all_logs_whole(willow: Willow) -> None:
    """Rooms whose people the command does not name are written to while others in the batch write there too."""
    tom, aisha = willow["tom"], willow["aisha"]
    old = await willow.room("club", "Club", "g5a")
    asked: list[tuple[Caller, object]] = [
        (tom, MakeRoom(room=tom.own_room, key=post("r1").key, kind="classroom", groups=("g5a",))),
        (aisha, post(old, "between")),
        (tom, FollowGroup(room=old, key=post("r1").key, group="g5a", may_write=False)),
        (tom, MakeRoom(room=tom.own_room, key=post("r1").key, kind="classroom", groups=("g4a",))),  # refused
        (tom, MakeRoom(room=tom.own_room, key=post("r1").key, kind="club", groups=("g5a",))),
    ]
    outcomes = await willow.world.commit(*asked)  # type: ignore[arg-type] # commands all
    assert [getattr(each, "code", "done") for each in outcomes] == ["done", "done", "done", "forbidden", "done"]
    for each in (
        old,
        tom.own_room,
        aisha.own_room,
        *(row.id for row in await willow.world.rows(room, kind="classroom")),
    ):
        await willow.world.check_log(each)
    assert len(await willow.world.rows(room_group, group_id="g4a")) == 0
