"""The record, a learner's access log and who looked at my things, as people meet them in the browser."""

import asyncio
import csv
import io
import re
import sqlite3
import time
from contextlib import closing
from uuid import uuid4

import httpx
import pytest

from accounts.audit.log import record
from accounts.audit.whereabouts import whereabouts
from storage.database import Transaction
from tests.serving import PAGE, Served, hidden, post
from tests.world import world_on

RECORD = "/administration/audit"


def access_of(server: Served, name: str, school: str = "oakfield") -> str:
    return f"/people/{server.who(name, school)['person']}/access"


def page(client: httpx.Client, path: str) -> str:
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == 200, answer.text
    return answer.text


def page_with(client: httpx.Client, path: str, words: str) -> str:
    """The page once these words are on it: what is noted is written a moment later."""
    for _ in range(300):
        found = page(client, path)
        if words in found:
            return found
    raise AssertionError(f"{path} never said {words!r}")


def test_the_head_reads_who_did_what_and_nobody_without_the_right_does(served: Served) -> None:
    with served.signed_in("amara") as head, served.signed_in("tom") as teacher:
        text = page(head, RECORD)
        assert "Signed in" in text
        assert "Amara Okafor" in text
        assert teacher.get(RECORD, headers=PAGE).status_code == 403
        page_with(head, f"{RECORD}?who=tom&kind=refused", "Was refused something</b>: a page of administration")
        assert head.get(f"{RECORD}?day=nonsense", headers=PAGE).status_code == 400
        assert "Nothing fits this" in page(head, f"{RECORD}?day=2001-01-01")
    with served.nobody() as nobody:
        assert nobody.get(RECORD, headers=PAGE).headers["location"] == f"/sign-in?back={RECORD}"


def test_a_command_that_was_refused_is_in_the_record(served: Served) -> None:
    with served.signed_in("leila") as author, served.signed_in("tom") as other, served.signed_in("amara") as head:
        told = post(author, served.staffroom())
        change = {"room": served.staffroom(), "key": str(uuid4()), "message": told["message"], "text": "Mine now"}
        assert other.post("/api/v1/commands/edit_message", json=change).json()["code"] == "forbidden"
        page_with(head, f"{RECORD}?who=tom&kind=refused", "Was refused something</b>: changing a message")


def test_a_school_s_record_shows_nothing_of_another(served: Served) -> None:
    with served.signed_in("nia", "riverside"), served.signed_in("amara") as head:
        assert "Nia" not in page(head, RECORD)
        assert "Nothing fits this" in page(head, f"{RECORD}?who=nia")


def test_the_look_at_the_record_is_in_the_record_once(served: Served) -> None:
    with served.signed_in("daniel") as deputy:
        texts = [page(deputy, f"{RECORD}?who=daniel") for _ in range(3)]
        assert texts[-1].count("Looked at something</b>: this record") == 1


async def sign_in_often(server: Served, name: str) -> None:
    who, now_ms = server.who(name)["person"], int(time.time() * 1000)

    def write(tx: Transaction) -> None:
        school = whereabouts(tx.connection, who, "")[0]
        for _ in range(51):
            record(tx, school, "signed_in", now_ms, by=who)

    async with world_on(f"sqlite:///{server.data / 'corridor.db'}") as world:
        await world.database.write(write)


def test_older_rows_are_a_page_further(served: Served) -> None:
    asyncio.run(sign_in_often(served, "ruth"))
    with served.signed_in("ruth") as client:
        first = page(client, f"{RECORD}?who=ruth&kind=signed_in")
        older = re.search(r'href="([^"]*before=\d+)"', first)
        assert first.count("<time ") == 50
        assert older is not None
        second = page(client, older[1].replace("&amp;", "&"))
        assert 2 <= second.count("<time ") < 50
        assert "Newest" in second


def test_the_copy_for_a_spreadsheet_is_recorded_and_works_nothing_out(served: Served) -> None:
    with served.signed_in("priya") as client:
        csrf = hidden(page(client, RECORD), "csrf")
        answer = client.post(f"{RECORD}/export", data={"csrf": csrf, "who": "priya"})
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert {line[3] for line in lines[1:]} == {"Priya Nair"}
        assert "Took a copy of this record along" in page(client, f"{RECORD}?who=priya")
        assert client.post(f"{RECORD}/export", data={"csrf": "made up"}, headers=PAGE).status_code == 403


def test_a_teacher_sees_what_the_own_learner_opened_and_that_look_is_recorded(served: Served) -> None:
    with served.signed_in("aisha") as learner, served.signed_in("tom") as teacher:
        assert learner.get(f"/rooms/{served.staffroom()}", headers=PAGE).status_code == 404
        text = page_with(teacher, access_of(served, "aisha"), "Something did not work: nothing there")
        assert "Signed in with a password" in text
        assert "outside" in text
        own_class = re.search(r'href="(/classes/[^"]+)"', page(teacher, "/classes"))
        assert own_class is not None
        assert access_of(served, "aisha") in page(teacher, own_class[1])
        looks = page(learner, "/account/looks")
        assert "Tom" in looks
        assert "Teacher" in looks
        assert "looked at what you opened, and when" in looks
        assert looks.count("<time ") == 1


def test_a_classroom_that_a_learner_opened_is_in_the_access_log_once(served: Served) -> None:
    room = served.who("dev")["rooms"]["classroom"]
    with served.signed_in("dev") as learner, served.signed_in("leila") as teacher:
        for _ in range(3):
            page(learner, f"/rooms/{room}")
            assert learner.get(f"/api/v1/rooms/{room}/messages").status_code == 200
        name = next(each["name"] for each in teacher.get("/api/v1/me").json()["rooms"] if each["id"] == room)
        opened = f'Opened <b dir="auto">{name}</b>'
        assert page_with(teacher, access_of(served, "dev"), opened).count(opened) == 1


def test_a_room_that_was_opened_has_its_name_only_for_those_who_may_enter_it(served: Served) -> None:
    room = served.staffroom()
    with closing(sqlite3.connect(served.data / "corridor.db", timeout=20)) as database:
        school = database.execute("SELECT id FROM school WHERE slug = 'oakfield'").fetchone()[0]
        row = "INSERT INTO access VALUES (?, ?, ?, 'k1', ?, 1, ?, NULL)"
        now = database.execute("SELECT max(at_ms) FROM audit_log").fetchone()[0]
        for number, what in enumerate((room, "r0000000000")):
            database.execute(row, (f"a{number}", school, served.who("chloe")["person"], now, what))
        database.commit()
    with served.signed_in("amara") as head:
        text = page(head, access_of(served, "chloe"))
        assert '<b dir="auto">Staffroom</b>' in text
        assert "another room" in text
        assert "r0000000000" not in text
        assert "in school" in text


@pytest.mark.parametrize(
    ("who", "of", "status"),
    [("tom", "chloe", 403), ("leila", "aisha", 403), ("ben", "aisha", 403), ("aisha", "aisha", 403),
     ("fatima", "aisha", 403), ("amara", "aisha", 200)],
)  # fmt: skip
def test_only_whoever_has_the_right_sees_an_access_log(served: Served, who: str, of: str, status: int) -> None:
    with served.signed_in(who) as client:
        assert client.get(access_of(served, of), headers=PAGE).status_code == status


def test_people_of_another_school_are_nobody(served: Served) -> None:
    with served.signed_in("amara") as head:
        there = head.get(access_of(served, "nia", "riverside"), headers=PAGE)
        nowhere = head.get("/people/p0000000000/access", headers=PAGE)
        assert (there.status_code, nowhere.status_code) == (404, 404)
        assert "Nia" not in there.text


def test_nobody_looked_at_me_yet(served: Served) -> None:
    with served.signed_in("owen") as client:
        assert "Nobody has looked yet." in page(client, "/account/looks")
