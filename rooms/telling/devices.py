"""The browsers that wish to be told: kept sealed, each for as long as its person is signed in there."""

import hashlib
from collections.abc import Collection
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from sqlalchemy import select

from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms.telling import model, rules
from rooms.telling.allowing import may_be_told
from rooms.telling.model import push_subscription
from storage import installation
from storage.database import Transaction
from storage.ids import new_id
from storage.sealing import Sealer

KEY: Final = "web_push_key"  # in the table of the installation

NOT_HERE: Final = "Your school does not have devices say that there is a new sticky."


class Device(msgspec.Struct, frozen=True):
    """Where a browser is told, and by which keys it reads what it is told; base64url, as browsers give them."""

    endpoint: str
    p256dh: str
    auth: str


class Devices:
    """`named`: hosts besides those of the makers of browsers."""

    def __init__(self, secret: bytes, named: Collection[str]) -> None:
        self.named = frozenset(named)
        self._sealer = Sealer(secret, "web push")

    def key(self, tx: Transaction) -> bytes:
        """The installation's own key (DER), by which those who pass messages on know it; made when first needed."""
        kept = installation.read(tx.connection, KEY)
        try:
            return _bytes(self._sealer.open(kept if kept is not None else self._make(tx)))
        except ValueError:  # sealed with an earlier secret: devices have to be subscribed anew
            made = self._new_key()
            installation.write(tx, KEY, made)
            return _bytes(self._sealer.open(made))

    def _make(self, tx: Transaction) -> str:
        return installation.write_once(tx, KEY, self._new_key())

    def _new_key(self) -> str:
        made = generate_private_key(SECP256R1())
        return self._sealer.seal(made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()).hex())

    def add(self, tx: Transaction, actor: Actor, said: Device, name: str, now_ms: int) -> str:
        """Tell this browser from now on; gives its id. Whose browser it was before is told there no more."""
        rules.check_device(said.endpoint, said.p256dh, said.auth, self.named)
        if not may_be_told(tx.connection, actor.person, "push", now_ms):
            raise Refusal("forbidden", NOT_HERE)
        self.remove(tx, said.endpoint)
        made = new_id("w")
        tx.connection.execute(
            push_subscription.insert().values(
                id=made, person_id=actor.person, session_id=actor.session, mark=mark_of(said.endpoint),
                sealed=self._sealer.seal(msgspec.json.encode(said).decode()), device=name[:200], made_ms=now_ms,
            )
        )  # fmt: skip
        of = select(push_subscription.c.id).where(push_subscription.c.person_id == actor.person)
        every = tx.connection.scalars(of.order_by(push_subscription.c.made_ms.desc(), push_subscription.c.id)).all()
        model.take_devices(tx.connection, [each for each in every if each != made][rules.MOST_DEVICES - 1 :])
        return made

    def remove(self, tx: Transaction, endpoint: str, person: str | None = None) -> None:
        """Tell this browser no more; of whom, if only one person's."""
        of = push_subscription.c.mark == mark_of(endpoint)
        if person is not None:
            of &= push_subscription.c.person_id == person
        model.take_devices(tx.connection, list(tx.connection.scalars(select(push_subscription.c.id).where(of))))

    def opened(self, sealed: str) -> Device | None:
        """None where it was sealed with another secret."""
        try:
            return msgspec.json.decode(self._sealer.open(sealed), type=Device)
        except (ValueError, msgspec.MsgspecError):
            return None


def mark_of(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def public_part(key: bytes) -> bytes:
    """What a browser needs of the key, to be told by nobody else: a point, uncompressed."""
    found: Any = load_der_private_key(key, None)
    public: EllipticCurvePublicKey = found.public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text)
