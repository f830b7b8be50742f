"""What the API says of files."""

from typing import Final

from msgspec import UNSET, Struct, UnsetType

from web.openapi import Operation, Parameter


class FileState(Struct):
    """A file. While it arrives: `received` bytes of `size`. Once it was checked: its kind and what it shows.

    `kind` is picture, document, audio, video or voice; `width` and `height` are those of a picture, in pixels, and
    `length_ms` is how long a sound is, where that is known.
    """

    id: str
    name: str
    size: int
    received: int | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    alt: str | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    length_ms: int | UnsetType = UNSET


class ShelfItem(Struct):
    """A folder, a file or a link on a room's shelf. Its address stays when its `file` changes."""

    id: str
    kind: str
    title: str
    at: str
    by: str
    folder: str | UnsetType = UNSET
    link: str | UnsetType = UNSET
    file: FileState | UnsetType = UNSET
    version: int | UnsetType = UNSET


class Shelf(Struct):
    """What lies in a folder of a room's shelf, or what was found on all of it."""

    room: str
    items: list[ShelfItem]


_FILE: Final = Parameter("file", {"type": "string"}, "The file's id, from begin_upload.", place="path")
_ROOM: Final = Parameter("room", {"type": "string"}, "The room's id.", place="path")
_FOLDER: Final = Parameter("folder", {"type": "string"}, "The folder's id; without it, the shelf itself.")
_FIND: Final = Parameter("find", {"type": "string"}, "Part of a name; looks through all folders.")
_OFFSET: Final = Parameter(
    "Upload-Offset", {"type": "integer", "minimum": 0}, "Where in the file these bytes belong.", place="header",
    required=True,
)  # fmt: skip
_REFUSALS: Final = (400, 401, 403, 404, 409, 413, 429, 503)

OPERATIONS: Final = (
    Operation("GET", "/api/v1/files/{file}", "A file of mine, or one that I may see", FileState, parameters=[_FILE]),
    Operation(
        "PATCH", "/api/v1/files/{file}", "Bring a part of a file", FileState, parameters=[_FILE, _OFFSET],
        refusals=_REFUSALS,
    ),
    Operation(
        "POST", "/api/v1/files/{file}/finish", "Have a file checked that has arrived", FileState, parameters=[_FILE],
        refusals=_REFUSALS,
    ),
    Operation("DELETE", "/api/v1/files/{file}", "Give up a file that nothing uses", None, 204, parameters=[_FILE]),
    Operation(
        "GET", "/api/v1/rooms/{room}/shelf", "The shelf of a room", Shelf, parameters=[_ROOM, _FOLDER, _FIND]
    ),
)  # fmt: skip
