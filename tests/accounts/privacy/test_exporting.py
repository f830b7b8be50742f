"""An export holds everything about one person, and nobody else's names, words or secrets."""

import json
import re
import zipfile
from typing import Any

import pytest
from sqlalchemy import Table

import accounts.sessions
from accounts.model import group_member, guardian, person, session
from accounts.privacy import erasing
from accounts.privacy.account_keeper import KEPT, STAYING
from accounts.privacy.exporting import Export, archive, gather
from accounts.privacy.names import reduced
from features import KEEPERS
from realtime.refusal import Refusal
from rooms.doors import caller_of
from storage.schema import metadata
from tests.accounts.administration.office import Office
from tests.harness.program import ROOT
from tests.world import done, post

WITHOUT_PEOPLE = {"installation", "room_group"}


async def export(office: Office, login: str) -> Export:
    return await office.world.database.read(gather, office.school.id, office.ids[login], KEEPERS)


def packed(found: Export) -> dict[str, Any]:
    with archive(found, b"<html>", {"person": found.of.person}) as file, zipfile.ZipFile(file) as opened:
        assert opened.testzip() is None
        assert "index.html" in opened.namelist()
        read: dict[str, Any] = json.loads(opened.read("everything.json"))
        return read


async def test_it_holds_the_account_groups_family_sessions_rooms_and_words(office: Office) -> None:
    row = {"guardian_id": office.ids["fatima"], "learner_id": office.ids["aisha"], "origin": "roster"}
    await office.world.execute(guardian.insert().values(row))
    tom = caller_of(await office.actor("tom"))
    done(await office.world.do(tom, post(office.school.staffroom, "Boots on Friday")))
    mine = packed(await export(office, "tom"))
    assert mine["account"][0]["login"] == "tom"
    assert [each["text"] for each in mine["messages"]] == ["Boots on Friday"]
    assert [each["name"] for each in mine["rooms"]] == ["Staffroom"]
    assert [each["part"] for each in mine["group_member"]] == ["teacher"]
    assert len(mine["session"]) == 1
    child = packed(await export(office, "aisha"))
    assert child["guardian"] == [{"guardian_id": "a guardian", "learner_id": "Aisha", "origin": "roster"}]


async def test_what_others_wrote_and_are_called_is_not_in_it(office: Office) -> None:
    tom, amara = caller_of(await office.actor("tom")), caller_of(await office.actor("amara"))
    said = done(await office.world.do(amara, post(office.school.staffroom, "A secret of Amara")))
    done(await office.world.do(tom, post(office.school.staffroom, "Thank you", reply_to=str(said["message"]))))
    await office.world.set(group_member, {"given_by": office.ids["sandra"]}, person_id=office.ids["tom"])
    text = json.dumps(packed(await export(office, "tom")))
    assert "Thank you" in text
    for word in ("A secret of Amara", "Amara", "Sandra", "Aisha"):
        assert word not in text
    assert "S (staff)" in text


async def test_no_secret_is_in_it(office: Office) -> None:
    await office.world.set(person, {"password": "$argon2id$the-hash"}, id=office.ids["tom"])
    token = await office.world.database.write(accounts.sessions.start, office.ids["tom"], "a test", office.world.now_ms)
    text = json.dumps(packed(await export(office, "tom")))
    hashed = (await office.row(session, person_id=office.ids["tom"])).token_hash
    for secret in ("argon2id", token, hashed):
        assert secret not in text
    assert '"has_password": true' in text


async def test_of_the_record_it_tells_what_concerns_the_person(office: Office) -> None:
    actor = await office.actor("amara")
    await office.write(lambda tx: erasing.put_hold(tx, actor, office.ids["ben"], "Case 4", office.world.now_ms))
    theirs, givers = packed(await export(office, "ben")), packed(await export(office, "amara"))
    assert [(each["kind"], each["by"], each["about"]) for each in theirs["record"]] == [
        ("erasure_held", "A (staff)", "Ben")
    ]
    assert [(each["kind"], each["by"], each["about"]) for each in givers["record"]] == [
        ("erasure_held", "Amara", "a learner")
    ]


async def test_others_are_initials_or_no_more_than_what_they_are(office: Office) -> None:
    names = await office.world.database.read(reduced, set(office.ids.values()))
    by_login = {login: names[of] for login, of in office.ids.items()}
    assert by_login["aisha"] == "a learner"
    assert by_login["fatima"] == "a guardian"
    assert by_login["tom"] == "T (staff)"


async def test_nobody_of_another_school_is_in_it(office: Office) -> None:
    other = await office.world.school("riverside")
    stranger = await office.world.person(other, "stranger")
    with pytest.raises(Refusal) as refused:
        await office.world.database.read(gather, office.school.id, stranger, KEEPERS)
    assert refused.value.code == "not_found"


def test_every_table_has_a_keeper_that_answers_for_it() -> None:
    """Whoever adds a table says what becomes of it: an export that forgot one would be a lie."""
    kept = [name for keeper in KEEPERS for name in keeper.tables]
    assert len(kept) == len(set(kept)), "two keepers answer for the same table"
    assert set(kept) | WITHOUT_PEOPLE == set(metadata.tables)


def test_every_column_that_names_a_person_is_known_to_its_keeper() -> None:
    known = {kept.table.name: {*kept.of, *kept.others} for kept in KEPT}
    for table in (*(kept.table for kept in KEPT),):
        assert people_in(table) <= known[table.name], table.name
    assert {table.name for table in STAYING} >= {"audit_log", "person"}


def people_in(table: Table) -> set[str]:
    return {key.parent.name for key in table.foreign_keys if key.column.table.name == "person"}


def test_the_data_map_names_every_table() -> None:
    named = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs/privacy.md").read_text().split("## How long")[0]))
    assert set(metadata.tables) <= named
