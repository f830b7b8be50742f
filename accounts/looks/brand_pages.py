"""What browsers fetch for themselves: a school's colour and logo, the manifest, the service worker, the offline page.

None of it is anybody's in particular: the same address always gives the same answer to everybody.
"""

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from accounts.looks import keeping
from realtime.refusal import Refusal
from storage.database import Database
from web import colours
from web.assets import FOLDER, Assets
from web.pages import Pages

FOREVER: Final = "public, max-age=31536000, immutable"
FOR_A_DAY: Final = "public, max-age=86400"
PAPER: Final = "#f5eede"  # --wall of web/styles/tokens.css
TEAL: Final = "#0b6e69"


class BrandPages:
    """Routes that browsers ask on behalf of a page."""

    def __init__(self, database: Database, pages: Pages, assets: Assets) -> None:
        self._database = database
        self._pages = pages
        self._assets = assets

    def routes(self) -> list[Route]:
        return [
            Route("/brand/{colour:str}.css", self.colour, methods=["GET"]),
            Route("/brand/{digest:str}.png", self.logo, methods=["GET"]),
            Route("/brand/{school:str}.webmanifest", self.manifest, methods=["GET"]),
            Route("/service-worker.js", self.service_worker, methods=["GET"]),
            Route("/offline", self.offline, methods=["GET"]),
        ]

    async def colour(self, request: Request) -> Response:
        wish = request.path_params["colour"]
        if not colours.is_colour(wish):
            raise Refusal("not_found")
        return Response(stylesheet(wish), media_type="text/css", headers={"Cache-Control": FOREVER})

    async def logo(self, request: Request) -> Response:
        image = await self._database.read(keeping.logo, request.path_params["digest"][:64].replace("\0", ""))
        if image is None:
            raise Refusal("not_found")
        return Response(image, media_type="image/png", headers={"Cache-Control": FOREVER})

    async def manifest(self, request: Request) -> Response:
        """Of no school where there is none of this id: nobody learns by it which there are."""
        found = await self._database.read(keeping.brand, request.path_params["school"][:40].replace("\0", ""))
        name = f"{found.name} · Corridor" if found else "Corridor"
        colour = f"#{colours.readable_on_paper(found.colour)}" if found and found.colour else TEAL
        said = manifest(name, colour, self._assets)
        return Response(
            msgspec.json.encode(said), media_type="application/manifest+json", headers={"Cache-Control": FOR_A_DAY}
        )

    async def service_worker(self, _: Request) -> Response:
        """At the root, since it answers for all pages; its file is asked for anew each time."""
        path = FOLDER / self._assets.file("service-worker.js")
        return FileResponse(path, media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    async def offline(self, request: Request) -> Response:
        return self._pages.render(request, "offline.html", {})


def stylesheet(wish: str) -> str:
    """The colour as near to the wish as text on it can be read: by day and by lamplight, and with more contrast."""
    usual = _accent(":root", wish, colours.READABLE)
    more = _accent(":root[data-contrast]", wish, colours.VERY_READABLE)
    asked = _accent(":root", wish, colours.VERY_READABLE)
    return f"{usual}{more}@media (prefers-contrast:more){{{asked}}}"


def _accent(root: str, wish: str, contrast: float) -> str:
    paper, lamplight = colours.readable_on_paper(wish, contrast), colours.readable_by_lamplight(wish, contrast)
    return f'{root},{root} [data-accent="school"]{{--hue:#{paper};--glow:#{lamplight}}}'


def manifest(name: str, colour: str, assets: Assets) -> dict[str, object]:
    """https://www.w3.org/TR/appmanifest/"""
    icons = [
        {"src": assets.url(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    masked = {
        "src": assets.url("icon-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable",
    }  # fmt: skip
    return {
        "id": "/", "name": name, "short_name": "Corridor", "start_url": "/", "scope": "/", "display": "standalone",
        "dir": "auto", "theme_color": colour, "background_color": PAPER, "icons": [*icons, masked],
    }  # fmt: skip
