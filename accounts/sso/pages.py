"""The pages of single sign-on for whoever signs in."""

import re
from collections.abc import Collection
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.pages import set_cookies, visit_of
from accounts.rules import fold_login
from accounts.sso.faults import FOREIGN, NOT_HERE
from accounts.sso.signing_on import Return, SigningOn
from accounts.sso.starting import COOKIE, LIFETIME_S
from realtime.refusal import Refusal
from web.pages import Pages
from web.requests import local_path


class SignOnPages:
    """Choosing the school, leaving for its provider, coming back."""

    def __init__(self, signing_on: SigningOn, pages: Pages, origins: Collection[str]) -> None:
        self._signing_on = signing_on
        self._pages = pages
        self._origins = origins

    def routes(self) -> list[Route]:
        return [
            Route("/sign-in/sso", self.choose, methods=["GET"]),
            Route("/sign-in/sso/{school}", self.leave, methods=["GET"]),
            Route("/sign-in/sso/{school}/return", self.arrive, methods=["GET"]),
        ]

    async def choose(self, request: Request) -> Response:
        """Ask for the school's short name; once it is known, a link to its provider.

        A link, since the content policy lets no form lead to another site.
        """
        slug = request.query_params.get("school", "").strip()
        back = local_path(request.query_params.get("back"))
        if not slug:
            return self._page(request, {"back": back})
        try:
            entrance = await self._signing_on.entrance(slug)
        except Refusal as refusal:
            return self._page(request, {"back": back, "school_slug": slug}, refusal)
        return self._page(request, {"back": back, "entrance": entrance})

    async def leave(self, request: Request) -> Response:
        back = local_path(request.query_params.get("back"))
        slug = _school(request)
        try:
            redirect = self._origin(request) + _return_path(slug)
            departure = await self._signing_on.leave(slug, redirect, back)
        except Refusal as refusal:
            return self._page(request, {"back": back, "school_slug": slug}, refusal)
        response = RedirectResponse(departure.url, 303, {"Cache-Control": "no-store"})
        self._set_cookie(request, response, slug, departure.cookie)
        return response

    async def arrive(self, request: Request) -> Response:
        slug = _school(request)
        brought = Return(request.query_params, request.cookies.get(COOKIE))
        try:
            made, back = await self._signing_on.arrive(slug, brought, visit_of(request))
        except Refusal as refusal:
            response = self._page(request, {"back": "/", "school_slug": slug, "failed": True}, refusal)
        else:
            response = RedirectResponse(local_path(back), 303, {"Cache-Control": "no-store"})
            set_cookies(request, response, made)
        self._set_cookie(request, response, slug, "")
        return response

    def _origin(self, request: Request) -> str:
        """Where the browser finds us, which the provider has to know; never what a forged Host makes of it."""
        origin = f"{request.url.scheme}://{request.url.netloc}"
        if self._origins and origin not in self._origins:
            raise Refusal("bad_request", FOREIGN)
        return origin

    def _page(self, request: Request, context: dict[str, Any], refusal: Refusal | None = None) -> Response:
        error = self._pages.sentence(request, refusal.message) if refusal else None
        return self._pages.render(
            request, "sign_on.html", {**context, "error": error}, refusal.http_status if refusal else 200
        )

    def _set_cookie(self, request: Request, response: Response, slug: str, value: str) -> None:
        """Sent to the return's address only. Lax: the browser comes back to it from another site."""
        response.set_cookie(
            COOKIE, value, max_age=LIFETIME_S if value else 0, path=_return_path(slug), httponly=True, samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip


def _school(request: Request) -> str:
    """The short name in the path; it becomes part of a cookie's path, so nothing else may be in it."""
    slug = fold_login(request.path_params["school"])
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,39}", slug):
        raise Refusal("not_found", NOT_HERE)
    return slug


def _return_path(slug: str) -> str:
    return f"/sign-in/sso/{slug}/return"
