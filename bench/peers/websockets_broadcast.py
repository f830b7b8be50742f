"""`websockets`: asyncio server on uvloop without compression; each message goes to its room by `broadcast()`.

Query: ?room=NAME joins a room. A frame {"text": …} is broadcast to the sender's room. Nothing is judged or stored.
"""

from collections import defaultdict
from urllib.parse import parse_qs, urlsplit

import msgspec
import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.peers.envelope import ROOM, event

rooms: defaultdict[str, set[ServerConnection]] = defaultdict(set)
seqs: defaultdict[str, int] = defaultdict(int)


async def attend(connection: ServerConnection) -> None:
    path = connection.request.path if connection.request else "/"
    room = parse_qs(urlsplit(path).query).get("room", [ROOM])[0]
    rooms[room].add(connection)
    try:
        async for frame in connection:
            seqs[room] += 1
            wrapped = event(room, seqs[room], msgspec.json.decode(frame)["text"])
            broadcast(rooms[room], msgspec.json.encode(wrapped).decode())
    finally:
        rooms[room].discard(connection)


async def main() -> None:
    async with serve(
        attend, "127.0.0.1", 0, compression=None, ping_interval=None, backlog=2048, max_size=1 << 16
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(f"websockets is listening on http://127.0.0.1:{port}", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
