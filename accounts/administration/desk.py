"""What every page of administration stands on: who asks, what a form says, and the way back after a change."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from accounts.administration.navigation import pages_open_to
from accounts.door import actor_of
from accounts.sessions import Actor
from accounts.signing_in import Announce, SigningIn
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction
from web.pages import Pages
from web.requests import MOST_FIELDS, TooLarge, body_of

T = TypeVar("T")

Show = Callable[[Request, Refusal | None], Awaitable[Response]]
SHOWN_ON_THE_PAGE = frozenset({"bad_request", "forbidden", "too_large", "key_conflict"})


class Enrol(Protocol):
    """Makes a person with a room of their own; gives the id. Refusal `bad_request` if the sign-in name is taken."""

    def __call__(self, tx: Transaction, school_id: str, login: str, name: str, role: str, now_ms: int) -> str: ...


class GroupsChanged(Protocol):
    """Told in the same transaction which groups have other people now, so that their rooms follow."""

    def __call__(self, tx: Transaction, school_id: str, group_ids: Sequence[str], now_ms: int) -> None: ...


class RoleGiven(Protocol):
    """Told in the same transaction that a person has this built-in role now, or one made from it."""

    def __call__(self, tx: Transaction, school_id: str, person_id: str, role: str, now_ms: int) -> None: ...


@dataclass(frozen=True)
class Hooks:
    """What happens further up when people and groups change; put together in app.py."""

    enrol: Enrol
    announce: Announce
    groups_changed: GroupsChanged
    role_given: RoleGiven


class Form(dict[str, str]):
    """The fields of a form; of those of one name the last. `all` gives every value of a name."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def text(self, name: str) -> str:
        return self.get(name, "").strip()

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self._pairs if key == name)


@dataclass(frozen=True)
class Desk:
    """The database, the clock and the pages, as the pages of administration use them."""

    database: Database
    clock: Clock
    pages: Pages
    signing_in: SigningIn
    hooks: Hooks

    async def read(self, request: Request, work: Callable[[Connection, Actor, int], T]) -> tuple[T, tuple[str, ...]]:
        """What `work` reads for the asker now, and the pages of administration that are open to them."""
        actor, now_ms = actor_of(request), self.clock.now_ms()

        def both(connection: Connection) -> tuple[T, tuple[str, ...]]:
            return work(connection, actor, now_ms), pages_open_to(connection, actor, now_ms)

        return await self.database.read(both)

    async def write(self, request: Request, work: Callable[[Transaction, Actor, int], T]) -> T:
        actor, now_ms = actor_of(request), self.clock.now_ms()
        return await self.database.write(work, actor, now_ms)

    async def form(self, request: Request) -> Form:
        """The fields of a form that stood on a page of ours; Refusal `forbidden` or `too_large`."""
        try:
            body = await body_of(request)
            pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except (TooLarge, ValueError):
            raise Refusal("too_large") from None
        form = Form([(name, value.replace("\0", "")) for name, value in pairs])
        self.signing_in.check_form(actor_of(request).session, form.get("csrf"))
        return form

    def render(
        self, request: Request, template: str, context: Mapping[str, Any], links: Sequence[str] = (),
        refusal: Refusal | None = None,
    ) -> Response:  # fmt: skip
        """A page with what every page of somebody signed in needs; with the refusal's sentence if there is one."""
        actor = actor_of(request)
        common = {
            "person": actor.card,
            "school": {"name": actor.school_name, "slug": actor.school_slug},
            "csrf": self.signing_in.form_token(actor.session),
            "administration": list(links),
            "said": request.query_params.get("said"),
            "error": self.pages.sentence(request, refusal.message) if refusal else None,
        }
        return self.pages.render(request, template, {**common, **context}, refusal.http_status if refusal else 200)

    async def change(self, request: Request, work: Callable[[Form], Awaitable[str]], show: Show) -> Response:
        """Do what a form asks and lead to the path that `work` gives; a refusal is shown on the page it came from."""
        try:
            path = await work(await self.form(request))
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_THE_PAGE:
                raise
            return await show(request, refusal)
        return RedirectResponse(path, 303)


def signed_in_only(show: Show) -> Callable[[Request], Awaitable[Response]]:
    """The page as an endpoint: whoever is not signed in is asked to be, and led back."""

    async def endpoint(request: Request) -> Response:
        if request.state.actor is None:
            return RedirectResponse(f"/sign-in?back={request.url.path}", 303)
        return await show(request, None)

    return endpoint
