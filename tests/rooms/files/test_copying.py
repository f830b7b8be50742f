"""A copy of everything has every file that its database names, whatever people do meanwhile."""

from pathlib import Path

import pytest

from config import S3Settings, Settings
from rooms.files.copying import back_up, missing
from rooms.files.rules import GRACE_MS
from rooms.files.storing import Disk
from storage.backup import back_up as back_up_database
from tests.rooms.files import samples
from tests.rooms.files.conftest import Staffroom


@pytest.fixture
def settings(staffroom: Staffroom, tmp_path: Path) -> Settings:
    return Settings(tmp_path, f"sqlite:///{tmp_path / 'corridor.db'}")


@pytest.mark.parametrize("emptied_database_url", ["sqlite"], indirect=True)
async def test_a_copy_is_whole_and_a_second_one_takes_only_what_is_new(
    staffroom: Staffroom, settings: Settings, tmp_path: Path
) -> None:
    await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    folder = tmp_path / "copies" / "files"
    assert back_up(settings, tmp_path / "copies" / "1.db", folder) == 2  # with the part that is still to be tidied
    await staffroom.post.tidying.tidy()
    await staffroom.post.send(staffroom.amara, staffroom.room, b"Another\n", "x.txt")
    assert back_up(settings, tmp_path / "copies" / "2.db", folder) == 2
    copied = sorted(Disk(folder).listed("kept/"))
    assert copied == staffroom.post.listed("kept/")
    assert [Disk(folder).read(key) for key in copied] == [staffroom.post.storage.read(key) for key in copied]


@pytest.mark.parametrize("emptied_database_url", ["sqlite"], indirect=True)
async def test_what_arrives_while_the_copy_is_made_is_in_it(
    staffroom: Staffroom, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = samples.pdf() + b"late %%EOF\n"
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, late)
    held = {key: staffroom.post.storage.read(key) for key in staffroom.post.listed()}
    for key in held:
        staffroom.post.storage.remove(key)

    def meanwhile(url: str, target: Path) -> None:
        for key, content in held.items():  # put after the first look, and named by the database
            staffroom.post.storage.put(key, content)
        back_up_database(url, target)

    monkeypatch.setattr("rooms.files.copying.back_up_database", meanwhile)
    (tmp_path / "copies").mkdir()
    assert back_up(settings, tmp_path / "copies" / "1.db", tmp_path / "copies" / "files") == 1
    assert sent["size"] == len(late)


@pytest.mark.parametrize("emptied_database_url", ["sqlite"], indirect=True)
async def test_a_copy_that_lacks_something_is_not_called_one(
    staffroom: Staffroom, settings: Settings, tmp_path: Path
) -> None:
    await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    [key] = staffroom.post.listed("kept/")
    staffroom.post.storage.remove(key)
    (tmp_path / "copies").mkdir()
    with pytest.raises(ValueError, match="1 contents of files cannot be found"):
        back_up(settings, tmp_path / "copies" / "1.db", tmp_path / "copies" / "files")
    assert await staffroom.post.world.database.read(missing, staffroom.post.storage) == 1


async def test_of_what_is_there_nothing_is_missing(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, samples.pdf())
    assert await staffroom.post.world.database.read(missing, staffroom.post.storage) == 0
    await staffroom.post.arriving.give_up(staffroom.amara, sent["id"])
    await staffroom.post.pass_by(GRACE_MS + 1)
    assert await staffroom.post.world.database.read(missing, staffroom.post.storage) == 0


@pytest.mark.parametrize("emptied_database_url", ["sqlite"], indirect=True)
async def test_of_files_in_s3_only_the_database_is_copied(
    staffroom: Staffroom, settings: Settings, tmp_path: Path
) -> None:
    on_s3 = Settings(settings.data, settings.database_url, s3=S3Settings("bucket"))
    (tmp_path / "copies").mkdir()
    assert back_up(on_s3, tmp_path / "copies" / "1.db", tmp_path / "copies" / "files") is None
    assert not (tmp_path / "copies" / "files").exists()
