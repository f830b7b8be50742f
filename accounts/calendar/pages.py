"""The page of terms: a year in plain words, and what changes it."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.administration.desk import Desk
from accounts.asking import require
from accounts.calendar import changes, model
from accounts.calendar.rules import KINDS, Calendar, Days, bounds, overlapping, year_of
from accounts.door import actor_of
from accounts.frame import Form, signed_in_only
from accounts.sessions import Actor
from realtime.refusal import Refusal
from web.i18n import language_of
from web.pages import full_day
from web.requests import whole_number

PATH: Final = "/administration/terms"
EARLIEST, LATEST = 2000, 2100
# Whose bank holidays a school may keep, as codes of `holidays`; their names are said in the template.
PLACES: Final = ("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR", "IE", "")


class TermPages:
    """Routes of the calendar."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH, self.add, methods=["POST"]),
            Route(PATH + "/hours", self.set_hours, methods=["POST"]),
            Route(PATH + "/{entry}", self.change, methods=["POST"]),
            Route(PATH + "/{entry}/remove", self.remove, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        calendar, links = await self._desk.read(request, _read)
        zone = ZoneInfo(actor_of(request).zone)
        today = datetime.fromtimestamp(self._desk.clock.now_ms() / 1000, UTC).astimezone(zone).date()
        year = _year_asked(request, today)
        # In a thread: the first question about a country's holidays reads a whole module.
        told = await asyncio.to_thread(_told, calendar, year, today, language_of(request))
        context = {**told, "kinds": KINDS, "places": _places(calendar)}
        return self._desk.render(request, "terms.html", context, links, refusal)

    async def add(self, request: Request) -> Response:
        async def work(form: Form) -> str:
            await self._desk.write(request, lambda tx, actor, now_ms: changes.add(tx, actor, form, now_ms))
            return _back(form)

        return await self._desk.change(request, work, self.show)

    async def change(self, request: Request) -> Response:
        entry = str(request.path_params["entry"])

        async def work(form: Form) -> str:
            await self._desk.write(request, lambda tx, actor, now_ms: changes.change(tx, actor, entry, form, now_ms))
            return _back(form)

        return await self._desk.change(request, work, self.show)

    async def remove(self, request: Request) -> Response:
        entry = str(request.path_params["entry"])

        async def work(form: Form) -> str:
            await self._desk.write(request, lambda tx, actor, now_ms: changes.remove(tx, actor, entry, now_ms))
            return _back(form)

        return await self._desk.change(request, work, self.show)

    async def set_hours(self, request: Request) -> Response:
        async def work(form: Form) -> str:
            await self._desk.write(request, lambda tx, actor, now_ms: changes.set_hours(tx, actor, form, now_ms))
            return _back(form)

        return await self._desk.change(request, work, self.show)


def _read(connection: Connection, actor: Actor, now_ms: int) -> Calendar:
    require(connection, actor, "change_settings", now_ms)
    return model.load(connection, actor.school)


def _year_asked(request: Request, today: date) -> int:
    asked = whole_number(request.query_params.get("year"), digits=4) or 0
    return asked if EARLIEST <= asked <= LATEST else year_of(today)


def _back(form: Form) -> str:
    year = form.text("year")
    return f"{PATH}?said=saved" + (f"&year={year}" if year.isascii() and year.isdigit() else "")


def _places(calendar: Calendar) -> list[str]:
    """Those that are offered; and the school's own, if a command or a roster set another."""
    own = f"{calendar.country}-{calendar.subdivision}" if calendar.subdivision else calendar.country
    return list(dict.fromkeys((own, *PLACES)))


def _told(calendar: Calendar, year: int, today: date, language: str) -> dict[str, Any]:
    first, last = bounds(year)
    following = calendar.next_school_day(today)
    return {
        "year": year,
        "entries": [_entry(calendar, each, language) for each in calendar.entries(year)],
        "school_days": calendar.school_days(first, last) if calendar.terms(year) else None,
        "bank_holidays": [(full_day(day, language), name) for day, name in calendar.bank_holidays(year)],
        "overlaps": [(one.name, other.name) for one, other in overlapping(calendar.entries(year))],
        "today": full_day(today, language),
        "why_none": calendar.why_none(today),
        "next_day": full_day(following, language) if following else None,
        "calendar": calendar,
        "place": f"{calendar.country}-{calendar.subdivision}" if calendar.subdivision else calendar.country,
    }


def _entry(calendar: Calendar, days: Days, language: str) -> dict[str, Any]:
    return {
        "id": days.id, "kind": days.kind, "name": days.name, "by_hand": days.origin == "name",
        "first": full_day(days.starts_on, language), "last": full_day(days.ends_on, language),
        "starts_on": days.starts_on.isoformat(), "ends_on": days.ends_on.isoformat(),
        "school_days": calendar.school_days(days.starts_on, days.ends_on) if days.kind == "term" else None,
    }  # fmt: skip
