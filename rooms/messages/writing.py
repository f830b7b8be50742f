"""What somebody writes, as it is kept: its text, its HTML if it has marks, and whom it calls on."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from rooms import mentioning
from rooms.markup import renamed, rendered
from rooms.mentioning import NOBODY, Called
from rooms.posts import clean_text
from rooms.turn import Turn

# No longest length here: the doors bound what comes, white space at the ends is trimmed, and the refusal is a kind one.
Text = Annotated[str, Meta(description="What is written, as plain text: 1 to 8,000 characters.")]
MessageId = Annotated[str, Meta(min_length=2, max_length=64, description="A message's id.")]


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it is kept, its HTML if it has marks, and whom it calls on."""

    text: str
    html: str | None
    called: Called

    def fields(self) -> dict[str, str]:
        return {"text": self.text} if self.html is None else {"text": self.text, "html": self.html}


def written(turn: Turn, room: str, text: str) -> Written:
    """What somebody wrote; Refusal for what cannot be kept."""
    text = clean_text(text)
    called = mentioning.called(turn, room, text) if "@[" in text else NOBODY
    if "@[" in text:
        text = clean_text(renamed(text, called.names))
    return Written(text, rendered(text, called.names), called)
