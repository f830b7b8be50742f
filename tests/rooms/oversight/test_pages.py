"""The pages of oversight, as they are without script, over HTTP."""

import re
from uuid import uuid4

import httpx
import pytest

from tests.serving import PAGE, Served, hidden


def command(client: httpx.Client, name: str, **fields: object) -> httpx.Response:
    """A command, in one's own room unless another is named."""
    own = "u" + client.get("/api/v1/me").json()["person"]["id"][1:]
    return client.post(f"/api/v1/commands/{name}", json={"room": own, "key": str(uuid4()), **fields})


def person(client: httpx.Client) -> str:
    return str(client.get("/api/v1/me").json()["person"]["id"])


def thread(by: httpx.Client, *people: httpx.Client) -> str:
    return str(command(by, "start_thread", people=[person(each) for each in people]).json()["made"])


def send(client: httpx.Client, path: str, page: str, **fields: str) -> httpx.Response:
    given = {"csrf": hidden(page, "csrf"), "key": str(uuid4()), **fields}
    return client.post(path, data=given, headers=PAGE)


def picture(client: httpx.Client, room: str) -> str:
    """A small text file that somebody attached to a message and then changed nothing about."""
    page = client.get(f"/rooms/{room}/attach", headers=PAGE).text
    fields = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "text": "See this"}
    files = {"file": ("plan.txt", b"Meet me behind the gym", "text/plain")}
    answer = client.post(f"/rooms/{room}/attach", data=fields, files=files, headers=PAGE)
    assert answer.status_code == 303, answer.text
    messages = client.get(f"/api/v1/rooms/{room}/messages").json()["messages"]
    return str(messages[-1]["files"][0]["id"])


def test_a_look_goes_all_its_way_and_leaves_no_trace_in_the_thread(served: Served) -> None:
    with served.signed_in("tom") as tom, served.signed_in("aisha") as aisha, served.signed_in("ruth") as ruth:
        room = thread(tom, aisha)
        first = command(tom, "post_message", room=room, text="First words").json()["message"]
        command(tom, "edit_message", room=room, message=first, text="Other words")
        file = picture(tom, room)
        assert '"stays": true' in tom.get(f"/rooms/{room}", headers=PAGE).text  # no button that would be refused
        where = f"/oversight/rooms/{room}"
        before = aisha.get("/api/v1/me").json()["rooms"]
        assert ruth.get(f"{where}/files/{file}").status_code == 404
        page = ruth.get(where, headers=PAGE).text
        assert "Other words" not in page
        refused = send(ruth, where, page, role="safeguarding", reason="  ")
        assert (refused.status_code, "Please write down why." in refused.text) == (400, True)
        answer = send(ruth, where, page, role="safeguarding", reason="A worry was told")
        assert (answer.status_code, answer.headers["location"]) == (303, where)
        shown = ruth.get(where, headers=PAGE)
        assert shown.headers["cache-control"] == "no-store"
        assert "First words" in shown.text
        assert "Other words" in shown.text
        assert ruth.get(f"{where}/files/{file}").text == "Meet me behind the gym"
        assert ruth.get(f"/files/{file}").status_code == 404
        assert ruth.get(f"/rooms/{room}", headers=PAGE).status_code == 404
        assert aisha.get("/api/v1/me").json()["rooms"] == before
        assert "Ruth" not in aisha.get("/account/looks", headers=PAGE).text
        for other in (aisha, tom):
            assert other.get(where, headers=PAGE).status_code == 404
            assert other.get(f"{where}/files/{file}").status_code == 404
            assert other.get("/oversight", headers=PAGE).status_code == 404
            assert send(other, where, page, role="safeguarding", reason="Me too").status_code in (403, 404)
        with served.signed_in("daniel") as deputy:
            assert deputy.get(where, headers=PAGE).status_code == 404
            assert "A worry was told" not in deputy.get("/oversight", headers=PAGE).text
        assert "A worry was told" in ruth.get("/oversight", headers=PAGE).text


def test_what_is_taken_back_is_gone_for_everybody_and_its_author_is_told(served: Served) -> None:
    with served.signed_in("aisha") as aisha, served.signed_in("tom") as tom, served.signed_in("ruth") as ruth:
        room = thread(aisha, tom)
        said = command(aisha, "post_message", room=room, text="My address is 1 High Street").json()["message"]
        where = f"/oversight/rooms/{room}"
        send(ruth, where, ruth.get(where, headers=PAGE).text, role="safeguarding", reason="An address")
        page = ruth.get(where, headers=PAGE).text
        fields = {"act": "recall", "of": room, "message": said, "reason": "An address", "back": where}
        answer = send(ruth, "/oversight", page, **fields)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{where}?said=recall")
        assert "High Street" in ruth.get(where, headers=PAGE).text
        for each in (aisha, tom):
            assert "High Street" not in each.get(f"/rooms/{room}", headers=PAGE).text
            assert "High Street" not in each.get(f"/api/v1/rooms/{room}/messages").text
        home = aisha.get("/", headers=PAGE).text
        assert "was taken away by the school" in home
        assert "Ruth" not in home
        assert "was taken away by the school" not in tom.get("/", headers=PAGE).text


def test_a_pause_is_one_action_and_so_is_its_end(served: Served) -> None:
    with served.signed_in("aisha") as aisha, served.signed_in("tom") as tom, served.signed_in("daniel") as deputy:
        room = thread(aisha, tom)
        page = deputy.get("/oversight", headers=PAGE).text
        assert send(deputy, "/oversight", page, act="pause", scope="learners", reason="A fight").status_code == 303
        refused = command(aisha, "post_message", room=room, text="Hello")
        assert (refused.status_code, refused.json()["code"]) == (503, "paused")
        assert "you can always ask for help" in refused.json()["message"]
        banner = "Messages are paused for some or all learners"
        assert banner in tom.get("/", headers=PAGE).text
        assert banner not in aisha.get("/", headers=PAGE).text
        page = deputy.get("/oversight", headers=PAGE).text
        assert "A fight" in page
        held = re.findall(r'name="pause" value="(z[0-9a-z]+)"', page)[0]
        assert (
            send(tom, "/oversight", tom.get("/account", headers=PAGE).text, act="resume", pause=held).status_code == 404
        )
        assert send(deputy, "/oversight", page, act="resume", pause=held).status_code == 303
        assert command(aisha, "post_message", room=room, text="Hello").status_code == 200
        assert banner not in tom.get("/", headers=PAGE).text


def test_a_teacher_sees_the_traffic_of_the_own_class_and_the_way_to_it(served: Served) -> None:
    with served.signed_in("tom") as tom, served.signed_in("aisha") as aisha:
        room = thread(aisha, tom)
        command(aisha, "post_message", room=room, text="Only for you")
        classes = tom.get("/classes", headers=PAGE).text
        group = re.findall(r"/classes/(g\w+)/sign-in", classes)[0]
        assert f"/classes/{group}/stickies" in tom.get(f"/classes/{group}/sign-in", headers=PAGE).text
        page = tom.get(f"/classes/{group}/stickies", headers=PAGE)
        assert page.status_code == 200
        assert "Only for you" not in page.text
        for name in ("aisha", "harjit", "leila"):
            with served.signed_in(name) as other:
                assert other.get(f"/classes/{group}/stickies", headers=PAGE).status_code in (403, 404)


def test_a_note_goes_to_more_people_only_after_a_second_look(served: Served) -> None:
    with served.signed_in("tom") as tom, served.signed_in("aisha") as aisha, served.signed_in("daniel") as daniel:
        where = f"/people/{person(aisha)}/notes"
        assert where in tom.get(f"/people/{person(aisha)}", headers=PAGE).text
        page = tom.get(where, headers=PAGE).text
        fields = {"act": "write", "text": "Aisha helped a new child", "audience": person(daniel)}
        assert send(tom, where, page, **fields).status_code == 400
        preview = send(tom, where, page, **fields, reason="He asked me how she is")
        assert (preview.status_code, "will see this" in preview.text) == (200, True)
        assert "Daniel" in preview.text
        assert "Aisha helped" not in tom.get(where, headers=PAGE).text
        readers = hidden(preview.text, "readers")
        assert len(readers.split()) == 2
        more = {"reason": "He asked me how she is", "confirmed": "yes", "readers": readers}
        assert send(tom, where, preview.text, **fields, **more).status_code == 303
        seen = daniel.get(where, headers=PAGE).text
        assert "Aisha helped a new child" in seen
        assert "He asked me how she is" in seen
        for name in ("aisha", "fatima", "leila", "harjit"):
            with served.signed_in(name) as other:
                assert other.get(where, headers=PAGE).status_code == 404


@pytest.mark.parametrize("path", ["/oversight", "/oversight/people/p1", "/oversight/rooms/r1", "/people/p1/notes"])
def test_whoever_is_not_signed_in_is_asked_to_be(served: Served, path: str) -> None:
    with served.nobody() as nobody:
        answer = nobody.get(path, headers=PAGE)
        assert (answer.status_code, answer.headers["location"].startswith("/sign-in")) == (303, True)
