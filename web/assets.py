"""The built front end: logical names to hashed files."""

from pathlib import Path
from typing import Final

import msgspec
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
    """Files whose names hold a hash of what is in them may be kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
