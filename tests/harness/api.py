"""The HTTP doors as a client uses them: sign-in, commands, forms, pages, long poll."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from tests.harness.copies import Frame

COOKIE = "corridor_session"


@dataclass(frozen=True)
class SignIn:
    """A person who is signed in. `staffroom` is empty for whoever has none."""

    school: str
    name: str
    password: str
    role: str
    person: str
    staffroom: str
    token: str = ""

    @property
    def own_room(self) -> str:
        return "u" + self.person[1:]

    @property
    def cookie(self) -> str:
        return f"{COOKIE}={self.token}"


class Api:
    """One person's HTTP requests to one server."""

    def __init__(self, url: str, token: str | None = None, **headers: str) -> None:
        cookie = {} if token is None else {"Cookie": f"{COOKIE}={token}"}
        self.http = httpx.AsyncClient(
            base_url=url, headers={**cookie, **headers}, timeout=30, trust_env=False, verify=False
        )

    async def sign_in(self, school: str, name: str, password: str) -> str:
        """A new session's token."""
        made = await self.http.post("/api/v1/sessions", json={"school": school, "name": name, "password": password})
        assert made.status_code == 201, made.text
        return str(made.cookies[COOKIE])

    async def sign_out(self, *, everywhere: bool = False) -> None:
        gone = await self.http.delete("/api/v1/sessions", params={"everywhere": "true"} if everywhere else {})
        assert gone.status_code == 204, gone.text

    async def command(self, name: str, /, **fields: Any) -> Frame:
        """The answer, which is `done`'s fields or an error with its `code`."""
        answer: Frame = (await self.http.post(f"/api/v1/commands/{name}", json=fields)).json()
        return answer

    async def form(self, name: str, room: str, **fields: str) -> int:
        """Send a form as the room's page would; gives the status: 303 when it is done."""
        page = await self.http.get(f"/rooms/{room}", headers={"Accept": "text/html"})
        csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
        if csrf is None:
            return page.status_code
        given = {"csrf": csrf[1], "room": room, "back": f"/rooms/{room}", **fields}
        return (await self.http.post(f"/forms/{name}", data=given, headers={"Accept": "text/html"})).status_code

    async def me(self) -> Frame:
        answer: Frame = (await self.http.get("/api/v1/me")).json()
        return answer

    async def events(self, rooms: Mapping[str, int]) -> Frame:
        """One long poll."""
        asked = ",".join(f"{room}:{seq}" for room, seq in rooms.items())
        answer: Frame = (await self.http.get("/api/v1/events", params={"rooms": asked})).json()
        return answer

    async def history(self, room: str) -> tuple[int, list[Frame]] | None:
        """All of a room's messages, and the seq that was read before them; None if there is no such room for us."""
        found: list[Frame] = []
        before: dict[str, int] = {}
        seq = None
        while True:
            page = await self.http.get(f"/api/v1/rooms/{room}/messages", params={"limit": 100, **before})
            if page.status_code != 200:
                return None
            answer = page.json()
            seq = answer["seq"] if seq is None else seq
            found = [*answer["messages"], *found]
            if not answer["more"]:
                return seq, found
            before = {"before": found[0]["seq"]}

    async def close(self) -> None:
        await self.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        await self.close()


def new_key() -> str:
    return str(uuid4())
