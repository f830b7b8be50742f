"""What whoever looks after a room does with its feeds: add one, remove one."""

from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import delete, select

from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms.embeds.model import feed
from rooms.embeds.rules import FEATURE, MOST_FEEDS, feed_address, site_of
from rooms.turn import Handler, Turn
from storage.ids import new_id

FeedId = Annotated[str, Meta(min_length=2, max_length=32, pattern="^n[0-9a-z]+$", description="A feed's id.")]
FeedUrl = Annotated[str, Meta(max_length=2000, description="The address of an RSS or Atom feed.")]


class AddFeed(KeyedCommand, kw_only=True):
    """Show the newest of a site's RSS or Atom feed in the room; it is fetched soon after, then every half an hour."""

    url: FeedUrl


class RemoveFeed(KeyedCommand, kw_only=True):
    """Show a feed no longer."""

    feed: FeedId


def add_feed(turn: Turn, command: AddFeed) -> None:
    url = feed_address(command.url)
    others = turn.connection.execute(select(feed.c.url).where(feed.c.room_id == command.room)).scalars().all()
    if url in others:
        raise Refusal("bad_request", "This feed is in this room already.")
    if len(others) >= MOST_FEEDS:
        raise Refusal("bad_request", "There are as many feeds in this room as there can be. Remove one first.")
    new = new_id("n")
    row = {"id": new, "room_id": command.room, "url": url, "added_by": turn.who.id, "added_ms": turn.now_ms}
    turn.connection.execute(feed.insert().values(**row, due_ms=turn.now_ms))
    # Not its address: what follows the site's name may be a secret of whoever subscribed.
    turn.append("feed_added", {"feed": new, "site": site_of(url)})


def remove_feed(turn: Turn, command: RemoveFeed) -> None:
    of = (feed.c.id == command.feed) & (feed.c.room_id == command.room)
    if not turn.connection.execute(delete(feed).where(of)).rowcount:
        raise Refusal("not_found", "This feed is not in this room.")
    turn.append("feed_removed", {"feed": command.feed})


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(AddFeed, add_feed, "administer", feature=FEATURE, answers=("feed",)),
    Handler(RemoveFeed, remove_feed, "administer", answers=("feed",)),
)
