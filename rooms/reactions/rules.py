"""The kinds of reactions, and who is shown how much of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

import msgspec
from msgspec import Raw, structs

from accounts.rights import Who
from realtime.protocol import Event

Reaction = Literal["thanks", "well_done", "agree", "smile", "got_it", "question"]

# Their icons, in the order in which they are offered. Their words are in reaction_words.html.
ICONS: Final[Mapping[str, str]] = MappingProxyType({
    "thanks": "heart", "well_done": "star", "agree": "thumbs-up", "smile": "smile", "got_it": "check-check",
    "question": "circle-question-mark",
})  # fmt: skip
MOST_NAMED: Final = 30  # people by name on one chip; the count goes on

if set(ICONS) != set(get_args(Reaction)):
    raise RuntimeError("Every kind of reaction has its icon.")


def sees_who(who: Who) -> bool:
    """Whether somebody is shown who reacted, and how many. Learners are not: it is no contest.

    Neither are guardians and visitors, for whom learners have no names here.
    """
    return who.rights.kinds.get(who.role) in ("staff", "governor")


def plainly(event: Event) -> Event:
    """A reaction as those are told who are not shown who reacted: that a kind is on a message now, or no longer is.

    What changes nothing of that leaves its place in the log and nothing else, so that nobody can count.
    """
    body: Mapping[str, Any] = msgspec.json.decode(event.body)
    shown = {"message": body["message"], "reaction": body["reaction"]} if body.get("alone") else {}
    return structs.replace(event, by="", body=Raw(msgspec.json.encode(shown)))
