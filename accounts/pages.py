"""Sign-in and sign-out, by form and by the API."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts import door, throttle
from accounts.door import actor_of, device_of, json_response
from accounts.second_step import tickets
from accounts.second_step.rules import TICKET_S
from accounts.second_step.tickets import SecondStepNeeded
from accounts.sessions import LIFETIME_MS, Actor
from accounts.signing_in import SignedIn, SigningIn, Visit
from realtime.refusal import Refusal
from web.pages import Pages
from web.requests import TooLarge, body_of, form_of, local_path

COOKIE_AGE: Final = LIFETIME_MS // 1000
DEVICE_AGE: Final = 400 * 24 * 3600


class NewSession(Struct, forbid_unknown_fields=True):
    """Who signs in: the school's short name, the person's sign-in name, the password."""

    school: str
    name: str
    password: str


class SessionMade(Struct):
    """The session itself is in the cookie."""

    signed_in: bool


class AccountPages:
    """Routes of accounts."""

    def __init__(self, signing_in: SigningIn, pages: Pages) -> None:
        self._signing_in = signing_in
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/sign-in", self.show, methods=["GET"]),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/api/v1/sessions", self.create, methods=["POST"]),
            Route("/api/v1/sessions", self.delete, methods=["DELETE"]),
        ]

    async def show(self, request: Request) -> Response:
        if request.state.actor is not None:
            return RedirectResponse(local_path(request.query_params.get("back")), 303)
        return self.sign_in_page(request, {"back": request.query_params.get("back")})

    async def sign_in(self, request: Request) -> Response:
        fields = await _fields(request)
        device, _ = self._signing_in.devices.read(request.cookies.get(throttle.COOKIE))
        try:
            self._signing_in.check_form(device, fields.get("csrf"))
            made = await self._make(
                request, fields.get("school", ""), fields.get("name", ""), fields.get("password", "")
            )
        except SecondStepNeeded as needed:
            return _to_second_step(request, needed, fields.get("back"))
        except Refusal as refusal:
            return self.sign_in_page(request, fields, refusal)
        response = RedirectResponse(local_path(fields.get("back")), 303)
        set_cookies(request, response, made)
        return response

    async def sign_out(self, request: Request) -> Response:
        actor: Actor | None = request.state.actor
        if actor is not None:
            fields = await _fields(request)
            self._signing_in.check_form(actor.session, fields.get("csrf"))
            await self._signing_in.sign_out(actor, everywhere=fields.get("everywhere") == "true")
        response = RedirectResponse("/sign-in", 303)
        _forget(request, response)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    async def create(self, request: Request) -> Response:
        try:
            wanted = msgspec.json.decode(await body_of(request), type=NewSession)
        except TooLarge:
            raise Refusal("too_large") from None
        except (msgspec.DecodeError, msgspec.ValidationError):
            raise Refusal("bad_request", "A session takes school, name and password.") from None
        try:
            made = await self._make(request, wanted.school, wanted.name, wanted.password)
        except SecondStepNeeded as needed:
            refused = json_response(needed.fields(), needed.http_status)
            set_device(request, refused, needed.device)
            return refused
        response = json_response(SessionMade(signed_in=True), 201)
        set_cookies(request, response, made)
        return response

    async def delete(self, request: Request) -> Response:
        everywhere = request.query_params.get("everywhere") == "true"
        await self._signing_in.sign_out(actor_of(request), everywhere=everywhere)
        response = Response(status_code=204)
        _forget(request, response)
        return response

    async def _make(self, request: Request, school: str, name: str, password: str) -> SignedIn:
        return await self._signing_in.sign_in(school, name, password, visit_of(request))

    def sign_in_page(
        self, request: Request, given: Mapping[str, str | None], refusal: Refusal | None = None
    ) -> Response:
        device, accounts = self._signing_in.devices.read(request.cookies.get(throttle.COOKIE))
        context = {
            "error": self._pages.sentence(request, refusal.message) if refusal else None,
            "school_slug": given.get("school") or request.query_params.get("school"),
            "name": given.get("name"),
            "back": local_path(given.get("back")),
            "csrf": self._signing_in.form_token(device),
        }
        response = self._pages.render(request, "sign_in.html", context, refusal.http_status if refusal else 200)
        set_device(request, response, self._signing_in.devices.write(device, accounts))
        return response


def visit_of(request: Request) -> Visit:
    address = request.client.host if request.client else ""
    return Visit(device_of(request), request.cookies.get(throttle.COOKIE), address)


async def _fields(request: Request) -> Mapping[str, str]:
    try:
        return await form_of(request)
    except (TooLarge, ValueError):
        raise Refusal("too_large") from None


def set_cookies(request: Request, response: Response, made: SignedIn) -> None:
    _set(request, response, door.COOKIE, made.token, COOKIE_AGE)
    set_device(request, response, made.device)


def set_device(request: Request, response: Response, cookie: str) -> None:
    """Let the browser keep what it is known by."""
    _set(request, response, throttle.COOKIE, cookie, DEVICE_AGE)


def _to_second_step(request: Request, needed: SecondStepNeeded, back: str | None) -> Response:
    """On to the next page, with the ticket in a cookie that only the pages of signing in are sent."""
    response = RedirectResponse(f"/sign-in/second-step?{urlencode({'back': local_path(back)})}", 303)
    set_device(request, response, needed.device)
    _set(request, response, tickets.COOKIE, needed.ticket, TICKET_S, path="/sign-in")
    return response


def _set(request: Request, response: Response, name: str, value: str, age: int, path: str = "/") -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=age, path=path, httponly=True, samesite="lax", secure=secure)


def _forget(request: Request, response: Response) -> None:
    response.delete_cookie(door.COOKIE, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https")
