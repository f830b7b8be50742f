"""QR codes as inline SVG, black on white whatever the page's colours."""

from typing import Literal

import segno
from markupsafe import Markup


def square(text: str, error: Literal["m", "q"] = "m") -> Markup:
    """Legible when a seventh of it is dirty (`m`), or a quarter (`q`: for what children carry about)."""
    code = segno.make_qr(text, error=error)
    return Markup(code.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None, light="#fff"))  # noqa: S704 - made here, of a text of ours
