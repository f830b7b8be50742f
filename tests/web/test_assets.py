"""The built front end: names with hashes, and a sentence when it is not built."""

from pathlib import Path

import httpx
import pytest

from web.assets import FOLDER, Assets, ForeverFiles


def test_a_name_leads_to_the_built_file() -> None:
    url = Assets().url("main.js")
    assert url.startswith("/static/")
    assert (FOLDER / url.removeprefix("/static/")).exists()


def test_an_unbuilt_front_end_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not built yet: run `make"):
        Assets(tmp_path)


async def get(name: str, accepts: str) -> httpx.Response:
    transport = httpx.ASGITransport(ForeverFiles(directory=FOLDER))
    async with httpx.AsyncClient(transport=transport, base_url="http://static") as client:
        return await client.get("/" + Assets().file(name), headers={"Accept-Encoding": accepts})


@pytest.mark.parametrize(
    ("accepts", "packed"), [("gzip, br", True), ("br;q=1, gzip;q=0.5", True), ("gzip;q=0", False), ("identity", False)]
)
async def test_texts_are_packed_for_whoever_can_unpack_them(accepts: str, *, packed: bool) -> None:
    whole = (FOLDER / Assets().file("main.js")).read_bytes()
    answer = await get("main.js", accepts)
    assert answer.content == whole
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert (answer.headers.get("Content-Encoding") == "gzip") is packed
    assert int(answer.headers["Content-Length"]) < len(whole) / 2 or not packed


async def test_letters_and_pictures_are_packed_already() -> None:
    answer = await get("icon-192.png", "gzip")
    assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, None)


async def test_what_is_not_there_is_not_found_packed_or_not() -> None:
    transport = httpx.ASGITransport(ForeverFiles(directory=FOLDER))
    async with httpx.AsyncClient(transport=transport, base_url="http://static") as client:
        with pytest.raises(Exception, match="404"):
            await client.get("/../manifest.py", headers={"Accept-Encoding": "gzip"})
