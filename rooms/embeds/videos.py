"""Videos in messages: which links are of videos, and where a video plays. Pure. The same as client/videos.ts."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

LONGEST_TITLE: Final = 120  # characters
MOST_LINKS: Final = 20  # of a message that are looked at


@dataclass(frozen=True)
class Site:
    """`pages`: how its links look, the video's id as the only group. `host`: what alone may be framed."""

    name: str
    pages: re.Pattern[str]
    ids: re.Pattern[str]
    host: str
    path: str
    options: Mapping[str, str]


SITES: Final[Mapping[str, Site]] = MappingProxyType({
    "vimeo": Site(
        "Vimeo",
        re.compile(r"https://(?:www\.)?(?:player\.)?vimeo\.com/(?:video/)?(\d{5,12})(?![\w-])"),
        re.compile(r"\d{5,12}"),
        "player.vimeo.com", "/video/",
        {"dnt": "1", "autoplay": "1"},
    ),
    "youtube": Site(
        "YouTube",
        re.compile(
            r"https://(?:(?:www\.|m\.)?youtube\.com/(?:watch\?(?:[\w=%-]+&)*v=|shorts/|live/|embed/)"
            r"|www\.youtube-nocookie\.com/embed/|youtu\.be/)([\w-]{11})(?![\w-])",
            re.ASCII,
        ),
        re.compile(r"[\w-]{11}", re.ASCII),
        "www.youtube-nocookie.com", "/embed/",
        {"autoplay": "1", "playsinline": "1", "rel": "0", "cc_load_policy": "1"},
    ),
})  # fmt: skip

# A link as Markdown writes it, with its words; or one that stands as it is.
_LINK: Final = re.compile(r"\[([^\[\]\n]{1,200})\]\((https://[^\s()<>]{1,300})\)|(https://[^\s<>\"()]{1,300})")


@dataclass(frozen=True)
class Video:
    """A video that a message links to. `title`: the words of the link, "" where it has none."""

    site: str
    id: str
    title: str


def first_video(text: str, sites: Collection[str]) -> Video | None:
    """The first video of these sites that a message links to."""
    for number, link in enumerate(_LINK.finditer(text)):
        if number == MOST_LINKS:
            break
        for name in sites:
            site = SITES.get(name)
            if site is not None and (found := site.pages.match(link[2] or link[3])):
                return Video(name, found[1], (link[1] or "").strip()[:LONGEST_TITLE])
    return None


def playing_at(site: Site, video: str) -> str:
    """Where a video plays within a page."""
    return f"https://{site.host}{site.path}{video}?{urlencode(site.options)}"
