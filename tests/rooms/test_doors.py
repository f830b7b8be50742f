"""Commands by HTTP and by form: the same commands, the same refusals."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.serving import PAGE, Served, hidden, post

COMMANDS = ("post_message", "edit_message", "remove_message", "read", "typing", "add_member", "remove_member")


def command(client: httpx.Client, name: str, **fields: Any) -> httpx.Response:
    return client.post(f"/api/v1/commands/{name}", json=fields)


def keyed(client: httpx.Client, name: str, **fields: Any) -> httpx.Response:
    return command(client, name, key=str(uuid4()), **fields)


def newest(client: httpx.Client, room: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/rooms/{room}/messages?limit=1").json()["messages"][0]
    return found


def test_every_command_can_be_given_by_http(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("amara") as amara:
        made = post(amara, room, "Good morning")
        assert made["message"] == f"m{made['seq']}-{room}"
        assert made["repeat"] is False
        edited = keyed(amara, "edit_message", room=room, message=made["message"], text="Good afternoon").json()
        assert edited["seq"] == made["seq"] + 1
        assert newest(amara, room)["text"] == "Good afternoon"
        assert keyed(amara, "remove_message", room=room, message=made["message"]).status_code == 200
        assert newest(amara, room)["removed"] is True
        assert command(amara, "read", room=room, seq=made["seq"]).json()["seq"] == made["seq"]
        assert command(amara, "typing", room=room).status_code == 200
        sandra = served.who("sandra")["person"]
        assert keyed(amara, "remove_member", room=room, person=sandra).status_code == 200
        assert keyed(amara, "add_member", room=room, person=sandra).json()["person"] == sandra


def test_sent_twice_it_happens_once(served: Served) -> None:
    with served.signed_in() as client:
        body = {"room": served.staffroom(), "key": str(uuid4()), "text": "Once"}
        first, second = (command(client, "post_message", **body).json() for _ in range(2))
        assert second == {**first, "repeat": True}
        conflict = command(client, "post_message", **{**body, "text": "Other words"})
        assert (conflict.status_code, conflict.json()["code"]) == (409, "key_conflict")


def test_every_refusal_has_its_status_a_code_and_a_sentence(served: Served) -> None:
    room, other = served.staffroom(), served.staffroom("riverside")
    with served.signed_in("tom") as tom, served.nobody() as nobody, served.signed_in("aisha") as learner:
        theirs = served.who("amara")["person"]
        cases = [
            (nobody, "post_message", {"room": room, "text": "x"}, 401, "unauthenticated"),
            (tom, "post_message", {"room": other, "text": "x"}, 404, "not_found"),
            (tom, "post_message", {"room": "rnowhere", "text": "x"}, 404, "not_found"),
            (learner, "post_message", {"room": room, "text": "x"}, 404, "not_found"),
            (tom, "edit_message", {"room": room, "message": f"m1-{room}", "text": "x"}, 403, "forbidden"),
            (tom, "remove_member", {"room": room, "person": theirs}, 403, "forbidden"),
            (tom, "post_message", {"room": room, "text": " "}, 400, "bad_request"),
            (tom, "post_message", {"room": room, "text": "x" * 8001}, 413, "too_large"),
            (tom, "post_message", {"room": room, "text": "x", "reply_to": f"m999-{room}"}, 404, "not_found"),
            (tom, "wave_hand", {"room": room}, 404, "not_found"),
        ]
        for client, name, fields, status, code in cases:
            answer = keyed(client, name, **fields)
            assert (answer.status_code, answer.json()["code"]) == (status, code), (name, fields)
            assert answer.json()["message"].endswith(".")
            assert answer.json()["temporary"] is False


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'"x"', b"\xff\xfe", b"{}", b'{"room":null}', b"[" * 30_000])
def test_what_is_no_command_is_a_bad_request(served: Served, name: str, body: bytes) -> None:
    with served.signed_in() as client:
        answer = client.post(f"/api/v1/commands/{name}", content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    "changed",
    [{"extra": 1}, {"id": 5}, {"key": "no uuid"}, {"key": None}, {"text": 7}, {"room": "../x"}, {"type": "read"}],
)
def test_unknown_and_unfit_fields_are_refused(served: Served, changed: dict[str, Any]) -> None:
    with served.signed_in() as client:
        body = {"room": served.staffroom(), "key": str(uuid4()), "text": "x", **changed}
        answer = client.post("/api/v1/commands/post_message", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_body_larger_than_a_frame_is_refused(served: Served) -> None:
    with served.signed_in() as client:
        answer = client.post("/api/v1/commands/post_message", content=b'{"text":"' + b"x" * 70_000)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "path", ["/api/v1/commands/post_message", "/forms/post_message", "/sign-out", "/api/v1/sessions"]
)
def test_a_get_where_only_a_post_goes_is_refused_and_says_what_goes(served: Served, path: str) -> None:
    with served.signed_in() as client:
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (405, "bad_request")
        assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/api/v1/me", "/", "/rooms/r1", "/health/ready", "/metrics"])
def test_a_post_where_only_a_get_goes_is_refused(served: Served, path: str) -> None:
    with served.signed_in() as client:
        answer = client.post(path)
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]


# Forms


def form(client: httpx.Client, at: str, name: str = "post_message", **changed: str) -> httpx.Response:
    """Open the room's page, fill in its form, send it."""
    page = client.get(f"/rooms/{at}", headers=PAGE).text
    fields = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "room": at, "back": f"/rooms/{at}#latest"}
    return client.post(f"/forms/{name}", data={**fields, **changed}, headers=PAGE)


def test_a_form_posts_and_leads_back_to_the_page(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in() as client:
        answer = form(client, room, text="By form\r\nwithout script")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/rooms/{room}#latest")
        assert newest(client, room)["text"] == "By form\nwithout script"


def test_a_form_sent_twice_posts_once(served: Served) -> None:
    room, key = served.staffroom(), str(uuid4())
    with served.signed_in() as client:
        for _ in range(2):
            assert form(client, room, text="Once only, please", key=key).status_code == 303
        page = client.get(f"/rooms/{room}", headers=PAGE).text
        assert page.count('dir="auto">Once only, please</div>') == 1


def test_a_form_edits_replies_and_removes(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in() as client:
        made = post(client, room, "Before")["message"]
        assert form(client, room, "edit_message", message=made, text="After").status_code == 303
        assert newest(client, room)["text"] == "After"
        assert form(client, room, text="An answer", reply_to=made).status_code == 303
        assert newest(client, room)["reply_to"] == made
        last = newest(client, room)["id"]
        assert form(client, room, "remove_message", message=last, reason="").status_code == 303
        assert newest(client, room)["removed"] is True


@pytest.mark.parametrize("csrf", ["", "made up", "0" * 64])
def test_a_form_that_we_did_not_make_does_nothing_and_keeps_what_was_written(served: Served, csrf: str) -> None:
    room = served.staffroom()
    with served.signed_in() as client:
        before = newest(client, room)["id"]
        answer = form(client, room, text="Words worth <keeping>", csrf=csrf)
        assert answer.status_code == 403
        assert "Words worth &lt;keeping&gt;</textarea>" in answer.text
        assert "open for too long" in answer.text
        assert newest(client, room)["id"] == before


def test_a_token_of_another_session_does_not_fit(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("amara") as amara, served.signed_in("tom") as tom:
        foreign = hidden(tom.get("/", headers=PAGE).text, "csrf")
        assert form(amara, room, text="x", csrf=foreign).status_code == 403


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [
        ("", 400, "There is nothing written here yet."), ("  \n ", 400, "There is nothing written here yet."),
        ("x" * 8001, 413, "This is too long."), ("x" * 21_000, 413, "This is too long."),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_posted_comes_back_with_the_reason(
    served: Served, text: str, status: int, sentence: str
) -> None:
    room = served.staffroom()
    with served.signed_in() as client:
        answer = form(client, room, text=text)
        assert answer.status_code == status
        assert sentence in answer.text
        assert text.strip() in answer.text


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example/x", "/\\evil", "", "rooms", "/x\r\nSet-Cookie: a=b"]
)
def test_a_form_leads_back_only_to_a_path_of_ours(served: Served, back: str) -> None:
    with served.signed_in() as client:
        answer = form(client, served.staffroom(), text="x", back=back)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_form_for_a_room_that_one_may_not_see_gives_the_page_of_what_is_not_there(served: Served) -> None:
    with served.signed_in() as client:
        answer = form(client, served.staffroom(), text="x", room=served.staffroom("riverside"))
        assert answer.status_code == 404
        assert "Riverside" not in answer.text
