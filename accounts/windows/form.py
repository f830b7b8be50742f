"""Opening times and exceptions as a form's fields, and back. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final, Protocol, get_args
from zoneinfo import ZoneInfo

import msgspec

from accounts.calendar.rules import Calendar
from accounts.policy.timetable import came_to
from accounts.policy.windows import On, OneOff, Span
from accounts.windows.changing import MOST_SPANS
from realtime.refusal import Refusal

ON: Final[tuple[str, ...]] = get_args(On)
FOLLOWING: Final = ("day_starts", "day_ends")
EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - as a form says it
_EVENING: Final = time(20)


class Fields(Protocol):
    """What a form said."""

    def text(self, name: str) -> str: ...

    def all(self, name: str) -> Sequence[str]: ...


def spans_of(form: Fields) -> tuple[Span, ...]:
    """The rows that say on which days; Refusal `bad_request` where one is none."""
    wanted = [
        {
            "on": form.text(f"on-{row}"), "starts": _time(form, row, "starts"), "ends": _time(form, row, "ends"),
            "weekdays": sorted({int(day) for day in form.all(f"days-{row}") if day in "0123456" and len(day) == 1}),
        }
        for row in range(MOST_SPANS)
        if form.text(f"on-{row}")
    ]  # fmt: skip
    try:
        return msgspec.convert(wanted, tuple[Span, ...])
    except msgspec.ValidationError:
        raise Refusal("bad_request", "Opening times say on which days, from when, and until when.") from None


def _time(form: Fields, row: int, of: str) -> str:
    return form.text(f"{of}_by-{row}") or form.text(f"{of}-{row}")[:5]


def fields_of(spans: Sequence[Span]) -> list[tuple[str, str]]:
    """The same as hidden fields, for a page that asks whether it is meant."""
    pairs: list[tuple[str, str]] = []
    for row, span in enumerate(spans):
        pairs.append((f"on-{row}", span.on))
        for of, said in (("starts", span.starts), ("ends", span.ends)):
            pairs.append((f"{of}_by-{row}", said) if said in FOLLOWING else (f"{of}-{row}", said))
        pairs += [(f"days-{row}", str(day)) for day in span.weekdays]
    return pairs


def once_of(form: Fields, zone: str, now_ms: int) -> OneOff:
    """What a form wants to hold for once: from now where it says nothing else, and for all windows."""
    if form.text("opens") not in ("yes", "no"):
        raise Refusal("bad_request", "Choose whether to open or to close.")
    begins, ends = _moment(form.text("from"), zone), _moment(form.text("until"), zone)
    if ends is None:
        raise Refusal("bad_request", "Please say until when.")
    from_ms = now_ms if begins is None else begins
    return OneOff("", form.text("window") or None, form.text("opens") == "yes", from_ms, ends, form.text("why"))


def _moment(said: str, zone: str) -> int | None:
    """A day and a time on the school's clock, in milliseconds; None where nothing is said."""
    if not said:
        return None
    try:
        shown = datetime.fromisoformat(said)
    except ValueError:
        raise Refusal("bad_request", "Please give a day and a time.") from None
    if shown.tzinfo is not None or not EARLIEST <= shown <= LATEST:
        raise Refusal("bad_request", "Please give a day and a time.")
    return int(came_to(ZoneInfo(zone), shown.date(), shown.time()).timestamp() * 1000)


def usual_end(calendar: Calendar, now_ms: int) -> str:
    """What an exception that begins now is likely to end with, as a field of a form: school's end, or the evening."""
    here = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(calendar.zone))
    ends = time.fromisoformat(calendar.day_ends)
    at = ends if calendar.is_school_day(here.date()) and here.time() < ends else _EVENING
    day = here.date() if here.time() < at else here.date() + timedelta(days=1)
    return datetime.combine(day, at).isoformat(timespec="minutes")
