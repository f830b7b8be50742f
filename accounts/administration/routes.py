"""All routes of administration, of leavers and of people's data."""

from starlette.routing import Route

from accounts.administration.desk import Desk, Hooks
from accounts.administration.group_pages import GroupPages
from accounts.administration.home_pages import HomePages
from accounts.administration.people_pages import PeoplePages
from accounts.administration.settings_pages import SettingsPages
from accounts.leaving.pages import LeaverPages
from accounts.signing_in import SigningIn
from storage.clock import Clock
from storage.database import Database
from web.pages import Pages


def administration_routes(
    database: Database, clock: Clock, pages: Pages, signing_in: SigningIn, hooks: Hooks
) -> list[Route]:
    desk = Desk(database, clock, pages, signing_in, hooks)
    made = (HomePages(desk), PeoplePages(desk), GroupPages(desk), SettingsPages(desk), LeaverPages(desk))
    return [route for each in made for route in each.routes()]
