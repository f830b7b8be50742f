"""Pictures are made anew in a process of its own, which may be killed without harm."""

import io
import os
import signal
import sys
from pathlib import Path

import pytest
from PIL import Image

from realtime.refusal import Refusal
from rooms.files.checking import Checked, Checker
from tests.rooms.files import samples


@pytest.fixture
async def checker() -> Checker:
    return Checker()


async def check(checker: Checker, folder: Path, content: bytes) -> Checked:
    (folder / "source").write_bytes(content)
    return await checker.check(folder)


async def refused(checker: Checker, folder: Path, content: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        await check(checker, folder, content)
    return str(refusal.value.more["reason"])


async def test_a_photo_stands_upright_in_three_sizes_and_no_longer_says_where_it_was_taken(
    checker: Checker, tmp_path: Path
) -> None:
    photo = samples.photo((3000, 1500))
    assert samples.JPEG_MARK in photo
    checked = await check(checker, tmp_path, photo)
    sizes = {each.shape: (each.media_type, each.width, each.height) for each in checked.shapes}
    assert sizes == {
        "whole": ("image/jpeg", 1500, 3000), "view": ("image/webp", 800, 1600), "thumb": ("image/webp", 160, 320),
    }  # fmt: skip
    for shape in sizes:
        content = (tmp_path / shape).read_bytes()
        assert samples.JPEG_MARK not in content
        with Image.open(io.BytesIO(content)) as image:
            assert (image.width, image.height) == sizes[shape][1:]
            assert not image.getexif()


async def test_what_moves_still_moves_and_its_thumb_stands_still(checker: Checker, tmp_path: Path) -> None:
    await check(checker, tmp_path, samples.moving(4))
    with Image.open(tmp_path / "whole") as whole, Image.open(tmp_path / "thumb") as thumb:
        assert (getattr(whole, "n_frames", 1), getattr(thumb, "n_frames", 1)) == (4, 1)


async def test_what_is_see_through_stays_so(checker: Checker, tmp_path: Path) -> None:
    made = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(made, "PNG")
    await check(checker, tmp_path, made.getvalue())
    with Image.open(tmp_path / "view") as view:
        assert view.mode == "RGBA"


async def test_a_picture_of_far_too_many_pixels_is_refused(checker: Checker, tmp_path: Path) -> None:
    assert len(samples.image_bomb()) < 5000
    assert await refused(checker, tmp_path, samples.image_bomb()) == "pixels"


async def test_half_a_picture_is_refused(checker: Checker, tmp_path: Path) -> None:
    assert await refused(checker, tmp_path, samples.photo()[:900]) == "damaged"


async def test_a_video_plays_on_without_the_place_where_it_was_taken(checker: Checker, tmp_path: Path) -> None:
    video = samples.video()
    await check(checker, tmp_path, video)
    kept = (tmp_path / "whole").read_bytes()
    assert b"+51.5074" in video
    assert b"+51.5074" not in kept
    assert (len(kept), kept[:24]) == (len(video), video[:24])


async def test_a_document_is_kept_as_it_is(checker: Checker, tmp_path: Path) -> None:
    checked = await check(checker, tmp_path, samples.docx())
    assert checked.type.extensions[0] == "docx"
    assert (tmp_path / "whole").read_bytes() == samples.docx()


async def test_the_process_knows_nothing_of_the_servers_surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_SECRET", "told-to-nobody")
    spy = f"import os; open({str(tmp_path / 'seen')!r}, 'w').write(repr(dict(os.environ)))"
    assert await refused(Checker((sys.executable, "-I", "-c", spy)), tmp_path, b"x") == "bomb"
    assert "told-to-nobody" not in (tmp_path / "seen").read_text()


async def test_a_process_that_is_killed_or_says_nonsense_only_refuses_the_file(tmp_path: Path) -> None:
    for act in ("import os; os.kill(os.getpid(), 9)", "print('all is well')", 'print(\'{"kind": "exe"}\')'):
        reason = await refused(Checker((sys.executable, "-I", "-c", act)), tmp_path, b"x")
        assert reason in ("bomb", "damaged")


async def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    hang = f"import os, signal; open({str(note)!r}, 'w').write(str(os.getpid())); signal.pause()"
    assert await refused(Checker((sys.executable, "-I", "-c", hang), patience=1), tmp_path, b"x") == "slow"
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), signal.SIGCONT)


async def test_what_the_process_left_behind_must_be_a_plain_file(tmp_path: Path) -> None:
    trap = (
        "import os, sys, json; os.symlink('/etc/passwd', sys.argv[1] + '/whole');"
        'print(json.dumps({"kind": "pdf", "shapes": [{"shape": "whole", "media_type": "application/pdf"}]}))'
    )
    (tmp_path / "source").write_bytes(b"x")
    with pytest.raises(Refusal) as refusal:
        await Checker((sys.executable, "-I", "-c", trap)).check(tmp_path)
    assert refusal.value.code == "unavailable"
