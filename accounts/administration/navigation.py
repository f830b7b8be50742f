"""Which pages of administration a person may open."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from accounts.asking import require
from accounts.rights import Verb
from accounts.sessions import Actor
from realtime.refusal import Refusal

# By the keys of templates/administration.html, in the order shown there.
NEEDED: Final[Mapping[str, Verb]] = {
    "people": "manage_people",
    "groups": "manage_groups",
    "classes": "manage_sign_in",
    "roster": "import_roster",
    "leavers": "manage_people",
    "terms": "change_settings",
    "policy": "change_policy",
    "roles": "change_policy",
    "settings": "change_settings",
    "sso": "change_settings",
    "audit": "read_audit",
}


def pages_open_to(connection: Connection, actor: Actor, now_ms: int) -> tuple[str, ...]:
    """The keys of the pages that this person may open; `home` first where there are any."""
    verbs = {verb for verb in NEEDED.values() if _may(connection, actor, verb, now_ms)}
    found = tuple(key for key, verb in NEEDED.items() if verb in verbs)
    return ("home", *found) if found else ()


def _may(connection: Connection, actor: Actor, verb: Verb, now_ms: int) -> bool:
    try:
        require(connection, actor, verb, now_ms)
    except Refusal:
        return False
    return True
