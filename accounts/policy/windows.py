"""Windows as data: the times of a week at which something may be done, and what holds for once. Pure."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

On = Literal["school_days", "other_days", "every_day"]
# HH:MM, or when the school's own day does.
SpanTime = Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|day_starts|day_ends)$")]
Weekday = Annotated[int, Meta(ge=0, le=6)]


class Span(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of some days, by the school's clock. An end that is not after the start is that of the next day."""

    on: On
    starts: SpanTime
    ends: SpanTime
    weekdays: tuple[Weekday, ...] = ()  # Monday is 0; none: all of them


class Window(Struct, frozen=True):
    """When something may be done: in its spans, or, if these say when it is shut, at any other time."""

    id: str
    name: str
    spans: tuple[Span, ...] = ()
    shut: bool = False


class OneOff(Struct, frozen=True):
    """What holds for once: a snow day, an exam week. Of several at one moment the last made counts.

    window: none for all that open and close. Moments in milliseconds; `until_ms` is not within.
    """

    id: str
    window: str | None
    opens: bool
    from_ms: int
    until_ms: int
    why: str = ""
    by: str | None = None
    made_ms: int = 0
    ended_ms: int | None = None

    @property
    def over_ms(self) -> int:
        """When it is over, or was ended."""
        return self.until_ms if self.ended_ms is None else min(self.until_ms, self.ended_ms)

    def holds(self, window: str, ms: int) -> bool:
        return self.window in (None, window) and self.from_ms <= ms < self.over_ms


# What rules may name in every school, besides `always` and `never`, which neither open nor close.
BUILT_IN: Final[Mapping[str, Window]] = {
    "out_of_school": Window("out_of_school", "", (Span("school_days", "day_starts", "day_ends"),), shut=True),
    "school_days": Window("school_days", "", (Span("school_days", "00:00", "00:00"),)),
}
