"""One search: what may be seen, where it says what was looked for, and how that is shown. All in one transaction."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from accounts.model import person
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory, searchable
from rooms.directory import RoomCard
from rooms.model import member
from rooms.search.model import Candidate, Wanted, newest
from rooms.search.rules import Hit, Term, find
from rooms.searchable import Passage, Place, Source
from rooms.words import words

Order = Literal["newest", "best"]

PAGE: Final = 20
BEST_OF: Final = 300  # of the newest matches, of which the best are put first
AT_ONCE: Final = PAGE + 5  # candidates, of which a few may be gone or changed
MOST_ROUNDS: Final = 25
MOST_NAMED: Final = 20  # people whom a name may mean
NOT_LOOKED: Final = Hit((), 0)
LATEST_MS: Final = 1 << 46
UNSEARCHED: Final = frozenset({"help"})  # whose words are not written down for search, see of_messages.py
_ID: Final = re.compile("p[0-9a-hjkmnp-tv-z]{10}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for. by: a person's id, or a name. from, until: days on the school's clock, both included."""

    terms: Sequence[Term]
    room: str | None = None
    by: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    kind: str | None = None
    order: Order = "newest"
    before: "Mark | None" = None

    @property
    def says_something(self) -> bool:
        return bool(self.terms or self.by or self.room or self.first_day or self.last_day)


class Mark(NamedTuple):
    """Where a page of results ends: what follows has a smaller one. Newest first, all scores are 0."""

    score: int
    id: int


@dataclass(frozen=True, slots=True)
class Result:
    """A text that says what was looked for."""

    mark: Mark
    kind: str
    passage: Passage
    hit: Hit = NOT_LOOKED


@dataclass(frozen=True)
class Found:
    """A page of results. `more`: there are others after the last one. rooms: all that could be asked for, by id."""

    results: Sequence[Result] = ()
    rooms: Mapping[str, RoomCard] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)  # of the authors, by person
    people: Mapping[str, str] = field(default_factory=dict)  # whom `by` means, by person; "" for nobody in these rooms
    more: bool = False


def search(connection: Connection, actor: Actor, asked: Asked, sources: Sequence[Source], now_ms: int) -> Found:
    """What the actor may see at this moment and nothing else; Refusal `not_found` for a room that is not theirs."""
    entered = directory.rooms_of(connection, actor, now_ms)
    cards = {each.id: each for each in entered if each.id != actor.own_room and each.kind not in UNSEARCHED}
    if asked.room is not None and asked.room not in cards:
        raise Refusal("not_found")
    people = _people(connection, asked.by, cards)
    if not asked.says_something or (asked.by and not people):
        return Found(rooms=cards, people=people)
    wanted = _wanted(actor, asked, cards, people)
    if asked.order == "best":
        results = _texts(connection, newest(connection, wanted, BEST_OF), sources)
    else:
        results = _newest(connection, wanted, sources, PAGE + 1)
    names = directory.names_of(connection, {each.passage.author for each in results})
    return Found(results, cards, names, people)


def first_page(found: Found, asked: Asked) -> Found:
    """Of all that was found, the results to be shown. It takes its time: no transaction and no loop should wait."""
    results = found.results
    if asked.order == "best":
        scored = [replace(each, mark=Mark(each.hit.score, each.mark.id)) for each in _hits(results, asked.terms)]
        ordered = sorted(scored, key=lambda each: each.mark, reverse=True)
        results = [each for each in ordered if asked.before is None or each.mark < asked.before]
    return replace(found, results=results[:PAGE], more=len(results) > PAGE)


def _wanted(actor: Actor, asked: Asked, cards: Mapping[str, RoomCard], people: Collection[str]) -> Wanted:
    rooms = {asked.room} if asked.room is not None else cards.keys()
    since, until = _moments(asked, actor.zone)
    before = searchable.first_id(until)
    if asked.before is not None and asked.order == "newest":
        before = min(before, asked.before.id)
    return Wanted(
        asked.terms, actor.school, {each: cards[each].floor for each in rooms}, people,
        [asked.kind] if asked.kind else (), searchable.first_id(since), before,
    )  # fmt: skip


def _moments(asked: Asked, zone: str) -> tuple[int, int]:
    """From and up to, in milliseconds."""
    since = _midnight(asked.first_day, zone) if asked.first_day else 0
    if asked.last_day is None or asked.last_day == date.max:
        return since, LATEST_MS
    return since, _midnight(asked.last_day + timedelta(days=1), zone)


def _midnight(day: date, zone: str) -> int:
    if day.year < 1970:  # noqa: PLR2004 - before anybody wrote anything here
        return 0
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp() * 1000)


def _people(connection: Connection, by: str | None, rooms: Collection[str]) -> dict[str, str]:
    """Whom an id or a name means: by name, people who are in these rooms only."""
    if not by:
        return {}
    named = _members(connection, rooms)
    if by in named or _ID.fullmatch(by):
        return {by: named.get(by, "")}
    parts = words(by)
    found = [(who, name) for who, name in named.items() if parts and _begins_each(words(name), parts)]
    return dict(found[:MOST_NAMED])


def _begins_each(name: Sequence[str], parts: Sequence[str]) -> bool:
    return all(any(each.startswith(part) for each in name) for part in parts)


def _members(connection: Connection, rooms: Collection[str]) -> dict[str, str]:
    chosen = (
        select(person.c.id, person.c.name)
        .where(person.c.id.in_(select(member.c.person_id).where(member.c.room_id.in_(rooms))))
        .order_by(person.c.name, person.c.id)
    )
    return {row.id: row.name for row in connection.execute(chosen)}


def _newest(connection: Connection, wanted: Wanted, sources: Sequence[Source], most: int) -> list[Result]:
    """The newest results; candidates that are gone or read otherwise by now are passed over."""
    results: list[Result] = []
    for _ in range(MOST_ROUNDS):
        at_once = max(AT_ONCE, most)
        candidates = newest(connection, wanted, at_once)
        results += _hits(_texts(connection, candidates, sources), wanted.terms)
        if len(results) >= most or len(candidates) < at_once:
            break
        wanted = replace(wanted, before=candidates[-1].id)
    return results[:most]


def _texts(connection: Connection, candidates: Sequence[Candidate], sources: Sequence[Source]) -> list[Result]:
    """The texts of these as they read now, in the same order, without those that are gone."""
    texts: dict[tuple[str, Place], Passage] = {}
    for source in sources:
        places = [_place(each) for each in candidates if each.kind == source.kind]
        if places:
            texts |= {(source.kind, each.place): each for each in source.read(connection, places)}
    standing = ((each, texts.get((each.kind, _place(each)))) for each in candidates)
    return [Result(Mark(0, each.id), each.kind, passage) for each, passage in standing if passage is not None]


def _hits(results: Sequence[Result], terms: Sequence[Term]) -> list[Result]:
    """Those whose text says what is looked for."""
    found = ((each, find(each.passage.text, terms)) for each in results)
    return [replace(each, hit=hit) for each, hit in found if hit is not None]


def _place(candidate: Candidate) -> Place:
    return Place(candidate.room, candidate.seq, candidate.ref)
