"""Telling a person something in their own room."""

from typing import Any

from accounts.sessions import own_room_of
from rooms import log
from storage.database import Transaction


def to_own_room(tx: Transaction, person_id: str, kind: str, body: dict[str, Any], at_ms: int) -> None:
    log.append(tx, own_room_of(person_id), kind, person_id, at_ms, body)
