"""For whoever runs the server: health, metrics."""

import asyncio
import ipaddress
import time
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.door import json_response
from realtime.bus import Bus
from realtime.metrics import Metrics
from realtime.refusal import Refusal
from storage import installation
from storage.clock import Clock
from storage.database import Database

log = structlog.get_logger()

BELIEVED_S: Final = 2.0  # a proof that the log can be written is good for this long
WITHIN_S: Final = 5.0


class Operating:
    """Routes that no person uses."""

    def __init__(self, database: Database, clock: Clock, bus: Bus, metrics: Metrics) -> None:
        self._database = database
        self._clock = clock
        self._bus = bus
        self._metrics = metrics
        self._proved_at = 0.0
        self._writable = False
        self._proving = asyncio.Lock()

    def routes(self) -> list[Route]:
        return [
            Route("/health/live", self.alive, methods=["GET"]),
            Route("/health/ready", self.ready, methods=["GET"]),
            Route("/metrics", self.show_metrics, methods=["GET"]),
        ]

    async def alive(self, request: Request) -> Response:  # noqa: ARG002
        return json_response({"alive": True})

    async def ready(self, request: Request) -> Response:  # noqa: ARG002
        """Red when the log cannot be written or the bus does not deliver."""
        writable, delivering = await self._can_write(), self._bus.status().delivering
        good = writable and delivering
        return json_response({"ready": good, "log": writable, "bus": delivering}, 200 if good else 503)

    async def show_metrics(self, request: Request) -> Response:
        """For this machine and private networks; the world sees nothing here."""
        host = request.client.host if request.client else ""
        if not _private(host):
            raise Refusal("not_found")
        return Response(self._metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _can_write(self) -> bool:
        async with self._proving:
            if time.monotonic() - self._proved_at > BELIEVED_S:
                self._writable = await self._prove()
                self._proved_at = time.monotonic()
        return self._writable

    async def _prove(self) -> bool:
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._database.write(installation.write, "proof", str(self._clock.now_ms()))
        except (SQLAlchemyError, OSError, TimeoutError):
            log.exception("the log cannot be written")
            return False
        return True


def _private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
