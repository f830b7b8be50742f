"""An outbox is bounded, keeps the order, and drops what may be lost first."""

from hypothesis import given
from hypothesis import strategies as st

from realtime.outbox import MOST_BYTES, MOST_FRAMES, Outbox, OutboxCounts


class Transport:
    """Takes bytes until it is paused; `takes`: pauses by itself after so many writes."""

    def __init__(self, *, paused: bool = False, takes: int = 1_000_000) -> None:
        self.paused = paused
        self.takes = takes
        self.written: list[bytes] = []

    def write(self, frames: bytes) -> None:
        self.written.append(frames)
        self.takes -= 1
        self.paused = self.takes <= 0


def outbox(transport: Transport) -> Outbox:
    return Outbox(transport, OutboxCounts())  # type: ignore[arg-type] # all of a Wire that an outbox uses


def test_frames_go_straight_to_a_transport_that_takes_them() -> None:
    transport = Transport()
    box = outbox(transport)
    assert box.put(b"one", 1)
    assert transport.written == [b"one"]
    assert box.empty


def test_frames_wait_in_order_and_leave_as_far_as_they_are_taken() -> None:
    transport = Transport(paused=True)
    box = outbox(transport)
    for frame in (b"one", b"two", b"three"):
        assert box.put(frame, 1)
    assert transport.written == []
    transport.paused, transport.takes = False, 2
    box.flush()
    assert transport.written == [b"one", b"two"]
    transport.paused, transport.takes = False, 9
    box.flush()
    assert transport.written == [b"one", b"two", b"three"]
    assert box.empty


def test_a_box_full_of_frames_takes_no_more_until_some_have_left() -> None:
    transport = Transport(paused=True)
    box = outbox(transport)
    assert all(box.put(b"x", 1) for _ in range(MOST_FRAMES))
    assert not box.put(b"x", 1)
    transport.paused, transport.takes = False, 1
    box.flush()
    assert box.put(b"x", 1)


def test_a_box_full_of_bytes_takes_no_more() -> None:
    box = outbox(Transport(paused=True))
    assert box.put(b"x" * (MOST_BYTES - 1), 1)
    assert not box.put(b"xx", 1)
    assert box.put(b"x", 1)


def test_joined_frames_count_as_many() -> None:
    box = outbox(Transport(paused=True))
    assert box.put(b"x" * 200, 200)
    assert not box.put(b"x" * 57, 57)
    assert box.put(b"x" * 56, 56)


def test_passing_frames_are_lost_when_the_box_is_half_full_by_number_or_by_bytes() -> None:
    for frames, count in ((b"x" * 128, MOST_FRAMES // 2), (b"x" * (MOST_BYTES // 2), 1)):
        transport = Transport(paused=True)
        box = outbox(transport)
        box.put_passing(b"early")
        box.put(frames, count)
        box.put_passing(b"late")
        assert box.counts.passing_dropped == 1
        transport.paused = False
        box.flush()
        assert transport.written == [b"early", frames]


@given(st.lists(st.tuples(st.sampled_from(["put", "pass", "pause", "resume"]), st.integers(1, 60_000)), max_size=80))
def test_whatever_happens_the_box_stays_bounded_and_what_it_took_arrives_in_order(steps: list[tuple[str, int]]) -> None:
    transport = Transport()
    box = outbox(transport)
    taken: list[bytes] = []
    for number, (step, size) in enumerate(steps):
        frame = str(number).encode().ljust(size, b".")
        match step:
            case "put":
                if box.put(frame, 1):
                    taken.append(frame)
            case "pass":
                lost = box.counts.passing_dropped
                box.put_passing(frame)
                if box.counts.passing_dropped == lost:
                    taken.append(frame)
            case "pause":
                transport.paused = True
            case "resume":
                transport.paused = False
                box.flush()
        assert box._bytes <= MOST_BYTES
        assert box._frames <= MOST_FRAMES
    transport.paused = False
    box.flush()
    assert transport.written == taken
