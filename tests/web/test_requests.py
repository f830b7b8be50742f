"""Reading what a request brings, and no more of it than is allowed."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from web.requests import LARGEST_BODY, TooLarge, body_of, form_of, local_path, wants_page, whole_number


def request(*parts: bytes, accept: str = "", path: str = "/", asked: list[int] | None = None) -> Request:
    async def stream() -> AsyncIterator[dict[str, object]]:
        for number, part in enumerate(parts):
            if asked is not None:
                asked.append(number)
            yield {"type": "http.request", "body": part, "more_body": number + 1 < len(parts)}

    stream_of = stream()

    async def receive() -> dict[str, object]:
        return await anext(stream_of)

    headers = [(b"accept", accept.encode()), (b"host", b"test")]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b"", "scheme": "http"}
    return Request({**scope, "server": ("test", 80)}, receive)


async def test_a_body_is_read_whole() -> None:
    assert await body_of(request(b"one", b"two", b"")) == b"onetwo"


async def test_a_body_that_is_too_long_is_read_no_further() -> None:
    asked: list[int] = []
    with pytest.raises(TooLarge):
        await body_of(request(*[b"x" * 1000] * 100, asked=asked), limit=5000)
    assert len(asked) == 6


async def test_the_longest_body_just_fits() -> None:
    assert len(await body_of(request(b"x" * LARGEST_BODY))) == LARGEST_BODY
    with pytest.raises(TooLarge):
        await body_of(request(b"x" * LARGEST_BODY, b"x"))


async def test_a_form_is_read_and_the_last_of_a_name_counts() -> None:
    fields = await form_of(request(b"text=a+b%0D%0Ac&empty=&text=%F0%9F%98%80&bad=%ff"))
    assert fields == {"text": "😀", "empty": "", "bad": "\ufffd"}


async def test_a_form_with_too_many_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="fields"):
        await form_of(request(b"&".join(b"a=1" for _ in range(51))))


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/", "/"), ("/rooms/r1?before=5#m1-r1", "/rooms/r1?before=5#m1-r1"), (None, "/"), ("", "/"), ("rooms", "/"),
        ("//evil.example", "/"), ("/\\evil.example", "/"), ("/x\\y", "/"), ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"), ("/x\r\ny", "/"), ("/\t/evil", "/"), ("///x", "/"), ("/\u2028", "/"),
    ],
)  # fmt: skip
def test_one_goes_back_only_to_a_path_of_this_site(path: str | None, back: str) -> None:
    assert local_path(path) == back


@given(st.text(max_size=30))
def test_no_text_leads_elsewhere(path: str) -> None:
    back = local_path(path)
    assert back.startswith("/")
    assert not back.startswith(("//", "/\\"))
    assert back.isprintable()


@pytest.mark.parametrize(
    ("accept", "path", "page"),
    [("text/html,*/*", "/", True), ("*/*", "/", False), ("", "/", False), ("text/html", "/api/v1/me", False)],
)
def test_a_browser_gets_a_page_and_a_program_gets_json(accept: str, path: str, page: bool) -> None:
    assert wants_page(request(accept=accept, path=path)) is page


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("481", 481), ("9" * 15, 10**15 - 1), ("9" * 16, None), ("", None), (None, None), ("-1", None),
     ("1.5", None), (" 1", None), ("\u0663", None), ("\u00b2", None)],
)  # fmt: skip
def test_a_number_is_plain_digits_and_not_too_many(text: str | None, number: int | None) -> None:
    assert whole_number(text) == number
