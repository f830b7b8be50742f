"""When somebody is told, where their devices may be, and which addresses are addresses. Pure."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from realtime.refusal import Refusal
from web.addresses import split

GRACE_MS: Final = 5_000  # whoever has the thread open reads it within this, and is not told
PUSH_TRIES: Final = 5
MAIL_TRIES: Final = 4
VERIFY_MS: Final = 3 * 24 * 3600 * 1000  # how long the link works that asks for an address
MOST_DEVICES: Final = 10
MOST_BOUNCES: Final = 3
LONGEST_WAIT_MS: Final = 6 * 3600 * 1000
HOUR_MS: Final = 3600 * 1000
LONGEST_ADDRESS: Final = 254  # characters, as mail has it

Digest = Literal["never", "daily", "hourly"]
DIGESTS: Final[tuple[str, ...]] = get_args(Digest)

# Of the makers of browsers; whatever else a page names is not asked. With a dot before: all that is below.
PUSH_HOSTS: Final = (
    "fcm.googleapis.com", "jmt17.google.com", ".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com",
)  # fmt: skip
# Where a message that shows nothing costs the device its subscription.
ALWAYS_SHOWN: Final = (".push.apple.com",)

_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{86,88}={0,2}")
_AUTH: Final = re.compile(r"[A-Za-z0-9_-]{22}={0,2}")


def may_push_to(url: str, named: Collection[str]) -> bool:
    """Whether that is the address of a device at a maker of browsers, or at one of the hosts that we are `named`."""
    parts = split(url)
    if parts is None or parts.hostname is None or parts.path in ("", "/"):
        return False
    if parts.hostname in named:
        return True
    return parts.scheme == "https" and parts.port in (None, 443) and _is_of(parts.hostname, PUSH_HOSTS)


def shows_always(url: str) -> bool:
    parts = split(url)
    return parts is not None and parts.hostname is not None and _is_of(parts.hostname, ALWAYS_SHOWN)


def _is_of(host: str, hosts: Collection[str]) -> bool:
    return any(host.endswith(each) if each.startswith(".") else host == each for each in hosts)


def check_device(url: str, key: str, auth: str, named: Collection[str]) -> None:
    """Refusal `bad_request` for what no browser of a known maker says."""
    if not may_push_to(url, named) or not _KEY.fullmatch(key) or not _AUTH.fullmatch(auth):
        raise Refusal("bad_request", "This browser's way of being told is not known here.")


def address_of(said: str) -> str:
    """A mail address in its plain form, without names or comments; Refusal `bad_request` for anything else."""
    address = said.strip()
    local = address.partition("@")[0]
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if len(address) > LONGEST_ADDRESS or dots or not _ADDRESS.fullmatch(address):
        raise Refusal("bad_request", "An e-mail address looks like name@example.org.")
    return address


def digest_of(said: str) -> Digest:
    for each in get_args(Digest):
        if said == each:
            found: Digest = each
            return found
    raise Refusal("bad_request")


def hour_of(said: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", said) or int(said) > 23:  # noqa: PLR2004 - the hours of a day
        raise Refusal("bad_request", "Choose an hour of the day.")
    return int(said)


def next_digest_ms(digest: str, hour: int, zone: str, now_ms: int) -> int | None:
    """When the next one goes: at the full hour, or at that hour of the school's day; none for those who want none."""
    if digest == "hourly":
        return (now_ms // HOUR_MS + 1) * HOUR_MS
    if digest != "daily":
        return None
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    wanted = now.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    if int(wanted.timestamp() * 1000) <= now_ms:
        wanted = (wanted + timedelta(days=1)).replace(fold=0)
    return int(wanted.timestamp() * 1000)


def again_ms(now_ms: int, tries: int) -> int:
    """After so many tries: 30 seconds, two minutes, eight, and so on."""
    return now_ms + min(30_000 * int(4 ** max(0, tries - 1)), LONGEST_WAIT_MS)
