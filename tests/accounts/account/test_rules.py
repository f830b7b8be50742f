"""Devices in plain words."""

import pytest

from accounts.account.rules import Device, device_of

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 {}Safari/537.36"
WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "browser", "system", "kind"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
         "Firefox", "Windows", "desk"),
        (CHROME.format("X11; CrOS x86_64 14541.0.0", ""), "Chrome", "Chromebook", "desk"),
        (CHROME.format("Windows NT 10.0; Win64; x64", "") + " Edg/131.0", "Edge", "Windows", "desk"),
        (CHROME.format("Linux; Android 14; Pixel 8", "Mobile "), "Chrome", "Android", "phone"),
        (CHROME.format("Linux; Android 13; SM-X200", ""), "Chrome", "Android", "tablet"),
        (CHROME.format("Linux; Android 14; SM-A546B", "Mobile ").replace("Chrome", "SamsungBrowser/27.0 Chrome"),
         "Samsung Internet", "Android", "phone"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {WEBKIT} Version/17.5 Mobile/15E148 Safari/604.1",
         "Safari", "iPhone", "phone"),
        (f"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) {WEBKIT} CriOS/131.0 Mobile/15E148 Safari/604.1",
         "Chrome", "iPad", "tablet"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/17.5 Safari/605.1.15",
         "Safari", "Mac", "desk"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox", "Linux", "desk"),
        ("python-httpx/0.28", None, None, "desk"), ("", None, None, "desk"), ("<b>\u202e", None, None, "desk"),
    ],
)  # fmt: skip
def test_a_device_is_named_by_what_its_owner_calls_it(
    user_agent: str, browser: str | None, system: str | None, kind: str
) -> None:
    assert device_of(user_agent) == Device(browser, system, kind)
