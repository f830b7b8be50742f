"""Pages of notices: what one is told of, on which device, by which mail; and the links of mails."""

import base64
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.account.rules import device_of as called
from accounts.door import actor_of, device_of, json_response
from accounts.frame import Form, Frame, signed_in_only
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms.telling import choosing, model
from rooms.telling.allowing import may_be_told
from rooms.telling.answers import PushDevice, PushEnd
from rooms.telling.devices import Device, Devices, public_part
from rooms.telling.letters import Links
from storage.database import Transaction
from storage.rows import AnyRow
from web.requests import TooLarge, body_of

PATH: Final = "/account/notices"
LARGEST: Final = 8 * 1024  # bytes of a subscription
Said = TypeVar("Said")


class NoticesPages:
    """Routes of notices. `mails`: whether this installation sends any."""

    def __init__(self, frame: Frame, devices: Devices, links: Links, *, mails: bool) -> None:
        self._frame = frame
        self._devices = devices
        self._links = links
        self._mails = mails

    def routes(self) -> list[Route]:
        links = [
            Route(f"/mail/{what}", partial(page, what), methods=[method])
            for what in ("confirm", "stop")
            for method, page in (("GET", self.show_link), ("POST", self.follow_link))
        ]
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(f"{PATH}/device", self.end_device, methods=["POST"]),
            Route(f"{PATH}/mail", self.choose_mail, methods=["POST"]),
            Route("/api/v1/push", self.key, methods=["GET"]),
            Route("/api/v1/push", self.subscribe, methods=["POST"]),
            Route("/api/v1/push", self.unsubscribe, methods=["DELETE"]),
            *links,
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        actor, now_ms = actor_of(request), self._frame.clock.now_ms()
        context = await self._frame.database.read(self._read, actor, now_ms)
        context["devices"] = [self._device(request, row, actor) for row in context["devices"]]
        if context["mail"] is not None:
            context["off"] = self._day(request, context["mail"].off_ms)
        return self._frame.page(request, "account_notices.html", context, refusal)

    def _read(self, connection: Connection, actor: Actor, now_ms: int) -> dict[str, Any]:
        by_mail = self._mails and may_be_told(connection, actor.person, "mail", now_ms)
        return {
            "by_push": may_be_told(connection, actor.person, "push", now_ms), "by_mail": by_mail,
            "devices": model.devices_of(connection, actor.person, now_ms),
            "mail": model.choice_of(connection, actor.person), "hours": range(24),
        }  # fmt: skip

    def _device(self, request: Request, row: AnyRow, actor: Actor) -> dict[str, Any]:
        return {
            "id": row.id, "device": called(row.device), "began": self._frame.moment(request, row.made_ms),
            "here": row.session_id == actor.session,
        }  # fmt: skip

    def _day(self, request: Request, at_ms: int | None) -> str | None:
        return None if at_ms is None else self._frame.moment(request, at_ms)

    async def end_device(self, request: Request) -> Response:
        async def work(form: Form) -> Response:
            await self._frame.database.write(_end, actor_of(request), form.text("device"), self._frame.clock.now_ms())
            return RedirectResponse(f"{PATH}?said=saved", 303)

        return await self._frame.answer(request, work, self.show)

    async def choose_mail(self, request: Request) -> Response:
        async def work(form: Form) -> Response:
            if form.text("forget"):
                await self._frame.database.write(choosing.forget, actor_of(request).person)
                return RedirectResponse(f"{PATH}?said=saved", 303)
            if not self._mails:
                raise Refusal("forbidden", choosing.NOT_HERE)
            asks = await self._frame.database.write(self._choose, actor_of(request), form)
            return RedirectResponse(f"{PATH}?said={'asked' if asks else 'saved'}", 303)

        return await self._frame.answer(request, work, self.show)

    def _choose(self, tx: Transaction, actor: Actor, form: Form) -> bool:
        said = form.text("address"), form.text("digest"), form.text("hour")
        return choosing.choose(tx, actor, *said, self._frame.clock.now_ms())

    async def key(self, request: Request) -> Response:
        """The key is made when somebody first asks who may have it."""
        actor, now_ms = actor_of(request), self._frame.clock.now_ms()
        allowed = await self._frame.database.read(may_be_told, actor.person, "push", now_ms)
        made = public_part(await self._frame.database.write(self._devices.key)) if allowed else b""
        return json_response({"allowed": allowed, "key": base64.urlsafe_b64encode(made).decode().rstrip("=")})

    async def subscribe(self, request: Request) -> Response:
        actor = actor_of(request)
        said = await _said(request, PushDevice)
        device = Device(said.endpoint, said.p256dh, said.auth)

        def work(tx: Transaction) -> None:
            if said.was is not None:
                self._devices.remove(tx, said.was, actor.person)
            self._devices.add(tx, actor, device, device_of(request), self._frame.clock.now_ms())

        await self._frame.database.write(work)
        return json_response({"told": True})

    async def unsubscribe(self, request: Request) -> Response:
        actor = actor_of(request)
        said = await _said(request, PushEnd)
        await self._frame.database.write(self._devices.remove, said.endpoint, actor.person)
        return json_response({"told": False})

    async def show_link(self, what: str, request: Request) -> Response:
        """Only a question: those who look through mails for dangers open every link."""
        token = request.query_params.get("token", "")
        await self._frame.database.write(choosing.works, self._links, what, token, self._frame.clock.now_ms())
        return self._frame.pages.render(request, "mail_link.html", {"what": what, "done": False})

    async def follow_link(self, what: str, request: Request) -> Response:
        work = choosing.confirm if what == "confirm" else choosing.stop
        token = request.query_params.get("token", "")
        await self._frame.database.write(work, self._links, token, self._frame.clock.now_ms())
        return self._frame.pages.render(request, "mail_link.html", {"what": what, "done": True})


def _end(tx: Transaction, actor: Actor, device: str, now_ms: int) -> None:
    mine = {each.id for each in model.devices_of(tx.connection, actor.person, now_ms)}
    model.take_devices(tx.connection, mine & {device})


async def _said(request: Request, kind: type[Said]) -> Said:
    try:
        return msgspec.json.decode(await body_of(request, LARGEST), type=kind)
    except TooLarge:
        raise Refusal("too_large") from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Refusal("bad_request") from None
