"""What concerns add to a room's page: the way to report a message, and from a conversation to how it stands."""

from typing import Final

from rooms.concerns import model
from rooms.showing import Part, Showing


def _concern(showing: Showing) -> str | None:
    """The concern that is talked about in this room, for those who look after it."""
    place = showing.grant.place
    if place is None or place.kind != "help":
        return None
    found = model.of_room(showing.connection, showing.room)
    if found is None or found.by_id == showing.actor.person:
        return None
    return found.id if model.may_see(showing.connection, showing.grant.who, found, showing.now_ms) else None


PARTS: Final = (
    Part("report", slots={"actions": "report_action.html"}),
    Part("concern", of_room=_concern, slots={"above": "concern_above.html"}),
)
