import pytest

from bench.browser.traffic import frames_bytes


@pytest.mark.parametrize(("length", "head"), [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_a_frame_has_its_head_and_from_a_browser_a_mask(length: int, head: int) -> None:
    assert frames_bytes([(length, False)]) == length + head
    assert frames_bytes([(length, True)]) == length + head + 4


def test_frames_add_up() -> None:
    assert frames_bytes([(100, False), (15, True), (100, False)]) == 102 + 21 + 102
    assert frames_bytes([]) == 0
