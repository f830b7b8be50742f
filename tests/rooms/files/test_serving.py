"""Contents are handed out to whoever may see them, and never as a page."""

import pytest

from realtime.refusal import Refusal
from rooms.files.rules import clean_address, clean_name, disposition, named_as, range_of
from tests.rooms.files import samples
from tests.rooms.files.conftest import Staffroom

# What is said of a content does not depend on where its books are kept.
ON_SQLITE = pytest.mark.parametrize("emptied_database_url", ["sqlite"], indirect=True)

NAMES = {
    "../../etc/passwd": "passwd",
    "C:\\Users\\amara\\Plan.docx": "Plan.docx",
    "invoice\u202excod.exe": "invoicexcod.exe",
    "line\nbreak\x00.pdf": "linebreak.pdf",
    "a\u200bb.txt": "ab.txt",
    ".htaccess": "htaccess",
    "CON.txt": "_CON.txt",
    '<b>"x"|?*.txt': "-b--x----.txt",
    "   ": "file",
    "..": "file",
    "کتاب\u200cها.pdf": "کتاب\u200cها.pdf",
    "x" * 300 + ".pdf": "x" * 100 + ".pdf",
}


@pytest.mark.parametrize("given", NAMES)
def test_names_lose_paths_and_tricks(given: str) -> None:
    assert clean_name(given) == NAMES[given]


@pytest.mark.parametrize(
    ("name", "extensions", "shown"),
    [
        ("essay.exe", ("pdf",), "essay.exe.pdf"),
        ("photo.JPEG", ("jpg", "jpeg"), "photo.jpeg"),
        ("run.bat", ("txt", "csv"), "run.bat.txt"),
        ("marks.CSV", ("txt", "csv"), "marks.csv"),
        ("notes", ("txt",), "notes.txt"),
    ],
)
def test_a_name_ends_in_what_the_file_is(name: str, extensions: tuple[str, ...], shown: str) -> None:
    assert named_as(name, extensions) == shown


def test_a_name_in_a_header_can_neither_break_out_nor_get_lost() -> None:
    said = disposition('Ze"b\r\nra\\é.pdf', inline=False)
    assert said == "attachment; filename=\"Ze_b__ra_e.pdf\"; filename*=UTF-8''Ze%22b%0D%0Ara%5C%C3%A9.pdf"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None), ("bytes=0-3", (0, 4)), ("bytes=4-", (4, 10)), ("bytes=-3", (7, 10)), ("bytes=8-99", (8, 10)),
        ("bytes=-99", (0, 10)), ("bytes=0-1,4-5", None), ("items=0-1", None), ("bytes=-", None),
    ],
)  # fmt: skip
def test_ranges(header: str | None, found: tuple[int, int] | None) -> None:
    assert range_of(header, 10) == found


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=5-4", "bytes=-0"])
def test_ranges_that_are_not_there(header: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        range_of(header, 10)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "data:text/html,x", "//evil.example", "https://", "ftp://a.example", "https://a b",
        "https://amara:secret@a.example", "https://a.example\\@b.example", "https://a.example/\u202e", "http://[::1",
    ],
)  # fmt: skip
def test_a_link_that_is_no_plain_web_address_is_refused(address: str) -> None:
    with pytest.raises(Refusal, match="bad_request"):
        clean_address(address)


def test_a_link_stays_as_it_is() -> None:
    assert clean_address(" https://example.org/a?b=ü#c ") == "https://example.org/a?b=ü#c"


@ON_SQLITE
@pytest.mark.parametrize(
    ("content", "media_type", "shown"),
    [
        (samples.photo(), "image/jpeg", "inline"),
        (samples.sound(), "audio/wav", "inline"),
        (samples.video(), "video/mp4", "inline"),
        (samples.pdf(), "application/pdf", "attachment"),
        (b"Hello\n", "text/plain", "attachment"),
    ],
)
async def test_every_answer_keeps_browsers_from_making_more_of_it(
    staffroom: Staffroom, content: bytes, media_type: str, shown: str
) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, content, "x")
    answer, _ = await staffroom.post.fetch(staffroom.amara, sent["id"])
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"].startswith(f"{shown}; ")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, no-cache"


@ON_SQLITE
async def test_a_video_can_be_read_from_the_middle_and_is_not_sent_again(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.video(), "film.mp4")
    whole, content = await staffroom.post.fetch(staffroom.amara, sent["id"])
    part, middle = await staffroom.post.fetch(staffroom.amara, sent["id"], range="bytes=10-19")
    assert (part.status_code, middle) == (206, content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"
    beyond, _ = await staffroom.post.fetch(staffroom.amara, sent["id"], range=f"bytes={len(content)}-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")
    known, nothing = await staffroom.post.fetch(staffroom.amara, sent["id"], if_none_match=whole.headers["etag"])
    assert (known.status_code, nothing) == (304, b"")
    older, all_of_it = await staffroom.post.fetch(
        staffroom.amara, sent["id"], range="bytes=0-1", if_range='"what it was"'
    )
    assert (older.status_code, all_of_it) == (200, content)


@ON_SQLITE
async def test_a_shape_that_a_file_has_not_does_not_exist(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    for shape in ("thumb", "view", "source", "../whole"):
        with pytest.raises(Refusal, match="not_found"):
            await staffroom.post.fetch(staffroom.amara, sent["id"], shape)


@ON_SQLITE
async def test_a_content_that_the_storage_has_lost_is_said_to_be_away(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    staffroom.post.storage.remove(staffroom.post.listed("kept/")[0])
    with pytest.raises(Refusal, match="unavailable"):
        await staffroom.post.fetch(staffroom.amara, sent["id"])
