"""Real programs for tests: PostgreSQL, Redis, Corridor servers and a proxy, as plain processes on loopback.

Every class is a context manager: it starts on entry and leaves nothing behind on exit. All calls block; in a test
on an event loop that must go on turning, `await asyncio.to_thread(server.terminate)`.
"""

from tests.harness.corridor import CorridorServer, corridor
from tests.harness.postgres import Postgres
from tests.harness.program import Program, StartError, free_port
from tests.harness.proxy import Proxy
from tests.harness.redis import Redis
from tests.harness.relay import Relay
from tests.harness.topology import Topology

__all__ = [
    "CorridorServer",
    "Postgres",
    "Program",
    "Proxy",
    "Redis",
    "Relay",
    "StartError",
    "Topology",
    "corridor",
    "free_port",
]
