"""Rendering pages."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse

from web.assets import Assets
from web.i18n import COOKIE, COOKIE_AGE, catalogues, direction, language_of, own_names

REGIONS: Final = {"en": "en_GB"}  # whose way of writing times is meant, where a language has several
TEMPLATES: Final = Path(__file__).parent / "templates"


class Pages:
    """Turns a template and a context into a response, in the reader's language."""

    def __init__(self, assets: Assets, folders: Sequence[Path], asked: Mapping[str, Callable[..., Any]] = {}) -> None:
        """`asked`: functions that templates may ask."""
        self._assets = assets
        self._asked = dict(asked)
        self._environments = {language: self._environment(language, [TEMPLATES, *folders]) for language in catalogues()}

    def _environment(self, language: str, folders: Sequence[Path]) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(folders), autoescape=True, trim_blocks=True, lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
            auto_reload=False,  # else every page asks the disk after each of its templates
        )  # fmt: skip
        environment.install_gettext_translations(catalogues()[language], newstyle=True)  # type: ignore[attr-defined]
        environment.globals.update(
            lang=language, dir=direction(language), languages=own_names(), asset=self._assets.url, **self._asked
        )
        return environment

    def render(self, request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        language = language_of(request)
        common = {"path": request.url.path, "person": None, "school": None, "csrf": ""}
        html = self._environments[language].get_template(template).render({**common, **context})
        headers = {"Cache-Control": "no-store", "Content-Language": language, "Vary": "Cookie, Accept-Language"}
        response = HTMLResponse(html, status, headers)
        if request.query_params.get("lang") == language:
            response.set_cookie(COOKIE, language, max_age=COOKIE_AGE, httponly=True, samesite="lax")
        return response

    def sentence(self, request: Request, text: str) -> str:
        """A sentence of the program's in the reader's language, or as it is."""
        return catalogues()[language_of(request)].gettext(text)


def time_label(at_ms: int, zone: str, language: str) -> str:
    """`07:50`, on the school's clock."""
    return str(format_time(_at(at_ms, zone), "short", tzinfo=ZoneInfo(zone), locale=REGIONS.get(language, language)))


def day_label(at_ms: int, zone: str, language: str) -> str:
    """`Friday 20 November`."""
    return str(format_date(_at(at_ms, zone).date(), "EEEE d MMMM", locale=language))


def full_day(day: date, language: str) -> str:
    """`Friday 20 November 2026`."""
    return str(format_date(day, "EEEE d MMMM y", locale=language))


def _at(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
