"""What is kept so that somebody can be told of stickies: handed out without their devices' keys, and taken away."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, select

from accounts.privacy.keepers import Part, Subject
from rooms.telling import model
from rooms.telling.model import mail_choice, push, push_subscription, telling
from storage.clock import rfc3339
from storage.database import Transaction


class TellingKeeper:
    """The share of notices in exports and erasures."""

    tables: Collection[str] = frozenset({push_subscription.name, push.name, telling.name, mail_choice.name})

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        mine = push_subscription.c.person_id == of.person
        chosen = select(push_subscription).where(mine).order_by(push_subscription.c.made_ms, push_subscription.c.id)
        devices = [{"device": row.device, "at": rfc3339(row.made_ms)} for row in connection.execute(chosen)]
        waits = select(telling).where(telling.c.person_id == of.person).order_by(telling.c.room_id)
        told = [
            {"room": row.room_id, "due": _at(row.due_ms), "told": row.told_seq is not None}
            for row in connection.execute(waits)
        ]
        row = model.choice_of(connection, of.person)
        mails = [] if row is None else [
            {"address": row.address, "digest": row.digest, "hour": row.hour, "confirmed": _at(row.verified_ms),
             "last_sent": _at(row.sent_ms), "off_since": _at(row.off_ms)}
        ]  # fmt: skip
        return [
            Part("push_devices", "Devices that are told of new stickies", devices),
            Part("told", "Stickies that devices are told of", told),
            Part("mail", "Notices by e-mail", mails),
        ]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:
        return {
            "Devices that are told of new stickies": model.count_of(connection, push_subscription, of.person),
            "Stickies that devices are told of": model.count_of(connection, telling, of.person),
            "Notices by e-mail": model.count_of(connection, mail_choice, of.person),
        }

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:  # noqa: ARG002 - a Keeper's
        mine = select(push_subscription.c.id).where(push_subscription.c.person_id == of.person)
        model.take_devices(tx.connection, list(tx.connection.scalars(mine)))
        for table in (telling, mail_choice):
            tx.connection.execute(delete(table).where(table.c.person_id == of.person))


def _at(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
