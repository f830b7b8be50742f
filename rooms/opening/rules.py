"""When to look again, and how a moment to come is called. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from accounts.rights import Rights
from rooms.openings import VERBS, Standing

_WEEK: Final = 7

Day = Literal["today", "tomorrow", "weekday", "day"]


def is_plain(found: Standing) -> bool:
    """Open, and no clock has a say."""
    return found.open and found.changes_at is None


def windows_of(rights: Rights) -> frozenset[str]:
    """The windows on which it depends who may write."""
    return frozenset(
        line.window
        for (_, verb, _), lines in rights.lines.items()
        if verb in VERBS
        for line in lines
        if line.window is not None
    )


def next_change(rights: Rights, windows: Iterable[str], at: datetime) -> int | None:
    """When one of these windows opens or closes next, in milliseconds."""
    moments = (rights.changes_at(window, at) for window in windows)
    return min((int(moment.timestamp() * 1000) for moment in moments if moment is not None), default=None)


def day_of(moment: datetime, now: datetime, zone: str) -> Day:
    """How a person calls the day of a moment to come, on the school's clock."""
    here = ZoneInfo(zone)
    day, today = moment.astimezone(here).date(), now.astimezone(here).date()
    if day <= today:
        return "today"
    if day == today + timedelta(days=1):
        return "tomorrow"
    return "weekday" if day < today + timedelta(days=_WEEK) else "day"
