"""The pages of quiet hours and absences, by a browser without script."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.serving import PAGE, Served, hidden

PATH = "/account/hours"
HOURS: dict[str, Any] = {"on": "true", "begins": "19:15", "ends": "06:45", "day": ["5", "6"]}


def send(client: httpx.Client, path: str = PATH, **fields: Any) -> httpx.Response:
    csrf = hidden(client.get(PATH, headers=PAGE).text, "csrf")
    return client.post(path, data={"csrf": csrf, **fields}, headers=PAGE)


def day(ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


def rows(served: Served, sql: str, *given: str) -> list[Any]:
    with closing(sqlite3.connect(served.data / "corridor.db")) as database:
        return database.execute(sql, given).fetchall()


def test_somebody_settles_their_own_hours(served: Served) -> None:
    with served.signed_in("priya") as client:
        assert 'value="18:00"' in client.get(PATH, headers=PAGE).text
        assert send(client, **HOURS).headers["location"] == f"{PATH}?said=saved"
        page = client.get(PATH, headers=PAGE).text
        assert 'value="19:15"' in page
        assert "Quiet hours" in client.get("/account", headers=PAGE).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({**HOURS, "begins": "25:00"}, "two times"), ({**HOURS, "day": list("0123456")}, "Leave one day")],
)
def test_hours_that_cannot_be_are_refused(served: Served, fields: dict[str, Any], sentence: str) -> None:
    with served.signed_in("priya") as client:
        answer = send(client, **fields)
        assert (answer.status_code, sentence in answer.text) == (400, True)


def test_one_press_says_that_one_is_away_and_another_that_one_is_back(served: Served) -> None:
    with served.signed_in("daniel") as client:
        assert send(client, f"{PATH}/today").status_code == 303
        assert "You are away until" in client.get(PATH, headers=PAGE).text
        assert send(client, f"{PATH}/back").status_code == 303
        assert "I am away today" in client.get(PATH, headers=PAGE).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"from": ""}, "choose a day"), ({"back": "2020-01-01"}, "first day back"), ({"back": "2099-01-01"}, "a year"),
        ({"line": "x" * 121}, "120 letters"), ({"other": "p0"}, "from the list"),
    ],
)  # fmt: skip
def test_an_absence_that_cannot_be_is_refused(served: Served, fields: dict[str, str], sentence: str) -> None:
    with served.signed_in("daniel") as client:
        answer = send(client, f"{PATH}/away", **{"from": day(0), "back": day(7), **fields})
        assert (answer.status_code, sentence in answer.text) == (400, True)


def test_a_leader_says_it_of_a_colleague_and_it_is_in_the_record(served: Served) -> None:
    ill, other = served.who("daniel")["person"], served.who("priya")["person"]
    of = f"/administration/people/{ill}/away"
    with served.signed_in("amara") as head:
        said = send(head, of, **{"from": day(0), "back": day(7), "line": "Please ask Priya", "other": other})
        assert said.headers["location"] == f"{of}?said=saved"
        assert "Please ask Priya" in head.get(of, headers=PAGE).text
    with served.signed_in("daniel") as client:
        assert "Amara Okafor said so." in client.get(PATH, headers=PAGE).text
        assert send(client, f"{PATH}/back").status_code == 303
    audited = rows(served, "SELECT kind, subject FROM audit_log WHERE kind LIKE 'absence%'")
    assert audited == [("absence_set", ill)], "what one says of oneself is no matter of the record"
    assert rows(served, "SELECT 1 FROM audit_detail WHERE body LIKE '%Priya%'") == []


def test_nobody_says_it_of_a_child_or_of_somebody_whom_they_do_not_manage(served: Served) -> None:
    child, leader = served.who("aisha")["person"], served.who("amara")["person"]
    with served.signed_in("amara") as head:
        assert head.get(f"/administration/people/{child}/away", headers=PAGE).status_code == 404
        answer = send(head, f"/administration/people/{child}/away/today")
        assert answer.status_code in (400, 404)
    with served.signed_in("tom") as colleague:
        assert send(colleague, f"/administration/people/{leader}/away/today").status_code in (403, 404)
    with served.signed_in("aisha") as client:
        assert "I am away" not in client.get(PATH, headers=PAGE).text
        assert send(client, f"{PATH}/today").status_code == 403
