"""Lists of notices in exports and erasures."""

from uuid import uuid4

from accounts.privacy.keepers import Subject
from rooms.notices.commands import ConfirmNotice, PostNotice
from rooms.notices.model import counts, notice_reader
from rooms.notices.privacy import NoticeKeeper
from rooms.notices.rules import usual_day
from tests.world import World, done


async def test_what_one_confirmed_is_handed_out_and_goes_with_the_account(world: World) -> None:
    school = await world.school()
    here, until = school.staffroom, usual_day(world.now_ms, "Europe/London").isoformat()
    head = await world.caller(school, "head", "head")
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    message = done(await world.do(head, PostNotice(room=here, key=uuid4(), text="Read me", until=until)))["message"]
    done(await world.do(amara, ConfirmNotice(room=here, key=uuid4(), message=message)))
    of, keeper = Subject(amara.person, school.id, "staff", "Amara", "", "amara"), NoticeKeeper()
    (part,) = await world.database.read(keeper.hand_out, of)
    assert [(row["message"], row["confirmed_at"] is not None) for row in part.rows] == [(message, True)]
    await world.database.write(keeper.erase, of, ben.person, world.now_ms)
    assert [row.person_id for row in await world.rows(notice_reader)] == [ben.person]
    assert await world.database.read(counts, here, [1], world.now_ms) == {1: (0, 1)}
