"""The process in which something from outside is taken apart: `python -I reader.py feed|page TYPE ADDRESS`.

It reads the bytes from its standard input and prints what they say, as text, as one line of JSON. Its limits cannot be
lifted again; it never opens a connection or a file.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Final

MEMORY: Final = 512 * 1024 * 1024  # bytes of addresses, the interpreter's among them
SECONDS: Final = 8  # of the processor


def main(kind: str, content_type: str, url: str) -> None:
    _bind()
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from rooms.embeds import taking_apart  # noqa: PLC0415 - not before the limits hold

    take = {"feed": taking_apart.feed, "page": taking_apart.page}[kind]
    print(json.dumps(take(sys.stdin.buffer.read(), content_type, url)))


def _bind() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 32), (resource.RLIMIT_NPROC, 0),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:4])
