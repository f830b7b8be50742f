"""Whoever is reported watches everything that they can: frames, counts, and what the pages say."""

import json
from typing import Any
from uuid import uuid4

from tests.rooms.concerns.test_pages import classroom, own_room
from tests.serving import PAGE, Served, post


def watched(served: Served, who: str, room: str) -> dict[str, Any]:
    """All that somebody can ask about themselves and a room, without the clock."""
    with served.signed_in(who) as client:
        me = client.get("/api/v1/me").json()
        waiting = client.get("/api/v1/waiting").json()
        del me["now"], waiting["changes_in"]  # which only the clock changes
        own = own_room(client)
        events = client.get(f"/api/v1/events?rooms={room}:0,{own}:0").json()["events"]
        return {
            "me": me, "events": [each for each in events if each["kind"] not in ("session_started", "signed_in")],
            "messages": client.get(f"/api/v1/rooms/{room}/messages").json(),
            "members": client.get(f"/api/v1/rooms/{room}/members").json(),
            "concerns": client.get("/api/v1/concerns").json(), "waiting": waiting,
            "found": client.get("/api/v1/search?q=unkind").json(),
            "looks": client.get("/account/looks", headers=PAGE).status_code,
        }  # fmt: skip


def test_whoever_is_reported_finds_no_difference(served: Served) -> None:
    with served.signed_in("ben") as ben, served.signed_in("aisha") as aisha, served.signed_in("ruth") as ruth:
        here = classroom(aisha)
        message = post(ben, here, "Something unkind")["message"]
        before = watched(served, "ben", here)
        said = {"room": here, "key": str(uuid4()), "message": message, "words": "It is unkind every day"}
        concern = aisha.post("/api/v1/commands/report_message", json=said).json()["concern"]
        move = {"room": own_room(ruth), "key": str(uuid4()), "concern": concern, "state": "done", "outcome": "Seen."}
        assert ruth.post("/api/v1/commands/move_concern", json=move).status_code == 200
        assert ruth.get(f"/safeguarding/{concern}", headers=PAGE).status_code == 200
        after = watched(served, "ben", here)
        assert after == before
        assert concern not in json.dumps(after)
        forged = {"room": own_room(ben), "key": str(uuid4()), "concern": concern, "state": "done"}
        assert ben.post("/api/v1/commands/move_concern", json=forged).status_code == 404
        assert ben.get(f"/safeguarding/{concern}", headers=PAGE).status_code == 404
