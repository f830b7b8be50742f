"""Having a file looked into by a process of its own, which may crash, hang or be killed without harm to anybody."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from realtime.refusal import Refusal
from rooms.files.kinds import TYPES, Type
from rooms.files.sentences import refusal

AT_ONCE: Final = 2  # processes; more would only wait for each other
PATIENCE: Final = 40.0  # seconds on the wall's clock
WORKSHOP: Final = (sys.executable, "-I", "-B", str(Path(__file__).with_name("workshop.py")))
LONGEST_ANSWER: Final = 64 * 1024

Side = Annotated[int, Meta(ge=1, le=100_000)]


class Shape(Struct, frozen=True):
    """A file in the folder: whole, view or thumb."""

    shape: Annotated[str, Meta(pattern="^(whole|view|thumb)$")]
    media_type: Annotated[str, Meta(pattern="^[a-z]+/[a-z0-9.+-]+$")]
    width: Side | None = None
    height: Side | None = None


class _Said(Struct, frozen=True):
    kind: str = ""
    shapes: tuple[Shape, ...] = ()
    length_ms: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    refused: str = ""


class Checked(Struct, frozen=True):
    """What a file is, and the shapes of it that now lie in the folder."""

    type: Type
    shapes: tuple[Shape, ...]
    length_ms: int | None = None  # of a sound


class Checker:
    """Lets a few files be looked into at one time."""

    def __init__(self, workshop: tuple[str, ...] = WORKSHOP, patience: float = PATIENCE) -> None:
        self._workshop = workshop
        self._patience = patience
        self._places = asyncio.Semaphore(AT_ONCE)

    async def check(self, folder: Path) -> Checked:
        """Look into `folder/source`; a Refusal with a sentence if it is not taken."""
        async with self._places:
            answer = await self._answer(folder)
        try:
            said = msgspec.json.decode(answer, type=_Said)
        except msgspec.DecodeError:  # it was killed: by its limits, or because a file made it crash
            raise refusal("bomb") from None
        if said.refused or said.kind not in TYPES:
            raise refusal(said.refused or "damaged")
        for each in said.shapes:
            _check_written(folder / each.shape)
        return Checked(TYPES[said.kind], said.shapes, said.length_ms)

    async def _answer(self, folder: Path) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *self._workshop, str(folder), stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},  # nothing of the server's: no secret
            start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None  # noqa: S101 - it was asked for
        try:
            async with asyncio.timeout(self._patience):
                answer = await process.stdout.read(LONGEST_ANSWER)
                await process.wait()
        except TimeoutError:
            raise refusal("slow") from None
        finally:
            await _end(process)
        return answer


async def _end(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _check_written(path: Path) -> None:
    """It may be anything that a process wrote which something had taken over: only a plain file is taken."""
    if path.is_symlink() or not path.is_file():
        raise Refusal("unavailable")
