"""Threads of people who have left the school, or whose data was erased; and what is handed out of them."""

from sqlalchemy import Connection

from accounts.model import person
from accounts.privacy.keepers import Subject
from accounts.rights import Kind
from accounts.sessions import Actor
from features import KEEPERS
from realtime.connection import Caller
from rooms import log
from rooms.directory import rooms_of
from rooms.membership import put_member, put_room
from rooms.messages import history
from rooms.model import member
from rooms.private import seat_note, thread_pair
from rooms.stickies import model
from rooms.stickies.commands import SetSticky
from rooms.stickies.pages import notes_of
from rooms.stickies.privacy import StickyKeeper
from storage.database import Transaction
from tests.rooms.stickies.people import Class, class_of, thread
from tests.world import World, code, done, post


async def board(world: World, who: Caller) -> list[tuple[str, str, bool]]:
    """Names, words and whether they are gone, of each note."""
    actor = await world.session(who.person)

    def read(connection: Connection, actor: Actor) -> list[tuple[str, str, bool]]:
        rows = model.threads(connection, actor, world.now_ms, 60)
        found = notes_of(connection, actor, rows, {})
        return [(each["names"], each["text"], each["removed"]) for each in found]

    return await world.database.read(read, actor)


async def listed(world: World, who: Caller) -> list[str]:
    actor = await world.session(who.person)
    cards = await world.database.read(rooms_of, actor, world.now_ms)
    return [each.name for each in cards if each.kind == "thread"]


async def erased(world: World, here: Class, who: Caller, kind: Kind) -> None:
    of = Subject(who.person, here.school.id, kind, "Name", "", "login")

    def work(tx: Transaction) -> None:
        for keeper in KEEPERS:
            keeper.erase(tx, of, here.lead.person, world.now_ms)

    await world.database.write(work)


async def test_the_other_reads_on_when_somebody_has_left_and_writes_to_nobody(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    done(await world.do(here.teacher, post(made, "Well read today")))
    await world.set(person, {"disabled_ms": 1}, id=here.teacher.person)
    assert await board(world, here.ava) == [("Teacher", "Well read today", False)]
    assert code(await world.do(here.ava, post(made, "Are you there?"))) == "forbidden"


async def test_whoever_was_erased_is_a_former_learner_to_the_other(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(made, "I liked reading it")))
    await erased(world, here, here.ava, "learner")
    assert await board(world, here.teacher) == [("Former learner", "", True)]
    assert await listed(world, here.teacher) == ["Former learner"]
    assert code(await world.do(here.teacher, post(made, "Hello?"))) == "forbidden"
    await world.check_log(made)


async def test_two_people_are_erased_and_nothing_of_them_is_left(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.ben)
    await world.set(member, {"read_seq": 0}, room_id=made)
    await world.database.write(_say, made, here.ava.person)
    for who in (here.ava, here.ben):
        await erased(world, here, who, "learner")
    assert await world.rows(member, room_id=made) == []
    assert "secret" not in "".join(bytes(each.body).decode() for each in await world.events(made))
    assert [(row.one < row.other, row.room_id) for row in await world.rows(thread_pair)] == [(True, made)]
    await world.check_log(made)


def _say(tx: Transaction, room: str, who: str) -> None:
    """As if their window had been open."""
    log.append(tx, room, "message_posted", who, 1, {"message": f"{room}.1", "text": "our secret"})


async def test_nobody_hears_of_a_thread_in_which_nothing_was_said_when_its_maker_is_erased(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    await erased(world, here, here.ava, "learner")
    assert await world.events(made) == []
    assert await board(world, here.teacher) == []
    assert await listed(world, here.teacher) == []


async def test_several_people_one_of_whom_goes(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.teacher, here.ava, here.ben)
    done(await world.do(here.teacher, post(made, "You two read together tomorrow")))
    await erased(world, here, here.ben, "learner")
    assert await board(world, here.teacher) == [("Ava", "You two read together tomorrow", False)]
    done(await world.do(here.ava, post(made, "Only me?")))


async def test_what_is_kept_is_handed_out_without_names_and_taken_away(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    for who in (here.ava, here.teacher):
        done(await world.do(who, SetSticky(room=made, colour="sky", away=True)))
    of, keeper = Subject(here.ava.person, here.school.id, "learner", "Ava", "", "ava"), StickyKeeper()
    parts = {part.name: part.rows for part in await world.database.read(keeper.hand_out, of)}
    assert parts["stickies"] == [{"room": made, "with": "T (staff)"}]
    assert [(row["room"], row["colour"]) for row in parts["sticky_board"]] == [(made, "sky")]
    assert await world.database.read(keeper.count, of) == {"Colours and places of stickies": 1}
    await world.database.write(keeper.erase, of, here.lead.person, world.now_ms)
    assert [row.person_id for row in await world.rows(seat_note)] == [here.teacher.person]


async def test_a_board_of_many_pages_misses_none_and_takes_few_questions(world: World) -> None:
    here = await class_of(world)
    made = await world.database.write(_many, here.school.id, here.teacher.person, 130)
    actor = await world.session(here.teacher.person)

    def pages(connection: Connection) -> list[list[str]]:
        found: list[list[str]] = []
        before: model.Place | None = None
        while True:
            rows = model.threads(connection, actor, world.now_ms, 60, before=before)
            if not rows:
                return found
            found.append([row.id for row in rows])
            before = (rows[-1].at_ms, rows[-1].id)

    found = await world.database.read(pages)
    assert [len(each) for each in found] == [60, 60, 10]
    assert [each for page in found for each in page] == made[::-1]
    assert await world.database.read(history.unread, here.teacher.person) == dict.fromkeys(made, 1)


def _many(tx: Transaction, school: str, who: str, count: int) -> list[str]:
    """Threads of one person, the oldest first."""
    made = []
    for n in range(count):
        room = put_room(tx.connection, school, "thread", "", 1)
        put_member(tx.connection, room, who, 1, may_write=True)
        log.append(tx, room, "message_posted", "pother", 1000 + n, {"message": f"{room}.1", "text": "Hello"})
        made.append(room)
    return made
