"""A thread that one is not in is, for every command there is, a room that never was."""

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints
from uuid import uuid4

import msgspec
from msgspec import NODEFAULT, structs

from features import HANDLERS
from realtime.protocol import Command, KeyedCommand
from realtime.refusal import Refusal
from tests.rooms.stickies.people import class_of, thread
from tests.world import World, done, post

NOWHERE = "r000000000x"
WORDS = ("Mine", "2026-11-30", "2026-11-30T10:00:00+00:00", "https://example.org/feed", 1, True)


async def test_whoever_is_not_in_a_thread_is_told_that_there_is_none(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(made, "Only for you")))
    for stranger in (here.ben, here.stranger, here.governor):
        for kind in (each.command for each in HANDLERS):
            real = await world.do(stranger, _command(kind, made, here.ava.person))
            unreal = await world.do(stranger, _command(kind, NOWHERE, here.ava.person))
            assert isinstance(real, Refusal), kind
            assert isinstance(unreal, Refusal), kind
            assert (real.code, real.fields()) == ("not_found", unreal.fields()), kind
    assert [each.kind for each in await world.events(made)] == ["message_posted"]


def _command(kind: type[Command], room: str, person: str) -> Command:
    """One with everything in it that it takes, as real as can be."""
    given: dict[str, Any] = {"type": kind.__struct_config__.tag, "id": 1, "room": room}
    if issubclass(kind, KeyedCommand):
        given["key"] = str(uuid4())
    hints = get_type_hints(kind, include_extras=True)
    for field in structs.fields(kind):
        if field.name not in given and field.default is NODEFAULT and field.default_factory is NODEFAULT:
            known = (f"m1-{room}", person, room, *WORDS)
            given[field.name] = next(
                each for each in _tried(hints[field.name], known) if _fits(each, hints[field.name])
            )
    return msgspec.convert(given, kind)


def _tried(kind: Any, known: tuple[Any, ...]) -> Iterator[Any]:
    """What a field of this type may take: what is known, an id of the right letter, one of its own words."""
    yield from known
    for letter in re.findall(r"pattern='\^\(?([a-z])", repr(kind)):
        yield f"{letter}00000000000"
    for part in (kind, *get_args(kind)):
        if get_origin(part) is Literal:
            yield from get_args(part)
    yield from ([each] for each in _tried(get_args(kind)[0], known) if get_args(kind))


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
