"""When a message may be left to go, and how a moment is written."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from realtime.refusal import Refusal

SOONEST: Final = timedelta(minutes=1)
LATEST: Final = timedelta(days=366)
MOST_DRAFTS: Final = 200  # of one person
MOST_SCHEDULED: Final = 50
MOST_LEFT: Final = 12  # of these, to go when it opens
MOST_LEFT_IN_ROOM: Final = 3
LOOK_AGAIN_MS: Final = 60_000  # at what waits for the end of a pause, should nobody say when that is

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


def moment_of(at: str, now_ms: int, zone: str) -> int:
    """The milliseconds of `2026-11-23T07:30` on the school's clock; Refusal `bad_request` says what cannot be."""
    try:
        wanted = datetime.fromisoformat(at)
    except ValueError:
        raise Refusal("bad_request", "Please choose a day and a time.") from None
    wanted = wanted.replace(tzinfo=ZoneInfo(zone))
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    if wanted < now + SOONEST:
        raise Refusal("bad_request", "Choose a time that is at least a minute away.")
    if wanted > now + LATEST:
        raise Refusal("bad_request", "Choose a time within a year.")
    return int(wanted.timestamp() * 1000)


def written(at_ms: int, zone: str) -> str:
    """The moment as a form has it: `2026-11-23T07:30`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def tomorrow_morning(now_ms: int, zone: str) -> str:
    """What the form suggests: half past seven on the next day."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    return (now + timedelta(days=1)).strftime("%Y-%m-%dT07:30")


def scheduled_id(person: str, key: str) -> str:
    """The id of what a person schedules with this key: the same one when it is asked for twice."""
    digest = hashlib.blake2b(f"{person}:{key}".encode(), digest_size=10).digest()
    bits = int.from_bytes(digest)
    return "w" + "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(16))
