"""Looks put together: what people settle, how a school looks, what browsers fetch for themselves."""

from starlette.routing import Route

from accounts.administration.desk import Desk, Hooks
from accounts.frame import Frame
from accounts.looks.brand_pages import BrandPages
from accounts.looks.pages import SettingsOfMe
from accounts.looks.school_pages import SchoolLookPages
from accounts.signing_in import SigningIn
from storage.clock import Clock
from storage.database import Database
from web.assets import Assets
from web.pages import Pages


def looks_routes(
    database: Database, clock: Clock, pages: Pages, signing_in: SigningIn, hooks: Hooks, assets: Assets
) -> list[Route]:
    return [
        *SettingsOfMe(Frame(database, clock, pages, signing_in), hooks.announce).routes(),
        *SchoolLookPages(Desk(database, clock, pages, signing_in, hooks)).routes(),
        *BrandPages(database, pages, assets).routes(),
    ]
