"""Groups by hand, and a class given to a cover teacher for some days."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from accounts import relations
from accounts.administration import groups
from accounts.administration.groups import GroupChanges
from accounts.administration.rules import DAY_MS, today
from accounts.model import group_member, school_group
from realtime.refusal import Refusal
from rooms.welcoming import HOOKS
from tests.accounts.administration.office import Office

LONDON = "Europe/London"


async def change(office: Office, work: Callable[[GroupChanges], Any], by: str = "sandra", later_ms: int = 0) -> Any:
    actor = await office.actor(by)
    return await office.write(lambda tx: work(GroupChanges(tx, actor, HOOKS, office.world.now_ms + later_ms)))


@contextmanager
def refused(part: str = "", code: str | None = None) -> Iterator[None]:
    with pytest.raises(Refusal) as found:
        yield
    assert part in found.value.message
    assert code in (None, found.value.code)


def now(office: Office) -> date:
    return today(office.world.now_ms, LONDON)


async def taught(office: Office, by: str, at_ms: int) -> bool:
    found = await office.world.database.read(relations.between, office.ids[by], office.ids["aisha"], at_ms)
    return "own_learner" in found


async def test_a_club_is_made_filled_renamed_archived_and_brought_back(office: Office) -> None:
    choir = await change(office, lambda changes: changes.make("club", " The  Choir ", ""))
    await change(office, lambda changes: changes.add(choir, "aisha", "learner"))
    await change(office, lambda changes: changes.add(choir, "AISHA", "learner"))
    await change(office, lambda changes: changes.rename(choir, "Small Choir"))
    await change(office, lambda changes: changes.archive(choir))
    row = await office.row(school_group, id=choir)
    assert (row.name, row.kind, row.archived_ms is not None) == ("Small Choir", "club", True)
    await change(office, lambda changes: changes.bring_back(choir))
    assert len(await office.world.rows(group_member, group_id=choir)) == 1
    for kind in ("group_made", "group_archived", "group_brought_back"):
        assert [each.subject for each in await office.audited(kind)] == [choir]
    assert "access_changed" in await office.told("aisha")


async def test_what_the_roster_put_in_is_not_taken_out_by_hand(office: Office) -> None:
    with refused("comes from the roster"):
        await change(office, lambda changes: changes.remove(office.willow, office.ids["aisha"], "learner"))
    with refused("comes from the roster"):
        await change(office, lambda changes: changes.rename(office.willow, "6 Oak"))


async def test_what_was_put_in_by_hand_is_taken_out_by_hand_and_the_rosters_word_stays(office: Office) -> None:
    await change(office, lambda changes: changes.add(office.willow, "aisha", "learner"))
    await change(office, lambda changes: changes.remove(office.willow, office.ids["aisha"], "learner"))
    rows = await office.world.rows(group_member, group_id=office.willow, person_id=office.ids["aisha"])
    assert [row.origin for row in rows] == ["roster"]


@pytest.mark.parametrize(
    ("whom", "part"), [("aisha", "teacher"), ("fatima", "head"), ("tom", "learner"), ("fatima", "learner")]
)
async def test_children_lead_no_group_and_adults_learn_in_none(office: Office, whom: str, part: str) -> None:
    with refused(code="bad_request"):
        await change(office, lambda changes: changes.add(office.willow, whom, part))


@pytest.mark.parametrize("kind", ["class", "year", "nonsense"])
async def test_the_kinds_that_the_roster_brings_are_not_made_by_hand(office: Office, kind: str) -> None:
    with refused("comes from the roster"):
        await change(office, lambda changes: changes.make(kind, "X", ""))


async def test_a_cover_teacher_has_the_class_for_these_days_and_no_longer(office: Office) -> None:
    first, last = now(office) + timedelta(days=1), now(office) + timedelta(days=2)
    await change(office, lambda changes: changes.cover(office.willow, "owen", first, last))
    at = office.world.now_ms
    assert [await taught(office, "owen", at + n * DAY_MS) for n in range(5)] == [False, True, True, False, False]
    row = await office.row(group_member, person_id=office.ids["owen"])
    assert (row.origin, row.part, row.given_by) == ("cover", "teacher", office.ids["sandra"])
    assert len(await office.audited("cover_given")) == 1
    assert "access_changed" in await office.told("owen")


async def test_a_second_cover_of_the_same_class_takes_the_place_of_the_first(office: Office) -> None:
    day = now(office)
    await change(office, lambda changes: changes.cover(office.willow, "owen", day, day))
    await change(office, lambda changes: changes.cover(office.willow, "owen", day, day + timedelta(days=4)))
    assert await taught(office, "owen", office.world.now_ms + 3 * DAY_MS)
    assert len(await office.world.rows(group_member, person_id=office.ids["owen"])) == 1


async def test_a_cover_ends_early_at_once(office: Office) -> None:
    day = now(office)
    await change(office, lambda changes: changes.cover(office.willow, "owen", day, day + timedelta(days=4)))
    assert await taught(office, "owen", office.world.now_ms)
    await change(office, lambda changes: changes.end_cover(office.willow, office.ids["owen"]))
    assert not await taught(office, "owen", office.world.now_ms)
    with refused(code="not_found"):
        await change(office, lambda changes: changes.end_cover(office.willow, office.ids["owen"]))


async def test_a_cover_that_has_not_begun_never_happens(office: Office) -> None:
    day = now(office) + timedelta(days=3)
    await change(office, lambda changes: changes.cover(office.willow, "owen", day, day))
    await change(office, lambda changes: changes.end_cover(office.willow, office.ids["owen"]))
    assert await office.world.rows(group_member, person_id=office.ids["owen"]) == []


async def test_covers_that_run_or_come_are_listed_and_those_that_are_over_are_not(office: Office) -> None:
    day = now(office)
    await change(office, lambda changes: changes.cover(office.willow, "owen", day, day))
    at = office.world.now_ms
    listed = [
        [row.login for row in await office.world.database.read(groups.covers, office.school.id, at + n * DAY_MS)]
        for n in range(2)
    ]
    assert listed == [["owen"], []]


@pytest.mark.parametrize("whom", ["aisha", "fatima", "nobody"])
async def test_only_staff_cover(office: Office, whom: str) -> None:
    with refused(code="bad_request"):
        await change(office, lambda changes: changes.cover(office.willow, whom, now(office), now(office)))


async def test_the_office_gives_itself_no_class(office: Office) -> None:
    day = now(office)
    with refused("cannot give yourself"):
        await change(office, lambda changes: changes.cover(office.willow, "sandra", day, day))
    with refused("cannot give yourself"):
        await change(office, lambda changes: changes.add(office.willow, "sandra", "teacher"))
    await change(office, lambda changes: changes.add(office.willow, "amara", "teacher"), "amara")


@pytest.mark.parametrize("by", ["tom", "owen", "aisha"])
async def test_nobody_else_gives_classes(office: Office, by: str) -> None:
    with refused(code="forbidden"):
        await change(office, lambda changes: changes.cover(office.willow, by, now(office), now(office)), by)


async def test_groups_and_people_of_another_school_do_not_exist(office: Office) -> None:
    other = await office.world.school("riverside")
    await office.world.person(other, "stranger")
    await office.world.execute(
        school_group.insert().values(id="gtheirs", school_id=other.id, kind="club", name="Chess", created_ms=0)
    )
    with refused(code="not_found"):
        await change(office, lambda changes: changes.add("gtheirs", "tom", "teacher"))
    with refused("Nobody at this school"):
        await change(office, lambda changes: changes.add(office.willow, "stranger", "teacher"))
