"""What is taken and what is refused, by content alone."""

import io
from collections.abc import Callable

import pytest

from rooms.files.kinds import TYPES, Unwelcome, recognise
from tests.rooms.files import samples

WELCOME: dict[str, bytes] = {
    "jpg": samples.photo(),
    "png": samples.picture(),
    "gif": samples.moving(),
    "webp": samples.picture("WEBP"),
    "pdf": samples.pdf(),
    "docx": samples.docx(),
    "xlsx": samples.packed({"[Content_Types].xml": b"", "xl/workbook.xml": b""}),
    "odt": samples.odt(),
    "doc": samples.container("Root Entry", "WordDocument"),
    "txt": "Café, 3 €\n".encode(),
    "wav": samples.sound(),
    "mp3": b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + b"\xff\xfb\x90\x00" + bytes(413),
    "ogg": b"OggS" + bytes(24) + b"OpusHead" + bytes(20),
    "flac": b"fLaC" + bytes(40),
    "mp4": samples.video(),
    "mov": samples.video().replace(b"isom", b"qt  ", 1),
    "m4a": samples.video().replace(b"isom", b"M4A ", 1),
    "webm": b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + b"V_VP9" + bytes(30),
    "weba": b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + b"A_OPUS" + bytes(30),
}

UNWELCOME: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "a program of Windows": (b"MZ\x90\x00" + bytes(60), "program"),
    "a program of Linux": (b"\x7fELF\x02" + bytes(60), "program"),
    "a script": (b"#!/bin/sh\nrm -rf ~\n", "program"),
    "a Java archive": (samples.packed({"META-INF/MANIFEST.MF": b"Main-Class: Evil"}), "program"),
    "a program within a document": (samples.docx({"word/embeddings/setup.exe": b"MZ"}), "program"),
    "a page": (b"\n <!DOCTYPE html><p>Sign in here", "page"),
    "a drawing with a script": (b'<?xml version="1.0"?><svg xmlns="x">' + samples.SCRIPT + b"</svg>", "page"),
    "a drawing after a mark": (b"\xef\xbb\xbf<svg onload=alert(1)>", "page"),
    "a page that begins as text": (b"Hello\n" + samples.SCRIPT, "page"),
    "a picture that is also a page": (samples.polyglot(), "page"),
    "a picture with a script in its notes": (samples.picture("JPEG", comment=samples.SCRIPT), "page"),
    "an archive": (samples.packed({"notes.txt": b"Hello"}), "archive"),
    "another archive": (b"7z\xbc\xaf\x27\x1c" + bytes(60), "archive"),
    "an archive within": (samples.packed({"a.zip": samples.packed({"b.txt": b"b"})}), "archive"),
    "macros": (samples.docx({"word/vbaProject.bin": b"x"}), "macros"),
    "old macros": (samples.container("Root Entry", "WordDocument", "_VBA_PROJECT"), "macros"),
    "a locked document": (samples.container("Root Entry", "EncryptedPackage"), "locked"),
    "a bomb": (samples.zip_bomb(), "bomb"),
    "a bomb that lies": (samples.lying_bomb(), "damaged"),
    "something behind a document": (samples.docx() + b"MZ" + bytes(100), "damaged"),
    "names that lead out": (samples.docx({"../../etc/passwd": b"root"}), "damaged"),
    "half of a document": (samples.docx()[:-30], "damaged"),
    "half of a PDF": (samples.pdf()[:40], "damaged"),
    "half of a video": (samples.video()[:-10], "damaged"),
    "a telephone's photo": (b"\0\0\0\x18ftypheic" + bytes(20), "other_picture"),
    "a picture of printers": (b"II*\x00" + bytes(60), "other_picture"),
    "rich text": (b"{\\rtf1 {\\object}}", "unknown"),
    "noise": (bytes(range(256)) * 4, "unknown"),
}


@pytest.mark.parametrize("extension", WELCOME)
def test_what_schools_use_is_known_by_its_content(extension: str) -> None:
    assert recognise(io.BytesIO(WELCOME[extension])) == TYPES[extension]


@pytest.mark.parametrize("name", UNWELCOME)
def test_what_could_do_harm_is_refused_with_its_reason(name: str) -> None:
    content, reason = UNWELCOME[name]
    with pytest.raises(Unwelcome) as refused:
        recognise(io.BytesIO(content))
    assert str(refused.value) == reason


@pytest.mark.parametrize("make", [samples.docx, samples.photo, samples.video, samples.pdf])
def test_whatever_is_cut_short_or_altered_is_judged_and_never_fails(make: Callable[[], bytes]) -> None:
    whole = make()
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        altered = bytes([*whole[:place], whole[place] ^ 0xFF, *whole[place + 1 :]])
        for content in (whole[:place], altered):
            try:
                assert recognise(io.BytesIO(content)) in TYPES.values()
            except Unwelcome:
                continue
