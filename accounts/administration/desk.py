"""What every page of administration stands on: who asks, what a form says, and the way back after a change."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from accounts.administration.navigation import pages_open_to
from accounts.door import actor_of
from accounts.frame import Form, Frame, Show
from accounts.sessions import Actor
from accounts.signing_in import Announce
from realtime.refusal import Refusal
from storage.database import Transaction

T = TypeVar("T")


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


@dataclass(frozen=True)
class Desk(Frame):
    """A frame for the pages of administration: with what happens further up, and the links open to the asker."""

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

    def render(
        self, request: Request, template: str, context: Mapping[str, Any], links: Sequence[str] = (),
        refusal: Refusal | None = None,
    ) -> Response:  # fmt: skip
        """A page of administration, with the way to the others."""
        return self.page(request, template, {"administration": list(links), **context}, refusal)

    async def change(self, request: Request, work: Callable[[Form], Awaitable[str]], show: Show) -> Response:
        """Do what a form asks and lead to the path that `work` gives; a refusal is shown on the page it came from."""

        async def answer(form: Form) -> Response:
            return RedirectResponse(await work(form), 303)

        return await self.answer(request, answer, show)
