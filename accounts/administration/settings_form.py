"""The school's settings as a form says them. Pure."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

from msgspec import structs

from accounts.rights import STAFF_ROLES
from accounts.settings import SchoolSettings
from realtime.refusal import Refusal

MOST_NETWORKS: Final = 20
MOST_HOSTS: Final = 50
LONGEST_HOST: Final = 253
LONGEST_HELPLINE: Final = 1000
VIDEO_SITES: Final = ("youtube", "vimeo")  # those that Corridor knows how to play
WIDEST_4: Final = 8  # a wider network would be half of the internet
WIDEST_6: Final = 29
OLDEST_YEAR: Final = 14


@dataclass(frozen=True)
class Bounds:
    """What a number may be."""

    least: int
    most: int


LEAVER_DAYS: Final = Bounds(0, 3 * 366)
ACCESS_LOG_DAYS: Final = Bounds(1, 400)
LARGEST_CHANGE: Final = Bounds(1, 100)
LARGEST_FILE: Final = Bounds(1, 200)  # megabytes
FILES_PER_PERSON: Final = Bounds(1, 1_000_000)
STICKY_GROUP: Final = Bounds(1, 8)  # people besides whoever begins a thread
PASSWORDS_FROM: Final = Bounds(0, OLDEST_YEAR)
MAIL_FROM: Final = Bounds(0, 14)


def networks_of(text: str) -> tuple[str, ...]:
    """The networks in a field, a line each; Refusal `bad_request` for what is none."""
    words = text.replace(",", " ").split()
    if len(words) > MOST_NETWORKS:
        raise Refusal("bad_request", "Please enter at most 20 networks.")
    return tuple(dict.fromkeys(_network(word) for word in words))


def _network(word: str) -> str:
    try:
        found = ipaddress.ip_network(word[:60], strict=False)
    except ValueError:
        raise Refusal("bad_request", "A network looks like 203.0.113.0/24 or 2001:db8::/32.") from None
    if found.prefixlen < (WIDEST_4 if found.version == 4 else WIDEST_6):  # noqa: PLR2004 - the protocol's version
        raise Refusal("bad_request", "This network is too wide to be a school's.")
    return str(found)


def hosts_of(text: str) -> tuple[str, ...]:
    """The sites in a field, a line each, as their names alone; Refusal `bad_request` for what is none."""
    words = text.replace(",", " ").lower().split()
    if len(words) > MOST_HOSTS:
        raise Refusal("bad_request", "Please enter at most 50 sites.")
    return tuple(dict.fromkeys(_host(word) for word in words))


def _host(word: str) -> str:
    name = _SCHEME.sub("", word).partition("/")[0].removeprefix("www.").rstrip(".")
    if len(name) > LONGEST_HOST or not _HOST.fullmatch(name):
        raise Refusal("bad_request", "A site looks like bbc.co.uk or en.wikipedia.org.")
    return name


_SCHEME: Final = re.compile(r"^https?://")
# Names with a dot whose end is no number: an address of a machine is no site.
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def video_sites_of(names: tuple[str, ...]) -> tuple[str, ...]:
    if not set(VIDEO_SITES).issuperset(names):
        raise Refusal("bad_request")
    return tuple(sorted(set(names)))


def helpline_of(text: str) -> str:
    """The school's own text for children in need; empty for the one that Corridor has."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    found = "\n".join(line for line in lines if line)
    if len(found) > LONGEST_HELPLINE:
        raise Refusal("bad_request", "This is too long. Please say it in at most 1000 characters.")
    return found


def number_of(text: str, bounds: Bounds) -> int:
    if not (text.isascii() and text.isdigit() and bounds.least <= int(text[:9]) <= bounds.most):
        raise Refusal("bad_request", "One of the numbers is too small, too large or not a number.")
    return int(text)


def roles_of(names: tuple[str, ...]) -> tuple[str, ...]:
    if not STAFF_ROLES.issuperset(names):
        raise Refusal("bad_request", "There is no such role.")
    return tuple(sorted(set(names)))


def day_times_of(starts: str, ends: str) -> tuple[str, str]:
    """When the school's day starts and ends; Settings themselves check that these are times."""
    if starts >= ends:
        raise Refusal("bad_request", "The school day ends before it starts.")
    return starts, ends


def changed_fields(before: SchoolSettings, after: SchoolSettings) -> list[str]:
    """The names of the fields that differ."""
    old, new = structs.asdict(before), structs.asdict(after)
    return sorted(name for name in new if old[name] != new[name])
