"""What day it is at the school: the head of the corridor, where the diary will have its place."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.calendar import model
from accounts.calendar.rules import Calendar
from rooms.home import Arriving, HomePart
from web.pages import full_day


def today(arriving: Arriving) -> dict[str, Any]:
    """The day in words, why there is no school if there is none, and when there is again."""
    calendar = model.load(arriving.connection, arriving.actor.school)
    day = datetime.fromtimestamp(arriving.now_ms / 1000, UTC).astimezone(ZoneInfo(calendar.zone)).date()
    return {**_of(calendar, day, arriving.language), "date": day.isoformat(), "day": full_day(day, arriving.language)}


def _of(calendar: Calendar, day: date, language: str) -> dict[str, Any]:
    why = calendar.why_none(day)
    if why is None:
        return {"closed": None, "starts": calendar.day_starts, "ends": calendar.day_ends}
    after = calendar.next_school_day(day)
    back = full_day(after, language) if after else None
    return {"closed": why, "named": calendar.bank_holiday(day), "back": back}


TODAY = HomePart("today", today, "home_today.html")
