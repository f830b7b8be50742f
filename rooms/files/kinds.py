"""What a file is, by what is in it and never by its name. Pure: works on an open file and raises Unwelcome.

What looks like two things at once is taken for the more dangerous one.
"""

import re
from dataclasses import dataclass
from typing import BinaryIO, Final

import puremagic

from rooms.files import archives, media

HEAD: Final = 64 * 1024
_MARKUP: Final = re.compile(rb"<(script|html|iframe|\?php|!doctype\s+html)[\s>/]", re.IGNORECASE)
_BEGINS_AS_PAGE: Final = re.compile(
    rb"\s*<(\?xml|!doctype|!--|html|head|body|svg|script|iframe|math|[a-z]+:)", re.IGNORECASE
)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_PROGRAMS: Final = (
    b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe", b"dex\n", b"\x00asm", b"L\x00\x00\x00\x01\x14\x02\x00",
)  # fmt: skip
_PACKED: Final = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"MSCF")
_OTHER_PICTURES: Final = (b"II*\x00", b"MM\x00*", b"BM", b"\x00\x00\x00\x0cjP  ", b"8BPS", b"\x00\x00\x01\x00")


@dataclass(frozen=True)
class Type:
    """A kind of file that is welcome. The first extension is the one that it is given."""

    kind: str
    media_type: str
    extensions: tuple[str, ...]


JPEG: Final = Type("picture", "image/jpeg", ("jpg", "jpeg"))
PNG: Final = Type("picture", "image/png", ("png",))
GIF: Final = Type("picture", "image/gif", ("gif",))
WEBP: Final = Type("picture", "image/webp", ("webp",))
PDF: Final = Type("document", "application/pdf", ("pdf",))
TEXT: Final = Type("document", "text/plain", ("txt", "csv", "tsv", "md", "srt", "vtt"))

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
TYPES: Final = {
    each.extensions[0]: each
    for each in (
        JPEG, PNG, GIF, WEBP, PDF, TEXT,
        Type("document", f"{_OFFICE}.wordprocessingml.document", ("docx",)),
        Type("document", f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",)),
        Type("document", f"{_OFFICE}.presentationml.presentation", ("pptx", "ppsx")),
        Type("document", f"{_OPEN}.text", ("odt",)),
        Type("document", f"{_OPEN}.spreadsheet", ("ods",)),
        Type("document", f"{_OPEN}.presentation", ("odp",)),
        Type("document", f"{_OPEN}.graphics", ("odg",)),
        Type("document", "application/msword", ("doc",)),
        Type("document", "application/vnd.ms-excel", ("xls",)),
        Type("document", "application/vnd.ms-powerpoint", ("ppt", "pps")),
        Type("audio", "audio/mpeg", ("mp3",)),
        Type("audio", "audio/mp4", ("m4a",)),
        Type("audio", "audio/ogg", ("ogg", "oga", "opus")),
        Type("audio", "audio/wav", ("wav",)),
        Type("audio", "audio/flac", ("flac",)),
        Type("audio", "audio/webm", ("weba",)),
        Type("video", "video/mp4", ("mp4", "m4v")),
        Type("video", "video/quicktime", ("mov",)),
        Type("video", "video/webm", ("webm",)),
        Type("video", "video/ogg", ("ogv",)),
    )
}  # fmt: skip

_BY_CONTENT: Final = (
    (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"GIF87a", GIF), (b"GIF89a", GIF), (b"%PDF-", PDF),
)  # fmt: skip


class Unwelcome(Exception):  # noqa: N818 - it is the file's fault, and no error
    """Why a file is not taken: a name of `sentences.REASONS`."""


def recognise(file: BinaryIO) -> Type:
    """The type of what is in a file that can be read from anywhere; Unwelcome if it is none that is taken."""
    head = file.read(HEAD)
    if not head:
        raise Unwelcome("empty")
    if head.startswith(_PROGRAMS):
        raise Unwelcome("program")
    if head.startswith(_PACKED):
        raise Unwelcome("archive")
    found = _recognised(head, file)
    if found.kind in ("picture", "audio", "video"):
        _refuse_markup(file)
    return found


def _recognised(head: bytes, file: BinaryIO) -> Type:
    for beginning, found in _BY_CONTENT:
        if head.startswith(beginning):
            return _whole_pdf(file) if found is PDF else found
    try:
        extension = archives.kind_of(head, file) or media.kind_of(head, file)
    except (archives.Bad, media.Bad) as bad:
        raise Unwelcome(str(bad)) from None
    if extension is not None:
        return TYPES[extension]
    if head.startswith(_OTHER_PICTURES):
        raise Unwelcome("other_picture")
    return _text(file)


def _whole_pdf(file: BinaryIO) -> Type:
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 2048))
    if b"%%EOF" not in file.read():
        raise Unwelcome("damaged")
    return PDF


def _text(file: BinaryIO) -> Type:
    file.seek(0)
    content = file.read()
    if _BEGINS_AS_PAGE.match(content.removeprefix(b"\xef\xbb\xbf")) or _MARKUP.search(content[:HEAD]):
        raise Unwelcome("page")
    if content.startswith(b"{\\rtf"):
        raise Unwelcome("unknown")
    if _CONTROLS.search(_decoded(content)):
        raise Unwelcome(_second_opinion(content[:HEAD]))
    return TEXT


def _decoded(content: bytes) -> str:
    """The text in one of the ways in which programs of schools write it; nothing that could be read has a NUL."""
    ways = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for way in ways:
        try:
            return content.decode(way)
        except UnicodeDecodeError:
            continue
    return "\0"


def _second_opinion(head: bytes) -> str:
    """What another library takes it for decides which sentence is said, not whether it is taken."""
    try:
        found = {each.extension.lower() for each in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return "unknown"
    return "program" if found & {".exe", ".dll", ".class", ".apk", ".msi", ".elf", ".so", ".com"} else "unknown"


def _refuse_markup(file: BinaryIO) -> None:
    """A picture or a sound with a page's script in it is made to be taken for both."""
    file.seek(0)
    before = b""
    while block := file.read(HEAD):
        if _MARKUP.search(before + block):
            raise Unwelcome("page")
        before = block[-32:]
