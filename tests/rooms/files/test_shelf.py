"""The shelf of a room: one order for all, the same address whatever the version, and nothing lost by mistake."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from accounts.sessions import Actor
from rooms.doors import caller_of
from rooms.enrolling import seat
from rooms.files import browsing, shelf
from rooms.files.model import file, shelf_item
from rooms.files.rules import DAY_MS, GRACE_MS, REMOVED_MS
from rooms.membership import create_room
from rooms.model import member
from rooms.turn import Outcome
from tests.rooms.files import samples
from tests.rooms.files.conftest import Staffroom
from tests.world import code, done


async def do(staffroom: Staffroom, who: Actor, kind: type[Any], **fields: Any) -> Outcome:
    return await staffroom.post.world.do(caller_of(who), kind(room=staffroom.room, key=uuid4(), **fields))


async def titles(staffroom: Staffroom, folder: str | None = None) -> list[str]:
    found = await staffroom.post.world.database.read(browsing.lying_in, staffroom.room, folder)
    return [each.row.title for each in found]


async def folder(staffroom: Staffroom, title: str, within: str | None = None) -> str:
    return str(done(await do(staffroom, staffroom.amara, shelf.MakeFolder, title=title, folder=within))["item"])


async def link(staffroom: Staffroom, title: str, within: str | None = None) -> str:
    made = await do(
        staffroom, staffroom.amara, shelf.ShelveLink, title=title, address="https://a.example", folder=within
    )
    return str(done(made)["item"])


async def shelved(staffroom: Staffroom, who: Actor, content: bytes = b"One\n", name: str = "Plan.txt") -> str:
    sent = await staffroom.post.send(who, staffroom.room, content, name)
    return str(done(await do(staffroom, who, shelf.ShelveFile, file=sent["id"]))["item"])


async def test_folders_links_and_files_lie_in_order_and_the_log_names_them_only(staffroom: Staffroom) -> None:
    await shelved(staffroom, staffroom.amara)
    await link(staffroom, "Écoles")
    await folder(staffroom, "Zoo")
    assert await titles(staffroom) == ["Zoo", "Écoles", "Plan.txt"]
    events = await staffroom.post.world.events(staffroom.room)
    assert [each.kind for each in events[-3:]] == ["item_shelved"] * 3
    assert b"Zoo" not in b"".join(bytes(each.body) for each in events)
    await staffroom.post.world.check_log(staffroom.room)


async def test_a_new_version_takes_the_old_ones_place_at_the_same_address(staffroom: Staffroom) -> None:
    item = await shelved(staffroom, staffroom.amara, b"One\n")
    newer = await staffroom.post.send(staffroom.ben, staffroom.room, b"Two\n", "Plan 2.txt")
    done(await do(staffroom, staffroom.ben, shelf.ReplaceItem, item=item, file=newer["id"]))
    world = staffroom.post.world
    found = await world.database.read(browsing.one, staffroom.room, item)
    assert (found.row.title, found.version, found.file is not None and found.file.id) == ("Plan.txt", 2, newer["id"])
    versions = await world.database.read(browsing.versions, item)
    assert [(each.number, each.by_name) for each in versions] == [(2, "Ben"), (1, "Amara")]
    _, content = await staffroom.post.fetch(staffroom.amara, newer["id"])
    assert content == b"Two\n"


async def test_an_older_version_is_only_for_those_who_may_write(staffroom: Staffroom) -> None:
    item = await shelved(staffroom, staffroom.amara, b"One\n")
    [first] = await staffroom.post.world.rows(file)
    newer = await staffroom.post.send(staffroom.amara, staffroom.room, b"Two\n")
    done(await do(staffroom, staffroom.amara, shelf.ReplaceItem, item=item, file=newer["id"]))
    assert await staffroom.post.sees(staffroom.ben, first.id)
    await staffroom.post.world.set(member, {"may_write": False}, person_id=staffroom.ben.person)
    assert not await staffroom.post.sees(staffroom.ben, first.id)
    assert await staffroom.post.sees(staffroom.ben, newer["id"])


async def test_what_lies_in_a_folder_goes_with_it_and_comes_back_with_it(staffroom: Staffroom) -> None:
    outer = await folder(staffroom, "Autumn")
    inner = await folder(staffroom, "Week 1", outer)
    kept = await link(staffroom, "Poem", inner)
    gone_before = await link(staffroom, "Old poem", inner)
    done(await do(staffroom, staffroom.amara, shelf.RemoveItem, item=gone_before))
    staffroom.post.world.clock._shift_ms += 10
    done(await do(staffroom, staffroom.ben, shelf.RemoveItem, item=outer))
    assert await titles(staffroom) == []
    assert code(await do(staffroom, staffroom.amara, shelf.RenameItem, item=kept, title="x")) == "not_found"
    done(await do(staffroom, staffroom.amara, shelf.RestoreItem, item=outer))
    assert (await titles(staffroom), await titles(staffroom, inner)) == (["Autumn"], ["Poem"])


async def test_what_comes_back_after_its_folder_went_lies_on_the_shelf_itself(staffroom: Staffroom) -> None:
    outer = await folder(staffroom, "Autumn")
    poem = await link(staffroom, "Poem", outer)
    done(await do(staffroom, staffroom.amara, shelf.RemoveItem, item=poem))
    staffroom.post.world.clock._shift_ms += 10
    done(await do(staffroom, staffroom.amara, shelf.RemoveItem, item=outer))
    done(await do(staffroom, staffroom.amara, shelf.RestoreItem, item=poem))
    assert await titles(staffroom) == ["Poem"]


async def test_moving_never_puts_a_folder_into_itself_or_too_deep(staffroom: Staffroom) -> None:
    outer = await folder(staffroom, "1")
    deep = outer
    for n in range(2, 6):
        deep = await folder(staffroom, str(n), deep)
    assert code(await do(staffroom, staffroom.amara, shelf.MakeFolder, title="6", folder=deep)) == "bad_request"
    for target in (outer, deep):
        assert code(await do(staffroom, staffroom.amara, shelf.MoveItem, item=outer, folder=target)) == "bad_request"
    poem = await link(staffroom, "Poem", deep)
    done(await do(staffroom, staffroom.amara, shelf.MoveItem, item=poem, folder=outer))
    assert await titles(staffroom, outer) == ["2", "Poem"]
    done(await do(staffroom, staffroom.amara, shelf.MoveItem, item=poem))
    assert await titles(staffroom) == ["1", "Poem"]


async def test_names_are_found_without_case_and_marks_and_nothing_else_is(staffroom: Staffroom) -> None:
    await link(staffroom, "Café 100%", await folder(staffroom, "Menus"))
    await link(staffroom, "Cafe 100x")

    async def found(words: str) -> list[str]:
        rows = await staffroom.post.world.database.read(browsing.called, staffroom.room, words)
        return [each.row.title for each in rows]

    assert await found("CAFE") == ["Café 100%", "Cafe 100x"]
    assert await found("100%") == ["Café 100%"]
    assert await found("_") == []


async def test_learners_change_only_what_they_laid_there_themselves(staffroom: Staffroom) -> None:
    world = staffroom.post.world
    room = await world.database.write(create_room, staffroom.school.id, "classroom", "Year 4", world.now_ms)
    pupil = await world.session(await world.person(staffroom.school, "tom", "learner", seated=False))
    for who in (staffroom.amara, pupil):
        await world.database.write(seat, room, who.person, world.now_ms)
    here = replace(staffroom, room=room)
    theirs, own = (
        await link(here, "The teacher's"),
        done(await do(here, pupil, shelf.MakeFolder, title="Tom's"))["item"],
    )
    assert code(await do(here, pupil, shelf.RenameItem, item=theirs, title="Mine")) == "forbidden"
    done(await do(here, pupil, shelf.RenameItem, item=own, title="My poems"))
    done(await do(here, staffroom.amara, shelf.RenameItem, item=own, title="Poems"))
    assert shelf.may_tend("staff", mine=False, keeps=False)
    assert not shelf.may_tend("learner", mine=False, keeps=False)
    assert shelf.may_tend("learner", mine=True, keeps=False)
    assert shelf.may_tend("learner", mine=False, keeps=True)


async def test_nobody_reaches_the_shelf_of_a_room_that_they_are_not_in(staffroom: Staffroom) -> None:
    item = await shelved(staffroom, staffroom.amara, samples.pdf(), "Plan.pdf")
    [kept] = await staffroom.post.world.rows(file)
    for other in (staffroom.outsider, staffroom.stranger):
        assert code(await do(staffroom, other, shelf.RemoveItem, item=item)) == "not_found"
        assert code(await do(staffroom, other, shelf.MakeFolder, title="x")) == "not_found"
        assert not await staffroom.post.sees(other, kept.id)
    hillside = await staffroom.post.world.school("hillside")
    zoe = await staffroom.post.world.session(await staffroom.post.world.person(hillside, "zoe"))
    there = caller_of(zoe)
    moved = shelf.MoveItem(room=hillside.staffroom, key=uuid4(), item=item)
    assert code(await staffroom.post.world.do(there, moved)) == "not_found"


async def test_what_was_removed_is_not_served_and_goes_for_good_after_a_month(staffroom: Staffroom) -> None:
    item = await shelved(staffroom, staffroom.amara)
    [kept] = await staffroom.post.world.rows(file)
    done(await do(staffroom, staffroom.amara, shelf.RemoveItem, item=item))
    assert not await staffroom.post.sees(staffroom.amara, kept.id)
    await staffroom.post.pass_by(REMOVED_MS - DAY_MS)
    assert len(staffroom.post.listed("kept/")) == 1
    await staffroom.post.pass_by(2 * DAY_MS)
    await staffroom.post.pass_by(GRACE_MS + 1)
    assert staffroom.post.listed("kept/") == []
    assert await staffroom.post.world.rows(shelf_item) == []


@pytest.mark.parametrize("title", ["", "  ", "\u202e", "x" * 121])
async def test_names_are_bounded(staffroom: Staffroom, title: str) -> None:
    assert code(await do(staffroom, staffroom.amara, shelf.MakeFolder, title=title)) in ("bad_request", "too_large")
