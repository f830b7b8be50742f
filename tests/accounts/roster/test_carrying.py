"""A roster in the tables: who is made, who is kept, who goes; and what rooms hear of it."""

import asyncio

import pytest
from sqlalchemy import update

from accounts.audit.model import audit_detail, audit_log
from accounts.model import group_member, guardian, person, role, school_group
from accounts.roster import runs
from accounts.roster.model import roster_role, roster_run, roster_upload
from accounts.roster.runs import Order, Stale
from accounts.sessions import own_room_of
from realtime.refusal import Refusal
from rooms.model import member, room, room_group
from rooms.rostering import RoomsFollow
from tests.accounts.roster.conftest import Office
from tests.accounts.roster.schools import primary, reading, table

SMALL = (
    "id,role,given name,family name,year,class,guardian of\nh,head,Amara,Okafor,,,\nt,teacher,Tom,Hughes,,5A,\n"
    "1,learner,Ben,Cooper,5,5A,\n2,learner,Chloe,Evans,5,5A,\ng,guardian,Pat,Cooper,,,1\n"
)


async def tables(office: Office) -> list[list[object]]:
    return [await office.world.rows(each) for each in (person, school_group, group_member, guardian, roster_role)]


async def ids(office: Office) -> dict[str, str]:
    return {row.sourced_id: row.id for row in await office.world.rows(person) if row.sourced_id}


async def test_carrying_in_twice_changes_nothing(office: Office) -> None:
    wanted = reading(table(primary(forms="A", size=6, helpers=4)))
    await office.apply(wanted)
    before = await tables(office)
    made = await office.plan(wanted)
    assert made.difference.empty, made.difference
    done = await office.apply(wanted)
    assert done.empty
    assert await tables(office) == before


async def test_everybody_new_has_a_room_of_their_own_and_staff_a_chair_in_the_staffroom(office: Office) -> None:
    await office.apply(reading(SMALL))
    found = await ids(office)
    rooms = {row.id: row.kind for row in await office.world.rows(room)}
    assert {own_room_of(each) for each in found.values()} < rooms.keys()
    seats = {(row.room_id, row.person_id) for row in await office.world.rows(member)}
    assert {(own_room_of(each), each) for each in found.values()} <= seats
    assert {who for of, who in seats if of == office.school.staffroom} == {found["h"], found["t"]}
    assert [row.password for row in await office.world.rows(person)] == [None] * 5
    told = await office.world.events(office.school.staffroom)
    assert [each.kind for each in told] == ["member_added", "member_added"]
    assert [each.kind for each in await office.world.events(own_room_of(found["t"]))] == ["room_joined"]
    for each in (office.school.staffroom, own_room_of(found["h"])):
        await office.world.check_log(each)
    await office.apply(reading(SMALL.replace("t,teacher", "t,ta")))
    assert len(await office.world.events(office.school.staffroom)) == 2, "who sits there already sits there"


async def test_who_leaves_reads_for_a_year_and_is_told_and_who_comes_back_is_the_same_person(office: Office) -> None:
    await office.apply(reading(SMALL))
    found = await ids(office)
    gone = SMALL.replace("2,learner,Chloe,Evans,5,5A,\n", "")
    await office.apply(reading(gone))
    row = (await office.world.rows(person, id=found["2"]))[0]
    assert row.left_ms is not None
    assert row.off_ms == row.left_ms + 365 * 24 * 3600 * 1000
    assert [each.kind for each in await office.world.events(own_room_of(found["2"]))] == ["access_changed"]
    assert await office.world.rows(group_member, person_id=found["2"]) == []
    await office.apply(reading(SMALL))
    assert await ids(office) == found
    row = (await office.world.rows(person, id=found["2"]))[0]
    assert (row.left_ms, row.off_ms) == (None, None)


async def test_people_and_places_by_hand_stay_as_they_are(office: Office) -> None:
    world = office.world
    hand = await world.person(office.school, "ivy", "governor")
    await office.apply(reading(SMALL))
    before = await world.rows(person, id=hand)
    group = (await world.rows(school_group))[0].id
    await world.execute(group_member.insert().values(group_id=group, person_id=hand, part="assistant", origin="name"))
    await office.apply(reading(SMALL.replace("2,learner,Chloe,Evans,5,5A,\n", "")))
    assert await world.rows(person, id=hand) == before
    assert len(await world.rows(group_member, person_id=hand)) == 1


async def test_a_person_by_hand_who_is_linked_keeps_account_role_and_sign_in_name(office: Office) -> None:
    hand = await office.world.person(office.school, "boss", "head")
    await office.apply(reading(SMALL.replace("h,head", "h,teacher")), adopt={"h": hand})
    row = (await office.world.rows(person, id=hand))[0]
    assert (row.sourced_id, row.login, row.role, row.full_name) == ("h", "boss", "head", "Amara Okafor")
    assert (await office.plan(reading(SMALL.replace("h,head", "h,teacher")))).difference.empty


async def test_a_role_that_the_school_gave_stays_until_the_roster_says_another_word(office: Office) -> None:
    await office.apply(reading(SMALL))
    tom = (await ids(office))["t"]
    await office.world.set(person, {"role": "dsl"}, id=tom)
    await office.apply(reading(SMALL))
    assert (await office.world.rows(person, id=tom))[0].role == "dsl"
    await office.apply(reading(SMALL.replace("t,teacher", "t,ta")))
    assert (await office.world.rows(person, id=tom))[0].role == "ta"


async def test_an_end_that_somebody_put_off_stays_put_off(office: Office) -> None:
    await office.apply(reading(SMALL))
    chloe = (await ids(office))["2"]
    part = SMALL.replace("2,learner,Chloe,Evans,5,5A,\n", "")
    await office.apply(reading(part))
    await office.world.set(person, {"off_ms": 9_999_999_999_999}, id=chloe)
    await office.apply(reading(part))
    assert (await office.world.rows(person, id=chloe))[0].off_ms == 9_999_999_999_999


async def test_a_closed_group_has_nobody_and_opens_again_with_the_same_id(office: Office) -> None:
    await office.apply(reading(SMALL))
    group = (await office.world.rows(school_group))[0].id
    await office.apply(reading(SMALL.replace("5A", "5B")))
    row = (await office.world.rows(school_group, id=group))[0]
    assert row.archived_ms is not None
    assert await office.world.rows(group_member, group_id=group) == []
    await office.apply(reading(SMALL))
    assert (await office.world.rows(school_group, id=group))[0].archived_ms is None
    assert len(await office.world.rows(group_member, group_id=group)) == 3


async def test_a_room_that_follows_a_group_follows_the_roster(office: Office) -> None:
    await office.apply(reading(SMALL))
    group = (await office.world.rows(school_group))[0].id
    await office.world.execute(
        room.insert().values(id="r5a", school_id=office.school.id, kind="classroom", name="5A", created_ms=1)
    )
    for part in ("learners", "staff"):
        await office.world.execute(room_group.insert().values(room_id="r5a", group_id=group, part=part))
    found = await ids(office)
    await office.apply(reading(SMALL + "3,learner,Dev,Patel,5,5A,\n"))
    people = {row.person_id for row in await office.world.rows(member, room_id="r5a")}
    assert people == {found["t"], found["1"], found["2"], (await ids(office))["3"]}
    await office.apply(reading(SMALL.replace("2,learner,Chloe,Evans,5,5A,\n", "") + "3,learner,Dev,Patel,5,5A,\n"))
    assert found["2"] not in {row.person_id for row in await office.world.rows(member, room_id="r5a")}
    await office.world.check_log("r5a")


async def refused(office: Office, content: str, **more: object) -> Refusal:
    before = await tables(office)
    with pytest.raises(Refusal) as caught:
        await office.apply(reading(content), **more)  # type: ignore[arg-type]
    assert await tables(office) == before
    return caught.value


async def test_an_implausible_roster_is_carried_in_with_its_exact_figure_only(office: Office) -> None:
    many = SMALL + "".join(f"L{nth},learner,Finn,F{nth},5,5A,\n" for nth in range(8))
    await office.apply(reading(many))
    assert (await refused(office, SMALL)).code == "bad_request"
    assert (await refused(office, SMALL, confirmed=9)).code == "bad_request"
    assert (await office.apply(reading(SMALL), confirmed=8)).figure == 8


async def test_a_role_that_looks_or_administers_is_not_given_by_whoever_may_not(office: Office) -> None:
    assert (await refused(office, SMALL, may_raise=False)).code == "forbidden"
    await office.apply(reading(SMALL.replace("h,head", "h,office")), may_raise=False)
    assert (await refused(office, SMALL, may_raise=False)).code == "forbidden"
    await office.apply(reading(SMALL))
    two = SMALL + "d,deputy,Daniel,Price,,,\n"
    await office.apply(reading(two))
    assert (await refused(office, SMALL, may_raise=False)).code == "forbidden", "a deputy would leave"
    lesser = two.replace("d,deputy", "d,teacher")
    assert (await refused(office, lesser, may_raise=False)).code == "forbidden", "a deputy would be one no more"


async def test_what_was_not_the_preview_is_not_carried_in(office: Office) -> None:
    run, made, _ = await office.keep(reading(SMALL))
    await office.apply(reading(SMALL.replace("Chloe", "Chiara")))
    order, found = Order(run=run, by=None, may_raise=True), runs.preview(made, reading(SMALL), {})
    with pytest.raises(Stale):
        await office.world.database.write(
            runs.apply, office.school.id, order, made, found, RoomsFollow(), office.world.now_ms
        )
    assert (await refused(office, SMALL, expected=found.fingerprint)).code == "key_conflict"


async def test_of_two_runs_at_once_one_is_carried_in_and_the_other_notices(office: Office) -> None:
    kept = [await office.keep(reading(SMALL + f"3,learner,Dev,{name},5,5A,\n")) for name in ("Patel", "Shah")]

    async def carry(run: str, made: runs.Draft, found: runs.Preview) -> bool:
        order = Order(run=run, by=None, may_raise=True)
        try:
            await office.world.database.write(
                runs.apply, office.school.id, order, made, found, RoomsFollow(), office.world.now_ms
            )
        except Stale:
            return False
        return True

    assert sorted(await asyncio.gather(*(carry(*each) for each in kept))) == [False, True]
    assert len(await office.world.rows(person)) == 6


async def test_nobody_ends_their_own_account_by_a_roster(office: Office) -> None:
    await office.apply(reading(SMALL))
    head = (await ids(office))["h"]
    wanted = reading(SMALL.replace("h,head,Amara,Okafor,,,\n", ""))
    run, made, found = await office.keep(wanted)
    with pytest.raises(Refusal) as caught:
        await office.world.database.write(
            runs.apply, office.school.id, Order(run=run, by=head), made, found, RoomsFollow(), office.world.now_ms
        )
    assert "your own account" in caught.value.message


async def test_a_run_is_audited_by_figures_and_ids_and_its_file_is_forgotten(office: Office) -> None:
    await office.apply(reading(SMALL))
    assert [row.kind for row in await office.world.rows(audit_log)] == ["roster_previewed", "roster_applied"]
    bodies = "".join(row.body for row in await office.world.rows(audit_detail))
    assert '"arriving":5' in bodies
    assert "Okafor" not in bodies
    assert await office.world.rows(roster_upload) == []
    assert [row.state for row in await office.world.rows(roster_run)] == ["applied"]


async def test_a_file_is_kept_for_an_hour_and_no_longer(office: Office) -> None:
    run, _, _ = await office.keep(reading(SMALL))
    database, now_ms = office.world.database, office.world.now_ms
    assert (await database.read(runs.handed_in, run, now_ms + runs.KEPT_MS - 1000))[1] == b"-"
    with pytest.raises(Refusal, match="not_found"):
        await database.read(runs.handed_in, run, now_ms + runs.KEPT_MS + 1000)
    assert not await database.read(runs.any_expired, now_ms)
    await database.write(runs.forget_expired, now_ms + runs.KEPT_MS + 1000)
    assert await office.world.rows(roster_upload) == []


async def test_a_run_is_begun_once_and_again_only_if_its_server_died(office: Office) -> None:
    run, _, _ = await office.keep(reading(SMALL))
    database, now_ms = office.world.database, office.world.now_ms
    await database.write(runs.take_up, run, now_ms)
    with pytest.raises(Refusal, match="key_conflict"):
        await database.write(runs.take_up, run, now_ms + 1000)
    later = now_ms + runs.INTERRUPTED_MS + 1000
    assert (await database.read(runs.find, office.school.id, run, later)).state == "previewed"
    await database.write(runs.take_up, run, later)


async def test_a_run_of_another_school_does_not_exist(office: Office) -> None:
    run, _, _ = await office.keep(reading(SMALL))
    other = await office.world.school("riverside")
    with pytest.raises(Refusal, match="not_found"):
        await office.world.database.read(runs.find, other.id, run, office.world.now_ms)


async def test_what_fails_half_way_leaves_nothing_behind(office: Office) -> None:
    class Failing(RoomsFollow):
        def access_changed(self, *_: object) -> None:
            raise OSError("the disk is full")

    before = await tables(office)
    run, made, found = await office.keep(reading(SMALL))
    with pytest.raises(OSError, match="full"):
        await office.world.database.write(
            runs.apply, office.school.id, Order(run=run, by=None, may_raise=True), made, found, Failing(),
            office.world.now_ms,
        )  # fmt: skip
    assert await tables(office) == before
    assert len(await office.world.rows(roster_upload)) == 1


async def test_whoever_was_erased_stays_erased(office: Office) -> None:
    await office.apply(reading(SMALL))
    chloe = (await ids(office))["2"]
    await office.world.execute(update(person).where(person.c.id == chloe).values(erased_ms=1, name="", full_name=""))
    made = await office.plan(reading(SMALL))
    assert not made.difference.arriving
    assert "erased here" in made.difference.problems[0].english()
    await office.apply(reading(SMALL + "3,learner,Dev,Patel,5,5A,\n"))
    assert (await office.world.rows(person, id=chloe))[0].name == ""


async def test_a_role_that_the_school_made_itself_is_no_other_than_its_model(office: Office) -> None:
    await office.apply(reading(SMALL))
    tom = (await ids(office))["t"]
    await office.world.execute(
        role.insert().values(id="x1", school_id=office.school.id, name="Music lead", base="teacher", created_ms=1)
    )
    await office.world.execute(roster_role.delete())
    await office.world.set(person, {"role": "x1"}, id=tom)
    assert (await office.plan(reading(SMALL))).difference.empty
