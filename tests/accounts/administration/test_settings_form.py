"""What a form may say about the school's settings."""

import pytest
from msgspec import structs

from accounts.administration import settings_form as form
from accounts.settings import SchoolSettings
from realtime.refusal import Refusal


def test_networks_are_kept_in_their_plain_form_and_once() -> None:
    assert form.networks_of("203.0.113.7/24\n 203.0.113.0/24, 2001:DB8::/32") == ("203.0.113.0/24", "2001:db8::/32")
    assert form.networks_of("  \n") == ()


@pytest.mark.parametrize("text", ["school", "300.1.1.1", "10.0.0.0/99", "0.0.0.0/0", "::/0", "1.0.0.0/7"])
def test_what_is_no_schools_network_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        form.networks_of(text)


def test_no_more_networks_than_a_school_has() -> None:
    with pytest.raises(Refusal):
        form.networks_of(" ".join(f"203.0.{n}.0/24" for n in range(21)))


@pytest.mark.parametrize("text", ["", "-1", "ten", "1.5", "٣", "1099", "9" * 30])
def test_what_is_no_number_within_its_bounds_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        form.number_of(text, form.LEAVER_DAYS)


@pytest.mark.parametrize("text", ["0", "365", "1098"])
def test_numbers_within_their_bounds_are_taken(text: str) -> None:
    assert form.number_of(text, form.LEAVER_DAYS) == int(text)


def test_only_staff_are_asked_for_a_second_step() -> None:
    assert form.roles_of(("head", "dsl", "head")) == ("dsl", "head")
    with pytest.raises(Refusal):
        form.roles_of(("learner",))


def test_a_day_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(Refusal):
        form.day_times_of("15:00", "09:00")


def test_the_names_of_changed_fields_and_no_values_are_told() -> None:
    before = SchoolSettings()
    after = structs.replace(before, leaver_days=30, networks=("203.0.113.0/24",))
    assert form.changed_fields(before, after) == ["leaver_days", "networks"]
    assert form.changed_fields(before, before) == []


def test_sites_are_kept_as_their_names_alone() -> None:
    typed = "https://www.bbc.co.uk/news\nen.Wikipedia.org., bbc.co.uk"
    assert form.hosts_of(typed) == ("bbc.co.uk", "en.wikipedia.org")
    assert form.hosts_of(" \n") == ()


@pytest.mark.parametrize(
    "text", ["localhost", "127.0.0.1", "*", "*.uk", "a..b", "bbc.co.uk:80", "[::1]", "a@b.uk", "-a.uk"]
)
def test_what_is_no_site_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        form.hosts_of(text)


def test_no_more_sites_than_somebody_can_look_after() -> None:
    with pytest.raises(Refusal):
        form.hosts_of(" ".join(f"site{n}.uk" for n in range(51)))


def test_videos_come_from_sites_that_can_be_played() -> None:
    assert form.video_sites_of(("youtube", "vimeo", "youtube")) == ("vimeo", "youtube")
    with pytest.raises(Refusal):
        form.video_sites_of(("elsewhere",))
