"""Who is in a room: by groups, by name, for days; and who goes by themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from accounts.asking import who_of
from accounts.model import guardian
from realtime.connection import Caller
from rooms import bringing, following
from rooms.grants import load
from rooms.keeping.founding import MakeRoom
from rooms.membership import AddMember, FollowGroup, LeaveRoom, RemoveMember, UnfollowGroup
from rooms.model import member
from tests.rooms.keeping.conftest import Willow
from tests.world import code, done, post


async def seat(willow: Willow, room: str, name: str) -> tuple[bool, bool, bool]:
    """May write, looks after the room, is there with a group."""
    row = (await willow.world.rows(member, room_id=room, person_id=willow[name].person))[0]
    return bool(row.may_write), bool(row.may_administer), bool(row.by_group)


async def test_a_room_follows_several_groups_and_people_stay_while_one_of_them_has_them(willow: Willow) -> None:
    here = await willow.make("amara", MakeRoom, kind="hall", name="Hall", groups=("g5a",))
    done(await willow.ask("amara", FollowGroup, here, group="g4a"))
    assert await willow.inside(here) == {"amara", "tom", "megan", "aisha", "ben", "leila", "chloe"}
    done(await willow.ask("amara", AddMember, here, person=willow["sandra"].person))
    done(await willow.ask("amara", UnfollowGroup, here, group="g5a"))
    assert await willow.inside(here) == {"amara", "sandra", "leila", "chloe"}
    assert ("room_left", {"room": here}) in await willow.said(willow["aisha"].own_room)
    assert code(await willow.ask("amara", UnfollowGroup, here, group="g5a")) == "not_found"
    await willow.world.check_log(here)


async def test_parts_of_a_group_and_what_they_may_do(willow: Willow) -> None:
    here = await willow.make("amara", MakeRoom, kind="classroom", name="Reading")
    done(await willow.ask("amara", FollowGroup, here, group="g5a", parts=("learners",), may_write=False))
    assert await willow.inside(here) == {"amara", "aisha", "ben"}
    assert code(await willow.world.do(willow["aisha"], post(here))) == "forbidden"
    done(await willow.ask("amara", FollowGroup, here, group="g5a", parts=("learners", "staff"), keeps=False))
    assert await seat(willow, here, "tom") == (True, False, True)
    done(await willow.world.do(willow["aisha"], post(here)))


async def test_guardians_follow_the_class_of_their_children(willow: Willow) -> None:
    here = await willow.make("tom", MakeRoom, kind="family", groups=("g5a",))
    assert await willow.inside(here) == {"tom", "megan", "fatima"}
    link = guardian.c.guardian_id == willow["fatima"].person
    await willow.world.execute(guardian.delete().where(link))
    await willow.world.database.write(following.groups_changed, willow.school.id, ["g5a"], willow.world.now_ms)
    assert await willow.inside(here) == {"tom", "megan"}


@pytest.mark.parametrize(("kind", "parts"), [("staffroom", ("learners",)), ("classroom", ("guardians",))])
async def test_a_room_takes_in_only_those_who_can_be_there(willow: Willow, kind: str, parts: tuple[str, ...]) -> None:
    here = await willow.make("amara", MakeRoom, kind=kind, name="Ours")
    assert code(await willow.ask("amara", FollowGroup, here, group="g5a", parts=parts)) == "forbidden"
    assert await willow.inside(here) == {"amara"}


async def test_a_teacher_brings_in_only_own_groups_learners_their_guardians_and_colleagues(willow: Willow) -> None:
    here = await willow.make("tom", MakeRoom, kind="family", name="Ours")
    assert code(await willow.ask("tom", FollowGroup, here, group="g4a")) == "forbidden"
    for name, answer in (("chloe", "not_found"), ("aisha", "done"), ("fatima", "done"), ("leila", "done")):
        outcome = await willow.ask("tom", AddMember, here, person=willow[name].person)
        assert getattr(outcome, "code", "done") == answer, name
    done(await willow.ask("tom", AddMember, here, person=willow["amara"].person, may_administer=True))
    done(await willow.ask("amara", AddMember, here, person=willow["chloe"].person))
    done(
        await willow.ask("tom", AddMember, here, person=willow["chloe"].person, may_write=False)
    )  # she is there already


async def test_who_is_looked_for_is_found_among_those_one_may_bring_in(willow: Willow) -> None:
    async def found(name: str, text: str) -> set[str]:
        actor = await willow.world.session(willow[name].person)

        def read(connection: Connection) -> set[str]:
            now_ms = willow.world.now_ms
            at = datetime.fromtimestamp(now_ms / 1000, UTC)
            who = who_of(connection, actor, now_ms)
            return {row.name for row in bringing.find_people(connection, who, "family", text, at, now_ms)}

        return await willow.world.database.read(read)

    assert await found("amara", "a") >= {"Aisha", "Fatima", "Leila", "Amara"}
    assert await found("amara", "chl") == {"Chloe"}
    assert await found("tom", "a") == {"Aisha", "Fatima", "Leila", "Amara", "Sandra", "Megan", "Harjit"}
    assert await found("tom", "%") == await found("tom", "chloe") == set()


async def test_what_was_set_for_one_stays_while_the_group_decides_who_is_there(willow: Willow) -> None:
    here = await willow.room("classroom", "5A", "g5a")
    done(await willow.ask("tom", AddMember, here, person=willow["megan"].person, may_administer=True))
    done(await willow.ask("tom", AddMember, here, person=willow["ben"].person, may_write=False))
    await willow.world.database.write(following.groups_changed, willow.school.id, ["g5a"], willow.world.now_ms)
    assert await seat(willow, here, "megan") == (True, True, True)
    assert await seat(willow, here, "ben") == (False, False, True)
    assert code(await willow.ask("tom", RemoveMember, here, person=willow["ben"].person)) == "bad_request"


async def test_cover_staff_are_there_on_their_days_and_no_longer(willow: Willow) -> None:
    here = await willow.room("classroom", "5A", "g5a")
    today = datetime.fromtimestamp(willow.world.now_ms / 1000, UTC).date()
    days = {"first": (today + timedelta(2)).isoformat(), "last": (today + timedelta(3)).isoformat()}
    done(await willow.ask("tom", AddMember, here, person=willow["leila"].person, **days))
    assert code(await willow.world.do(willow["leila"], post(here))) == "not_found"
    assert await readable(willow, here, willow["leila"], days=2.5) is True
    assert await readable(willow, here, willow["leila"], days=5) is False
    done(await willow.ask("tom", AddMember, here, person=willow["leila"].person))
    done(await willow.world.do(willow["leila"], post(here)))
    over = {"first": "2020-01-01", "last": "2020-01-02"}
    for wrong in (
        over,
        {"first": days["last"], "last": days["first"]},
        {"first": days["first"]},
        {"last": "2026-13-45"},
    ):
        assert code(await willow.ask("tom", AddMember, here, person=willow["leila"].person, **wrong)) == "bad_request"


async def readable(willow: Willow, room: str, caller: Caller, days: float) -> bool:
    at = willow.world.now_ms + int(days * 24 * 3_600_000)
    pair = [(0, caller.person, caller.session, room, None)]
    place = (await willow.world.database.read(load, pair, at))[0].place
    return place is not None and place.member


async def test_who_was_let_in_by_name_leaves_and_who_belongs_does_not(willow: Willow) -> None:
    club = await willow.make("tom", MakeRoom, kind="club", name="Chess", groups=("g5a",))
    done(await willow.ask("tom", AddMember, club, person=willow["leila"].person))
    done(await willow.ask("leila", LeaveRoom, club))
    assert "leila" not in await willow.inside(club)
    assert ("member_removed", {"person": willow["leila"].person}) in await willow.said(club)
    assert code(await willow.ask("aisha", LeaveRoom, club)) == "forbidden"
    classroom = await willow.room("classroom", "5A", "g5a")
    done(await willow.ask("tom", AddMember, classroom, person=willow["leila"].person))
    assert code(await willow.ask("leila", LeaveRoom, classroom)) == "forbidden"
    assert code(await willow.ask("leila", LeaveRoom)) == "forbidden"  # their own room


async def test_a_room_is_not_left_by_the_last_who_looks_after_it(willow: Willow) -> None:
    club = await willow.make("tom", MakeRoom, kind="club", name="Chess", people=(willow["leila"].person,))
    assert code(await willow.ask("tom", LeaveRoom, club)) == "bad_request"
    done(await willow.ask("tom", AddMember, club, person=willow["leila"].person, may_administer=True))
    done(await willow.ask("tom", LeaveRoom, club))
    assert await willow.inside(club) == {"leila"}


async def test_who_is_taken_out_by_name_stays_if_a_group_has_them(willow: Willow) -> None:
    club = await willow.make("tom", MakeRoom, kind="club", name="Chess", people=(willow["aisha"].person,))
    done(await willow.ask("tom", FollowGroup, club, group="g5a"))
    done(await willow.ask("tom", RemoveMember, club, person=willow["aisha"].person))
    assert await seat(willow, club, "aisha") == (True, False, True)
    await willow.world.check_log(club)
    await willow.world.check_log(willow["aisha"].own_room)
