"""Documents that are archives inside: Office's and OpenDocument's zips, and Office's older container. Pure."""

import re
import struct
import zipfile
import zlib
from typing import BinaryIO, Final

MOST_ENTRIES: Final = 5000
LARGEST_INSIDE: Final = 300 * 1024 * 1024  # bytes, all entries unpacked
MOST_TIMES: Final = 200  # how often larger a whole may be unpacked, beyond the first megabytes
SMALL: Final = 8 * 1024 * 1024
_BLOCK: Final = 256 * 1024

_ZIP: Final = b"PK\x03\x04"
_CONTAINER: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_OFFICE: Final = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_OPEN: Final = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/vnd.oasis.opendocument.graphics": "odg",
}
_PROGRAM: Final = re.compile(r"\.(exe|dll|bat|cmd|com|js|vbs|ps1|jar|class|dex|so|scr|msi|html?|svg)$", re.IGNORECASE)
_STREAMS: Final = (("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"), ("PowerPoint Document", "ppt"))


class Bad(Exception):  # noqa: N818
    """Why it is not taken: the name of a reason."""


def kind_of(head: bytes, file: BinaryIO) -> str | None:
    """The extension of the document; None if it is no archive. Bad if it is one that is not taken."""
    if head.startswith(_ZIP):
        return _zip(file)
    if head.startswith(_CONTAINER):
        return _container(file)
    if head.startswith((_END, b"PK\x07\x08")):
        raise Bad("archive")
    return None


def _zip(file: BinaryIO) -> str:
    _ends_as_it_should(file)
    try:
        with zipfile.ZipFile(file) as archive:
            _check(archive)
            return _document(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, struct.error):
        raise Bad("damaged") from None


def _ends_as_it_should(file: BinaryIO) -> None:
    """Nothing follows the archive's end: what does may be another file that hides behind this one."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - _END_SIZE))
    if file.read(4) != _END:
        raise Bad("damaged")
    file.seek(0)


def _check(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    packed = sum(each.compress_size for each in entries)
    if len(entries) > MOST_ENTRIES or sum(each.file_size for each in entries) > _allowed(packed):
        raise Bad("bomb")
    if any(each.flag_bits & 1 for each in entries):
        raise Bad("locked")
    for each in entries:
        if each.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", each.filename):
            raise Bad("damaged")
    if _overlap(entries):
        raise Bad("bomb")
    _unpack(archive, entries, _allowed(packed))


def _allowed(packed: int) -> int:
    return min(LARGEST_INSIDE, SMALL + packed * MOST_TIMES)


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether entries share their bytes, which makes a small archive an enormous one."""
    end = 0
    for each in sorted(entries, key=lambda entry: entry.header_offset):
        if each.header_offset < end:
            return True
        end = each.header_offset + 30 + each.compress_size
    return False


def _unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], most: int) -> None:
    """Unpack everything and keep nothing: sizes are claims until then."""
    for each in entries:
        with archive.open(each) as content:
            while block := content.read(_BLOCK):
                most -= len(block)
                if most < 0:
                    raise Bad("bomb")


def _document(archive: zipfile.ZipFile) -> str:
    names = {each.lower() for each in archive.namelist()}
    if any(name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")) for name in names):
        raise Bad("macros")
    found = next((kind for part, kind in _OFFICE.items() if part in names), None)
    if "[content_types].xml" in names and found is not None:
        return _without_programs(found, names)
    first = archive.infolist()[0]
    if first.filename == "mimetype" and "content.xml" in names:
        kind = _OPEN.get(archive.read(first).strip())
        if kind is not None:
            return _without_programs(kind, names)
    raise Bad("program" if "meta-inf/manifest.mf" in names or "androidmanifest.xml" in names else "archive")


def _without_programs(kind: str, names: set[str]) -> str:
    if any(_PROGRAM.search(name) and not name.endswith(".svg") for name in names):
        raise Bad("program")
    return kind


def _container(file: BinaryIO) -> str:
    """Office before 2007. Its directory names what is inside; macros have a name of their own there."""
    file.seek(0)
    content = file.read()
    names = _names(content)
    if names & {"VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros"}:
        raise Bad("macros")
    if "EncryptedPackage" in names:
        raise Bad("locked")
    found = next((kind for name, kind in _STREAMS if name in names), None)
    if found is None:
        raise Bad("program" if any(name.startswith("\u4840") for name in names) else "unknown")
    return found


def _names(content: bytes) -> set[str]:
    """The names in the container's directory: entries of 128 bytes, at multiples of that from the beginning on."""
    found = set()
    for place in range(512, len(content) - 127, 128):
        length = int.from_bytes(content[place + 64 : place + 66], "little")
        if 2 < length <= 64 and length % 2 == 0 and content[place + 66] in (1, 2, 5):  # noqa: PLR2004 - bytes of a name
            name = content[place : place + length - 2].decode("utf-16-le", "replace")
            found.add(name.lstrip("\x01\x05"))
    return found
