import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import Figure, figure, percentile, ratio

VALUES = st.lists(st.integers(-1000, 1000), min_size=1, max_size=60)


def test_a_figure_is_the_median_with_its_range() -> None:
    assert figure([3, 1, 2]) == Figure(median=2, least=1, most=3)
    assert figure([4, 1]) == Figure(median=2.5, least=1, most=4)


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (1, 100), (0, 1)])
def test_a_percentile_is_the_nearest_rank(share: float, value: int) -> None:
    assert percentile(range(100, 0, -1), share) == value


@given(VALUES, st.sampled_from([0.5, 0.95, 0.99]))
def test_at_least_the_share_is_not_above_a_percentile(values: list[int], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_a_ratio_compares_what_was_measured_in_the_same_round() -> None:
    """The third round was slow for both: neither is to blame."""
    assert ratio([1, 1, 10], [2, 2, 20]) == 0.5
    assert ratio([1, 2, 9], [2, 2, 3]) == 1


def test_rounds_that_one_side_lacks_are_not_compared() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratio([1, 2], [1])
