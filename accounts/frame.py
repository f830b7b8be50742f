"""What the pages of people who are signed in stand on: who asks, what a form says, the way back after a change."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from accounts.door import actor_of
from accounts.signing_in import SigningIn
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database
from web.i18n import language_of
from web.pages import Pages, day_label, time_label
from web.requests import MOST_FIELDS, TooLarge, body_of

Endpoint = Callable[[Request], Awaitable[Response]]
Show = Callable[[Request, Refusal | None], Awaitable[Response]]

SHOWN_ON_THE_PAGE = frozenset({"bad_request", "forbidden", "too_large", "key_conflict"})


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
class Frame:
    """The database, the clock, the pages and the door."""

    database: Database
    clock: Clock
    pages: Pages
    signing_in: SigningIn

    async def form(self, request: Request) -> Form:
        """The fields of a form that stood on a page of ours; Refusal `forbidden` or `too_large`."""
        actor = actor_of(request)
        try:
            body = await body_of(request)
            pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except (TooLarge, ValueError):
            raise Refusal("too_large") from None
        form = Form([(name, value.replace("\0", "")) for name, value in pairs])
        self.signing_in.check_form(actor.session, form.get("csrf"))
        return form

    def page(
        self, request: Request, template: str, context: Mapping[str, Any], refusal: Refusal | None = None
    ) -> Response:
        """A page for whoever is signed in; with the refusal's sentence if there is one."""
        actor = actor_of(request)
        common = {
            "person": actor.card,
            "school": {"name": actor.school_name, "slug": actor.school_slug},
            "csrf": self.signing_in.form_token(actor.session),
            "said": request.query_params.get("said"),
            "error": self.pages.sentence(request, refusal.message) if refusal else None,
        }
        return self.pages.render(request, template, {**common, **context}, refusal.http_status if refusal else 200)

    async def answer(self, request: Request, work: Callable[[Form], Awaitable[Response]], show: Show) -> Response:
        """What `work` answers to a form; what cannot be done is said on the page that the form stood on."""
        try:
            return await work(await self.form(request))
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_THE_PAGE:
                raise
            return await show(request, refusal)

    def moment(self, request: Request, at_ms: int) -> str:
        """`Friday 20 November, 07:50`, on the school's clock."""
        zone, language = actor_of(request).zone, language_of(request)
        return f"{day_label(at_ms, zone, language)}, {time_label(at_ms, zone, language)}"


def signed_in_only(show: Endpoint) -> Endpoint:
    """The page as an endpoint: whoever is not signed in is asked to be, and led back."""

    async def endpoint(request: Request) -> Response:
        if request.state.actor is None:
            return RedirectResponse(f"/sign-in?back={quote(request.url.path)}", 303)
        return await show(request)

    return endpoint
