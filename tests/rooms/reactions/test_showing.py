"""What pages and the API show of reactions and pins, to staff and to learners; and both without script."""

from typing import Any
from uuid import uuid4

import httpx

from tests.serving import PAGE, Served, hidden, post


def react(client: httpx.Client, room: str, message: str, kind: str) -> int:
    fields = {"room": room, "key": str(uuid4()), "message": message, "reaction": kind}
    return client.post("/api/v1/commands/react", json=fields).status_code


def chips(client: httpx.Client, room: str, message: str) -> list[dict[str, Any]]:
    messages = client.get(f"/api/v1/rooms/{room}/messages?limit=5").json()["messages"]
    found: list[dict[str, Any]] = next(each for each in messages if each["id"] == message).get("reactions", [])
    return found


def classroom_of(learner: httpx.Client) -> str:
    return str(next(each["id"] for each in learner.get("/api/v1/me").json()["rooms"] if each["kind"] == "classroom"))


def test_staff_read_who_it_was_and_learners_only_that_it_is_there(served: Served) -> None:
    with served.signed_in("aisha") as aisha, served.signed_in("ben") as ben, served.signed_in("tom") as tom:
        room = classroom_of(aisha)
        message = post(tom, room, "The recorders are here")["message"]
        assert [react(each, room, message, "smile") for each in (aisha, ben)] == [200, 200]
        assert chips(aisha, room, message) == [{"kind": "smile", "mine": True}]
        (seen,) = chips(tom, room, message)
        assert (seen["count"], {each["name"] for each in seen["people"]}) == (2, {"Aisha", "Ben"})
        page = aisha.get(f"/rooms/{room}", headers=PAGE).text
        assert 'data-kind="smile"' in page
        assert "data-people" not in page
        assert 'data-count="2"' not in page
        events = aisha.get("/api/v1/events", params={"rooms": f"{room}:0"}).json()["events"]
        assert {(each["by"], each["body"].get("reaction")) for each in events if each["kind"] == "reaction_added"} == {
            ("", "smile"), ("", None),
        }  # fmt: skip


def test_a_reaction_and_its_taking_back_need_no_script(served: Served) -> None:
    with served.signed_in("aisha") as aisha, served.signed_in("tom") as tom:
        room = classroom_of(aisha)
        message = post(tom, room, "Well sung, everybody")["message"]
        page = aisha.get(f"/rooms/{room}/react?message={message}", headers=PAGE).text
        assert f'name="back" value="/rooms/{room}#{message}"' in page
        fields = {name: hidden(page, name) for name in ("csrf", "room", "key", "message")}
        assert aisha.post("/forms/react", data={**fields, "reaction": "thanks"}, headers=PAGE).status_code == 303
        assert 'formaction="/forms/unreact"' in aisha.get(f"/rooms/{room}", headers=PAGE).text.split("<template")[0]
        back = {**fields, "key": str(uuid4()), "reaction": "thanks"}
        assert aisha.post("/forms/unreact", data=back, headers=PAGE).status_code == 303
        assert chips(aisha, room, message) == []


def test_pins_are_listed_and_taken_down_without_script(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("amara") as amara, served.signed_in("tom") as tom:
        message = post(tom, room, "Laminator: with Leila")["message"]
        page = amara.get(f"/rooms/{room}/pins?message={message}", headers=PAGE).text
        fields = {name: hidden(page, name) for name in ("csrf", "room", "key", "message")}
        assert amara.post("/forms/pin_message", data=fields, headers=PAGE).status_code == 303
        (pin,) = tom.get(f"/api/v1/rooms/{room}/pins").json()["pins"]
        assert (pin["id"], pin["excerpt"], pin["name"]) == (message, "Laminator: with Leila", "Tom Hughes")
        assert "1 pinned" in tom.get(f"/rooms/{room}", headers=PAGE).text
        assert "/forms/unpin_message" not in tom.get(f"/rooms/{room}/pins", headers=PAGE).text
        page = amara.get(f"/rooms/{room}/pins", headers=PAGE).text
        fields = {name: hidden(page, name) for name in ("csrf", "room", "key", "message")}
        assert amara.post("/forms/unpin_message", data=fields, headers=PAGE).status_code == 303
        assert tom.get(f"/api/v1/rooms/{room}/pins").json() == {"pins": []}


def test_other_schools_find_no_pins_and_nothing_to_react_to(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("tom") as tom, served.signed_in("colette", "riverside") as stranger:
        message = post(tom, room, "Ours alone")["message"]
        nowhere = stranger.get("/api/v1/rooms/rnowhere/pins")
        assert stranger.get(f"/api/v1/rooms/{room}/pins").text == nowhere.text
        assert react(stranger, room, message, "smile") == 404
        for path in (f"/rooms/{room}/pins", f"/rooms/{room}/react?message={message}"):
            assert stranger.get(path, headers=PAGE).status_code == 404
