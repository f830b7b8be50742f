"""Children's sign-in put together: their doors, and the pages of their teachers."""

from starlette.routing import Route

from accounts.children.class_desk import ClassDesk
from accounts.children.class_pages import ClassPages
from accounts.children.entering import Entering
from accounts.children.pages import ChildrenPages
from accounts.frame import Frame
from accounts.signing_in import Announce, SigningIn
from storage.clock import Clock
from storage.database import Database
from web.pages import Pages


def childrens_routes(
    database: Database, clock: Clock, secret: bytes, signing_in: SigningIn, announce: Announce, pages: Pages
) -> list[Route]:
    entering = Entering(database, clock, secret, signing_in, signing_in.noticing.notice)
    desk = ClassDesk(database, clock, secret, signing_in, announce)
    return [
        *ChildrenPages(clock, secret, entering, signing_in, pages).routes(),
        *ClassPages(Frame(database, clock, pages, signing_in), desk).routes(),
    ]
