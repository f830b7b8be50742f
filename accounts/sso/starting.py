"""What a browser carries while its person is at the provider's: sealed, for ten minutes, good for one return."""

import hashlib
import secrets
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy import delete, text

from accounts.sso.faults import STALE
from accounts.sso.model import used_sign_on
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.sealing import Sealer

COOKIE: Final = "corridor_sign_on"
LIFETIME_S: Final = 600
PURPOSE: Final = "a sign-in on its way"
LONGEST_COOKIE: Final = 4096


class Start(Struct, frozen=True, forbid_unknown_fields=True):
    """A sign-in that was sent to a provider. `verifier` is RFC 7636's; `back`: a path of this site."""

    school: str  # its id
    issuer: str
    client_id: str
    redirect: str
    back: str
    begun_ms: int
    state: str
    nonce: str
    verifier: str


def begun(school_id: str, issuer: str, client_id: str, redirect: str, back: str, now_ms: int) -> Start:
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Start(school_id, issuer, client_id, redirect, back, now_ms, state, nonce, verifier)


def cookie_of(start: Start, seal: Sealer) -> str:
    return seal.seal(msgspec.json.encode(start).decode())


def read(cookie: str | None, seal: Sealer, now_ms: int) -> Start:
    """Refusal if it is none of ours, or too old."""
    try:
        start = msgspec.json.decode(seal.open((cookie or "")[:LONGEST_COOKIE]), type=Start)
    except (ValueError, msgspec.DecodeError):
        raise Refusal("bad_request", STALE) from None
    if not 0 <= now_ms - start.begun_ms <= LIFETIME_S * 1000:
        raise Refusal("bad_request", STALE)
    return start


# One statement: of two returns at the same moment, on two servers, only one inserts.
_use: Final = text("INSERT INTO used_sign_on (state_hash, used_ms) VALUES (:state, :now) ON CONFLICT DO NOTHING")


def use(tx: Transaction, state: str, now_ms: int) -> bool:
    """Whether this is the first return; no other will be."""
    used = tx.connection.execute(_use, {"state": hashlib.sha256(state.encode()).hexdigest(), "now": now_ms})
    # What is older than any cookie, and as much again for the clocks of other servers.
    tx.connection.execute(delete(used_sign_on).where(used_sign_on.c.used_ms < now_ms - 2 * LIFETIME_S * 1000))
    return used.rowcount == 1
