"""Group commit: every command its turn, in one transaction; nothing half done, nothing twice, no gap."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.model import session as session_table
from realtime.connection import Caller
from realtime.protocol import Command
from realtime.refusal import Refusal
from rooms.enrolling import seat
from rooms.membership import AddMember, RemoveMember, create_room
from rooms.messages.commands import EditMessage, PostMessage
from rooms.model import event, room
from rooms.posts import message as message_view
from rooms.posts import message_edit
from rooms.reading import Read
from rooms.turn import Handler, Turn, fingerprint
from storage.database import Transaction
from tests.world import BY_COMMAND, SECRET, World, code, done, edit, post, remove, world_on


async def test_commands_that_wait_together_get_neighbouring_places_and_their_own_answers(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    here = school.staffroom
    outcomes = [done(each) for each in await world.commit((amara, post(here, "a")), (ben, post(here, "b")))]
    assert [each["seq"] for each in outcomes] == [1, 2]
    assert [each["message"] for each in outcomes] == [f"m1-{here}", f"m2-{here}"]
    assert [each["repeat"] for each in outcomes] == [False, False]
    assert [(row.author_id, row.text) for row in await world.rows(message_view)] == [
        (amara.person, "a"), (ben.person, "b"),
    ]  # fmt: skip
    assert [(each.room, each.seq) for each in world.published] == [(here, 1), (here, 2)]


async def test_a_refusal_among_others_is_its_sender_s_alone_and_leaves_no_gap(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    stranger = await world.caller(school, "stranger", seated=False)
    here = school.staffroom
    outcomes = await world.commit(
        (amara, post(here)), (stranger, post(here)), (ben, post(here, "  ")), (ben, post(here))
    )
    assert [isinstance(each, Refusal) for each in outcomes] == [False, True, True, False]
    assert [code(each) for each in outcomes[1:3]] == ["not_found", "bad_request"]
    assert done(outcomes[3])["seq"] == 2
    await world.check_log(here)


async def test_what_a_handler_wrote_before_it_refused_is_gone_and_its_place_is_free(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara", "head")
    here = school.staffroom
    await world.do(amara, post(here, "first"))

    def writes_then_refuses(turn: Turn, command: EditMessage) -> None:
        turn.append("message_edited", {"message": command.message, "text": command.text})
        turn.connection.execute(event.update().values(body='{"text":"half done"}'))
        turn.insert(message_edit, (here, 1, turn.next_seq()))
        raise Refusal("forbidden")

    handlers: dict[type, Handler[Any]] = BY_COMMAND
    monkeypatch.setitem(handlers, EditMessage, replace(handlers[EditMessage], handle=writes_then_refuses))
    outcomes = await world.commit(
        (amara, post(here, "before")), (amara, edit(here, f"m1-{here}", "half done")), (amara, post(here, "after"))
    )
    assert [isinstance(each, Refusal) for each in outcomes] == [False, True, False]
    assert [row.text for row in await world.rows(message_view)] == ["first", "before", "after"]
    assert await world.rows(message_edit) == []
    assert [each.kind for each in await world.events(here)] == ["message_posted"] * 3
    await world.check_log(here)


async def test_the_same_key_twice_in_one_batch_happens_once(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here, key = school.staffroom, uuid4()
    first, second = map(done, await world.commit((amara, post(here, key=key)), (amara, post(here, key=key))))
    assert (first["repeat"], second["repeat"]) == (False, True)
    assert {**first, "repeat": None} == {**second, "repeat": None}
    assert len(await world.rows(event, room_id=here)) == 1


async def test_the_same_key_later_is_a_repeat_with_the_first_answer(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here, key = school.staffroom, uuid4()
    first = done(await world.do(amara, post(here, key=key)))
    await world.do(amara, post(here, "in between"))
    second = done(await world.do(amara, post(here, key=key)))
    assert second == {**first, "repeat": True}


@pytest.mark.parametrize("together", [True, False])
async def test_the_same_key_with_other_words_is_refused(world: World, together: bool) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here, key = school.staffroom, uuid4()
    asked = [(amara, post(here, "one thing", key=key)), (amara, post(here, "another", key=key))]
    outcomes = await world.commit(*asked) if together else [(await world.commit(each))[0] for each in asked]
    assert code(outcomes[1]) == "key_conflict"
    assert [row.text for row in await world.rows(message_view)] == ["one thing"]


async def test_keys_of_different_people_and_rooms_do_not_meet(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    here, key = school.staffroom, uuid4()
    outcomes = await world.commit((amara, post(here, "a", key=key)), (ben, post(here, "b", key=key)))
    assert [done(each)["repeat"] for each in outcomes] == [False, False]


async def test_a_key_that_was_refused_can_be_used_again(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here, key = school.staffroom, uuid4()
    assert code(await world.do(amara, post(here, "", key=key))) == "bad_request"
    assert done(await world.do(amara, post(here, "now with words", key=key)))["repeat"] is False


async def test_a_repeat_is_told_even_when_one_may_no_longer_write_but_not_when_one_may_no_longer_see(
    world: World,
) -> None:
    school = await world.school()
    amara, head = await world.caller(school, "amara"), await world.caller(school, "head", "head")
    here, key = school.staffroom, uuid4()
    await world.do(amara, post(here, key=key))
    await world.do(head, AddMember(room=here, key=uuid4(), person=amara.person, may_write=False))
    assert done(await world.do(amara, post(here, key=key)))["repeat"] is True
    await world.do(head, RemoveMember(room=here, key=uuid4(), person=amara.person))
    assert code(await world.do(amara, post(here, key=key))) == "not_found"


async def test_rights_that_end_in_a_batch_are_judged_as_the_batch_found_them_and_end_with_it(world: World) -> None:
    school = await world.school()
    amara, head = await world.caller(school, "amara"), await world.caller(school, "head", "head")
    here = school.staffroom
    await world.commit((head, RemoveMember(room=here, key=uuid4(), person=amara.person)), (amara, post(here)))
    assert code(await world.do(amara, post(here))) == "not_found"
    await world.check_log(here)


async def test_an_edit_and_a_removal_in_one_batch_leave_no_text_in_the_log(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    asked = [
        (amara, post(here, "a secret")), (amara, edit(here, f"m1-{here}", "a second secret")),
        (amara, remove(here, f"m1-{here}")), (amara, post(here, "later")),
    ]  # fmt: skip
    assert [done(each)["seq"] for each in await world.commit(*asked)] == [1, 2, 3, 4]
    await _no_secret(world, here)


async def test_an_edit_after_a_removal_in_one_batch_is_refused(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    await world.do(amara, post(here, "a secret"))
    outcomes = await world.commit(
        (amara, remove(here, f"m1-{here}")), (amara, edit(here, f"m1-{here}", "a secret again"))
    )
    assert code(outcomes[1]) == "not_found"
    await _no_secret(world, here)


async def _no_secret(world: World, here: str) -> None:
    assert all(b"secret" not in bytes(each.body) for each in await world.events(here))
    assert all("secret" not in row.text for row in await world.rows(message_view))
    await world.check_log(here)


async def test_a_caller_whose_session_is_unknown_gets_no_turn_and_spoils_nobody_s(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    await world.do(amara, post(here))
    ghost = Caller(amara.person, "kunknown", amara.own_room, {})
    outcomes = await world.commit((amara, post(here)), (ghost, post(here)), (amara, post(here)))
    assert code(outcomes[1]) == "unauthenticated"
    assert [done(outcomes[place])["seq"] for place in (0, 2)] == [2, 3]


async def test_an_ended_session_may_nothing(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    await world.set(session_table, {"ended_ms": 1}, id=amara.session)
    for command in (post(school.staffroom), Read(room=school.staffroom, seq=1)):
        assert code(await world.do(amara, command)) == "unauthenticated"


async def test_a_room_that_is_not_there_and_one_that_one_may_not_see_are_the_same(world: World) -> None:
    oakfield, riverside = await world.school(), await world.school("riverside")
    amara = await world.caller(oakfield, "amara", "head")
    ben = await world.caller(oakfield, "ben")
    outcomes = [
        await world.do(amara, post("rnowhere")),
        await world.do(amara, post(riverside.staffroom)),
        await world.do(amara, post(ben.own_room)),
    ]
    assert {repr(each.fields()) for each in outcomes if isinstance(each, Refusal)} == {
        repr(Refusal("not_found").fields())
    }
    assert len(outcomes) == 3


async def test_in_a_closed_room_everything_is_refused_but_reading(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    await world.do(amara, post(here))
    await world.set(room, {"closed_ms": 1}, id=here)
    assert code(await world.do(amara, post(here))) == "room_closed"
    assert code(await world.do(amara, edit(here, f"m1-{here}", "x"))) == "room_closed"
    assert done(await world.do(amara, Read(room=here, seq=1)))["seq"] == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_over_many_rooms_and_batches_no_room_has_a_gap(database_url: str, data: st.DataObject) -> None:
    async with world_on(database_url) as world:
        school = await world.school(f"s{uuid4().hex[:12]}")
        amara = await world.caller(school, "amara", "head")
        rooms = [school.staffroom]
        for _ in range(2):
            made = await world.database.write(create_room, school.id, "staffroom", "Another", world.now_ms)
            await world.database.write(_seat, made, amara.person)
            rooms.append(made)
        kinds = st.tuples(st.sampled_from(rooms), st.sampled_from(["post", "blank", "edit", "remove", "read", "again"]))
        key = uuid4()
        for batch in data.draw(st.lists(st.lists(kinds, min_size=1, max_size=8), min_size=1, max_size=4)):
            await world.commit(*((amara, _command(of, kind, key)) for of, kind in batch))
        for of in rooms:
            await world.check_log(of)
        await world.check_log(amara.own_room)


def _command(of: str, kind: str, key: object) -> Command:
    match kind:
        case "edit":
            return edit(of, f"m1-{of}", "changed")
        case "remove":
            return remove(of, f"m1-{of}")
        case "read":
            return Read(room=of, seq=1_000_000)
        case "again":
            return PostMessage(room=of, key=key, text="the same")  # type: ignore[arg-type] # a UUID
        case _:
            return post(of, "" if kind == "blank" else kind)


def _seat(tx: Transaction, of: str, person: str) -> None:
    seat(tx, of, person, 1)


async def test_two_servers_that_append_to_the_same_rooms_leave_no_gap(database_url: str) -> None:
    """Each on its own connections, as two server processes are; batches overlap in rooms taken in different orders."""
    async with world_on(database_url) as one, world_on(database_url) as two:
        oakfield = await one.school()
        amara, head = await one.caller(oakfield, "amara"), await one.caller(oakfield, "head", "head")
        other = await one.database.write(create_room, oakfield.id, "staffroom", "Other", 1)
        for caller in (amara, head):
            await one.database.write(_seat, other, caller.person)
        here = oakfield.staffroom

        async def work(world: World, caller: Caller, rooms: tuple[str, str]) -> None:
            for number in range(15):
                asked = [(caller, post(of, f"{number}")) for of in rooms]
                for outcome in await world.commit(*asked, (caller, Read(room=here, seq=number))):
                    done(outcome)

        await asyncio.gather(
            work(one, amara, (here, other)), work(two, head, (other, here)), work(two, amara, (other, here))
        )
        for of in (here, other):
            assert len(await one.rows(event, room_id=of)) == 45
            await one.check_log(of)
        seen = sorted((each.room, each.seq) for each in (*one.published, *two.published) if each.room in (here, other))
        assert seen == sorted((of, seq) for of in (here, other) for seq in range(1, 46))


def test_a_fingerprint_tells_the_words_and_not_the_request_number() -> None:
    key = uuid4()
    said = PostMessage(room="r1", key=key, text="a", id=1)
    assert fingerprint(SECRET, said) == fingerprint(SECRET, PostMessage(room="r1", key=key, text="a", id=2))
    assert fingerprint(SECRET, said) != fingerprint(SECRET, PostMessage(room="r1", key=key, text="b", id=1))
    assert fingerprint(SECRET, said) != fingerprint(b"another secret", said)
