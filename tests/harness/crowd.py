"""People who do all that can be done, at every door, of servers that may be gone at any moment."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from tests.harness.api import Api, SignIn, new_key
from tests.harness.copies import Copy, Frame
from tests.harness.corridor import CorridorServer
from tests.harness.installation import Installation, signed_in_again
from tests.harness.live import Tab

LEADER = "amara"  # lets people in and out, and is never taken out herself
OTHERS = ("daniel", "tom", "leila")
DOORS = ("socket", "command", "form")
LOST = (ConnectionError, ConnectionClosed, OSError, httpx.HTTPError, ValueError, TimeoutError)


Scene = list[tuple[str, str, str]]  # who does what at which door


def scene(least: int) -> st.SearchStrategy[Scene]:
    """Things that are done at the same moment."""
    acts = ("post_message", "post_message", "edit_message", "remove_message")
    person = st.sampled_from((LEADER, *OTHERS))
    return st.lists(st.tuples(person, st.sampled_from(acts), st.sampled_from(DOORS)), min_size=least, max_size=12)


@dataclass
class Act:
    """A keyed command that somebody wants done; `done` is its answer, once it is known."""

    who: str
    name: str
    fields: dict[str, Any]
    key: str = field(default_factory=new_key)
    done: Frame | None = None
    refused: str = ""
    sent: int = 0


@dataclass
class Somebody:
    """A person with a tab, a long poll's copy, and their own idea of where the servers are."""

    who: SignIn
    tab: Tab
    polled: Copy = field(default_factory=Copy)
    place: int = 0
    removed_at: int | None = None


class Crowd:
    """Four people in the staffroom, what they hold, and everything that they have asked for."""

    def __init__(self, here: Installation) -> None:
        self.here = here
        self.room = here.staffroom
        self.start = here.head(self.room)
        self.acts: list[Act] = []
        self.people: dict[str, Somebody] = {}
        self._words = 0

    async def gather(self) -> None:
        """Everybody opens a tab, on the servers in turn."""
        for nth, name in enumerate((LEADER, *OTHERS)):
            who, place = self.here.person(name), nth % len(self.here.servers)
            tab = Tab(self.here.servers[place].url, who, {self.room: self.start})
            self.people[name] = Somebody(who, await tab.open(), Copy(self.start), place)

    def text(self) -> str:
        self._words += 1
        return f"<{self._words}>"

    def standing(self, author: str | None = None) -> list[str]:
        """Messages that may be answered, changed or removed; some may be gone already, which is refused."""
        posts = [act for act in self.acts if act.name == "post_message" and act.done is not None]
        chosen = [act for act in posts if author in (None, act.who)] or posts
        return [act.done["message"] for act in chosen if act.done is not None] or [f"m1-{self.room}"]

    def removed(self) -> list[str]:
        """Every text of every message that was removed."""
        done = [act for act in self.acts if act.done]
        gone = {act.fields["message"] for act in done if act.name == "remove_message"}
        said = [act for act in done if act.name in ("post_message", "edit_message")]
        return [act.fields["text"] for act in said if act.done and act.done["message"] in gone]

    def as_read(self, row: dict[str, Any]) -> tuple[str, str, str | None, bool]:
        if row["removed_ms"] is not None:
            return row["author_id"], "", None, True
        return row["author_id"], row["text"], row["reply_to"], False

    def made(self, who: str, name: str) -> Act:
        """One of the simplest kind: about the latest of one's own messages, where it is about one."""
        if name == "post_message":
            return Act(who, name, {"text": self.text()})
        fields = {"message": self.standing(who)[-1]}
        return Act(who, name, {**fields, "text": self.text()} if name == "edit_message" else fields)

    async def together(self, acts: list[tuple[Act, str]], killed: int | None) -> None:
        work = [quietly(self.attempt(act, door)) for act, door in acts]
        if killed is not None:
            work.append(self._kill(self.here.servers[killed % len(self.here.servers)]))
        await asyncio.gather(*work)

    async def _kill(self, server: CorridorServer) -> None:
        await asyncio.to_thread(server.kill9)

    async def attempt(self, act: Act, door: str) -> None:
        """Through a door; a form's answer has no seq, so it is asked for by sending the command again."""
        act.sent += 1 + (door == "form")
        person, fields = self.people[act.who], {"room": self.room, "key": act.key, **act.fields}
        if door == "socket":
            answer = await person.tab.ask(act.name, **fields)
        else:
            if door == "form":
                await self.api(person, lambda api: api.form(act.name, **fields))
            answer = await self.api(person, lambda api: api.command(act.name, **fields))
        if "seq" in answer:
            act.done = {name: value for name, value in answer.items() if name not in ("type", "id")}
        elif answer["code"] not in ("unavailable", "unauthenticated", "rate_limited"):
            act.refused = answer["code"]

    async def api(self, person: Somebody, ask: Callable[[Api], Any]) -> Any:
        async with Api(self.here.servers[person.place].url, person.who.token) as api:
            return await ask(api)

    async def send_off(self, name: str, acts: list[Act]) -> None:
        for number, act in enumerate(acts, 1_000_000 + self._words * 100):
            act.sent += 1
            with suppress(*LOST):
                await self.people[name].tab.send(
                    {"type": act.name, "id": number, "room": self.room, "key": act.key, **act.fields}
                )

    async def poll(self, person: Somebody) -> None:
        answer = await self.api(person, lambda api: api.events({self.room: person.polled.last}))
        for event in answer["events"]:
            assert person.removed_at is None or event["seq"] < person.removed_at
            assert person.polled.receive(event) == "applied"
        if "too_far" in [reset["reason"] for reset in answer["reset"]]:
            person.polled.replace(*await self.api(person, lambda api: api.history(self.room)))

    async def drop(self, tab: Tab) -> None:
        if tab.connected:
            tab.drop()
            await tab.closed()

    async def resume(self, person: Somebody) -> None:
        """Connect again, unless the connection is well."""
        if person.tab.connected:
            with suppress(*LOST):
                await person.tab.sync()
                return
            await person.tab.closed()
        await person.tab.resume(self.here.servers[person.place].url)

    async def sign_out_and_in(self, person: Somebody) -> None:
        """The tab's connection ends with the session; its copies live on."""
        await self.api(person, lambda api: api.sign_out())
        if person.tab.connected:
            assert await person.tab.closed() in (4503, 1006)
        await self.sign_in_if_need_be(person)

    async def sign_in_if_need_be(self, person: Somebody) -> None:
        told = await self.api(person, lambda api: api.me())
        if "person" not in told:
            person.who = await signed_in_again(self.here.servers[person.place].url, person.who)
            await person.tab.become(person.who)

    async def nothing_after_removal(self, person: Somebody) -> None:
        """All that the server has sent so far ends before the removal."""
        with suppress(*LOST):
            await person.tab.sync()
        assert person.removed_at is not None
        later = [event for event in person.tab.events(self.room) if event["seq"] >= person.removed_at]
        assert later == []

    async def leave(self) -> None:
        for person in self.people.values():
            with suppress(*LOST):
                await person.tab.close()


async def quietly(work: Awaitable[object]) -> None:
    """Servers are killed here: whatever has no answer has none yet."""
    with suppress(*LOST):
        await work
