"""Which pages of administration a person may open."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from accounts.asking import allowed, groups_for
from accounts.policy.store import last_known
from accounts.rights import SchoolVerb
from accounts.sessions import Actor

# By the keys of templates/administration.html, in the order shown there.
NEEDED: Final[Mapping[str, SchoolVerb]] = {
    "people": "manage_people",
    "groups": "manage_groups",
    "classes": "manage_sign_in",
    "roster": "import_roster",
    "leavers": "manage_people",
    "terms": "change_settings",
    "policy": "change_policy",
    "windows": "change_policy",
    "roles": "change_policy",
    "settings": "change_settings",
    "words": "change_settings",
    "features": "change_settings",
    "look": "change_settings",
    "sso": "change_settings",
    "audit": "read_audit",
}


def pages_open_to(connection: Connection, actor: Actor, now_ms: int) -> tuple[str, ...]:
    """The keys of the pages that this person may open, if need be after a second step; `home` first if there are any.

    Teachers have the page of their own classes.
    """
    verbs = allowed(connection, actor, set(NEEDED.values()), now_ms)
    found = {key for key, verb in NEEDED.items() if verb in verbs}
    if "classes" not in found and groups_for(connection, actor, "manage_sign_in", now_ms):
        found.add("classes")
    return ("home", *(key for key in NEEDED if key in found)) if found else ()


def administers(card: Mapping[str, Any]) -> bool:
    """Whether the menu leads this person, by `Actor.card`, to administration. Quick: it is asked on every page."""
    lines = last_known(card.get("school", "")).lines
    return any((card.get("role"), verb, "school") in lines for verb in NEEDED.values())
