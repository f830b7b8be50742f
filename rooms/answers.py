"""What the API's answers look like."""

from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from accounts.pages import NewSession, SessionMade
from accounts.second_step.entrance import ShownCode
from realtime.protocol import Event
from realtime.refusal import HTTP_STATUS
from rooms.commands import Commands
from web.openapi import Operation, Parameter

Moment = Annotated[str, Meta(description="RFC 3339 with offset.")]
RefusalCode = Annotated[str, Meta(pattern=f"^({'|'.join(sorted(HTTP_STATUS))})$")]


class Error(Struct):
    """Why something was not done: a code for machines, a sentence for people. `temporary`: it may work later."""

    code: RefusalCode
    message: str
    temporary: bool
    retry_ms: int | UnsetType = UNSET
    opens_at: Moment | UnsetType = UNSET
    version: Annotated[int, Meta(description="Of the draft that is kept already.")] | UnsetType = UNSET
    second_step: list[Annotated[str, Meta(pattern="^(totp|passkey|recovery)$")]] | UnsetType = UNSET
    ticket: Annotated[str, Meta(description="Good for five minutes, for the device that asked.")] | UnsetType = UNSET


class Done(Struct):
    """A command was carried out. With a key: what it made is committed to disk. `repeat`: it had happened before."""

    room: str
    seq: int | UnsetType = UNSET
    message: str | UnsetType = UNSET
    person: str | UnsetType = UNSET
    made: str | UnsetType = UNSET
    file: str | UnsetType = UNSET
    item: str | UnsetType = UNSET
    scheduled: str | UnsetType = UNSET
    version: Annotated[int, Meta(description="Of a draft; 0: there is none.")] | UnsetType = UNSET
    at: Moment | UnsetType = UNSET
    repeat: bool | UnsetType = UNSET


class PersonCard(Struct):
    """A person, as others may know them."""

    id: str
    name: str
    initials: str
    role: str
    school: str


class SchoolCard(Struct):
    """A school."""

    id: str
    slug: str
    name: str
    phase: str
    zone: str


class RoomSummary(Struct):
    """A room of mine: its head, how far I have read, how many messages of others came since (at most 100).

    `archived`: it can only be read. `part_of`: what is for me, or for some, in that room.
    """

    id: str
    kind: str
    name: str
    head: int
    read: int
    unread: int
    may_write: bool
    icon: str
    accent: str
    archived: bool
    part_of: str | UnsetType = UNSET


class Me(Struct):
    """Who I am, and my rooms."""

    person: PersonCard
    school: SchoolCard
    epoch: str
    rooms: list[RoomSummary]
    own_room: str
    own_head: int
    now: Moment


class Thread(Struct):
    """The replies below a message. `new`: of others, unread, for who follows it."""

    replies: int
    new: int
    follows: bool
    last_at: Moment


class Forwarded(Struct):
    """Who wrote first what was passed on, and when."""

    name: str
    at: Moment


class Reacted(Struct):
    """Somebody who reacted."""

    id: str
    name: str


class ReactionChip(Struct):
    """A reaction on a message, and whether it is mine. How many there are, and of whom, is told to staff alone."""

    kind: str
    mine: bool
    count: int | UnsetType = UNSET
    people: list[Reacted] | UnsetType = UNSET


class NoticeState(Struct):
    """A notice that must be read. `mine`: due, read or over; null for who is not asked. The rest is for its author."""

    until: str
    until_label: str
    mine: Annotated[str, Meta(pattern="^(due|read|over)$")] | None
    read: int | UnsetType = UNSET
    of: int | UnsetType = UNSET
    nudged: bool | UnsetType = UNSET


class Receipt(Struct):
    """What became of a sticky of mine, as far as I may know; of several readers also how many have read it.

    `last`: it is the newest of mine that has come so far.
    """

    state: Annotated[str, Meta(pattern="^(sent|delivered|read)$")]
    last: bool
    read_by: int | UnsetType = UNSET
    of: int | UnsetType = UNSET


class Message(Struct):
    """A message as it reads now. `text` is empty when it was removed; `html` is there only if it has marks."""

    id: str
    seq: int
    by: str
    at: Moment
    text: str
    removed: bool
    reply_to: str | UnsetType = UNSET
    edited_at: Moment | UnsetType = UNSET
    html: str | UnsetType = UNSET
    forwarded: Forwarded | UnsetType = UNSET
    in_thread: Annotated[str, Meta(description="The id of the message whose thread it is in.")] | UnsetType = UNSET
    thread: Thread | UnsetType = UNSET
    reactions: list[ReactionChip] | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    notice: NoticeState | UnsetType = UNSET
    receipt: Receipt | UnsetType = UNSET


class MessagePage(Struct):
    """Messages of a room, oldest first. `seq` is the room's head, read before the messages.

    more: others come before them. newer: others come after them. root: whose thread it is.
    """

    room: str
    seq: int
    epoch: str
    more: bool
    newer: bool
    messages: list[Message]
    root: Message | UnsetType = UNSET


class Version(Struct):
    """How a message read from a moment on."""

    at: Moment
    text: str
    html: str | UnsetType = UNSET


class Versions(Struct):
    """All versions of a message, first to last."""

    message: str
    versions: list[Version]


class Member(Struct):
    """Somebody in a room."""

    id: str
    name: str
    initials: str
    role: str
    may_write: bool


class Members(Struct):
    """Who is in a room."""

    members: list[Member]


class Reset(Struct):
    """A room cannot be read on from where the asker is: fetch it afresh."""

    room: str
    head: int
    reason: Annotated[str, Meta(pattern="^(epoch|too_far|retention|access)$")]


class News(Struct):
    """What is new since the positions asked about."""

    epoch: str
    events: list[Event]
    heads: dict[str, int]
    reset: list[Reset]
    windows: list[str]


class Description(Struct):
    """An OpenAPI document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]


_ROOM: Final = Parameter("room", {"type": "string"}, "The room's id.", place="path")
_BEFORE: Final = Parameter("before", {"type": "integer", "minimum": 1}, "Only messages before this seq.")
_AFTER: Final = Parameter("after", {"type": "integer", "minimum": 1}, "Only messages after this seq.")
_ON: Final = Parameter("on", {"type": "string", "format": "date"}, "From this day on.")
_THREAD: Final = Parameter("thread", {"type": "string"}, "The id of the message that it began with.", place="path")
_MESSAGE: Final = Parameter("message", {"type": "string"}, "The message's id.", place="path")
_LIMIT: Final = Parameter("limit", {"type": "integer", "minimum": 1}, "At most so many, and at most 100.")
_EVERYWHERE: Final = Parameter("everywhere", {"type": "boolean"}, "End all sessions of the person.")
_POSITIONS: Final = Parameter(
    "rooms", {"type": "string", "examples": ["r4k2c9m1xq0:481"]}, "Rooms and how far each is known.", required=True
)


def operations(commands: Commands) -> list[Operation]:
    """Everything under /api, the commands among it."""
    return [
        Operation("POST", "/api/v1/sessions", "Sign in", SessionMade, 201, NewSession, open=True),
        Operation(
            "POST", "/api/v1/sessions/second-step", "Sign in, the second step", SessionMade, 201, ShownCode, open=True
        ),
        Operation("DELETE", "/api/v1/sessions", "Sign out", None, 204, parameters=[_EVERYWHERE]),
        Operation("GET", "/api/v1/me", "Who I am, and my rooms", Me),
        Operation("GET", "/api/v1/rooms/{room}/members", "Who is in a room", Members, parameters=[_ROOM]),
        Operation(
            "GET", "/api/v1/rooms/{room}/messages", "A room's messages", MessagePage,
            parameters=[_ROOM, _BEFORE, _AFTER, _ON, _LIMIT],
        ),
        Operation(
            "GET", "/api/v1/rooms/{room}/threads/{thread}", "The replies below a message", MessagePage,
            parameters=[_ROOM, _THREAD, _BEFORE, _AFTER, _LIMIT],
        ),
        Operation(
            "GET", "/api/v1/rooms/{room}/messages/{message}/versions", "How a message read before", Versions,
            parameters=[_ROOM, _MESSAGE],
        ),
        Operation("GET", "/api/v1/events", "Wait for what is new", News, parameters=[_POSITIONS]),
        Operation("GET", "/api/openapi.json", "This description", Description, open=True),
        *(_command(name, kind) for name, kind in commands.types.items()),
    ]  # fmt: skip


def _command(name: str, kind: type[Any]) -> Operation:
    summary = (kind.__doc__ or name).splitlines()[0]
    body_less = frozenset({"type", "id"})
    return Operation(
        "POST", f"/api/v1/commands/{name}", summary, Done, body=kind, drop=body_less,
        refusals=(400, 401, 403, 404, 409, 413, 429, 503),
    )  # fmt: skip
