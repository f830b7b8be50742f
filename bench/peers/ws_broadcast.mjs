// Node `ws`: no compression, each message encoded once and sent to every member of its room.
// Speaks as websockets_broadcast.py does.
import { WebSocketServer } from "ws";

const rooms = new Map();
const seqs = new Map();
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, backlog: 2048 });

server.on("connection", (socket, request) => {
  const room = new URL(request.url, "http://localhost").searchParams.get("room");
  if (!rooms.has(room)) rooms.set(room, new Set());
  const members = rooms.get(room).add(socket);
  socket.on("close", () => members.delete(socket));
  socket.on("message", (frame) => {
    const wrapped = Buffer.from(JSON.stringify(event(room, JSON.parse(frame).text)));
    for (const member of members) member.send(wrapped, { binary: false });
  });
});

server.on("listening", () => {
  console.log(`ws is listening on http://127.0.0.1:${server.address().port}`);
});

function event(room, text) {
  const seq = (seqs.get(room) ?? 0) + 1;
  seqs.set(room, seq);
  return {
    type: "event",
    room,
    seq,
    kind: "message_posted",
    by: "p0000000000",
    at: new Date().toISOString().replace("Z", "+00:00"),
    body: { message: `m${seq}-${room}`, text },
  };
}
