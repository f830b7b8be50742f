"""What a school calls things: its own words for Corridor's kinds of room and tools, used wherever those are shown."""

from collections.abc import Mapping
from typing import Any, Final

from jinja2 import pass_context
from jinja2.runtime import Context

from accounts.policy.store import last_known
from accounts.rights import ROOM_KINDS
from realtime.refusal import Refusal

TOOLS: Final = ("notices", "shelf", "search", "missed", "threads", "reactions", "feeds", "display")
LABELS: Final = (*ROOM_KINDS, *TOOLS)
LONGEST: Final = 40  # characters


@pass_context
def label(context: Context, key: str, ours: str) -> str:
    """For templates: the school's own word for a thing, or ours in the reader's language."""
    card = context.get("person")
    school = card.get("school", "") if isinstance(card, Mapping) else ""
    return last_known(school).labels.get(key) or ours


def labels_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """The words in a form, by key; an empty one is ours again. Refusal `bad_request` for one that is too long."""
    found = {key: " ".join(str(fields.get(key, "")).split()) for key in LABELS}
    if any(len(word) > LONGEST or not word.isprintable() for word in found.values()):
        raise Refusal("bad_request", "A word has at most 40 characters.")
    return {key: word for key, word in found.items() if word}
