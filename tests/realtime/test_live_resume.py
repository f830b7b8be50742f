"""Coming back: what was missed is sent exactly, or the client is told to begin anew."""

import asyncio

from tests.harness.api import Api, new_key
from tests.harness.installation import Install, Installation
from tests.harness.live import OpenTab, Tab

pytest_plugins = ["tests.harness.live_fixtures"]


async def post(tab: Tab, room: str, *texts: str) -> int:
    """Post all of these without waiting for each other; gives the last seq."""
    numbers = [10_000 + place for place in range(len(texts))]
    seen = len(tab.frames)
    for number, text in zip(numbers, texts, strict=True):
        await tab.send({"type": "post_message", "id": number, "room": room, "key": new_key(), "text": text})
        if number % 50 == 0:
            await tab.answer(number, seen)
    seqs: list[int] = [(await tab.answer(number, seen))["seq"] for number in numbers]
    return max(seqs)


async def test_who_resumes_is_sent_exactly_what_was_missed(installation: Installation, tabs: OpenTab) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    reader = await tabs(installation.first, installation.person("daniel"), {room: head})
    author = await tabs(installation.last, installation.person("amara"))
    await reader.reach(room, await post(author, room, "one"))
    reader.drop()
    await reader.closed()
    last = await post(author, room, *(f"missed {nth}" for nth in range(40)))
    seen = len(reader.frames)
    await reader.resume(installation.last.url)
    await reader.reach(room, last)
    await reader.sync()
    assert [event["seq"] for event in reader.events(room, seen)] == list(range(head + 2, last + 1))
    assert not [frame for frame in reader.frames if frame["type"] == "reset"]


async def test_a_client_300_events_behind_is_caught_up_and_one_301_behind_begins_anew(
    installation: Installation, tabs: OpenTab
) -> None:
    room = installation.staffroom
    author = await tabs(installation.first, installation.person("amara"))
    head = await post(author, room, *(f"event {nth}" for nth in range(301)))
    near = await tabs(installation.last, installation.person("daniel"), {room: head - 300})
    await near.reach(room, head)
    assert near.copies[room].applied == list(range(head - 299, head + 1))
    far = await tabs(installation.last, installation.person("tom"), {room: head - 301})
    reset = await far.frame("reset")
    assert (reset["room"], reset["head"], reset["reason"]) == (room, head, "too_far")
    await far.reach(room, head)
    assert far.copies[room].applied == []
    await far.reach(room, await post(author, room, "afterwards"))
    assert far.copies[room].applied == [head + 1]


async def test_a_newcomer_who_subscribes_gets_what_there_is_and_then_what_comes(
    installation: Installation, tabs: OpenTab
) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    author = await tabs(installation.first, installation.person("amara"))
    last = await post(author, room, "a", "b", "c")
    tab = await tabs(installation.last, installation.person("daniel"))
    answer = await tab.subscribe(room, head)
    assert (answer["type"], answer["room"], answer["head"], answer["more"]) == ("subscribed", room, last, True)
    await tab.reach(room, last)
    assert (await tab.subscribe(room, last))["more"] is False
    await tab.reach(room, await post(author, room, "d"))
    assert tab.copies[room].applied == [head + 1, head + 2, head + 3, head + 4]


async def test_nothing_comes_any_more_after_unsubscribing(installation: Installation, tabs: OpenTab) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    author = await tabs(installation.first, installation.person("amara"), {room: head})
    tab = await tabs(installation.first, installation.person("daniel"), {room: head})
    assert (await tab.ask("unsubscribe", room=room))["type"] == "done"
    last = await post(author, room, "unheard")
    await author.reach(room, last)
    await tab.sync()
    assert tab.events(room) == []


async def test_unsubscribing_right_behind_subscribing_counts(installation: Installation, tabs: OpenTab) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    author = await tabs(installation.first, installation.person("amara"), {room: head})
    tab = await tabs(installation.first, installation.person("daniel"))
    await tab.send({"type": "subscribe", "id": 501, "room": room, "after": head})
    await tab.send({"type": "unsubscribe", "id": 502, "room": room})
    assert (await tab.answer(501))["type"] == "subscribed"
    last = await post(author, room, "unheard")
    await author.reach(room, last)
    await tab.sync()
    assert tab.events(room) == []


async def test_another_epoch_begins_every_room_anew(installation: Installation, tabs: OpenTab) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    tab = await tabs(installation.first, installation.person("daniel"), {room: head})
    tab.drop()
    await tab.closed()
    tab.epoch = "another"
    await tab.resume()
    assert (await tab.frame("reset"))["reason"] == "epoch"
    assert tab.epoch == (await tab.api.me())["epoch"]


async def test_a_client_that_is_ahead_of_the_log_begins_anew(installation: Installation, tabs: OpenTab) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    tab = await tabs(installation.first, installation.person("daniel"), {room: head + 7})
    reset = await tab.frame("reset")
    assert (reset["head"], reset["reason"]) == (head, "epoch")
    await tab.until(lambda tab: tab.copies[room].last == head)
    author = await tabs(installation.last, installation.person("amara"))
    await tab.reach(room, await post(author, room, "after all"))
    assert tab.copies[room].applied == [head + 1]


async def test_what_a_room_no_longer_keeps_is_told_as_retention(install: Install, tabs: OpenTab) -> None:
    here = install()
    room, me = here.staffroom, here.person("tom")
    tab = await tabs(here.first, me, {me.own_room: 0})
    head = await post(tab, room, *("." for _ in range(1000)))
    for seq in range(head - 999, head + 1):
        await tab.send({"type": "read", "room": room, "seq": seq})
        if seq % 50 == 0:
            await tab.ask("read", room=room, seq=seq)
    await tab.reach(me.own_room, 1000)
    floor = here.query(f"SELECT floor FROM room WHERE id = '{me.own_room}'")[0]["floor"]
    assert floor > 1
    assert min(row["seq"] for row in here.events(me.own_room)) == floor
    late = await tabs(here.last, me, {me.own_room: floor - 2})
    assert (await late.frame("reset"))["reason"] == "retention"
    async with Api(here.last.url, me.token) as api:
        assert (await api.events({me.own_room: floor - 2}))["reset"][0]["reason"] == "retention"
    in_time = await tabs(here.last, me, {me.own_room: max(floor - 1, here.head(me.own_room) - 300)})
    await in_time.reach(me.own_room, 1000)
    assert not [frame for frame in in_time.frames if frame["type"] == "reset"]


async def test_heads_in_pings_tell_of_an_event_that_never_came(install: Install, tabs: OpenTab) -> None:
    here = install(PING="0.2")
    room = here.staffroom
    author = await tabs(here.first, here.person("amara"))
    tab = await tabs(here.first, here.person("daniel"), {room: here.head(room)})
    last = await post(author, room, "lost on the way")
    await tab.reach(room, last)
    tab.copies[room].last -= 1  # as if it had not come
    seen = len(tab.frames)
    ping = await tab.frame("ping", seen)
    assert ping["heads"][room] == last
    await tab.reach(room, last)


async def test_the_welcome_tells_who_one_is_and_is_followed_by_a_ping(
    installation: Installation, tabs: OpenTab
) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    tab = await tabs(installation.first, installation.person("daniel"), {room: head})
    assert [frame["type"] for frame in tab.frames][:1] == ["welcome"]
    welcome = tab.frames[0]
    assert (welcome["person"]["id"], welcome["person"]["name"]) == (tab.who.person, "Daniel Price")
    assert (welcome["protocol"], welcome["limits"]["text"], welcome["limits"]["frame"]) == (1, 8000, 65536)
    assert (await tab.frame("ping"))["heads"] == {room: head}


async def test_people_on_different_doors_and_servers_read_the_same(installation: Installation, tabs: OpenTab) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    one = await tabs(installation.first, installation.person("amara"), {room: head})
    two = await tabs(installation.last, installation.person("daniel"), {room: head})
    polling = asyncio.create_task(two.api.events({room: head}))
    mine = await one.ask("post_message", room=room, key=new_key(), text="by socket")
    assert [event["seq"] for event in (await polling)["events"]] == [mine["seq"]]
    reply = await two.api.command("post_message", room=room, key=new_key(), text="by command", reply_to=mine["message"])
    assert await two.api.form("post_message", room, key=new_key(), text="by form") == 303
    last = head + 3
    await one.reach(room, last)
    await two.reach(room, last)
    assert one.copies[room] == two.copies[room]
    assert one.copies[room].messages[reply["message"]].reply_to == mine["message"]
    history = await one.api.history(room)
    assert history is not None
    assert [each["text"] for each in history[1][-3:]] == ["by socket", "by command", "by form"]
