"""Posting, replying, editing and removing."""

from uuid import uuid4

import msgspec
import pytest

from rooms.messages.commands import RemoveMessage
from rooms.model import evidence, member
from rooms.posts import message
from tests.world import World, code, done, edit, post, remove


async def bodies(world: World, of: str) -> list[dict[str, object]]:
    return [msgspec.json.decode(each.body) for each in await world.events(of)]


async def test_a_reply_names_what_it_answers(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    here = school.staffroom
    first = done(await world.do(amara, post(here, "Who has the laminator?")))["message"]
    done(await world.do(ben, post(here, "I do", reply_to=first)))
    assert (await bodies(world, here))[1] == {"message": f"m2-{here}", "text": "I do", "reply_to": first}
    assert [row.reply_to for row in await world.rows(message)] == [None, first]


async def test_a_reply_to_what_is_not_there_is_refused(world: World) -> None:
    school, other = await world.school(), await world.school("riverside")
    amara, stranger = await world.caller(school, "amara"), await world.caller(other, "stranger")
    here = school.staffroom
    await world.do(stranger, post(other.staffroom))
    await world.do(amara, post(here))
    await world.do(amara, remove(here, f"m1-{here}"))
    for gone in (f"m1-{here}", f"m2-{here}", f"m9-{here}", f"m1-{other.staffroom}", "nonsense"):
        assert code(await world.do(amara, post(here, reply_to=gone))) == "not_found"


async def test_a_reply_within_the_same_batch_finds_its_message(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    outcomes = await world.commit((amara, post(here)), (amara, post(here, "and", reply_to=f"m1-{here}")))
    assert [done(each)["seq"] for each in outcomes] == [1, 2]


async def test_an_edit_changes_what_is_read_and_the_log_tells(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    await world.do(amara, post(here, "Goof morning"))
    answer = done(await world.do(amara, edit(here, f"m1-{here}", "Good morning")))
    assert (answer["seq"], answer["message"]) == (2, f"m1-{here}")
    (row,) = await world.rows(message)
    assert row.text == "Good morning"
    assert row.edited_ms is not None
    assert (await bodies(world, here))[1] == {"message": f"m1-{here}", "text": "Good morning"}


async def test_nobody_edits_what_another_wrote_not_even_the_head(world: World) -> None:
    school = await world.school()
    amara, head = await world.caller(school, "amara"), await world.caller(school, "head", "head")
    here = school.staffroom
    await world.do(amara, post(here))
    assert code(await world.do(head, edit(here, f"m1-{here}", "x"))) == "forbidden"


@pytest.mark.parametrize(
    ("role", "expected"),
    [("teacher", "forbidden"), ("dsl", "forbidden"), ("head", "done"), ("ict_coordinator", "done")],
)
async def test_one_removes_one_s_own_and_leaders_remove_others_too(world: World, role: str, expected: str) -> None:
    school = await world.school()
    amara, other = await world.caller(school, "amara"), await world.caller(school, "other", role)
    here = school.staffroom
    await world.do(amara, post(here))
    outcome = await world.do(other, remove(here, f"m1-{here}"))
    assert getattr(outcome, "code", "done") == expected
    if expected != "done":
        assert done(await world.do(amara, remove(here, f"m1-{here}")))["message"] == f"m1-{here}"


async def test_removed_text_leaves_the_log_and_is_kept_apart_with_the_reason(world: World) -> None:
    school = await world.school()
    amara, head = await world.caller(school, "amara"), await world.caller(school, "head", "head")
    here = school.staffroom
    await world.do(amara, post(here, "first words"))
    await world.do(amara, edit(here, f"m1-{here}", "second words"))
    done(await world.do(head, remove(here, f"m1-{here}", "unkind")))
    tombstone = {"message": f"m1-{here}", "removed": True}
    assert await bodies(world, here) == [tombstone, tombstone, {"message": f"m1-{here}"}]
    (row,) = await world.rows(message)
    assert (row.text, row.removed_ms is not None) == ("", True)
    kept = await world.rows(evidence)
    assert [("words" in each.body, each.reason, each.removed_by) for each in kept] == [
        (True, "unkind", head.person)
    ] * 2
    await world.check_log(here)


async def test_what_is_removed_cannot_be_edited_or_removed_again(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    await world.do(amara, post(here))
    await world.do(amara, remove(here, f"m1-{here}"))
    assert code(await world.do(amara, edit(here, f"m1-{here}", "x"))) == "not_found"
    assert code(await world.do(amara, remove(here, f"m1-{here}"))) == "not_found"
    assert len(await world.events(here)) == 2


async def test_an_author_who_may_no_longer_write_can_still_take_back_what_they_wrote(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    await world.do(amara, post(here))
    await world.set(member, {"may_write": False}, person_id=amara.person, room_id=here)
    assert code(await world.do(amara, edit(here, f"m1-{here}", "x"))) == "forbidden"
    done(await world.do(amara, remove(here, f"m1-{here}")))


async def test_an_event_that_is_no_message_cannot_be_answered_edited_or_removed(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara", "head")
    here = school.staffroom
    await world.do(amara, post(here))
    await world.do(amara, edit(here, f"m1-{here}", "x"))
    for command in (post(here, reply_to=f"m2-{here}"), edit(here, f"m2-{here}", "y"), remove(here, f"m2-{here}")):
        assert code(await world.do(amara, command)) == "not_found"


@pytest.mark.parametrize("reason", ["\0", "a\0b", "\x07 bell", "😀 “quoted” \\u0000"])
async def test_any_reason_can_be_given(world: World, reason: str) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    await world.do(amara, post(here))
    done(await world.do(amara, remove(here, f"m1-{here}", reason)))
    (kept,) = await world.rows(evidence)
    assert "\0" not in (kept.reason or "")


def test_a_reason_is_bounded_before_anything_is_done() -> None:
    body = {"type": "remove_message", "room": "r1", "key": str(uuid4()), "message": "m1-r1", "reason": "x" * 501}
    with pytest.raises(msgspec.ValidationError, match="length"):
        msgspec.json.decode(msgspec.json.encode(body), type=RemoveMessage)
