"""All routes of the roster, of terms and of invitations."""

from starlette.routing import Route

from accounts.administration.desk import Desk, Hooks
from accounts.calendar.pages import TermPages
from accounts.invitations.pages import InvitationPages
from accounts.roster.importing import Importing
from accounts.roster.pages import RosterPages
from accounts.signing_in import SigningIn
from storage.clock import Clock
from storage.database import Database
from web.pages import Pages


def roster_routes(
    database: Database, clock: Clock, pages: Pages, signing_in: SigningIn, hooks: Hooks, importing: Importing
) -> list[Route]:
    desk = Desk(database, clock, pages, signing_in, hooks)
    made = (RosterPages(desk, importing), TermPages(desk), InvitationPages(desk))
    return [route for each in made for route in each.routes()]
