"""What every bus promises: one interface, and the same tests for each implementation."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec


class Passing(msgspec.Struct, frozen=True, array_like=True):
    """Something that may be lost: typing, presence. Never a text that people wrote.

    `body` is JSON, at most 64 KiB of it. `origin` is the `origin` of the bus of the process that sends it.
    """

    room: str
    kind: str
    body: msgspec.Raw
    origin: str


class BusStatus(msgspec.Struct, frozen=True):
    """How a bus does, for readiness and metrics. Counts are since the start of the process."""

    delivering: bool
    probe_age: float | None = None  # seconds since a message of our own last came back; None: never, or no need
    reconnects: int = 0  # links made after the first
    deaf: int = 0  # links given up because what we sent did not come back in time
    malformed: int = 0  # messages that could not be understood
    dropped_hints: int = 0
    dropped_passings: int = 0


Hints = Mapping[str, int]  # room id → seq: the room's log has reached at least this
OnHints = Callable[[Hints], None]
OnPassing = Callable[[Passing], None]
OnGap = Callable[[], None]


class Bus(Protocol):
    """Carries hints and passing things between processes. Nothing on it is the truth: the log is.

    All methods are called on the event loop's thread, and the callbacks are called there. A callback that raises is
    logged and does no harm to the bus or to whoever published.
    """

    @property
    def origin(self) -> str:
        """The name of this process on the bus; another after every start."""

    def publish(self, hints: Hints) -> None:
        """Tell every process, this one at once, how far these rooms are. Called by the database after a commit.

        Never blocks, never raises. Of several hints for a room on their way the highest is enough.
        """

    def pass_on(self, passing: Passing) -> None:
        """Give `passing` to every process, this one at once, the others if that goes well."""

    async def start(self, on_hints: OnHints, on_passing: OnPassing, on_gap: OnGap) -> None:
        """Begin. Returns at once, also when nobody answers at the other end: `status()` tells.

        `on_gap` is called whenever hints may have been missed, which is after each (re)subscription.
        """

    async def stop(self) -> None:
        """End; no callback is called afterwards. Hints still on their way are left to the others' slow poll."""

    def status(self) -> BusStatus: ...
