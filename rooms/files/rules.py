"""What a file may be called and how large it may be, and what of it a browser asks for. Pure."""

import hashlib
import re
import unicodedata
from typing import Final
from urllib.parse import quote, urlsplit

from realtime.refusal import Refusal

PART: Final = 1024 * 1024  # bytes; what arrives is written to disk in parts of at most this
MOST_UNFINISHED: Final = 10  # uploads of a person at one time
MOST_IN_A_MESSAGE: Final = 10
LONGEST_VOICE_MS: Final = 61_000  # a minute, and what recorders need to stop
LARGEST_VOICE: Final = 1_300_000  # bytes; a minute as browsers record it without being asked for less
LONGEST_NAME: Final = 100  # characters, without the extension
LONGEST_EXTENSION: Final = 10
LONGEST_ALT: Final = 500
LONGEST_TITLE: Final = 120
LONGEST_ADDRESS: Final = 2000
MOST_ITEMS: Final = 2000  # on one shelf
DEEPEST: Final = 5  # folders within folders

MINUTE_MS: Final = 60_000
DAY_MS: Final = 24 * 60 * MINUTE_MS
QUIET_MS: Final = 10 * MINUTE_MS  # an upload that nobody touched for so long may give way to another
ABANDONED_MS: Final = DAY_MS  # and after so long it goes
UNUSED_MS: Final = 7 * DAY_MS  # a whole file that no message and no shelf has taken
REMOVED_MS: Final = 30 * DAY_MS  # how long the removal of a shelf's item can be undone
GRACE_MS: Final = 60 * MINUTE_MS  # a content stays so long after the last who referred to it, for copies being made

_SHAPES: Final = frozenset({"whole", "view", "thumb"})
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_JOINERS: Final = "\u200c\u200d"  # needed to write some languages, and in pictures of families
_FORBIDDEN: Final = re.compile(r'[<>:"|?*]')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


def file_id(person: str, key: str) -> str:
    """The id of the file that a person begins to send with this key: the same one when it is sent twice."""
    digest = hashlib.blake2b(f"{person}:{key}".encode(), digest_size=10).digest()
    bits = int.from_bytes(digest)
    return "f" + "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(16))


def clean_name(name: str) -> str:
    """The last part of a path, without what is invisible, turns the direction of reading or is for systems only.

    Gives `file` where nothing is left.
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(each for each in unicodedata.normalize("NFC", last) if each in _JOINERS or _visible(each))
    plain = " ".join(_FORBIDDEN.sub("-", seen).split()).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) > LONGEST_EXTENSION:
        stem, extension = plain, ""
    stem = stem[:LONGEST_NAME].rstrip(" .") or "file"
    if _RESERVED.fullmatch(stem):
        stem = f"_{stem}"
    return f"{stem}.{extension}" if extension else stem


def _visible(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def named_as(name: str, extensions: tuple[str, ...]) -> str:
    """The name with an extension that says what the file is: its own, if that is one of these, else the first."""
    stem, dot, own = name.rpartition(".")
    if dot and own.lower() in extensions:
        return f"{stem}.{own.lower()}"
    return f"{name}.{extensions[0]}"


def clean_alt(text: str) -> str:
    """What a picture shows, in words, on one line."""
    return _line(text, LONGEST_ALT, "This description is too long.")


def clean_title(text: str) -> str:
    """What an item of a shelf is called; Refusal if nothing is left of it."""
    title = _line(text, LONGEST_TITLE, "This name is too long.")
    if not title:
        raise Refusal("bad_request", "Please give it a name.")
    return title


def _line(text: str, longest: int, too_long: str) -> str:
    seen = "".join(each if each in _JOINERS or _visible(each) else " " for each in unicodedata.normalize("NFC", text))
    line = " ".join(seen.split())
    if len(line) > longest:
        raise Refusal("too_large", too_long)
    return line


def folded(title: str) -> str:
    """As it is searched for: without case and without marks over and under letters."""
    parts = unicodedata.normalize("NFKD", title.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


def clean_address(text: str) -> str:
    """The address of a link: a web address, whose host is written out."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    plain = address.isprintable() and " " not in address and "\\" not in address
    if parts.scheme not in ("http", "https") or not host or not plain or parts.username or parts.password:
        raise Refusal("bad_request", "A link is a web address that begins with https://")
    if len(address) > LONGEST_ADDRESS:
        raise Refusal("too_large", "This address is too long.")
    return address


def check_size(size: int, largest: int) -> None:
    if size < 1:
        raise Refusal("bad_request", "This file is empty.")
    if size > largest:
        raise Refusal("too_large", "This file is larger than your school allows.", largest=largest)


def shape_of(name: str | None) -> str:
    """`whole`, `view` or `thumb`; Refusal `not_found` for another."""
    shape = name or "whole"
    if shape not in _SHAPES:
        raise Refusal("not_found")
    return shape


def disposition(name: str, *, inline: bool) -> str:
    """The header that tells a browser to show the file or to keep it, and under which name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    fallback = re.sub(r"[^\w .()+,-]", "_", plain).strip() or "file"
    said = "inline" if inline else "attachment"
    return f"{said}; filename=\"{fallback}\"; filename*=UTF-8''{quote(name, safe='')}"


def range_of(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes from … up to … that are asked for; None: all. ValueError for a range that does not exist.

    Several ranges at once are answered by all, as HTTP allows.
    """
    found = _RANGE.fullmatch((header or "").replace(" ", ""))
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        last = int(found[2])
        start, end = max(0, size - last), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1 if found[2] else size)
    if start >= end:
        raise ValueError(header)
    return start, end
