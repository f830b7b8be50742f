"""What is taken from outside, and how it is made harmless. Pure."""

import html
import re
import unicodedata
import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import Final
from urllib.parse import urljoin

import httpx
import nh3
from msgspec import Struct

from realtime.refusal import Refusal
from web import addresses

FEATURE: Final = "feeds"  # in accounts.features: news and videos
LONGEST_TITLE: Final = 200  # characters
LONGEST_TEXT: Final = 300
LONGEST_RAW: Final = 20_000  # of a field as it came; what comes after is not looked at
SHOWN: Final = 5  # entries of a feed
MOST_FEEDS: Final = 5  # in one room
MOST_LINKS: Final = 20  # of a message that are looked at

MINUTE_MS: Final = 60 * 1000
EVERY_MS: Final = 30 * MINUTE_MS
LONGEST_WAIT_MS: Final = 24 * 60 * MINUTE_MS
SPREAD_MS: Final = 5 * MINUTE_MS  # so that feeds that were added together are not fetched together

# Controls, zero-width marks, line separators, and what turns the direction of text around.
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_BLOCK: Final = re.compile(r"<(?=/?(?:p|br|div|li|ul|ol|h[1-6]|t[dhr]|blockquote|section|article)\b)", re.IGNORECASE)
_LINK: Final = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?()'\]*_~`]")


class Entry(Struct, frozen=True):
    """One piece of news, all of it text. `key` tells it from others of the feed; `url` and `at_ms` may be unknown."""

    key: str
    title: str
    text: str = ""
    url: str | None = None
    at_ms: int | None = None


def tidy(text: str, most: int) -> str:
    """One line of visible text, of at most `most` characters."""
    whole = text[:LONGEST_RAW].encode("utf-8", "replace").decode()  # half a character would be kept by no database
    line = " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", whole)).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def plain(marked_up: str, most: int) -> str:
    """What HTML says, as text: no elements, no scripts, no styles."""
    spaced = _BLOCK.sub(" <", marked_up[:LONGEST_RAW])
    return tidy(html.unescape(nh3.clean(spaced, tags=set())), most)


def web_address(given: str, base: str = "") -> str | None:
    """An address as it is kept and asked for: whole, in ASCII, without a fragment; None if it is none."""
    try:
        url = httpx.URL(urljoin(base, given.strip()[: addresses.LONGEST])).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError):
        return None
    return str(url) if addresses.split(str(url)) is not None else None


def feed_address(given: str) -> str:
    """The address that somebody typed; Refusal `bad_request` if it is none."""
    typed = given.strip().removeprefix("feed:")
    typed = typed if "://" in typed else f"https://{typed.lstrip('/')}"
    url = web_address(typed)
    if url is None or "." not in site_of(url):
        raise Refusal("bad_request", "The address of a feed begins with https://")
    return url


def site_of(url: str) -> str:
    """`https://www.bbc.co.uk/news` → `bbc.co.uk`."""
    parts = addresses.split(url)
    return "" if parts is None or parts.hostname is None else parts.hostname.removeprefix("www.")


def is_of(url: str, hosts: Collection[str]) -> bool:
    """Whether an address is one of these hosts', or of a part of them such as `en.` before `wikipedia.org`."""
    parts = addresses.split(url)
    host = "" if parts is None or parts.hostname is None else parts.hostname.rstrip(".")
    return any(host == each or host.endswith(f".{each}") for each in hosts)


def links_in(text: str) -> Iterator[str]:
    """The web addresses that a text names, as they are asked for."""
    for number, found in enumerate(_LINK.finditer(text)):
        if number == MOST_LINKS:
            return
        if (url := web_address(found[0])) is not None:
            yield url


def first_link(text: str, hosts: Collection[str]) -> str | None:
    """The first address of these hosts that a text names."""
    return next((url for url in links_in(text) if is_of(url, hosts)), None)


def due_again_ms(feed: str, now_ms: int, failures: int) -> int:
    """When a feed is fetched next: every half an hour, ever more seldom while it fails."""
    wait = min(EVERY_MS << min(failures, 10), LONGEST_WAIT_MS)
    return now_ms + wait + zlib.crc32(feed.encode()) % SPREAD_MS


def newest(entries: Sequence[Entry], now_ms: int) -> list[Entry]:
    """Those that are shown, newest first; where one does not say when, in the order of the feed."""
    told = [each for each in entries if each.title or each.text]
    if all(each.at_ms is not None for each in told):
        told = sorted(told, key=lambda each: -min(each.at_ms or 0, now_ms))
    return told[:SHOWN]


def has_news(before: Sequence[Entry], after: Sequence[Entry]) -> bool:
    """Whether something is there that was not there before."""
    known = {each.key for each in before}
    return any(each.key not in known for each in after)
