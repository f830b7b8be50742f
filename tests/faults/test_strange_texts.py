"""Texts and names that no keyboard writes: kept as they are, or refused, on every database alike."""

import json

import pytest

from tests.harness.api import Api, new_key
from tests.harness.bystander import unharmed
from tests.harness.installation import Installation
from tests.harness.live import OpenTab

pytest_plugins = ["tests.harness.live_fixtures"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * 8001, "too_large"),
        ("🙂" * 8001, "too_large"),
        ("x" * 30_000, "too_large"),
        ("", "bad_request"),
        (" \n\t ", "bad_request"),
        ("\u200b\u2060\ufeff", "bad_request"),
        ("\0\x01\x02", "bad_request"),
    ],
)
async def test_a_text_that_is_too_long_or_says_nothing_is_refused_at_every_door(
    installation: Installation, tabs: OpenTab, text: str, code: str
) -> None:
    room = installation.staffroom
    async with unharmed(installation, tabs):
        tab = await tabs(installation.first, installation.person("tom"))
        refused = await tab.ask("post_message", room=room, key=new_key(), text=text)
        assert (refused["type"], refused["code"]) == ("refused", code)
        assert (await tab.api.command("post_message", room=room, key=new_key(), text=text))["code"] == code
        form = await tab.api.form("post_message", room, key=new_key(), text=text)
        assert form == (413 if code == "too_large" else 400)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\0b", "ab"),
        ("\ud83d\ude42 \u202e rtl \u0301", None),
        ("🙂" * 8000, None),
        ("\\ \" ' -- ; DROP TABLE event; %s {} </script>", None),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
    ],
)
async def test_a_strange_text_is_kept_as_it_is_but_for_what_nobody_can_see(
    installation: Installation, tabs: OpenTab, text: str, kept: str | None
) -> None:
    room = installation.staffroom
    text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    tab = await tabs(installation.first, installation.person("tom"), {room: installation.head(room)})
    done = await tab.ask("post_message", room=room, key=new_key(), text=text)
    await tab.reach(room, done["seq"])
    assert tab.copies[room].messages[done["message"]].text == (kept or text)
    row = installation.query(f"SELECT text FROM message WHERE room_id = '{room}' AND seq = {done['seq']}")
    assert row == [{"text": kept or text}]


NUL_PATHS = ("/rooms/r%00", "/api/v1/rooms/r%00/messages", "/api/v1/rooms/r%00/members", "/api/v1/rooms/%ff/messages")


@pytest.mark.parametrize("path", NUL_PATHS)
async def test_an_impossible_room_in_a_path_is_a_room_that_never_was(installation: Installation, path: str) -> None:
    async with Api(installation.first.url, installation.person("tom").token) as api:
        assert (await api.http.get(path)).status_code == 404


async def test_impossible_characters_in_any_field_are_refused_and_never_fail(
    installation: Installation, tabs: OpenTab
) -> None:
    room = installation.staffroom
    async with unharmed(installation, tabs), Api(installation.first.url, installation.person("amara").token) as api:
        for name, given in {
            "post_message": {"text": "x", "reply_to": "m1-\0"},
            "edit_message": {"message": "m1\0", "text": "x"},
            "remove_message": {"message": "m999999-\0"},
            "add_member": {"person": "p\0"},
            "remove_member": {"person": "p0000000000\n"},
        }.items():
            answer = await api.command(name, room=room, key=new_key(), **given)
            assert answer["code"] in ("bad_request", "not_found"), (name, answer)
        for school, person in (("oakfield\0", "amara"), ("oakfield", "ama\0ra"), ("\udcff", "x")):
            body = json.dumps({"school": school, "name": person, "password": "corridor-demo\0"})
            answer = (await api.http.post("/api/v1/sessions", content=body)).json()
            assert answer["code"] in ("unauthenticated", "bad_request"), (school, person, answer)


async def test_a_reason_with_impossible_characters_does_not_fail(installation: Installation, tabs: OpenTab) -> None:
    room = installation.staffroom
    tab = await tabs(installation.first, installation.person("tom"))
    mine = await tab.ask("post_message", room=room, key=new_key(), text="x")
    answer = await tab.ask("remove_message", room=room, key=new_key(), message=mine["message"], reason="be\0cause")
    assert answer["type"] == "done" or answer["code"] == "bad_request"
