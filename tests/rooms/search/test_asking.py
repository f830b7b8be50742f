"""What is found, on both kinds of database by the same tests: by words in many scripts, by filters, page by page."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms.doors import caller_of
from rooms.enrolling import seat
from rooms.membership import create_room
from rooms.model import event, member
from rooms.search.asking import PAGE
from rooms.search.rules import LONGEST_QUERY, parse
from storage.database import Transaction
from tests.rooms.search.searching import found, index, texts
from tests.world import School, World, post

DAY_MS = 24 * 3600 * 1000

SAID = (
    "The Year 4 trip to the castle is on Friday.",
    "Two trips were cancelled because of snow.",
    "Déjà vu: the café's naïve résumé",
    "Mae'r gwŷr yn mynd i'r tŷ bach twt",
    "المدرسةُ مغلقة يوم الأحد",
    "اُردو کی کتاب میز پر ہے",
    "明日の天気予報は雪です",
    "학교 소풍은 금요일입니다",
    "สวัสดีครับนักเรียน",
    "हिन्दी की किताब",
    "Break is at 10.30 in room ２０４",
    "Email anna.bell@oakfield.sch.uk about the well-being survey",
    "She said: snow was cancelled, not the castle trip",
    'A "quoted" (bracketed) * NEAR/2 -minus AND OR NOT text: it\'s all <b>text</b>',
)


@pytest.fixture
async def school(world: World) -> School:
    made = await world.school()
    amara = caller_of(await world.session(await world.person(made, "amara")))
    await world.commit(*((amara, post(made.staffroom, text)) for text in SAID))
    await index(world)
    return made


@pytest.fixture
async def reader(world: World, school: School) -> Actor:
    return await world.session(await world.person(school, "ben"))


FOUND: Mapping[str, Sequence[int]] = {
    "trip": [12, 1, 0],
    "TRIPS castle": [12, 0],
    "cancelling": [12, 1],
    "deja": [2],
    "DÉJÀ": [2],
    "resume cafe": [2],
    "gwyr": [3],
    "tŷ": [3],
    "مدرسة": [4],
    "المدرسه": [4],
    "الاحد": [4],
    "كتاب": [5],
    "اردو": [5],
    "天気": [6],
    "天気予報": [6],
    "予": [6],
    "です": [6],
    "学校": [],
    "소풍": [7],
    "นักเรียน": [8],
    "किताब": [9],
    "204": [10],
    "10.30": [10],
    "well-being": [11],
    "anna.bell@oakfield.sch.uk": [11],
    "cast": [12, 0],
    "ca": [],
    "ca*": [],
    "cas*": [12, 0],
    "canc* snow": [12, 1],
    '"castle trip"': [12],
    '"trip castle"': [],
    '"snow was cancelled"': [12],
    '"trips"': [1],
    '"castle tri"*': [12],
    '"天気 予報"': [],
    "snow -trip": [12, 1],
    "snow tulip": [],
    "quoted": [13],
    "AND": [13],
    "NOT OR": [13],
}
STRANGE = (
        '"', '""', '"""', "*", "**", '"*', "a*b", "NEAR(", "tokens:x", "^trip", "trip^2", "-", "- -", "(((", ")", "{x}",
        "trip AND", "OR OR", "';--", "'", "\\", "\\'", "trip:*", "!", "&", "|", "<->", "%", "_", "=trip", "#message",
        "\u200f\u202e", "\ufffd", "😀", "½ ⑴ ㈠ ﷺ ﬁ", "゛゜", "x" * LONGEST_QUERY, "a " * 100, '"' * 99, "ｶﾞ", "İ", "ß",
)  # fmt: skip


async def test_words_are_found_in_their_forms_and_scripts(world: World, school: School, reader: Actor) -> None:
    answers = {query: [SAID.index(text) for text in texts(await found(world, reader, query))] for query in FOUND}
    assert answers == FOUND


async def test_no_query_is_an_error(world: World, school: School, reader: Actor) -> None:
    for query in STRANGE:
        await found(world, reader, query)
        await found(world, reader, f'trip "{query[:90]}" trip {query[:90]}')


async def test_marks_of_the_index_cannot_be_asked_for(world: World, school: School, reader: Actor) -> None:
    """Rooms, people and kinds are words of the index too."""
    for query in (f"#{school.staffroom}", f'"#{school.staffroom}"', "#message", "=cancel", '"=cancel"*'):
        assert not any(f"#{school.staffroom}" in f"{term}" for term in parse(query))
    assert texts(await found(world, reader, "#message")) == []
    assert texts(await found(world, reader, school.staffroom)) == []


def test_a_query_that_is_too_long_is_refused_kindly() -> None:
    with pytest.raises(Refusal) as refused:
        parse("x" * (LONGEST_QUERY + 1))
    assert refused.value.code == "bad_request"
    assert "few words" in refused.value.message


async def test_only_rooms_that_the_asker_is_in_are_searched(world: World, school: School, reader: Actor) -> None:
    outside = await world.session(await world.person(school, "carol", seated=False))
    other = await world.school("hillcrest")
    stranger = await world.session(await world.person(other, "dafydd"))
    assert len(texts(await found(world, reader, "trip"))) == 3
    for actor in (outside, stranger):
        nothing = await found(world, actor, "trip")
        assert (texts(nothing), nothing.more) == ([], False)
        with pytest.raises(Refusal) as refused:
            await found(world, actor, "trip", room=school.staffroom)
        assert refused.value.code == "not_found"
        with pytest.raises(Refusal) as unknown:
            await found(world, actor, "trip", room="r0000000000")
        assert refused.value.fields() == unknown.value.fields()


async def test_a_right_that_ends_ends_for_search_at_once(world: World, school: School, reader: Actor) -> None:
    assert texts(await found(world, reader, "castle"))
    await world.set(member, {"until_ms": world.now_ms - 1}, person_id=reader.person, room_id=school.staffroom)
    assert texts(await found(world, reader, "castle")) == []


async def test_a_newcomer_finds_only_what_they_may_see_of_the_past(world: World, school: School, reader: Actor) -> None:
    await world.set(member, {"from_seq": 2}, person_id=reader.person, room_id=school.staffroom)
    assert texts(await found(world, reader, "trip")) == [SAID[12], SAID[1]]


async def test_one_may_ask_for_what_somebody_wrote(world: World, school: School, reader: Actor) -> None:
    await world.do(caller_of(reader), post(school.staffroom, "I wrote about a trip too"))
    await index(world)
    assert texts(await found(world, reader, "trip", by=reader.person)) == ["I wrote about a trip too"]
    assert texts(await found(world, reader, by="ben")) == ["I wrote about a trip too"]
    assert len(texts(await found(world, reader, "trip", by="AMA"))) == 3
    nobody = await found(world, reader, "trip", by="Nobody")
    assert (texts(nobody), nobody.people) == ([], {})


async def test_a_name_means_people_in_ones_own_rooms_only(world: World, school: School, reader: Actor) -> None:
    hidden = await world.person(school, "zebedee", seated=False)
    assert (await found(world, reader, by="zebedee")).people == {}
    by_id = await found(world, reader, by=hidden)
    assert (by_id.people, by_id.names, texts(by_id)) == ({hidden: ""}, {}, [])


async def test_days_are_those_of_the_school_s_clock(world: World, school: School, reader: Actor) -> None:
    late = 1_782_860_400_000  # 2026-06-30 23:00 in Greenwich, which is 2026-07-01 00:00 in London
    for n, at_ms in enumerate((late - 1, late, late + DAY_MS - 1, late + DAY_MS)):
        await world.do(caller_of(reader), post(school.staffroom, f"Sports day {n}"))
        await world.set(event, {"at_ms": at_ms}, room_id=school.staffroom, seq=len(SAID) + n + 1)
    await index(world)
    first = date(2026, 7, 1)
    only = await found(world, reader, "sports", first_day=first, last_day=first)
    assert texts(only) == ["Sports day 2", "Sports day 1"]
    assert texts(await found(world, reader, "sports", first_day=first))[-1] == "Sports day 1"
    assert texts(await found(world, reader, "sports", last_day=date(2026, 6, 30))) == ["Sports day 0"]
    for strange in (date.min, date.max, date(1969, 12, 31)):
        await found(world, reader, "sports", first_day=strange, last_day=strange)


async def test_pages_lead_through_everything_once_newest_first(world: World, school: School, reader: Actor) -> None:
    for start in range(0, 2 * PAGE + 5, 5):
        await world.commit(*((caller_of(reader), post(school.staffroom, f"Lost jumper {start + n}")) for n in range(5)))
    await index(world)
    seen: list[str] = []
    page = await found(world, reader, "jumpers")
    while page.more:
        seen += texts(page)
        page = await found(world, reader, "jumpers", before=page.results[-1].mark)
    assert [*seen, *texts(page)] == [f"Lost jumper {n}" for n in reversed(range(2 * PAGE + 5))]


async def test_the_best_come_first_if_one_asks_for_that_and_page_by_page(
    world: World, school: School, reader: Actor
) -> None:
    said = ("Swimming, swimming, swimming!", f"Bring {'something and '.join('abcdefgh')} for swimming", "We swim")
    for text in said:
        await world.do(caller_of(reader), post(school.staffroom, text))
    for start in range(0, PAGE, 5):
        long = "A long letter about many other things of this week, and at last swimming "
        await world.commit(*((caller_of(reader), post(school.staffroom, f"{long} {start + n}")) for n in range(5)))
    await index(world)
    first = await found(world, reader, "swimming", order="best")
    assert texts(first)[0] == said[0]
    rest = await found(world, reader, "swimming", order="best", before=first.results[-1].mark)
    assert first.more
    assert not rest.more
    assert len({*texts(first), *texts(rest)}) == len(said) + PAGE


async def test_what_others_say_elsewhere_neither_shows_nor_stands_in_the_way(world: World) -> None:
    """More of it than the index is asked for at once, and newer."""
    school = await world.school()
    amara = caller_of(await world.session(await world.person(school, "amara", "head")))
    reader = await world.session(await world.person(school, "ben", seated=False))

    def open_rooms(tx: Transaction) -> list[str]:
        rooms = [create_room(tx, school.id, "staffroom", f"Room {n}", world.now_ms) for n in range(5)]
        for of in rooms:
            seat(tx, of, amara.person, world.now_ms)
            seat(tx, of, reader.person, world.now_ms)
        return rooms

    rooms = await world.database.write(open_rooms)
    await world.commit(*((amara, post(of, f"Choir in {of}")) for of in rooms))
    for _ in range(3):
        await world.commit(*((amara, post(school.staffroom, "Choir and choir")) for _ in range(50)))
    await index(world)
    assert set(texts(await found(world, reader, "choir"))) == {f"Choir in {of}" for of in rooms}
    assert texts(await found(world, reader, "choir", room=rooms[2])) == [f"Choir in {rooms[2]}"]
    assert len(texts(await found(world, reader, "choir", by=amara.person))) == len(rooms)
    assert len(texts(await found(world, reader, first_day=date(2020, 1, 1)))) == len(rooms)
