"""Who polls hears that it has changed, also where that was between two of their requests."""

import asyncio
from typing import Any, cast

from starlette.requests import Request

from accounts.sessions import Actor
from config import DEFAULT_RATES, Settings
from realtime.hub import Hub
from realtime.limits import Limits
from rooms.opening.watching import Watching
from rooms.polling import LongPoll
from tests.rooms.opening.clock import LATER, OPENS, for_once, stand_still
from tests.rooms.opening.listening import server
from tests.rooms.stickies.people import class_of, thread
from tests.world import World, until


class Polling:
    """One device that polls a room."""

    def __init__(self, hub: Hub, actor: Actor, room: str, head: int) -> None:
        self._hub, self._actor, self._room = hub, actor, room
        self._long_poll = LongPoll(hub, Limits(DEFAULT_RATES, lambda: 0.0), Settings.from_environment(), "epoch")
        query = f"rooms={room}:{head}".encode()
        self._request = Request({"type": "http", "query_string": query, "headers": []})

    async def ask(self) -> "asyncio.Task[dict[str, Any]]":
        """A request that waits."""
        task = asyncio.create_task(self._long_poll.wait(self._request, self._actor))
        await until(lambda: bool(self._hub.followers(self._room)))
        return task

    async def cancel(self, task: "asyncio.Task[dict[str, Any]]") -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def polls(world: World) -> tuple[Any, Any, str, Watching, Polling]:
    clock = stand_still(world)
    here = await class_of(world)
    of = await thread(world, here.ava, here.ben)
    hub, watching = server(world)
    actor = await world.session(here.ava.person)
    return clock, here, of, watching, Polling(hub, actor, of, 0)


async def test_a_request_that_waits_is_answered_when_it_opens(world: World) -> None:
    clock, _, of, watching, polling = await polls(world)
    waiting = await polling.ask()
    await watching.look()
    await watching.look()
    assert not waiting.done()  # how it stood when it came the client knows
    clock.set(OPENS)
    await watching.look()
    answer = await waiting
    assert (answer["windows"], answer["events"], answer["reset"]) == ([of], [], [])
    again = await polling.ask()
    await watching.look()
    assert not again.done()
    await polling.cancel(again)


async def test_what_changed_between_two_requests_is_told_by_the_second(world: World) -> None:
    _, here, of, watching, polling = await polls(world)
    first = await polling.ask()
    await watching.look()
    await polling.cancel(first)
    await for_once(world, here.school, opens=True, since="2026-11-23T15:00:00+00:00", until=LATER)
    second = await polling.ask()
    await watching.look()
    assert (await second)["windows"] == [of]
    assert cast(Any, second.result())["heads"] == {of: 0}
