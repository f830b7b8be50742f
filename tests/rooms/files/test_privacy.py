"""What is kept about a person's files is handed out, counted, and taken away."""

from uuid import uuid4

from accounts.privacy.keepers import Subject
from accounts.sessions import Actor
from rooms.doors import caller_of
from rooms.files import browsing, shelf
from rooms.files.model import file, shelf_item, upload
from rooms.files.privacy import FileKeeper
from rooms.files.rules import GRACE_MS
from tests.rooms.files import samples
from tests.rooms.files.conftest import Staffroom
from tests.world import done, remove


def subject(staffroom: Staffroom, who: Actor, kind: str) -> Subject:
    return Subject(who.person, staffroom.school.id, kind, "Ben", "Ben", "ben")  # type: ignore[arg-type]


async def fill(staffroom: Staffroom, who: Actor) -> tuple[str, str]:
    """A file in a message and one on the shelf; gives the id of the first and of the item."""
    said = await staffroom.post.send(who, staffroom.room, samples.pdf(), "Essay.pdf")
    done(await staffroom.post.say(who, staffroom.room, said["id"]))
    laid = await staffroom.post.send(who, staffroom.room, b"Poem\n", "Poem.txt")
    command = shelf.ShelveFile(room=staffroom.room, key=uuid4(), file=laid["id"])
    item = done(await staffroom.post.world.do(caller_of(who), command))["item"]
    await staffroom.post.begin(who, staffroom.room, "half.txt", 10)
    return said["id"], item


async def test_an_export_lists_files_and_what_lies_on_shelves(staffroom: Staffroom) -> None:
    sent, item = await fill(staffroom, staffroom.ben)
    await fill(staffroom, staffroom.amara)
    of = subject(staffroom, staffroom.ben, "learner")
    files, items = await staffroom.post.world.database.read(FileKeeper().hand_out, of)
    assert [each["name"] for each in files.rows] == ["Essay.pdf", "Poem.txt"]
    assert files.rows[0]["address"] == f"/files/{sent}"
    assert [(each["item"], each["name"]) for each in items.rows] == [(item, "Poem.txt")]


async def test_a_learners_files_are_erased_at_once_and_nobody_elses(staffroom: Staffroom) -> None:
    await fill(staffroom, staffroom.ben)
    of = subject(staffroom, staffroom.ben, "learner")
    world = staffroom.post.world
    counts = await world.database.read(FileKeeper().count, of)
    assert counts == {"Files": 2, "Things on shelves": 1}
    hers, _ = await fill(staffroom, staffroom.amara)
    await world.database.write(FileKeeper().erase, of, staffroom.amara.person, world.now_ms)
    assert {row.person_id for table in (file, upload, shelf_item) for row in await world.rows(table)} == {
        staffroom.amara.person
    }
    await staffroom.post.tidying.tidy()
    assert len(staffroom.post.listed("kept/")) == 2  # hers have the same contents, and stay
    assert await staffroom.post.sees(staffroom.amara, hers)


async def test_what_only_the_learner_had_leaves_the_disk_at_once(staffroom: Staffroom) -> None:
    await fill(staffroom, staffroom.ben)
    of = subject(staffroom, staffroom.ben, "learner")
    world = staffroom.post.world
    await world.database.write(FileKeeper().erase, of, staffroom.amara.person, world.now_ms)
    await staffroom.post.tidying.tidy()
    assert staffroom.post.listed() == []


async def test_an_item_that_others_made_newer_stays_without_the_learners_version(staffroom: Staffroom) -> None:
    _, item = await fill(staffroom, staffroom.ben)
    newer = await staffroom.post.send(staffroom.amara, staffroom.room, b"Poem, set right\n", "Poem.txt")
    command = shelf.ReplaceItem(room=staffroom.room, key=uuid4(), item=item, file=newer["id"])
    done(await staffroom.post.world.do(caller_of(staffroom.amara), command))
    of = subject(staffroom, staffroom.ben, "learner")
    world = staffroom.post.world
    await world.database.write(FileKeeper().erase, of, staffroom.amara.person, world.now_ms)
    found = await world.database.read(browsing.one, staffroom.room, item)
    assert found.file is not None
    assert found.file.id == newer["id"]


async def test_an_item_whose_only_file_goes_goes_too(staffroom: Staffroom) -> None:
    """A teacher's item, into whose place a learner put a newer version, and whose own was erased before."""
    sent = await staffroom.post.send(staffroom.ben, staffroom.room, b"Mine\n", "x.txt")
    world = staffroom.post.world
    command = shelf.ShelveFile(room=staffroom.room, key=uuid4(), file=sent["id"])
    item = done(await world.do(caller_of(staffroom.ben), command))["item"]
    await world.set(shelf_item, {"person_id": staffroom.amara.person}, id=item)
    of = subject(staffroom, staffroom.ben, "learner")
    await world.database.write(FileKeeper().erase, of, staffroom.amara.person, world.now_ms)
    assert await world.rows(shelf_item) == []


async def test_evidence_stays_when_its_author_is_erased(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.ben, staffroom.room, samples.photo(), "cruel.jpg")
    said = done(await staffroom.post.say(staffroom.ben, staffroom.room, sent["id"]))
    world = staffroom.post.world
    await world.do(caller_of(staffroom.ben), remove(staffroom.room, said["message"]))
    of = subject(staffroom, staffroom.ben, "learner")
    await world.database.write(FileKeeper().erase, of, staffroom.amara.person, world.now_ms)
    await staffroom.post.pass_by(GRACE_MS + 1)
    assert [row.id for row in await world.rows(file)] == [sent["id"]]
    assert len(staffroom.post.listed("kept/")) == 3


async def test_what_staff_sent_belongs_to_the_school(staffroom: Staffroom) -> None:
    sent, _ = await fill(staffroom, staffroom.ben)
    of = subject(staffroom, staffroom.ben, "staff")
    world = staffroom.post.world
    await world.database.write(FileKeeper().erase, of, staffroom.amara.person, world.now_ms)
    assert await world.rows(upload) == []
    await staffroom.post.pass_by(GRACE_MS + 1)
    assert await staffroom.post.sees(staffroom.amara, sent)
