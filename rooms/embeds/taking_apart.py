"""What a feed or a page says, as text. Runs in a process of its own (reader.py): this is fed by strangers."""

import calendar
import io
import re
from html.parser import HTMLParser
from typing import Any, Final

import feedparser  # type: ignore[import-untyped]

from rooms.embeds.rules import LONGEST_TEXT, LONGEST_TITLE, plain, tidy, web_address

MOST_ENTRIES: Final = 50  # of a feed that are looked at
LONGEST_KEY: Final = 300
LATEST_MS: Final = 253_402_300_799_000  # the end of the year 9999
FEEDS: Final = frozenset({"application/rss+xml", "application/atom+xml"})
HEAD: Final = 512 * 1024  # bytes of a page
# The codings that pages come in; Python knows others that take for ever to read.
CODINGS: Final = re.compile(
    r"utf-8|utf-16|us-ascii|(?:windows|cp)-?125\d|iso-8859-\d{1,2}|koi8-[ru]|euc-jp|euc-kr|shift_jis|gb2312|gbk|gb18030|big5"
)
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([a-z0-9_-]{3,20})", re.IGNORECASE)


def feed(content: bytes, content_type: str, url: str) -> dict[str, Any]:
    """`{"title", "entries": [{"key", "title", "text", "url", "at_ms"}]}`; empty if it is no feed."""
    # As a file: what is given as text or bytes would be taken for the name of one, and opened.
    found = feedparser.parse(
        io.BytesIO(content), response_headers={"content-type": content_type}, sanitize_html=False,
        resolve_relative_uris=False,
    )  # fmt: skip
    if not found.get("version"):
        return {}
    entries = [_entry(each, url) for each in found.entries[:MOST_ENTRIES]]
    return {"title": plain(_text(found.feed, "title"), LONGEST_TITLE), "entries": entries}


def _entry(given: Any, url: str) -> dict[str, Any]:
    title = plain(_text(given, "title"), LONGEST_TITLE)
    link = _link(given, url)
    said = _text(given, "summary") or next((_text(each, "value") for each in given.get("content", [])), "")
    at_ms = _moment(given)
    key = _text(given, "id") or link or f"{title} {at_ms}"
    return {
        "key": tidy(key, LONGEST_KEY), "title": title, "text": plain(said, LONGEST_TEXT), "url": link, "at_ms": at_ms,
    }  # fmt: skip


def _link(given: Any, url: str) -> str | None:
    """Where an entry leads. An id is taken for that by the format's rules, and is often no more than a number."""
    written = _text(given, "link")
    only_id = written == _text(given, "id") and "://" not in written
    return None if only_id else web_address(written, url)


def _text(given: Any, name: str) -> str:
    value = dict.get(given, name)  # its own way of asking warns of names that were changed long ago
    return value if isinstance(value, str) else ""


def _moment(given: Any) -> int | None:
    for name in ("published_parsed", "updated_parsed"):
        try:
            at_ms = calendar.timegm(dict.__getitem__(given, name)) * 1000
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
        if 0 < at_ms < LATEST_MS:
            return at_ms
    return None


def page(content: bytes, content_type: str, url: str) -> dict[str, Any]:
    """`{"title", "text", "feed"}` of a page, as it says of itself to those who link to it; the feed may be none."""
    reader = _Head()
    reader.feed(_decoded(content[:HEAD], content_type))
    said = reader.said
    title = said.get("og:title") or said.get("twitter:title") or reader.title
    text = said.get("og:description") or said.get("description") or said.get("twitter:description") or ""
    # Attributes come without their references already; a tag that is left in them is text, or a try at something.
    feed_url = web_address(reader.feed_link, url) if reader.feed_link else None
    return {"title": plain(title, LONGEST_TITLE), "text": plain(text, LONGEST_TEXT), "feed": feed_url}


def _decoded(content: bytes, content_type: str) -> str:
    named = _CHARSET.search(content_type.encode("ascii", "replace")) or _CHARSET.search(content[:2048])
    coding = named[1].decode().lower() if named else "utf-8"
    return content.decode(coding if CODINGS.fullmatch(coding) else "utf-8", "replace")


class _Head(HTMLParser):
    """Reads as far as the body."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: dict[str, str] = {}
        self.title = self.feed_link = ""
        self._in_title = self._over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title" and not self._over and not self.title
        if tag == "body":
            self._over = True
        elif not self._over:
            self._note(tag, {name: value or "" for name, value in attrs})

    def _note(self, tag: str, given: dict[str, str]) -> None:
        if tag == "meta":
            name = (given.get("property") or given.get("name") or "").lower()
            self.said.setdefault(name, given.get("content", ""))
        elif tag == "link" and "alternate" in given.get("rel", "").lower().split() and given.get("type") in FEEDS:
            self.feed_link = self.feed_link or given.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        self._over = self._over or tag == "head"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
