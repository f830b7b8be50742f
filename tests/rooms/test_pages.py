"""Home, the room's page, and the API's questions."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.serving import PAGE, Served, post


def test_me_says_who_i_am_and_where_my_rooms_stand(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("amara") as amara, served.signed_in("tom") as tom:
        before = {each["id"]: each for each in amara.get("/api/v1/me").json()["rooms"]}[room]
        done = post(tom, room)
        me = amara.get("/api/v1/me").json()
        who = served.who("amara")
        assert me["person"] == {
            **me["person"],
            "id": who["person"],
            "name": "Amara Okafor",
            "role": "head",
            "initials": "AO",
        }
        assert me["school"]["slug"] == "oakfield"
        assert me["school"]["zone"] == "Europe/London"
        assert me["own_room"] == "u" + who["person"][1:]
        assert [each["kind"] for each in me["rooms"]] == ["thread", "governors", "staffroom", "hall"]
        assert me["rooms"][2] == {
            **before, "kind": "staffroom", "name": "Staffroom", "head": done["seq"], "unread": before["unread"] + 1,
            "may_write": True, "icon": "coffee", "accent": "teal", "archived": False,
        }  # fmt: skip


def test_learners_and_guardians_have_no_room_of_staff(served: Served) -> None:
    with served.signed_in("aisha") as learner:
        kinds = [room["kind"] for room in learner.get("/api/v1/me").json()["rooms"]]
        assert kinds == ["thread", "classroom", "council", "hall"]
    with served.signed_in("fatima") as guardian:
        assert [room["kind"] for room in guardian.get("/api/v1/me").json()["rooms"]] == ["family"]


@pytest.mark.parametrize("question", ["messages", "members"])
def test_what_one_may_not_see_does_not_exist(served: Served, question: str) -> None:
    """Another school's room, a room of staff for a learner, somebody's own room, no room at all: all the same."""
    with served.signed_in("amara") as amara, served.signed_in("aisha") as learner, served.nobody() as nobody:
        own = "u" + served.who("tom")["person"][1:]
        answers = [
            client.get(f"/api/v1/rooms/{room}/{question}")
            for client, room in (
                (amara, served.staffroom("riverside")), (learner, served.staffroom()), (amara, own),
                (amara, "rnowhere"), (amara, "%00"), (amara, "x" * 3000), (amara, "%F0%9F%98%80"), (amara, "r1'--"),
            )
        ]  # fmt: skip
        assert {(each.status_code, each.text) for each in answers} == {(404, answers[0].text)}
        assert nobody.get(f"/api/v1/rooms/{served.staffroom()}/{question}").status_code == 401


@pytest.mark.parametrize("room", ["rnowhere", "%2e%2e", "r" * 500])
def test_a_page_that_is_not_there_says_so_in_html(served: Served, room: str) -> None:
    with served.signed_in() as client:
        answer = client.get(f"/rooms/{room}", headers=PAGE)
        assert answer.status_code == 404
        assert "There is no such door" in answer.text


def test_members_are_named_and_sorted(served: Served) -> None:
    with served.signed_in() as client:
        found = client.get(f"/api/v1/rooms/{served.staffroom()}/members").json()["members"]
        assert [each["name"] for each in found] == sorted(each["name"] for each in found)
        assert len(found) == 9
        assert set(found[0]) == {"id", "name", "initials", "role", "may_write"}


def test_history_can_be_read_back_to_the_thousandth_message(served: Served) -> None:
    room = served.staffroom("hillcrest")
    with served.signed_in("victor", "hillcrest") as client:
        for number in range(1000):
            post(client, room, f"Number {number}")
        texts: list[str] = []
        page: dict[str, Any]
        url, more = f"/api/v1/rooms/{room}/messages?limit=100", True
        page, pages = {}, 0
        while more:
            page = client.get(url).json()
            found = page["messages"]
            assert [each["seq"] for each in found] == sorted(each["seq"] for each in found)
            texts = [each["text"] for each in found] + texts
            url, more = f"/api/v1/rooms/{room}/messages?limit=100&before={found[0]['seq']}", page["more"]
            pages += 1
        assert texts[-1000:] == [f"Number {number}" for number in range(1000)]
        assert len(texts) == page["seq"] == 1011
        assert pages == 11


def test_the_page_without_script_leads_back_to_the_first_message(served: Served) -> None:
    """Reads what the test above has written, or at least the demonstration's own talk."""
    with served.signed_in("victor", "hillcrest") as client:
        page = ""
        url: str | None = f"/rooms/{served.staffroom('hillcrest')}"
        while url is not None:
            page = client.get(url, headers=PAGE).text
            url = older(page)
        assert "Good morning all." in page
        assert "This is where Staffroom begins." in page


def older(page: str) -> str | None:
    start = page.index('data-part="older"')
    end = page.index(">", start)
    if "hidden" in page[start:end]:
        return None
    link = page.index('href="', start) + 6
    return page[link : page.index('"', link)]


@pytest.mark.parametrize(
    "query", ["before=0", "before=-1", "before=x", "before=", "before=9" + "9" * 40, "before=١", "limit=0", "limit=1.5"]
)
def test_a_position_that_is_none_is_a_bad_request(served: Served, query: str) -> None:
    with served.signed_in() as client:
        answer = client.get(f"/api/v1/rooms/{served.staffroom()}/messages?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_page_holds_fifty_messages_and_at_most_hundred(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in() as client:
        for _ in range(110):
            post(client, room)
        assert len(client.get(f"/api/v1/rooms/{room}/messages").json()["messages"]) == 50
        assert len(client.get(f"/api/v1/rooms/{room}/messages?limit=5000").json()["messages"]) == 100
        assert len(client.get(f"/api/v1/rooms/{room}/messages?limit=3").json()["messages"]) == 3


def test_what_people_write_is_text_on_the_page_and_never_markup(served: Served) -> None:
    room, mark = served.staffroom(), uuid4().hex
    hostile = f"<script>alert('{mark}')</script> & \"quoted\" {{{{ 7*7 }}}} </textarea>"
    with served.signed_in() as client:
        post(client, room, hostile)
        page = client.get(f"/rooms/{room}", headers=PAGE).text
        assert f"<script>alert('{mark}" not in page
        assert f"&lt;script&gt;alert(&#39;{mark}&#39;)&lt;/script&gt;" in page
        assert "{{ 7*7 }}" in page


def test_home_counts_what_is_unread(served: Served) -> None:
    room = served.staffroom("riverside")
    with served.signed_in("colette", "riverside") as colette, served.signed_in("samir", "riverside") as samir:
        head = {each["id"]: each for each in colette.get("/api/v1/me").json()["rooms"]}[room]["head"]
        colette.post("/api/v1/commands/read", json={"room": room, "seq": head})
        assert waiting(colette, room) == 0
        for _ in range(3):
            post(samir, room)
        assert waiting(colette, room) == 3
        assert {each["id"]: each["unread"] for each in colette.get("/api/v1/me").json()["rooms"]}[room] == 3


def waiting(client: httpx.Client, room: str) -> int:
    """What the note on the room's door says."""
    found = re.search(rf'data-room="{room}" data-unread="(\d+)"', client.get("/", headers=PAGE).text)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/nothing", 404), ("/nothing", 404), ("/live", 404), ("/static/nothing.js", 404)]
)
def test_what_is_not_there_answers_in_json_to_a_program_and_in_html_to_a_browser(
    served: Served, path: str, status: int
) -> None:
    with served.signed_in() as client:
        answer = client.get(path, headers={"Accept": "application/json"})
        assert answer.status_code == status
        assert answer.json()["code"] == "not_found"
        page = client.get(path, headers=PAGE)
        assert page.headers["content-type"].startswith("application/json" if path.startswith("/api/") else "text/html")
