"""The one way in: limits before anything else, group commit, and a sentence when nothing can be saved."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping
from typing import cast

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from config import Rate
from features import HANDLERS
from realtime.connection import Caller
from realtime.limits import Limits
from realtime.refusal import Refusal
from rooms.commands import Commands, Observers
from rooms.composing import Typing
from rooms.model import room as room_table
from rooms.posts import message
from rooms.reading import Read
from tests.world import SECRET, World, edit, post

RATES: Mapping[str, Rate] = {"posts": Rate(3, 1), "acts": Rate(2, 1), "reads": Rate(2, 1), "typing": Rate(1, 1)}


@pytest.fixture
def quiet() -> Iterator[list[MutableMapping[str, object]]]:
    """What is logged, kept instead of printed."""
    with capture_logs() as lines:
        yield lines


class Bench:
    """Commands on a world, with a clock for limits that stands still."""

    def __init__(self, world: World, rates: Mapping[str, Rate] = RATES) -> None:
        self.batches: list[int] = []
        self.outcomes: Counter[tuple[str, str]] = Counter()
        observers = Observers(lambda size, _: self.batches.append(size), self._count)
        self.passed: list[str] = []
        self.commands = Commands(
            world.database, world.clock, Limits(rates, lambda: 0.0), SECRET, HANDLERS, {Typing: self.typing}, observers
        )

    def _count(self, name: str, code: str, count: int) -> None:
        self.outcomes[name, code] += count

    async def typing(self, _: Caller, command: Typing) -> None:
        if command.room == "rfull":
            raise Refusal("rate_limited", retry_ms=1)
        self.passed.append(command.room)


async def test_what_is_submitted_together_is_committed_together(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    bench = Bench(world)
    answers = await asyncio.gather(
        *(bench.commands.submit(who, post(school.staffroom)) for who in (amara, ben, amara, ben))
    )
    assert [each["seq"] for each in answers] == [1, 2, 3, 4]
    assert bench.batches == [4]
    assert bench.outcomes == {("post_message", "done"): 4}


async def test_limits_are_by_person_and_by_kind_of_command(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    bench = Bench(world)
    here = school.staffroom
    waiting = [bench.commands.submit(amara, post(here)) for _ in range(3)]
    with pytest.raises(Refusal) as caught:
        bench.commands.submit(amara, post(here))
    assert (caught.value.code, caught.value.more) == ("rate_limited", {"retry_ms": 1000})
    waiting.append(bench.commands.submit(ben, post(here)))
    waiting.append(bench.commands.submit(amara, edit(here, f"m1-{here}", "x")))
    waiting.append(bench.commands.submit(amara, Read(room=here, seq=1)))
    assert len(await asyncio.gather(*waiting)) == 6


async def test_a_refusal_reaches_its_sender_and_is_counted(world: World) -> None:
    school = await world.school()
    stranger = await world.caller(school, "stranger", seated=False)
    bench = Bench(world)
    with pytest.raises(Refusal, match="not_found"):
        await bench.commands.submit(stranger, post(school.staffroom))
    assert bench.outcomes == {("post_message", "not_found"): 1}


async def test_when_nothing_can_be_saved_everybody_is_told_so_and_nothing_is_announced(
    world: World, quiet: list[MutableMapping[str, object]]
) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    bench = Bench(world)
    await rename(world, "session", "away")
    try:
        waiting = [bench.commands.submit(who, post(school.staffroom)) for who in (amara, ben)]
        refusals = await asyncio.gather(*waiting, return_exceptions=True)
    finally:
        await rename(world, "away", "session")
    assert [each.code for each in refusals if isinstance(each, Refusal)] == ["unavailable"] * 2
    assert bench.outcomes == {("post_message", "unavailable"): 2}
    assert world.published == []
    assert [name for each in quiet for name in cast(list[str], each["commands"])] == ["post_message"] * 2
    assert (await bench.commands.submit(amara, post(school.staffroom)))["seq"] == 1


async def rename(world: World, table: str, other: str) -> None:
    await world.execute(text(f"ALTER TABLE {table} RENAME TO {other}"))


async def test_a_command_that_breaks_the_transaction_does_not_take_its_neighbours_down(
    world: World, quiet: list[MutableMapping[str, object]]
) -> None:
    """A row that the database refuses spoils a whole batch; its neighbours are then committed without it."""
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    other = await world.school("other")
    cara = await world.caller(other, "cara")
    bench = Bench(world)
    await bench.commands.submit(cara, post(other.staffroom))
    # Behind everybody's back the head of cara's room goes back, so that her next message is there already.
    await world.set(room_table, {"last_seq": 0}, id=other.staffroom)
    waiting = [bench.commands.submit(who, post(of)) for who, of in (
        (amara, school.staffroom), (cara, other.staffroom), (ben, school.staffroom),
    )]  # fmt: skip
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [getattr(each, "code", "done") for each in outcomes] == ["done", "unavailable", "done"]
    assert len(await world.rows(message, room_id=school.staffroom)) == 2
    await world.check_log(school.staffroom)


async def test_typing_is_passed_on_and_answered_without_the_database(world: World) -> None:
    amara = await world.caller(await world.school(), "amara")
    bench = Bench(world)
    assert await bench.commands.submit(amara, Typing(room="r1")) == {"room": "r1"}
    assert bench.passed == ["r1"]
    assert bench.batches == []
    with pytest.raises(Refusal, match="rate_limited"):
        await bench.commands.submit(amara, Typing(room="rfull"))


async def test_keyed_commands_are_always_answered_and_others_when_numbered(world: World) -> None:
    commands = Bench(world).commands
    assert commands.answers(post("r1"))
    assert commands.answers(Read(room="r1", seq=1, id=7))
    assert not commands.answers(Read(room="r1", seq=1))
    assert not commands.answers(Typing(room="r1"))


async def test_every_command_has_the_name_that_the_protocol_gives_it(world: World) -> None:
    assert set(Bench(world).commands.types) == {
        "add_feed", "add_member", "archive_room", "ask_help", "begin_upload", "cancel_scheduled", "change_note",
        "change_room", "confirm_notice", "copy_room", "describe_file", "drop_draft", "edit_message", "edit_scheduled",
        "follow_group", "follow_thread", "forward_message", "keep_draft", "leave_room", "look_into", "make_folder",
        "make_room", "make_subgroup", "move_concern", "move_item", "nudge_notice", "pause_messaging", "pin_message",
        "post_message", "post_notice", "react", "read", "read_all", "read_thread", "recall_message", "received",
        "remove_feed", "remove_item", "remove_member", "remove_message", "remove_note", "rename_item", "rename_room",
        "reopen_room", "replace_item", "report_message", "restore_item", "resume_messaging", "schedule_message",
        "set_sticky", "set_subgroup", "shelve_file", "shelve_link", "start_thread", "tell_worry", "typing",
        "unfollow_group", "unpin_message", "unreact", "write_note",
    }  # fmt: skip
