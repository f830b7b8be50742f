"""Pages of history, and what is unread."""

from accounts.model import person
from rooms.messages import history
from rooms.messages.history import Asked
from rooms.model import member
from rooms.reading import Read
from tests.world import World, edit, post, remove


async def test_pages_lead_from_the_newest_to_the_first_message_without_loss(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    for start in range(0, 120, 40):
        await world.commit(*((amara, post(here, str(n))) for n in range(start, start + 40)))
    found: list[str] = []
    before, more = None, True
    while more:
        page = await world.database.read(history.page, here, Asked(before), 50)
        assert page.seq == 120
        found = [row.text for row in page.messages] + found
        before, more = page.messages[0].seq, page.more
    assert found == [str(n) for n in range(120)]


async def test_an_empty_room_has_an_empty_page(world: World) -> None:
    school = await world.school()
    page = await world.database.read(history.page, school.staffroom)
    assert (page.seq, list(page.messages), page.more) == (0, [], False)


async def test_a_page_that_just_fits_promises_no_more(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    await world.commit(*((amara, post(school.staffroom)) for _ in range(4)))
    for limit, more in ((3, True), (4, False), (5, False)):
        assert (await world.database.read(history.page, school.staffroom, Asked(), limit)).more is more


async def test_a_message_in_json_says_what_became_of_it(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    await world.commit(
        (amara, post(here, "one")), (amara, post(here, "two", reply_to=f"m1-{here}")), (amara, post(here))
    )
    await world.commit((amara, edit(here, f"m2-{here}", "zwei")), (amara, remove(here, f"m3-{here}")))
    page = await world.database.read(history.page, here)
    one, two, three = (history.as_json(here, row) for row in page.messages)
    assert (one["id"], one["seq"], one["by"], one["text"], one["removed"]) == (
        f"m1-{here}",
        1,
        amara.person,
        "one",
        False,
    )
    assert "reply_to" not in one
    assert (two["text"], two["reply_to"]) == ("zwei", f"m1-{here}")
    assert two["edited_at"] >= two["at"]
    assert (three["text"], three["removed"]) == ("", True)


async def test_unread_counts_what_others_wrote_since_the_mark_and_still_stands(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    here = school.staffroom
    await world.commit((amara, post(here)), (ben, post(here)), (amara, post(here)), (amara, post(here)))
    await world.do(amara, remove(here, f"m4-{here}"))
    assert (await world.database.read(history.unread, ben.person))[here] == 2
    assert (await world.database.read(history.unread, amara.person))[here] == 1
    await world.do(ben, Read(room=here, seq=1))
    assert (await world.database.read(history.unread, ben.person))[here] == 1
    await world.do(ben, Read(room=here, seq=5))
    assert here not in await world.database.read(history.unread, ben.person)


async def test_unread_is_counted_no_further_than_can_be_shown(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    await world.commit(*((amara, post(school.staffroom)) for _ in range(history.UNREAD_UP_TO + 20)))
    assert (await world.database.read(history.unread, ben.person))[school.staffroom] == history.UNREAD_UP_TO


async def test_quotes_name_their_authors_even_when_they_have_left(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    here = school.staffroom
    await world.commit((amara, post(here, "one")), (ben, post(here, "two", reply_to=f"m1-{here}")))
    await world.execute(member.delete().where(member.c.room_id == here))
    await world.set(person, {"disabled_ms": 1}, id=amara.person)
    page = await world.database.read(history.page, here)
    quoted = await world.database.read(history.quoted, here, page.messages)
    assert [(of, row.author_name, row.text) for of, row in quoted.items()] == [(f"m1-{here}", "Amara", "one")]
