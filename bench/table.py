"""The table that `make bench` prints. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from bench.figures import Figure
from bench.targets import Verdict

HEAD = ("what", "figure", "ours (least–most)", "beside it", "ratio", "to reach", "met")
NOTHING = "–"
_THOUSAND, _HUNDRED, _TEN, _ONE = 1000, 100, 10, 1


def table(verdicts: Sequence[Verdict]) -> str:
    """Lines of equal width, columns aligned; what is said once is not repeated below itself."""
    rows = [HEAD, *(_row(verdict) for verdict in verdicts)]
    rows[1:] = [_without_repeats(row, above) for above, row in pairwise(rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "─" * (sum(widths) + 2 * (len(HEAD) - 1)), *lines[1:]])


def number(value: float) -> str:
    """Three figures that count: 23456 → 23,456; 12.34 → 12.3; 0.0123 → 0.012."""
    if value == 0 or abs(value) >= _THOUSAND:
        return f"{value:,.0f}"
    if abs(value) >= _HUNDRED:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= _TEN else f"{value:.2f}" if abs(value) >= _ONE else f"{value:.3f}"


def _row(verdict: Verdict) -> tuple[str, ...]:
    target = verdict.target
    beside = f"{target.beside} {number(verdict.peer.median)}" if verdict.peer else target.beside or NOTHING
    return (
        target.what,
        target.unit,
        _range(verdict.ours),
        beside,
        NOTHING if verdict.ratio is None else f"{number(verdict.ratio)}×",
        target.to_reach,
        {True: "yes", False: "no", None: "not measured"}[verdict.met],
    )


def _range(ours: Figure | None) -> str:
    if ours is None:
        return NOTHING
    return f"{number(ours.median)} ({number(ours.least)}–{number(ours.most)})"


def _without_repeats(row: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
    return ("", *row[1:]) if row[0] == above[0] else row
