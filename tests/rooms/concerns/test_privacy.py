"""Whoever raised a concern gets their own words; whoever it is about finds nothing that tells."""

from uuid import uuid4

import pytest
from msgspec import json

from accounts.privacy.exporting import gather
from accounts.privacy.keepers import Subject
from features import KEEPERS
from realtime.connection import Caller
from realtime.refusal import Refusal
from rooms.concerns.commands import ReportMessage
from rooms.concerns.model import concern, concern_context, concern_step
from rooms.concerns.privacy import ConcernKeeper
from tests.rooms.concerns.test_commands import asked, move, report, reported, strong, worry
from tests.rooms.stickies.people import Class, class_of
from tests.world import World, done


async def exported(world: World, here: Class, of: Caller, *, themselves: bool = True) -> str:
    """Everything that an export says."""
    found = await world.database.read(
        lambda connection: gather(connection, here.school.id, of.person, KEEPERS, themselves=themselves)
    )
    return json.encode({part.name: part.rows for part in found.parts}).decode()


async def test_the_export_of_whoever_is_reported_is_the_same_as_before(world: World) -> None:
    here = await class_of(world)
    of, found = await reported(world, here)
    before = await exported(world, here, here.ben)
    done(await world.do(here.ava, report(of, found, "He says it every day")))
    assert await exported(world, here, here.ben) == before


async def test_the_reporter_gets_their_own_words_and_not_those_of_others(world: World) -> None:
    here = await class_of(world)
    of, found = await reported(world, here)
    done(await world.do(here.ava, report(of, found, "He says it every day")))
    done(await world.do(here.ava, worry(here.ava, "I am afraid of the bus")))
    said = await exported(world, here, here.ava)
    assert "He says it every day" in said
    assert "afraid of the bus" in said
    assert "You are stupid" not in said


async def test_who_exports_somebody_else_reads_nothing_of_it(world: World) -> None:
    here = await class_of(world)
    of, found = await reported(world, here)
    before = await exported(world, here, here.ava, themselves=False)
    done(await world.do(here.ava, report(of, found, "He says it every day")))
    done(await world.do(here.ava, asked(here.ava, here.teacher)))
    done(await world.do(here.ava, worry(here.ava, "I am afraid of the bus")))
    assert await exported(world, here, here.ava, themselves=False) == before


@pytest.mark.parametrize("who", ["ava", "ben"])
async def test_nobody_is_erased_while_it_is_open_and_the_evidence_stays_afterwards(world: World, who: str) -> None:
    here = await class_of(world)
    await strong(world, here.lead)
    of, found = await reported(world, here)
    said = done(await world.do(here.ava, report(of, found, "He says it every day")))
    frozen = await world.rows(concern_context)
    person: Caller = getattr(here, who)
    subject, keeper = Subject(person.person, here.school.id, "learner", "Somebody", "", who), ConcernKeeper()
    with pytest.raises(Refusal):
        await world.database.write(keeper.erase, subject, here.lead.person, world.now_ms)
    done(await world.do(here.lead, move(here.lead, said["concern"], "done")))
    await world.database.write(keeper.erase, subject, here.lead.person, world.now_ms)
    assert await world.rows(concern_context) == frozen
    assert len(await world.rows(concern)) == 1
    words = [row.words for row in await world.rows(concern_step) if row.what == "asked"]
    assert words == [None if who == "ava" else "He says it every day"]


async def test_the_sentence_of_the_hold_does_not_tell_that_there_is_a_concern(world: World) -> None:
    here = await class_of(world)
    of, found = await reported(world, here)
    done(await world.do(here.ava, ReportMessage(room=of, key=uuid4(), message=found)))
    subject = Subject(here.ben.person, here.school.id, "learner", "Ben", "", "ben")
    with pytest.raises(Refusal) as refused:
        await world.database.write(ConcernKeeper().erase, subject, here.lead.person, world.now_ms)
    assert refused.value.message == "There is a hold on this person's data. It has to be lifted first."
    assert await world.database.read(ConcernKeeper().count, subject) == {}
