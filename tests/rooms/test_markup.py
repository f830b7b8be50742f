"""Marked-up text: what is rendered, what stays as it is, and that nothing hostile gets through or takes long."""

import re

import pytest

from rooms.markup import called_on, linked, renamed, rendered, words

NOBODY: dict[str, str] = {}
KNOWN = {"p1": "Amara Okafor"}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**now** and _then_", "<strong>now</strong> and <em>then</em>"),
        ("~~gone~~ `x < y`", "<s>gone</s> <code>x &lt; y</code>"),
        ("- milk\n- bread", '<li dir="auto">milk</li>'),
        ("2. second", '<ol dir="auto" start="2">'),
        ("> said\nshe", '<blockquote dir="auto">\n<p dir="auto">said<br>\nshe</p>'),
        ("```\nfor each:\n  go\n```", '<pre dir="auto"><code>for each:\n  go\n</code></pre>'),
        ("@[Amara](p1)!", '<span class="mention" data-who="p1">@Amara Okafor</span>!'),
        ("**see** https://a.org/b_c_d.", 'href="https://a.org/b_c_d" rel="noopener noreferrer nofollow"'),
    ],
)
def test_marks_are_rendered(text: str, html: str) -> None:
    assert html in (rendered(text, KNOWN) or "")


@pytest.mark.parametrize(
    "text",
    [
        "Good morning",
        "2*3*4 = 24",
        "my_file_name",
        "see https://a.org/_x_",
        "-5 degrees",
        "# of people",
        "a > b",
        "~ten",
    ],
)
def test_plain_words_have_no_html(text: str) -> None:
    assert rendered(text, NOBODY) is None


@pytest.mark.parametrize(
    "text",
    [
        "**x** <script>alert(1)</script>", "*x* <img src=x onerror=alert(1)>", "**a** [b](javascript:alert(1))",
        "_x_ ![a](https://a.org/b.png)", "**x** javascript://a%0aalert(1)", '*x* https://a.org/"onmouseover="x',
        "@[<b onclick=x>](p1) @[x](p9)", "```<script>\nx\n```", "**x** &lt;script&gt;",
    ],
)  # fmt: skip
def test_no_more_than_a_few_tags_come_out_whatever_goes_in(text: str) -> None:
    html = rendered(text, KNOWN) or ""
    tags = set(re.findall(r"<([^ >/]+)", html))
    assert tags <= {"p", "strong", "em", "a", "span", "pre", "code", "br"}
    assert all(link.startswith("https://") for link in re.findall(r'href="([^"]*)"', html))
    assert not re.search(r"<[^>]*\son", html)


@pytest.mark.parametrize("text", ["> " * 300 + "deep", "- " * 300 + "deep", "  - a\n    > b\n" * 300, "1. " * 400])
def test_what_is_deep_or_endless_is_shown_as_it_was_written(text: str) -> None:
    assert rendered(text, NOBODY) is None


@pytest.mark.parametrize("unit", ["*", "_", "`", "> ", "- a\n", "*a **b ", "@[", "~~", "[", "\\", "*_", "`a", "**x** "])
def test_eight_thousand_hostile_characters_make_no_more_than_some_html(unit: str) -> None:
    html = rendered((unit * 8000)[:8000], NOBODY)
    assert html is None or len(html) < 20_000


def test_no_word_is_lost() -> None:
    text = "**one** two\n\n- three\n- four\n\n> five `six`"
    assert re.findall(r"\w+", words(text, rendered(text, NOBODY))) == ["one", "two", "three", "four", "five", "six"]


def test_a_call_on_somebody_unknown_is_their_name_and_no_more() -> None:
    assert renamed("@[Zed](p9) and @[A](p1)", KNOWN) == "@Zed and @[Amara Okafor](p1)"
    assert called_on("@[Zed](p9) @[x](room)") == {"p9": "Zed", "room": "x"}


def test_addresses_are_links_without_marks_and_show_where_they_lead() -> None:
    assert linked("no address") is None
    html = linked('<b> https://a.org/?a=1&b="2"') or ""
    assert html.startswith('&lt;b&gt; <a href="https://a.org/?a=1&amp;b="')
    assert ">https://a.org/?a=1&amp;b=</a>" in html
