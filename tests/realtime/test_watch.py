"""One room: each frame encoded once an audience, delivered to whoever is live, kept for whoever comes back."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from realtime.protocol import CATCH_UP_LIMIT, FRAME_LIMIT, Event
from realtime.watch import Subscription, Watch, chunks_of, frame_of


def event(seq: int, size: int = 20) -> Event:
    return Event("r1", seq, "message_posted", "p1", "2026-11-23T08:00:00+00:00", Raw(b'"' + b"x" * size + b'"'))


def as_it_is(given: Event, audience: str) -> Event:
    return given


class Reader:
    """A subscriber that notes what it gets; `full`: has no room."""

    def __init__(self, *, full: bool = False) -> None:
        self.person, self.session = "p1", "k1"
        self.full = full
        self.got: list[bytes] = []
        self.set_back_at: list[int] = []

    def put(self, frames: bytes, _: int) -> bool:
        if self.full:
            return False
        self.got.append(frames)
        return True

    def put_passing(self, frame: bytes) -> None: ...

    def put_window(self, room: str, frame: bytes, *, first: bool) -> None: ...

    def set_back(self, subscription: Subscription) -> None:
        self.set_back_at.append(subscription.sent)

    def dropped(self, room: str, head: int) -> None: ...


def follow(watch: Watch, reader: Reader, audience: str = "home") -> Subscription:
    subscription = Subscription(watch, reader, audience, watch.head, presence=False)
    subscription.live = True
    watch.followers[reader] = subscription
    return subscription


def frames(events: Sequence[Event]) -> bytes:
    return b"".join(frame_of(each, "home", as_it_is) for each in events)


def test_every_live_follower_gets_the_same_bytes_once() -> None:
    watch, one, two = Watch("r1", 0), Reader(), Reader()
    follow(watch, one)
    follow(watch, two)
    watch.advance([event(1), event(2)], as_it_is)
    assert one.got == two.got == [frames([event(1), event(2)])]
    assert one.got[0] is two.got[0], "encoded once"
    assert (watch.head, watch.wanted) == (2, 2)


def test_an_event_is_viewed_once_for_each_audience_and_not_for_absent_ones() -> None:
    asked: list[tuple[int, str]] = []

    def view(given: Event, audience: str) -> Event:
        asked.append((given.seq, audience))
        return msgspec.structs.replace(given, by=audience)

    watch, readers = Watch("r1", 0), [Reader() for _ in range(4)]
    for reader, audience in zip(readers, ("home", "home", "partner", "partner"), strict=True):
        follow(watch, reader, audience)
    watch.advance([event(1)], view)
    assert sorted(asked) == [(1, "home"), (1, "partner")]
    assert b'"by":"home"' in readers[0].got[0]
    assert b'"by":"partner"' in readers[3].got[0]


def test_whoever_is_still_catching_up_gets_nothing_between() -> None:
    watch, reader = Watch("r1", 0), Reader()
    follow(watch, reader).live = False
    watch.advance([event(1)], as_it_is)
    assert reader.got == []


def test_whoever_has_no_room_is_set_back_to_where_it_had_got_and_costs_nobody_else() -> None:
    watch, slow, quick = Watch("r1", 7), Reader(full=True), Reader()
    subscription = follow(watch, slow)
    follow(watch, quick)
    watch.advance([event(8), event(9)], as_it_is)
    assert (subscription.live, subscription.sent, slow.set_back_at) == (False, 7, [7])
    assert subscription.reached == 7
    assert len(quick.got) == 1


def test_large_events_are_delivered_in_parts_that_fit_into_any_outbox() -> None:
    watch, reader = Watch("r1", 0), Reader()
    follow(watch, reader)
    events = [event(seq, 30_000) for seq in range(1, 8)]
    watch.advance(events, as_it_is)
    assert b"".join(reader.got) == frames(events)
    assert max(map(len, reader.got)) <= FRAME_LIMIT + 1000
    assert len(reader.got) > 1


def test_the_tail_gives_what_follows_any_place_that_it_reaches() -> None:
    watch = Watch("r1", 10)
    follow(watch, Reader())
    watch.advance([event(seq) for seq in range(11, 21)], as_it_is)
    watch.advance([event(21)], as_it_is)
    every = [frame_of(event(seq), "home", as_it_is) for seq in range(11, 22)]
    for after in range(10, 22):
        assert watch.since(after, "home") == every[after - 10 :]
    assert watch.since(9, "home") is None
    assert watch.since(15, "partner") is None


def test_the_tail_is_no_longer_than_anybody_may_catch_up() -> None:
    watch = Watch("r1", 0)
    follow(watch, Reader())
    for seq in range(1, CATCH_UP_LIMIT + 11):
        watch.advance([event(seq)], as_it_is)
    assert watch.since(9, "home") is None
    assert len(watch.since(10, "home") or ()) == CATCH_UP_LIMIT


def test_a_tail_with_a_hole_is_forgotten() -> None:
    """Nobody live was there for the second event, so it was not encoded: the first cannot be followed by the third."""
    watch, reader = Watch("r1", 0), Reader()
    subscription = follow(watch, reader)
    watch.advance([event(1)], as_it_is)
    subscription.live = False
    watch.advance([event(2)], as_it_is)
    subscription.live = True
    watch.advance([event(3)], as_it_is)
    assert watch.since(1, "home") is None
    assert watch.since(2, "home") == [frame_of(event(3), "home", as_it_is)]


def test_frames_read_from_the_log_serve_the_next_who_comes_back() -> None:
    watch = Watch("r1", 5)
    read = [frame_of(event(seq), "home", as_it_is) for seq in (4, 5)]
    watch.remember("home", read)
    assert watch.since(3, "home") == read
    watch.remember("home", read[1:])
    assert watch.since(3, "home") == read, "a longer tail is kept"


def test_a_room_is_idle_once_nobody_follows_or_keeps_it() -> None:
    watch, reader = Watch("r1", 0), Reader()
    idle = [watch.idle]
    follow(watch, reader)
    idle.append(watch.idle)
    del watch.followers[reader]
    idle.append(watch.idle)
    watch.keepers = 1
    idle.append(watch.idle)
    assert idle == [True, False, True, False]


@given(st.lists(st.integers(1, 40_000), max_size=300))
def test_pieces_hold_all_frames_in_order_and_fit_into_half_an_outbox(sizes: list[int]) -> None:
    given_frames = [bytes([number % 251]) * size for number, size in enumerate(sizes)]
    pieces = list(chunks_of(given_frames))
    assert b"".join(piece for piece, _ in pieces) == b"".join(given_frames)
    assert sum(count for _, count in pieces) == len(given_frames)
    assert all(count <= 128 for _, count in pieces)
    assert all(len(piece) <= FRAME_LIMIT for piece, _ in pieces)


@pytest.mark.parametrize("count", [1, 2, 299, 300])
def test_any_number_of_events_moves_the_head_to_the_last(count: int) -> None:
    watch = Watch("r1", 0)
    watch.advance([event(seq) for seq in range(1, count + 1)], as_it_is)
    assert watch.head == count
