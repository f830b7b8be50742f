"""What is handed in: zips that lie, tables that spreadsheets mangle."""

import codecs
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from accounts.roster import files, sheets
from accounts.roster.files import tables_in, tables_of
from realtime.refusal import Refusal
from tests.accounts.roster.schools import zipped

TABLE = 'id,role,given name\r\n1,teacher,Zoë\r\n2,learner,"Ben\nof 4A"\r\n,,\r\n\r\n'


def rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    return [(row.line, dict(row.cells)) for row in sheets.read("people.csv", content).rows]


WANTED = [
    (2, {"id": "1", "role": "teacher", "givenname": "Zoë"}),
    (3, {"id": "2", "role": "learner", "givenname": "Ben of 4A"}),
]


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(), codecs.BOM_UTF8 + TABLE.encode(), TABLE.encode("utf-16"), TABLE.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"), TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode("utf-16"), TABLE.encode("cp1252"), TABLE.replace("Zoë", " Zoë\u200b ").encode(),
        TABLE.replace("\r\n", ",,,\r\n").encode(), TABLE.replace("Zoë", "Zo\0ë").replace("Zo\0ë", "Zoë\0").encode(),
    ],
)  # fmt: skip
def test_a_table_reads_the_same_whatever_wrote_it(content: bytes) -> None:
    assert [
        (line, {name: cells[name] for name in ("id", "role", "givenname")}) for line, cells in rows(content)
    ] == WANTED


def test_what_is_not_utf_8_is_told() -> None:
    found = sheets.read("people.csv", TABLE.encode("cp1252"))
    assert ["accents" in each.english() for each in found.problems] == [True]


def test_a_cell_that_is_far_too_long_is_cut_and_told() -> None:
    found = sheets.read("people.csv", f"id,name\n1,{'x' * 5000}\n".encode())
    assert len(found.rows[0].get("name")) == sheets.LONGEST_CELL
    assert found.problems[0].english().startswith("people.csv, line 2:")


@pytest.mark.parametrize("content", ['id,name\n1,"Ben\n2,Chloe\n', 'id,name\n1,"' + "x\n" * 100_000])
def test_a_quotation_mark_that_is_not_closed_refuses_the_whole_table(content: str) -> None:
    with pytest.raises(Refusal) as caught:
        sheets.read("people.csv", content.encode())
    assert (caught.value.code, caught.value.more) == ("bad_request", {"file": "people.csv", "line": 2})


def test_a_table_has_so_many_rows_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    assert len(sheets.read("x.csv", b"id\n1\n2\n3\n").rows) == 3
    with pytest.raises(Refusal, match="too_large"):
        sheets.read("x.csv", b"id\n1\n2\n3\n4\n")


def test_a_zip_gives_its_tables_without_their_folders_and_nothing_else() -> None:
    found = tables_of("x.zip", zipped({
        "oakfield/Users.csv": "a", "__MACOSX/._users.csv": "b", "readme.txt": "c", "../../etc/people.csv": "d",
    }))  # fmt: skip
    assert found == {"users.csv": b"a", "people.csv": b"d"}


def test_a_zip_that_unpacks_to_too_much_is_refused_before_it_has_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({"people.csv": b"0" * 3_000_000})
    assert len(bomb) < 10_000
    monkeypatch.setattr(files, "LARGEST_UNPACKED", 1_000_000)
    with pytest.raises(Refusal, match="too_large"):
        tables_of("x.zip", bomb)


def test_a_zip_that_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = zipped({"people.csv": b"0" * 100_000})
    lying = honest.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(Refusal, match="bad_request"):
        tables_of("x.zip", lying)


def encrypted() -> bytes:
    made = bytearray(zipped({"people.csv": "id\n"}))
    for header, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.index(header) + flag] |= 1
    return bytes(made)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.zip", b"PK\x03\x04nonsense", "broken"), ("x.zip", zipped({}), "empty"), ("x.csv", b" \r\n", "empty"),
        ("x.zip", zipped({"readme.txt": "x"}), "no CSV"), ("x.zip", encrypted(), "password"),
        ("x.zip", zipped({"a/people.csv": "1", "b/people.csv": "2"}), "twice"),
        ("x.zip", zipped({f"{nth}.csv": "1" for nth in range(101)}), "too many files"),
        ("x.csv", b"x" * (files.LARGEST + 1), "20 MB"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_refused_with_a_sentence(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal) as caught:
        tables_of(name, content)
    assert sentence in caught.value.message


def test_a_folder_is_as_good_as_a_zip(tmp_path: Path) -> None:
    for name, content in (("people.csv", b"1"), ("notes.txt", b"2"), ("terms.csv", b"3")):
        (tmp_path / name).write_bytes(content)
    assert tables_in(tmp_path) == {"people.csv": b"1", "terms.csv": b"3"}


def test_a_nested_zip_is_no_table() -> None:
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr("people.csv", "id\n")
    with pytest.raises(Refusal):
        tables_of("x.zip", zipped({"inner.zip": inner.getvalue()}))
