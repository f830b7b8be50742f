"""What a person may settle for themselves, how a school looks, and what follows for a page. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl, urlencode

import msgspec
from msgspec import Meta, Struct, structs

from accounts.rules import younger_than
from accounts.sessions import Actor
from realtime.refusal import Refusal
from web.look import Brand, Look


class Preferences(Struct, frozen=True, omit_defaults=True):
    """What a person has settled; it follows them to every device."""

    language: Annotated[str, Meta(max_length=20)] = ""  # empty: the device's
    theme: Literal["auto", "light", "dark"] = "auto"
    calm: bool = False
    contrast: Literal["auto", "more"] = "auto"
    font: Literal["atkinson", "system", "dyslexic"] = "atkinson"
    size: Literal["100", "115", "130", "150"] = "100"  # of text, per cent
    motion: Literal["auto", "less"] = "auto"
    skin: Literal["auto", "standard", "pictures"] = "auto"
    sounds: bool = False
    badges: bool = True
    announcements: Literal["each", "counts", "none"] = "each"  # what is said to screen readers as it comes
    stickies: Literal["board", "list"] = "board"  # how private threads lie on their page
    offline: bool = True  # the browser may keep what was read


class SchoolLook(Struct, frozen=True, omit_defaults=True):
    """`colour`: six hexadecimal digits as the school wished it; `logo`: the digest of its image; empty: none."""

    colour: Annotated[str, Meta(pattern=r"^([0-9a-f]{6})?$")] = ""
    logo: str = ""
    pictures_before: Annotated[int, Meta(ge=0, le=14)] = 3  # learners who have not come to this year have pictures
    open: bool = False  # name, colour and logo are shown to whoever opens the school's own sign-in address


# What can be told before anybody signs in: of the device, not of a person.
OF_THE_DEVICE: Final = ("theme", "calm", "contrast")
LONGEST_COOKIE: Final = 200
# What an open page can change into without being loaded anew.
LIVE: Final = (
    "theme", "calm", "contrast", "font", "size", "motion", "sounds", "badges", "announcements",
)  # fmt: skip
_STANDARD: Final = structs.asdict(Preferences())


def preferences(column: str) -> Preferences:
    """What a person's column says; what cannot be read, of an older or newer version, counts as not settled."""
    try:
        return msgspec.json.decode(column, type=Preferences)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return Preferences()


def school_look(column: str) -> SchoolLook:
    return msgspec.json.decode(column, type=SchoolLook)


def changed(now: Preferences, wanted: Mapping[str, str]) -> Preferences:
    """With what a form says: texts as forms have them, `true` and `false` for yes and no. Refusal `bad_request`."""
    known = {name: value for name, value in wanted.items() if name in _STANDARD}
    try:
        return msgspec.convert({**structs.asdict(now), **known}, Preferences, strict=False)
    except msgspec.ValidationError:
        raise Refusal("bad_request", "One of these choices is not there to choose.") from None


def attributes(of: Preferences) -> dict[str, str]:
    """Of <html>, by their names after `data-`: whatever differs from what is usual."""
    settled = structs.asdict(of)
    return {
        name: "true" if settled[name] is True else "false" if settled[name] is False else str(settled[name])
        for name in LIVE if settled[name] != _STANDARD[name]
    }  # fmt: skip


def live_attributes(of: Preferences) -> dict[str, str | None]:
    """All that an open page can change into; None: take it away."""
    return {**dict.fromkeys(LIVE), **attributes(of)}


def sees_pictures(of: Preferences, school: SchoolLook, year: str | None) -> bool:
    """Whether a person's controls are pictures that speak."""
    if of.skin != "auto":
        return of.skin == "pictures"
    return younger_than(year, school.pictures_before)


def of_person(actor: Actor, *, pseudo: bool) -> Look:
    brand = (actor.school, actor.school_name, actor.school_look)
    return _of_person(actor.person, actor.preferences, actor.year, brand, pseudo)


@lru_cache(maxsize=4096)
def _of_person(
    person: str, column: str, year: str | None, school: tuple[str, str, str], pseudo: bool
) -> Look:  # fmt: skip
    settled, at_school = preferences(column), school_look(school[2])
    shown = attributes(settled)
    if sees_pictures(settled, at_school, year):
        shown["skin"] = "nursery"
    return Look(settled.language, shown, brand_of(*school[:2], at_school), person, settled.offline, pseudo)


def brand_of(school: str, name: str, look: SchoolLook) -> Brand:
    return Brand(school, name, look.colour, look.logo)


def of_device(cookie: str | None, brand: Brand, *, pseudo: bool) -> Look:
    """The look of a page before the door."""
    given = dict(parse_qsl((cookie or "")[:LONGEST_COOKIE]))
    try:
        settled = changed(Preferences(), {name: given[name] for name in OF_THE_DEVICE if name in given})
    except Refusal:
        settled = Preferences()
    return Look(attributes=attributes(settled), brand=brand, pseudo=pseudo)


def device_cookie(of: Preferences) -> str:
    """What the device remembers for its sign-in page."""
    settled: dict[str, Any] = structs.asdict(of)
    kept = {name: settled[name] for name in OF_THE_DEVICE if settled[name] != _STANDARD[name]}
    return urlencode({name: "true" if value is True else value for name, value in kept.items()})
