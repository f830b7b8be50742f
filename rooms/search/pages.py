"""The page of search, and its door for programs."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.frame import Frame, signed_in_only
from accounts.rules import initials
from realtime.limits import Limits
from realtime.refusal import Refusal
from rooms.search.asking import Asked, Found, Mark, Order, Result, first_page, search
from rooms.search.rules import excerpt, parse
from rooms.searchable import Source
from storage.clock import rfc3339
from web.i18n import language_of
from web.pages import full_day, time_label

LONGEST_NAME: Final = 80
LONGEST_NUMBER: Final = 20  # digits in a mark
ORDERS: Final[tuple[Order, ...]] = ("newest", "best")
FILTERS: Final = ("room", "by", "from", "until", "kind")


class SearchPages:
    """Routes of search."""

    def __init__(self, frame: Frame, limits: Limits, sources: Sequence[Source]) -> None:
        self._frame = frame
        self._limits = limits
        self._sources = tuple(sources)

    def routes(self) -> list[Route]:
        return [
            Route("/search", signed_in_only(self.show), methods=["GET"]),
            Route("/api/v1/search", self.find, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        try:
            asked, refusal = self._asked(request), None
        except Refusal as refused:
            asked, refusal = Asked(()), refused
        found = await self._search(request, asked)
        return self._frame.page(request, "search.html", self._context(request, asked, found), refusal)

    async def find(self, request: Request) -> Response:
        found = await self._search(request, self._asked(request))
        return json_response(
            {
                "results": [_as_json(each, found) for each in found.results],
                "before": _mark(found.results[-1].mark) if found.more else None,
            }
        )

    async def _search(self, request: Request, asked: Asked) -> Found:
        actor = actor_of(request)
        if asked.says_something:
            self._limits.check("searches", actor.person)
        now_ms = self._frame.clock.now_ms()
        found = await self._frame.database.read(search, actor, asked, self._sources, now_ms)
        found = await asyncio.to_thread(first_page, found, asked)
        for room in {each.passage.place.room for each in found.results}:
            self._frame.signing_in.noticing.opened(actor, room)
        return found

    def _asked(self, request: Request) -> Asked:
        """What the query asks for; Refusal `bad_request` where it cannot be understood."""
        given = {name: value.strip().replace("\0", "") for name, value in request.query_params.items()}
        order = given.get("order") or ORDERS[0]
        kind = given.get("kind") or None
        if order not in ORDERS or (kind and kind not in {each.kind for each in self._sources}):
            raise Refusal("bad_request")
        return Asked(
            parse(given.get("q", "")), given.get("room") or None, given.get("by", "")[:LONGEST_NAME] or None,
            _day(given.get("from")), _day(given.get("until")), kind, order, _before(given.get("before")),
        )  # fmt: skip

    def _context(self, request: Request, asked: Asked, found: Found) -> dict[str, Any]:
        given = {name: request.query_params.get(name, "").strip() for name in ("q", *FILTERS, "order")}
        shown = list(self._shown(request, found))
        rooms = sorted(found.rooms.values(), key=lambda each: each.name.casefold())
        more = _with(given, before=_mark(found.results[-1].mark)) if found.more else None
        return {
            "asked": given,
            "searched": asked.says_something,
            "without": {name: _with(given, **{name: ""}) for name in FILTERS if given[name]},
            "day_of": {
                name: _said(day, request) for name, day in (("from", asked.first_day), ("until", asked.last_day))
            },
            "days": _by_day(shown) if asked.order == "newest" else ([("", shown)] if shown else []),
            "in_room": found.rooms[asked.room].name if asked.room else None,
            "by_names": [name for name in found.people.values() if name],
            "nobody": bool(asked.by) and not found.people,
            "rooms": [{"id": each.id, "name": each.name} for each in rooms],
            "kinds": [each.kind for each in self._sources],
            "order": asked.order,
            "newest_url": _with(given, order=""),
            "best_url": _with(given, order="best"),
            "all_url": _with({"q": given["q"]}),
            "later_page": asked.before is not None,
            "more_url": more,
        }

    def _shown(self, request: Request, found: Found) -> Iterator[dict[str, Any]]:
        zone, language = actor_of(request).zone, language_of(request)
        for each in found.results:
            of = each.passage
            card, name = found.rooms[of.place.room], found.names.get(of.author, "")
            yield {
                "kind": each.kind,
                "room": {"id": card.id, "name": card.name, "icon": card.icon, "accent": card.accent},
                "by": {"id": of.author, "name": name, "initials": initials(name)},
                "at": rfc3339(of.at_ms),
                "time": time_label(of.at_ms, zone, language),
                "day": full_day(_day_of(of.at_ms, zone), language),
                "pieces": excerpt(of.text, each.hit.spans),
                "url": of.url,
            }


def _as_json(result: Result, found: Found) -> dict[str, Any]:
    of = result.passage
    return {
        "kind": result.kind,
        "room": of.place.room,
        "room_name": found.rooms[of.place.room].name,
        "seq": of.place.seq,
        "by": of.author,
        "by_name": found.names.get(of.author, ""),
        "at": rfc3339(of.at_ms),
        "excerpt": [{"text": each.text, "marked": each.marked} for each in excerpt(of.text, result.hit.spans)],
        "url": of.url,
    }


def _by_day(shown: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    days: dict[str, list[dict[str, Any]]] = {}
    for each in shown:
        days.setdefault(each["day"], []).append(each)
    return list(days.items())


def _with(given: Mapping[str, str], **changed: str) -> str:
    kept = {name: value for name, value in {**given, **changed}.items() if value}
    return f"/search?{urlencode(kept)}" if kept else "/search"


def _mark(mark: Mark) -> str:
    return f"{mark.score}.{mark.id}"


def _before(text: str | None) -> Mark | None:
    if not text:
        return None
    score, _, entry = text.partition(".")
    if not all(each.isascii() and each.isdigit() and len(each) <= LONGEST_NUMBER for each in (score, entry)):
        raise Refusal("bad_request")
    return Mark(int(score), min(int(entry), 2**62))


def _said(day: date | None, request: Request) -> str:
    return full_day(day, language_of(request)) if day else ""


def _day_of(at_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).date()


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("bad_request", "A day is written like 2026-11-20.") from None
