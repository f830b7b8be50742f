import pytest

from bench.table import number, table
from bench.targets import Target, judge

US = "µs of server CPU per delivery"
BESIDE = Target("fan-out", US, "ours", 0.75, "peer", "websockets")
ALONE = Target("fan-out", "ms p99 end to end", "late", 10)
FAST_ENOUGH = Target("durable", "messages a second", "rate", 0.4, "floor", "bare writer", at_least=True)


@pytest.mark.parametrize(("ours", "met"), [(1.4, True), (1.5, True), (1.6, False)])
def test_beside_a_peer_the_ratio_is_judged(ours: float, met: bool) -> None:
    verdict = judge(BESIDE, {"ours": {1: ours}, "peer": {1: 2.0}})
    assert verdict.ratio == ours / 2
    assert verdict.met is met


@pytest.mark.parametrize(("late", "met"), [(10, True), (10.1, False)])
def test_alone_the_median_is_judged(late: float, met: bool) -> None:
    verdict = judge(ALONE, {"late": {1: late, 2: 0, 3: 99}})
    assert verdict.met is met
    assert verdict.ratio is None


def test_a_peer_may_be_shown_without_being_the_measure() -> None:
    shown = Target("fan-out", "ms p99", "late", 10, "peer", "websockets", compared=False)
    verdict = judge(shown, {"late": {1: 9.0}, "peer": {1: 3.0}})
    assert verdict.met is True
    assert verdict.ratio == 3
    assert "≤ 10 ms" in table([verdict])


@pytest.mark.parametrize(("rate", "met"), [(390, False), (400, True)])
def test_a_rate_is_to_be_reached_from_below(rate: float, met: bool) -> None:
    assert judge(FAST_ENOUGH, {"rate": {1: rate}, "floor": {1: 1000}}).met is met


def test_only_rounds_with_both_are_compared_and_all_are_shown() -> None:
    verdict = judge(BESIDE, {"ours": {1: 1.0, 2: 8.0}, "peer": {2: 4.0, 3: 4.0}})
    assert verdict.ratio == 2
    assert verdict.ours is not None
    assert (verdict.ours.least, verdict.ours.most) == (1, 8)


@pytest.mark.parametrize("measures", [{}, {"ours": {1: 1.0}}, {"peer": {1: 1.0}}, {"ours": {1: 1.0}, "peer": {2: 1.0}}])
def test_what_was_not_measured_is_neither_met_nor_missed(measures: dict[str, dict[int, float]]) -> None:
    verdict = judge(BESIDE, measures)
    assert verdict.met is None
    assert "not measured" in table([verdict])


def test_the_table_is_aligned_and_says_what_is_to_be_reached() -> None:
    measures = {"ours": {1: 1.0, 2: 1.5, 3: 2.0}, "peer": {1: 4.0, 2: 4.0, 3: 4.0}, "late": {1: 12.0}}
    head, rule, first, second = table([judge(BESIDE, measures), judge(ALONE, measures)]).splitlines()
    assert "1.50 (1.00–2.00)" in first
    assert "websockets 4.00" in first
    assert first.endswith("yes")
    assert second.endswith("no")
    assert first.index("≤ 0.75×") == second.index("≤ 10 ms") == head.index("to reach")
    assert len(rule) >= max(len(line) for line in (head, first, second))


def test_what_is_measured_twice_is_named_once() -> None:
    lines = table([judge(BESIDE, {}), judge(ALONE, {}), judge(FAST_ENOUGH, {})]).splitlines()[2:]
    assert [line.split("  ")[0] for line in lines] == ["fan-out", "", "durable"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.01234, "0.012"),
        (1.234, "1.23"),
        (12.34, "12.3"),
        (123.4, "123"),
        (23456.7, "23,457"),
        (-5, "-5.00"),
    ],
)
def test_numbers_have_three_figures_that_count(value: float, text: str) -> None:
    assert number(value) == text
