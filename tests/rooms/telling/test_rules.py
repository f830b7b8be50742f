"""Where devices may be, which addresses are addresses, and when the next mail goes."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from realtime.refusal import Refusal
from rooms.telling import rules

LONDON = ZoneInfo("Europe/London")


def ms(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=LONDON).timestamp() * 1000)


@pytest.mark.parametrize(
    "url",
    [
        "https://fcm.googleapis.com/fcm/send/abc", "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc", "https://wns2-par02p.notify.windows.com/w/?token=abc",
    ],
)  # fmt: skip
def test_devices_of_the_makers_of_browsers_are_told(url: str) -> None:
    assert rules.may_push_to(url, ())


@pytest.mark.parametrize(
    "url",
    [
        "http://fcm.googleapis.com/fcm/send/abc", "https://fcm.googleapis.com:8443/abc", "https://fcm.googleapis.com",
        "https://evil.example/fcm.googleapis.com", "https://fcm.googleapis.com.evil.example/a",
        "https://xfcm.googleapis.com/a", "https://push.apple.com/a", "https://169.254.169.254/latest",
        "https://localhost/a", "https://u:p@fcm.googleapis.com/a", "https://fcm.googleapis.com/a#b", "ftp://fcm.googleapis.com/a",
        "https://fcm.googleapis.com\\@evil.example/a", "", "x" * 3000,
    ],
)  # fmt: skip
def test_nobody_else_is_asked(url: str) -> None:
    assert not rules.may_push_to(url, ())


def test_a_host_that_the_installation_names_is_asked() -> None:
    assert rules.may_push_to("http://127.0.0.1:9000/a", {"127.0.0.1"})


@pytest.mark.parametrize("said", ["amara@school.example", " a.b+c@x-y.example ", "o'neil@school.example"])
def test_an_address_is_taken_in_its_plain_form(said: str) -> None:
    assert rules.address_of(said) == said.strip()


@pytest.mark.parametrize(
    "said",
    [
        "", "amara", "amara@", "@school.example", "amara@school", "a b@school.example",
        "a@b.example\r\nBcc: c@d.example",
        "Amara <a@school.example>", "a@school.example, b@school.example", "a..b@school.example", ".a@school.example",
        "a@-x.example", "a@school.example\0", "ä@school.example", "a" * 250 + "@school.example", '"a"@school.example',
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(said: str) -> None:
    with pytest.raises(Refusal):
        rules.address_of(said)


@pytest.mark.parametrize("said", ["24", "-1", "", "x", "1.5", "007"])
def test_an_hour_is_one_of_the_day(said: str) -> None:
    with pytest.raises(Refusal):
        rules.hour_of(said)


@pytest.mark.parametrize(
    ("digest", "now", "due"),
    [
        ("daily", "2026-11-24 15:59", "2026-11-24 16:00"),
        ("daily", "2026-11-24 16:00", "2026-11-25 16:00"),
        ("daily", "2027-03-27 17:00", "2027-03-28 16:00"),  # the clocks go forward in between
        ("daily", "2026-10-24 17:00", "2026-10-25 16:00"),  # and back
        ("hourly", "2026-11-24 15:10", "2026-11-24 16:00"),
        ("hourly", "2026-11-24 16:00", "2026-11-24 17:00"),
    ],
)
def test_the_next_mail_goes_at_the_full_hour_or_at_that_of_the_school_s_day(digest: str, now: str, due: str) -> None:
    assert rules.next_digest_ms(digest, 16, "Europe/London", ms(now)) == ms(due)


def test_whoever_wants_none_gets_none() -> None:
    assert rules.next_digest_ms("never", 16, "Europe/London", ms("2026-11-24 16:00")) is None


def test_what_fails_is_tried_again_later_and_later() -> None:
    assert [rules.again_ms(0, tries) for tries in (1, 2, 3, 9)] == [30_000, 120_000, 480_000, rules.LONGEST_WAIT_MS]
