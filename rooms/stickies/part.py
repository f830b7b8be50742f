"""What a thread of stickies has on its page that a room has not: who can see it, and one's own colour of paper."""

from typing import Any, Final

from sqlalchemy import select

from accounts.rights import Who
from rooms.private import KINDS, seat_note
from rooms.showing import Part, Showing
from rooms.stickies.rules import COLOURS, usual_colour


def _who_sees(showing: Showing) -> str | None:
    """Which of the sentences in who_sees.html is true here; none in a room."""
    who, place = showing.grant.who, showing.grant.place
    if place is None or place.kind not in KINDS:
        return None
    if place.kind == "help":
        return "help"
    if _is_learner(who, who.role):
        return "learner"
    return "with_learner" if any(_is_learner(who, each.role) for each in place.people or ()) else "adults"


def _is_learner(who: Who, role: str) -> bool:
    return who.rights.kinds.get(role) == "learner"


def _paper(showing: Showing) -> dict[str, Any] | None:
    """The colour that the reader has chosen for this thread, and those that they can choose from."""
    if showing.grant.place is None or showing.grant.place.kind not in KINDS:
        return None
    of = (seat_note.c.room_id == showing.room) & (seat_note.c.person_id == showing.actor.person)
    chosen = showing.connection.scalar(select(seat_note.c.colour).where(of))
    return {"colour": chosen or usual_colour(showing.room), "colours": COLOURS}


PARTS: Final = (
    Part("who_sees", of_room=_who_sees, slots={"above": "who_sees.html"}),
    Part("paper", of_room=_paper, slots={"head": "paper.html"}),
)
