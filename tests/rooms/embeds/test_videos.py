"""Which links are of videos, and where they play."""

import pytest

from rooms.embeds.videos import SITES, Video, first_video, playing_at

ID = "dQw4w9WgXcQ"
YOUTUBE = Video("youtube", ID, "")
CASES: list[tuple[str, Video | None]] = [
    (f"https://www.youtube.com/watch?v={ID}", YOUTUBE),
    (f"See https://youtu.be/{ID}?t=5.", YOUTUBE),
    (f"https://m.youtube.com/watch?list=PL1&v={ID}&t=3", YOUTUBE),
    (f"https://youtube.com/shorts/{ID}", YOUTUBE),
    (f"[Our play](https://www.youtube.com/watch?v={ID})", Video("youtube", ID, "Our play")),
    ("https://vimeo.com/76979871", Video("vimeo", "76979871", "")),
    ("https://player.vimeo.com/video/76979871", Video("vimeo", "76979871", "")),
    (f"https://evil.example/https://youtu.be/{ID}", None),
    (f"https://www.youtube.com.evil.example/watch?v={ID}", None),
    (f"https://youtu.be/{ID}x", None),
    ("https://www.youtube.com/watch?v=short", None),
    (f"http://youtu.be/{ID}", None),
    ("https://vimeo.com/about", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "video"), CASES)
def test_a_video_is_known_by_its_link(text: str, video: Video | None) -> None:
    assert first_video(text, ("youtube", "vimeo")) == video


def test_a_site_that_is_not_allowed_has_no_videos() -> None:
    assert first_video(f"https://youtu.be/{ID}", ("vimeo",)) is None
    assert first_video(f"https://youtu.be/{ID}", ("nonsense",)) is None


def test_it_plays_where_least_is_kept() -> None:
    assert playing_at(SITES["youtube"], ID).startswith(f"https://www.youtube-nocookie.com/embed/{ID}?")
    assert "dnt=1" in playing_at(SITES["vimeo"], "76979871")
