"""All routes of single sign-on."""

from collections.abc import Collection

from starlette.routing import Route

from accounts.administration.desk import Desk, Hooks
from accounts.signing_in import SigningIn
from accounts.sso.administration import ProviderPages
from accounts.sso.fetching import Fetcher
from accounts.sso.pages import SignOnPages
from accounts.sso.providers import Providers
from accounts.sso.signing_on import SigningOn
from storage.clock import Clock
from storage.database import Database
from web.outside import Outside
from web.pages import Pages


def sso_routes(
    database: Database, clock: Clock, pages: Pages, signing_in: SigningIn, hooks: Hooks, outside: Outside,
    origins: Collection[str], secret: bytes,
) -> list[Route]:  # fmt: skip
    """`origins`: the addresses at which this site is known to browsers; none: whichever they ask for."""
    signing_on = SigningOn(database, clock, signing_in, Providers(Fetcher(outside), clock.now_ms), secret)
    desk = Desk(database, clock, pages, signing_in, hooks)
    return [
        *SignOnPages(signing_on, pages, origins).routes(),
        *ProviderPages(desk, signing_on, secret).routes(),
    ]
