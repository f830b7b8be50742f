"""What is shown of the outside on a room's page: its feeds, cards of links, videos to be played by a click."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection

from accounts import features, settings
from accounts.rights import Who, may
from rooms.embeds import model
from rooms.embeds.rules import FEATURE, Entry, links_in, site_of
from rooms.embeds.videos import SITES, Video, first_video
from rooms.showing import Part, Showing
from storage.clock import rfc3339
from storage.rows import AnyRow
from web.pages import day_label


def feeds(showing: Showing) -> dict[str, Any]:
    """`{"feeds", "keeps", "adds"}`; what is wrong with a feed is said to those alone who look after the room."""
    at = datetime.fromtimestamp(showing.now_ms / 1000, UTC)
    keeps = may(showing.grant.who, "administer", showing.grant.place, at) is None
    rows = model.feeds_of(showing.connection, showing.room)
    adds = keeps and features.on(showing.connection, showing.grant.who, FEATURE, showing.now_ms)
    return {"feeds": [_feed(showing, row, keeps=keeps) for row in rows], "keeps": keeps, "adds": adds}


def _feed(showing: Showing, row: AnyRow, *, keeps: bool) -> dict[str, Any]:
    site = site_of(row.url)
    view = {
        "id": row.id, "site": site, "title": row.title or site,
        "entries": [_entry(showing, each) for each in model.entries_of(row)],
    }  # fmt: skip
    checked = None if row.checked_ms is None else day_label(row.checked_ms, showing.actor.zone, showing.language)
    return {**view, "url": row.url, "trouble": row.trouble, "checked": checked} if keeps else view


def _entry(showing: Showing, entry: Entry) -> dict[str, Any]:
    at_ms = None if entry.at_ms is None else min(entry.at_ms, showing.now_ms)
    return {
        "title": entry.title or entry.text, "text": entry.text if entry.title else "", "url": entry.url,
        "at": None if at_ms is None else rfc3339(at_ms),
        "day": None if at_ms is None else day_label(at_ms, showing.actor.zone, showing.language),
    }  # fmt: skip


def cards(showing: Showing, rows: Sequence[AnyRow]) -> Mapping[int, Any]:
    """The cards of messages that still name the link."""
    linking = {row.seq: row.text for row in rows if row.text and "://" in row.text}
    if not linking:
        return {}
    made = model.cards_of(showing.connection, showing.room, linking)
    return {
        row.seq: {"url": row.url, "title": row.title, "text": row.text, "site": site_of(row.url)}
        for row in made
        if row.url in links_in(linking[row.seq])
    }


def videos(showing: Showing, rows: Sequence[AnyRow]) -> Mapping[int, Any]:
    """The first video of each message, of the sites that the school allows."""
    found = {row.seq: row.text for row in rows if row.text and first_video(row.text, SITES) is not None}
    if not found:
        return {}
    allowed_sites = sites(showing)
    allowed = {seq: first_video(text, allowed_sites) for seq, text in found.items()}
    return {seq: _video(each) for seq, each in allowed.items() if each is not None}


def _video(video: Video) -> dict[str, str]:
    return {"site": video.site, "id": video.id, "title": video.title}


def sites(showing: Showing) -> list[str]:
    """The sites whose videos may be played here; the client shows them in what comes later."""
    return video_sites(showing.connection, showing.grant.who, showing.now_ms)


def video_sites(connection: Connection, who: Who, now_ms: int) -> list[str]:
    """The sites whose videos somebody may play."""
    if not features.on(connection, who, FEATURE, now_ms):
        return []
    return [name for name in settings.read(connection, who.school).video_sites if name in SITES]


PARTS: Final = (
    Part(
        "feeds",
        of_room=feeds,
        slots={"head": "feeds_head.html", "aside": "feeds_aside.html"},
        rooms_only=frozenset({"head", "aside"}),
    ),
    Part("card", of_messages=cards, slots={"message": "link_card_slot.html"}),
    Part("video", of_messages=videos, of_room=sites, slots={"message": "video_slot.html", "data": "embeds_data.html"}),
)
