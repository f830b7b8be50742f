"""Files of messages: one's own, once, and gone with the message."""

from uuid import uuid4

import pytest
from msgspec import json, structs

from accounts import settings
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms.doors import caller_of
from rooms.files.attaching import of_messages
from rooms.files.commands import DescribeFile
from rooms.files.model import file
from rooms.model import event, evidence, member
from rooms.posts import message
from rooms.showing import Showing
from rooms.turn import Outcome
from storage.database import Transaction
from tests.rooms.files import samples
from tests.rooms.files.conftest import Staffroom
from tests.world import code, done, remove


async def test_a_message_brings_its_files_in_its_event(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.photo())
    assert not await staffroom.post.sees(staffroom.ben, sent["id"])  # nobody else's before it is sent
    said = done(await staffroom.post.say(staffroom.amara, staffroom.room, sent["id"]))
    last = (await staffroom.post.world.events(staffroom.room))[-1]
    assert (last.seq, last.kind) == (said["seq"], "message_posted")
    assert sent["id"].encode() in bytes(last.body)
    assert await staffroom.post.sees(staffroom.ben, sent["id"])
    for other in (staffroom.outsider, staffroom.stranger):
        assert not await staffroom.post.sees(other, sent["id"])


async def test_the_page_reads_the_files_of_all_messages_at_once(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.photo())
    with_file = done(await staffroom.post.say(staffroom.amara, staffroom.room, sent["id"]))["seq"]
    await staffroom.post.say(staffroom.amara, staffroom.room)
    world = staffroom.post.world
    rows = await world.rows(message, room_id=staffroom.room)
    found = await world.database.read(
        lambda connection: of_messages(
            Showing(connection, staffroom.ben, None, staffroom.room, world.now_ms, "en"), rows  # type: ignore[arg-type]
        )
    )  # fmt: skip
    assert found == {with_file: [sent]}


async def test_pictures_stand_first_in_the_event_and_on_the_page(staffroom: Staffroom) -> None:
    report = await staffroom.post.send(staffroom.amara, staffroom.room, b"Report\n", "x.txt")
    heron = await staffroom.post.send(staffroom.amara, staffroom.room, samples.picture(), "heron.png")
    done(await staffroom.post.say(staffroom.amara, staffroom.room, report["id"], heron["id"]))
    last = (await staffroom.post.world.events(staffroom.room))[-1]
    assert [each["id"] for each in json.decode(last.body)["files"]] == [heron["id"], report["id"]]


async def test_a_file_is_used_once_and_only_by_who_brought_it(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    assert code(await staffroom.post.say(staffroom.ben, staffroom.room, sent["id"])) == "not_found"
    key = uuid4()
    first = done(await staffroom.post.say(staffroom.amara, staffroom.room, sent["id"], key=key))
    assert code(await staffroom.post.say(staffroom.amara, staffroom.room, sent["id"])) == "not_found"
    events = [each.kind for each in await staffroom.post.world.events(staffroom.room)]
    assert events.count("message_posted") == 1
    assert first["repeat"] is False


async def test_a_file_of_another_room_is_not_taken(staffroom: Staffroom) -> None:
    other = await staffroom.post.world.school("hillside")
    zoe = await staffroom.post.world.session(await staffroom.post.world.person(other, "zoe"))
    sent = await staffroom.post.send(zoe, other.staffroom, samples.pdf())
    assert code(await staffroom.post.say(staffroom.amara, staffroom.room, sent["id"])) == "not_found"


async def test_with_the_message_its_files_vanish_for_everybody_at_once(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.photo())
    said = done(await staffroom.post.say(staffroom.amara, staffroom.room, sent["id"]))
    await staffroom.post.world.do(caller_of(staffroom.amara), remove(staffroom.room, said["message"]))
    for who in (staffroom.amara, staffroom.ben):
        for shape in (None, "thumb", "view"):
            with pytest.raises(Refusal, match="not_found"):
                await staffroom.post.fetch(who, sent["id"], shape)
    log = b"".join(bytes(each.body) for each in await staffroom.post.world.events(staffroom.room))
    assert sent["id"].encode() not in log
    assert sent["name"].encode() not in log
    [kept] = [row for row in await staffroom.post.world.rows(evidence) if row.seq == said["seq"]]
    assert sent["id"] in kept.body  # moderation can find it
    assert [row.removed_ms is not None for row in await staffroom.post.world.rows(file)] == [True]


async def test_whoever_leaves_the_room_sees_its_files_no_more(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    await staffroom.post.say(staffroom.amara, staffroom.room, sent["id"])
    await staffroom.post.world.execute(member.delete().where(member.c.person_id == staffroom.ben.person))
    assert not await staffroom.post.sees(staffroom.ben, sent["id"])


async def test_a_newcomer_to_whom_the_past_is_closed_does_not_see_its_files(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    said = done(await staffroom.post.say(staffroom.amara, staffroom.room, sent["id"]))
    await staffroom.post.world.set(member, {"from_seq": said["seq"] + 1}, person_id=staffroom.ben.person)
    assert not await staffroom.post.sees(staffroom.ben, sent["id"])
    await staffroom.post.world.set(member, {"from_seq": said["seq"]}, person_id=staffroom.ben.person)
    assert await staffroom.post.sees(staffroom.ben, sent["id"])


async def test_a_picture_is_described_before_and_after_it_is_sent_by_its_owner_alone(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.photo())

    async def describe(who: Actor, words: str) -> Outcome:
        command = DescribeFile(room=staffroom.room, key=uuid4(), file=sent["id"], alt=words)
        return await staffroom.post.world.do(caller_of(who), command)

    before = len(await staffroom.post.world.rows(event))
    done(await describe(staffroom.amara, "A  heron\n\u202eon the roof"))
    assert len(await staffroom.post.world.rows(event)) == before
    assert (await staffroom.post.world.rows(file))[0].alt == "A heron on the roof"
    await staffroom.post.say(staffroom.amara, staffroom.room, sent["id"])
    done(await describe(staffroom.amara, "A stork"))
    assert code(await describe(staffroom.ben, "Mine")) == "not_found"
    last = (await staffroom.post.world.events(staffroom.room))[-1]
    assert (last.kind, b"stork" in bytes(last.body)) == ("file_described", False)
    assert code(await describe(staffroom.amara, "x" * 501)) == "too_large"


async def test_where_a_school_has_files_switched_off_none_are_sent_and_the_old_ones_are_seen(
    staffroom: Staffroom,
) -> None:
    world = staffroom.post.world
    sent = [await staffroom.post.send(staffroom.amara, staffroom.room, b"%d\n" % n, "x.txt") for n in range(2)]
    done(await staffroom.post.say(staffroom.amara, staffroom.room, sent[0]["id"]))
    await world.database.write(switch_off, staffroom.school.id)
    assert code(await staffroom.post.begin(staffroom.amara, staffroom.room, "x.txt", 4)) == "forbidden"
    assert code(await staffroom.post.say(staffroom.amara, staffroom.room, sent[1]["id"])) == "forbidden"
    done(await staffroom.post.say(staffroom.amara, staffroom.room))
    assert await staffroom.post.sees(staffroom.ben, sent[0]["id"])


def switch_off(tx: Transaction, school: str) -> None:
    before = settings.read(tx.connection, school)
    settings.write(tx, school, structs.replace(before, features={"files": settings.Switch("nobody")}))


async def test_a_message_takes_ten_files_and_no_more(staffroom: Staffroom) -> None:
    sent = [await staffroom.post.send(staffroom.amara, staffroom.room, b"%d\n" % n, "x.txt") for n in range(3)]
    ids = [each["id"] for each in sent]
    done(await staffroom.post.say(staffroom.amara, staffroom.room, *ids, ids[0]))
    assert code(await staffroom.post.say(staffroom.amara, staffroom.room, *[f"f{n}" for n in range(11)])) == "too_large"
