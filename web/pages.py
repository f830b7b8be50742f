"""Rendering pages."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from web.assets import Assets
from web.i18n import COOKIE, COOKIE_AGE, catalogues, direction, language_of, own_names, pseudo_of
from web.look import SCHOOL, Look, look_of
from web.pseudo import TAGS, Pseudo
from web.wording import wording

REGIONS: Final = {"en": "en_GB"}  # whose way of writing times is meant, where a language has several
TEMPLATES: Final = Path(__file__).parent / "templates"


class Pages:
    """Turns a template and a context into a response, in the reader's language."""

    def __init__(self, assets: Assets, folders: Sequence[Path], asked: Mapping[str, Callable[..., Any]] = {}) -> None:
        """`asked`: functions that templates may ask."""
        self._assets = assets
        self._folders = [TEMPLATES, *folders]
        self._asked = dict(asked)
        self._environments = {language: self._environment(language) for language in catalogues()}

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(self._folders), autoescape=True, trim_blocks=True, lstrip_blocks=True,
            auto_reload=False,  # else every page asks the disk after each of its templates
        )  # fmt: skip
        pseudo = TAGS.get(language)
        catalogue = Pseudo(pseudo) if pseudo else catalogues()[language]
        environment.globals.update(
            lang=language, dir=pseudo or direction(language), languages=own_names(), asset=self._assets.url,
            **wording(catalogue), **self._asked,
        )  # fmt: skip
        return environment

    def render(self, request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        language, look = self._language(request), look_of(request)
        asker = getattr(request.state, "actor", None)  # who is signed in: also known to pages that are about nobody
        common = {
            "path": request.url.path, "person": None, "school": None, "csrf": "", "look": look, "asker": asker,
        }  # fmt: skip
        html = self._environments[language].get_template(template).render({**common, **context})
        response = HTMLResponse(html, status, {**_headers(look), "Content-Language": language})
        if (request.query_params.get("lang") or "").lower() == language:
            _set(request, response, COOKIE, language)
        if look.reader and request.cookies.get(SCHOOL) != look.brand.school:
            _set(request, response, SCHOOL, look.brand.school)
        return response

    def _language(self, request: Request) -> str:
        """One that there is an environment for; those of made-up languages are made when they are asked for."""
        pseudo = pseudo_of(request)
        if pseudo is None:
            return language_of(request)
        if pseudo not in self._environments:
            self._environments[pseudo] = self._environment(pseudo)
        return pseudo

    def words(self, language: str, template: str, context: Mapping[str, Any]) -> str:
        """What a template says in a language, for what is no page; in English where it is none of ours."""
        environment = self._environments.get(language) or self._environments["en"]
        return environment.get_template(template).render(context)

    def sentence(self, request: Request, text: str) -> str:
        """A sentence of the program's in the reader's language, or as it is."""
        pseudo = pseudo_of(request)
        return Pseudo(TAGS[pseudo]).gettext(text) if pseudo else catalogues()[language_of(request)].gettext(text)


def _set(request: Request, response: Response, name: str, value: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=COOKIE_AGE, httponly=True, samesite="lax", secure=secure)


def _headers(look: Look) -> dict[str, str]:
    """Also for the service worker: whose page it is, and whether it may be kept for reading offline."""
    whose = {"Corridor-Reader": look.reader} if look.reader else {}
    kept = {} if look.keeps else {"Corridor-Offline": "no"}
    return {"Cache-Control": "no-store", "Vary": "Cookie, Accept-Language", **whose, **kept}


def time_label(at_ms: int, zone: str, language: str) -> str:
    """`07:50`, on the school's clock."""
    return str(format_time(_at(at_ms, zone), "short", tzinfo=ZoneInfo(zone), locale=REGIONS.get(language, language)))


def day_label(at_ms: int, zone: str, language: str) -> str:
    """`Friday 20 November`."""
    return str(format_date(_at(at_ms, zone).date(), "EEEE d MMMM", locale=language))


def weekday_label(at_ms: int, zone: str, language: str) -> str:
    """`Friday`."""
    return str(format_date(_at(at_ms, zone).date(), "EEEE", locale=language))


def full_day(day: date, language: str) -> str:
    """`Friday 20 November 2026`."""
    return str(format_date(day, "EEEE d MMMM y", locale=language))


def _at(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
