"""What people are called and what they type to sign in, made from what a roster says. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from accounts.rules import fold_login

_LONGEST_LOGIN: Final = 40


def display_names(
    learners: Mapping[str, tuple[str, str]], circles: Iterable[Collection[str]], settled: Iterable[Collection[str]]
) -> dict[str, str]:
    """What everybody calls each learner: the given name, and as much of the family's as tells two in a class apart.

    `learners`: (given name, family name) by id. `circles`: who is in a class together. `settled`: beside each circle,
    the names that others in it have already.
    """
    mates: dict[str, set[str]] = {each: set() for each in learners}
    taken: dict[str, set[str]] = {each: set() for each in learners}
    for circle, names in zip(circles, settled, strict=True):
        for each in circle:
            mates[each].update(circle)
            taken[each].update(name.casefold() for name in names)
    return {each: _display(each, learners, mates[each] - {each}, taken[each]) for each in learners}


def _display(each: str, learners: Mapping[str, tuple[str, str]], mates: set[str], taken: set[str]) -> str:
    given, family = learners[each]
    alike = [learners[mate][1] for mate in mates if learners[mate][0].casefold() == given.casefold()]
    others = {name for name in taken if name == given.casefold() or name.startswith(given.casefold() + " ")}
    if not family or not (alike or others):
        return given
    short = f"{given} {family[0].upper()}"
    if short.casefold() in others or any(mate[:1].casefold() == family[:1].casefold() for mate in alike):
        return f"{given} {family}"
    return short


def sign_in_name(wished: str, given: str, family: str, taken: Collection[str]) -> str:
    """The wish, if it is free, else a short name made of the given name and the family's initial."""
    wish = fold_login(wished)[:_LONGEST_LOGIN]
    if wish and wish not in taken:
        return wish
    first, last = _plain(given), _plain(family)
    base = ((first or last or "person") + (last[:1] if first else ""))[:_LONGEST_LOGIN]
    if base not in taken:
        return base
    number = 2
    while f"{base}{number}" in taken:
        number += 1
    return f"{base}{number}"


def _plain(name: str) -> str:
    """`"Zoë-Mae"` → `zoemae`. Letters of other scripts stay: whoever bears the name can type it."""
    parted = unicodedata.normalize("NFKD", name)
    bare = "".join(letter for letter in parted if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "", fold_login(bare))
