"""A form that brings a file: its fields, its file, and no byte more than is allowed."""

from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request

from web import uploads
from web.requests import TooLarge
from web.uploads import Upload, upload_of

BOUNDARY = b"--x\r\n"
FIELD = BOUNDARY + b'Content-Disposition: form-data; name="csrf"\r\n\r\nto\0ken\r\n'
FILE = BOUNDARY + b'Content-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'
END = b"\r\n--x--\r\n"


def request(*parts: bytes, kind: str = "multipart/form-data; boundary=x") -> Request:
    waiting: AsyncIterator[bytes] = _each(parts)

    async def receive() -> dict[str, object]:
        part = await anext(waiting, None)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}
    return Request(scope, receive)


async def _each(parts: tuple[bytes, ...]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_fields_and_file_are_read_in_whatever_pieces_they_come() -> None:
    whole = FIELD + FILE + b"id,role\r\n1,head" + END
    wanted = Upload({"csrf": "token"}, "people.csv", b"id,role\r\n1,head")
    assert await upload_of(request(whole), 100) == wanted
    assert await upload_of(request(*(whole[place : place + 7] for place in range(0, len(whole), 7))), 100) == wanted


async def test_a_form_without_a_file_has_none() -> None:
    assert await upload_of(request(FIELD + b"--x--\r\n"), 100) == Upload({"csrf": "token"}, "", b"")


@pytest.mark.parametrize("size", [101, uploads.OVERHEAD + 200])
async def test_a_file_that_is_too_large_is_refused(size: int) -> None:
    with pytest.raises(TooLarge):
        await upload_of(request(FIELD + FILE, b"x" * size, END), 100)


async def test_a_stream_that_never_ends_is_read_no_further_than_allowed() -> None:
    read = 0

    async def receive() -> dict[str, object]:
        nonlocal read
        read += 1000
        return {"type": "http.request", "body": FILE if read == 1000 else b"x" * 1000, "more_body": True}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"multipart/form-data; boundary=x")]}
    with pytest.raises(TooLarge):
        await upload_of(Request(scope, receive), 10_000)
    assert read < 10_000 + uploads.OVERHEAD + 3000


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", FIELD + END), ("multipart/form-data; boundary=x", b"nonsense"),
        ("multipart/form-data; boundary=x", (FIELD * (uploads.MOST_FIELDS + 1)) + END),
        ("multipart/form-data; boundary=x", FILE + b"1\r\n" + FILE + b"2" + END),
    ],
)  # fmt: skip
async def test_what_is_no_such_form_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        await upload_of(request(body, kind=kind), 100)
