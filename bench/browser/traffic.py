"""Bytes between a page and its server. Sizes are those on the way: packed if they are packed, with their headers."""

from collections.abc import Iterable
from typing import Final

from playwright.sync_api import BrowserContext, Page, Request, WebSocket

SETTLED_MS: Final = 3000  # what the page still does after it has loaded is not its rest
CONNECTED_MS: Final = 30_000
_SMALL, _MIDDLE = 126, 65_536


def weigh(context: BrowserContext, url: str) -> dict[str, float]:
    """Open a page that nothing is kept of yet: bytes of its scripts in all, and of its HTML."""
    requests: list[Request] = []
    _hear(context, requests)
    page = context.new_page()
    page.goto(url, wait_until="load")
    page.wait_for_timeout(SETTLED_MS)
    scripts = {each.url: _received(each) for each in requests if each.resource_type == "script"}
    html = sum(_received(each) for each in requests if each.resource_type == "document")
    page.close()
    if not scripts or not html:
        raise RuntimeError(f"{url} came without a script or without a page")
    return {"script": sum(scripts.values()), "html": html, "scripts": len(scripts)}


def rest(page: Page, url: str, seconds: float) -> dict[str, float]:
    """Open a page and leave it alone: what comes and goes in so many seconds, as bytes and frames a minute."""
    frames: list[tuple[int, bool]] = []
    requests: list[Request] = []
    page.on("websocket", lambda socket: _listen(socket, frames))
    with page.expect_websocket(timeout=CONNECTED_MS) as connecting:
        page.goto(url, wait_until="load")
    page.wait_for_timeout(SETTLED_MS)
    _hear(page.context, requests)
    frames.clear()
    page.wait_for_timeout(seconds * 1000)
    if connecting.value.is_closed() or not frames:
        raise RuntimeError(f"{url} lost its connection while it was at rest, or never had one")
    minutes = seconds / 60
    spent = frames_bytes(frames) + sum(_both_ways(each) for each in requests)
    return {"bytes": spent / minutes, "frames": len(frames) / minutes, "requests": len(requests) / minutes}


def frames_bytes(frames: Iterable[tuple[int, bool]]) -> int:
    """Frames of a WebSocket on the wire: (bytes of payload, from the browser), with heads as in RFC 6455, 5.2."""
    return sum(length + _head(length) + (4 if sent else 0) for length, sent in frames)


def _hear(context: BrowserContext, requests: list[Request]) -> None:
    def keep(request: Request) -> None:
        requests.append(request)

    context.on("requestfinished", keep)


def _head(length: int) -> int:
    return 2 if length < _SMALL else 4 if length < _MIDDLE else 10


def _listen(socket: WebSocket, frames: list[tuple[int, bool]]) -> None:
    socket.on("framesent", lambda payload: frames.append((_length(payload), True)))
    socket.on("framereceived", lambda payload: frames.append((_length(payload), False)))


def _length(payload: str | bytes) -> int:
    return len(payload.encode() if isinstance(payload, str) else payload)


def _received(request: Request) -> int:
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def _both_ways(request: Request) -> int:
    sizes = request.sizes()
    return _received(request) + sizes["requestBodySize"] + sizes["requestHeadersSize"]
