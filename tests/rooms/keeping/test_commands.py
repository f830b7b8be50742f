"""Rooms are renamed, changed, archived and opened again by those who look after them."""

import pytest

from realtime.protocol import Command
from rooms.keeping.commands import ArchiveRoom, ChangeRoom, RenameRoom, ReopenRoom
from rooms.membership import AddMember
from rooms.model import member, room
from tests.rooms.keeping.conftest import Willow
from tests.world import code, done, post


async def test_a_new_name_and_a_new_face_are_events_of_the_room(willow: Willow) -> None:
    here = await willow.room("classroom", "5A", "g5a")
    before = len(await willow.said(here))
    done(await willow.ask("tom", RenameRoom, here, name="  The  Owls "))
    done(await willow.ask("tom", ChangeRoom, here, icon="sprout", accent="rose"))
    assert (await willow.said(here))[before:] == [
        ("room_renamed", {"name": "The Owls"}),
        ("room_changed", {"kind": "classroom", "icon": "sprout", "accent": "rose", "who_writes": "everyone",
                          "past": "everything"}),
    ]  # fmt: skip
    done(await willow.ask("tom", ChangeRoom, here, icon=""))
    row = (await willow.world.rows(room, id=here))[0]
    assert (row.name, row.icon, row.accent) == ("The Owls", None, "rose")
    await willow.world.check_log(here)


EVERYTHING: list[tuple[type[Command], dict[str, str]]] = [
    (RenameRoom, {"name": "Mine"}), (ChangeRoom, {"who_writes": "everyone"}), (ArchiveRoom, {}), (ReopenRoom, {}),
]  # fmt: skip


@pytest.mark.parametrize(("command", "fields"), EVERYTHING)
async def test_others_do_none_of_it(willow: Willow, command: type[Command], fields: dict[str, str]) -> None:
    here = await willow.room("classroom", "5A", "g5a")
    before = await willow.said(here)
    for name in ("aisha", "megan"):
        assert code(await willow.ask(name, command, here, **fields)) == "forbidden", name
    for name in ("leila", "chloe", "fatima", "amara"):
        assert code(await willow.ask(name, command, here, **fields)) == "not_found", name
    assert await willow.said(here) == before


async def test_who_writes_narrows_what_the_rules_allow_and_widens_nothing(willow: Willow) -> None:
    here = await willow.room("classroom", "5A", "g5a")
    for who_writes, may in (("everyone", "tom megan aisha"), ("staff", "tom megan"), ("keepers", "tom")):
        done(await willow.ask("tom", ChangeRoom, here, who_writes=who_writes))
        for name in ("tom", "megan", "aisha"):
            answer = await willow.world.do(willow[name], post(here))
            assert getattr(answer, "code", "done") == ("done" if name in may.split() else "forbidden"), (
                who_writes,
                name,
            )
    hall = await willow.room("hall", "Hall", "g5a", who_writes="everyone")
    assert code(await willow.world.do(willow["aisha"], post(hall))) == "forbidden"


async def test_a_member_s_own_right_to_write_counts_besides(willow: Willow) -> None:
    here = await willow.room("classroom", "5A", "g5a")
    done(await willow.ask("tom", AddMember, here, person=willow["ben"].person, may_write=False))
    assert code(await willow.world.do(willow["ben"], post(here))) == "forbidden"
    done(await willow.world.do(willow["aisha"], post(here)))


async def test_an_archived_room_is_read_and_nothing_else(willow: Willow) -> None:
    here = await willow.room("classroom", "5A", "g5a")
    done(await willow.ask("tom", ArchiveRoom, here))
    assert (await willow.said(here))[-1] == ("room_archived", {})
    for name in ("tom", "aisha"):
        assert code(await willow.world.do(willow[name], post(here))) == "room_closed"
    for command, fields in EVERYTHING[:3]:
        assert code(await willow.ask("tom", command, here, **fields)) == "room_closed"
    assert code(await willow.ask("megan", ReopenRoom, here)) == "forbidden"
    done(await willow.ask("tom", ReopenRoom, here))
    done(await willow.world.do(willow["aisha"], post(here)))
    assert code(await willow.ask("tom", ReopenRoom, here)) == "bad_request"


async def test_an_archived_room_follows_its_groups_again_once_it_is_open(willow: Willow) -> None:
    from accounts.model import group_member  # noqa: PLC0415 - only here
    from rooms import following  # noqa: PLC0415

    here = await willow.room("classroom", "5A", "g5a")
    done(await willow.ask("tom", ArchiveRoom, here))
    await willow.world.execute(group_member.delete().where(group_member.c.person_id == willow["ben"].person))
    await willow.world.database.write(following.groups_changed, willow.school.id, ["g5a"], willow.world.now_ms)
    assert "ben" in await willow.inside(here)
    done(await willow.ask("tom", ReopenRoom, here))
    assert "ben" not in await willow.inside(here)


async def test_a_teacher_makes_of_a_room_only_what_a_teacher_could_have_made(willow: Willow) -> None:
    here = await willow.room("hall", "Hall", "g5a")
    for kind in ("staffroom", "governors", "council"):
        assert code(await willow.ask("tom", ChangeRoom, here, kind=kind)) == "forbidden"
    done(await willow.ask("tom", ChangeRoom, here, kind="classroom"))
    done(await willow.world.do(willow["aisha"], post(here)))
    assert ("access_changed", {}) in await willow.said(willow["aisha"].own_room)


async def test_another_kind_shuts_out_whoever_may_not_read_it(willow: Willow) -> None:
    here = await willow.room("classroom", "5A", "g5a")
    done(await willow.ask("tom", AddMember, here, person=willow["amara"].person, may_administer=True))
    done(await willow.ask("amara", ChangeRoom, here, kind="department"))
    assert code(await willow.world.do(willow["aisha"], post(here))) == "not_found"
    done(await willow.world.do(willow["tom"], post(here)))


async def test_the_welcome_is_bounded_and_can_be_given_back(willow: Willow) -> None:
    here = await willow.room("classroom", "5A", "g5a")
    done(await willow.ask("tom", ChangeRoom, here, welcome="Hello\x00 owls"))
    assert [row.welcome for row in await willow.world.rows(room, id=here)] == ["Hello owls"]
    assert code(await willow.ask("tom", ChangeRoom, here, welcome="x" * 1001)) == "too_large"
    done(await willow.ask("tom", ChangeRoom, here, welcome=""))
    assert [row.welcome for row in await willow.world.rows(room, id=here)] == [None]


async def test_learners_and_guardians_never_look_after_a_room(willow: Willow) -> None:
    here = await willow.room("classroom", "5A", "g5a")
    assert (
        code(await willow.ask("tom", AddMember, here, person=willow["aisha"].person, may_administer=True))
        == "forbidden"
    )
    assert not any(row.may_administer for row in await willow.world.rows(member, person_id=willow["aisha"].person))
