"""A form that brings a file, read no further than it may be large."""

from collections.abc import AsyncGenerator
from typing import Final

from msgspec import Struct
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from web.requests import TooLarge

LARGEST_FIELD: Final = 10_000  # bytes
MOST_FIELDS: Final = 10
OVERHEAD: Final = 64 * 1024  # bytes of boundaries and fields beside the file


class Upload(Struct, frozen=True):
    """The fields of a form, and its file's name and content; no file: two empty ones."""

    fields: dict[str, str]
    name: str
    content: bytes


async def upload_of(request: Request, limit: int) -> Upload:
    """TooLarge as soon as it is longer than `limit` bytes; ValueError if it is no such form."""
    parser = MultiPartParser(
        request.headers, _bounded(request, limit + OVERHEAD), max_files=1, max_fields=MOST_FIELDS,
        max_part_size=LARGEST_FIELD,
    )  # fmt: skip
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise ValueError(str(error)) from None
    fields = {name: value.replace("\0", "") for name, value in form.items() if isinstance(value, str)}
    file = next((value for value in form.values() if isinstance(value, UploadFile)), None)
    if file is None:
        return Upload(fields, "", b"")
    try:
        content = await file.read(limit + 1)
    finally:
        await form.close()
    if len(content) > limit:
        raise TooLarge
    return Upload(fields, (file.filename or "")[:200], content)


async def _bounded(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge
        yield part
