"""Talk in rooms that stand already, as schools talk: many voices in bursts over a year, replies, lists, a bold word.

Everybody has read all of it, so that pages open at the newest.
"""

import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select, update

from rooms.markup import rendered
from rooms.model import event, member, room
from rooms.posts import message_id
from rooms.search.model import search_position

SEED: Final = 20261122
LONGEST_MS: Final = 300 * 24 * 3600 * 1000
PAUSE_MS: Final = 7 * 3600 * 1000
_TALK: Final = (
    "after again all around assembly bell before boots bring cake chairs children class coat could everybody first for"
    " found friday from hall have homework in is it keys library lunch maths missing monday music need new next of on"
    " our page pencils photo please rain read room rota school share shelf some sunshine tables thanks that the them"
    " there this today tomorrow trip two we week wellies what when where who with year you"
)
WORDS: Final = _TALK.split()


def fill(connection: Connection, rooms: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """So many messages in each room: gives {"heads": {id: seq of the newest}}."""
    chance = random.Random(SEED)
    return {"heads": {of: _talk(connection, chance, of, messages) for of, messages in rooms.items()}}


def _talk(connection: Connection, chance: random.Random, of: str, messages: int) -> int:
    head: int = connection.scalars(select(room.c.last_seq).where(room.c.id == of)).one()
    voices = connection.scalars(select(member.c.person_id).where(member.c.room_id == of, member.c.may_write)).all()
    now = time.time_ns() // 1_000_000
    connection.execute(update(event).where(event.c.room_id == of).values(at_ms=event.c.at_ms - LONGEST_MS))
    seqs = range(head + 1, head + messages + 1)
    said = zip(seqs, _voices(chance, voices), _moments(chance, messages, now), strict=False)
    connection.execute(event.insert(), [_event(chance, of, seq, who, at) for seq, who, at in said])
    _read(connection, of, head + messages)
    return head + messages


def _event(chance: random.Random, of: str, seq: int, who: str, at_ms: int) -> dict[str, Any]:
    text = _text(chance)
    body: dict[str, Any] = {"message": message_id(of, seq), "text": text}
    if marked := rendered(text, {}):
        body["html"] = marked
    if seq > 20 and chance.random() < 0.1:  # noqa: PLR2004
        body["reply_to"] = message_id(of, seq - chance.randint(1, 8))
    return {"room_id": of, "seq": seq, "kind": "message_posted", "author_id": who, "at_ms": at_ms,
            "body": json.dumps(body), "key": None, "fingerprint": None}  # fmt: skip


def _text(chance: random.Random) -> str:
    words = chance.choices(WORDS, k=chance.choice((3, 6, 8, 12, 12, 20, 35, 60)))
    kind = chance.random()
    if kind < 0.08:  # noqa: PLR2004
        words[0] = f"**{words[0]}**"
    elif kind < 0.12:  # noqa: PLR2004
        return "Please bring:\n\n" + "\n".join(f"- {word}" for word in words[:6])
    elif kind < 0.15:  # noqa: PLR2004
        words.append(f"https://example.org/{words[0]}")
    return " ".join(words)


def _voices(chance: random.Random, people: Sequence[str]) -> Iterator[str]:
    """Somebody, who often says the next thing, too."""
    who = people[0]
    while True:
        who = who if chance.random() < 0.3 else chance.choice(people)  # noqa: PLR2004
        yield who


def _moments(chance: random.Random, messages: int, now_ms: int) -> list[int]:
    """Minutes apart while people talk, then hours of silence; the last one just now, none longer ago than a year."""
    pauses = [chance.randint(20, 200) * 1000 if chance.random() < 0.85 else PAUSE_MS for _ in range(messages)]  # noqa: PLR2004
    shrink = min(1.0, LONGEST_MS / sum(pauses))
    moments, at = [], float(now_ms)
    for pause in pauses:
        at -= pause * shrink
        moments.append(int(at))
    return moments[::-1]


def _read(connection: Connection, of: str, head: int) -> None:
    """The room ends here, everybody has seen it, and what searches it has nothing to do while others are measured."""
    connection.execute(update(room).where(room.c.id == of).values(last_seq=head))
    connection.execute(update(member).where(member.c.room_id == of).values(read_seq=head))
    connection.execute(search_position.delete().where(search_position.c.room_id == of))
    connection.execute(search_position.insert(), {"room_id": of, "seq": head})
