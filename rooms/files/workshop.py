"""The process in which one file is opened: `python -I workshop.py FOLDER`, with limits that it cannot lift again.

It reads FOLDER/source, writes what is kept beside it, and prints what it found as one line of JSON.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, Final

MEMORY: Final = 1536 * 1024 * 1024  # bytes of addresses, the interpreter's among them
SECONDS: Final = 25  # of the processor
LARGEST: Final = 128 * 1024 * 1024  # bytes of a file that it writes


def main(folder: Path) -> None:
    _bind()
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from rooms.files.kinds import Unwelcome  # noqa: PLC0415 - not before the limits hold

    try:
        said: dict[str, Any] = _look_into(folder)
    except Unwelcome as reason:
        said = {"refused": str(reason)}
    except (MemoryError, RecursionError):
        said = {"refused": "bomb"}
    print(json.dumps(said))


def _bind() -> None:
    os.nice(5)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, LARGEST),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 64), (resource.RLIMIT_NPROC, 0),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))


def _look_into(folder: Path) -> dict[str, Any]:
    from rooms.files import kinds, lengths, media  # noqa: PLC0415

    source = folder / "source"
    with source.open("r+b") as file:
        found = kinds.recognise(file)
        if found.media_type in ("video/mp4", "video/quicktime", "audio/mp4"):
            media.forget_places(file)
        length = lengths.length_ms(found.extensions[0], file)
    if found.kind != "picture":
        source.rename(folder / "whole")
        shapes = [{"shape": "whole", "media_type": found.media_type}]
        return {"kind": found.extensions[0], "shapes": shapes, "length_ms": length}
    from rooms.files.pictures import make  # noqa: PLC0415 - only pictures need its libraries

    return {"kind": found.extensions[0], "shapes": [vars(each) for each in make(source, found, folder)]}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
