"""At the door: only our own pages change anything, and a cookie finds its person, for HTTP and WebSockets alike."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from accounts.door import Door
from realtime.refusal import SENTENCES
from tests.serving import COOKIE, PASSWORD, Served, serving

HOST = "school.example"


async def passes(headers: list[tuple[str, str]], *, origins: frozenset[str] = frozenset(), **scope: Any) -> bool:
    """Whether a request with these headers reaches the application behind the door."""
    reached: list[Scope] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope)

    async def send(message: Any) -> None: ...

    async def receive() -> Any: ...

    door = Door(application, None, None, origins)  # type: ignore[arg-type] # nobody is signed in here
    given = [("host", HOST), *headers]
    asked = {"type": "http", "method": "POST", "scheme": "http", "path": "/", **scope}
    await door({**asked, "headers": [(name.encode(), value.encode()) for name, value in given]}, receive, send)
    return bool(reached)


@pytest.mark.parametrize(
    ("origin", "scheme", "welcome"),
    [
        (f"http://{HOST}", "http", True), (f"https://{HOST}", "https", True), (f"https://{HOST}", "wss", True),
        (f"http://{HOST}", "ws", True), (f"https://{HOST}", "http", False), (f"http://{HOST}", "https", False),
        (f"http://{HOST}:81", "http", False), ("http://evil.example", "http", False), ("null", "http", False),
        ("", "http", False), (f"http://{HOST}.evil.example", "http", False),
        (f"http://evil.example/{HOST}", "http", False),
        (f"http://user@{HOST}", "http", False), ("http://[", "http", False), (f"//{HOST}", "http", False),
        (f"file://{HOST}", "http", False), (HOST, "http", False), (f"http://{HOST} http://evil.example", "http", False),
    ],
)  # fmt: skip
async def test_an_origin_must_be_the_host_that_was_asked(origin: str, scheme: str, welcome: bool) -> None:
    kind = "websocket" if scheme.startswith("ws") else "http"
    assert await passes([("origin", origin)], scheme=scheme, type=kind) is welcome


async def test_whoever_sends_no_origin_is_no_browser_and_welcome() -> None:
    assert await passes([])


async def test_two_origins_are_refused_even_when_both_are_ours() -> None:
    ours = ("origin", f"http://{HOST}")
    assert not await passes([ours, ours])
    assert not await passes([ours, ("origin", "http://evil.example")])


async def test_a_port_is_part_of_an_origin() -> None:
    for asked, origin, welcome in (
        ("h:8000", "http://h:8000", True),
        ("h:8000", "http://h", False),
        ("h", "http://h:8000", False),
    ):
        found = await passes_with_host(asked, origin)
        assert found is welcome


async def passes_with_host(host: str, origin: str) -> bool:
    reached: list[Scope] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope)

    async def send(message: Any) -> None: ...

    async def receive() -> Any: ...

    headers = [(b"host", host.encode()), (b"origin", origin.encode())]
    scope = {"type": "http", "method": "POST", "scheme": "http", "path": "/", "headers": headers}
    await Door(application, None, None, frozenset())(scope, receive, send)  # type: ignore[arg-type] # nobody signed in
    return bool(reached)


async def test_a_list_of_origins_stands_instead_of_the_host() -> None:
    listed = frozenset({"https://corridor.example"})
    assert await passes([("origin", "https://corridor.example")], origins=listed)
    assert not await passes([("origin", f"http://{HOST}")], origins=listed)
    assert not await passes([("origin", "https://corridor.example:444")], origins=listed)
    assert await passes([], origins=listed)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "ANYTHING"])
async def test_every_method_that_may_change_something_is_judged(method: str) -> None:
    assert not await passes([("origin", "http://evil.example")], method=method)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_looking_is_not_judged(method: str) -> None:
    assert await passes([("origin", "http://evil.example")], method=method)


# The same at a real server.


@pytest.fixture(scope="module")
def listed() -> Iterator[Served]:
    with serving({"CORRIDOR_ORIGINS": "https://corridor.example, https://other.example"}) as running:
        yield running


def sign_in(client: httpx.Client, **headers: str) -> httpx.Response:
    who = {"school": "oakfield", "name": "amara", "password": PASSWORD}
    return client.post("/api/v1/sessions", json=who, headers=headers)


def test_another_site_cannot_sign_anybody_in_or_out(served: Served) -> None:
    with served.signed_in() as client:
        assert sign_in(client, Origin="https://evil.example").status_code == 403
        assert client.delete("/api/v1/sessions", headers={"Origin": "null"}).status_code == 403
        assert client.get("/api/v1/me").status_code == 200


def test_our_own_page_can(served: Served) -> None:
    with served.nobody() as client:
        assert sign_in(client, Origin=served.url).status_code == 201


def test_the_list_is_read_from_the_settings(listed: Served) -> None:
    with listed.nobody() as client:
        for origin in ("https://corridor.example", "https://other.example"):
            assert sign_in(client, Origin=origin).status_code == 201
        refused = sign_in(client, Origin=listed.url)
        assert refused.status_code == 403
        assert refused.json()["code"] == "forbidden"


async def refused_socket(url: str, **options: Any) -> int:
    with pytest.raises(InvalidStatus) as caught:
        async with connect(url, **options):
            pass
    return caught.value.response.status_code


async def test_a_socket_is_refused_before_it_is_accepted(served: Served) -> None:
    cookies = await asyncio.to_thread(served.cookies_of, "amara")
    cookie = {"Cookie": f"{COOKIE}={cookies[COOKIE]}"}
    assert await refused_socket(served.live_url) == 401
    assert await refused_socket(served.live_url, additional_headers={"Cookie": f"{COOKIE}=made-up"}) == 401
    assert await refused_socket(served.live_url, additional_headers=cookie, origin="http://evil.example") == 403
    two = [*cookie.items(), ("Origin", served.url), ("Origin", served.url)]
    assert await refused_socket(served.live_url, additional_headers=two) in (
        400,
        403,
    )  # by the handshake, or by the door
    async with connect(served.live_url, additional_headers=cookie, origin=served.url) as socket:  # type: ignore[arg-type]
        await socket.send('{"type":"hello","protocol":1}')
        assert '"welcome"' in str(await socket.recv())


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "ü", "' OR '1'='1", "a=b; c"])
def test_a_cookie_that_is_none_is_nobody(served: Served, token: str) -> None:
    with served.nobody() as client:
        answer = client.get("/api/v1/me", headers={b"Cookie": f"{COOKIE}={token}".encode()})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.json()["message"] == SENTENCES["unauthenticated"]
