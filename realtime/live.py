"""The WebSocket endpoint, and the watch that is kept over all connections."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

import structlog
from starlette.websockets import WebSocket

from realtime import protocol
from realtime.connection import Caller, Connection, Desk
from realtime.hub import Hub
from realtime.limits import Limits
from realtime.protocol import CloseCode
from realtime.wire import EXTENSION, Wire

log = structlog.get_logger()

TICK: Final = 1.0


async def serve(websocket: WebSocket, desk: Desk, caller: Caller) -> None:
    """Accept a signed-in person's WebSocket and hand it to a Connection; returns at once."""
    wire: Wire = websocket.scope["extensions"][EXTENSION]["wire"]
    await websocket.accept()
    code = _unwelcome(desk.hub, desk.limits, caller)
    if code is not None:
        wire.take(lambda _: None)
        retry_ms = 4000 if code < protocol.CloseCode.PROTOCOL else None
        wire.end(code, protocol.REASONS[code], protocol.bye(code, retry_ms))
        return
    Connection(desk, wire, caller).start()


def _unwelcome(hub: Hub, limits: Limits, caller: Caller) -> int | None:
    if hub.draining:
        return CloseCode.RESTART
    if hub.sockets_of(caller.person) >= limits.rates["sockets"].burst:
        return CloseCode.TOO_MANY
    return CloseCode.RESYNC if limits.wait("connects", caller.person) else None


async def keep_watch(hub: Hub, poll: float, session_check: float) -> None:
    """Tend all connections every second; compare heads and check sessions at their own pace. Runs until cancelled."""
    await asyncio.gather(_every(poll, hub.poll), _every(session_check, hub.check_sessions), _tend(hub))


async def _tend(hub: Hub) -> None:
    while True:
        await asyncio.sleep(TICK)
        now = monotonic()
        for member in list(hub.members):
            member.tend(now)


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception:
            log.exception("a regular check failed")  # the next one may succeed
