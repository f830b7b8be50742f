"""What people are called and what they type to sign in, made from what a roster says. Pure."""

import re
import unicodedata
from collections import Counter
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
    found: dict[str, str] = {each: learners[each][0] for each in learners}
    for circle, names in zip(circles, settled, strict=True):
        folded = {name.casefold() for name in names}
        givens = Counter(_folded(learners[each]) for each in circle)
        initials = Counter((_folded(learners[each]), learners[each][1][:1].casefold()) for each in circle)
        for each in circle:
            found[each] = max(found[each], _display(learners[each], givens, initials, folded), key=len)
    return found


def _display(
    learner: tuple[str, str], givens: Counter[str], initials: Counter[tuple[str, str]], taken: set[str]
) -> str:
    """As this one class needs it. Counted, not compared each with each: a class may be as large as a file."""
    (given, family), fold = learner, _folded(learner)
    others = {name for name in taken if name == fold or name.startswith(fold + " ")}
    if not family or (givens[fold] == 1 and not others):
        return given
    short = f"{given} {family[0].upper()}"
    if short.casefold() in others or initials[fold, family[:1].casefold()] > 1:
        return f"{given} {family}"
    return short


def _folded(learner: tuple[str, str]) -> str:
    return learner[0].casefold()


def sign_in_name(wished: str, given: str, family: str, taken: Collection[str], numbers: dict[str, int]) -> str:
    """The wish, if it is free, else a short name made of the given name and the family's initial.

    `numbers` remembers between calls how far the numbers behind a name have got: there may be thousands alike.
    """
    wish = fold_login(wished)[:_LONGEST_LOGIN]
    if wish and wish not in taken:
        return wish
    first, last = _plain(given), _plain(family)
    base = ((first or last or "person") + (last[:1] if first else ""))[:_LONGEST_LOGIN]
    if base not in taken:
        return base
    number = numbers.get(base, 2)
    while f"{base}{number}" in taken:
        number += 1
    numbers[base] = number
    return f"{base}{number}"


def _plain(name: str) -> str:
    """`"Zoë-Mae"` → `zoemae`. Letters of other scripts stay: whoever bears the name can type it."""
    parted = unicodedata.normalize("NFKD", name)
    bare = "".join(letter for letter in parted if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "", fold_login(bare))
