"""What is not sent is handed out with the rest of a person's data, and goes with it, whoever it was."""

from uuid import uuid4

from accounts.privacy.keepers import Subject
from rooms.drafts.commands import KeepDraft, ScheduleMessage
from rooms.drafts.model import draft, scheduled
from rooms.drafts.privacy import DraftKeeper
from rooms.drafts.rules import tomorrow_morning
from tests.world import World, done


async def test_drafts_and_waiting_messages_are_handed_out_and_erased(world: World) -> None:
    school = await world.school()
    here = school.staffroom
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    at = tomorrow_morning(world.now_ms, "Europe/London")
    for who in (amara, ben):
        done(await world.do(who, KeepDraft(room=here, text="Half a sentence")))
        done(await world.do(who, ScheduleMessage(room=here, key=uuid4(), text="Tomorrow", at=at)))
    of, keeper = Subject(amara.person, school.id, "staff", "Amara", "", "amara"), DraftKeeper()
    parts = {part.name: part.rows for part in await world.database.read(keeper.hand_out, of)}
    assert [row["text"] for row in parts["drafts"]] == ["Half a sentence"]
    assert [(row["text"], row["not_sent_because"]) for row in parts["scheduled"]] == [("Tomorrow", None)]
    assert set((await world.database.read(keeper.count, of)).values()) == {1}
    await world.database.write(keeper.erase, of, ben.person, world.now_ms)
    assert {row.person_id for row in await world.rows(draft)} == {ben.person}
    assert {row.person_id for row in await world.rows(scheduled)} == {ben.person}
