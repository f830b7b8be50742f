"""What somebody missed: from the newest frames kept in memory, else from the log, which is then read once for all."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from realtime.protocol import CATCH_UP_LIMIT, Event
from realtime.watch import Subscription, View, Watch, frame_of

AT_LEAST = 64  # events read at once: others are about as far behind

Missed = tuple[list[bytes], int]


class CatchingUp:
    """`read(room, after, limit)` reads a room's log; `remembered` is told by how many bytes a tail has grown."""

    def __init__(
        self,
        read: Callable[[str, int, int], Awaitable[Sequence[Event]]],
        view: View,
        remembered: Callable[[int], None],
    ) -> None:
        self._read = read
        self._view = view
        self._remembered = remembered
        self._fills: dict[tuple[str, str], asyncio.Future[None]] = {}

    async def missed(self, subscription: Subscription) -> Missed | None:
        """Frames that follow what a subscription was sent, and the seq that they reach; None if it is too far behind.

        They may fall short of the watch's head, which moves on while the log is read; ask again then.
        """
        watch = subscription.watch
        while True:
            if not 0 <= watch.head - subscription.sent <= CATCH_UP_LIMIT or subscription.sent < 0:
                return None
            frames = None
            if watch.wanted <= watch.head:  # else what is still to be read may have redacted what the tail holds
                frames = watch.since(subscription.sent, subscription.audience)
            if frames is not None:
                return frames, watch.head
            running = self._fills.get((watch.room, subscription.audience))
            if running is None:
                return await self._fill(watch, subscription)
            await asyncio.shield(running)

    async def _fill(self, watch: Watch, subscription: Subscription) -> Missed | None:
        """Read the newest part of the log, once for all who wait for it."""
        of = (watch.room, subscription.audience)
        self._fills[of] = future = asyncio.get_running_loop().create_future()
        try:
            return await self._read_tail(watch, subscription)
        finally:
            del self._fills[of]
            future.set_result(None)

    async def _read_tail(self, watch: Watch, subscription: Subscription) -> Missed | None:
        head, sent = watch.head, subscription.sent
        reach = min(max(AT_LEAST, 1 << (head - sent).bit_length()), CATCH_UP_LIMIT, head)
        events = await self._read(watch.room, head - reach, reach)
        if not events or events[0].seq > sent + 1 or events[-1].seq != head:
            return None  # the log no longer reaches back so far
        frames = [frame_of(event, subscription.audience, self._view) for event in events]
        if watch.head == head:
            watch.remember(subscription.audience, frames)
            self._remembered(sum(map(len, frames)))
        return frames[sent + 1 - events[0].seq :], head
