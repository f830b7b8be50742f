"""My account, my password, my devices."""

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.account import model
from accounts.account.changing import Changing
from accounts.account.confirming import Confirming
from accounts.account.rules import device_of
from accounts.door import actor_of
from accounts.frame import Frame, signed_in_only
from accounts.second_step.model import codes_left, wanted, ways
from realtime.refusal import Refusal
from storage.rows import AnyRow
from web.requests import local_path


class OwnPages:
    """Routes of one's own account."""

    def __init__(self, frame: Frame, confirming: Confirming, changing: Changing) -> None:
        self._frame = frame
        self._confirming = confirming
        self._changing = changing

    def routes(self) -> list[Route]:
        return [
            Route("/account", signed_in_only(self.show), methods=["GET"]),
            Route("/account/password", signed_in_only(self.show_password), methods=["GET"]),
            Route("/account/password", self.change_password, methods=["POST"]),
            Route("/account/devices", signed_in_only(self.show_devices), methods=["GET"]),
            Route("/account/devices", self.end_sessions, methods=["POST"]),
            Route("/account/confirm", signed_in_only(self.show_confirm), methods=["GET"]),
            Route("/account/confirm", self.confirm, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        actor = actor_of(request)

        def read(connection: Connection) -> dict[str, Any]:
            mine = model.own(connection, actor)
            return {
                "login": mine.login, "full_name": mine.full_name, "own_role": mine.own_role, "base": mine.base,
                "has_password": model.has_password(connection, actor), "ways": ways(connection, actor.person),
                "codes_left": codes_left(connection, actor.person), "second_step_wanted": wanted(connection, actor),
                "devices": len(model.open_sessions(connection, actor, self._frame.clock.now_ms())),
            }  # fmt: skip

        return self._frame.page(request, "account.html", await self._frame.database.read(read))

    async def show_password(self, request: Request, refusal: Refusal | None = None) -> Response:
        has_password = await self._frame.database.read(model.has_password, actor_of(request))
        return self._frame.page(request, "account_password.html", {"has_password": has_password}, refusal)

    async def change_password(self, request: Request) -> Response:
        actor = actor_of(request)
        try:
            fields = await self._frame.form(request)
            old, new, again = (fields.get(name, "") for name in ("old", "new", "again"))
            await self._changing.change_password(actor, old, new, again)
        except Refusal as refusal:
            return await self.show_password(request, refusal)
        return RedirectResponse("/account?said=password_changed", 303)

    async def show_devices(self, request: Request, refusal: Refusal | None = None) -> Response:
        actor, now_ms = actor_of(request), self._frame.clock.now_ms()
        rows = await self._frame.database.read(model.open_sessions, actor, now_ms)
        devices = [self._device(request, row) for row in rows]
        return self._frame.page(request, "account_devices.html", {"devices": devices}, refusal)

    def _device(self, request: Request, row: AnyRow) -> dict[str, Any]:
        return {
            "id": row.id, "device": device_of(row.device), "began": self._frame.moment(request, row.created_ms),
            "method": row.method, "strong": row.strong, "in_school": row.in_school, "here": row.here,
        }  # fmt: skip

    async def end_sessions(self, request: Request) -> Response:
        """One that the form names, or all others."""
        actor = actor_of(request)
        try:
            fields = await self._frame.form(request)
            if fields.get("others") == "true":
                await self._changing.end_others(actor)
            else:
                await self._changing.end_session(actor, fields.get("session", ""))
        except Refusal as refusal:
            return await self.show_devices(request, refusal)
        return RedirectResponse("/account/devices?said=signed_out", 303)

    async def show_confirm(self, request: Request, refusal: Refusal | None = None, back: str | None = None) -> Response:
        has_password = await self._frame.database.read(model.has_password, actor_of(request))
        context = {"back": _within(back or request.query_params.get("back")), "has_password": has_password}
        return self._frame.page(request, "account_confirm.html", context, refusal)

    async def confirm(self, request: Request) -> Response:
        actor, back = actor_of(request), None
        try:
            fields = await self._frame.form(request)
            back = fields.get("back")
            await self._confirming.check(actor, fields.get("password", ""))
        except Refusal as refusal:
            return await self.show_confirm(request, refusal, back)
        response = RedirectResponse(_within(back), 303)
        self._confirming.remember(request, response, actor)
        return response


def _within(back: str | None) -> str:
    """The way back stays in one's own account."""
    path = local_path(back)
    return path if path.startswith("/account/") else "/account"
