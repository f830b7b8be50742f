"""What one has missed, and saying that it is read."""

import html
import re

import httpx

from tests.serving import PAGE, Served, hidden, post

MISSED = "/missed"


def words(client: httpx.Client) -> str:
    page = client.get(MISSED, headers=PAGE)
    assert page.status_code == 200
    return html.unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", page.text, flags=re.DOTALL))


def test_it_shows_what_others_wrote_since_and_nothing_of_mine(served: Served) -> None:
    room = served.staffroom("riverside")
    with served.signed_in("colette", "riverside") as head, served.signed_in("samir", "riverside") as deputy:
        post(deputy, room, "The heating is off in the hall.")
        post(head, room, "I am on my way.")
        assert "The heating is off in the hall." in words(head)
        assert "I am on my way." not in words(head)


def test_a_removed_message_is_not_shown(served: Served) -> None:
    room = served.staffroom("riverside")
    with served.signed_in("helen", "riverside") as helen, served.signed_in("jo", "riverside") as jo:
        done = post(helen, room, "Wrong room, sorry.")
        assert "Wrong room, sorry." in words(jo)
        remove = {"room": room, "key": "0b5f3c1e-7a52-4cf1-9a0e-6d6b50b0e001", "message": done["message"]}
        helen.post("/api/v1/commands/remove_message", json=remove).raise_for_status()
        assert "Wrong room, sorry." not in words(jo)


def test_everything_is_read_at_once_without_script_and_what_comes_later_is_new(served: Served) -> None:
    room = served.staffroom("hillcrest")
    with served.signed_in("victor", "hillcrest") as head, served.signed_in("kate", "hillcrest") as kate:
        post(kate, room, "Before.")
        page = head.get(MISSED, headers=PAGE).text
        post(kate, room, "While the page was open.")
        fields = {name: hidden(page, name) for name in ("csrf", "room", "marks", "back")}
        assert head.post("/forms/read_all", data=fields).status_code == 303
        assert "Before." not in words(head)
        assert "While the page was open." in words(head)


def test_nothing_new_is_said_kindly(served: Served) -> None:
    with served.signed_in("fatima") as guardian:
        me = guardian.get("/api/v1/me").json()
        marks = [f"{each['id']}:{each['head']}" for each in me["rooms"]]
        guardian.post("/api/v1/commands/read_all", json={"room": me["own_room"], "marks": marks}).raise_for_status()
        assert "You are up to date" in words(guardian)


def test_marks_move_only_forward_only_mine_and_only_in_my_own_room(served: Served) -> None:
    room, other = served.staffroom("hillcrest"), served.staffroom("oakfield")
    with served.signed_in("imran", "hillcrest") as imran, served.signed_in("amara") as amara:

        def read_of(client: httpx.Client, of: str) -> int:
            return next(int(each["read"]) for each in client.get("/api/v1/me").json()["rooms"] if each["id"] == of)

        own = imran.get("/api/v1/me").json()["own_room"]
        before = read_of(amara, other)
        send = {"room": own, "marks": [f"{room}:5", f"{other}:999999", "rnowhere:7"]}
        assert imran.post("/api/v1/commands/read_all", json=send).status_code == 200
        assert read_of(imran, room) >= 5
        assert read_of(amara, other) == before
        imran.post("/api/v1/commands/read_all", json={"room": own, "marks": [f"{room}:1"]}).raise_for_status()
        assert read_of(imran, room) >= 5
        refused = imran.post("/api/v1/commands/read_all", json={"room": room, "marks": [f"{room}:9"]})
        assert refused.json()["code"] == "bad_request"
        assert imran.post("/api/v1/commands/read_all", json={"room": own, "marks": ["r1"]}).status_code == 400


def test_who_is_called_on_and_whose_thread_was_answered_is_told_first(served: Served) -> None:
    room = served.staffroom("hillcrest")
    with served.signed_in("rachel", "hillcrest") as rachel, served.signed_in("greg", "hillcrest") as greg:
        who = served.who("rachel", "hillcrest")["person"]
        root = post(rachel, room, "Who has the **big** globe?")["message"]
        post(greg, room, "It is in H12.", thread=root)
        post(greg, room, "@[Rachel Stone](" + who + ") can you bring the atlases?")
        for page in (rachel.get("/", headers=PAGE).text, rachel.get(MISSED, headers=PAGE).text):
            assert "@Rachel Stone can you bring the atlases?" in page
            assert f'href="/rooms/{room}/threads/{root}"' in page
            assert "Who has the big globe?" in page
        with served.signed_in("peter", "hillcrest") as governor:
            assert "atlases" not in governor.get("/", headers=PAGE).text
