"""Two connections to Redis, one that speaks and one that listens, made and given up together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

from redis.asyncio.connection import ConnectionPool, parse_url


class LinkLostError(ConnectionError):
    """The link is no longer what it should be, though its connections may stand."""


class Connection(Protocol):
    """What is used of redis-py's connection; its own signatures are only partly typed."""

    async def connect(self) -> None: ...
    async def send_command(self, *words: str | bytes) -> None: ...
    async def read_response(self) -> Any: ...
    async def disconnect(self, nowait: bool = False) -> None: ...


class Link:
    """A subscription to `channel` and a way to publish there. It never reconnects: whoever made it makes another.

    redis-py's own `PubSub` is not used, because it resubscribes without saying so, and what was published meanwhile
    is missed by a listener that never knew.
    """

    def __init__(self, speaker: Connection, listener: Connection, channel: str, within: float) -> None:
        self._speaker = speaker
        self._listener = listener
        self._channel = channel
        self._within = within

    async def publish(self, message: bytes) -> None:
        """Return when Redis has taken it; whether anybody heard it is another matter. One call at a time."""
        async with asyncio.timeout(self._within):
            await self._speaker.send_command("PUBLISH", self._channel, message)
            await self._speaker.read_response()

    async def messages(self) -> AsyncIterator[bytes]:
        while True:
            match await self._listener.read_response():
                case [b"message", _, bytes(message)]:
                    yield message
                case [bytes(other), *_]:
                    raise LinkLostError(f"Redis says '{other.decode(errors='replace')}' on the subscription")
                case _:
                    raise LinkLostError("Redis answers the subscription with something else")


def connections(url: str, within: float) -> Callable[[], Connection]:
    """What makes connections to the Redis at `url` (redis://, rediss:// or unix://)."""
    ours: dict[str, Any] = {
        "protocol": 2,  # in RESP3 messages come as pushes, which redis-py hands to a callback instead of the reader
        "socket_timeout": None,  # a listener may be silent; every exchange has its own limit here
        "socket_connect_timeout": within,
        "health_check_interval": 0,
        "retry": None,
    }
    # TCP keepalive (idle 30 s, 3 probes 5 s apart) is on in redis-py unless it is told otherwise
    pool: Any = ConnectionPool(**{**parse_url(url), **ours})
    make: Callable[[], Connection] = pool.make_connection
    return make


@asynccontextmanager
async def open_link(make: Callable[[], Connection], channel: str, within: float) -> AsyncIterator[Link]:
    """A link that is subscribed. Raises RedisError, OSError or TimeoutError (`within` seconds) when there is none."""
    speaker, listener = make(), make()
    try:
        async with asyncio.timeout(within):
            await speaker.connect()
            await listener.connect()
            await listener.send_command("SUBSCRIBE", channel)
            match await listener.read_response():
                case [b"subscribe", *_]:
                    pass
                case _:
                    raise LinkLostError("Redis does not confirm the subscription")
        yield Link(speaker, listener, channel, within)
    finally:
        await speaker.disconnect(nowait=True)
        await listener.disconnect(nowait=True)
