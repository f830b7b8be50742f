"""Where a school wants a second step of a role, its people administer with one, and only with one."""

import re
import sqlite3
from contextlib import closing

import httpx
import pyotp
import pytest

from tests.serving import PAGE, PASSWORD, Served, hidden

SENTENCE = "This needs a second step when you sign in. Add one to your account first."
BANNER = "Your school asks people with your role for a second step"


@pytest.fixture(autouse=True)
def wanted_of_heads(served: Served) -> None:
    """At Hillcrest alone."""
    with closing(sqlite3.connect(served.data / "corridor.db", timeout=30)) as database, database:
        database.execute(
            "UPDATE school SET settings = ?, rights_version = rights_version + 1 WHERE slug = 'hillcrest'",
            ['{"second_step":["head"]}'],
        )


def set_up(client: httpx.Client) -> str:
    """An app; gives a recovery code."""
    csrf = hidden(client.get("/account", headers=PAGE).text, "csrf")
    client.post("/account/confirm", data={"csrf": csrf, "password": PASSWORD})
    page = client.get("/account/second-step/app", headers=PAGE).text
    app = pyotp.TOTP("".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page)))
    fields = {"csrf": csrf, "offer": hidden(page, "offer"), "code": app.now()}
    shown = client.post("/account/second-step/app", data=fields, headers=PAGE, follow_redirects=True).text
    code: str = re.findall(r"<code>(.{5}-.{5})</code>", shown)[0]
    return code


def test_a_head_is_told_kindly_refused_what_is_grave_and_let_in_once_it_is_set_up(served: Served) -> None:
    with served.signed_in("victor", "hillcrest") as head:
        assert BANNER in head.get("/", headers=PAGE).text
        assert BANNER in head.get("/account", headers=PAGE).text
        refused = head.get("/administration/people", headers=PAGE)
        assert refused.status_code == 403
        assert SENTENCE in refused.text
        assert 'href="/account/second-step"' in refused.text
        assert head.get(f"/rooms/{served.staffroom('hillcrest')}", headers=PAGE).status_code == 200
        code = set_up(head)
        assert head.get("/administration/people", headers=PAGE).status_code == 200, "at once, in this session"
        assert BANNER not in head.get("/", headers=PAGE).text
    with served.nobody() as client:
        who = {"school": "hillcrest", "name": "victor", "password": PASSWORD}
        ticket = client.post("/api/v1/sessions", json=who).json()["ticket"]
        assert client.post("/api/v1/sessions/second-step", json={"ticket": ticket, "code": code}).status_code == 201
        assert client.get("/administration/people", headers=PAGE).status_code == 200


def test_of_others_and_at_other_schools_none_is_wanted(served: Served) -> None:
    for name, school in (("shanice", "hillcrest"), ("amara", "oakfield")):
        with served.signed_in(name, school) as client:
            assert BANNER not in client.get("/", headers=PAGE).text
            assert client.get("/administration/people", headers=PAGE).status_code == 200
    with served.signed_in("iman", "hillcrest") as learner:
        assert BANNER not in learner.get("/", headers=PAGE).text
