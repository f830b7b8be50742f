"""What a page of messages is made from, read in one go, and how each message is shown on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from markupsafe import Markup
from sqlalchemy import Connection

from accounts import features
from accounts.rights import may
from accounts.rules import initials
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import answering, directory, mentioning, private
from rooms.answering import Standing
from rooms.grants import Grant
from rooms.markup import linked, words
from rooms.messages import history
from rooms.posts import message_id, seq_of
from rooms.showing import Parts, Showing
from storage.clock import rfc3339
from storage.rows import AnyRow
from web.pages import day_label, time_label

EXCERPT: Final = 140  # characters of a quoted message


@dataclass(frozen=True)
class Asked:
    """What a page of messages is asked for.

    about: the id of a message that is replied to, edited or removed. thread: of one whose thread is wanted.
    from_ms: the moment from which on one wants to read.
    """

    actor: Actor
    room: str
    now_ms: int
    language: str
    before: int | None = None
    after: int | None = None
    from_ms: int | None = None
    about: str | None = None
    thread: str | None = None


@dataclass(frozen=True)
class RoomView:
    """All that a page is made from."""

    asked: Asked
    grant: Grant
    card: Mapping[str, Any]
    page: history.Page
    root: AnyRow | None
    read: int  # how far the room, or the thread, is read
    quoted: Mapping[str, AnyRow]
    members: Sequence[Mapping[str, Any]]
    names: Mapping[str, str]
    own_head: int
    about: AnyRow | None
    threads: Mapping[int, Standing]
    groups: Sequence[Mapping[str, Any]]  # whom the reader may call on together
    has: Mapping[str, bool]  # what the school has switched on for the reader
    parts: Mapping[int, Mapping[str, Any]]  # of each message, by its seq
    of_room: Mapping[str, Any]
    stays: bool  # nobody takes away their own messages here

    @property
    def thread(self) -> Standing | None:
        return None if self.root is None else self.threads.get(self.root.seq)


def read(connection: Connection, asked: Asked, parts: Parts) -> RoomView:
    """Everything; Refusal `not_found` for what is not there or not for this reader."""
    actor, room = asked.actor, asked.room
    grant = directory.require(connection, actor, room, "read", asked.now_ms)
    own = directory.require(connection, actor, actor.own_room, "read", asked.now_ms)
    root = _root(connection, asked, grant)
    page = history.page(connection, room, _stretch(connection, asked, grant, root))
    if asked.from_ms is not None and not page.messages:  # nobody has written since that day
        page = history.page(connection, room, history.Asked(floor=grant.floor))
    chosen = _chosen(connection, asked, grant)
    shown = [row for row in (root, *page.messages, chosen) if row is not None]
    showing = Showing(connection, actor, grant, room, asked.now_ms, asked.language)
    noticing = may(grant.who, "notice", grant.place, datetime.fromtimestamp(asked.now_ms / 1000, UTC)) is None
    return RoomView(
        asked, grant, directory.card(connection, room, grant), page, root,
        grant.read_seq if root is None else answering.read_up_to(connection, actor.person, room, root.seq),
        history.quoted(connection, room, shown, grant.floor), directory.members(connection, room, grant),
        directory.names_of(connection, {row.author_id for row in shown}), own.head, chosen,
        answering.of_roots(connection, actor.person, room, [row.seq for row in shown if not row.in_thread]),
        [{"id": mentioning.ROOM, "name": ""}, *mentioning.groups_of(connection, room)] if noticing else [],
        _switched_on(connection, grant, asked.now_ms),
        parts.of_messages(showing, shown), parts.of_room(showing), _stays(connection, grant, room),
    )  # fmt: skip


def _stays(connection: Connection, grant: Grant, room: str) -> bool:
    private_room = grant.place is not None and grant.place.kind in private.KINDS
    return private_room and private.stays(connection, grant.who, room)


def _switched_on(connection: Connection, grant: Grant, now_ms: int) -> dict[str, bool]:
    """What is said in private stays there, in one line."""
    if grant.place is None or grant.place.kind in private.KINDS:
        return {}
    return {each: features.on(connection, grant.who, each, now_ms) for each in ("threads", "forwarding")}


def read_plainly(connection: Connection, asked: Asked, parts: Parts, limit: int) -> dict[str, Any]:
    """A page as the API gives it; of a thread with the message that it began with."""
    actor, room = asked.actor, asked.room
    grant = directory.require(connection, actor, room, "read", asked.now_ms)
    root = _root(connection, asked, grant)
    page = history.page(connection, room, _stretch(connection, asked, grant, root), limit)
    shown = page.messages if root is None else [root, *page.messages]
    found = parts.of_messages(Showing(connection, actor, grant, room, asked.now_ms, asked.language), shown)
    threads = answering.of_roots(connection, actor.person, room, [row.seq for row in shown if not row.in_thread])
    said = [
        {
            **history.as_json(room, row),
            **({"thread": thread_json(threads[row.seq])} if row.seq in threads else {}),
            **found[row.seq],
        }
        for row in shown
    ]
    about = {} if root is None else {"root": said.pop(0)}
    return {"seq": page.seq, "more": page.more, "newer": page.newer, "messages": said, **about}


def thread_json(standing: Standing) -> dict[str, Any]:
    """A thread as the API gives it."""
    return {
        "replies": standing.replies, "new": standing.new, "follows": standing.follows,
        "last_at": rfc3339(standing.last_ms),
    }  # fmt: skip


def _root(connection: Connection, asked: Asked, grant: Grant) -> AnyRow | None:
    if asked.thread is None:
        return None
    found = history.one(connection, asked.room, seq_of(asked.thread, asked.room))
    if found is None or found.in_thread or found.seq < grant.floor:
        raise Refusal("not_found", "This message does not exist any more.")
    return found


def _stretch(connection: Connection, asked: Asked, grant: Grant, root: AnyRow | None) -> history.Asked:
    after = asked.after
    if asked.from_ms is not None:
        after = history.last_before(connection, asked.room, asked.from_ms)
    return history.Asked(asked.before, after, grant.floor, None if root is None else root.seq)


def _chosen(connection: Connection, asked: Asked, grant: Grant) -> AnyRow | None:
    if not asked.about:
        return None
    found = history.one(connection, asked.room, seq_of(asked.about, asked.room))
    return None if found is None or found.removed_ms is not None or found.seq < grant.floor else found


@dataclass(frozen=True)
class Shower:
    """Turns rows into the views that templates show."""

    view: RoomView
    may_write: bool
    may_remove: bool
    may_look: bool  # at how messages of others read before

    def message(self, row: AnyRow) -> dict[str, Any]:
        actor, removed = self.view.asked.actor, row.removed_ms is not None
        mine, name, forwarded = row.author_id == actor.person, self.view.names.get(row.author_id, ""), row.forwarded
        html = None if removed else row.html or linked(row.text)
        return {
            "id": message_id(row.room_id, row.seq),
            "seq": row.seq,
            "by": {"id": row.author_id, "name": name, "initials": initials(name), "role": ""},
            **self._times(row),
            "text": row.text,
            "words": words(row.text, row.html),
            "html": None if html is None else Markup(html),  # noqa: S704 - made safe when it was written
            "marked": row.html is not None and not removed,
            "edited": row.edited_ms is not None,
            "removed": removed,
            "reply_to": self._quote(row),
            "forwarded": None if forwarded is None or removed else msgspec.json.decode(forwarded),
            "thread": self._thread(row),
            "mine": mine,
            "may_edit": mine and self.may_write and not removed and forwarded is None,
            "may_remove": ((mine and not self.view.stays) or self.may_remove) and not removed,
            "may_look": (mine or self.may_look) and not removed and row.edited_ms is not None,
            **self.view.parts[row.seq],
        }

    def _times(self, row: AnyRow) -> dict[str, str]:
        zone, language = self.view.asked.actor.zone, self.view.asked.language
        return {
            "at": rfc3339(row.at_ms),
            "at_label": time_label(row.at_ms, zone, language),
            "day_label": day_label(row.at_ms, zone, language),
        }

    def _thread(self, row: AnyRow) -> dict[str, Any] | None:
        standing = self.view.threads.get(row.seq)
        if standing is None:
            return None
        zone, language = self.view.asked.actor.zone, self.view.asked.language
        labels = {"last_label": time_label(standing.last_ms, zone, language)}
        return {**thread_json(standing), **labels, "last_day": day_label(standing.last_ms, zone, language)}

    def _quote(self, row: AnyRow) -> dict[str, Any] | None:
        quoted = self.view.quoted.get(row.reply_to)
        if quoted is None:
            return None
        said = words(quoted.text, quoted.html)
        text = said if len(said) <= EXCERPT else said[:EXCERPT].rstrip() + "…"
        quoted_id = message_id(row.room_id, quoted.seq)
        here = any(each.seq == quoted.seq for each in self.view.page.messages)
        url = f"#{quoted_id}" if here else f"/rooms/{row.room_id}/messages/{quoted_id}"
        return {"id": quoted_id, "name": quoted.author_name, "excerpt": text, "url": url}
