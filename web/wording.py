"""The program's own sentences in one language, as templates ask for them: hundreds of times a page."""

from collections.abc import Callable
from typing import Protocol

from markupsafe import Markup


class Catalogue(Protocol):
    """Where the sentences come from: gettext's translations, or a made-up language."""

    def gettext(self, message: str, /) -> str: ...
    def ngettext(self, singular: str, plural: str, n: int, /) -> str: ...


def wording(catalogue: Catalogue) -> dict[str, Callable[..., Markup]]:
    """`_`, `gettext` and `ngettext` for templates. Sentences may hold marks-up; what is put into them is escaped.

    Jinja's own look up and format a sentence anew each time, through the context: three times as dear.
    """
    whole: dict[str, Markup] = {}

    def gettext(message: str, /, **values: object) -> Markup:
        if values:
            return Markup(catalogue.gettext(message)) % values  # noqa: S704 - the program's own
        said = whole.get(message)
        if said is None:
            said = whole[message] = Markup(catalogue.gettext(message)) % values  # noqa: S704
        return said

    def ngettext(singular: str, plural: str, n: int, /, **values: object) -> Markup:
        return Markup(catalogue.ngettext(singular, plural, n)) % {"num": n, **values}  # noqa: S704

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}
