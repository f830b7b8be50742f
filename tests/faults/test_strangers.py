"""Those who may not: other sites, nobody in particular, other schools, people of other roles, ended sessions."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.harness.api import COOKIE, Api, SignIn, new_key
from tests.harness.bystander import unharmed
from tests.harness.installation import Installation, signed_in_again
from tests.harness.live import OpenTab, Place, Tab

pytest_plugins = ["tests.harness.live_fixtures"]

NOWHERE = "r000000000x"
AT_ONCE = 2.0  # seconds; the promise is one, and the machine may be busy
OUTSIDERS = ("colette", "harjit", "aisha")  # another school's head; a governor and a learner of this one


async def handshake(server: Place, *, cookie: str | None, origin: str | None = None) -> int:
    """The status that the server answers a WebSocket handshake with."""
    headers = {**({"Cookie": cookie} if cookie else {}), **({"Origin": origin} if origin else {})}
    address = f"{server.url.replace('http', 'ws', 1)}/live"
    try:
        async with connect(address, additional_headers=headers, compression=None, proxy=None):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


ORIGINS = {
    "another site": "https://evil.example",
    "another port": "http://127.0.0.1:1",
    "another scheme": "https://{host}",
    "nobody": "null",
    "a lookalike": "http://{host}.evil.example",
    "with a name before it": "http://{host}@evil.example",
    "nonsense": "http://[",
}


@pytest.mark.parametrize("origin", ORIGINS.values(), ids=ORIGINS)
async def test_another_sites_page_can_neither_connect_nor_change_anything(
    installation: Installation, tabs: OpenTab, origin: str
) -> None:
    server, amara = installation.first, installation.person("amara")
    given = origin.format(host=server.url.removeprefix("http://"))
    command = {"room": installation.staffroom, "key": new_key(), "text": "forged"}
    async with unharmed(installation, tabs), Api(server.url, amara.token, Origin=given) as page:
        assert await handshake(server, cookie=amara.cookie, origin=given) == 403
        answers = [
            await page.http.post("/api/v1/commands/post_message", json=command),
            await page.http.post("/forms/post_message", data=command),
            await page.http.delete("/api/v1/sessions"),
            await page.http.post("/sign-out", data={"everywhere": "true"}),
            await page.http.post("/api/v1/sessions", json={"school": "oakfield", "name": "tom", "password": "x"}),
        ]
        assert [answer.status_code for answer in answers] == [403] * 5
        assert {answer.json()["code"] for answer in answers} == {"forbidden"}


async def test_our_own_pages_may_connect_and_post(installation: Installation, tabs: OpenTab) -> None:
    server, amara = installation.first, installation.person("amara")
    assert await handshake(server, cookie=amara.cookie, origin=server.url) == 101
    async with Api(server.url, amara.token, Origin=server.url) as page:
        done = await page.command("post_message", room=installation.staffroom, key=new_key(), text="ours")
        assert done["repeat"] is False


@pytest.mark.parametrize("cookie", [None, f"{COOKIE}=forged", f"{COOKIE}=", f"{COOKIE}=" + "a" * 5000])
async def test_without_a_session_of_ours_nothing_is_shown_and_nothing_done(
    installation: Installation, tabs: OpenTab, cookie: str | None
) -> None:
    room = installation.staffroom
    async with unharmed(installation, tabs), Api(installation.first.url, Cookie=cookie or "a=b") as nobody:
        assert await handshake(installation.first, cookie=cookie) == 401
        answers = [
            await nobody.http.get("/api/v1/me"),
            await nobody.http.get(f"/api/v1/rooms/{room}/messages"),
            await nobody.http.get(f"/api/v1/rooms/{room}/members"),
            await nobody.http.get(f"/api/v1/events?rooms={room}:0"),
            await nobody.http.delete("/api/v1/sessions"),
            await nobody.http.post("/api/v1/commands/post_message", json={"room": room, "key": new_key(), "text": "?"}),
            await nobody.http.post("/forms/post_message", data={"room": room, "key": new_key(), "text": "?"}),
        ]
        assert [answer.status_code for answer in answers] == [401] * 7
        page = await nobody.http.get(f"/rooms/{room}", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, f"/sign-in?back=/rooms/{room}")


def commands(here: Installation) -> dict[str, dict[str, Any]]:
    """Every command with something real of the staffroom in it."""
    room, tom = here.staffroom, here.person("tom").person
    return {
        "post_message": {"text": "hello?", "reply_to": f"m1-{room}"},
        "edit_message": {"message": f"m1-{room}", "text": "mine now"},
        "remove_message": {"message": f"m1-{room}"},
        "add_member": {"person": tom},
        "remove_member": {"person": tom},
        "leave_room": {},
        "follow_group": {"group": "g0000000000"},
        "rename_room": {"name": "Mine"},
        "change_room": {"who_writes": "everyone"},
        "archive_room": {},
        "reopen_room": {},
        "set_subgroup": {"name": "Mine", "people": [tom]},
        "make_room": {"kind": "club", "name": "Mine"},
        "read": {"seq": 3},
        "typing": {},
    }


def keyed(name: str, room: str, fields: dict[str, Any]) -> dict[str, Any]:
    key = {} if name in ("read", "typing") else {"key": "0b8c5d4e-7a51-4f0e-9d3c-1f2e3d4c5b6a"}
    return {"room": room, **key, **fields}


@pytest.mark.parametrize("name", OUTSIDERS)
async def test_a_room_that_one_may_not_see_answers_by_http_as_one_that_never_was(
    installation: Installation, tabs: OpenTab, name: str
) -> None:
    room = installation.staffroom
    async with unharmed(installation, tabs), Api(installation.last.url, installation.person(name).token) as outsider:
        for path in ("/api/v1/rooms/{}/messages", "/api/v1/rooms/{}/members", "/rooms/{}", "/api/v1/events?rooms={}:3"):
            accept = "text/html" if path.startswith("/rooms") else "application/json"
            real, unreal = [
                await outsider.http.get(path.format(each), headers={"Accept": accept}) for each in (room, NOWHERE)
            ]
            assert real.status_code == (200 if "events" in path else 404)
            assert (real.status_code, real.text.replace(room, NOWHERE)) == (unreal.status_code, unreal.text)
        for command, fields in commands(installation).items():
            real, unreal = [
                await outsider.http.post(f"/api/v1/commands/{command}", json=keyed(command, each, fields))
                for each in (room, NOWHERE)
            ]
            assert (real.status_code, real.json()["code"]) == (404, "not_found")
            assert (real.status_code, real.text) == (unreal.status_code, unreal.text)
        assert room not in str(await outsider.me())


@pytest.mark.parametrize("name", OUTSIDERS)
async def test_a_room_that_one_may_not_see_answers_on_the_socket_as_one_that_never_was(
    installation: Installation, tabs: OpenTab, name: str
) -> None:
    room = installation.staffroom
    async with unharmed(installation, tabs):
        tab = await tabs(installation.first, installation.person(name), {room: 3, NOWHERE: 3})
        resets = [frame for frame in tab.frames if frame["type"] == "reset"]
        resets += [await tab.frame("reset")] if not resets else []
        await tab.sync()
        told = {frame["room"]: {**frame, "room": ""} for frame in tab.frames if frame["type"] == "reset"}
        assert told[room] == told[NOWHERE]
        assert told[room]["reason"] == "access"
        for command, fields in {**commands(installation), "subscribe": {"after": 2}}.items():
            asked = [keyed(command, each, fields) for each in (room, NOWHERE)]
            if command == "subscribe":
                asked = [{"room": each, "after": 2} for each in (room, NOWHERE)]
            real, unreal = [await tab.ask(command, **fields) for fields in asked]
            assert real["code"] == "not_found"
            assert without_id(real, room) == without_id(unreal, NOWHERE)
        await tab.sync()
        assert not [frame for frame in tab.frames if frame["type"] in ("event", "passing")]
        assert (await tab.frame("ping"))["heads"] == {}


def without_id(frame: dict[str, Any], room: str) -> dict[str, Any]:
    return {name: value for name, value in frame.items() if name != "id" and value != room}


async def test_a_form_for_a_room_that_one_may_not_see_is_answered_as_for_one_that_never_was(
    installation: Installation, tabs: OpenTab
) -> None:
    colette = installation.person("colette")
    own = await first_room(installation, colette)
    async with unharmed(installation, tabs), Api(installation.first.url, colette.token) as outsider:
        page = await outsider.http.get(f"/rooms/{own}", headers={"Accept": "text/html"})
        csrf = page.text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
        answers = [
            await outsider.http.post(
                "/forms/post_message", headers={"Accept": "text/html"},
                data={"csrf": csrf, "room": room, "key": new_key(), "text": "hello?"},
            )
            for room in (installation.staffroom, NOWHERE)
        ]  # fmt: skip
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text.replace(installation.staffroom, NOWHERE) == answers[1].text


async def test_a_form_without_its_token_does_nothing(installation: Installation, tabs: OpenTab) -> None:
    tom = installation.person("tom")
    async with unharmed(installation, tabs), Api(installation.first.url, tom.token) as api:
        for csrf in ("", "0" * 64, "é"):
            fields = {"csrf": csrf, "room": installation.staffroom, "key": new_key(), "text": "forged"}
            answer = await api.http.post("/forms/post_message", data=fields, headers={"Accept": "text/html"})
            assert answer.status_code == 403


async def first_room(here: Installation, who: SignIn) -> str:
    async with Api(here.first.url, who.token) as api:
        return str((await api.me())["rooms"][0]["id"])


async def test_whoever_signs_out_elsewhere_is_disconnected_at_once_on_every_server(
    installation: Installation, tabs: OpenTab
) -> None:
    tom = await signed_in_again(installation.first.url, installation.person("tom"))
    room, head = installation.staffroom, installation.head(installation.staffroom)
    mine = [await tabs(server, tom, {room: head}) for server in installation.servers]
    other_device = await tabs(installation.last, installation.person("tom"), {room: head})
    polling = asyncio.create_task(mine[0].api.events({room: head}))
    await mine[0].sync()
    async with Api(installation.last.url, tom.token) as api:
        await api.sign_out()
    for tab in mine:
        assert await tab.closed(AT_ONCE) == 4503
        assert tab.frames[-1] == {"type": "bye", "code": 4503, "reason": "session_ended"}
    assert (await polling).get("code") in ("unauthenticated", None)
    assert await handshake(installation.first, cookie=tom.cookie) == 401
    await other_device.sync()
    assert other_device.connected


async def test_signing_out_everywhere_ends_every_session_of_that_person_only(
    installation: Installation, tabs: OpenTab
) -> None:
    leila = [await signed_in_again(installation.first.url, installation.person("leila")) for _ in range(3)]
    room, head = installation.staffroom, installation.head(installation.staffroom)
    places = [installation.first, installation.last, installation.first]
    mine = [await tabs(server, who, {room: head}) for server, who in zip(places, leila, strict=True)]
    other = await tabs(installation.first, installation.person("daniel"), {room: head})
    async with Api(installation.last.url, leila[1].token) as api:
        await api.sign_out(everywhere=True)
    assert [await tab.closed(AT_ONCE) for tab in mine] == [4503] * 3
    for who in leila:
        assert await handshake(installation.last, cookie=who.cookie) == 401
    await other.sync()
    assert other.connected
    again = await signed_in_again(installation.last.url, leila[0])
    assert (await (await tabs(installation.first, again)).api.me())["person"]["id"] == again.person


async def test_an_ended_session_can_do_nothing_in_the_time_until_it_is_disconnected(
    installation: Installation, tabs: OpenTab
) -> None:
    tom = await signed_in_again(installation.first.url, installation.person("tom"))
    tab = await tabs(installation.first, tom)
    async with Api(installation.last.url, tom.token) as api:
        await asyncio.gather(api.sign_out(), insist(tab, installation.staffroom))
    assert await tab.closed(AT_ONCE) == 4503
    ended = installation.query(
        f"SELECT ended_ms FROM session WHERE person_id = '{tom.person}' AND ended_ms IS NOT NULL ORDER BY ended_ms DESC"
    )[0]["ended_ms"]
    later = installation.query(
        f"SELECT count(*) AS rows FROM event WHERE author_id = '{tom.person}' AND kind = 'message_posted'"
        f" AND at_ms > {ended + 1000}"
    )
    assert later == [{"rows": 0}]


async def insist(tab: Tab, room: str) -> None:
    """Post until the connection ends."""
    with suppress(ConnectionError, ConnectionClosed):
        while tab.connected:
            answer = await tab.ask("post_message", room=room, key=new_key(), text="one more")
            assert answer["type"] == "done" or answer["code"] == "unauthenticated"


async def test_many_sign_ins_of_one_person_at_the_same_moment_all_succeed(installation: Installation) -> None:
    megan = installation.person("megan")
    places = [installation.servers[nth % len(installation.servers)].url for nth in range(4)]
    made = await asyncio.gather(*(signed_in_again(place, megan) for place in places))
    assert len({each.token for each in made}) == 4
