"""One room as this process sees it: how far it was delivered, to whom, and its newest frames."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol

from realtime.frames import text_frame
from realtime.protocol import CATCH_UP_LIMIT, FRAME_LIMIT, Event, encode

View = Callable[[Event, str], Event]

CHUNK_BYTES: Final = FRAME_LIMIT


class Subscriber(Protocol):
    """Whoever follows rooms."""

    person: str
    session: str

    def __hash__(self) -> int: ...

    def put(self, frames: bytes, count: int) -> bool: ...

    def put_passing(self, frame: bytes) -> None: ...

    def put_window(self, room: str, frame: bytes, *, first: bool) -> None:
        """Whether one may write in a room, `first`: as it was when the subscriber came; else it has changed."""
        ...

    def set_back(self, subscription: "Subscription") -> None: ...

    def dropped(self, room: str, head: int) -> None: ...


class Subscription:
    """One subscriber in one room.

    live: it has everything up to the watch's head and gets what comes. Otherwise `sent` says how far it has got, and
    its subscriber fills the gap from the log; slow readers, returning clients and newcomers are all this one case.
    """

    __slots__ = ("audience", "live", "presence", "school", "sent", "subscriber", "watch", "windowed")

    def __init__(
        self, watch: "Watch", subscriber: Subscriber, audience: str, sent: int, *, presence: bool, school: str = "",
        windowed: bool = False,
    ) -> None:  # fmt: skip
        self.watch = watch
        self.subscriber = subscriber
        self.audience = audience
        self.sent = sent
        self.presence = presence
        self.school = school
        self.windowed = windowed
        self.live = False

    @property
    def reached(self) -> int:
        """The last seq that was handed to the subscriber."""
        return self.watch.head if self.live else self.sent


class Watch:
    """A room that somebody here follows."""

    __slots__ = ("followers", "head", "keepers", "reading", "room", "tails", "wanted")

    def __init__(self, room: str, head: int) -> None:
        self.room = room
        self.head = head  # what live subscriptions were handed, all of it
        self.wanted = head  # what a hint said there is
        self.followers: dict[Subscriber, Subscription] = {}
        self.keepers = 0  # people connected here whose own room this is
        self.reading = False
        self.tails: dict[str, deque[bytes]] | None = None  # newest frames by audience, the last one being `head`'s

    @property
    def idle(self) -> bool:
        return not self.followers and not self.keepers

    def advance(self, events: Sequence[Event], view: View) -> int:
        """Deliver the events that follow `head`; gives the bytes by which the tails grew."""
        grown = 0
        for part in _slices(events):
            grown += self._deliver(part, view)
            self.head = part[-1].seq
            self.wanted = max(self.wanted, self.head)
        return grown

    def _deliver(self, events: Sequence[Event], view: View) -> int:
        chunks: dict[str, bytes] = {}
        grown, count = 0, len(events)
        tails: dict[str, deque[bytes]] = {}
        for subscription in list(self.followers.values()):
            if not subscription.live:
                continue
            audience = subscription.audience
            chunk = chunks.get(audience)
            if chunk is None:
                frames = [frame_of(event, audience, view) for event in events]
                tails[audience] = self._longer(audience, frames)
                chunk = chunks[audience] = b"".join(frames)
                grown += len(chunk)
            if not subscription.subscriber.put(chunk, count):
                subscription.live, subscription.sent = False, self.head
                subscription.subscriber.set_back(subscription)
        self.tails = tails  # an audience that was not encoded now has no unbroken tail any more
        return grown

    def _longer(self, audience: str, frames: Iterable[bytes]) -> deque[bytes]:
        tail = self.tails.get(audience) if self.tails else None
        if tail is None:
            return deque(frames, maxlen=CATCH_UP_LIMIT)
        tail.extend(frames)
        return tail

    def since(self, after: int, audience: str) -> list[bytes] | None:
        """The frames that follow `after`, up to `head`; None if the tail does not reach back so far."""
        tail = self.tails.get(audience) if self.tails else None
        behind = self.head - after
        if tail is None or len(tail) < behind:
            return None
        return [tail[place] for place in range(len(tail) - behind, len(tail))]

    def remember(self, audience: str, frames: Sequence[bytes]) -> None:
        """Frames read from the log, the last one being `head`'s."""
        if self.tails is None:
            self.tails = {}
        known = self.tails.get(audience)
        if known is None or len(known) < len(frames):
            self.tails[audience] = deque(frames, maxlen=CATCH_UP_LIMIT)


def frame_of(event: Event, audience: str, view: View) -> bytes:
    return text_frame(encode(view(event, audience)))


def _slices(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """Parts small enough that one of them fits into any outbox."""
    if len(events) <= 1 or sum(len(event.body) for event in events) + 200 * len(events) <= CHUNK_BYTES:
        yield events
        return
    half = len(events) // 2
    yield from _slices(events[:half])
    yield from _slices(events[half:])


def chunks_of(frames: Sequence[bytes]) -> Iterator[tuple[bytes, int]]:
    """`frames` joined into pieces of about CHUNK_BYTES, each with its number of frames."""
    piece: list[bytes] = []
    size = 0
    for frame in frames:
        if piece and (size + len(frame) > CHUNK_BYTES or len(piece) >= 128):  # noqa: PLR2004 - half an outbox
            yield b"".join(piece), len(piece)
            piece, size = [], 0
        piece.append(frame)
        size += len(frame)
    if piece:
        yield b"".join(piece), len(piece)
