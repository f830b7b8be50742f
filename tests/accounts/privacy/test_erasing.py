"""An erasure leaves nothing of the person, everything of the others, and a record that verifies."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import make_url, update

from accounts import people
from accounts.audit.model import audit_detail
from accounts.audit.verifying import verify
from accounts.model import group_member, person, session
from accounts.privacy import erasing, traces
from accounts.privacy.exporting import Export, gather
from accounts.roster.model import roster_run
from accounts.rules import fold_login
from features import KEEPERS
from realtime.refusal import Refusal
from rooms import announcing
from rooms.doors import caller_of
from rooms.enrolling import seat
from rooms.model import event, evidence, member
from rooms.posts import message
from rooms.welcoming import HOOKS
from storage.database import Transaction
from tests.accounts.administration.office import Office
from tests.world import done, edit, post, remove

NAME = "Zebedee Quillfeather"
LOGIN = "zebedeequill"


async def newcomer(office: Office, role: str = "learner") -> str:
    """Somebody with an unusual name, in a class and in a room, to whom a thing or two happened."""
    them = await office.world.person(office.school, LOGIN, role, seated=False)

    def live(tx: Transaction) -> None:
        values = {"name": NAME, "full_name": NAME, "sourced_id": "Quill-77", "year": "5"}
        tx.connection.execute(update(person).where(person.c.id == them).values(**values))
        seat(tx, office.school.staffroom, them, office.world.now_ms)
        row = {"group_id": office.willow, "person_id": them, "part": "learner", "origin": "roster"}
        tx.connection.execute(group_member.insert().values(row))

    await office.write(live)
    return them


async def said_by(office: Office, them: str, *texts: str) -> list[str]:
    """Messages written behind the rights' back, for a staffroom is not a learner's place; gives their ids."""
    caller = caller_of(await office.world.session(them))
    await office.world.set(person, {"role": "teacher"}, id=them)
    made = [str(done(await office.world.do(caller, post(office.school.staffroom, text)))["message"]) for text in texts]
    done(await office.world.do(caller, edit(office.school.staffroom, made[0], f"{texts[0]}, says {NAME}")))
    return made


async def close(office: Office, them: str) -> None:
    await office.write(lambda tx: people.disable(tx, them, announcing.to_own_room, office.world.now_ms))


async def erase(office: Office, them: str, typed: str = LOGIN, by: str = "amara") -> None:
    actor = await office.actor(by)
    await office.write(lambda tx: erasing.erase(tx, actor, them, typed, KEEPERS, HOOKS, office.world.now_ms))


async def export(office: Office, them: str) -> Export:
    return await office.world.database.read(gather, office.school.id, them, KEEPERS)


async def erased_learner(office: Office) -> str:
    them = await newcomer(office)
    await said_by(office, them, f"I am {NAME}", "I like newts")
    await office.world.set(person, {"role": "learner"}, id=them)
    await close(office, them)
    await erase(office, them)
    return them


@contextmanager
def saying(part: str) -> Iterator[None]:
    """Refused with a sentence that has this in it."""
    with pytest.raises(Refusal) as refused:
        yield
    assert part in refused.value.message


async def test_the_account_is_nobodys_afterwards(office: Office) -> None:
    them = await erased_learner(office)
    row = await office.row(person, id=them)
    assert (row.name, row.full_name, row.password, row.sourced_id, row.year) == ("Former learner", "", None, None, None)
    assert row.erased_ms is not None
    assert fold_login(LOGIN) not in row.login
    assert await office.world.rows(session, person_id=them) == []
    assert await office.world.rows(group_member, person_id=them) == []
    assert await office.world.rows(member, person_id=them) == []


async def test_a_learners_words_go_everywhere_at_once_and_the_log_has_no_gap(office: Office) -> None:
    them = await newcomer(office)
    first, second = await said_by(office, them, "Newts!", "More newts!")
    tom = caller_of(await office.actor("tom"))
    answer = str(done(await office.world.do(tom, post(office.school.staffroom, "Lovely", reply_to=first)))["message"])
    await office.world.set(person, {"role": "learner"}, id=them)
    await close(office, them)
    await erase(office, them)
    await office.world.check_log(office.school.staffroom)
    rows = {f"m{row.seq}-{row.room_id}": row for row in await office.world.rows(message)}
    assert [rows[each].text for each in (first, second)] == ["", ""]
    assert all(rows[each].removed_ms is not None for each in (first, second))
    assert rows[answer].text == "Lovely", "what others wrote stays as it is"
    assert rows[answer].reply_to == first
    told = [each for each in office.world.published if each.kind == "message_removed"]
    assert len(told) == 2, "whoever is connected sees it at once"


async def test_what_staff_wrote_stays_without_their_name(office: Office) -> None:
    them = await newcomer(office, "teacher")
    await said_by(office, them, "Bring boots", "Trip on Friday")
    await close(office, them)
    await erase(office, them)
    assert {row.text for row in await office.world.rows(message)} == {f"Bring boots, says {NAME}", "Trip on Friday"}
    assert (await office.row(person, id=them)).name == "Former member of staff"


async def test_an_export_holds_everything_before_and_nothing_personal_after(office: Office) -> None:
    them = await newcomer(office)
    await said_by(office, them, "Newts!", "More newts!")
    await office.world.set(person, {"role": "learner"}, id=them)
    before = (await export(office, them)).counts
    assert (before["messages"], before["group_member"], before["session"], before["rooms"]) == (2, 1, 1, 1)
    await close(office, them)
    await erase(office, them)
    after = await export(office, them)
    empty = {name: n for name, n in after.counts.items() if name not in ("account", "record", "messages")}
    assert set(empty.values()) == {0}, empty
    assert {row["text"] for part in after.parts if part.name == "messages" for row in part.rows} == {""}
    record = next(part.rows for part in after.parts if part.name == "record")
    assert {row["kind"] for row in record} >= {"erased", "account_closed"}
    assert [row["detail"] for row in record if row["kind"] != "erased"] == [None] * (len(record) - 1)


async def test_the_records_chain_verifies_and_names_the_id_only(office: Office) -> None:
    them = await erased_learner(office)
    verdicts = await office.world.database.read(verify, [])
    assert [fault for verdict in verdicts for fault in verdict.faults] == []
    assert [row.subject for row in await office.audited("erased")] == [them]
    assert all(NAME not in row.body for row in await office.world.rows(audit_detail))


async def test_evidence_stays(office: Office) -> None:
    them = await newcomer(office)
    (first,) = await said_by(office, them, "Something unkind")
    head = caller_of(await office.actor("amara"))
    done(await office.world.do(head, remove(office.school.staffroom, first, "unkind")))
    kept = await office.world.rows(evidence)
    await office.world.set(person, {"role": "learner"}, id=them)
    await close(office, them)
    await erase(office, them)
    assert await office.world.rows(evidence) == kept


async def test_no_log_names_who_came_into_a_room(office: Office) -> None:
    them = await newcomer(office)
    body = f'{{"person":"{them}","name":"{NAME}","initials":"ZQ","role":"learner","may_write":true}}'
    await office.world.execute(
        event.insert().values(
            room_id="u" + office.ids["tom"][1:], seq=900, kind="member_added", author_id="", at_ms=0, body=body
        )
    )
    await close(office, them)
    await erase(office, them)
    (row,) = await office.world.rows(event, kind="member_added", seq=900)
    assert NAME not in row.body
    assert "Former learner" in row.body
    assert '"may_write":true' in row.body


async def test_the_database_file_holds_the_name_nowhere(office: Office, emptied_database_url: str) -> None:
    them = await erased_learner(office)
    if office.world.database.dialect == "sqlite":
        traces.empty_journal(emptied_database_url)
        path = Path(str(make_url(emptied_database_url).database))
        held = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
        assert them.encode() in held, "the search finds what is there"
        for word in (NAME, "Quillfeather", LOGIN, "Quill-77"):
            assert word.encode() not in held
        with sqlite3.connect(path) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert NAME not in str(await everything(office))


async def everything(office: Office) -> list[object]:
    return [await office.world.rows(table) for table in (person, event, group_member, audit_detail, message)]


async def test_earlier_runs_of_the_roster_keep_their_counts_and_lose_the_name(office: Office) -> None:
    them = await newcomer(office)
    told = {"sentences": [{"words": "%(name)s arrives", "with": {"name": NAME}}], "counts": {"arriving": 1}}
    other = {"sentences": [{"words": "%(name)s arrives", "with": {"name": "Ben"}}], "counts": {"arriving": 1}}
    for name, body in (("omine", told), ("oother", other)):
        await office.world.execute(
            roster_run.insert().values(
                id=name, school_id=office.school.id, at_ms=0, source="csv", file_hash="", state="applied", state_ms=0,
                body=msgspec.json.encode(body).decode(),
            )
        )  # fmt: skip
    await close(office, them)
    await erase(office, them)
    mine, others = await office.world.rows(roster_run)
    assert msgspec.json.decode(mine.body) == {"counts": {"arriving": 1}}
    assert msgspec.json.decode(others.body) == other


@pytest.mark.parametrize("typed", ["", "aisha", "zebedee"])
async def test_nothing_happens_unless_the_sign_in_name_is_typed(office: Office, typed: str) -> None:
    them = await newcomer(office)
    await close(office, them)
    with saying("not the sign-in name"):
        await erase(office, them, typed)
    assert (await office.row(person, id=them)).erased_ms is None


async def test_an_open_account_is_not_erased(office: Office) -> None:
    them = await newcomer(office)
    with saying("Close the account first"):
        await erase(office, them)


async def test_a_hold_keeps_everything_until_it_is_lifted(office: Office) -> None:
    them = await newcomer(office)
    await close(office, them)
    head = await office.actor("amara")
    await office.write(lambda tx: erasing.put_hold(tx, head, them, "Case 12", office.world.now_ms))
    with saying("There is a hold"):
        await erase(office, them)
    await office.write(lambda tx: erasing.lift_hold(tx, head, them, office.world.now_ms))
    await erase(office, them)
    assert len(await office.audited("erasure_held")) == len(await office.audited("erasure_hold_lifted")) == 1


async def test_the_safeguarding_lead_holds_and_erases_nobody(office: Office) -> None:
    them = await newcomer(office)
    await close(office, them)
    office.ids["ruth"] = await office.world.person(office.school, "ruth", "dsl")
    ruth = await office.actor("ruth")
    with pytest.raises(Refusal):
        await erase(office, them, by="ruth")
    await office.write(lambda tx: erasing.put_hold(tx, ruth, them, "Case 9", office.world.now_ms))
    with saying("There is a hold"):
        await erase(office, them)


@pytest.mark.parametrize("by", ["tom", "sandra", "aisha"])
async def test_nobody_else_holds_or_lifts(office: Office, by: str) -> None:
    them = await newcomer(office)
    actor = await office.actor(by)
    with saying("may not"):
        await office.write(lambda tx: erasing.put_hold(tx, actor, them, "Case 9", office.world.now_ms))
    with saying("may not"):
        await office.write(lambda tx: erasing.lift_hold(tx, actor, them, office.world.now_ms))


@pytest.mark.parametrize("by", ["tom", "sandra", "aisha"])
async def test_only_who_may_erases(office: Office, by: str) -> None:
    them = await newcomer(office)
    await close(office, them)
    with pytest.raises(Refusal) as refused:
        await erase(office, them, by=by)
    assert refused.value.code == "forbidden"
    assert (await office.row(person, id=them)).name == NAME


async def test_nobody_is_erased_from_another_school(office: Office) -> None:
    other = await office.world.school("riverside")
    stranger = await office.world.person(other, "stranger", "learner", seated=False)
    with pytest.raises(Refusal) as refused:
        await erase(office, stranger, "stranger")
    assert refused.value.code == "not_found"


async def test_nobody_is_erased_twice(office: Office) -> None:
    them = await erased_learner(office)
    with saying("gone already"):
        await erase(office, them)
