"""The page of a room's feeds, and the page in which a video plays."""

import html
import json
import re
import sqlite3
from contextlib import closing
from uuid import uuid4

import httpx

from tests.rooms.embeds.test_videos import ID
from tests.serving import PAGE, Served, hidden, post

SNOW = [{"key": "1", "title": "<b>Snow</b>", "text": "It snows", "url": "https://news.example/snow", "at_ms": 1}]

COLUMNS = "id, room_id, url, added_ms, due_ms, trouble, entries"


def change(served: Served, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(served.data / "corridor.db", timeout=30)) as database, database:
        assert database.execute(statement, values).rowcount


def feeds_page(client: httpx.Client, room: str) -> str:
    page = client.get(f"/rooms/{room}/feeds", headers=PAGE)
    assert page.status_code == 200
    return page.text


def send(client: httpx.Client, room: str, **fields: str) -> httpx.Response:
    page = feeds_page(client, room)
    common = {"csrf": hidden(page, "csrf"), "key": str(uuid4())}
    return client.post(f"/rooms/{room}/feeds", data={**common, **fields}, headers=PAGE)


def test_a_feed_is_added_and_removed_by_form(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("amara") as head:
        answer = send(head, room, url="news.invalid/feed")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/rooms/{room}/feeds?said=added")
        page = feeds_page(head, room)
        assert "https://news.invalid/feed" in page
        assert send(head, room, feed=hidden(page, "feed")).status_code == 303
        assert "news.invalid" not in feeds_page(head, room)


def test_what_cannot_be_added_is_said_on_the_page_with_what_was_typed(served: Served) -> None:
    with served.signed_in("amara") as head:
        answer = send(head, served.staffroom(), url="javascript:alert(1)")
    assert answer.status_code == 400
    assert "The address of a feed begins with https://" in answer.text
    assert 'value="javascript:alert(1)"' in answer.text


def test_readers_see_news_as_text_and_nothing_of_what_is_wrong(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("amara") as head, served.signed_in("tom") as teacher:
        url = "https://secret.invalid/feed?key=42"
        feed = ("n1", room, url, 1, 9 * 10**15, "slow", json.dumps(SNOW))
        change(served, f"INSERT INTO feed ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", *feed)
        pages = [feeds_page(teacher, room), teacher.get(f"/rooms/{room}", headers=PAGE).text]
        for page in pages:
            assert "&lt;b&gt;Snow&lt;/b&gt;" in page
            assert "secret.invalid" in page
            assert "key=42" not in page
            assert "took too long to answer" not in page
        kept = feeds_page(head, room)
        assert "key=42" in kept
        assert "took too long to answer" in kept
        send(head, room, feed=hidden(kept, "feed"))


def test_another_school_s_room_has_no_feeds(served: Served) -> None:
    with served.signed_in("amara") as head:
        other = next(each["rooms"]["staffroom"] for each in served.sign_ins if each["school"] != "oakfield")
        assert head.get(f"/rooms/{other}/feeds", headers=PAGE).status_code == 404


def test_a_video_plays_in_a_page_that_may_frame_its_site_alone(served: Served) -> None:
    with served.signed_in("tom") as teacher:
        page = teacher.get(f"/videos/youtube/{ID}", headers=PAGE)
        room = teacher.get(f"/rooms/{served.staffroom()}", headers=PAGE)
    [policy] = page.headers.get_list("content-security-policy")
    assert "frame-src https://www.youtube-nocookie.com;" in policy
    assert "frame-ancestors 'self'" in policy
    source = re.search(r'<iframe src="([^"]+)"', page.text)
    assert source is not None
    assert html.unescape(source[1]).startswith(f"https://www.youtube-nocookie.com/embed/{ID}?")
    assert "youtube" not in room.headers["content-security-policy"]


def test_there_is_no_page_for_what_is_no_video(served: Served) -> None:
    with served.signed_in("tom") as teacher:
        for path in ("youtube/short", f"other/{ID}", "vimeo/abc", f"youtube/{ID}%22", "vimeo/12345%2f..%2f"):
            assert teacher.get(f"/videos/{path}", headers=PAGE).status_code == 404, path
    with served.nobody() as nobody:
        assert nobody.get(f"/videos/youtube/{ID}", headers=PAGE).status_code == 303


def test_a_video_in_a_message_asks_nothing_before_a_click(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("tom") as teacher:
        seq = post(teacher, room, f"[Our play](https://youtu.be/{ID})")["seq"]
        page = teacher.get(f"/rooms/{room}", headers=PAGE).text
        messages = teacher.get(f"/api/v1/rooms/{room}/messages").json()["messages"]
    assert f'href="/videos/youtube/{ID}"' in page
    assert "<iframe" not in page
    assert not re.search(r'(src|srcset)="https?:', page)
    [said] = [each for each in messages if each["seq"] == seq]
    assert said["video"] == {"site": "youtube", "id": ID, "title": "Our play"}
