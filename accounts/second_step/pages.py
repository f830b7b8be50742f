"""My second step: what I have set up, adding, removing, new recovery codes."""

from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.account.confirming import Confirming
from accounts.account.rules import device_of
from accounts.door import actor_of, json_response
from accounts.frame import Frame, signed_in_only
from accounts.second_step.enrolment import Enrolment
from accounts.second_step.passkeys import site_of
from accounts.second_step.showing import Answer
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.rows import AnyRow
from storage.sealing import Sealer

PATH: Final = "/account/second-step"
CODES_COOKIE: Final = "corridor_codes"
CODES_S: Final = 120


class SecondStepPages:
    """Routes of setting second steps up. Whatever changes one asks for the password first."""

    def __init__(
        self, frame: Frame, confirming: Confirming, enrolment: Enrolment, secret: bytes, origins: frozenset[str]
    ) -> None:
        self._frame = frame
        self._confirming = confirming
        self._enrolment = enrolment
        self._origins = origins
        self._shown_once = Sealer(secret, "recovery codes on their way to a page")

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH, self.change, methods=["POST"]),
            Route(f"{PATH}/app", signed_in_only(self.show_app), methods=["GET"]),
            Route(f"{PATH}/app", self.add_app, methods=["POST"]),
            Route(f"{PATH}/passkeys/options", self.passkey_options, methods=["POST"]),
            Route(f"{PATH}/passkeys", self.add_passkey, methods=["POST"]),
            Route(f"{PATH}/codes", signed_in_only(self.show_codes), methods=["GET"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        actor = actor_of(request)
        state = await self._enrolment.state(actor)
        context = {
            "allowed": state.allowed,
            "any": state.any,
            "app": None if state.app_ms is None else self._frame.moment(request, state.app_ms),
            "passkeys": [self._passkey(request, each) for each in state.passkeys],
            "codes_left": state.codes_left,
            "unlocked": await self._confirming.holds(request, actor),
            "weak": state.any and not actor.strong,
            "passkeys_fit": site_of(request, self._origins).fit,
            "this_device": device_of(request.headers.get("user-agent", "")),
        }
        return self._frame.page(request, "second_step_own.html", context, refusal)

    def _passkey(self, request: Request, row: AnyRow) -> dict[str, Any]:
        used = None if row.used_ms is None else self._frame.moment(request, row.used_ms)
        return {"id": row.id, "name": row.name, "added": self._frame.moment(request, row.created_ms), "used": used}

    async def change(self, request: Request) -> Response:
        """What the buttons of the page do: `do` is show, codes, remove_app or remove_passkey."""
        actor = actor_of(request)
        try:
            fields = await self._frame.form(request)
            if fields.get("do") == "show":
                await self._enrolment.show(actor, fields.get("code", ""))
                return _back("shown")
            if not await self._confirming.holds(request, actor):
                return _ask_first()
            return await self._do(request, actor, fields.get("do", ""), fields.get("passkey", ""))
        except Refusal as refusal:
            return await self.show(request, refusal)

    async def _do(self, request: Request, actor: Actor, what: str, passkey_id: str) -> Response:
        match what:
            case "codes":
                return self._with_codes(request, await self._enrolment.renew_codes(actor), "codes")
            case "remove_app":
                await self._enrolment.remove_app(actor)
            case "remove_passkey":
                await self._enrolment.remove_passkey(actor, passkey_id)
            case _:
                raise Refusal("bad_request")
        return _back("removed")

    async def show_app(self, request: Request, refusal: Refusal | None = None, key: str | None = None) -> Response:
        """A key to scan: another one each time, but the same after a mistyped code."""
        actor = actor_of(request)
        if not await self._confirming.holds(request, actor):
            return _ask_first("/app")
        offer = self._enrolment.offer(actor, key)
        return self._frame.page(request, "second_step_app.html", {"offer": offer}, refusal)

    async def add_app(self, request: Request) -> Response:
        actor, key = actor_of(request), None
        fields = await self._frame.form(request)
        if not await self._confirming.holds(request, actor):
            return _ask_first("/app")
        try:
            key = self._enrolment.key_of(actor, fields.get("offer", ""))
            codes = await self._enrolment.add_app(actor, fields.get("offer", ""), fields.get("code", ""))
        except Refusal as refusal:
            return await self.show_app(request, refusal, key)
        return self._with_codes(request, codes, "added")

    async def passkey_options(self, request: Request) -> Response:
        """For the script: `{"challenge", "options"}`."""
        actor, site = actor_of(request), site_of(request, self._origins)
        if not site.fit or not await self._confirming.holds(request, actor):
            raise Refusal("forbidden")
        return json_response(await self._enrolment.passkey_options(actor, site))

    async def add_passkey(self, request: Request) -> Response:
        actor = actor_of(request)
        try:
            fields = await self._frame.form(request)
            if not await self._confirming.holds(request, actor):
                return _ask_first()
            answer = Answer(fields.get("challenge", ""), fields.get("credential", ""))
            site = site_of(request, self._origins)
            codes = await self._enrolment.add_passkey(actor, answer, fields.get("name", ""), site)
        except Refusal as refusal:
            return await self.show(request, refusal)
        return self._with_codes(request, codes, "added")

    def _with_codes(self, request: Request, codes: list[str], said: str) -> Response:
        """On to the page that shows the codes once; in a sealed cookie, for we keep only their hashes."""
        if not codes:
            return _back(said)
        response = RedirectResponse(f"{PATH}/codes", 303)
        sealed = self._shown_once.seal(msgspec.json.encode([actor_of(request).session, said, *codes]).decode())
        secure = request.url.scheme == "https"
        response.set_cookie(
            CODES_COOKIE, sealed, max_age=CODES_S, path=f"{PATH}/codes", httponly=True, samesite="lax", secure=secure
        )
        return response

    async def show_codes(self, request: Request) -> Response:
        try:
            session, then, *codes = msgspec.json.decode(
                self._shown_once.open(request.cookies.get(CODES_COOKIE, "")), type=list[str]
            )
        except (ValueError, msgspec.DecodeError):
            return RedirectResponse(PATH, 303)
        if session != actor_of(request).session:
            return RedirectResponse(PATH, 303)
        response = self._frame.page(request, "second_step_codes.html", {"codes": codes, "then": then})
        response.delete_cookie(CODES_COOKIE, path=f"{PATH}/codes", httponly=True, samesite="lax")
        return response


def _back(said: str) -> Response:
    return RedirectResponse(f"{PATH}?said={said}", 303)


def _ask_first(then: str = "") -> Response:
    return RedirectResponse(f"/account/confirm?{urlencode({'back': PATH + then})}", 303)
