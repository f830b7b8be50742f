"""Voice notes: known by what is in them, at most a minute, and a sound whatever they say they are."""

import io
from collections.abc import Callable
from uuid import uuid4

import pytest

from realtime.refusal import Refusal
from rooms.doors import caller_of
from rooms.files.commands import BeginUpload
from rooms.files.kinds import recognise
from rooms.files.lengths import length_ms
from rooms.files.model import file, upload
from rooms.files.rules import LARGEST_VOICE
from rooms.turn import Outcome
from tests.rooms.files import samples, voices
from tests.rooms.files.conftest import Staffroom
from tests.world import code, done


@pytest.mark.parametrize(("extension", "make"), voices.ALL.items())
def test_what_browsers_record_is_a_sound_of_known_length(extension: str, make: Callable[[float], bytes]) -> None:
    for seconds in (2, 59):
        content = io.BytesIO(make(seconds))
        found = recognise(content)
        assert (found.kind, found.extensions[0]) == ("audio", extension)
        assert abs((length_ms(extension, content) or 0) - seconds * 1000) <= 100


@pytest.mark.parametrize("content", [voices.webm(12, closed=True), voices.mp4(12, pieces=False)])
def test_so_is_what_was_written_in_one_go(content: bytes) -> None:
    extension = recognise(io.BytesIO(content)).extensions[0]
    assert length_ms(extension, io.BytesIO(content)) == 12_000


def test_what_has_pictures_is_a_video() -> None:
    assert recognise(io.BytesIO(voices.mp4(3, handler=b"vide"))).kind == "video"
    assert recognise(io.BytesIO(voices.webm(3).replace(b"A_OPUS", b"V_VP9\0"))).kind == "video"


@pytest.mark.parametrize("extension", ["weba", "ogg", "m4a", "wav"])
def test_of_what_is_broken_no_length_is_known(extension: str) -> None:
    whole = {**{name: make(5) for name, make in voices.ALL.items()}, "wav": samples.sound()}[extension]
    for end in range(0, len(whole), max(1, len(whole) // 60)):
        found = length_ms(extension, io.BytesIO(whole[:end]))
        assert found is None or 0 < found <= 5_000


async def test_a_voice_note_is_sent_and_says_how_long_it_is(staffroom: Staffroom) -> None:
    sent = await send(staffroom, voices.webm(23))
    assert sent == {
        "id": sent["id"], "name": "Voice note.weba", "kind": "voice", "size": len(voices.webm(23)), "alt": "",
        "length_ms": 23_000,
    }  # fmt: skip
    done(await staffroom.post.say(staffroom.amara, staffroom.room, str(sent["id"])))
    answer, content = await staffroom.post.fetch(staffroom.ben, str(sent["id"]))
    assert (answer.headers["content-type"], content) == ("audio/webm", voices.webm(23))
    assert answer.headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize("content", [voices.webm(62), voices.mp4(75), voices.ogg(300)])
async def test_one_that_is_too_long_is_not_kept(staffroom: Staffroom, content: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        await send(staffroom, content)
    assert (refusal.value.code, refusal.value.message) == ("bad_request", "A voice note is at most a minute long.")
    assert [await staffroom.post.world.rows(table) for table in (file, upload)] == [[], []]


@pytest.mark.parametrize("content", [samples.picture(), samples.pdf(), voices.mp4(3, handler=b"vide")])
async def test_what_is_no_sound_is_no_voice_note(staffroom: Staffroom, content: bytes) -> None:
    with pytest.raises(Refusal, match="bad_request") as refusal:
        await send(staffroom, content)
    assert refusal.value.message.startswith("This is no voice note.")


async def test_a_large_one_is_refused_before_it_comes(staffroom: Staffroom) -> None:
    assert code(await begin(staffroom, LARGEST_VOICE + 1)) == "too_large"
    assert "file" in done(await begin(staffroom, LARGEST_VOICE))


async def test_a_sound_that_was_not_recorded_here_may_be_longer(staffroom: Staffroom) -> None:
    sent = await staffroom.post.send(staffroom.amara, staffroom.room, voices.ogg(300), "Song.ogg")
    assert (sent["kind"], sent["length_ms"]) == ("audio", 300_000)


async def send(staffroom: Staffroom, content: bytes) -> dict[str, object]:
    made = done(await begin(staffroom, len(content)))["file"]
    await staffroom.post.bring(staffroom.amara, made, 0, content)
    return await staffroom.post.finishing.finish(staffroom.amara, made)


async def begin(staffroom: Staffroom, size: int) -> Outcome:
    command = BeginUpload(room=staffroom.room, key=uuid4(), name="Voice note.weba", size=size, voice=True)
    return await staffroom.post.world.do(caller_of(staffroom.amara), command)
