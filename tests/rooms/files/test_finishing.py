"""A file that was checked is kept once, for as long as somebody refers to it, whatever crashes in between."""

import asyncio

import pytest

from realtime.refusal import Refusal
from rooms.files import keeping
from rooms.files.checking import Checker
from rooms.files.model import blob, file, file_shape, stray, upload
from rooms.files.rules import DAY_MS, GRACE_MS, UNUSED_MS
from tests.rooms.files import samples
from tests.rooms.files.conftest import Staffroom
from tests.world import done


class Killed(BaseException):
    """What no handler of ours catches."""


async def test_a_photo_is_kept_in_three_shapes_named_by_what_they_hold(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.photo(), "IMG_1.png")
    assert sent == {
        "id": sent["id"], "name": "IMG_1.png.jpg", "kind": "picture", "size": len(samples.photo()), "alt": "",
        "width": 200, "height": 400,
    }  # fmt: skip
    blobs = await staffroom.post.world.rows(blob)
    assert [row.key for row in blobs] == staffroom.post.listed("kept/")
    assert len(blobs) == 3
    assert all(row.hash in row.key for row in blobs)
    assert staffroom.post.listed("arriving/") != []
    await staffroom.post.tidying.tidy()
    assert staffroom.post.listed("arriving/") == []


async def test_shapes_that_are_alike_are_kept_once(staffroom: Staffroom) -> None:
    await staffroom.post.send(staffroom.amara, staffroom.room, samples.picture(), "small.png")
    assert len(await staffroom.post.world.rows(file_shape)) == 3
    assert len(staffroom.post.listed("kept/")) == 2  # the view is no larger than the thumb


async def test_what_is_not_whole_cannot_be_finished(staffroom: Staffroom) -> None:
    made = done(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.txt", 10))["file"]
    await staffroom.post.bring(staffroom.amara, made, 0, b"word")
    with pytest.raises(Refusal) as refusal:
        await staffroom.post.finishing.finish(staffroom.amara, made)
    assert refusal.value.more["offset"] == 4


async def test_of_two_tabs_that_finish_at_once_both_get_the_one_file(staffroom: Staffroom) -> None:
    made = done(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.pdf", len(samples.pdf())))["file"]
    await staffroom.post.bring(staffroom.amara, made, 0, samples.pdf())
    first, second = await asyncio.gather(
        *(staffroom.post.finishing.finish(staffroom.amara, made) for _ in range(2))
    )  # fmt: skip
    assert first == second == await staffroom.post.finishing.finish(staffroom.amara, made)
    await staffroom.post.pass_by(GRACE_MS + 1)
    assert len(staffroom.post.listed()) == len(await staffroom.post.world.rows(blob)) == 1


async def test_what_is_refused_leaves_nothing_behind(staffroom: Staffroom) -> None:
    content = b"<svg onload='alert(1)'>"
    made = done(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.png", len(content)))["file"]
    await staffroom.post.bring(staffroom.amara, made, 0, content)
    with pytest.raises(Refusal, match="bad_request") as refusal:
        await staffroom.post.finishing.finish(staffroom.amara, made)
    assert refusal.value.message.startswith("Web pages and SVG drawings")
    await staffroom.post.tidying.tidy()
    left = [await staffroom.post.world.rows(table) for table in (upload, file, blob, stray)]
    assert (left, staffroom.post.listed()) == ([[], [], [], []], [])


async def test_when_the_process_is_killed_in_the_middle_it_can_be_finished_again(
    staffroom: Staffroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = done(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.pdf", len(samples.pdf())))["file"]
    await staffroom.post.bring(staffroom.amara, made, 0, samples.pdf())

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("rooms.files.finishing._note", dies)
        with pytest.raises(Killed):
            await staffroom.post.finishing.finish(staffroom.amara, made)
    assert len(staffroom.post.listed("kept/")) == 1  # put, and nobody's
    sent = await staffroom.post.finishing.finish(staffroom.amara, made)
    assert await staffroom.post.sees(staffroom.amara, sent["id"])
    await staffroom.post.pass_by(GRACE_MS + 1)
    assert len(staffroom.post.listed("kept/")) == 1  # what the crash left is gone, the file is there
    assert await staffroom.post.sees(staffroom.amara, sent["id"])


async def test_the_same_content_is_kept_once_a_school(staffroom: Staffroom) -> None:
    first = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    second = await staffroom.post.send(staffroom.ben, staffroom.room, samples.pdf(), "other name.pdf")
    assert first["id"] != second["id"]
    assert len(staffroom.post.listed("kept/")) == 1
    other = await staffroom.post.world.school("hillside")
    there = await staffroom.post.world.session(await staffroom.post.world.person(other, "zoe"))
    await staffroom.post.send(there, other.staffroom, samples.pdf())
    assert len(staffroom.post.listed("kept/")) == 2


async def test_a_content_goes_with_the_last_who_refers_to_it_and_not_before(staffroom: Staffroom) -> None:
    sent = [await staffroom.post.send(who, staffroom.room, samples.pdf()) for who in (staffroom.amara, staffroom.ben)]
    await staffroom.post.arriving.give_up(staffroom.amara, sent[0]["id"])
    await staffroom.post.pass_by(GRACE_MS + 1)
    assert await staffroom.post.sees(staffroom.ben, sent[1]["id"])
    await staffroom.post.arriving.give_up(staffroom.ben, sent[1]["id"])
    await staffroom.post.pass_by(GRACE_MS - 1000)
    assert len(staffroom.post.listed("kept/")) == 1  # a copy of everything may be under way
    await staffroom.post.pass_by(2000)
    assert staffroom.post.listed("kept/") == []
    assert await staffroom.post.world.rows(file_shape) == []


async def test_what_comes_again_while_it_goes_is_there(staffroom: Staffroom) -> None:
    first = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    await staffroom.post.arriving.give_up(staffroom.amara, first["id"])
    again = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    await staffroom.post.pass_by(GRACE_MS + 1)
    assert await staffroom.post.sees(staffroom.amara, again["id"])


async def test_a_stray_that_is_being_removed_cannot_be_claimed(staffroom: Staffroom) -> None:
    world, school = staffroom.post.world, staffroom.school.id
    key = keeping.new_key(school, "ab" * 32)
    await world.database.write(keeping.expect, [key], world.now_ms)
    assert await world.database.write(keeping.seize, [key], world.now_ms) == [key]
    with pytest.raises(Refusal, match="unavailable"):
        await world.database.write(keeping.claim, school, "ab" * 32, 3, key)
    assert await world.rows(blob) == []


async def test_a_file_that_nothing_takes_goes_after_a_week(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    used = await staffroom.post.send(staffroom.amara, staffroom.room, b"Used\n")
    done(await staffroom.post.say(staffroom.amara, staffroom.room, used["id"]))
    await staffroom.post.pass_by(UNUSED_MS + DAY_MS)
    await staffroom.post.pass_by(GRACE_MS + 1)
    assert [row.id for row in await staffroom.post.world.rows(file)] == [used["id"]]
    assert not await staffroom.post.sees(staffroom.amara, sent["id"])
    assert len(staffroom.post.listed("kept/")) == 1


async def test_a_workshop_that_dies_refuses_the_file_and_the_next_one_is_taken(staffroom: Staffroom) -> None:
    good = staffroom.post.finishing._checker
    staffroom.post.finishing._checker = Checker(("/bin/sh", "-c", "kill -9 $$"))
    with pytest.raises(Refusal, match="bad_request"):
        await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    staffroom.post.finishing._checker = good
    assert (await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf()))["kind"] == "document"
