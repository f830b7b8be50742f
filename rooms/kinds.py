"""The kinds of room as data: whom each takes in, who writes, its face. Names and words are in room_kinds.html."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

from accounts.rights import ROOM_KINDS, STAFF_ONLY

Part = Literal["learners", "staff", "guardians"]
WhoWrites = Literal["everyone", "staff", "keepers"]
Past = Literal["everything", "from_joining"]

# A few people among themselves: threads of stickies, and where somebody asks for help. No doors lead there.
PRIVATE: Final = frozenset({"thread", "help"})

PARTS: Final[tuple[str, ...]] = get_args(Part)  # of a group's people; guardians are those of its learners
PASTS: Final[tuple[str, ...]] = get_args(Past)
# Of those whom the school's rules let write there. In a sub-group only staff do, and nobody else shows themselves:
# else its people would learn who else is in it.
HANDED_OUT: Final = "handed_out"
WHO_WRITES: Final[tuple[str, ...]] = (*get_args(WhoWrites), HANDED_OUT)

ACCENTS: Final = ("teal", "plum", "brick", "moss", "navy", "ochre", "rose", "slate")  # web/styles/accents.css

# Those of web/build-contents.mjs that make a good sign on a door.
ICONS: Final = (
    "coffee", "shapes", "door-open", "book-open", "landmark", "megaphone", "users", "message-circle", "leaf", "sun",
    "moon", "camera", "image", "monitor", "life-buoy", "puzzle", "music", "palette", "calculator", "flask-conical",
    "globe", "house", "languages", "trophy", "sprout", "heart-handshake", "briefcase",
)  # fmt: skip

EVERY_GROUP: Final = frozenset({"class", "teaching", "tutor", "house", "year", "club", "department"})
_TAUGHT: Final = frozenset({"class", "teaching", "tutor"})
_YEARS: Final = frozenset({"year", "class", "tutor", "house"})


@dataclass(frozen=True, slots=True)
class Template:
    """What a room of a kind begins with; all of it can be changed in the room.

    follows: which of a group's people come in. groups: the kinds of groups that suggest themselves.
    teachers_keep: those who teach such a group look after the room.
    for_teachers: whoever teaches a group may make one for it. leaving: who was let in by name may leave by themselves.
    """

    icon: str
    accent: str
    follows: tuple[Part, ...] = ("learners", "staff")
    groups: frozenset[str] = EVERY_GROUP
    who_writes: WhoWrites = "everyone"
    past: Past = "everything"
    teachers_keep: bool = True
    for_teachers: bool = False
    leaving: bool = True


TEMPLATES: Final[Mapping[str, Template]] = MappingProxyType({
    "staffroom": Template("coffee", "teal", ("staff",), frozenset({"department"}), teachers_keep=False, leaving=False),
    "classroom": Template("shapes", "navy", groups=_TAUGHT, for_teachers=True, leaving=False),
    "hall": Template("door-open", "ochre", groups=_YEARS, teachers_keep=False, leaving=False),
    "subject": Template("book-open", "moss", groups=_TAUGHT, for_teachers=True, leaving=False),
    "specialist": Template("puzzle", "plum", groups=_TAUGHT | {"club"}, for_teachers=True, leaving=False),
    "assistants": Template("heart-handshake", "rose", ("staff",), frozenset({"department"})),
    "governors": Template("landmark", "slate", ("staff",), frozenset()),
    "department": Template("briefcase", "teal", ("staff",), frozenset({"department"})),
    "club": Template("users", "brick", groups=frozenset({"club", "class", "tutor", "year"}), for_teachers=True),
    "council": Template("megaphone", "rose", groups=frozenset({"club", "house"}), teachers_keep=False),
    "family": Template("house", "plum", ("staff", "guardians"), _TAUGHT, for_teachers=True, leaving=False),
})  # fmt: skip

SPARE: Final = Template("door-closed", "teal", leaving=False)  # of the kinds that come by themselves
_PRIVATE: Final[Mapping[str, Template]] = MappingProxyType({
    "thread": Template("sticky-note", "ochre", leaving=False), "help": Template("life-buoy", "teal", leaving=False),
})  # fmt: skip


def template(kind: str) -> Template:
    return TEMPLATES.get(kind) or _PRIVATE.get(kind, SPARE)


def parts_for(kind: str) -> frozenset[str]:
    """Which of a group's people can be in a room of this kind at all."""
    if kind in STAFF_ONLY or kind == "governors":
        return frozenset({"staff"})
    return frozenset(PARTS) if kind == "family" else frozenset({"learners", "staff"})


def icon_of(kind: str, icon: str | None) -> str:
    return icon or template(kind).icon


def accent_of(kind: str, accent: str | None) -> str:
    return accent or template(kind).accent


if set(TEMPLATES) != set(ROOM_KINDS):  # a kind without a template could be made by nobody
    raise RuntimeError("Every kind of room has its template.")
