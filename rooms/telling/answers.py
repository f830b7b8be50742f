"""What the API says of stickies that wait, and of devices that are told."""

from typing import Final

from msgspec import Struct

from web.openapi import Operation


class WaitingThread(Struct, kw_only=True):
    """A thread. `unread`: what others wrote since I read there; `by`: the name of who did so last."""

    room: str
    name: str
    head: int
    unread: int
    by: str | None = None


class WaitingStickies(Struct, kw_only=True):
    """The newest threads. `count`: stickies not read in all; nought in my quiet hours, but for calls for help.

    `changes_in`: seconds until my quiet hours begin or end.
    """

    count: int
    quiet: bool
    changes_in: int | None
    threads: list[WaitingThread]
    own_room: str
    own_head: int
    epoch: str


class PushKey(Struct):
    """Whether my devices may be told, and by which key a browser subscribes; base64url."""

    allowed: bool
    key: str


class PushDevice(Struct):
    """A subscription as a browser gives it. `was`: the one that it replaces."""

    endpoint: str
    p256dh: str
    auth: str
    was: str | None = None


class PushEnd(Struct):
    """A subscription that ends."""

    endpoint: str


class PushState(Struct):
    """Whether the browser is told from now on."""

    told: bool


OPERATIONS: Final = (
    Operation("GET", "/api/v1/waiting", "My stickies that wait", WaitingStickies),
    Operation("GET", "/api/v1/push", "The key by which a browser subscribes", PushKey),
    Operation("POST", "/api/v1/push", "Tell this browser of new stickies", PushState, body=PushDevice),
    Operation("DELETE", "/api/v1/push", "Tell this browser no more", PushState, body=PushEnd),
)
