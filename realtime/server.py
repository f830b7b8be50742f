"""uvicorn, with our WebSocket protocol, and a stop that sends everybody off before the door closes."""

import socket
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from config import Settings
from realtime.hub import Hub
from realtime.protocol import FRAME_LIMIT
from realtime.wire import Wire

GRACE = 10  # seconds for requests that are being answered when the server is told to stop


class Server(uvicorn.Server):
    """Says `bye` in batches when it is told to stop."""

    def __init__(self, app: ASGIApp, hub: Hub, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app, loop="uvloop", http="httptools", ws=Wire, lifespan="off", log_config=None, access_log=False,
                ws_max_size=FRAME_LIMIT, ws_per_message_deflate=False, ws_ping_interval=None, ws_ping_timeout=None,
                server_header=False, date_header=False, timeout_graceful_shutdown=GRACE,
                proxy_headers=bool(settings.trusted_proxies), forwarded_allow_ips=settings.trusted_proxies or None,
                backlog=4096,
            )
        )  # fmt: skip
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        # Else uvicorn ends by raising the signal again, which kills the process before the rest of it is closed.
        self._captured_signals.clear()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            print(f"Corridor is listening on http://{host}:{port}", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await self._hub.drain()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener
