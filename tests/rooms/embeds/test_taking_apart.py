"""What feeds and pages are found to say."""

from pathlib import Path

import pytest

from rooms.embeds.taking_apart import feed, page

URL = "https://news.example/feed"
ATOM = "http://www.w3.org/2005/Atom"


def rss(*items: str, title: str = "School news") -> bytes:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{inner}</channel></rss>'.encode()


def test_a_feed_says_its_title_and_its_entries() -> None:
    found = feed(
        rss(
            "<title>Snow</title><link>/snow</link><guid>1</guid><description>&lt;p&gt;It &lt;b&gt;snows&lt;/b&gt;."
            "</description><pubDate>Fri, 20 Nov 2026 07:50:00 GMT</pubDate>"
        ),
        "application/rss+xml", URL,
    )  # fmt: skip
    assert found == {
        "title": "School news",
        "entries": [
            {"key": "1", "title": "Snow", "text": "It snows.",
             "url": "https://news.example/snow", "at_ms": 1795161000000},
        ],
    }  # fmt: skip


def test_atom_is_understood_too() -> None:
    found = feed(
        f'<feed xmlns="{ATOM}"><title>A</title><entry><id>i</id><title type="html">&lt;i&gt;B&lt;/i&gt;</title>'
        '<link href="https://b.example/"/><updated>2026-11-20T00:00:00Z</updated><content>C</content></entry></feed>'.encode(),
        "application/atom+xml", URL,
    )  # fmt: skip
    assert [(each["title"], each["text"], each["url"]) for each in found["entries"]] == [
        ("B", "C", "https://b.example/")
    ]


def test_a_feed_with_script_says_only_words() -> None:
    bad = "&lt;script&gt;alert(1)&lt;/script&gt;"
    found = feed(
        rss(
            f"<title>{bad}T</title><link>javascript:alert(1)</link><guid>{bad}</guid>"
            f"<description>{bad}<![CDATA[<img src=x onerror=alert(2)>D\u202e]]></description>",
            title=f"{bad}<![CDATA[<svg onload=alert(3)>]]>School",
        ),
        "text/xml", URL,
    )  # fmt: skip
    [entry] = found["entries"]
    assert (found["title"], entry["title"], entry["text"], entry["url"]) == ("School", "T", "D", None)


def test_no_file_is_opened_for_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(rss("<title>Secret</title>"))
    assert feed(str(secret).encode(), "text/xml", URL) == {}
    reference = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'.encode()
    found = feed(reference + rss("<title>a&x;b</title>").partition(b"?>")[2], "text/xml", URL)
    assert "Secret" not in str(found)


@pytest.mark.parametrize("content", [b"", b"<html><body>Hello", b"\x00\xff" * 100, b"{}", b"<a>" * 2_000])
def test_what_is_no_feed_is_none(content: bytes) -> None:
    assert feed(content, "text/xml", URL) == {}


@pytest.mark.parametrize("date", ["0000-00-00", "Fri, 20 Nov 99999 07:50:00 GMT", "soon"])
def test_a_strange_date_is_none(date: str) -> None:
    [entry] = feed(rss(f"<title>T</title><pubDate>{date}</pubDate>"), "text/xml", URL)["entries"]
    assert entry["at_ms"] is None


def test_fields_have_an_end() -> None:
    [entry] = feed(rss(f"<title>{'t' * 9999}</title><description>{'d' * 9999}</description>"), "text/xml", URL)[
        "entries"
    ]
    assert (len(entry["title"]), len(entry["text"])) == (200, 300)


def test_a_page_says_what_it_is_called() -> None:
    content = """<html><head><title>Title &amp; more</title><meta name="description" content="Words &quot;here&quot;">
        <meta property="og:title" content="Better title"></head><body><title>Other</title>"""
    assert page(content.encode(), "text/html", URL) == {"title": "Better title", "text": 'Words "here"', "feed": None}
    assert page(b"<title>Only\n this</title>", "text/html", URL) == {"title": "Only this", "text": "", "feed": None}


def test_a_page_s_words_are_text() -> None:
    content = (
        b"""<title><script>alert(1)</script>T</title><meta name=description content="<b onclick=x>D</b>&#x202e;">"""
    )
    found = page(content, "text/html", URL)
    assert found["text"] == "D"
    assert found["title"] in ("T", "")  # as the age of Python has it


def test_only_the_head_counts() -> None:
    content = b'<head></head><body><meta property="og:title" content="Written by a reader"><title>Also</title>'
    assert page(content, "text/html", URL) == {"title": "", "text": "", "feed": None}


def test_a_page_says_where_its_feed_is() -> None:
    links = (
        '<link rel=stylesheet href=/a.css><link rel="alternate" type="application/json" href="/j">'
        '<link rel="Alternate home" type="application/rss+xml" href="/rss"><link rel=alternate>'
    )
    assert page(f"<head>{links}</head>".encode(), "text/html", URL)["feed"] == "https://news.example/rss"
    bad = '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">'
    assert page(bad.encode(), "text/html", URL)["feed"] is None


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("<title>Übung</title>".encode("iso-8859-1"), "text/html; charset=ISO-8859-1"),
        ('<meta charset="windows-1252"><title>Übung</title>'.encode("cp1252"), "text/html"),
        ("<title>Übung</title>".encode(), "text/html"), ("<title>Übung</title>".encode(), "text/html; charset=idna"),
    ],
)  # fmt: skip
def test_a_page_is_read_in_its_own_coding(content: bytes, kind: str) -> None:
    assert page(content, kind, URL)["title"] == "Übung"
