"""A rule as a form's fields, and back. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, get_args

import msgspec

from accounts.policy.rules import Rule
from accounts.rights import ROOM_KINDS, Relation, SchoolVerb
from realtime.refusal import Refusal

IN_ROOMS: Final = ("read", "write", "react", "presence", "notice", "remove", "history", "administer")
ROOM_VERBS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(ROOM_KINDS, IN_ROOMS),
    "thread": ("start", "write", "look", "receipts"),
    "school": get_args(SchoolVerb),
}
PLACES: Final = tuple(ROOM_VERBS)
RELATIONS: Final[tuple[str, ...]] = get_args(Relation)
YEARS: Final = ("N", "R", *(str(year) for year in range(1, 15)))


class Fields(Protocol):
    """What a form said."""

    def text(self, name: str) -> str: ...

    def all(self, name: str) -> Sequence[str]: ...


def rule_of(form: Fields) -> Rule:
    """The rule that a form describes; Refusal `bad_request` if it is none."""
    wanted: dict[str, Any] = {
        "who": form.all("who"), "verbs": form.all("verbs"), "place": form.text("place"), "to": form.all("to"),
        "years": form.all("years"), "window": form.text("window") or "always",
    }  # fmt: skip
    if form.text("relation"):
        wanted["relation"] = form.text("relation")
    try:
        rule = msgspec.convert(wanted, Rule)
    except msgspec.ValidationError:
        raise Refusal("bad_request", "A rule names the roles that it is about, and what they may do.") from None
    if not set(rule.verbs) <= set(ROOM_VERBS.get(rule.place, ())):
        raise Refusal("bad_request", "These things cannot be done in this place.")
    return rule


def fields_of(rule: Rule) -> list[tuple[str, str]]:
    """The same as hidden fields, for a page that asks whether it is meant."""
    pairs: list[tuple[str, str]] = [("place", rule.place), ("relation", rule.relation or ""), ("window", rule.window)]
    for name, values in (("who", rule.who), ("verbs", rule.verbs), ("to", rule.to), ("years", rule.years)):
        pairs += [(name, value) for value in values]
    return pairs
