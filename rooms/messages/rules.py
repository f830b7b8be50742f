"""What a message may say, and how it is named. Pure."""

import re
from typing import Final

from realtime.refusal import Refusal

LONGEST_TEXT: Final = 8000  # characters

# Control characters other than line break and tab: invisible, and some databases refuse them.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")
_BLANK: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u2028\u2029]*")
_ID: Final = re.compile(r"m([1-9][0-9]{0,15})-([a-z][0-9a-z]{1,31})")


def clean_text(text: str) -> str:
    """The text as it is kept: line breaks made one kind, control characters and outer white space gone.

    Raises Refusal when nothing is left to read, or too much.
    """
    if not text.isprintable():  # line breaks are not printable either, and most messages have none
        text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.strip()
    if _BLANK.fullmatch(text):
        raise Refusal("bad_request", "There is nothing written here yet.")
    if len(text) > LONGEST_TEXT:
        raise Refusal("too_large", f"This is too long. A message has at most {LONGEST_TEXT} characters.")
    return text


def clean_reason(reason: str | None) -> str | None:
    """A reason without control characters; None if nothing is left of it."""
    return _CONTROLS.sub("", reason or "").strip() or None


def message_id(room: str, seq: int) -> str:
    return f"m{seq}-{room}"


def seq_of(message: str, room: str) -> int:
    """The seq that a message's id names in this room; Refusal `not_found` if it is no message of the room."""
    found = _ID.fullmatch(message)
    if found is None or found[2] != room:
        raise Refusal("not_found", "This message does not exist.")
    return int(found[1])
