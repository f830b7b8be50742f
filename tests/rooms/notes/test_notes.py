"""Notes about a learner: who sees them, who does not, and what becomes of them."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from accounts.model import group_member, person, school_group
from accounts.privacy.erasing import put_hold
from accounts.privacy.exporting import subject
from realtime.connection import Caller
from realtime.refusal import Refusal
from rooms.notes import reading
from rooms.notes.commands import ChangeNote, RemoveNote, WriteNote
from rooms.notes.model import note, note_reader, note_version
from rooms.notes.privacy import NoteKeeper
from storage.database import Transaction
from storage.ids import new_id
from tests.rooms.oversight.acting import actor, on_saturday, strong
from tests.rooms.stickies.people import Class, class_of, together
from tests.world import World, code, done


@dataclass(frozen=True)
class Around:
    """The class; a teacher of maths and an assistant; the head of Ava's house, who teaches nobody; a head."""

    here: Class
    maths: Caller
    ta: Caller
    house: Caller
    head: Caller


async def around(world: World) -> Around:
    here = await on_saturday(world)
    roles = {"maths": "teacher", "ta": "ta", "house": "teacher", "head": "head"}
    people = {name: await world.caller(here.school, name, role, seated=False) for name, role in roles.items()}
    of = Around(here, **people)
    await strong(world, of.head)
    await grouped(world, here, "teaching", (of.maths, "teacher"), (here.ava, "learner"))
    await grouped(world, here, "house", (of.house, "head"), (of.maths, "teacher"), (here.ava, "learner"))
    await grouped(world, here, "class", (of.ta, "assistant"), (here.ava, "learner"))
    return of


async def grouped(world: World, here: Class, kind: str, *people: tuple[Caller, str]) -> None:
    def make(tx: Transaction) -> None:
        made = new_id("g")
        row = {"id": made, "school_id": here.school.id, "kind": kind, "name": made, "created_ms": world.now_ms}
        tx.connection.execute(school_group.insert().values(row))
        rows = [{"group_id": made, "person_id": who.person, "part": part, "origin": "name"} for who, part in people]
        tx.connection.execute(group_member.insert(), rows)

    await world.database.write(make)


def write(by: Caller, about: Caller, text: str = "Ava was quiet today", **more: Any) -> WriteNote:
    return WriteNote(room=by.own_room, key=uuid4(), learner=about.person, text=text, **more)


async def shown(world: World, by: Caller, about: Caller) -> dict[str, Any]:
    return await world.database.read(reading.page, await actor(world, by), about.person, world.now_ms)


async def texts(world: World, by: Caller, about: Caller) -> list[str]:
    return [each["versions"][-1][1] for each in (await shown(world, by, about))["notes"] if each["versions"]]


async def test_by_default_the_author_the_form_tutor_and_the_head_of_house_see_it(world: World) -> None:
    of = await around(world)
    ava = of.here.ava
    assert {each["id"]: each["as"] for each in (await shown(world, of.maths, ava))["narrow"]} == {
        of.maths.person: "author", of.here.teacher.person: "form_tutor", of.house.person: "head_of_house",
    }  # fmt: skip
    answer = done(await world.do(of.maths, write(of.maths, ava)))
    for by in (of.maths, of.here.teacher, of.house):
        assert await texts(world, by, ava) == ["Ava was quiet today"]
        told = (await world.events(by.own_room))[-1]
        assert (told.kind, b"quiet" in bytes(told.body)) == ("note_written", False)
    assert await texts(world, of.ta, ava) == []  # who may write notes, and sees those for them
    assert answer["note"].startswith("n")
    for each in (ava, of.here.ben, of.ta, of.here.lead):
        assert "note_written" not in [told.kind for told in await world.events(each.own_room)]


async def test_learners_families_and_strangers_see_nothing_of_it(world: World) -> None:
    of = await around(world)
    elsewhere = await class_of(world, "riverside")
    done(await world.do(of.maths, write(of.maths, of.here.ava)))
    mother = await world.caller(of.here.school, "mother", "guardian", seated=False)
    stranger = await world.caller(of.here.school, "stranger_teacher", "teacher", seated=False)
    for by in (of.here.ava, of.here.ben, mother, of.here.governor, stranger, elsewhere.teacher):
        with pytest.raises(Refusal) as refused:
            await shown(world, by, of.here.ava)
        assert refused.value.code == "not_found"
        assert code(await world.do(by, write(by, of.here.ava))) == "not_found"
    assert code(await world.do(of.maths, write(of.maths, of.here.teacher))) == "not_found"  # about learners only
    assert code(await world.do(of.ta, write(of.maths, of.here.ava))) == "not_found"  # in another's own room


async def test_more_people_take_a_reason_that_is_shown(world: World) -> None:
    of = await around(world)
    ava = of.here.ava
    for wider in ({"teachers": True}, {"audience": (of.head.person,)}):
        assert code(await world.do(of.maths, write(of.maths, ava, **wider))) == "bad_request"
        assert code(await world.do(of.maths, write(of.maths, ava, reason=" ", **wider))) == "bad_request"
    asked = write(of.maths, ava, "For all of us", teachers=True, audience=(of.head.person,), reason="A plan for her")
    done(await world.do(of.maths, asked))
    for by in (of.ta, of.head, of.here.teacher):
        assert await texts(world, by, ava) == ["For all of us"]
    told = (await shown(world, of.ta, ava))["notes"][0]
    assert told["reason"] == "A plan for her"
    assert dict(told["readers"]) == {
        "Maths": "author", "Teacher": "form_tutor", "House": "head_of_house", "Ta": "teacher", "Head": "named",
    }  # fmt: skip
    refused = write(of.maths, ava, audience=(of.here.governor.person,), reason="Why not")
    assert code(await world.do(of.maths, refused)) == "forbidden"
    elsewhere = await class_of(world, "riverside")
    refused = write(of.maths, ava, audience=(elsewhere.teacher.person,), reason="Why not")
    assert code(await world.do(of.maths, refused)) == "not_found"


async def test_it_goes_only_to_those_who_were_shown(world: World) -> None:
    of = await around(world)
    listed = tuple(each["id"] for each in (await shown(world, of.maths, of.here.ava))["narrow"])
    newcomer = await world.caller(of.here.school, "newcomer", "teacher", seated=False)
    await together(world, of.here.school, newcomer.person, of.here.ava.person)
    assert code(await world.do(of.maths, write(of.maths, of.here.ava, readers=listed))) == "bad_request"
    assert await world.rows(note) == []


async def test_who_comes_later_sees_nothing_and_who_leaves_sees_nothing_more(world: World) -> None:
    of = await around(world)
    ava = of.here.ava
    done(await world.do(of.maths, write(of.maths, ava)))
    newcomer = await world.caller(of.here.school, "newcomer", "teacher", seated=False)
    await together(world, of.here.school, newcomer.person, ava.person)
    assert await texts(world, newcomer, ava) == []
    await world.set(person, {"left_ms": world.now_ms - 1}, id=of.house.person)
    with pytest.raises(Refusal):
        await shown(world, of.house, ava)
    await world.set(person, {"role": "governor"}, id=of.here.teacher.person)
    with pytest.raises(Refusal):
        await shown(world, of.here.teacher, ava)


async def test_a_change_is_a_new_version_and_a_removal_leaves_a_tombstone(world: World) -> None:
    of = await around(world)
    ava, by = of.here.ava, of.maths
    made = done(await world.do(by, write(by, ava, "First")))["note"]

    def change(who: Caller) -> ChangeNote:
        return ChangeNote(room=who.own_room, key=uuid4(), note=made, text="Second")

    def take(who: Caller) -> RemoveNote:
        return RemoveNote(room=who.own_room, key=uuid4(), note=made)

    assert code(await world.do(of.house, change(of.house))) == code(await world.do(of.house, take(of.house)))
    assert code(await world.do(of.ta, change(of.ta))) == "not_found"
    done(await world.do(by, change(by)))
    versions = (await shown(world, of.house, ava))["notes"][0]["versions"]
    assert [text for _, text in versions] == ["First", "Second"]
    done(await world.do(by, take(by)))
    told = (await shown(world, of.house, ava))["notes"][0]
    assert (told["versions"], told["removed_by"]) == ([], "Maths")
    assert [row.text for row in await world.rows(note_version)] == ["First", "Second"]
    assert code(await world.do(by, change(by))) == code(await world.do(by, take(by))) == "not_found"
    assert [each.kind for each in await world.events(of.house.own_room)] == [
        "note_written", "note_changed", "note_removed",
    ]  # fmt: skip


async def test_a_learners_copy_holds_notes_about_them_unless_safeguarding_holds_their_data(world: World) -> None:
    of = await around(world)
    ava = of.here.ava
    done(await world.do(of.maths, write(of.maths, ava)))

    async def handed_out() -> list[str]:
        def read(connection: Any) -> list[str]:
            parts = NoteKeeper().hand_out(connection, subject(connection, of.here.school.id, ava.person))
            return [row["text"] for part in parts for row in part.rows]

        return await world.database.read(read)

    assert await handed_out() == ["Ava was quiet today"]
    lead = await actor(world, of.here.lead)
    await world.database.write(lambda tx: put_hold(tx, lead, ava.person, "A case", world.now_ms))
    assert await handed_out() == []


async def test_with_the_learner_go_the_notes_about_them(world: World) -> None:
    of = await around(world)
    ava = of.here.ava
    done(await world.do(of.maths, write(of.maths, ava)))
    done(await world.do(of.here.teacher, write(of.here.teacher, of.here.ben)))

    def erase(tx: Transaction, who: str) -> None:
        about = subject(tx.connection, of.here.school.id, who)
        NoteKeeper().erase(tx, about, of.head.person, world.now_ms)

    await world.database.write(erase, of.here.teacher.person)
    assert len(await world.rows(note)) == 2
    await world.database.write(erase, ava.person)
    assert [row.learner_id for row in await world.rows(note)] == [of.here.ben.person]
    assert {row.note_id for row in await world.rows(note_reader)} <= {row.id for row in await world.rows(note)}
