"""The live protocol of `/live`, without I/O: frames in, frames out, close codes. See docs/protocol.md."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Union
from uuid import UUID

import msgspec
from msgspec import Meta, Raw, Struct

from realtime.refusal import Refusal

VERSION: Final = 1
FRAME_LIMIT: Final = 64 * 1024  # bytes, either way
CATCH_UP_LIMIT: Final = 300  # events; a client further behind is told to fetch the page afresh
HELLO_ROOMS: Final = 200
MAX_SEQ: Final = 2**53 - 1  # the largest number that a browser's JSON keeps

Seq = Annotated[int, Meta(ge=0, le=MAX_SEQ, description="Position in a room's log; 0 is before the first event.")]
RoomId = Annotated[str, Meta(min_length=2, max_length=32, pattern="^[a-z][0-9a-z]+$", description="A room's id.")]
RequestId = Annotated[int, Meta(ge=0, le=MAX_SEQ, description="The client's number for this request.")]


def frame_name(class_name: str) -> str:
    """`PostMessage` → `post_message`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", class_name).lower()


class Frame(Struct, tag_field="type", tag=frame_name, forbid_unknown_fields=True, kw_only=True):
    """What a client sends."""


class Hello(Frame, kw_only=True):
    """The first frame: which rooms the client follows already, and how far it has read each."""

    protocol: int
    epoch: Annotated[str, Meta(max_length=64)] = ""
    rooms: dict[RoomId, Seq] = {}


class Subscribe(Frame, kw_only=True):
    """Follow a room from after a position."""

    id: RequestId
    room: RoomId
    after: Seq = 0


class Unsubscribe(Frame, kw_only=True):
    """Stop following a room."""

    id: RequestId
    room: RoomId


class Pong(Frame, kw_only=True):
    """The answer to a ping."""


class Command(Frame, kw_only=True):
    """What a person can do. The subclass's name, in snake case, is the command's name at every door."""

    id: RequestId = 0
    room: RoomId


class KeyedCommand(Command, kw_only=True):
    """A command that happens once however often it is sent with the same key."""

    key: Annotated[UUID, Meta(description="A UUID that the sender makes once for this act; version 7 is best.")]


class Event(Struct, tag_field="type", tag="event", frozen=True):
    """A row of a room's log, as it is sent. `at` is RFC 3339 with offset; `body` is JSON."""

    room: str
    seq: int
    kind: str
    by: str
    at: str
    body: Raw


class Passing(Struct, tag_field="type", tag="passing", frozen=True):
    """Typing, presence, or whether one may write now: may be lost."""

    room: str
    kind: str
    body: Raw


class CloseCode:
    """Why the server ends a connection. 4000 to 4499: connect again; 4500 and above: do not."""

    RESTART: Final = 4001
    TOO_SLOW: Final = 4008
    RESYNC: Final = 4010
    PROTOCOL: Final = 4500
    NOT_SIGNED_IN: Final = 4501
    SESSION_ENDED: Final = 4503
    TOO_MANY: Final = 4504
    ACCESS_REMOVED: Final = 4507


REASONS: Mapping[int, str] = {
    CloseCode.RESTART: "restart",
    CloseCode.TOO_SLOW: "too_slow",
    CloseCode.RESYNC: "resync",
    CloseCode.PROTOCOL: "protocol",
    CloseCode.NOT_SIGNED_IN: "not_signed_in",
    CloseCode.SESSION_ENDED: "session_ended",
    CloseCode.TOO_MANY: "too_many_connections",
    CloseCode.ACCESS_REMOVED: "access_removed",
}

_encoder = msgspec.json.Encoder()


class _Envelope(Struct):
    id: Any = 0


class FrameDecoder:
    """Decodes what clients send into the protocol's own frames and the commands it is given."""

    def __init__(self, commands: Iterable[type[Command]]) -> None:
        kinds = (Hello, Subscribe, Unsubscribe, Pong, *commands)
        self._decoder: msgspec.json.Decoder[Frame] = msgspec.json.Decoder(Union[kinds])  # noqa: UP007 - made at run time
        self._envelope = msgspec.json.Decoder(_Envelope)

    def decode(self, data: bytes) -> Frame:
        """The frame in `data`; Refusal `bad_request` (with the request's id where it can be read) if it is none."""
        try:
            return self._decoder.decode(data)
        except (msgspec.ValidationError, msgspec.DecodeError, RecursionError, ValueError) as error:
            raise Refusal("bad_request", reason=_plain(error), id=self._id_of(data)) from None

    def _id_of(self, data: bytes) -> int:
        try:
            found = self._envelope.decode(data).id
        except (msgspec.ValidationError, msgspec.DecodeError, RecursionError, ValueError):
            return 0
        return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= MAX_SEQ else 0


def _plain(error: Exception) -> str:
    """What was wrong, without echoing what was sent."""
    return re.sub(r"'[^']*'|`[^`]*`(?! - at)", "…", str(error))[:200] if isinstance(error, ValueError) else "too deep"


def encode(frame: Any) -> bytes:
    return _encoder.encode(frame)


def welcome(person: Mapping[str, Any], epoch: str, now: str, ping: float, limits: Mapping[str, Any]) -> bytes:
    return encode(
        {"type": "welcome", "person": person, "epoch": epoch, "now": now, "ping": ping, "limits": limits}
        | {"protocol": VERSION}
    )


def subscribed(request: int, room: str, head: int, floor: int, *, more: bool) -> bytes:
    """`more`: events that were missed follow at once."""
    return encode({"type": "subscribed", "id": request, "room": room, "head": head, "floor": floor, "more": more})


def done(request: int, fields: Mapping[str, Any]) -> bytes:
    return encode({"type": "done", "id": request, **fields})


def refused(request: int, refusal: Refusal) -> bytes:
    return encode({"type": "refused", "id": request, **refusal.fields()})


def reset(room: str, head: int, reason: str) -> bytes:
    """`reason`: epoch, too_far, retention or access."""
    return encode({"type": "reset", "room": room, "head": head, "reason": reason})


def ping(heads: Mapping[str, int]) -> bytes:
    return encode({"type": "ping", "heads": heads})


def bye(code: int, retry_ms: int | None = None) -> bytes:
    frame = {"type": "bye", "code": code, "reason": REASONS[code]}
    return encode(frame if retry_ms is None else {**frame, "retry_ms": retry_ms})
