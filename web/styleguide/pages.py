"""The page of components, in development only."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.look import Look, look_of
from web.pages import Pages

ACCENTS: Final = ("school", "teal", "plum", "brick", "moss", "navy", "ochre", "rose", "slate")
# What the page's switches change, each a pair of a query's name and the attribute of <html> that it becomes.
SWITCHES: Final = ("theme", "contrast", "calm", "font", "size", "skin")
NOBODY: Final[dict[str, Any]] = {"id": "p000000001", "name": "Amara Okafor", "initials": "AO", "role": "teacher"}


def styleguide_routes(pages: Pages) -> list[Route]:
    async def show(request: Request) -> Response:
        request.state.look = _switched(request)
        context = {"accents": ACCENTS, "somebody": NOBODY, "asked": dict(request.query_params)}
        return pages.render(request, "styleguide.html", context)

    return [Route("/styleguide", show, methods=["GET"])]


def _switched(request: Request) -> Look:
    asked = {name: request.query_params[name] for name in SWITCHES if request.query_params.get(name)}
    here = look_of(request)
    return Look(here.language, asked, here.brand, pseudo=here.pseudo)
