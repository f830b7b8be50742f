"""Sub-groups: for those in them, and for nobody else to be noticed."""

import msgspec
from sqlalchemy import Connection

from accounts.model import group_member
from accounts.privacy.keepers import Subject
from accounts.sessions import Actor
from features import KEEPERS
from rooms import directory, following, grants, subgroups
from rooms.keeping.commands import ArchiveRoom, RenameRoom, ReopenRoom
from rooms.keeping.founding import CopyRoom
from rooms.keeping.handing_out import MakeSubgroup, SetSubgroup
from rooms.membership import AddMember, RemoveMember
from rooms.messages import history
from rooms.messages.privacy import MessageKeeper
from rooms.model import member, room
from tests.rooms.keeping.conftest import Willow
from tests.world import code, done, post

KEEPER = next(each for each in KEEPERS if isinstance(each, MessageKeeper))


async def actor(willow: Willow, name: str) -> Actor:
    return await willow.world.session(willow[name].person)


async def divided(willow: Willow, *names: str) -> tuple[str, str]:
    """A classroom and a sub-group of it."""
    here = await willow.room("classroom", "5A", "g5a")
    people = tuple(willow[name].person for name in names)
    return here, await willow.make("tom", MakeSubgroup, of=here, name="Needs more time", people=people)


async def test_peers_see_nothing_of_it_anywhere(willow: Willow) -> None:
    before = {name: await willow.said(willow[name].own_room) for name in ("ben", "megan", "chloe")}
    here, part = await divided(willow, "aisha")
    logged = await willow.said(here)
    done(await willow.world.do(willow["tom"], post(part, "Only the odd ones")))
    assert await willow.said(here) == logged
    for name in ("ben", "megan", "chloe", "leila"):
        asker = await actor(willow, name)
        cards = await willow.world.database.read(directory.rooms_of, asker, willow.world.now_ms)
        assert part not in {each.id for each in cards}
        assert part not in await willow.world.database.read(history.unread, asker.person)
        assert code(await willow.world.do(willow[name], post(part))) == "not_found"
        if name in before:
            kinds = [kind for kind, body in await willow.said(willow[name].own_room) if body.get("room") != here]
            assert kinds == [kind for kind, body in before[name]], name


async def test_its_own_people_read_neither_its_name_nor_who_else_is_in_it(willow: Willow) -> None:
    here, part = await divided(willow, "aisha", "ben")
    asker = await actor(willow, "aisha")

    def look(connection: Connection) -> tuple[object, ...]:
        grant = directory.require(connection, asker, part, "read", willow.world.now_ms)
        whole = directory.require(connection, asker, here, "read", willow.world.now_ms)
        names = {each["name"] for each in directory.members(connection, part, grant)}
        return directory.card(connection, part, grant)["name"], names, subgroups.seen_in(connection, here, whole)

    name, names, seen = await willow.world.database.read(look)
    assert (name, names) == ("5A", {"Tom", "Aisha"})
    assert [(each.name, each.people) for each in seen] == [("", ())]  # type: ignore[attr-defined] # sub-groups
    cards = await willow.world.database.read(directory.rooms_of, asker, willow.world.now_ms)
    assert [(each.name, each.part_of) for each in cards if each.id == part] == [("5A", here)]


async def test_whoever_forgets_to_say_who_asks_is_told_the_least(willow: Willow) -> None:
    _, part = await divided(willow, "aisha")
    assert (await willow.world.database.read(directory.card, part))["name"] == "5A"
    assert [each["name"] for each in await willow.world.database.read(directory.members, part)] == ["Tom"]


async def test_nothing_in_its_log_names_anybody_but_staff(willow: Willow) -> None:
    _, part = await divided(willow, "aisha")
    everybody = (willow["aisha"].person, willow["ben"].person)
    done(await willow.ask("tom", SetSubgroup, part, name="Stretch", people=everybody))
    done(await willow.ask("tom", SetSubgroup, part, name="Stretch", people=everybody[1:]))
    done(await willow.world.do(willow["tom"], post(part)))
    done(await willow.ask("tom", ArchiveRoom, part))
    events = await willow.world.events(part)
    assert {each.by for each in events} <= {willow["tom"].person, ""}
    said = msgspec.json.encode([each.body for each in events]).decode()
    assert not any(word in said for word in (*everybody, "Stretch", "Needs more time"))
    await willow.world.check_log(part)


async def test_only_staff_write_in_it_and_nobody_else_reacts(willow: Willow) -> None:
    _, part = await divided(willow, "aisha")
    assert code(await willow.world.do(willow["aisha"], post(part))) == "forbidden"
    who = willow["aisha"]

    def places(connection: Connection) -> list[bool]:
        pairs = [(n, each.person, each.session, part, None) for n, each in enumerate((who, willow["tom"]))]
        loaded = grants.load(connection, pairs, willow.world.now_ms)
        return [bool(each.place and each.place.may_react) for each in loaded]

    assert await willow.world.database.read(places) == [False, True]


async def test_people_are_chosen_from_the_room_by_who_looks_after_it(willow: Willow) -> None:
    here, part = await divided(willow, "aisha")
    for name in ("aisha", "megan"):
        refused = await willow.ask(name, MakeSubgroup, of=here, name="Mine", people=(willow["ben"].person,))
        assert code(refused) == "forbidden"
        assert code(await willow.ask(name, SetSubgroup, part, name="x")) in ("forbidden", "not_found")
    assert code(await willow.ask("leila", MakeSubgroup, of=here, name="Mine")) == "not_found"
    outside = await willow.ask("tom", MakeSubgroup, of=here, name="Mine", people=(willow["chloe"].person,))
    assert code(outside) == "not_found"
    assert code(await willow.ask("tom", AddMember, part, person=willow["ben"].person)) == "forbidden"
    assert code(await willow.ask("tom", RemoveMember, part, person=willow["aisha"].person)) == "forbidden"
    assert code(await willow.ask("tom", RenameRoom, part, name="Seen by all")) == "forbidden"
    assert code(await willow.ask("tom", MakeSubgroup, of=part, name="Deeper")) == "forbidden"
    assert code(await willow.ask("tom", CopyRoom, source=part, name="Copy")) == "forbidden"


async def test_who_leaves_the_room_leaves_its_sub_groups_and_who_keeps_it_keeps_them(willow: Willow) -> None:
    here, part = await divided(willow, "aisha", "ben")
    assert await willow.inside(part) == {"tom", "aisha", "ben"}
    done(await willow.ask("tom", AddMember, here, person=willow["leila"].person, may_administer=True))
    assert await willow.inside(part) == {"tom", "leila", "aisha", "ben"}
    await willow.world.execute(group_member.delete().where(group_member.c.person_id == willow["ben"].person))
    await willow.world.database.write(following.groups_changed, willow.school.id, ["g5a"], willow.world.now_ms)
    assert await willow.inside(part) == {"tom", "leila", "aisha"}
    assert (await willow.said(willow["ben"].own_room))[-2:] == [("access_changed", {}), ("room_left", {"room": part})]
    done(await willow.ask("tom", RemoveMember, here, person=willow["leila"].person))
    assert await willow.inside(part) == {"tom", "aisha"}
    await willow.world.check_log(part)
    await willow.world.check_log(willow["ben"].own_room)


async def test_a_sub_group_is_archived_and_opened_with_its_room(willow: Willow) -> None:
    here, part = await divided(willow, "aisha")
    before = await willow.make("tom", MakeSubgroup, of=here, name="Over", people=())
    done(await willow.ask("tom", ArchiveRoom, before))
    done(await willow.ask("tom", ArchiveRoom, here))
    assert all(row.closed_ms for row in await willow.world.rows(room, part_of=here))
    await willow.world.set(room, {"closed_ms": 1}, id=before)
    done(await willow.ask("tom", ReopenRoom, here))
    opened = {row.id: row.closed_ms is None for row in await willow.world.rows(room, part_of=here)}
    assert opened == {part: True, before: False}


async def test_the_audience_is_who_it_is_for(willow: Willow) -> None:
    _, part = await divided(willow, "aisha")
    assert await willow.world.database.read(subgroups.audience, part) == {willow["aisha"].person}
    for name, may in (("aisha", True), ("tom", True), ("ben", False), ("chloe", False)):
        seen = await willow.world.database.read(subgroups.may_see, willow[name].person, part, willow.world.now_ms)
        assert seen is may, name
    await willow.world.set(member, {"until_ms": 1}, person_id=willow["aisha"].person, room_id=part)
    assert not await willow.world.database.read(subgroups.may_see, willow["aisha"].person, part, willow.world.now_ms)


async def test_an_export_does_not_say_what_a_sub_group_is_called(willow: Willow) -> None:
    here, part = await divided(willow, "aisha")
    of = Subject(willow["aisha"].person, willow.school.id, "learner", "Aisha", "Aisha", "aisha")
    handed = await willow.world.database.read(KEEPER.hand_out, of)
    rooms = {each["room"]: each["name"] for found in handed if found.name == "rooms" for each in found.rows}
    assert rooms == {here: "5A", part: "5A"}
    assert "Needs more time" not in repr(handed)
