"""What the pages of opening times are made from, read in one go, and the words for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_day_names
from sqlalchemy import Connection

from accounts.asking import require
from accounts.calendar.model import load
from accounts.calendar.rules import Calendar
from accounts.policy import store
from accounts.policy.rules import Rule, Rules, merged
from accounts.policy.timetable import Timetable
from accounts.policy.windows import BUILT_IN, OneOff, Window
from accounts.sessions import Actor
from accounts.windows import model
from accounts.windows.week import Day, unwindowed
from web.pages import REGIONS

Moment = Callable[[int], str]  # milliseconds as words on the school's clock

OVER_SHOWN: Final = 5


@dataclass(frozen=True)
class WindowsView:
    """A school's windows, what holds for once, and the rules that name them."""

    calendar: Calendar
    own: Mapping[str, Window]
    held: tuple[OneOff, ...]
    rules: Rules
    role_names: Mapping[str, str]
    people: Mapping[str, str]
    now_ms: int

    @property
    def all(self) -> dict[str, Window]:
        return {**BUILT_IN, **self.own}

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms / 1000, UTC)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.calendar.zone)).date()

    def times(self, window: Window | None = None) -> Timetable:
        """The timetable as it is, or as it would be with this window."""
        changed = {} if window is None else {window.id: window}
        return Timetable(self.calendar, {**self.own, **changed}, self.held)

    def naming(self, window: str) -> dict[str, Rule]:
        """The rules that name a window, those that are off too."""
        return {name: rule for name, rule in self.rules.items() if rule.window == window}


def read(connection: Connection, actor: Actor, now_ms: int) -> WindowsView:
    """Refusal for whoever may not change the policy."""
    require(connection, actor, "change_policy", now_ms)
    school, held = actor.school, tuple(model.held_once(connection, actor.school))
    return WindowsView(
        load(connection, school), model.own_windows(connection, school), held,
        merged(store.phase_of(connection, school), store.changes_of(connection, school)),
        store.role_names(connection, school),
        model.names(connection, school, sorted({each.by for each in held if each.by})), now_ms,
    )  # fmt: skip


def words(view: WindowsView, language: str) -> dict[str, Any]:
    """What every page of them needs."""
    locale = REGIONS.get(language, language)
    days = get_day_names("wide", locale=locale)
    short = get_day_names("abbreviated", context="stand-alone", locale=locale)

    def clock(said: str | time) -> str:
        return str(format_time(time.fromisoformat(said) if isinstance(said, str) else said, "short", locale=locale))

    return {
        "calendar": view.calendar, "own": view.own, "all_windows": view.all, "clock": clock,
        "weekday_names": [days[nth] for nth in range(7)], "weekday_short": [short[nth] for nth in range(7)],
        "own_roles": view.role_names, "own_windows": {each.id: each.name for each in view.own.values()},
        "always": unwindowed(view.rules),
    }  # fmt: skip


def states(times: Timetable, windows: Iterable[str], at: datetime, moment: Moment) -> dict[str, dict[str, Any]]:
    """Of each whether it is open, and until when that is so, in words.

    To be asked in a thread: the first question about a country's holidays reads a whole module.
    """

    def state(window: str) -> dict[str, Any]:
        changes = times.changes_at(window, at)
        until = None if changes is None else moment(int(changes.timestamp() * 1000))
        return {"open": times.is_open(window, at), "until": until}

    return {window: state(window) for window in windows}


def told_once(view: WindowsView, moment: Moment) -> dict[str, list[dict[str, Any]]]:
    """What holds for once: `ahead` (or now), the earliest first, and `over`, the latest first."""

    def told(each: OneOff) -> dict[str, Any]:
        return {
            "id": each.id, "window": each.window, "opens": each.opens, "why": each.why,
            "from": moment(each.from_ms), "until": moment(each.over_ms), "begun": each.from_ms <= view.now_ms,
            "early": each.ended_ms is not None, "by": view.people.get(each.by or ""),
        }  # fmt: skip

    ahead = [told(each) for each in view.held if each.over_ms > view.now_ms]
    over = [told(each) for each in reversed(view.held) if each.over_ms <= view.now_ms]
    return {"ahead": ahead, "over": over[:OVER_SHOWN]}


def told_days(days: Sequence[Day], clock: Callable[[time], str]) -> list[dict[str, Any]]:
    """Seven days as words: the hours, and what holds for once."""
    return [
        {
            "whole": day.whole, "once": day.once,
            "hours": [
                {
                    "starts": clock(each.starts), "ends": None if each.ends is None else clock(each.ends),
                    "left": each.left, "width": each.width,
                }
                for each in day.hours
            ],
        }
        for day in days
    ]  # fmt: skip


def day_names(calendar: Calendar, days: Sequence[date], today: date, language: str) -> list[dict[str, Any]]:
    """`Monday 23 November`, and what kind of day it is."""
    return [
        {
            "name": str(format_date(day, "EEEE d MMMM", locale=language)), "today": day == today,
            "short": str(format_date(day, "EEE d", locale=language)), "why": calendar.why_none(day),
        }
        for day in days
    ]  # fmt: skip
