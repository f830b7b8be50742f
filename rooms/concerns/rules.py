"""What is said of concerns, and when somebody is there to read them. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from accounts.calendar.rules import Calendar
from realtime.refusal import Refusal

Kind = Literal["help", "report", "worry"]
State = Literal["received", "looking", "done"]

AROUND: Final = 5  # messages on either side of what is reported
LONGEST_WORDS: Final = 1000  # characters, of a report and of an outcome
NEEDS_HELP: Final = "I need help."  # what stands where somebody asked without words
ASKED: Final = "asked"

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")
_NUMBER: Final = re.compile(r"\+?\d(?:[\d \-]{1,18})\d")


def clean_words(words: str | None) -> str | None:
    """A sentence that somebody may add; None if there is nothing in it."""
    text = _CONTROLS.sub("", (words or "").replace("\r\n", "\n")).strip()
    if len(text) > LONGEST_WORDS:
        raise Refusal("too_large", "This is too long. Please say it in at most 1000 characters.")
    return text or None


def read_next(calendar: Calendar, now_ms: int) -> datetime | None:
    """When somebody is at school again to read it; the moment itself while school is on, None where no day is known."""
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    if calendar.in_school_time(at):
        return at
    zone, begins = ZoneInfo(calendar.zone), time.fromisoformat(calendar.day_starts)
    here = at.astimezone(zone)
    before_school = calendar.is_school_day(here.date()) and here.time().replace(tzinfo=None) < begins
    day = here.date() if before_school else calendar.next_school_day(here.date())
    return None if day is None else datetime.combine(day, begins, zone)


def wait_of(calendar: Calendar, now_ms: int) -> Literal["now", "today", "tomorrow", "later"]:
    """How long it may be until somebody reads it, in one word."""
    opens = read_next(calendar, now_ms)
    if opens is None:
        return "later"
    here = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(calendar.zone))
    if opens <= here:
        return "now"
    if opens.date() == here.date():
        return "today"
    return "tomorrow" if opens.date() == here.date() + timedelta(days=1) else "later"


def dialled(text: str) -> list[tuple[str, str | None]]:
    """A line in pieces: words, and telephone numbers with what to dial."""
    pieces: list[tuple[str, str | None]] = []
    place = 0
    for found in _NUMBER.finditer(text):
        pieces += [(text[place : found.start()], None), (found[0], re.sub(r"[^\d+]", "", found[0]))]
        place = found.end()
    return [piece for piece in [*pieces, (text[place:], None)] if piece[0]]


def lines_of(helpline: str) -> Sequence[Sequence[tuple[str, str | None]]]:
    """A school's own text, line by line, as `dialled` takes each apart."""
    return [dialled(line.strip()) for line in helpline.splitlines() if line.strip()]
