"""The arithmetic of the table: medians, ranges, percentiles, ratios. Pure."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One quantity over all rounds."""

    median: float
    least: float
    most: float


def figure(values: Sequence[float]) -> Figure:
    """The median and range of at least one round."""
    return Figure(statistics.median(values), min(values), max(values))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` (0…1) of `values` do not exceed: the nearest-rank method."""
    if not values:
        raise ValueError("no values, no percentile")
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * round(share * 1000) // 1000))
    return ordered[rank - 1]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median over rounds of ours ÷ theirs of the same round: both saw the same neighbours."""
    return statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
