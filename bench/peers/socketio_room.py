"""python-socketio on uvicorn (uvloop, httptools): a message goes to its Socket.IO room by `emit(room=…)`.

Events: `join` NAME enters a room and is answered by `joined`; `post` {"text": …} is emitted to the sender's room.
Nothing is judged or stored. Pings are so rare that they cost nothing here.
"""

import importlib
import socket
from collections import defaultdict
from typing import Any

import uvicorn

from bench.peers.envelope import event

socketio: Any = importlib.import_module("socketio")  # without types, and only where the benchmark is installed
server = socketio.AsyncServer(async_mode="asgi", ping_interval=3600, http_compression=False)
room_of: dict[str, str] = {}
seqs: defaultdict[str, int] = defaultdict(int)


async def join(sid: str, room: str) -> None:
    await server.enter_room(sid, room)
    room_of[sid] = room
    await server.emit("joined", to=sid)


async def post(sid: str, message: dict[str, str]) -> None:
    room = room_of[sid]
    seqs[room] += 1
    await server.emit("event", event(room, seqs[room], message["text"]), room=room)


def main() -> None:
    server.on("join", join)
    server.on("post", post)
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(f"socketio is listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        socketio.ASGIApp(server),
        loop="uvloop",
        http="httptools",
        log_level="error",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="off",
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
