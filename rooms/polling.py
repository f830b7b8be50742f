"""Events by long poll, for networks that break WebSockets."""

import asyncio
import re
from collections import OrderedDict
from typing import Any, Final

from starlette.requests import Request

from accounts.sessions import Actor
from config import Settings
from realtime.hub import Admission, Ask, Hub
from realtime.limits import Limits
from realtime.protocol import CATCH_UP_LIMIT, HELLO_ROOMS, MAX_SEQ
from realtime.refusal import Refusal
from realtime.watch import Subscription

Positions = dict[str, int]

MOST_TOLD: Final = 5000  # sessions and rooms of which it is remembered between two requests

_Told = OrderedDict[tuple[str, str], bytes]  # session and room → the window as last told
_POSITION: Final = re.compile(r"([a-z][0-9a-z]{1,31}):([0-9]{1,16})", re.ASCII)


class LongPoll:
    """Answers with what is new in some rooms, at once or as soon as there is something."""

    def __init__(self, hub: Hub, limits: Limits, settings: Settings, epoch: str) -> None:
        self._hub = hub
        self._limits = limits
        self._settings = settings
        self._epoch = epoch
        self._windows: _Told = OrderedDict()

    async def wait(self, request: Request, actor: Actor) -> dict[str, Any]:
        """`{"epoch","events","heads","reset","windows"}`; empty after Settings.long_poll seconds without news."""
        self._limits.check("polls", actor.session)
        asked = positions(request.query_params.get("rooms", ""))
        with self._hub.expecting((*asked, actor.own_room)):
            poller = _Poller(actor, self._windows)
            found = await self._news(poller, asked)
            if found is not None or self._hub.draining:
                return found or self._empty(asked)
            self._hub.join(poller, actor.own_room)
            try:
                return await self._wake(poller, asked)
            finally:
                self._hub.leave(poller, actor.own_room)

    async def _wake(self, poller: "_Poller", asked: Positions) -> dict[str, Any]:
        await self._news(poller, asked, follow=True)
        try:
            await asyncio.wait_for(poller.woken.wait(), self._settings.long_poll)
        except TimeoutError:
            return self._empty(asked)
        if poller.over:
            raise Refusal("unauthenticated")
        return await self._news(poller, asked) or self._empty(asked)

    def _empty(self, asked: Positions) -> dict[str, Any]:
        return {"epoch": self._epoch, "events": [], "heads": asked, "reset": [], "windows": []}

    async def _news(self, poller: "_Poller", asked: Positions, *, follow: bool = False) -> dict[str, Any] | None:
        """What is new now, with rights judged now; None if nothing is."""
        rooms = (*asked, poller.own_room)
        admitted = await self._hub.rooms.admit(Ask(poller.person, poller.session, rooms))
        if poller.own_room not in admitted:
            raise Refusal("unauthenticated")
        answer = {**self._empty({}), "windows": sorted(poller.windows)}
        self._hub.open(poller.own_room, admitted[poller.own_room].head)
        for room, after in asked.items():
            await self._look(answer, room, after, admitted.get(room))
            if follow and room in admitted:
                head = self._hub.open(room, admitted[room].head)
                self._hub.follow(poller, room, after, admitted[room]).live = True
                if head > after:
                    poller.woken.set()
        return answer if answer["events"] or answer["reset"] or poller.windows else None

    async def _look(self, answer: dict[str, Any], room: str, after: int, admission: Admission | None) -> None:
        if admission is None:
            answer["reset"].append({"room": room, "head": 0, "reason": "access"})
            return
        answer["heads"][room] = admission.head
        reason = _reason(after, admission)
        if reason:
            answer["reset"].append({"room": room, "head": admission.head, "reason": reason})
        elif after < admission.head:
            events = await self._hub.rooms.after(room, after, CATCH_UP_LIMIT)
            answer["events"] += [self._hub.view(event, admission.audience) for event in events]


def _reason(after: int, admission: Admission) -> str | None:
    if after > admission.head:
        return "epoch"
    if after < admission.floor - 1:
        return "retention"
    return "too_far" if admission.head - after > CATCH_UP_LIMIT else None


class _Poller:
    """A member of the hub for the length of one request; all that it does with news is wake up."""

    def __init__(self, actor: Actor, told: _Told) -> None:
        self._told = told
        self.person, self.session, self.own_room = actor.person, actor.session, actor.own_room
        self.subscriptions: dict[str, Subscription] = {}
        self.woken = asyncio.Event()
        self.windows: set[str] = set()  # rooms where it has changed whether one may write
        self.over = False

    def put(self, frames: bytes, count: int) -> bool:  # noqa: ARG002
        self.woken.set()
        return True

    def put_passing(self, frame: bytes) -> None:
        """Typing and presence do not come this way."""

    def put_window(self, room: str, frame: bytes, *, first: bool) -> None:
        """Only that it changed: the client asks how it is now. What the last request knew of, this one does too."""
        said = frame[: frame.rindex(b'"now"')]
        before = self._told.pop((self.session, room), None)
        self._told[self.session, room] = said
        if len(self._told) > MOST_TOLD:
            self._told.popitem(last=False)
        if said != before and (before is not None or not first):
            self.windows.add(room)
            self.woken.set()

    def set_back(self, subscription: Subscription) -> None:  # noqa: ARG002
        self.woken.set()

    def dropped(self, room: str, head: int) -> None:  # noqa: ARG002
        self.woken.set()

    def tend(self, now: float) -> None:
        """There is nothing to tend: the request ends by itself."""

    def end(self, code: int, retry_ms: int | None = None) -> None:  # noqa: ARG002
        self.over = code not in (4001, 4010)
        self.woken.set()


def positions(text: str) -> Positions:
    """`r12:481,u7:97` → `{"r12": 481, "u7": 97}`; Refusal `bad_request` if it is anything else."""
    found: Positions = {}
    for part in filter(None, text.split(",")):
        position = _POSITION.fullmatch(part)
        if position is None:
            raise Refusal("bad_request", "rooms takes a list such as r12:481,u7:97.")
        found[position[1]] = min(int(position[2]), MAX_SEQ)
    if not found or len(found) > HELLO_ROOMS:
        raise Refusal("bad_request", f"rooms takes 1 to {HELLO_ROOMS} rooms.")
    return found
