"""The built front end: logical names to hashed files."""

from mimetypes import guess_type
from pathlib import Path
from typing import Final

import msgspec
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER: Final = Path(__file__).parent / "static" / "build"


class Assets:
    """The manifest that the front end's build writes."""

    def __init__(self, folder: Path = FOLDER) -> None:
        try:
            manifest = (folder / "manifest.json").read_bytes()
        except FileNotFoundError:
            raise RuntimeError("The front end is not built yet: run `make web`.") from None
        self._files = msgspec.json.decode(manifest, type=dict[str, str])

    def url(self, name: str) -> str:
        return f"/static/{self.file(name)}"

    def file(self, name: str) -> str:
        """The name of the file in the folder."""
        return self._files[name]


class ForeverFiles(StaticFiles):
    """Files whose names hold a hash of what is in them may be kept for good; packed for whoever can unpack them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        packed = f"{path}.gz"
        if _unpacks(scope) and self.lookup_path(packed)[1] is not None:
            response = await super().get_response(packed, scope)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Type"] = guess_type(path)[0] or "application/octet-stream"
        else:
            response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers.add_vary_header("Accept-Encoding")
        return response


def _unpacks(scope: Scope) -> bool:
    """Whether the browser takes gzip; quality nought means that it does not."""
    for wish in Headers(scope=scope).get("accept-encoding", "").split(","):
        name, _, quality = wish.replace(" ", "").partition(";q=")
        if name == "gzip":
            return quality.strip("0.") != "" or quality == ""
    return False
