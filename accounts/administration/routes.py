"""All routes of administration, of leavers and of people's data."""

from collections.abc import Sequence

from starlette.routing import Route

from accounts.administration.desk import Desk, Hooks
from accounts.administration.group_pages import GroupPages
from accounts.administration.home_pages import HomePages
from accounts.administration.people_pages import PeoplePages
from accounts.administration.settings_pages import SettingsPages
from accounts.administration.words_pages import WordsPages
from accounts.hours.pages import HoursPages
from accounts.leaving.pages import LeaverPages
from accounts.privacy.keepers import Keeper
from accounts.privacy.pages import PrivacyPages
from accounts.signing_in import SigningIn
from storage.clock import Clock
from storage.database import Database
from web.pages import Pages


def administration_routes(
    database: Database, clock: Clock, pages: Pages, signing_in: SigningIn, hooks: Hooks, keepers: Sequence[Keeper],
    database_url: str,
) -> list[Route]:  # fmt: skip
    """`keepers`: what all features keep about people. `database_url`: where an erasure leaves no traces."""
    desk = Desk(database, clock, pages, signing_in, hooks)
    made = (
        HomePages(desk),
        PeoplePages(desk),
        GroupPages(desk),
        SettingsPages(desk),
        WordsPages(desk),
        LeaverPages(desk),
        HoursPages(desk),
        PrivacyPages(desk, keepers, database_url),
    )
    return [route for each in made for route in each.routes()]
