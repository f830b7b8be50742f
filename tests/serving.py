"""A real server on the demonstration schools, which are made once a run and copied, with room for busy tests."""

import asyncio
import atexit
import functools
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.harness import CorridorServer, corridor

NO_LIMITS = " ".join(
    f"{name}=100000/100000"
    for name in ("posts", "acts", "typing", "reads", "subscribes", "frames", "connects", "polls", "searches", "sockets")
)
PASSWORD = "corridor-demo"
PAGE = {"Accept": "text/html"}
COOKIE = "corridor_session"


@functools.cache
def demo_data() -> tuple[Path, list[dict[str, Any]]]:
    """A data folder with the demonstration schools, and their sign-ins; copied, never used."""
    folder = Path(tempfile.mkdtemp(prefix="corridor-demo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder, json.loads(corridor("demo", "--json", data=folder))


class Served(CorridorServer):
    """A server with the demonstration schools in its data folder."""

    def __init__(self, data: Path, sign_ins: list[dict[str, Any]], env: Mapping[str, str]) -> None:
        super().__init__(data, {"CORRIDOR_LIMITS": NO_LIMITS, "CORRIDOR_PRESENCE_QUIET": "0", **env})
        self.sign_ins = sign_ins

    def who(self, name: str, school: str = "oakfield") -> dict[str, Any]:
        return next(each for each in self.sign_ins if (each["school"], each["name"]) == (school, name))

    def staffroom(self, school: str = "oakfield") -> str:
        room: str = next(each["rooms"]["staffroom"] for each in self.sign_ins if each["school"] == school)
        return room

    def nobody(self, **options: Any) -> httpx.Client:
        """A client that is not signed in."""
        return httpx.Client(base_url=self.url, timeout=30, **options)

    def cookies_of(self, name: str, school: str = "oakfield") -> dict[str, str]:
        """The cookies of a new session."""
        with self.nobody() as client:
            answer = client.post("/api/v1/sessions", json={"school": school, "name": name, "password": PASSWORD})
            assert answer.status_code == 201, answer.text
            return dict(client.cookies)

    def signed_in(self, name: str = "amara", school: str = "oakfield") -> httpx.Client:
        """A client with a session of its own."""
        return self.nobody(cookies=self.cookies_of(name, school))

    async def signed_in_async(self, name: str = "amara", school: str = "oakfield") -> httpx.AsyncClient:
        cookies = await asyncio.to_thread(self.cookies_of, name, school)
        return httpx.AsyncClient(base_url=self.url, timeout=30, cookies=cookies)


@contextmanager
def serving(env: Mapping[str, str] | None = None) -> Iterator[Served]:
    source, sign_ins = demo_data()
    with tempfile.TemporaryDirectory(prefix="corridor-") as folder:
        data = Path(folder) / "data"
        shutil.copytree(source, data)
        with Served(data, sign_ins, env or {}) as server:
            yield server


def post(client: httpx.Client, room: str, text: str = "Good morning", **more: Any) -> dict[str, Any]:
    """Write a message; gives the fields of `done`."""
    answer = client.post(
        "/api/v1/commands/post_message", json={"room": room, "key": str(uuid4()), "text": text, **more}
    )
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of the page's first form that has it."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)
    assert found is not None, f"no field {name}"
    return found[1]
