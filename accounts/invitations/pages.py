"""Pages of invitations: print them; and, for whoever holds one, choose a password."""

from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.administration.desk import Desk
from accounts.door import actor_of
from accounts.frame import signed_in_only
from accounts.invitations import inviting
from accounts.invitations.inviting import Invitation
from accounts.rules import check_password
from accounts.squares import square
from accounts.throttle import COOKIE
from realtime.refusal import Refusal
from web.requests import TooLarge, form_of

PATH: Final = "/administration/invitations"


class InvitationPages:
    """Routes of invitations."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH, self.make_for_role, methods=["POST"]),
            Route("/administration/people/{person}/invitation", self.make_for_one, methods=["POST"]),
            Route("/invitation", self.open, methods=["GET"]),
            Route("/invitation", self.accept, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        found, links = await self._desk.read(request, inviting.waiting)
        counts = [(role, len(ids)) for role, ids in sorted(found.items())]
        return self._desk.render(request, "invitations.html", {"waiting": counts, "made": []}, links, refusal)

    async def make_for_role(self, request: Request) -> Response:
        """For everybody of a role who has no password yet; shown once, to be printed."""
        try:
            form = await self._desk.form(request)
            made = await self._desk.write(
                request, lambda tx, actor, now_ms: inviting.make(
                    tx, actor, inviting.waiting(tx.connection, actor, now_ms).get(form.text("role"), []), now_ms
                )
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.code not in ("bad_request", "forbidden"):
                raise
            return await self.show(request, refusal)
        return await self._sheet(request, made)

    async def make_for_one(self, request: Request) -> Response:
        await self._desk.form(request)
        who = str(request.path_params["person"])
        made = await self._desk.write(request, lambda tx, actor, now_ms: inviting.make(tx, actor, [who], now_ms))
        return await self._sheet(request, made)

    async def _sheet(self, request: Request, made: list[Invitation]) -> Response:
        """No redirect: the tokens are kept nowhere, so the page that shows them cannot be fetched again."""
        site = f"{request.url.scheme}://{request.url.netloc}"
        papers = [
            {"name": each.name, "login": each.login, "url": f"{site}/invitation?token={each.token}",
             "code": square(f"{site}/invitation?token={each.token}")}
            for each in made
        ]  # fmt: skip
        _, links = await self._desk.read(request, lambda *_: None)
        context = {"waiting": [], "made": papers, "slug": actor_of(request).school_slug}
        return self._desk.render(request, "invitations.html", context, links)

    async def open(self, request: Request, refusal: Refusal | None = None) -> Response:
        found = await self._desk.database.read(inviting.find, _token(request), self._desk.clock.now_ms())
        device, accounts = self._desk.signing_in.devices.read(request.cookies.get(COOKIE))
        context = {
            "invited": found,
            "token": _token(request),
            "csrf": self._desk.signing_in.form_token(device),
            "error": self._desk.pages.sentence(request, refusal.message) if refusal else None,
        }
        response = self._desk.pages.render(request, "invitation.html", context, refusal.http_status if refusal else 200)
        secure = request.url.scheme == "https"
        cookie = self._desk.signing_in.devices.write(device, accounts)
        response.set_cookie(COOKIE, cookie, path="/", httponly=True, samesite="lax", secure=secure)
        return response

    async def accept(self, request: Request) -> Response:
        desk, now_ms = self._desk, self._desk.clock.now_ms()
        try:
            form = await _form(request)
            device = desk.signing_in.devices.read(request.cookies.get(COOKIE))[0]
            desk.signing_in.check_form(device, form.get("csrf"))
            await desk.database.read(inviting.find, _token(request), now_ms)  # before argon2 is asked for anything
            if form.get("new") != form.get("again"):
                raise Refusal("bad_request", "These were two different passwords.")
            hashed = await desk.signing_in.passwords.hash(check_password(form.get("new", "")))
        except Refusal as refusal:
            if refusal.code == "not_found":
                raise
            return await self.open(request, refusal)
        invited = await desk.database.write(
            inviting.accept, _token(request), hashed, desk.hooks.announce, desk.clock.now_ms()
        )
        return RedirectResponse(f"/sign-in?{urlencode({'school': invited.school_slug})}", 303)


async def _form(request: Request) -> dict[str, str]:
    try:
        return dict(await form_of(request))
    except (TooLarge, ValueError):
        raise Refusal("too_large") from None


def _token(request: Request) -> str:
    """From the address's query, which our log of requests leaves out, for whoever reads it could use it."""
    return request.query_params.get("token", "")
