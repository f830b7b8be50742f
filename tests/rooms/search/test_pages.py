"""The page of search and its door for programs, on a real server."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from realtime.protocol import MAX_SEQ
from tests.serving import PAGE, Served, post, serving


def when(client: httpx.Client, query: str, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the API answers once that is true, asked again and again: the index follows within a second."""
    found: dict[str, Any] = {}
    for _ in range(2000):
        found = client.get(f"/api/v1/search?{query}").json()
        if true(found):
            return found
    raise AssertionError(found)


def results(found: dict[str, Any]) -> bool:
    return bool(found["results"])


def test_a_message_is_found_as_it_reads_and_the_link_leads_to_it(served: Served) -> None:
    word = f"w{uuid4().hex}"
    with served.signed_in() as client:
        done = post(client, served.staffroom(), f"Bring your {word} on Monday")
        one = when(client, f"q={word}", results)["results"][0]
        assert (one["kind"], one["room"], one["seq"], one["by_name"]) == (
            "message", served.staffroom(), done["seq"], "Amara Okafor",
        )  # fmt: skip
        assert one["excerpt"] == [
            {"text": "Bring your ", "marked": False}, {"text": word, "marked": True},
            {"text": " on Monday", "marked": False},
        ]  # fmt: skip
        place = client.get(one["url"], headers=PAGE)
        page, _, fragment = place.headers["location"].partition("#")
        assert f'id="{fragment}"' in client.get(page, headers=PAGE).text


def test_a_removed_message_is_gone_with_the_answer(served: Served) -> None:
    word = f"w{uuid4().hex}"
    with served.signed_in() as client:
        done = post(client, served.staffroom(), f"Not for {word}")
        when(client, f"q={word}", results)
        remove = {"room": served.staffroom(), "key": str(uuid4()), "message": done["message"]}
        assert client.post("/api/v1/commands/remove_message", json=remove).status_code == 200
        assert client.get(f"/api/v1/search?q={word}").json() == {"results": [], "before": None}


def test_what_people_write_is_text_on_the_page_and_never_markup(served: Served) -> None:
    word = f"w{uuid4().hex}"
    with served.signed_in() as client:
        post(client, served.staffroom(), f"<script>alert('{word}')</script><mark>{word}</mark> & \"so on\"")
        when(client, f"q={word}", results)
        page = client.get("/search", params={"q": f'{word} <b>"x'}, headers=PAGE).text
        assert "<b>" not in page.split('role="search"')[1].split("</form>")[0]
        page = client.get(f"/search?q={word}", headers=PAGE).text
        assert (
            f"&lt;script&gt;alert(&#39;<mark>{word}</mark>&#39;)&lt;/script&gt;&lt;mark&gt;<mark>{word}</mark>" in page
        )


def test_the_page_narrows_down_and_widens_by_plain_links(served: Served) -> None:
    word = f"w{uuid4().hex}"
    with served.signed_in() as client:
        post(client, served.staffroom(), f"About {word}")
        when(client, f"q={word}", results)
        for narrower in (f"room={served.staffroom()}", "by=amara", "from=2020-01-01", "until=2100-01-01"):
            page = client.get(f"/search?q={word}&{narrower}", headers=PAGE).text
            assert f"<mark>{word}</mark>" in page, narrower
            assert f'href="/search?q={word}"' in page, narrower
        page = client.get(f"/search?q={word}&until=2020-01-01", headers=PAGE).text
        assert "Nothing found" in page
        assert "Nobody of this name" in client.get("/search?by=xxxxx", headers=PAGE).text


def test_older_results_follow_by_a_link(served: Served) -> None:
    word = f"w{uuid4().hex}"
    with served.signed_in() as client:
        for n in range(25):
            post(client, served.staffroom(), f"{word} {n}")
        for order in ("newest", "best"):
            again = f"q={word}&order={order}"
            when(client, f"{again}&until=2100-01-01", lambda found: found["before"] is not None)
            pages = _pages(client, again)
            while sum(map(len, pages)) < 25:
                pages = _pages(client, again)
            assert [len(page) for page in pages] == [20, 5]
            assert len({seq for page in pages for seq in page}) == 25
        assert "Older results" in client.get(f"/search?q={word}", headers=PAGE).text


def _pages(client: httpx.Client, query: str) -> list[list[int]]:
    """The seqs of the results, page by page."""
    pages, before = [], ""
    while True:
        page = client.get(f"/api/v1/search?{query}&before={before}").json()
        pages.append([each["seq"] for each in page["results"]])
        if page["before"] is None:
            return pages
        before = page["before"]


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "x" * 201, "from=yesterday", "until=2026-13-01", "kind=secret", "order=worst", "before=x", "before=1.x",
        "before=" + "9" * 30, "before=-1.5", "before=١.١",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_kindly(served: Served, query: str) -> None:
    with served.signed_in() as client:
        answer = client.get(f"/api/v1/search?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
        page = client.get(f"/search?{query}", headers=PAGE)
        assert page.status_code == 400
        assert 'role="alert"' in page.text
        assert 'role="search"' in page.text


@pytest.mark.parametrize("query", ["", "q=", "q=%22%22", "q=%00", "q=%ff", f"q=x&before=0.{MAX_SEQ}", "q=x&room="])
def test_nothing_in_particular_is_no_error(served: Served, query: str) -> None:
    with served.signed_in() as client:
        assert client.get(f"/api/v1/search?{query}").status_code == 200
        assert client.get(f"/search?{query}", headers=PAGE).status_code == 200


def test_a_room_of_others_is_no_room(served: Served) -> None:
    with served.signed_in() as client:
        for room in (served.staffroom("hillcrest"), "r0000000000", "nonsense"):
            answer = client.get(f"/api/v1/search?q=x&room={room}")
            assert (answer.status_code, answer.json()) == (404, client.get("/api/v1/search?room=r1").json())


def test_whoever_is_not_signed_in_finds_nothing(served: Served) -> None:
    with served.nobody() as client:
        assert client.get("/api/v1/search?q=x").status_code == 401
        assert client.get("/search?q=x", headers=PAGE).headers["location"].startswith("/sign-in")


def test_a_room_and_every_page_lead_to_search(served: Served) -> None:
    with served.signed_in() as client:
        page = client.get(f"/rooms/{served.staffroom()}", headers=PAGE).text
        assert f'href="/search?room={served.staffroom()}"' in page
        assert 'href="/search"' in client.get("/", headers=PAGE).text


def test_nobody_searches_faster_than_people_read() -> None:
    with serving({"CORRIDOR_LIMITS": "searches=2/0.01"}) as slow, slow.signed_in() as client:
        answers = [client.get("/api/v1/search?q=x").status_code for _ in range(4)]
        assert answers == [200, 200, 429, 429]
        assert client.get("/search", headers=PAGE).status_code == 200, "the empty page costs nothing"


def test_what_a_killed_server_had_not_indexed_is_found_after_its_next_start(served: Served) -> None:
    word = f"w{uuid4().hex}"
    with served.signed_in() as client:
        post(client, served.staffroom(), f"Written just before the {word}")
    served.kill9()
    served.start()
    with served.signed_in() as client:
        assert when(client, f"q={word}", results)["results"]
