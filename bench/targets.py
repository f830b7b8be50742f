"""What is to be reached, and whether it was. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.figures import Figure, figure, ratio


@dataclass(frozen=True)
class Target:
    """A row of the table.

    ours, peer: names of measures. With a peer, `bound` is for ours ÷ peer, round by round; without one, or with one
    that is not `compared` and only shown, for ours itself.
    """

    what: str
    unit: str
    ours: str
    bound: float
    peer: str = ""
    beside: str = ""  # what the peer is called
    at_least: bool = False
    compared: bool = True

    @property
    def relative(self) -> bool:
        return self.compared and bool(self.peer)

    @property
    def to_reach(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.bound:g}×" if self.relative else f"{sign} {self.bound:g} {self.unit.split(' ')[0]}"


@dataclass(frozen=True)
class Verdict:
    """A target and what became of it; figures are None where nothing was measured."""

    target: Target
    ours: Figure | None
    peer: Figure | None
    ratio: float | None
    met: bool | None


def judge(target: Target, measures: Mapping[str, Mapping[int, float]]) -> Verdict:
    """Compare the rounds that have all that is needed."""
    ours, peer = measures.get(target.ours, {}), measures.get(target.peer, {})
    common = sorted(ours.keys() & peer.keys())
    compared = ratio([ours[r] for r in common], [peer[r] for r in common]) if common else None
    mine = figure(list(ours.values())) if ours else None
    theirs = figure(list(peer.values())) if peer else None
    return Verdict(target, mine, theirs, compared, _met(target, mine, compared))


def _met(target: Target, ours: Figure | None, compared: float | None) -> bool | None:
    value = compared if target.relative else ours.median if ours else None
    if value is None:
        return None
    return value >= target.bound if target.at_least else value <= target.bound
