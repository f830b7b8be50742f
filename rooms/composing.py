"""Somebody is writing: told to those in the room, kept nowhere."""

from realtime.connection import Caller
from realtime.hub import Ask, Hub
from realtime.limits import Limits
from realtime.passing import Passings
from realtime.protocol import Command
from realtime.refusal import Refusal


class Typing(Command, kw_only=True):
    """The person is writing in the room at this moment. May be lost; at most one in three seconds is passed on."""


class TypingHandler:
    """Passes typing on, for people whose presence may be shown."""

    def __init__(self, hub: Hub, limits: Limits, passings: Passings) -> None:
        self._hub = hub
        self._limits = limits
        self._passings = passings

    async def __call__(self, caller: Caller, command: Typing) -> None:
        self._limits.check("typing", caller.person)
        admitted = await self._hub.rooms.admit(Ask(caller.person, caller.session, (command.room,)))
        if command.room not in admitted:
            raise Refusal("not_found")
        if admitted[command.room].presence:
            self._passings.typing(caller.person, command.room)
