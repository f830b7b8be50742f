"""The deployment of docker-compose.yml with plain processes: PostgreSQL, Redis, a migration, servers, a proxy."""

import json
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from tests.harness.corridor import CorridorServer, corridor
from tests.harness.postgres import Postgres
from tests.harness.proxy import Proxy
from tests.harness.redis import Redis

DATABASE = "corridor"


class Topology:
    """`servers` identical Corridor servers on one PostgreSQL and one Redis, behind a proxy.

    Filled on entry: `postgres`, `redis`, `servers`, `proxy`, and with `demo` the `sign_ins` of the demo schools.
    """

    def __init__(
        self,
        servers: int = 2,
        *,
        demo: bool = True,
        durable: bool = True,
        proxy: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.size = servers
        self.with_demo = demo
        self.folder = Path(tempfile.mkdtemp(prefix="corridor-"))
        self.postgres = Postgres(durable=durable)
        self.redis = Redis()
        self.servers: list[CorridorServer] = []
        self.sign_ins: list[dict[str, Any]] = []
        self.env = {
            "CORRIDOR_DATABASE_URL": self.postgres.url(DATABASE),
            "CORRIDOR_REDIS_URL": self.redis.url,
            "CORRIDOR_SECRET": secrets.token_urlsafe(32),
            "CORRIDOR_TRUST_PROXY": "127.0.0.1",
            **(env or {}),
        }
        self._proxy_kind = proxy
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        """Where people come in: the proxy."""
        return self.proxy.url

    def __enter__(self) -> Self:
        with self._stack as stack:
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            stack.enter_context(self.postgres)
            self.postgres.create(DATABASE)
            stack.enter_context(self.redis)
            self._prepare()
            self.servers = [stack.enter_context(self._server(number)) for number in range(self.size)]
            upstreams = [f"127.0.0.1:{server.port}" for server in self.servers]
            self.proxy = stack.enter_context(Proxy(upstreams, self._proxy_kind))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _prepare(self) -> None:
        """What the one-shot service does once: the tables, and here the demo too."""
        corridor("migrate", data=self.folder, env=self.env)
        if self.with_demo:
            self.sign_ins = json.loads(corridor("demo", "--json", data=self.folder, env=self.env))

    def _server(self, number: int) -> CorridorServer:
        return CorridorServer(self.folder / f"server-{number + 1}", self.env)
