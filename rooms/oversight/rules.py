"""How long a look is good, as what one looks, and how traffic is counted. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

LOOK_MS: Final = 30 * 60 * 1000
MOST_SHOWN: Final = 50
PAGE: Final = 50
DAY_MS: Final = 24 * 3600 * 1000

Role = Literal["safeguarding", "teaching", "leading"]  # as what somebody looks
Partner = Literal["own_teachers", "other_staff", "classmates", "other_learners", "others"]


@dataclass(frozen=True, slots=True)
class Said:
    """How much one person has said in one thread, in the last seven days and in the last thirty."""

    room: str
    by: str
    week: int
    month: int


@dataclass(slots=True)
class Traffic:
    """What one learner sent and received, and with how many people of which kind in the last thirty days."""

    sent_week: int = 0
    sent_month: int = 0
    received_week: int = 0
    received_month: int = 0
    partners: dict[Partner, set[str]] = field(default_factory=dict)

    def counted(self) -> dict[Partner, int]:
        return {kind: len(people) for kind, people in self.partners.items()}


def partner(kind: str | None, relations: Collection[str]) -> Partner:
    """What somebody is to a learner, as coarsely as it is told."""
    if kind == "staff":
        return "own_teachers" if "own_teacher" in relations else "other_staff"
    if kind == "learner":
        return "classmates" if "same_class" in relations else "other_learners"
    return "others"


def traffic(
    learners: Iterable[str], said: Iterable[Said], there: Mapping[str, Collection[str]],
    partners: Mapping[tuple[str, str], Partner],
) -> dict[str, Traffic]:  # fmt: skip
    """By learner. there: who is in each thread; partners: what the second is to the first."""
    found = {each: Traffic() for each in learners}
    for each in said:
        for who in there.get(each.room, ()):
            of = found.get(who)
            if of is None:
                continue
            if who == each.by:
                of.sent_week += each.week
                of.sent_month += each.month
            else:
                of.received_week += each.week
                of.received_month += each.month
            for other in there[each.room]:
                if other != who:
                    of.partners.setdefault(partners[who, other], set()).add(other)
    return found
