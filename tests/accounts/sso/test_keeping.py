"""A school's provider in its settings: sealed, written down, and people matched anew."""

import pytest

from accounts import settings
from accounts.audit.model import audit_detail, audit_log
from accounts.model import school as school_table
from accounts.settings import Provider as Kept
from accounts.sso import keeping
from accounts.sso.faults import UNKNOWN
from accounts.sso.model import external_identity
from realtime.refusal import Refusal
from tests.accounts.sso.entry import Entry
from tests.world import SECRET, School, World

SEAL = keeping.sealer(SECRET)
WANTED = Kept("https://provider.example", "corridor", "a very secret secret", "Our own", claim="employee_id")


async def keep(world: World, school: School, wanted: Kept | None) -> None:
    await world.database.write(keeping.keep, school.id, wanted, SEAL, world.now_ms, "p1")


async def test_whoever_has_the_database_does_not_have_the_secret(world: World) -> None:
    school = await world.school()
    await keep(world, school, WANTED)
    (row,) = await world.rows(school_table)
    assert WANTED.client_secret not in row.settings
    kept = await world.database.read(keeping.provider_of, school.id)
    assert kept is not None
    assert SEAL.open(kept.client_secret) == WANTED.client_secret


async def test_a_change_is_written_down_by_its_fields_and_never_with_the_secret(world: World) -> None:
    school = await world.school()
    await keep(world, school, WANTED)
    await keep(world, school, Kept("https://provider.example", "corridor", "", "Other words", claim="employee_id"))
    await keep(world, school, Kept("https://provider.example", "corridor", "", "Other words", claim="employee_id"))
    await keep(world, school, None)
    rows = await world.rows(audit_log, kind="settings_changed")
    details = [row.body for row in await world.rows(audit_detail)]
    assert [row.by for row in rows] == ["p1"] * 3
    assert details == [
        '{"part":"single_sign_on","fields":["provider"]}', '{"part":"single_sign_on","fields":["name"]}',
        '{"part":"single_sign_on","fields":["provider"]}',
    ]  # fmt: skip


async def test_the_other_settings_stay_as_they_are(world: World) -> None:
    school = await world.school()
    mine = settings.SchoolSettings(leaver_days=7, passwords_from_year=5)
    await world.database.write(settings.write, school.id, mine)
    await keep(world, school, WANTED)
    await keep(world, school, None)
    assert await world.database.read(settings.read, school.id) == mine


async def test_a_school_that_is_none_is_not_found(world: World) -> None:
    await world.school()
    assert await world.database.read(keeping.school_of, " Oakfield ")
    with pytest.raises(Refusal, match="not_found"):
        await world.database.read(keeping.school_of, "atlantis")


async def test_a_person_with_a_new_account_at_the_provider_is_matched_anew_when_an_administrator_says_so(
    entry: Entry,
) -> None:
    world = entry.world
    await entry.sign_on("amara")
    entry.provider.tell(people={"amara": {"sub": "her-new-account", "roster": "T1"}})
    assert (await entry.refusal("amara")).message == UNKNOWN
    assert await world.database.read(keeping.remembered, entry.oakfield.id) == 1
    assert await world.database.write(keeping.forget, entry.oakfield.id, entry.amara, world.now_ms, entry.zoe)
    assert not await world.database.write(keeping.forget, entry.oakfield.id, entry.amara, world.now_ms, entry.zoe)
    assert (await entry.sign_on("amara")).person == entry.amara
    assert [row.subject for row in await world.rows(external_identity)] == ["her-new-account"]
    assert [row.by for row in await world.rows(audit_log, kind="identity_forgotten")] == [entry.zoe]


async def test_nobody_of_another_school_is_forgotten(entry: Entry) -> None:
    world = entry.world
    riverside = await world.school("riverside")
    await entry.sign_on("amara")
    assert not await world.database.write(keeping.forget, riverside.id, entry.amara, world.now_ms, None)
    assert len(await world.rows(external_identity)) == 1
