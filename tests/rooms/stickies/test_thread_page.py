"""The page of a thread: what it says of who can see it, one's own paper, and nothing that belongs to rooms."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.serving import PAGE, Served, post


@contextmanager
def begun(served: Served, by: str, other: str) -> Iterator[tuple[httpx.Client, str]]:
    """The one who begins, and the thread."""
    with served.signed_in(by) as client, served.signed_in(other) as there:
        own, person = client.get("/api/v1/me").json()["own_room"], there.get("/api/v1/me").json()["person"]["id"]
        command = {"room": own, "key": str(uuid4()), "people": [person]}
        answer = client.post("/api/v1/commands/start_thread", json=command)
        assert answer.status_code == 200, answer.text
        yield client, answer.json()["made"]


def page(client: httpx.Client, path: str) -> str:
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == 200
    return answer.text


def standing_line(text: str) -> str:
    found = re.search(r'<p class="who-sees">.*?</p>', text, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("by", "other", "words"),
    [
        ("aisha", "amara", "School staff can see this. <a"),
        ("amara", "aisha", "those who keep children safe may look"),
        ("amara", "daniel", "where there is a reason"),
    ],
)
def test_each_reads_truly_who_can_see_it(served: Served, by: str, other: str, words: str) -> None:
    with begun(served, by, other) as (client, room):
        line = standing_line(page(client, f"/rooms/{room}"))
        assert words in line
        assert f"/stickies/who-can-see?room={room}" in line
        told = page(client, f"/stickies/who-can-see?room={room}")
        assert "Safeguarding lead" in told
        assert f'href="/rooms/{room}"' in told
        assert 'href="/stickies"' in page(client, "/stickies/who-can-see?room=%22onclick")


def test_a_room_has_no_such_line_and_a_thread_no_tools_of_rooms(served: Served) -> None:
    with begun(served, "amara", "daniel") as (client, room):
        done = post(client, room)
        thread, staffroom = page(client, f"/rooms/{room}"), page(client, f"/rooms/{served.staffroom()}")
        assert "who-sees" not in staffroom
        for tool in ("/shelf", "/display", "/pins", "/settings", "/forward", f"/threads/{done['message']}#", "/notice"):
            assert f"/rooms/{room}{tool}" not in thread
        assert re.search(r'<h1 dir="auto"><a href="/people/\w+\?room=\w+"><bdi>Daniel', thread)
        assert re.search(r'room-back"[^>]* href="/stickies"', thread)
        assert "/react?message=" in thread
        assert 'data-part="voice-record"' in thread


def test_stickies_have_no_threads_of_their_own(served: Served) -> None:
    with begun(served, "amara", "daniel") as (client, room):
        done = post(client, room)
        said: dict[str, Any] = {"room": room, "key": str(uuid4()), "text": "And below", "thread": done["message"]}
        answer = client.post("/api/v1/commands/post_message", json=said)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_ones_own_paper_is_chosen_without_script_and_seen_by_nobody_else(served: Served) -> None:
    with begun(served, "amara", "daniel") as (client, room):
        post(client, room)
        before = page(client, f"/rooms/{room}")
        csrf = re.search(r'name="csrf" value="([^"]+)"', before)
        assert csrf is not None
        colour = "mint" if 'data-colour="rose"' in before else "rose"
        form = {"csrf": csrf[1], "room": room, "back": f"/rooms/{room}", "colour": colour}
        assert client.post("/forms/set_sticky", data=form).status_code == 303
        assert f'data-private="thread" data-colour="{colour}"' in page(client, f"/rooms/{room}")
        with served.signed_in("daniel") as other:
            shown = re.search(r'data-private="thread" data-colour="(\w+)"', page(other, f"/rooms/{room}"))
            usual = re.search(r'data-private="thread" data-colour="(\w+)"', before)
            assert shown is not None
            assert usual is not None
            assert shown[1] == usual[1]
