"""What the pages of one's own account stand on: who asks, what a form says, how a moment is written."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from accounts.door import actor_of
from accounts.signing_in import SigningIn
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database
from web.i18n import language_of
from web.pages import Pages, day_label, time_label
from web.requests import TooLarge, form_of

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Frame:
    """The database, the clock, the pages and the door."""

    database: Database
    clock: Clock
    pages: Pages
    signing_in: SigningIn

    async def form(self, request: Request) -> Mapping[str, str]:
        """The fields of a form that stood on a page of ours; Refusal `forbidden` or `too_large`."""
        actor = actor_of(request)
        try:
            fields = {name: value.replace("\0", "") for name, value in (await form_of(request)).items()}
        except (TooLarge, ValueError):
            raise Refusal("too_large") from None
        self.signing_in.check_form(actor.session, fields.get("csrf"))
        return fields

    def render(
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

    def moment(self, request: Request, at_ms: int) -> str:
        """`Friday 20 November, 07:50`, on the school's clock."""
        zone, language = actor_of(request).zone, language_of(request)
        return f"{day_label(at_ms, zone, language)}, {time_label(at_ms, zone, language)}"


def own_page(show: Endpoint) -> Endpoint:
    """Whoever is not signed in is asked to be, and led back."""

    async def endpoint(request: Request) -> Response:
        if request.state.actor is None:
            return RedirectResponse(f"/sign-in?back={quote(request.url.path)}", 303)
        return await show(request)

    return endpoint
