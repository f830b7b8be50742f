"""Teachers help their own class, in one tap; nobody else does, and each thing is in the log."""

from collections.abc import Awaitable, Callable

from accounts.children.class_desk import EVERYBODY, MISSING
from accounts.children.model import card, picture_sign_in
from accounts.children.rules import OWN
from accounts.model import group_member
from accounts.sessions import Actor
from storage.ids import new_id
from tests.accounts.children.classroom import Classroom, code_of, made_group, outcomes, put

Act = Callable[[Classroom, Actor, str, str], Awaitable[object]]

EVERYTHING: dict[str, Act] = {
    "cards": lambda c, who, group, child: c.desk.make_cards(who, group, child, new_id("f")),
    "all cards": lambda c, who, group, child: c.desk.make_cards(who, group, EVERYBODY, new_id("f")),
    "revoke": lambda c, who, group, child: c.desk.revoke_card(who, group, child),
    "restore": lambda c, who, group, child: c.desk.restore_card(who, group, child),
    "pictures": lambda c, who, group, child: c.desk.reset_pictures(who, group, child, new_id("f")),
    "unlock": lambda c, who, group, child: c.desk.unlock(who, group, child),
    "own picture": lambda c, who, group, child: c.desk.choose_own(who, group, child, "dog"),
    "code": lambda c, who, group, child: c.desk.renew_code(who, group),
}


async def test_those_without_a_card_get_one_and_all_get_new_ones(classroom: Classroom) -> None:
    first = await classroom.card_of("ada")
    made = await classroom.desk.make_cards(classroom.tom, classroom.group, MISSING, new_id("f"))
    assert [each.name for each in made] == ["Bilal", "Cerys"]
    assert await code_of(classroom.desk.make_cards(classroom.tom, classroom.group, MISSING, "f2")) == "bad_request"
    everybody = await classroom.desk.make_cards(classroom.tom, classroom.group, EVERYBODY, new_id("f"))
    assert [each.name for each in everybody] == ["Ada", "Bilal", "Cerys"]
    assert len({first, *(each.token for each in (*made, *everybody))}) == 6
    assert len([row for row in await classroom.world.rows(card) if row.revoked_ms is None]) == 3
    assert await classroom.record("card_made") == [
        ("card_made", classroom.tom.person, classroom.children[name])
        for name in ("ada", "bilal", "cerys", "ada", "bilal", "cerys")
    ]


async def test_every_child_of_a_class_has_another_own_picture(classroom: Classroom) -> None:
    made = await classroom.desk.make_cards(classroom.tom, classroom.group, EVERYBODY, new_id("f"))
    pictures = [each.own_picture for each in made]
    assert len(set(pictures)) == 3
    assert set(pictures) <= set(OWN)
    again = await classroom.desk.make_cards(classroom.tom, classroom.group, EVERYBODY, new_id("f"))
    assert [each.own_picture for each in again] == pictures, "it is theirs for good"


async def test_the_same_form_sent_again_makes_no_cards_and_resets_no_pictures(classroom: Classroom) -> None:
    for act in (classroom.desk.make_cards, classroom.desk.reset_pictures):
        first = await act(classroom.tom, classroom.group, EVERYBODY, "f1")
        assert await code_of(act(classroom.tom, classroom.group, EVERYBODY, "f1")) == "key_conflict"
        assert len(first) == 3
    assert len(await classroom.world.rows(card)) == 3


async def test_two_who_print_at_the_same_moment_leave_one_good_card_each(classroom: Classroom) -> None:
    head = await classroom.actor("hedda", "head")
    made = await outcomes(
        *(classroom.desk.make_cards(who, classroom.group, EVERYBODY, new_id("f")) for who in (classroom.tom, head))
    )
    assert [len(each) for each in made] == [3, 3]
    assert len([row for row in await classroom.world.rows(card) if row.revoked_ms is None]) == 3


async def test_a_lost_card_ends_what_was_begun_with_it_and_nothing_else(classroom: Classroom) -> None:
    secret, code = await classroom.pictures_of("ada"), await classroom.code()
    token = await classroom.card_of("ada")
    by_card = await classroom.with_card(token, secret)
    by_picture = await classroom.with_pictures("ada", secret, code)
    await classroom.desk.revoke_card(classroom.tom, classroom.group, classroom.children["ada"])
    assert await classroom.who(by_card) is None
    assert await classroom.who(by_picture) == classroom.children["ada"]
    assert await classroom.record("card_revoked") == [("card_revoked", classroom.tom.person, classroom.children["ada"])]
    told = await classroom.world.events("u" + classroom.children["ada"][1:])
    assert [each.kind for each in told] == ["session_ended"], "open connections close"


async def test_a_card_that_was_found_again_works_again(classroom: Classroom) -> None:
    older = await classroom.card_of("ada")
    classroom.forward(1)
    token, ada = await classroom.card_of("ada"), classroom.children["ada"]
    assert await code_of(classroom.desk.restore_card(classroom.tom, classroom.group, ada)) == "not_found"
    await classroom.desk.revoke_card(classroom.tom, classroom.group, ada)
    await classroom.desk.restore_card(classroom.tom, classroom.group, ada)
    assert await classroom.who(await classroom.with_card(token)) == ada
    assert await code_of(classroom.with_card(older)) == "unauthenticated"


async def test_new_pictures_end_all_of_the_child_s_sessions_at_once(classroom: Classroom) -> None:
    secret, code = await classroom.pictures_of("ada"), await classroom.code()
    made = [await classroom.with_pictures("ada", secret, code), await classroom.with_card(
        await classroom.card_of("ada"), secret
    )]  # fmt: skip
    newer = await classroom.told("ada")
    assert [await classroom.who(each) for each in made] == [None, None]
    assert await classroom.who(await classroom.with_pictures("ada", newer.secret, code)) == classroom.children["ada"]
    assert (
        await classroom.record("pictures_reset")
        == [("pictures_reset", classroom.tom.person, classroom.children["ada"])] * 2
    )
    assert " ".join(newer.secret) not in await classroom.everything_recorded()


async def test_those_without_pictures_get_some_and_the_others_keep_theirs(classroom: Classroom) -> None:
    secret, code = await classroom.pictures_of("ada"), await classroom.code()
    told = await classroom.desk.reset_pictures(classroom.tom, classroom.group, MISSING, new_id("f"))
    assert [each.name for each in told] == ["Bilal", "Cerys"]
    assert await classroom.who(await classroom.with_pictures("ada", secret, code)) == classroom.children["ada"]


async def test_another_own_picture_is_one_that_nobody_in_the_class_has(classroom: Classroom) -> None:
    taken = (await classroom.told("ada")).own_picture
    free = next(each for each in OWN if each != taken)
    choose, bilal = classroom.desk.choose_own, classroom.children["bilal"]
    for wrong in (taken, "apple", "dragon", ""):
        assert await code_of(choose(classroom.tom, classroom.group, bilal, wrong)) == "bad_request"
    await choose(classroom.tom, classroom.group, bilal, free)
    await choose(classroom.tom, classroom.group, bilal, free)
    assert [row.own_picture for row in await classroom.world.rows(picture_sign_in, person_id=bilal)] == [free]


async def test_nobody_but_the_own_teacher_and_the_office_may(classroom: Classroom) -> None:
    ada = classroom.children["ada"]
    await classroom.card_of("ada")
    elsewhere = await classroom.actor("rita", "teacher")
    other = await made_group(classroom.world, classroom.school, "Class 2C")
    await put(classroom.world, other, elsewhere.person, "teacher")
    riverside = await classroom.world.school("riverside")
    strangers = [
        (await classroom.world.session(classroom.children["bilal"]), {"forbidden"}),
        (await classroom.actor("gita", "guardian"), {"forbidden"}),
        (elsewhere, {"forbidden"}),
        (await classroom.actor("hugo", "head", school=riverside), {"not_found"}),
    ]
    before = [tuple(row) for row in await classroom.world.rows(card)]
    for what, act in EVERYTHING.items():
        for who, codes in strangers:
            assert await code_of(act(classroom, who, classroom.group, ada)) in codes, (what, who.name)
        if what not in ("code", "all cards"):  # a child of another class, by way of one's own
            assert await code_of(act(classroom, elsewhere, other, ada)) == "not_found", what
    assert [tuple(row) for row in await classroom.world.rows(card)] == before


async def test_a_cover_teacher_may_until_the_day_is_over(classroom: Classroom) -> None:
    cover = await classroom.actor("owen", "teacher")
    until = classroom.clock.now_ms() + 3_600_000
    await classroom.world.execute(
        group_member.insert().values(
            group_id=classroom.group, person_id=cover.person, part="teacher", origin="cover", until_ms=until
        )
    )
    make, ada = classroom.desk.make_cards, classroom.children["ada"]
    assert len(await make(cover, classroom.group, ada, new_id("f"))) == 1
    classroom.forward(3600)
    assert await code_of(make(cover, classroom.group, ada, new_id("f"))) == "forbidden"


async def test_grown_ups_in_the_class_get_no_cards(classroom: Classroom) -> None:
    ta = await classroom.actor("megan", "ta", part="assistant")
    odd = await classroom.actor("odd", "teacher", part="learner")
    made = await classroom.desk.make_cards(classroom.tom, classroom.group, EVERYBODY, new_id("f"))
    assert [each.name for each in made] == ["Ada", "Bilal", "Cerys"]
    for who in (ta, odd, classroom.tom):
        made_one = classroom.desk.make_cards(classroom.tom, classroom.group, who.person, new_id("f"))
        assert await code_of(made_one) == "not_found"
