"""Puts together what concerns one's own account: the second step at the door, and the pages under /account."""

from starlette.routing import Route

from accounts.account.changing import Changing
from accounts.account.confirming import Confirming
from accounts.account.pages import OwnPages
from accounts.frame import Frame
from accounts.pages import AccountPages
from accounts.second_step.enrolment import Enrolment
from accounts.second_step.entrance import Entrance
from accounts.second_step.pages import SecondStepPages
from accounts.second_step.showing import Showing
from accounts.signing_in import Announce, SigningIn
from storage.clock import Clock
from storage.database import Database
from web.pages import Pages


def own_routes(
    database: Database, clock: Clock, secret: bytes, signing_in: SigningIn, pages: Pages, announce: Announce,
    origins: frozenset[str],
) -> list[Route]:  # fmt: skip
    """Routes of signing in with a second step, and of everybody's own account."""
    frame = Frame(database, clock, pages, signing_in)
    passwords = signing_in.passwords
    confirming = Confirming(database, clock, secret, passwords)
    showing = Showing(database, clock, secret, signing_in)
    enrolment = Enrolment(database, clock, secret, showing, announce)
    return [
        *OwnPages(frame, confirming, Changing(database, clock, passwords, confirming, announce)).routes(),
        *SecondStepPages(frame, confirming, enrolment, secret, origins).routes(),
        *Entrance(database, signing_in, showing, AccountPages(signing_in, pages), pages, origins).routes(),
    ]
