"""What looking after rooms adds to a room's page: the way to its settings, its welcome, and what is for some in it."""

from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import select

from rooms import grants, subgroups
from rooms.keeping.looking import Looking
from rooms.model import room
from rooms.showing import Part, Showing


def _of_room(showing: Showing) -> dict[str, Any]:
    row = showing.connection.execute(select(room).where(room.c.id == showing.room)).one()
    whole = row.part_of or row.id
    grant = showing.grant if row.part_of is None else _grant_in(showing, whole)
    seen = Looking(showing.connection, showing.actor, whole, grant, showing.now_ms)
    parts = subgroups.seen_in(showing.connection, whole, grant)
    return {
        "keeps": seen.keeps,
        "whole": whole,
        "tabs": [{**asdict(each), "new": each.head > each.read and each.id != row.id} for each in parts],
        "part_of": row.part_of,
        "archived": row.closed_ms is not None,
        "welcome": row.welcome,
        "kind": row.kind,
    }


def _grant_in(showing: Showing, room_id: str) -> grants.Grant:
    actor = showing.actor
    return grants.load(showing.connection, [(0, actor.person, actor.session, room_id, None)], showing.now_ms)[0]


PART: Final = Part(
    "keeping", of_room=_of_room, slots={"head": "keeping_head.html", "above": "keeping_above.html"},
    rooms_only=frozenset({"head", "above"}),
)  # fmt: skip
