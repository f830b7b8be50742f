"""The page of terms: a year in plain words, changed by those who may and audited."""

import re
import sqlite3
from contextlib import closing

import httpx
import pytest

from tests.serving import PAGE, Served, hidden

PATH = "/administration/terms"


def send(client: httpx.Client, path: str = PATH, **fields: str) -> httpx.Response:
    csrf = hidden(client.get(PATH, headers=PAGE).text, "csrf")
    return client.post(path, data={"csrf": csrf, **fields}, headers=PAGE)


TERM = {"kind": "term", "name": "Winter term", "starts_on": "2040-01-09", "ends_on": "2040-03-29", "year": "2039"}


def entry_of(page: str, name: str) -> str:
    """The address of the form that changes an entry."""
    found = re.search(rf'<b dir="auto">{name}</b>.*?action="(/administration/terms/t[0-9a-z]+)"', page, re.DOTALL)
    assert found is not None
    return found[1]


def test_an_entry_is_added_changed_and_removed_and_each_is_audited(served: Served) -> None:
    with served.signed_in("amara") as client:
        added = send(client, **TERM)
        assert (added.status_code, added.headers["location"]) == (303, f"{PATH}?said=saved&year=2039")
        page = client.get(f"{PATH}?year=2039", headers=PAGE).text
        assert "Winter term" in page
        assert "59 school days" in page
        entry = entry_of(page, "Winter term")
        send(client, entry, **{**TERM, "name": "Spring term", "ends_on": "2040-01-13"})
        page = client.get(f"{PATH}?year=2039", headers=PAGE).text
        assert "5 school days." in page
        send(client, f"{entry}/remove", year="2039")
        assert "every weekday counts" in client.get(f"{PATH}?year=2039", headers=PAGE).text
        with closing(sqlite3.connect(served.data / "corridor.db")) as database:
            kinds = [row[0] for row in database.execute("SELECT kind FROM audit_log WHERE kind = 'term_changed'")]
        assert len(kinds) == 3


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"starts_on": ""}, "first and a last day"), ({"starts_on": "2040-02-30"}, "first and a last day"),
        ({"ends_on": "2040-01-01"}, "after the first"), ({"ends_on": "2045-01-01"}, "within a year"),
        ({"kind": "party"}, "kind and a name"), ({"name": " "}, "kind and a name"), ({"name": "x" * 61}, "60 letters"),
    ],
)  # fmt: skip
def test_an_entry_that_cannot_be_is_refused(served: Served, changed: dict[str, str], sentence: str) -> None:
    with served.signed_in("amara") as client:
        answer = send(client, **{**TERM, **changed})
        assert (answer.status_code, sentence in answer.text) == (400, True)


def test_hours_and_bank_holidays_are_the_school_s_own(served: Served) -> None:
    with served.signed_in("colette", "riverside") as client:
        hours = {"day_starts": "09:00", "day_ends": "15:00", "place": "GB-SCT"}
        assert send(client, f"{PATH}/hours", **hours).status_code == 303
        page = client.get(PATH, headers=PAGE).text
        assert 'value="09:00"' in page
        assert '<option value="GB-SCT" selected>' in page
        for wrong in ({"place": "XX"}, {"day_ends": "08:00"}, {"day_starts": "later"}):
            assert send(client, f"{PATH}/hours", **{**hours, **wrong}).status_code == 400


def test_the_demonstration_knows_its_year(served: Served) -> None:
    with served.signed_in("amara") as client:
        page = client.get(PATH, headers=PAGE).text
        assert re.search(r"19\d school days\.", page)
        assert "Autumn half-term" in page


def test_nobody_else_sees_or_changes_it_and_another_school_s_entry_is_not_there(served: Served) -> None:
    with served.signed_in("amara") as client, served.signed_in("victor", "hillcrest") as other:
        entry = entry_of(client.get(PATH, headers=PAGE).text, "Autumn term")
        for path in (entry, f"{entry}/remove"):
            assert send(other, path, **TERM).status_code == 404
        with served.signed_in("tom") as teacher:
            assert teacher.get(PATH, headers=PAGE).status_code == 403
            assert teacher.post(PATH, data=TERM, headers=PAGE).status_code == 403
            csrf = hidden(teacher.get("/", headers=PAGE).text, "csrf")
            assert teacher.post(f"{entry}/remove", data={"csrf": csrf}, headers=PAGE).status_code == 403
        assert "Autumn term" in client.get(PATH, headers=PAGE).text
