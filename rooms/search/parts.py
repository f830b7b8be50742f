"""What search adds to a room's page: the way into it."""

from typing import Final

from rooms.showing import Part

PART: Final = Part("search", slots={"head": "room_search_button.html"})
