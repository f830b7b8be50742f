"""How what comes from outside is made harmless."""

import pytest

from realtime.refusal import Refusal
from rooms.embeds.rules import (
    EVERY_MS,
    LONGEST_WAIT_MS,
    SPREAD_MS,
    Entry,
    due_again_ms,
    feed_address,
    first_link,
    has_news,
    is_of,
    newest,
    plain,
    site_of,
    tidy,
    web_address,
)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("<b>Snow</b> today", "Snow today"),
        ("<p>One</p><p>Two</p>Three<br>Four", "One Two Three Four"),
        ("a<script>alert(1)</script>b", "ab"),
        ("a<style>p{}</style>b<iframe src=x>c</iframe>", "abc"),
        ('<img src=x onerror="alert(1)">Hello', "Hello"),
        ("Fish &amp; chips &lt;b&gt;", "Fish & chips <b>"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<p><", "<"), ("", ""), ("5 < 6 > 4", "5 < 6 > 4"),
        ("<svg><script>x</script></svg>y", "y"),
        ("\x00a\x1fb\n\n c", "ab c"),
        ("&#xD800;x&#0;y", "\ufffdx\ufffdy"),
    ],
)  # fmt: skip
def test_html_is_made_text(given: str, said: str) -> None:
    assert plain(given, 100) == said


def test_what_turns_text_around_or_hides_in_it_is_gone() -> None:
    assert tidy("invoice\u202efdp.exe\u2066 a\u2069\u200b\ufeff\u200e", 100) == "invoicefdp.exe a"
    assert tidy("می\u200cخواهم", 100) == "می\u200cخواهم"  # joiners are part of how Persian is written


def test_text_has_an_end() -> None:
    assert tidy("word " * 100, 20) == "word word word word…"
    assert len(plain("<b>" * 100_000 + "x" * 100_000, 300)) <= 300


@pytest.mark.parametrize("given", ["\ud800", "a\udfff"])
def test_half_a_character_can_be_kept(given: str) -> None:
    assert tidy(given, 10).encode()


@pytest.mark.parametrize(
    ("given", "base", "url"),
    [
        ("https://a.example/x#y", "", "https://a.example/x"),
        ("/x", "https://a.example/b/c", "https://a.example/x"),
        ("https://exämple.example/ü", "", "https://xn--exmple-cua.example/%C3%BC"),
        ("javascript:alert(1)", "https://a.example/", None), ("data:text/html,x", "", None),
        ("https://a@b.example/", "", None), ("//", "https://a.example/", "https://a.example/"), ("https://[", "", None),
        ("https://a.example:99999/", "", None),
    ],
)  # fmt: skip
def test_an_address_is_a_web_address_or_none(given: str, base: str, url: str | None) -> None:
    assert web_address(given, base) == url


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        (" https://a.example/rss ", "https://a.example/rss"), ("a.example/rss", "https://a.example/rss"),
        ("feed://a.example/rss", "https://a.example/rss"), ("feed:https://a.example/rss", "https://a.example/rss"),
        ("ftp://a.example/", None), ("", None), ("localhost", None), ("http://", None), ("nonsense", None),
    ],
)  # fmt: skip
def test_the_address_of_a_feed_is_what_people_type(typed: str, url: str | None) -> None:
    if url is None:
        with pytest.raises(Refusal, match="bad_request"):
            feed_address(typed)
    else:
        assert feed_address(typed) == url


def test_a_site_is_its_name_without_the_web() -> None:
    assert site_of("https://www.bbc.co.uk/news?x") == "bbc.co.uk"


@pytest.mark.parametrize(
    ("url", "of"),
    [
        ("https://bbc.co.uk/", True), ("https://www.bbc.co.uk/news", True), ("https://bbc.co.uk.evil.example/", False),
        ("https://evilbbc.co.uk/", False), ("https://BBC.co.uk/", True), ("https://evil.example/bbc.co.uk", False),
        ("https://bbc.co.uk@evil.example/", False), ("https://bbc.co.uk./", True), ("http://127.0.0.1/", False),
    ],
)  # fmt: skip
def test_a_host_is_itself_and_what_is_below_it(url: str, of: bool) -> None:
    assert is_of(url, ("bbc.co.uk",)) is of


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("See https://bbc.co.uk/a.", "https://bbc.co.uk/a"),
        ("Not http://127.0.0.1/ but (https://bbc.co.uk/b)!", "https://bbc.co.uk/b"),
        ("[words](https://bbc.co.uk/c)", "https://bbc.co.uk/c"), ("<https://bbc.co.uk/d>", "https://bbc.co.uk/d"),
        ("https://evil.example/?u=https://bbc.co.uk/", None), ("bbc.co.uk", None), ("", None),
        ("https://evil.example/ " * 30 + "https://bbc.co.uk/", None),
    ],
)  # fmt: skip
def test_the_first_link_of_a_host_is_found(text: str, url: str | None) -> None:
    assert first_link(text, ("bbc.co.uk",)) == url


def test_a_feed_that_fails_is_asked_ever_more_seldom() -> None:
    waits = [due_again_ms("n1", 0, failures) for failures in range(12)]
    assert EVERY_MS <= waits[0] < EVERY_MS + SPREAD_MS
    assert waits[1] - waits[0] == EVERY_MS
    assert waits == sorted(waits)
    assert waits[-1] < LONGEST_WAIT_MS + SPREAD_MS


def test_the_newest_come_first_and_no_more_than_five() -> None:
    entries = [Entry(str(n), f"News {n}", at_ms=n) for n in range(1, 8)]
    assert [each.at_ms for each in newest(entries, 100)] == [7, 6, 5, 4, 3]
    undated = [*entries[:2], Entry("x", "Undated"), Entry("y", "")]
    assert [each.key for each in newest(undated, 100)] == ["1", "2", "x"]


def test_news_from_the_future_does_not_stay_on_top_of_itself() -> None:
    entries = [Entry("a", "Soon", at_ms=500), Entry("b", "Now", at_ms=100)]
    assert [each.key for each in newest(entries, 100)] == ["a", "b"]


def test_news_is_what_was_not_there() -> None:
    old, new = Entry("a", "A"), Entry("b", "B")
    assert has_news([old], [new, old])
    assert not has_news([old, new], [new])
    assert not has_news([old], [Entry("a", "A, corrected")])
