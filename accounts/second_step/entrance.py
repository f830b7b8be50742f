"""The second step at the door, by form and by the API; and signing in by a passkey alone."""

from typing import Final

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts import throttle
from accounts.door import json_response
from accounts.pages import AccountPages, SessionMade, set_cookies, set_device, visit_of
from accounts.second_step.model import ways
from accounts.second_step.passkeys import REFUSED, site_of
from accounts.second_step.showing import Answer, Showing
from accounts.second_step.tickets import COOKIE
from accounts.signing_in import SignedIn, SigningIn
from realtime.refusal import Refusal
from storage.database import Database
from web.pages import Pages
from web.requests import TooLarge, body_of, form_of, local_path

PATH: Final = "/sign-in/second-step"


class ShownCode(Struct, forbid_unknown_fields=True):
    """The ticket of the refusal that asked for a second step, and a code from the app or a recovery code."""

    ticket: str
    code: str


class Entrance:
    """Routes for people who are not signed in yet."""

    def __init__(
        self, database: Database, signing_in: SigningIn, showing: Showing, account_pages: AccountPages, pages: Pages,
        origins: frozenset[str],
    ) -> None:  # fmt: skip
        self._database = database
        self._signing_in = signing_in
        self._showing = showing
        self._account_pages = account_pages
        self._pages = pages
        self._origins = origins

    def routes(self) -> list[Route]:
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(PATH, self.by_code, methods=["POST"]),
            Route("/sign-in/passkey/options", self.options, methods=["POST"]),
            Route("/sign-in/passkey", self.by_passkey, methods=["POST"]),
            Route("/api/v1/sessions/second-step", self.create, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request, request.query_params.get("back"))

    async def by_code(self, request: Request) -> Response:
        visit, back = visit_of(request), None
        try:
            fields = await _fields(request)
            back = fields.get("back")
            device, _ = self._signing_in.devices.read(visit.device)
            self._signing_in.check_form(device, fields.get("csrf"))
            made = await self._showing.by_code(request.cookies.get(COOKIE, ""), fields.get("code", ""), visit)
        except Refusal as refusal:
            return await self._page(request, back, refusal)
        return _signed_in(request, made, back)

    async def _page(self, request: Request, back: str | None, refusal: Refusal | None = None) -> Response:
        """The page of the second step; without a ticket that is good, the page of the first."""
        device, _ = self._signing_in.devices.read(request.cookies.get(throttle.COOKIE))
        try:
            ticket = self._showing.ticket(request.cookies.get(COOKIE, ""), request.cookies.get(throttle.COOKIE))
        except Refusal as late:
            if request.method == "GET":
                return RedirectResponse("/sign-in", 303)
            return self._account_pages.sign_in_page(request, {"back": back}, late)
        context = {
            "ways": await self._database.read(ways, ticket.person),
            "passkeys_fit": site_of(request, self._origins).fit,
            "back": local_path(back),
            "csrf": self._signing_in.form_token(device),
            "error": self._pages.sentence(request, refusal.message) if refusal else None,
        }
        return self._pages.render(request, "second_step.html", context, refusal.http_status if refusal else 200)

    async def options(self, request: Request) -> Response:
        """For the script: `{"challenge", "options"}`."""
        site = site_of(request, self._origins)
        if not site.fit:
            raise Refusal("bad_request", REFUSED)
        device, accounts = self._signing_in.devices.read(request.cookies.get(throttle.COOKIE))
        response = json_response(self._showing.options(site, device))
        set_device(request, response, self._signing_in.devices.write(device, accounts))
        return response

    async def by_passkey(self, request: Request) -> Response:
        visit, back = visit_of(request), None
        try:
            fields = await _fields(request)
            back = fields.get("back")
            device, _ = self._signing_in.devices.read(visit.device)
            self._signing_in.check_form(device, fields.get("csrf"))
            answer = Answer(fields.get("challenge", ""), fields.get("credential", ""))
            made = await self._showing.by_passkey(answer, site_of(request, self._origins), visit)
        except Refusal as refusal:
            return self._account_pages.sign_in_page(request, {"back": back}, refusal)
        return _signed_in(request, made, back)

    async def create(self, request: Request) -> Response:
        try:
            given = msgspec.json.decode(await body_of(request), type=ShownCode)
        except TooLarge:
            raise Refusal("too_large") from None
        except (msgspec.DecodeError, msgspec.ValidationError):
            raise Refusal("bad_request", "A second step takes ticket and code.") from None
        made = await self._showing.by_code(given.ticket, given.code, visit_of(request))
        response = json_response(SessionMade(signed_in=True), 201)
        set_cookies(request, response, made)
        return response


def _signed_in(request: Request, made: SignedIn, back: str | None) -> Response:
    response = RedirectResponse(local_path(back), 303)
    set_cookies(request, response, made)
    response.delete_cookie(COOKIE, path="/sign-in", httponly=True, samesite="lax")
    return response


async def _fields(request: Request) -> dict[str, str]:
    try:
        return {name: value.replace("\0", "") for name, value in (await form_of(request)).items()}
    except (TooLarge, ValueError):
        raise Refusal("too_large") from None
