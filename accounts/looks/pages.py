"""My settings: the page of all of them, and the quick switches of the menu."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.door import actor_of
from accounts.frame import Frame, signed_in_only
from accounts.looks import keeping
from accounts.looks.appearance import COOKIE
from accounts.looks.rules import OF_THE_DEVICE, Preferences, changed, device_cookie, of_device
from accounts.signing_in import Announce
from realtime.refusal import Refusal
from web import i18n
from web.look import Brand
from web.requests import TooLarge, form_of, local_path, wants_page

PATH: Final = "/account/settings"
COOKIE_AGE: Final = 400 * 24 * 3600
# A box that is not ticked sends nothing: on the page of all settings that means no.
BOXES: Final = ("calm", "sounds", "badges", "offline")


class SettingsOfMe:
    """Routes of what people settle for themselves."""

    def __init__(self, frame: Frame, announce: Announce) -> None:
        self._frame = frame
        self._announce = announce

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH, self.save, methods=["POST"]),
            Route("/look", self.switch, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        settled = await self._frame.database.read(keeping.own, actor_of(request))
        return self._frame.page(request, "account_settings.html", {"settled": settled}, refusal)

    async def save(self, request: Request) -> Response:
        try:
            form = await self._frame.form(request)
            settled = await self._settle(request, {**dict.fromkeys(BOXES, "false"), **form})
        except Refusal as refusal:
            return await self.show(request, refusal)
        return _remembered(request, RedirectResponse(f"{PATH}?said=saved", 303), settled)

    async def switch(self, request: Request) -> Response:
        """One quick choice; of whoever is not signed in, the device remembers it."""
        if request.state.actor is None:
            return await self._switch_device(request)
        form = await self._frame.form(request)
        settled = await self._settle(request, dict(form))
        if not wants_page(request):
            return _remembered(request, Response(status_code=204), settled)
        return _remembered(request, RedirectResponse(local_path(form.get("back")), 303), settled)

    async def _settle(self, request: Request, wanted: dict[str, str]) -> Preferences:
        language = wanted.get("language", "")
        if language and language not in i18n.catalogues():
            raise Refusal("bad_request", "One of these choices is not there to choose.")
        actor, now_ms = actor_of(request), self._frame.clock.now_ms()
        return await self._frame.database.write(keeping.settle, actor, wanted, self._announce, now_ms)

    async def _switch_device(self, request: Request) -> Response:
        try:
            form = await form_of(request)
        except (TooLarge, ValueError):
            raise Refusal("too_large") from None
        before = of_device(request.cookies.get(COOKIE), Brand(), pseudo=False).attributes
        wanted: dict[str, Any] = {name: value for name, value in {**before, **form}.items() if name in OF_THE_DEVICE}
        return _remembered(request, RedirectResponse(local_path(form.get("back")), 303), changed(Preferences(), wanted))


def _remembered(request: Request, response: Response, settled: Preferences) -> Response:
    """The device's sign-in page looks the same from now on; its language too."""
    secure = request.url.scheme == "https"
    kept = {COOKIE: device_cookie(settled), **({i18n.COOKIE: settled.language} if settled.language else {})}
    for name, value in kept.items():
        response.set_cookie(name, value, max_age=COOKIE_AGE, httponly=True, samesite="lax", secure=secure)
    return response
