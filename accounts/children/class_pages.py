"""The teacher's pages: who of a class signs in how, and everything that helps with it in one tap."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts import settings
from accounts.administration.navigation import pages_open_to
from accounts.asking import groups_for
from accounts.children import pictures, register, rules
from accounts.children.class_desk import ClassDesk
from accounts.children.codes import spaced
from accounts.door import actor_of
from accounts.frame import Form, Frame, Show, signed_in_only
from accounts.rules import younger_than
from accounts.squares import square
from realtime.refusal import Refusal
from storage.ids import new_id
from web.i18n import language_of
from web.pages import day_label

LONGEST_FIELD: Final = 100  # an id, a key, a check that the form is ours

Fields = Mapping[str, str]


class ClassPages:
    """Routes under /classes."""

    def __init__(self, frame: Frame, desk: ClassDesk) -> None:
        self._frame = frame
        self._desk = desk

    def routes(self) -> list[Route]:
        base = "/classes/{group}"
        return [
            Route("/classes", signed_in_only(self.classes), methods=["GET"]),
            Route(f"{base}/sign-in", signed_in_only(self.register), methods=["GET"]),
            Route(f"{base}/cards", self.make_cards, methods=["POST"]),
            Route(f"{base}/cards/revoke", self.revoke_card, methods=["POST"]),
            Route(f"{base}/cards/restore", self.restore_card, methods=["POST"]),
            Route(f"{base}/pictures", self.reset_pictures, methods=["POST"]),
            Route(f"{base}/pictures/unlock", self.unlock, methods=["POST"]),
            Route(f"{base}/own-picture/{{person}}", signed_in_only(self.own_pictures), methods=["GET"]),
            Route(f"{base}/own-picture/{{person}}", self.choose_own, methods=["POST"]),
            Route(f"{base}/code", self.renew_code, methods=["POST"]),
            Route(f"{base}/poster", signed_in_only(self.poster), methods=["GET"]),
        ]

    async def classes(self, request: Request) -> Response:
        actor, now_ms = actor_of(request), self._frame.clock.now_ms()

        def read(connection: Connection) -> dict[str, Any]:
            links = pages_open_to(connection, actor, now_ms)
            found = register.classes(connection, actor, now_ms)
            if not found and "classes" not in links:
                raise Refusal("not_found")
            return {"classes": found, "administration": links}

        return self._frame.page(request, "classes.html", await self._frame.database.read(read))

    async def register(self, request: Request, refusal: Refusal | None = None) -> Response:
        """The children of a class and their ways in; `key` makes each form of this page work once."""
        actor, group, now_ms = actor_of(request), request.path_params["group"], self._frame.clock.now_ms()

        def read(connection: Connection) -> dict[str, Any]:
            found = register.one(connection, actor, group, now_ms)
            first = settings.read(connection, actor.school).passwords_from_year
            return {
                "group": found,
                "children": register.children(connection, group, now_ms),
                "code": self._desk.codes.of(connection, group),
                "administration": pages_open_to(connection, actor, now_ms),
                "sees_access": group in groups_for(connection, actor, "see_access_log", now_ms),
                "types_password": lambda row: row.has_password and not younger_than(row.year, first),
            }

        context = await self._frame.database.read(read)
        context |= {"key": new_id("f"), "revoked": request.query_params.get("revoked"), "most": rules.MOST_WRONG}
        context |= {"spaced": spaced, "day": self._day(request)}
        return self._frame.page(request, "class_sign_in.html", context, refusal)

    async def make_cards(self, request: Request) -> Response:
        """The page to print is the answer itself: what is on the cards is kept nowhere to show it again."""

        async def make(fields: Fields) -> Response:
            made = await self._desk.make_cards(actor_of(request), _group(request), fields.get("who", ""), _key(fields))
            cards = [(each, square(f"{_site(request)}/card#{each.token}", "q")) for each in made]
            return self._frame.page(request, "cards_print.html", await self._named(request, cards=cards))

        return await self._change(request, make)

    async def revoke_card(self, request: Request) -> Response:
        async def revoke(fields: Fields) -> Response:
            who = fields.get("who", "")
            await self._desk.revoke_card(actor_of(request), _group(request), who)
            return _back(request, f"?revoked={who}#{who}")

        return await self._change(request, revoke)

    async def restore_card(self, request: Request) -> Response:
        async def restore(fields: Fields) -> Response:
            who = fields.get("who", "")
            await self._desk.restore_card(actor_of(request), _group(request), who)
            return _back(request, f"#{who}")

        return await self._change(request, restore)

    async def reset_pictures(self, request: Request) -> Response:
        """As with cards, the new pictures are in the answer and nowhere else."""

        async def reset(fields: Fields) -> Response:
            who, key = fields.get("who", ""), _key(fields)
            told = await self._desk.reset_pictures(actor_of(request), _group(request), who, key)
            return self._frame.page(request, "pictures_print.html", await self._named(request, told=told))

        return await self._change(request, reset)

    async def unlock(self, request: Request) -> Response:
        async def unlock(fields: Fields) -> Response:
            who = fields.get("who", "")
            await self._desk.unlock(actor_of(request), _group(request), who)
            return _back(request, f"#{who}")

        return await self._change(request, unlock)

    async def own_pictures(self, request: Request, refusal: Refusal | None = None) -> Response:
        group, person, now_ms = _group(request), request.path_params["person"], self._frame.clock.now_ms()

        def read(connection: Connection) -> dict[str, Any]:
            here = {row.id: row for row in register.children(connection, group, now_ms)}
            if person not in here:
                raise Refusal("not_found")
            taken = pictures.own_pictures(connection, group, now_ms)
            return {"child": here[person], "taken": {**taken, person: None}.values()}

        context = await self._named(request) | await self._frame.database.read(read)
        return self._frame.page(request, "own_picture.html", {**context, "own": rules.OWN}, refusal)

    async def choose_own(self, request: Request) -> Response:
        async def choose(fields: Fields) -> Response:
            person = request.path_params["person"]
            await self._desk.choose_own(actor_of(request), _group(request), person, fields.get("picture", ""))
            return _back(request, f"#{person}")

        return await self._change(request, choose, self.own_pictures)

    async def renew_code(self, request: Request) -> Response:
        async def renew(_: Fields) -> Response:
            await self._desk.renew_code(actor_of(request), _group(request))
            return _back(request, "#code")

        return await self._change(request, renew)

    async def poster(self, request: Request) -> Response:
        """The class's code for the wall or for a new tablet, as often as need be."""
        context = await self._named(request)
        code = await self._frame.database.read(self._desk.codes.of, _group(request))
        if code is None:
            return _back(request, "#code")
        link = f"{_site(request)}/sign-in/class"
        context |= {"square": square(f"{link}#{code}", "q"), "code": spaced(code), "link": link.partition("//")[2]}
        return self._frame.page(request, "class_poster.html", context)

    async def _named(self, request: Request, **more: Any) -> dict[str, Any]:
        """The class, if the asker may care for it, for a page about it."""
        actor, group = actor_of(request), _group(request)
        found = await self._frame.database.read(register.one, actor, group, self._frame.clock.now_ms())
        return {"group": found, **more}

    async def _change(
        self, request: Request, work: Callable[[Fields], Awaitable[Response]], show: Show | None = None
    ) -> Response:
        async def answer(form: Form) -> Response:
            return await work({name: value[:LONGEST_FIELD] for name, value in form.items()})

        return await self._frame.answer(request, answer, show or self.register)

    def _day(self, request: Request) -> Callable[[int], str]:
        zone, language = actor_of(request).zone, language_of(request)
        return lambda at_ms: day_label(at_ms, zone, language)


def _group(request: Request) -> str:
    group: str = request.path_params["group"]
    return group


def _key(fields: Fields) -> str:
    """Of the form that was sent; one that lost its key is as good as new."""
    return fields.get("key") or new_id("f")


def _back(request: Request, more: str) -> Response:
    return RedirectResponse(f"/classes/{_group(request)}/sign-in{more}", 303)


def _site(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"
