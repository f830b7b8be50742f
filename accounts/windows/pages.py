"""Pages of opening times: in plain words, on a week, looked at before they hold; and what opens or closes for once."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.administration.desk import Desk, Hooks
from accounts.door import actor_of
from accounts.frame import Form, signed_in_only
from accounts.policy.store import AnnounceAll
from accounts.policy.windows import BUILT_IN, Window
from accounts.signing_in import SigningIn
from accounts.windows import form as fields
from accounts.windows import view as told
from accounts.windows import week
from accounts.windows.changing import MOST_SPANS, WindowChanges, checked
from accounts.windows.view import WindowsView
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database
from web.i18n import language_of
from web.pages import Pages, full_day

PATH: Final = "/administration/windows"
NEW: Final = "new"
Work = Callable[[WindowChanges, Form, int], object]  # the last: the moment in milliseconds
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


def window_routes(
    database: Database, clock: Clock, pages: Pages, signing_in: SigningIn, hooks: Hooks, announce: AnnounceAll
) -> list[Route]:
    return WindowPages(Desk(database, clock, pages, signing_in, hooks), announce).routes()


class WindowPages:
    """Routes of opening times."""

    def __init__(self, desk: Desk, announce: AnnounceAll) -> None:
        self._desk = desk
        self._announce = announce

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH + "/week", signed_in_only(self.show_week), methods=["GET"]),
            Route(PATH + "/preview", self.preview, methods=["POST"]),
            Route(PATH + "/once", self.hold_once, methods=["POST"]),
            Route(PATH + "/once/{once}/end", self.end_once, methods=["POST"]),
            Route(PATH + "/{window}", signed_in_only(self.show_form), methods=["GET"]),
            Route(PATH + "/{window}/remove", signed_in_only(self.show_removal), methods=["GET"]),
            Route(PATH + "/{window}/remove", self.remove, methods=["POST"]),
            Route(PATH + "/{window}/keep", self.keep, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        view, links = await self._read(request)
        moment = self._moments(request)
        states = await asyncio.to_thread(told.states, view.times(), view.all, view.now, moment)
        windows = [
            {"window": each, "own": each.id not in BUILT_IN, "naming": view.naming(each.id), **states[each.id]}
            for each in view.all.values()
        ]
        context = {
            **told.words(view, language_of(request)), "windows": windows, **told.told_once(view, moment),
            "usual_end": fields.usual_end(view.calendar, view.now_ms),
        }  # fmt: skip
        return self._desk.render(request, "administration_windows.html", context, links, refusal)

    async def show_week(self, request: Request) -> Response:
        view, links = await self._read(request)
        language, rules = language_of(request), week.windowed(view.rules)
        first = week.monday_of(_day_asked(request, view.today))
        used = {rule.window: None for rule in rules.values()} or dict.fromkeys(BUILT_IN)
        found = await asyncio.to_thread(week.week_of, view.calendar, view.times(), view.held, used, first)
        words = told.words(view, language)
        days = [first + timedelta(days=nth) for nth in range(week.DAYS)]
        context = {
            **words, "rules": rules, "days": told.day_names(view.calendar, days, view.today, language),
            "week": {window: told.told_days(each, words["clock"]) for window, each in found.items()},
            "first": full_day(first, language), "first_day": first.isoformat(), "drawn": week.DRAWN,
            "before": (first - timedelta(days=7)).isoformat(), "after": (first + timedelta(days=7)).isoformat(),
        }  # fmt: skip
        return self._desk.render(request, "administration_windows_week.html", context, links)

    async def show_form(
        self, request: Request, refusal: Refusal | None = None, wanted: Window | None = None
    ) -> Response:
        view, links = await self._read(request)
        window = wanted or _known(view, request.path_params["window"])
        context = {
            **told.words(view, language_of(request)), "window": window, "on": fields.ON,
            "rows": min(MOST_SPANS, max(2, len(window.spans) + 1)),
        }  # fmt: skip
        return self._desk.render(request, "administration_window.html", context, links, refusal)

    async def preview(self, request: Request) -> Response:
        form = await self._desk.form(request)
        view, links = await self._read(request)
        before = _known(view, form.text("window") or NEW)
        after = structs.replace(before, name=form.text("name"))
        try:
            after = structs.replace(after, spans=fields.spans_of(form))
            checked(after, view.own)
        except Refusal as refusal:
            return await self.show_form(request, refusal, after)
        if form.text("again"):
            return await self.show_form(request, None, after)
        states = await asyncio.to_thread(
            told.states, view.times(after), [after.id], view.now, self._moments(request)
        )  # fmt: skip
        context = {
            **told.words(view, language_of(request)), "before": before if before.spans else None, "after": after,
            "fields": fields.fields_of(after.spans), "naming": view.naming(after.id),
            **states[after.id],
        }  # fmt: skip
        return self._desk.render(request, "administration_window_preview.html", context, links)

    async def show_removal(self, request: Request, refusal: Refusal | None = None) -> Response:
        view, links = await self._read(request)
        window = _known(view, request.path_params["window"])
        context = {**told.words(view, language_of(request)), "window": window, "naming": view.naming(window.id)}
        return self._desk.render(request, "administration_window_removal.html", context, links, refusal)

    async def keep(self, request: Request) -> Response:
        window = str(request.path_params["window"])

        def work(changes: WindowChanges, form: Form, _now_ms: int) -> None:
            name, spans = form.text("name"), fields.spans_of(form)
            if window == NEW:
                changes.make(name, spans)
            else:
                changes.change(window, name, spans)

        return await self._change(request, work)

    async def remove(self, request: Request) -> Response:
        window = str(request.path_params["window"])
        return await self._change(request, lambda changes, *_: changes.remove(window))

    async def hold_once(self, request: Request) -> Response:
        zone = actor_of(request).zone

        def work(changes: WindowChanges, form: Form, now_ms: int) -> None:
            changes.hold_once(fields.once_of(form, zone, now_ms))

        return await self._change(request, work)

    async def end_once(self, request: Request) -> Response:
        once = str(request.path_params["once"])
        return await self._change(request, lambda changes, *_: changes.end_once(once))

    def _moments(self, request: Request) -> told.Moment:
        return lambda ms: self._desk.moment(request, ms)

    async def _read(self, request: Request) -> tuple[WindowsView, tuple[str, ...]]:
        return await self._desk.read(request, told.read)

    async def _change(self, request: Request, work: Work) -> Response:

        async def carried_out(form: Form) -> str:
            await self._desk.write(
                request,
                lambda tx, actor, now_ms: work(WindowChanges(tx, actor, self._announce, now_ms), form, now_ms),
            )
            return f"{PATH}?said=saved"

        return await self._desk.change(request, carried_out, self.show)


def _known(view: WindowsView, window: str) -> Window:
    """One of the school's own, or the new one."""
    if window == NEW:
        return Window(NEW, "")
    if window not in view.own:
        raise Refusal("not_found", "There are no such opening times.")
    return view.own[window]


def _day_asked(request: Request, today: date) -> date:
    try:
        asked = date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        return today
    return asked if EARLIEST <= asked <= LATEST else today
