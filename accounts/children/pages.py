"""The doors that are made for six-year-olds: a card, or a class and pictures."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts import throttle
from accounts.children.codes import tidied
from accounts.children.entering import Child, Entering, Shown
from accounts.children.rules import LENGTH, SECRET, picked
from accounts.pages import DEVICE_AGE, set_cookies, visit_of
from accounts.signing_in import SignedIn, SigningIn
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.sealing import Sealer
from web.pages import Pages
from web.requests import TooLarge, form_of

STEP: Final = "corridor_card"  # the card that was shown on this device, sealed; for a few minutes
STEP_MS: Final = 10 * 60_000
CLASSES: Final = "corridor_classes"  # the codes of the classes that use this device
MOST_CLASSES: Final = 8
SHOWN_ON_THE_PAGE: Final = frozenset({"unauthenticated", "rate_limited", "forbidden"})


class ChildrenPages:
    """Routes of children's sign-in. Every step is a form that works without script."""

    def __init__(self, clock: Clock, secret: bytes, entering: Entering, signing_in: SigningIn, pages: Pages) -> None:
        self._clock = clock
        self._sealer = Sealer(secret, "card step")
        self._entering = entering
        self._signing_in = signing_in
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/card", self.card, methods=["GET"]),
            Route("/sign-in/card", self.card, methods=["GET"]),
            Route("/card", self.show_card, methods=["POST"]),
            Route("/card/you", self.you, methods=["GET"]),
            Route("/card/you", self.enter_with_card, methods=["POST"]),
            Route("/card/pictures", self.card_pictures, methods=["GET"]),
            Route("/card/pictures", self.enter_with_both, methods=["POST"]),
            Route("/sign-in/class", self.children, methods=["GET"]),
            Route("/sign-in/class", self.show_code, methods=["POST"]),
            Route("/sign-in/class/forget", self.forget_classes, methods=["POST"]),
            Route("/sign-in/class/{group}/{person}", self.child, methods=["GET"]),
            Route("/sign-in/class/{group}/{person}", self.enter_with_pictures, methods=["POST"]),
        ]

    async def card(self, request: Request) -> Response:
        return self._page(request, "card.html", {})

    async def show_card(self, request: Request) -> Response:
        """What is on the card comes in the body, never in an address: addresses are logged and remembered."""
        fields = await self._fields(request)
        try:
            shown = await self._entering.show(_behind_hash(fields.get("card", "")), visit_of(request))
        except Refusal as refusal:
            return self._page(request, "card.html", {}, _shown(refusal))
        response = RedirectResponse("/card/you", 303)
        step = [shown.card, self._device(request), self._clock.now_ms() + STEP_MS]
        _set(request, response, STEP, self._sealer.seal(msgspec.json.encode(step).decode()), STEP_MS // 1000)
        return response

    async def you(self, request: Request) -> Response:
        """Nobody is signed in by opening a link: a browser may open one beforehand, unasked."""

        async def page(shown: Shown) -> Response:
            return self._page(request, "card_you.html", {"child": shown.child, "asks": shown.asks_pictures})

        return await self._with_card(request, page)

    async def enter_with_card(self, request: Request) -> Response:
        fields = await self._fields(request)
        if "no" in fields:
            return _forget(RedirectResponse("/card", 303), STEP)

        async def enter(shown: Shown) -> Response:
            if shown.asks_pictures:
                return RedirectResponse("/card/pictures", 303)
            return await self._let_in(request, await self._entering.with_card(shown, (), visit_of(request)))

        return await self._with_card(request, enter)

    async def card_pictures(self, request: Request) -> Response:
        async def page(shown: Shown) -> Response:
            return self._picking(request, shown.child, (), None)

        return await self._with_card(request, page)

    async def enter_with_both(self, request: Request) -> Response:
        fields = await self._fields(request)

        async def enter(shown: Shown) -> Response:
            chosen = picked(fields)
            return await self._try(
                request, shown.child, fields,
                lambda: self._entering.with_card(shown, chosen, visit_of(request)),
            )  # fmt: skip

        return await self._with_card(request, enter)

    async def children(self, request: Request) -> Response:
        found = await self._entering.classes(_codes(request))
        if not found:
            return self._page(request, "class_code.html", {"forgotten": bool(_codes(request))})
        wanted = request.query_params.get("of", found[0].id if len(found) == 1 else None)
        of = next((each for each in found if each.id == wanted), None)
        here = await self._entering.children(of.id) if of else []
        return self._page(request, "class.html", {"classes": found, "of": of, "children": here})

    async def show_code(self, request: Request) -> Response:
        fields = await self._fields(request)
        code = tidied(_behind_hash(fields.get("code", "")))
        try:
            found = await self._entering.class_of(code, self._device(request))
        except Refusal as refusal:
            return self._page(request, "class_code.html", {}, _shown(refusal))
        response = RedirectResponse(f"/sign-in/class?of={found.id}", 303)
        codes = [*(each for each in _codes(request) if each != code), code][-MOST_CLASSES:]
        _set(request, response, CLASSES, ".".join(codes), DEVICE_AGE)
        return response

    async def forget_classes(self, request: Request) -> Response:
        await self._fields(request)
        return _forget(RedirectResponse("/sign-in/class", 303), CLASSES)

    async def child(self, request: Request) -> Response:
        try:
            child = await self._child(request)
        except Refusal:
            return RedirectResponse("/sign-in/class", 303)
        return self._picking(request, child, (), None)

    async def enter_with_pictures(self, request: Request) -> Response:
        fields = await self._fields(request)
        child, group = await self._child(request), request.path_params["group"]
        return await self._try(
            request, child, fields,
            lambda: self._entering.with_pictures(
                _codes(request), group, child.person, picked(fields), visit_of(request)
            ),
        )  # fmt: skip

    async def _child(self, request: Request) -> Child:
        return await self._entering.child(_codes(request), request.path_params["group"], request.path_params["person"])

    async def _try(
        self, request: Request, child: Child, fields: Mapping[str, str], enter: Callable[[], Awaitable[SignedIn]]
    ) -> Response:
        """Put the tapped picture to the others; with all of them, and the word to go, try to come in."""
        chosen = picked(fields)
        if "go" not in fields or len(chosen) < LENGTH:
            return self._picking(request, child, chosen, None)
        try:
            return await self._let_in(request, await enter())
        except Refusal as refusal:
            return self._picking(request, child, (), _shown(refusal))

    async def _with_card(self, request: Request, work: Callable[[Shown], Awaitable[Response]]) -> Response:
        """Work on the card that was shown on this device a moment ago; without one, back to the camera."""
        card = self._step(request)
        if card is None:
            return RedirectResponse("/card", 303)
        try:
            return await work(await self._entering.shown_again(card, visit_of(request)))
        except Refusal as refusal:
            return _forget(self._page(request, "card.html", {}, _shown(refusal)), STEP)

    def _step(self, request: Request) -> str | None:
        try:
            opened = self._sealer.open(request.cookies.get(STEP, ""))
            card, device, until_ms = msgspec.json.decode(opened, type=tuple[str, str, int])
        except (ValueError, msgspec.DecodeError):
            return None
        known = self._signing_in.devices.read(request.cookies.get(throttle.COOKIE))[0]
        return card if device == known and self._clock.now_ms() < until_ms else None

    async def _let_in(self, request: Request, made: SignedIn) -> Response:
        """Whoever was signed in on this device before is so no longer: tablets go from hand to hand."""
        if request.state.actor is not None:
            await self._signing_in.sign_out(request.state.actor, everywhere=False)
        response = RedirectResponse("/", 303)
        set_cookies(request, response, made)
        return _forget(response, STEP)

    def _picking(self, request: Request, child: Child, chosen: tuple[str, ...], refusal: Refusal | None) -> Response:
        context = {"child": child, "picked": chosen, "pictures": SECRET, "length": LENGTH}
        return self._page(request, "three_pictures.html", context, refusal)

    def _page(
        self, request: Request, template: str, context: Mapping[str, Any], refusal: Refusal | None = None
    ) -> Response:
        device, accounts = self._signing_in.devices.read(request.cookies.get(throttle.COOKIE))
        common = {
            "csrf": self._signing_in.form_token(device),
            "error": self._pages.sentence(request, refusal.message) if refusal else None,
        }
        response = self._pages.render(request, template, {**common, **context}, refusal.http_status if refusal else 200)
        _set(request, response, throttle.COOKIE, self._signing_in.devices.write(device, accounts), DEVICE_AGE)
        return response

    async def _fields(self, request: Request) -> Mapping[str, str]:
        """The fields of a form that stood on a page of ours on this device; else a Refusal."""
        try:
            fields = await form_of(request)
        except (TooLarge, ValueError):
            raise Refusal("too_large") from None
        self._signing_in.check_form(self._device(request), fields.get("csrf"))
        return fields

    def _device(self, request: Request) -> str:
        return self._signing_in.devices.read(request.cookies.get(throttle.COOKIE))[0]


def _behind_hash(text: str) -> str:
    """What is printed may be given whole, `https://…/card#TOKEN`, or only what stands behind the hash."""
    return text[:500].rsplit("#", 1)[-1].strip()


def _codes(request: Request) -> list[str]:
    kept = request.cookies.get(CLASSES, "")[:500].split(".")
    return [code for each in kept if (code := tidied(each))][:MOST_CLASSES]


def _shown(refusal: Refusal) -> Refusal:
    """What can be said on the page that it came from; anything else goes on."""
    if refusal.code not in SHOWN_ON_THE_PAGE:
        raise refusal
    return refusal


def _set(request: Request, response: Response, name: str, value: str, age: int) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=age, path="/", httponly=True, samesite="lax", secure=secure)


def _forget(response: Response, name: str) -> Response:
    response.delete_cookie(name, path="/", httponly=True, samesite="lax")
    return response
