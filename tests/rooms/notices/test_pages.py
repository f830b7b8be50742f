"""The pages of notices, for those who may put them up and those who are asked to read them, without script."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.serving import PAGE, Served, hidden, post


def put_up(client: httpx.Client, room: str, text: str) -> str:
    """A notice by the form of browsers without script; gives the message's id."""
    page = client.get(f"/rooms/{room}/notice", headers=PAGE).text
    until = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    fields = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "text": text, "until": until, "audience": "all"}
    answer = client.post(f"/rooms/{room}/notice", data=fields, headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/rooms/{room}#latest")
    messages: list[dict[str, Any]] = client.get(f"/api/v1/rooms/{room}/messages?limit=1").json()["messages"]
    assert messages[0]["text"] == text
    return str(messages[0]["id"])


def test_a_notice_goes_all_its_way_without_script(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("amara") as amara, served.signed_in("tom") as tom:
        message = put_up(amara, room, "Fire drill on Thursday")
        home = tom.get("/", headers=PAGE).text
        assert "1 notice to read" in home
        assert "Fire drill on Thursday" in home
        page = tom.get("/to-read", headers=PAGE).text
        assert 'name="back" value="/to-read"' in page
        fields = {name: hidden(page, name) for name in ("csrf", "room", "key", "message")}
        assert tom.post("/forms/confirm_notice", data=fields, headers=PAGE).status_code == 303
        assert "You have read every notice" in tom.get("/to-read", headers=PAGE).text
        assert "notice to read" not in tom.get("/", headers=PAGE).text
        page = amara.get(f"/rooms/{room}/notices/{message}", headers=PAGE).text
        assert "1 of 8 have read it" in page
        assert "Leila Haddad" in page
        assert "Tom Hughes" not in page
        fields = {name: hidden(page, name) for name in ("csrf", "room", "key", "message")}
        assert amara.post("/forms/nudge_notice", data=fields, headers=PAGE).status_code == 303
        page = amara.get(f"/rooms/{room}/notices/{message}", headers=PAGE).text
        assert "They have been reminded once" in page
        assert "/forms/nudge_notice" not in page
        with served.signed_in("leila") as leila:
            assert "Reminder" in leila.get("/to-read", headers=PAGE).text


def test_who_has_not_read_it_is_for_the_author_and_those_who_put_up_notices(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("amara") as amara, served.signed_in("tom") as tom, served.signed_in("aisha") as aisha:
        message = put_up(amara, room, "Only some see the list")
        where = f"/rooms/{room}/notices/{message}"
        assert tom.get(where, headers=PAGE).status_code == 404
        assert set(tom.get("/api/v1" + where).json()) == {"until", "until_label", "mine"}
        assert {"read", "of", "nudged"} <= set(amara.get("/api/v1" + where).json())
        with served.signed_in("daniel") as deputy:
            assert deputy.get(where, headers=PAGE).status_code == 200
        for path in (where, "/api/v1" + where, f"/rooms/{room}/notice"):
            assert aisha.get(path, headers=PAGE).status_code == 404
        with served.signed_in("colette", "riverside") as stranger:
            assert (
                stranger.get("/api/v1" + where).text == stranger.get("/api/v1/rooms/rnowhere/notices/m1-rnowhere").text
            )
        page = tom.get(f"/rooms/{room}", headers=PAGE).text
        assert "have read it" not in page.split("<template")[0]


def test_the_form_keeps_what_was_written_when_it_is_refused(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("amara") as amara, served.signed_in("tom") as tom:
        page = amara.get(f"/rooms/{room}/notice", headers=PAGE).text
        fields = {"csrf": hidden(page, "csrf"), "key": str(uuid4()), "text": "Keep me", "until": "2020-01-01"}
        answer = amara.post(f"/rooms/{room}/notice", data=fields, headers=PAGE)
        assert answer.status_code == 400
        assert "Keep me" in answer.text
        assert "Choose a day from today on" in answer.text
        brought = amara.post(
            f"/rooms/{room}/notice", data={"csrf": fields["csrf"], "text": "From the composer"}, headers=PAGE
        )
        assert brought.status_code == 200
        assert "From the composer" in brought.text
        assert tom.get(f"/rooms/{room}/notice", headers=PAGE).status_code == 403


def test_what_somebody_wrote_is_text_and_never_a_page(served: Served) -> None:
    room = served.staffroom()
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    with served.signed_in("amara") as amara, served.signed_in("tom") as tom:
        message = put_up(amara, room, hostile)
        pages = [
            tom.get("/to-read", headers=PAGE), tom.get("/", headers=PAGE), tom.get(f"/rooms/{room}", headers=PAGE),
            amara.get(f"/rooms/{room}/notices/{message}", headers=PAGE),
        ]  # fmt: skip
        assert all("onerror=alert" not in each.text.replace("&lt;img src=x onerror=alert", "") for each in pages)
        post(tom, room, "and on")
