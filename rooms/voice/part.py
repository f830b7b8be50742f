"""What voices add to a room's page: recording a note in the composer, and reading a message aloud in its menu."""

from typing import Final

from rooms.showing import Part

PART: Final = Part(
    "voice", slots={
        "tray": "voice_panel.html", "tools": "voice_button.html", "actions": "aloud.html", "data": "voice_strings.html",
    },
)  # fmt: skip
