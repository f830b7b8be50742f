"""Reading what a request brings, no more of it than is allowed."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

LARGEST_BODY: Final = 128 * 1024  # bytes; percent-encoding trebles some texts
MOST_FIELDS: Final = 50


class TooLarge(Exception):  # noqa: N818
    """The body is longer than LARGEST_BODY."""


def whole_number(text: str | None, digits: int = 15) -> int | None:
    """A number as somebody sent it, in plain digits and not too many of them; None for anything else."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


async def body_of(request: Request, limit: int = LARGEST_BODY) -> bytes:
    """The request's body; TooLarge as soon as it is longer than `limit` bytes."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a URL-encoded form; the last of a name counts. ValueError if there are too many."""
    body = await body_of(request)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))


def wants_page(request: Request) -> bool:
    """Whether the asker is a browser that shows what it gets."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def local_path(path: str | None) -> str:
    """A path of this site to go back to, or the front door: never another site."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
        return "/"
    return path if path.isprintable() else "/"
