"""From tables to what is wanted, whichever kind they are."""

from accounts.roster import oneroster, own
from accounts.roster.files import Tables
from accounts.roster.wanted import Wanted
from realtime.refusal import Refusal


def read(tables: Tables) -> Wanted:
    """Refusal `bad_request` or `too_large` where nothing can be made of it."""
    wanted = oneroster.read(tables) if oneroster.is_one(tables) else own.read(tables)
    if not (wanted.people or wanted.groups or wanted.seats or wanted.terms):
        raise Refusal("bad_request", "There is nobody in this roster.")
    return wanted
