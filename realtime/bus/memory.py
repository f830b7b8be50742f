"""The bus of a single process: a function call."""

import secrets

from realtime.bus.interface import BusStatus, Hints, OnGap, OnHints, OnPassing, Passing
from realtime.bus.telling import tell


class MemoryBus:
    """Hands everything over within the call: there is no cheaper way, and nothing to fall behind."""

    def __init__(self) -> None:
        self.origin = secrets.token_hex(8)
        self._on_hints: OnHints | None = None
        self._on_passing: OnPassing | None = None

    def publish(self, hints: Hints) -> None:
        tell(self._on_hints, hints)

    def pass_on(self, passing: Passing) -> None:
        tell(self._on_passing, passing)

    async def start(self, on_hints: OnHints, on_passing: OnPassing, on_gap: OnGap) -> None:
        self._on_hints, self._on_passing = on_hints, on_passing
        tell(on_gap)

    async def stop(self) -> None:
        self._on_hints = self._on_passing = None

    def status(self) -> BusStatus:
        return BusStatus(delivering=self._on_hints is not None)
