"""The pictures there are, and how they are dealt out. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

# Each child has one of these as their own; by their names in Lucide. templates/pictures.html says what they are.
OWN: Final = (
    "dog", "rabbit", "bird", "squirrel", "turtle", "snail", "panda", "bug", "worm", "rat",
    "banana", "carrot", "cherry", "grape", "pizza", "cake", "cookie", "donut", "ice-cream-cone", "lollipop",
    "bus", "car", "train-front", "tractor", "truck", "plane", "helicopter", "rocket", "sailboat", "hot-air-balloon",
    "castle", "lighthouse", "tent", "mountain", "rainbow", "snowflake", "sun", "star", "shell", "feather",
    "crown", "gift", "guitar", "piano", "bell", "anchor", "trophy", "bot",
)  # fmt: skip
# Three of these in order are a child's secret: 1,728 of them. None is anybody's own picture.
SECRET: Final = (
    "apple", "bike", "cat", "coffee", "drum", "fish", "flower", "house", "key", "moon", "tree-pine", "umbrella",
)  # fmt: skip
LENGTH: Final = 3
MOST_WRONG: Final = 12  # tries in a row before the teacher has to help, however long they are apart

Choose = Callable[[Sequence[str]], str]


def deal_own(taken: Collection[str], choose: Choose) -> str:
    """An own picture that nobody in the class has, as long as there is one."""
    free = [each for each in OWN if each not in taken]
    return choose(free or OWN)


def deal_secret(choose: Choose) -> tuple[str, ...]:
    return tuple(choose(SECRET) for _ in range(LENGTH))


def picks(text: str) -> tuple[str, ...]:
    """The pictures that were tapped so far, written with spaces between; what is none of ours does not count."""
    return tuple(each for each in text[:200].split(" ") if each in SECRET)[:LENGTH]


def picked(fields: Mapping[str, str]) -> tuple[str, ...]:
    """The pictures chosen when this form was sent: those that it carried, and the one that was tapped now."""
    if "again" in fields:
        return ()
    return (*picks(fields.get("picked", "")), *picks(fields.get("add", ""))[:1])[:LENGTH]
