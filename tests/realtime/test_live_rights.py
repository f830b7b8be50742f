"""Rights that end while people are connected: by a change of policy, by the clock."""

import re
import time

from realtime.protocol import CloseCode
from tests.harness.api import Api, SignIn, new_key
from tests.harness.installation import Installation
from tests.harness.live import OpenTab, Tab

pytest_plugins = ["tests.harness.live_fixtures"]

RULE = "staff_meet_in_the_staffroom"
PAGE = {"Accept": "text/html"}


async def policy(installation: Installation, act: str, **fields: object) -> None:
    """Send the form of the policy's page as the head teacher."""
    async with Api(installation.first.url, installation.person("amara").token) as api:
        page = await api.http.get("/administration/policy", headers=PAGE)
        csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert csrf is not None, page.text
        form = {"csrf": csrf[1], **fields}
        done = await api.http.post(f"/administration/policy/{RULE}/{act}", data=form, headers=PAGE)
        assert done.status_code == 303, done.text


async def test_who_loses_a_right_by_policy_stops_receiving_on_every_server(
    installation: Installation, tabs: OpenTab
) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    sandra, amara = installation.person("sandra"), installation.person("amara")
    near = await tabs(installation.first, sandra, {room: head})
    far = await tabs(installation.last, sandra, {room: head})
    staying = await tabs(installation.last, amara, {room: head})
    others = ["head", "deputy", "ict_coordinator", "dsl", "teacher", "ta", "cover_teacher", "head_of_year"]
    await policy(installation, "keep", place="staffroom", who=others, verbs=["read", "write", "presence"])
    try:
        for tab in (near, far):
            assert (await tab.frame("reset"))["reason"] == "access"
        said = await staying.ask("post_message", room=room, key=new_key(), text="not for the office")
        assert said["type"] == "done"
        await staying.reach(room, said["seq"])
        for tab in (near, far):
            await tab.sync()
            assert "not for the office" not in str(tab.frames)
            assert (await tab.ask("post_message", room=room, key=new_key(), text="let me in"))["code"] == "not_found"
            assert (await tab.ask("subscribe", room=room, after=0))["code"] == "not_found"
            assert tab.connected
    finally:
        await policy(installation, "restore")
    await near.subscribe(room, head)
    await near.reach(room, said["seq"])


def soon() -> int:
    return int(time.time() * 1000) + 700


async def test_at_the_moment_an_account_ends_its_connections_close(installation: Installation, tabs: OpenTab) -> None:
    leaver = installation.person("harjit")
    near, far = await open_both(installation, tabs, leaver)
    installation.execute(f"UPDATE person SET off_ms = {soon()} WHERE id = '{leaver.person}'")
    try:
        assert await near.closed() == CloseCode.ACCESS_REMOVED
        assert await far.closed() == CloseCode.ACCESS_REMOVED
        async with Api(installation.last.url, leaver.token) as api:
            assert (await api.http.get("/api/v1/me")).status_code == 401
            again = {"school": leaver.school, "name": leaver.name, "password": leaver.password}
            assert (await api.http.post("/api/v1/sessions", json=again)).status_code == 401
    finally:
        installation.execute(f"UPDATE person SET off_ms = NULL WHERE id = '{leaver.person}'")


async def open_both(installation: Installation, tabs: OpenTab, who: SignIn) -> tuple[Tab, Tab]:
    return (
        await tabs(installation.first, who, {who.own_room: 0}), await tabs(installation.last, who, {who.own_room: 0})
    )  # fmt: skip


async def test_at_the_moment_a_seat_ends_nothing_more_arrives(installation: Installation, tabs: OpenTab) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    megan = installation.person("megan")
    near, far = await tabs(installation.first, megan, {room: head}), await tabs(installation.last, megan, {room: head})
    seat = f"WHERE room_id = '{room}' AND person_id = '{megan.person}'"
    installation.execute(f"UPDATE member SET until_ms = {soon()} {seat}")
    try:
        for tab in (near, far):
            assert (await tab.frame("reset"))["reason"] == "access"
            assert (await tab.ask("post_message", room=room, key=new_key(), text="still?"))["code"] == "not_found"
    finally:
        installation.execute(f"UPDATE member SET until_ms = NULL {seat}")


async def test_who_has_left_reads_and_writes_no_more(installation: Installation, tabs: OpenTab) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    yusuf = installation.person("owen")
    tab = await tabs(installation.first, yusuf, {room: head})
    installation.execute(f"UPDATE person SET left_ms = 1 WHERE id = '{yusuf.person}'")
    try:
        assert (await tab.ask("post_message", room=room, key=new_key(), text="one more"))["code"] == "forbidden"
        assert (await tab.subscribe(room, head))["head"] == head
    finally:
        installation.execute(f"UPDATE person SET left_ms = NULL WHERE id = '{yusuf.person}'")
