"""What a device is called in plain words. Pure."""

from dataclasses import dataclass
from typing import Final

# The first mark that is found names it: many browsers also carry the names of others.
_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Chromium", "Chromium"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"), ("Windows", "Windows"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Device:
    """Names of products, the same in all languages; None where the device does not tell. `kind` is for an icon."""

    browser: str | None
    system: str | None
    kind: str


def device_of(user_agent: str) -> Device:
    """`"Mozilla/5.0 (Windows NT 10.0; …) … Firefox/128.0"` → Firefox on Windows, a desk."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return Device(browser, system, _kind(user_agent, system))


def _kind(user_agent: str, system: str | None) -> str:
    if system == "iPad" or (system == "Android" and "Mobile" not in user_agent):
        return "tablet"
    return "phone" if system in ("iPhone", "Android") else "desk"
