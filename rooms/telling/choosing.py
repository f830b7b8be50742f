"""What people settle about mails, and what the links in mails do."""

import secrets
from typing import Any

from sqlalchemy import select, update

from accounts import throttle
from accounts.model import person, school
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms.telling import model, rules
from rooms.telling.allowing import may_be_told
from rooms.telling.letters import Links
from rooms.telling.model import mail_choice
from storage.database import Transaction

NOT_HERE = "Your school does not tell people by e-mail."
NOT_ANY_MORE = "This link was used already, or is too old."


def choose(tx: Transaction, actor: Actor, address: str, digest: str, hour: str, now_ms: int) -> bool:
    """Keep what a form says; gives whether a mail goes out that asks if the address is right."""
    if not may_be_told(tx.connection, actor.person, "mail", now_ms):
        raise Refusal("forbidden", NOT_HERE)
    wanted: dict[str, Any] = {"digest": rules.digest_of(digest), "hour": rules.hour_of(hour)}
    said, row = rules.address_of(address), model.choice_of(tx.connection, actor.person)
    known = row is not None and row.address == said and row.verified_ms is not None and row.off_ms is None
    if known:
        wanted["due_ms"] = rules.next_digest_ms(wanted["digest"], wanted["hour"], actor.zone, now_ms)
        _put(tx, actor.person, **wanted)
        return False
    _check_pace(tx, actor.person, now_ms)
    fresh = {
        **wanted, "address": said, "nonce": secrets.token_hex(8), "verified_ms": None, "due_ms": now_ms, "tries": 0,
        "bounces": 0, "off_ms": None, "sent_ms": None,
    }  # fmt: skip
    if row is None:
        tx.connection.execute(mail_choice.insert().values(person_id=actor.person, **fresh))
    else:
        _put(tx, actor.person, **fresh)
    return True


def forget(tx: Transaction, person_id: str) -> None:
    tx.connection.execute(mail_choice.delete().where(mail_choice.c.person_id == person_id))


def confirm(tx: Transaction, links: Links, token: str, now_ms: int) -> None:
    """The address is right; Refusal `not_found`, the same for every link that does not work."""
    who = _whose(tx, links, "confirm", token, now_ms)
    zone = tx.connection.scalars(
        select(school.c.zone).join(person, person.c.school_id == school.c.id).where(person.c.id == who.person_id)
    ).one()
    due_ms = rules.next_digest_ms(who.digest, who.hour, zone, now_ms)
    # What waits already is no news: the first digest tells of what comes from now on.
    _put(tx, who.person_id, verified_ms=now_ms, due_ms=due_ms, tries=0, sent_ms=now_ms)


def stop(tx: Transaction, links: Links, token: str, now_ms: int) -> None:
    """No more mails, and the link is used up; Refusal `not_found`."""
    who = _whose(tx, links, "stop", token, now_ms)
    _put(tx, who.person_id, digest="never", due_ms=None, nonce=secrets.token_hex(8))


def works(tx: Transaction, links: Links, what: str, token: str, now_ms: int) -> None:
    """Refusal `not_found` for a link that does not."""
    _whose(tx, links, what, token, now_ms)


def _whose(tx: Transaction, links: Links, what: str, token: str, now_ms: int) -> Any:
    read = links.read(what, token, now_ms)
    row = None if read is None else model.choice_of(tx.connection, read[0])
    if row is None or read is None or row.nonce != read[1] or (what == "confirm" and row.verified_ms is not None):
        raise Refusal("not_found", NOT_ANY_MORE)
    return row


def _check_pace(tx: Transaction, person_id: str, now_ms: int) -> None:
    """Else somebody could have us write to strangers all day."""
    try:
        throttle.try_once(tx, f"mail:{person_id}", now_ms)
    except Refusal as refusal:
        raise Refusal("bad_request", "That was a lot at once. Wait a moment, then try again.") from refusal


def _put(tx: Transaction, person_id: str, **values: Any) -> None:
    tx.connection.execute(update(mail_choice).where(mail_choice.c.person_id == person_id).values(**values))
