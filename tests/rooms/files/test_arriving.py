"""Files arrive in parts, each on disk before it is acknowledged, whatever breaks in between."""

import asyncio
from uuid import uuid4

import pytest

from realtime.refusal import Refusal
from rooms.files.arriving import Arriving
from rooms.files.model import file, stray, upload, upload_part
from rooms.files.rules import DAY_MS, GRACE_MS, MOST_UNFINISHED, PART, QUIET_MS
from tests.rooms.files import samples
from tests.rooms.files.conftest import Staffroom
from tests.rooms.files.sender import breaking_off
from tests.world import code, done

CONTENT = b"Spelling test\n" * 200_000  # more than two parts


async def begun(staffroom: Staffroom, size: int = len(CONTENT)) -> str:
    return str(done(await staffroom.post.begin(staffroom.amara, staffroom.room, "Spelling.txt", size))["file"])


async def refused(work: object) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await work  # type: ignore[misc]
    return refusal.value


async def test_what_is_acknowledged_is_on_disk(staffroom: Staffroom) -> None:
    made = await begun(staffroom)
    assert await staffroom.post.bring(staffroom.amara, made, 0, CONTENT[:100]) == 100
    [key] = staffroom.post.listed("arriving/")
    assert staffroom.post.storage.read(key) == CONTENT[:100]
    assert (await staffroom.post.arriving.standing(staffroom.amara, made))[1:] == (100, len(CONTENT))


async def test_an_upload_goes_on_where_the_line_broke(staffroom: Staffroom) -> None:
    made = await begun(staffroom)
    broken = breaking_off(CONTENT[: PART + 50_000])
    reached = await staffroom.post.arriving.take(staffroom.amara, made, 0, broken)
    assert reached == PART + 50_000
    await staffroom.post.bring(staffroom.amara, made, reached, CONTENT[reached:])
    whole = await staffroom.post.finishing.finish(staffroom.amara, made)
    assert (whole["name"], whole["size"]) == ("Spelling.txt", len(CONTENT))
    _, content = await staffroom.post.fetch(staffroom.amara, made)
    assert content == CONTENT


async def test_another_process_takes_the_rest(staffroom: Staffroom) -> None:
    """Nothing of an upload is in a server's memory: it may be killed between two parts, or another one asked."""
    made = await begun(staffroom)
    await staffroom.post.bring(staffroom.amara, made, 0, CONTENT[:1000])
    first = staffroom.post.arriving
    staffroom.post.arriving = Arriving(first._database, first._clock, first._limits, staffroom.post.storage)
    await staffroom.post.bring(staffroom.amara, made, 1000, CONTENT[1000:])
    assert (await staffroom.post.finishing.finish(staffroom.amara, made))["size"] == len(CONTENT)


async def test_a_part_in_the_wrong_place_is_told_the_right_one(staffroom: Staffroom) -> None:
    made = await begun(staffroom)
    await staffroom.post.bring(staffroom.amara, made, 0, b"x" * 10)
    for offset in (0, 9, 11):
        refusal = await refused(staffroom.post.bring(staffroom.amara, made, offset, b"y"))
        assert (refusal.code, refusal.http_status, refusal.more["offset"]) == ("key_conflict", 409, 10)


async def test_of_two_tabs_that_bring_the_same_part_one_counts(staffroom: Staffroom) -> None:
    made = await begun(staffroom, 2000)
    tabs = await asyncio.gather(
        staffroom.post.bring(staffroom.amara, made, 0, b"a" * 1000),
        staffroom.post.bring(staffroom.amara, made, 0, b"b" * 1000),
        return_exceptions=True,
    )
    assert sorted(isinstance(each, Refusal) for each in tabs) == [False, True]
    [part] = await staffroom.post.world.rows(upload_part)
    assert (part.start, part.size) == (0, 1000)
    assert staffroom.post.listed("arriving/") == [part.key]


async def test_more_than_was_announced_is_refused(staffroom: Staffroom) -> None:
    made = await begun(staffroom, 100)
    assert (await refused(staffroom.post.bring(staffroom.amara, made, 0, b"x" * 101))).code == "too_large"


async def test_nobody_else_can_bring_finish_or_see_it(staffroom: Staffroom) -> None:
    made = await begun(staffroom, 4)
    for other in (staffroom.ben, staffroom.stranger):
        assert (await refused(staffroom.post.bring(other, made, 0, b"x"))).code == "not_found"
        assert (await refused(staffroom.post.finishing.finish(other, made))).code == "not_found"
        assert (await refused(staffroom.post.arriving.give_up(other, made))).code == "not_found"


async def test_whoever_may_not_write_in_a_room_begins_nothing_there(staffroom: Staffroom) -> None:
    for other in (staffroom.outsider, staffroom.stranger):
        assert code(await staffroom.post.begin(other, staffroom.room, "x.txt", 4)) == "not_found"


async def test_beginning_twice_with_one_key_begins_once(staffroom: Staffroom) -> None:
    key = uuid4()
    first, again = [
        done(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.txt", 4, key)) for _ in range(2)
    ]
    assert first["file"] == again["file"]
    assert len(await staffroom.post.world.rows(upload)) == 1
    assert code(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.txt", 5, key)) == "key_conflict"
    await staffroom.post.bring(staffroom.amara, first["file"], 0, b"word")
    await staffroom.post.finishing.finish(staffroom.amara, first["file"])
    after = done(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.txt", 4, key))
    assert after["file"] == first["file"]
    assert await staffroom.post.world.rows(upload) == []


async def test_sizes_are_bounded_by_the_schools_settings(staffroom: Staffroom) -> None:
    megabyte = 1024 * 1024
    assert code(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.txt", 20 * megabyte + 1)) == "too_large"
    assert code(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.txt", 0)) == "bad_request"
    assert done(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.txt", 20 * megabyte))


async def test_nobody_fills_the_disk(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    await staffroom.post.world.set(file, {"size": 1999 * 1024 * 1024}, id=sent["id"])
    refusal = await staffroom.post.begin(staffroom.amara, staffroom.room, "x.txt", 2 * 1024 * 1024)
    assert code(refusal) == "too_large"
    assert done(await staffroom.post.begin(staffroom.ben, staffroom.room, "x.txt", 2 * 1024 * 1024))


async def test_of_many_unfinished_uploads_the_one_that_is_long_quiet_gives_way(staffroom: Staffroom) -> None:
    first = await begun(staffroom)
    for _ in range(MOST_UNFINISHED - 1):
        await begun(staffroom)
    assert code(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.txt", 4)) == "rate_limited"
    staffroom.post.world.clock._shift_ms += QUIET_MS + 1
    await begun(staffroom)
    left = {row.id for row in await staffroom.post.world.rows(upload)}
    assert len(left) == MOST_UNFINISHED
    assert first not in left


async def test_an_abandoned_upload_is_tidied_away(staffroom: Staffroom) -> None:
    made = await begun(staffroom)
    await staffroom.post.bring(staffroom.amara, made, 0, CONTENT[:1000])
    await staffroom.post.pass_by(DAY_MS - 1000)
    assert len(staffroom.post.listed()) == 1
    await staffroom.post.pass_by(2000)
    await staffroom.post.pass_by(1000)
    assert (staffroom.post.listed(), await staffroom.post.world.rows(upload)) == ([], [])


async def test_what_is_given_up_goes(staffroom: Staffroom) -> None:
    made = await begun(staffroom)
    await staffroom.post.bring(staffroom.amara, made, 0, CONTENT[:1000])
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    for each in (made, sent["id"]):
        await staffroom.post.arriving.give_up(staffroom.amara, each)
    await staffroom.post.pass_by(GRACE_MS + 1)
    assert (staffroom.post.listed(), await staffroom.post.world.rows(stray)) == ([], [])
