"""Where contents are kept: a folder, or storage that speaks S3. Nothing here knows of people or rooms.

A key is a path of plain letters; what is put under it never changes. All calls wait: they are for threads.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from config import Settings

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*")


class Missing(Exception):  # noqa: N818
    """There is nothing under this key."""


class Storage(Protocol):
    """What is put is on disk when `put` returns."""

    def put(self, key: str, content: bytes | Path) -> None: ...

    def size(self, key: str) -> int:
        """Bytes; Missing."""
        ...

    def read(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from `start` up to `end`; Missing."""
        ...

    def remove(self, key: str) -> None:
        """Forget a content, if it is there; of a key that ends in / everything below it."""
        ...

    def listed(self, below: str = "") -> Iterator[str]:
        """All keys that begin with this, in no order."""
        ...


def open_storage(settings: Settings) -> Storage:
    """The storage that the settings name."""
    if settings.s3 is None:
        return Disk(settings.data / "files")
    from rooms.files.s3 import S3  # noqa: PLC0415 - its library takes a second to load

    return S3(settings.s3)


class Disk:
    """A folder. What is put appears in one step, after it was written to the disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, content: bytes | Path) -> None:
        path = self._path(key)
        self._make(path.parent)
        part = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        try:
            with part.open("xb") as file:
                if isinstance(content, Path):
                    with content.open("rb") as source:
                        shutil.copyfileobj(source, file)
                else:
                    file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    def size(self, key: str) -> int:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            raise Missing(key) from None

    def read(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        try:
            with self._path(key).open("rb") as file:
                file.seek(start)
                return file.read(-1 if end is None else end - start)
        except FileNotFoundError:
            raise Missing(key) from None

    def remove(self, key: str) -> None:
        if key.endswith("/"):
            shutil.rmtree(self._path(key[:-1]), ignore_errors=True)
        else:
            self._path(key).unlink(missing_ok=True)

    def listed(self, below: str = "") -> Iterator[str]:
        for folder, _, names in os.walk(self.root):
            for name in names:
                key = (Path(folder) / name).relative_to(self.root).as_posix()
                if key.startswith(below) and not name.startswith("."):
                    yield key

    def _path(self, key: str) -> Path:
        check_key(key)
        return self.root / key

    def _make(self, folder: Path) -> None:
        """Make a folder, and have its name on the disk too."""
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for each in missing:
            _sync(each.parent)


def check_key(key: str) -> None:
    """ValueError for what is no key of ours, such as one that leads out of the folder."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
