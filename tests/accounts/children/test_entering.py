"""A child comes in with a card or with pictures; nobody else does, and nobody guesses."""

import asyncio

import pytest

from accounts.children.cards import NO_GOOD
from accounts.children.entering import NO_CARD
from accounts.children.model import card, class_code, picture_sign_in
from accounts.children.rules import MOST_WRONG
from accounts.model import group_member, person, session
from accounts.rules import FORGET_AFTER_S, FREE_TRIES
from realtime.refusal import Refusal
from tests.accounts.children.classroom import AT_SCHOOL, Classroom, code_of, made_group, others, outcomes, put
from tests.world import SECRET

HOUR = FORGET_AFTER_S + 1


async def test_a_card_opens_the_door_and_says_how_in_the_log(classroom: Classroom) -> None:
    made = await classroom.with_card(await classroom.card_of("ada"))
    assert await classroom.who(made) == classroom.children["ada"]
    assert await classroom.methods("ada") == [("card", False)]
    assert ("signed_in", classroom.children["ada"], classroom.children["ada"]) in await classroom.record("signed_in")


async def test_what_is_on_a_card_is_kept_nowhere(classroom: Classroom) -> None:
    token = await classroom.card_of("ada")
    assert len(token) >= 22, "at least 128 random bits"
    rows = [str(tuple(row)) for table in (card, session) for row in await classroom.world.rows(table)]
    assert token not in " ".join(rows) + await classroom.everything_recorded()


async def test_a_forged_card_is_refused_and_noticed(classroom: Classroom) -> None:
    await classroom.card_of("ada")
    forged = ("", "x", "A" * 24, "0" * 5000, "' OR 1=1 --", "é" * 24)
    for token in forged:
        with pytest.raises(Refusal) as caught:
            await classroom.entering.show(token, classroom.visit())
        assert (caught.value.code, caught.value.message) == ("unauthenticated", NO_CARD)
    assert [(each.slug, each.name, each.method) for each in classroom.noticed] == [("", "", "card")] * len(forged)


async def test_a_revoked_and_a_replaced_card_are_refused_and_noticed(classroom: Classroom) -> None:
    replaced = await classroom.card_of("ada")
    revoked = await classroom.card_of("ada")
    await classroom.desk.revoke_card(classroom.tom, classroom.group, classroom.children["ada"])
    for token in (replaced, revoked):
        with pytest.raises(Refusal, match="unauthenticated") as caught:
            await classroom.with_card(token)
        assert caught.value.message == NO_GOOD
    assert [(each.slug, each.name) for each in classroom.noticed] == [("oakfield", "ada")] * 2


async def test_cards_and_pictures_end_with_the_account(classroom: Classroom) -> None:
    token, secret, code = await classroom.card_of("ada"), await classroom.pictures_of("ada"), await classroom.code()
    for what in ("disabled_ms", "left_ms", "off_ms", "erased_ms"):
        await classroom.world.set(person, {what: classroom.clock.now_ms()}, id=classroom.children["ada"])
        assert await code_of(classroom.with_card(token, secret)) == "unauthenticated"
        assert await code_of(classroom.with_pictures("ada", secret, code)) == "not_found"
        assert [row.name for row in await classroom.entering.children(classroom.group)] == []
        await classroom.world.set(person, {what: None}, id=classroom.children["ada"])
    assert await classroom.who(await classroom.with_card(token, secret)), "it was that, and nothing else"


async def test_a_future_starter_waits_for_the_first_day(classroom: Classroom) -> None:
    token = await classroom.card_of("ada")
    await classroom.world.set(person, {"starts_ms": classroom.clock.now_ms() + 1000}, id=classroom.children["ada"])
    assert await code_of(classroom.with_card(token)) == "unauthenticated"
    classroom.forward(1)
    assert await classroom.who(await classroom.with_card(token)) == classroom.children["ada"]


async def test_only_learners_come_in_this_way_whatever_the_tables_say(classroom: Classroom) -> None:
    token, secret, code = await classroom.card_of("ada"), await classroom.pictures_of("ada"), await classroom.code()
    for role in ("teacher", "head", "guardian", "governor", "visitor"):
        await classroom.world.set(person, {"role": role}, id=classroom.children["ada"])
        assert await code_of(classroom.with_card(token, secret)) == "unauthenticated"
        assert await code_of(classroom.with_pictures("ada", secret, code)) == "not_found"


async def test_a_photographed_card_does_not_do_outside_the_school(classroom: Classroom) -> None:
    token, secret = await classroom.card_of("ada"), await classroom.pictures_of("ada")
    assert (await classroom.entering.show(token, classroom.visit())).asks_pictures
    assert await code_of(classroom.with_card(token)) == "unauthenticated"
    assert await code_of(classroom.with_card(token, others(secret))) == "unauthenticated"
    assert await classroom.who(await classroom.with_card(token, secret)) == classroom.children["ada"]


async def test_in_school_the_card_alone_does(classroom: Classroom) -> None:
    token = await classroom.card_of("ada")
    await classroom.pictures_of("ada")
    visit = classroom.visit(address=AT_SCHOOL)
    assert not (await classroom.entering.show(token, visit)).asks_pictures
    assert await classroom.who(await classroom.with_card(token, visit=visit)) == classroom.children["ada"]


async def test_a_card_that_is_revoked_while_its_child_comes_in_opens_nothing(classroom: Classroom) -> None:
    for _ in range(6):
        token = await classroom.card_of("ada")
        ada = classroom.children["ada"]
        made, _ = await outcomes(
            classroom.with_card(token), classroom.desk.revoke_card(classroom.tom, classroom.group, ada)
        )
        came_in = made == "unauthenticated" or await classroom.who(made) is None
        assert came_in, "the session of a revoked card goes on"


async def test_revoking_comes_before_the_last_step(classroom: Classroom) -> None:
    token = await classroom.card_of("ada")
    shown = await classroom.entering.show(token, classroom.visit())
    await classroom.desk.revoke_card(classroom.tom, classroom.group, classroom.children["ada"])
    assert await code_of(classroom.entering.with_card(shown, (), classroom.visit())) == "unauthenticated"
    assert await classroom.methods("ada") == []


async def test_class_own_picture_and_three_pictures_open_the_door(classroom: Classroom) -> None:
    secret, code = await classroom.pictures_of("bilal"), await classroom.code()
    made = await classroom.with_pictures("bilal", secret, code)
    assert await classroom.who(made) == classroom.children["bilal"]
    assert await classroom.methods("bilal") == [("picture", False)]


async def test_the_order_counts(classroom: Classroom) -> None:
    code, secret = await classroom.code(), await classroom.pictures_of("ada")
    while secret == secret[::-1]:
        secret = await classroom.pictures_of("ada")
    assert await code_of(classroom.with_pictures("ada", secret[::-1], code)) == "unauthenticated"
    assert await code_of(classroom.with_pictures("ada", secret[:2], code)) == "unauthenticated"


async def test_without_the_code_nobody_is_there(classroom: Classroom) -> None:
    secret, code = await classroom.pictures_of("ada"), await classroom.code()
    newer = await classroom.code()
    for wrong in ("", "000000000000", code):
        assert await code_of(classroom.with_pictures("ada", secret, wrong)) == "not_found"
        assert await classroom.entering.classes([wrong]) == []
    assert [row.name for row in await classroom.entering.classes([newer])] == ["Class 1B"]


async def test_the_code_of_another_class_shows_and_lets_in_none_of_this_one(classroom: Classroom) -> None:
    secret = await classroom.pictures_of("ada")
    code = await classroom.code()
    for school in (classroom.school, await classroom.world.school("riverside")):
        other = await made_group(classroom.world, school, "Class 2C")
        theirs = await classroom.world.database.write(
            classroom.desk.codes.renew, other, classroom.tom.person, classroom.clock.now_ms()
        )
        assert await code_of(classroom.with_pictures("ada", secret, theirs)) == "not_found"
        assert await code_of(classroom.with_pictures("ada", secret, theirs, group=other)) == "not_found"
        assert await code_of(classroom.with_pictures("ada", secret, code, group=other)) == "not_found"


async def test_only_those_with_pictures_are_shown(classroom: Classroom) -> None:
    told = await classroom.told("cerys")
    await classroom.card_of("ada")
    shown = await classroom.entering.children(classroom.group)
    assert [(row.name, row.own_picture) for row in shown] == [("Cerys", told.own_picture)]


async def test_who_leaves_the_class_is_no_longer_let_in_there(classroom: Classroom) -> None:
    secret, code = await classroom.pictures_of("ada"), await classroom.code()
    ada = classroom.children["ada"]
    await classroom.world.set(group_member, {"until_ms": classroom.clock.now_ms()}, person_id=ada)
    assert await code_of(classroom.with_pictures("ada", secret, code)) == "not_found"


async def test_guessing_from_many_devices_is_slowed_down_and_then_stopped(classroom: Classroom) -> None:
    secret, code = await classroom.pictures_of("ada"), await classroom.code()
    wrong = others(secret)
    codes = [await code_of(classroom.with_pictures("ada", wrong, code, f"device {n}")) for n in range(FREE_TRIES + 1)]
    assert codes == ["unauthenticated"] * FREE_TRIES + ["rate_limited"]
    for n in range(MOST_WRONG - FREE_TRIES):
        classroom.forward(HOUR)
        assert await code_of(classroom.with_pictures("ada", wrong, code, f"later {n}")) == "unauthenticated"
    classroom.forward(HOUR)
    assert await code_of(classroom.with_pictures("ada", secret, code, "the last")) == "forbidden", "even if right"
    await classroom.desk.unlock(classroom.tom, classroom.group, classroom.children["ada"])
    assert await classroom.who(await classroom.with_pictures("ada", secret, code)) == classroom.children["ada"]
    assert {each.method for each in classroom.noticed} == {"picture"}


async def test_a_burst_of_guesses_at_the_same_moment_gets_no_more_tries(classroom: Classroom) -> None:
    secret, code = await classroom.pictures_of("ada"), await classroom.code()
    wrong = others(secret)
    tries = [classroom.with_pictures("ada", wrong, code, f"device {n}") for n in range(12)]
    codes = await outcomes(*tries)
    assert sorted(codes) == ["rate_limited"] * (12 - FREE_TRIES) + ["unauthenticated"] * FREE_TRIES


async def test_one_device_cannot_try_all_the_children(classroom: Classroom) -> None:
    secrets = {name: await classroom.pictures_of(name) for name in classroom.children}
    code = await classroom.code()
    await classroom.with_pictures("ada", secrets["ada"], code, "known")
    codes = []
    for _ in range(4):
        for name, secret in secrets.items():
            codes.append(await code_of(classroom.with_pictures(name, others(secret), code, "known")))
    assert codes.index("rate_limited") <= 2 * FREE_TRIES


async def test_strangers_who_guess_do_not_lock_the_class_s_tablet(classroom: Classroom) -> None:
    secret, code = await classroom.pictures_of("ada"), await classroom.code()
    await classroom.with_pictures("ada", secret, code, "tablet")
    for n in range(FREE_TRIES + 1):
        await code_of(classroom.with_pictures("ada", others(secret), code, f"stranger {n}"))
    assert await code_of(classroom.with_pictures("ada", secret, code, "stranger")) == "rate_limited"
    assert await classroom.who(await classroom.with_pictures("ada", secret, code, "tablet"))


async def test_a_right_try_forgets_the_wrong_ones(classroom: Classroom) -> None:
    secret, code = await classroom.pictures_of("ada"), await classroom.code()
    for _ in range(3):
        for _ in range(FREE_TRIES - 1):
            assert await code_of(classroom.with_pictures("ada", others(secret), code)) == "unauthenticated"
        await classroom.with_pictures("ada", secret, code)
    assert [row.wrong for row in await classroom.world.rows(picture_sign_in)] == [0]


async def test_pictures_that_are_reset_meanwhile_begin_no_session(classroom: Classroom) -> None:
    code = await classroom.code()
    for _ in range(3):
        secret = await classroom.pictures_of("ada")
        made, _ = await outcomes(classroom.with_pictures("ada", secret, code), classroom.told("ada"))
        assert made == "unauthenticated" or await classroom.who(made) is None


async def test_the_database_alone_tells_neither_pictures_nor_codes(classroom: Classroom) -> None:
    secret, code = await classroom.pictures_of("ada"), await classroom.code()
    tables = (picture_sign_in, class_code)
    stored = " ".join([str(tuple(row)) for table in tables for row in await classroom.world.rows(table)])
    assert code not in stored
    assert " ".join(secret) not in stored
    hashed = (await classroom.world.rows(picture_sign_in))[0].pictures_hash
    assert not await classroom.signing_in.passwords.verify(hashed, " ".join(secret)), "the hash takes a key"
    assert SECRET.decode() not in stored


async def test_typed_codes_need_not_be_typed_well(classroom: Classroom) -> None:
    code = await classroom.code()
    typed = f" {code[:4].upper()} - {code[4:8]}-{code[8:]} ".replace("0", "O").replace("1", "l")
    assert (await classroom.entering.class_of(typed, "d1")).id == classroom.group


async def test_codes_cannot_be_tried_quickly_on_a_device(classroom: Classroom) -> None:
    await classroom.code()
    codes = [await code_of(classroom.entering.class_of("000000000000", "d1")) for _ in range(FREE_TRIES + 1)]
    assert codes == ["unauthenticated"] * FREE_TRIES + ["rate_limited"]


async def test_many_children_on_new_tablets_come_in_together(classroom: Classroom) -> None:
    """A first lesson: nobody is told to wait because the others are trying, too."""
    code, secrets = await classroom.code(), {}
    for n in range(12):
        name = f"child{n}"
        classroom.children[name] = await classroom.world.person(classroom.school, name, "learner", seated=False)
        await put(classroom.world, classroom.group, classroom.children[name], "learner")
        secrets[name] = await classroom.pictures_of(name)
    made = await asyncio.gather(
        *(classroom.with_pictures(name, secret, code, f"tablet of {name}") for name, secret in secrets.items())
    )
    assert {await classroom.who(each) for each in made} == {classroom.children[name] for name in secrets}
