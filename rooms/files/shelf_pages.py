"""The shelf of a room as a page: to look at, to search and, by forms, to keep in order."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts import features
from accounts.door import actor_of, json_response
from accounts.frame import Form, signed_in_only
from accounts.rights import may
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory
from rooms.doors import caller_of
from rooms.files import browsing, serving, shelf
from rooms.files.attaching import FEATURE
from rooms.files.pages import Desk
from rooms.grants import Grant
from web.i18n import language_of
from web.pages import day_label

PATH: Final = "/rooms/{room}/shelf"
ITEM: Final = PATH + "/items/{item}"
_SHOWN: Final = frozenset({"bad_request", "forbidden", "too_large", "rate_limited", "key_conflict"})
# What forms may ask for, by the last part of their address.
_ACTS: Final = {
    "link": "shelve_link", "folder": "make_folder", "rename": "rename_item", "move": "move_item",
    "remove": "remove_item", "restore": "restore_item",
}  # fmt: skip


@dataclass(frozen=True)
class View:
    """What a page of the shelf is made from."""

    grant: Grant
    card: Mapping[str, Any]
    items: list[browsing.Item]
    way: list[Any]
    removed: list[Any]
    folders: list[tuple[str, str]]
    own_head: int
    has: bool  # the school has files switched on for whoever looks


class ShelfPages:
    """Routes of shelves."""

    def __init__(self, desk: Desk, epoch: str) -> None:
        self._desk = desk
        self._frame = desk.frame
        self._epoch = epoch

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route("/api/v1" + PATH, self.listed, methods=["GET"]),
            Route(PATH + "/file", self.add_file, methods=["POST"]),
            Route(PATH + "/{act:str}", self.act, methods=["POST"]),
            Route(ITEM, signed_in_only(self.open), methods=["GET"]),
            Route(ITEM + "/about", signed_in_only(self.show_item), methods=["GET"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None, folder: str | None = None) -> Response:
        actor, room = actor_of(request), request.path_params["room"]
        folder = folder or request.query_params.get("folder") or None
        find = request.query_params.get("find", "").strip()
        view = await self._frame.database.read(_look, actor, room, folder, find, self._frame.clock.now_ms())
        return self._frame.page(request, "shelf.html", self._context(request, view, folder, find), refusal)

    async def listed(self, request: Request) -> Response:
        actor, room = actor_of(request), request.path_params["room"]
        folder, find = request.query_params.get("folder"), request.query_params.get("find", "")

        def read(connection: Connection) -> list[dict[str, Any]]:
            directory.require_shared(connection, actor, room, "read", self._frame.clock.now_ms())
            browsing.way_to(connection, room, folder)
            return [each.as_json() for each in _found(connection, room, folder, find)]

        return json_response({"room": room, "items": await self._frame.database.read(read)})

    async def open(self, request: Request) -> Response:
        """The content of a file, whatever its version: the address that people keep. Else the page that shows it."""
        actor, room, item_id = actor_of(request), request.path_params["room"], request.path_params["item"]

        def read(connection: Connection) -> browsing.Item | serving.Found:
            directory.require_shared(connection, actor, room, "read", self._frame.clock.now_ms())
            item = browsing.one(connection, room, item_id)
            if item.file is None:
                return item
            wanted = "view" if item.file.kind == "picture" and "save" not in request.query_params else "whole"
            return serving.shape(connection, item.file, wanted)

        found = await self._frame.database.read(read)
        if isinstance(found, serving.Found):
            return await self._desk.serving.answer(request, found)
        inside = f"?folder={found.row.id}" if found.row.kind == "folder" else _within(found.row.folder_id)
        return RedirectResponse(f"/rooms/{room}/shelf{inside}", 303)

    async def show_item(self, request: Request, refusal: Refusal | None = None) -> Response:
        actor, room, item_id = actor_of(request), request.path_params["room"], request.path_params["item"]
        now_ms = self._frame.clock.now_ms()

        def read(connection: Connection) -> tuple[View, browsing.Item, list[Any]]:
            item = browsing.one(connection, room, item_id)
            view = _look(connection, actor, room, item.row.folder_id, "", now_ms)
            return view, item, list(browsing.versions(connection, item_id))

        view, item, versions = await self._frame.database.read(read)
        context = self._context(request, view, item.row.folder_id, "")
        shown = self._shown(request, view, item)
        before = [{**each._asdict(), "when": self._day(request, each.version_ms)} for each in versions]
        writes = may(view.grant.who, "write", view.grant.place, self._frame.clock.now()) is None
        context |= {"item": shown, "versions": before if writes else []}
        return self._frame.page(request, "shelf_item.html", context, refusal)

    async def act(self, request: Request) -> Response:
        """What a form of the shelf asks for; then back to where it stood."""
        room, name = request.path_params["room"], _ACTS.get(request.path_params["act"])
        if name is None:
            raise Refusal("not_found")
        form: Form = Form([])
        try:
            form = await self._frame.form(request)
            given = {field: value for field, value in form.items() if field not in ("csrf", "back") and value != ""}
            await self._do(request, name, {**given, "room": room})
        except Refusal as refusal:
            return await self._again(request, refusal, form)
        removed = f"removed={form['item']}" if name == "remove_item" else ""
        return RedirectResponse(_back(room, form.get("back", ""), removed), 303)

    async def add_file(self, request: Request) -> Response:
        """A file by a form: a new item, or the newer version of one."""
        room = request.path_params["room"]
        fields: Mapping[str, str] = {}
        try:
            upload = await self._desk.receiving.read(request, room)
            fields = upload.fields
            file = await self._desk.receiving.keep(request, room, upload)
            common = {"room": room, "key": fields.get("key", ""), "file": file["id"]}
            if fields.get("item"):
                await self._do(request, "replace_item", {**common, "item": fields["item"]})
            else:
                more = {name: fields[name] for name in ("title", "folder") if fields.get(name)}
                await self._do(request, "shelve_file", {**common, **more})
        except Refusal as refusal:
            return await self._again(request, refusal, fields)
        return RedirectResponse(_back(room, fields.get("back", "")), 303)

    async def _again(self, request: Request, refusal: Refusal, fields: Mapping[str, str]) -> Response:
        if refusal.code not in _SHOWN:
            raise refusal
        return await self.show(request, refusal, fields.get("back") or None)

    async def _do(self, request: Request, name: str, fields: Mapping[str, str]) -> None:
        try:
            command = msgspec.convert(fields, self._desk.commands.types[name], strict=False)
        except msgspec.ValidationError as error:
            raise Refusal("bad_request", reason=str(error)[:200]) from None
        await asyncio.shield(self._desk.commands.submit(caller_of(actor_of(request)), command))

    def _context(self, request: Request, view: View, folder: str | None, find: str) -> dict[str, Any]:
        actor, at = actor_of(request), self._frame.clock.now()
        return {
            "room": dict(view.card),
            "items": [self._shown(request, view, each) for each in view.items],
            "way": view.way,
            "folder": folder,
            "find": find,
            "folders": view.folders,
            "gone": [each for each in view.removed if _tends(view, each, self._frame.clock.now())],
            "just_removed": request.query_params.get("removed"),
            "may_write": view.has and may(view.grant.who, "write", view.grant.place, at) is None,
            "form_key": lambda: str(uuid4()),
            "page_data": {
                "person": actor.person, "room": view.card["id"], "seq": view.grant.head, "epoch": self._epoch,
                "own_room": actor.own_room, "own_head": view.own_head,
            },
        }  # fmt: skip

    def _shown(self, request: Request, view: View, item: browsing.Item) -> dict[str, Any]:
        row = item.row
        here = f"/rooms/{row.room_id}/shelf"
        url = {"link": row.address, "folder": f"{here}?folder={row.id}"}.get(row.kind, f"{here}/items/{row.id}")
        return {
            "version": 0, **item.as_json(), "url": url, "about": f"{here}/items/{row.id}/about", "by_name": item.by,
            "when": self._day(request, row.changed_ms), "folder": row.folder_id,
            "may_tend": _tends(view, row, self._frame.clock.now()),
        }  # fmt: skip

    def _day(self, request: Request, at_ms: int) -> str:
        return day_label(at_ms, actor_of(request).zone, language_of(request))


def _look(connection: Connection, actor: Actor, room: str, folder: str | None, find: str, now_ms: int) -> View:
    grant = directory.require_shared(connection, actor, room, "read", now_ms)
    own = directory.require(connection, actor, actor.own_room, "read", now_ms)
    return View(
        grant, directory.card(connection, room), _found(connection, room, folder, find),
        browsing.way_to(connection, room, folder), browsing.removed(connection, room, now_ms),
        browsing.folders(connection, room), own.head, features.on(connection, grant.who, FEATURE, now_ms),
    )  # fmt: skip


def _found(connection: Connection, room: str, folder: str | None, find: str) -> list[browsing.Item]:
    return browsing.called(connection, room, find) if find.strip() else browsing.lying_in(connection, room, folder)


def _tends(view: View, row: Any, at: Any) -> bool:
    """Whether whoever looks may change this item."""
    grant = view.grant
    if may(grant.who, "write", grant.place, at) is not None:
        return False
    keeps = may(grant.who, "remove", grant.place, at) is None
    return shelf.may_tend(grant.who.rights.kinds.get(grant.who.role), mine=row.person_id == grant.who.id, keeps=keeps)


def _within(folder: str | None) -> str:
    return "" if folder is None else f"?folder={folder}"


def _back(room: str, folder: str, more: str = "") -> str:
    """The page of the shelf, of the folder in which the form stood."""
    asked = [f"folder={folder}"] if folder.isalnum() else []
    asked += [more] if more else []
    return f"/rooms/{room}/shelf" + (f"?{'&'.join(asked)}" if asked else "")
