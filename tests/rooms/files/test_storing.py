"""Both kinds of storage keep the same promises."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import S3Settings
from rooms.files.s3 import S3
from rooms.files.storing import Disk, Missing, Storage
from tests.rooms.files.object_store import object_store


@pytest.fixture(scope="module")
def bucket() -> Iterator[S3Settings]:
    with object_store() as settings:
        yield settings


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "disk":
        yield Disk(tmp_path / "files")
        return
    made = S3(request.getfixturevalue("bucket"))
    for key in list(made.listed()):
        made.remove(key)
    yield made
    made.close()


def test_what_is_put_can_be_read_whole_and_in_part(storage: Storage) -> None:
    storage.put("kept/a/0123", b"0123456789")
    assert storage.read("kept/a/0123") == b"0123456789"
    assert storage.read("kept/a/0123", 2, 5) == b"234"
    assert storage.read("kept/a/0123", 7) == b"789"
    assert storage.read("kept/a/0123", 4, 4) == b""
    assert storage.read("kept/a/0123", 20, 30) == b""
    assert storage.size("kept/a/0123") == 10


def test_a_file_is_put_as_it_is(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(range(256)) * 1000)
    storage.put("kept/b", source)
    assert storage.read("kept/b") == source.read_bytes()


def test_nothing_can_be_read_where_nothing_was_put(storage: Storage) -> None:
    for look in (storage.read, storage.size):
        with pytest.raises(Missing):
            look("kept/nothing")


def test_what_is_removed_is_gone_and_can_be_removed_again(storage: Storage) -> None:
    storage.put("kept/c", b"x")
    storage.remove("kept/c")
    storage.remove("kept/c")
    with pytest.raises(Missing):
        storage.read("kept/c")


def test_all_that_lies_below_a_folder_goes_with_it_and_nothing_else(storage: Storage) -> None:
    for key in ("arriving/s1/f1/1", "arriving/s1/f1/2", "arriving/s1/f10/1"):
        storage.put(key, b"x")
    storage.remove("arriving/s1/f1/")
    assert list(storage.listed("arriving/")) == ["arriving/s1/f10/1"]


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "a//b", "a/../b", "A", "", "a/.b", "a\nb"])
def test_no_key_leads_out(storage: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        storage.put(key, b"x")


def test_what_a_key_holds_is_seen_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full after some bytes."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    disk = Disk(tmp_path / "files")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        disk.put("kept/d", b"x" * 1000)
    assert list(disk.listed()) == []
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_the_disk_has_a_content_and_its_name_before_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def note(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    Disk(tmp_path / "files").put("kept/e/f", b"x")
    assert any(Path(path).name.startswith(".f.") for path in synced)
    assert synced[-1] == str(tmp_path / "files/kept/e")
    assert {str(tmp_path), str(tmp_path / "files"), str(tmp_path / "files/kept")} <= set(synced)
