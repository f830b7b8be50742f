"""Whether one may write in a room, and when one may again. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta, Struct

from accounts.rights import Verb, changes_at, may, opens_at
from rooms.answers import Moment
from rooms.grants import Grant

VERBS: Final[tuple[Verb, ...]] = ("write", "start")


class Standing(Struct, frozen=True):
    """Whether one may write in a room. `code`: of the refusal, if not."""

    open: bool
    code: Annotated[str, Meta(pattern="^[a-z_]+$")] | None
    opens_at: Moment | None
    changes_at: Moment | None


def standing(grant: Grant, at: datetime) -> Standing | None:
    """How it stands at a moment; None for whoever may not even read. The first word of a thread begins it, too."""
    who, place = grant.who, grant.place
    if place is None or may(who, "read", place, at) is not None:
        return None
    verbs = VERBS if place.kind == "thread" and grant.head == 0 else VERBS[:1]
    codes = {verb: may(who, verb, place, at) for verb in verbs}
    code = _gravest(codes.values())
    opens = None
    if code == "window_closed":
        moments = [opens_at(who, verb, place, at) for verb, said in codes.items() if said == "window_closed"]
        opens = None if None in moments else max(each for each in moments if each is not None)
    changes = [moment for verb in verbs if (moment := changes_at(who, verb, place, at)) is not None]
    return Standing(code is None, code, _said(opens), _said(min(changes, default=None)))


def _gravest(codes: Iterable[str | None]) -> str | None:
    """Of several refusals the one that no clock lifts."""
    said = [code for code in codes if code is not None]
    return next((code for code in said if code != "window_closed"), said[0] if said else None)


def _said(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
