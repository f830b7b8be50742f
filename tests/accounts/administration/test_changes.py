"""What administrators may change about people, and what nobody may."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from accounts import sessions
from accounts.administration.changes import Changes, Wanted
from accounts.audit.model import audit_detail
from accounts.model import guardian, person, role
from realtime.refusal import Refusal
from rooms.model import member
from rooms.welcoming import HOOKS
from tests.accounts.administration.office import Office

NOVA = Wanted(login="Nova", name="Nova", full_name="Nova Star", role="teacher", year="")


async def change(office: Office, by: str, work: Callable[[Changes], Any]) -> Any:
    actor = await office.actor(by)
    return await office.write(lambda tx: work(Changes(tx, actor, HOOKS, office.world.now_ms)))


async def as_is(office: Office, login: str) -> Wanted:
    row = await office.row(person, id=office.ids[login])
    return Wanted(row.login, row.name, row.full_name, row.role, row.year or "")


@contextmanager
def refused(part: str = "", code: str | None = None) -> Iterator[None]:
    with pytest.raises(Refusal) as found:
        yield
    assert part in found.value.message
    assert code in (None, found.value.code)


async def test_somebody_new_has_a_room_of_their_own_a_chair_and_no_password(office: Office) -> None:
    made = await change(office, "sandra", lambda changes: changes.add(NOVA))
    row = await office.row(person, id=made)
    assert (row.login, row.full_name, row.role, row.password) == ("nova", "Nova Star", "teacher", None)
    rooms = {each.room_id for each in await office.world.rows(member, person_id=made)}
    assert rooms == {"u" + made[1:], office.school.staffroom}
    await office.world.check_log(office.school.staffroom)
    assert [each.subject for each in await office.audited("person_added")] == [made]


async def test_a_new_learner_has_no_chair_in_the_staffroom(office: Office) -> None:
    lena = replace(NOVA, login="lena", name="Lena", full_name="", role="learner", year="3")
    made = await change(office, "sandra", lambda changes: changes.add(lena))
    assert len(await office.world.rows(member, person_id=made)) == 1
    assert (await office.row(person, id=made)).year == "3"


@pytest.mark.parametrize("login", ["tom", " TOM ", ""])
async def test_a_sign_in_name_is_given_once(office: Office, login: str) -> None:
    with refused(code="bad_request"):
        await change(office, "amara", lambda changes: changes.add(replace(NOVA, login=login)))


@pytest.mark.parametrize("given", ["head", "deputy", "ict_coordinator", "dsl"])
async def test_the_office_raises_nobody_above_itself(office: Office, given: str) -> None:
    with refused("may do more than yours"):
        await change(office, "sandra", lambda changes: changes.add(replace(NOVA, role=given)))
    tom = replace(await as_is(office, "tom"), role=given)
    with refused("may do more than yours"):
        await change(office, "sandra", lambda changes: changes.change(office.ids["tom"], tom))


async def test_a_schools_own_role_is_no_way_around_it(office: Office) -> None:
    await office.world.execute(
        role.insert().values(id="qboss", school_id=office.school.id, name="Clerk", base="head", created_ms=0)
    )
    with refused("may do more than yours"):
        await change(office, "sandra", lambda changes: changes.add(replace(NOVA, role="qboss")))
    made = await change(office, "amara", lambda changes: changes.add(replace(NOVA, role="qboss")))
    assert (await office.row(person, id=made)).role == "qboss"


async def test_another_schools_role_does_not_exist(office: Office) -> None:
    other = await office.world.school("riverside")
    await office.world.execute(
        role.insert().values(id="qother", school_id=other.id, name="Clerk", base="teacher", created_ms=0)
    )
    with refused("no such role"):
        await change(office, "amara", lambda changes: changes.add(replace(NOVA, role="qother")))


async def test_the_office_does_not_touch_who_may_do_more(office: Office) -> None:
    renamed = replace(await as_is(office, "amara"), login="stolen")
    for work in (
        lambda changes: changes.change(office.ids["amara"], renamed),
        lambda changes: changes.disable(office.ids["priya"]),
        lambda changes: changes.end_sessions(office.ids["amara"]),
    ):
        with refused("may do more than yours"):
            await change(office, "sandra", work)


async def test_nobody_changes_their_own_role(office: Office) -> None:
    mine = replace(await as_is(office, "priya"), role="head")
    with refused("your own role"):
        await change(office, "priya", lambda changes: changes.change(office.ids["priya"], mine))


async def test_nobody_closes_their_own_account(office: Office) -> None:
    with refused("your own account"):
        await change(office, "priya", lambda changes: changes.disable(office.ids["priya"]))


async def test_two_who_close_each_others_accounts_do_not_leave_a_school_without_anybody(office: Office) -> None:
    priya = await office.actor("priya")
    await change(office, "amara", lambda changes: changes.disable(office.ids["priya"]))
    with refused("last person who can administer"):  # her request was on its way already
        await office.write(lambda tx: Changes(tx, priya, HOOKS, office.world.now_ms).disable(office.ids["amara"]))
    assert (await office.row(person, id=office.ids["amara"])).disabled_ms is None


async def test_a_changed_person_is_told_and_the_record_names_the_fields(office: Office) -> None:
    tom = replace(await as_is(office, "tom"), name="Thomas", login="thomas", manager="amara")
    await change(office, "amara", lambda changes: changes.change(office.ids["tom"], tom))
    row = await office.row(person, id=office.ids["tom"])
    assert (row.name, row.login, row.manager_id) == ("Thomas", "thomas", office.ids["amara"])
    (entry,) = await office.audited("person_changed")
    detail = await office.row(audit_detail, school_id=office.school.id, seq=entry.seq)
    assert detail.body == '{"fields":["login","manager_id","name"]}'
    assert "access_changed" in await office.told("tom")


async def test_what_does_not_change_is_not_told(office: Office) -> None:
    tom = await as_is(office, "tom")
    await change(office, "amara", lambda changes: changes.change(office.ids["tom"], tom))
    assert await office.audited("person_changed") == []


async def test_a_closed_account_has_no_session_and_opens_again(office: Office) -> None:
    await office.world.session(office.ids["tom"])
    await change(office, "sandra", lambda changes: changes.disable(office.ids["tom"]))
    open_ones = await office.world.database.read(sessions.open_of, office.ids["tom"])
    assert open_ones == []
    assert "access_changed" in await office.told("tom")
    await change(office, "sandra", lambda changes: changes.reopen(office.ids["tom"]))
    assert (await office.row(person, id=office.ids["tom"])).disabled_ms is None


async def test_signing_out_somebody_ends_every_session_of_theirs(office: Office) -> None:
    for _ in range(3):
        await office.world.session(office.ids["tom"])
    await change(office, "sandra", lambda changes: changes.end_sessions(office.ids["tom"]))
    assert await office.world.database.read(sessions.open_of, office.ids["tom"]) == []
    assert "session_ended" in await office.told("tom")


async def test_a_guardian_is_linked_and_unlinked_by_hand(office: Office) -> None:
    aisha = office.ids["aisha"]
    await change(office, "sandra", lambda changes: changes.link(aisha, "fatima"))
    await change(office, "sandra", lambda changes: changes.link(aisha, "FATIMA"))
    assert [row.origin for row in await office.world.rows(guardian, learner_id=aisha)] == ["name"]
    await change(office, "sandra", lambda changes: changes.unlink(aisha, office.ids["fatima"]))
    assert await office.world.rows(guardian) == []
    assert len(await office.audited("guardian_linked")) == len(await office.audited("guardian_unlinked")) == 1


async def test_what_the_roster_says_of_a_family_is_not_undone_here(office: Office) -> None:
    row = {"guardian_id": office.ids["fatima"], "learner_id": office.ids["aisha"], "origin": "roster"}
    await office.world.execute(guardian.insert().values(row))
    with refused("comes from the roster"):
        await change(office, "sandra", lambda changes: changes.unlink(office.ids["aisha"], office.ids["fatima"]))


@pytest.mark.parametrize(("learner", "whom"), [("aisha", "ben"), ("aisha", "aisha"), ("tom", "fatima"), ("aisha", "x")])
async def test_children_are_nobodys_guardians_and_adults_have_none(office: Office, learner: str, whom: str) -> None:
    with refused(code="bad_request"):
        await change(office, "sandra", lambda changes: changes.link(office.ids[learner], whom))


@pytest.mark.parametrize("manager", ["tom", "aisha", "nobody"])
async def test_a_line_manager_is_somebody_else_on_the_staff(office: Office, manager: str) -> None:
    tom = replace(await as_is(office, "tom"), manager=manager)
    with refused(code="bad_request"):
        await change(office, "amara", lambda changes: changes.change(office.ids["tom"], tom))


@pytest.mark.parametrize("by", ["tom", "owen", "aisha", "fatima"])
async def test_nobody_else_changes_people(office: Office, by: str) -> None:
    before = await office.world.database.read(lambda connection: connection.execute(select(person)).all())
    with refused(code="forbidden"):
        await change(office, by, lambda changes: changes.add(NOVA))
    assert await office.world.database.read(lambda connection: connection.execute(select(person)).all()) == before


async def test_people_of_another_school_do_not_exist(office: Office) -> None:
    other = await office.world.school("riverside")
    stranger = await office.world.person(other, "stranger")
    with refused(code="not_found"):
        await change(office, "amara", lambda changes: changes.disable(stranger))
    with refused("Nobody at this school"):
        await change(office, "amara", lambda changes: changes.link(office.ids["aisha"], "stranger"))
