"""Languages: gettext catalogues read at start, and which of them a request wants."""

import gettext
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import Request

from web.look import look_of
from web.pseudo import tag_of

FOLDER: Final = Path(__file__).parent / "translations"
COOKIE: Final = "corridor_language"
COOKIE_AGE: Final = 400 * 24 * 3600


@cache
def catalogues() -> Mapping[str, gettext.NullTranslations]:
    """Every language there is; English is what the strings are written in."""
    found: dict[str, gettext.NullTranslations] = {"en": gettext.NullTranslations()}
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        language = path.parts[-3]
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        found[language] = gettext.GNUTranslations(compiled)
    return found


def language_of(request: Request) -> str:
    """What is asked for here, else what the person has settled, the device remembers, the browser wants, English."""
    known = catalogues()
    for wish in (*_asked(request), *_accepted(request)):
        if wish and wish.split("-")[0].lower() in known:
            return wish.split("-")[0].lower()
    return "en"


def pseudo_of(request: Request) -> str | None:
    """The made-up language that is asked for instead, where the installation is a developer's."""
    if not look_of(request).pseudo:
        return None
    return next((tag_of(wish) for wish in _asked(request) if wish), None)


def own_names() -> Mapping[str, str]:
    """Every language by its own name, for those who look for it."""
    return {language: str(Locale.parse(language).get_display_name()).capitalize() for language in catalogues()}


def direction(language: str) -> str:
    """`rtl` or `ltr`."""
    return str(Locale.parse(language).text_direction)


def _asked(request: Request) -> tuple[str | None, ...]:
    return request.query_params.get("lang"), look_of(request).language, request.cookies.get(COOKIE)


def _accepted(request: Request) -> list[str]:
    wishes = []
    for part in request.headers.get("accept-language", "")[:500].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((-float(quality or 1), tag))
        except ValueError:
            continue
    return [tag for _, tag in sorted(wishes)]
