"""How a page looks to its reader: what the server writes into it before it is shown, so that nothing flashes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import HTTPConnection


@dataclass(frozen=True)
class Brand:
    """The school that a page is of. `colour`: six hexadecimal digits; `logo`: the digest of its image; empty: none."""

    school: str = ""  # its id
    name: str = ""
    colour: str = ""
    logo: str = ""

    @property
    def stylesheet(self) -> str:
        return f"/brand/{self.colour}.css" if self.colour else ""

    @property
    def image(self) -> str:
        return f"/brand/{self.logo}.png" if self.logo else ""

    @property
    def manifest(self) -> str:
        return f"/brand/{self.school or 'corridor'}.webmanifest"


@dataclass(frozen=True)
class Look:
    """`language`: the one that the reader has settled; `attributes`: those of <html>, by their names after `data-`."""

    language: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    brand: Brand = field(default_factory=Brand)
    reader: str = ""  # the id of whoever is signed in: what the browser keeps of a page is kept for them alone
    keeps: bool = True  # whether the browser may keep what was read, to be read offline
    pseudo: bool = False  # whether made-up languages may be asked for, in development

    @property
    def skin(self) -> str:
        return self.attributes.get("skin", "")


PLAIN: Final = Look()
SCHOOL: Final = "corridor_school"  # the cookie with the id of the school whose people use this device


def look_of(request: HTTPConnection) -> Look:
    """The look that whoever opened the door has laid ready, or the plain one."""
    found: Look = getattr(request.state, "look", PLAIN)
    return found
