"""Telling people something in their own rooms."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from accounts.sessions import own_room_of
from rooms import log
from storage.database import Transaction

MOST_AT_ONCE: Final = 500


def to_own_room(tx: Transaction, person_id: str, kind: str, body: dict[str, Any], at_ms: int) -> None:
    log.append(tx, own_room_of(person_id), kind, person_id, at_ms, body)


def to_own_rooms(tx: Transaction, people: Sequence[str], kind: str, body: dict[str, Any], at_ms: int) -> None:
    """The same to many people."""
    said = msgspec.json.encode(body).decode()
    for start in range(0, len(people), MOST_AT_ONCE):
        by_room = {own_room_of(each): each for each in people[start : start + MOST_AT_ONCE]}
        log.lock(tx.connection, by_room)
        heads = log.heads(tx.connection, by_room)
        log.write(tx, [(of, heads[of] + 1, kind, by_room[of], at_ms, said, None, None) for of in sorted(heads)])
