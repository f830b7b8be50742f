"""A Redis of one's own, which can be killed, restarted and made deaf."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.harness.program import Program, free_port


class Redis(Program):
    """A Redis without persistence, on a free port that it keeps over restarts."""

    def __init__(self) -> None:
        self.port = free_port()
        options = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        super().__init__(["redis-server", *options], ready="Ready to accept connections")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Hear nobody while all connections stay open: what is sent meanwhile is answered afterwards.

        For a Redis that answers but delivers nothing, see `Relay.muffled`.
        """
        self.freeze()
        try:
            yield
        finally:
            self.thaw()
