"""What goes to devices: a kind and a tag, encrypted for the one device, by the guarded way out.

Whoever passes it on learns that something was sent to a browser of this installation, not to whom nor what about.
"""

import asyncio
import base64
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import structlog
from cryptography.hazmat.primitives.serialization import load_der_private_key
from sqlalchemy import Connection, delete, select, update

from rooms.telling import model, rules
from rooms.telling.devices import Device, Devices
from rooms.telling.model import push, push_subscription
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow
from web.outside import Outside, OutsideFault, Terms

AT_ONCE: Final = 8
LIVES_S: Final = 12 * 3600  # how long it is kept for a device that is off
TOKEN_S: Final = 12 * 3600
GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
LATER: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT})
SERVERS_FAULT: Final = 500

log = structlog.get_logger()
Count = Callable[[str, str], None]  # a way, and how it went


class Pushing:
    """Sends what is due. `address`: where this installation is found, for those who pass messages on to complain."""

    def __init__(
        self, database: Database, clock: Clock, devices: Devices, outside: Outside, address: str, count: Count
    ) -> None:
        self._database = database
        self._clock = clock
        self._devices = devices
        self._outside = outside
        self._address = address or "https://localhost"
        self._count = count
        self._key = b""

    async def look(self) -> int:
        """Send everything that is due by now; gives how many that were."""
        due = await self._database.read(model.due_ids, push, "id", self._clock.now_ms(), AT_ONCE)
        if due and not self._key:
            self._key = await self._database.write(self._devices.key)
        return sum(await asyncio.gather(*map(self._one, due)))

    async def _one(self, push_id: str) -> bool:
        row = await self._database.write(claim, push_id, self._clock.now_ms())
        if row is None:
            return False  # another server had it, or it was taken back
        outcome = await self._sent(row)
        self._count("push", outcome)
        await self._database.write(settled, row, outcome, self._clock.now_ms())
        return True

    async def _sent(self, row: AnyRow) -> str:
        """`sent`, `gone` where nobody is any more, `later`, or `failed` for what no trying would change."""
        device = self._devices.opened(row.sealed)
        if device is None or not rules.may_push_to(device.endpoint, self._devices.named):
            return "gone"
        if row.kind == "close" and rules.shows_always(device.endpoint):
            return "sent"  # it would show something, or be taken amiss
        try:
            body, headers = await asyncio.to_thread(
                sealed_for, device, row.kind, row.tag, self._key, self._address, self._clock.now_ms()
            )
            terms = Terms(
                seconds=15, largest=4096, cut=True, any_port=True,
                may_ask=lambda url: rules.may_push_to(url, self._devices.named),
            )  # fmt: skip
            answer = await self._outside.ask("POST", device.endpoint, terms, headers, body)
        except OutsideFault:
            return "later"
        except Exception:
            log.exception("a message could not be made for a device")
            return "gone"  # its keys are none
        return outcome_of(answer.status)


def outcome_of(status: int) -> str:
    if status in GONE:
        return "gone"
    if status in LATER or status >= SERVERS_FAULT:
        return "later"
    return "sent" if status < HTTPStatus.MULTIPLE_CHOICES else "failed"


def claim(tx: Transaction, push_id: str, now_ms: int) -> AnyRow | None:
    """What goes where, if it is still due; it is due again a while later, should this server not come back."""
    found = _held(tx.connection, push_id, now_ms)
    if found is None:
        return None
    values = {"tries": found.tries + 1, "due_ms": rules.again_ms(now_ms, found.tries + 1)}
    tx.connection.execute(update(push).where(push.c.id == push_id).values(values))
    of = push_subscription.c.id == push.c.subscription_id
    chosen = select(push, push_subscription.c.sealed, push_subscription.c.person_id).join(push_subscription, of)
    return tx.connection.execute(chosen.where(push.c.id == push_id)).first()


def _held(connection: Connection, push_id: str, now_ms: int) -> AnyRow | None:
    of = (push.c.id == push_id) & (push.c.due_ms <= now_ms)
    return connection.execute(select(push).where(of).with_for_update(skip_locked=True)).first()


def settled(tx: Transaction, row: AnyRow, outcome: str, now_ms: int) -> None:  # noqa: ARG001 - when it is due stands there
    """How it went. What is to be tried again is left to its time."""
    if outcome == "gone":
        model.take_devices(tx.connection, [row.subscription_id])
    elif outcome != "later" or row.tries >= rules.PUSH_TRIES:
        tx.connection.execute(delete(push).where(push.c.id == row.id))


def sealed_for(
    device: Device, kind: str, tag: str, key: bytes, address: str, now_ms: int
) -> tuple[bytes, Mapping[str, str]]:
    """The message for a device and the headers that go with it. Slow: for a thread."""
    # Only here: they bring two other HTTP clients with them, which nobody needs who sends nothing.
    from py_vapid import Vapid02  # type: ignore[import-untyped]  # noqa: PLC0415
    from pywebpush import WebPusher  # type: ignore[import-untyped]  # noqa: PLC0415

    info: dict[str, Any] = {
        "endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth},
    }  # fmt: skip
    body: bytes = WebPusher(info).encode(msgspec.json.encode({"kind": kind, "tag": tag}))["body"]
    parts = urlsplit(device.endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}", "sub": address, "exp": now_ms // 1000 + TOKEN_S,
    }  # fmt: skip
    signed = Vapid02(private_key=load_der_private_key(key, None), conf={"no-strict": True}).sign(claims)
    return body, {
        **signed, "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream", "TTL": str(LIVES_S),
        "Urgency": "high" if kind == "help" else "normal",
        "Topic": base64.urlsafe_b64encode(tag.encode()).decode().rstrip("="),  # a later one takes its place
    }  # fmt: skip
