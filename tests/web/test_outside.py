"""The one way out, tried against a real server that means no good."""

import gzip
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from ipaddress import ip_network

import pytest

from tests.harness.hostile import Hostile, bomb, dripping, endless, moved, page, silent, status
from web.outside import Answer, Outside, OutsideFault, Terms, by_name

LOOPBACK = (ip_network("127.0.0.0/8"),)
TERMS = Terms(seconds=5, largest=100_000, redirects=3, packed=True)


@pytest.fixture
async def hostile() -> AsyncIterator[Hostile]:
    async with Hostile() as running:
        yield running


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    """May ask this machine, for the tests' server is on it."""
    made = Outside(LOOPBACK)
    yield made
    await made.close()


async def get(outside: Outside, url: str, terms: Terms = TERMS) -> Answer:
    return await outside.ask("GET", url, terms)


async def why(outside: Outside, url: str, terms: Terms = TERMS) -> str:
    with pytest.raises(OutsideFault) as caught:
        await get(outside, url, terms)
    return caught.value.reason


class Resolver:
    """Leads every name where the test says; one answer after the other."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0)


async def test_a_good_answer_comes_whole_under_our_own_name(outside: Outside, hostile: Hostile) -> None:
    hostile.pages["/"] = page("Hello", etag='"1"')
    answer = await get(outside, hostile.url())
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"Hello", '"1"')
    [asked] = hostile.asked
    assert asked.headers["user-agent"] == "Corridor"
    assert asked.headers["host"] == f"127.0.0.1:{hostile.port}"
    assert "cookie" not in asked.headers


async def test_a_cookie_is_not_kept(outside: Outside, hostile: Hostile) -> None:
    hostile.pages["/"] = page("Hello", set_cookie="who=you; Path=/")
    await get(outside, hostile.url())
    await get(outside, hostile.url())
    assert [asked.headers.get("cookie") for asked in hostile.asked] == [None, None]


async def test_the_machine_itself_is_not_asked(hostile: Hostile) -> None:
    outside = Outside()
    for host in ("127.0.0.1", "localhost", "2130706433", "127.1", "[::ffff:127.0.0.1]", "0.0.0.0"):
        assert await why(outside, hostile.url(host=host)) in ("address", "unreachable"), host
    assert hostile.asked == []
    await outside.close()


async def test_a_redirect_to_the_machine_itself_is_not_followed(hostile: Hostile) -> None:
    """The first is on a network that was opened, and leads to one that was not."""
    hostile.pages["/"] = moved("http://127.0.0.2:1/secret")
    outside = Outside([ip_network("127.0.0.1/32")])
    assert await why(outside, hostile.url()) == "address"
    await outside.close()


@pytest.mark.parametrize("to", ["file:/etc/passwd", "ftp://127.0.0.1/", "https://a@127.0.0.1/", "gopher://x"])
async def test_a_redirect_leads_to_a_web_address_or_nowhere(outside: Outside, hostile: Hostile, to: str) -> None:
    hostile.pages["/"] = moved(to)
    assert await why(outside, hostile.url()) == "address"


async def test_redirects_are_followed_three_times_and_each_is_judged(outside: Outside, hostile: Hostile) -> None:
    for n in range(4):
        hostile.pages[f"/{n}"] = moved(f"/{n + 1}", (301, 302, 307, 308)[n])
    hostile.pages["/4"] = page("Here")
    assert await why(outside, hostile.url("/0")) == "redirect"
    answer = await get(outside, hostile.url("/1"))
    assert (answer.url, answer.body) == (hostile.url("/4"), b"Here")
    judged: list[str] = []

    def not_three(url: str) -> bool:
        judged.append(url)
        return "/3" not in url

    terms = replace(TERMS, may_ask=not_three)
    assert await why(outside, hostile.url("/1"), terms) == "address"
    assert judged == [hostile.url(f"/{n}") for n in (1, 2, 3)]


async def test_a_name_is_looked_up_once_and_the_connection_goes_there(hostile: Hostile) -> None:
    """A second look-up, as in DNS rebinding, would lead elsewhere; there is none."""
    resolver = Resolver(["127.0.0.1"], ["127.0.0.2"])
    hostile.pages["/"] = page("Hello")
    outside = Outside([ip_network("127.0.0.1/32")], resolver)
    url = hostile.url(host="news.example")
    assert (await get(outside, url)).body == b"Hello"
    assert resolver.asked == [("news.example", hostile.port)]
    assert hostile.asked[0].headers["host"] == f"news.example:{hostile.port}"
    assert await why(outside, url) == "address"  # and now that it leads elsewhere, it is judged again
    await outside.close()


async def test_of_several_addresses_those_that_are_closed_are_left_out(hostile: Hostile) -> None:
    hostile.pages["/"] = page("Hello")
    outside = Outside([ip_network("127.0.0.1/32")], Resolver(["10.0.0.1", "127.0.0.1"]))
    assert (await get(outside, hostile.url(host="news.example"))).body == b"Hello"
    await outside.close()


async def test_odd_ports_are_for_networks_of_our_own() -> None:
    """Or somebody could have us knock at the mail server of others."""
    outside = Outside([], Resolver(["8.8.8.8"], ["8.8.8.8"]))
    assert await why(outside, "http://news.example:25/") == "address"
    await outside.close()


async def test_an_endless_answer_is_cut_off(outside: Outside, hostile: Hostile) -> None:
    hostile.pages["/"] = endless()
    assert await why(outside, hostile.url()) == "too_large"
    assert hostile.sent < 20_000_000  # no more than what waits in the machine's own buffers


async def test_a_gigabyte_that_is_announced_is_not_read(outside: Outside, hostile: Hostile) -> None:
    hostile.pages["/"] = endless(content_length=str(1 << 30))
    assert await why(outside, hostile.url()) == "too_large"
    assert hostile.sent < 20_000_000


async def test_the_beginning_is_enough_where_no_more_is_wanted(outside: Outside, hostile: Hostile) -> None:
    hostile.pages |= {"/": endless(content_length=str(1 << 30)), "/bomb": bomb(64)}
    for path in ("/", "/bomb"):
        assert len((await get(outside, hostile.url(path), replace(TERMS, cut=True))).body) == TERMS.largest
    assert hostile.sent < 20_000_000


async def test_a_bomb_is_not_unpacked(outside: Outside, hostile: Hostile) -> None:
    hostile.pages["/"] = bomb(64)
    assert await why(outside, hostile.url(), replace(TERMS, largest=1_000_000)) == "too_large"


async def test_what_is_packed_is_unpacked(outside: Outside, hostile: Hostile) -> None:
    hostile.pages["/"] = bomb(1)
    assert (await get(outside, hostile.url(), replace(TERMS, largest=1 << 20))).body == b"a" * (1 << 20)


async def test_what_is_packed_otherwise_or_not_at_all_is_refused(outside: Outside, hostile: Hostile) -> None:
    hostile.pages["/br"] = page("x", content_encoding="br")
    hostile.pages["/gzip"] = page("x", content_encoding="gzip")
    assert await why(outside, hostile.url("/br")) == "packed"
    hostile.pages["/half"] = page(gzip.compress(b"x" * 1000)[:-9], content_encoding="gzip")
    hostile.pages["/same"] = status(304, content_encoding="gzip")
    assert await why(outside, hostile.url("/gzip")) == "packed"
    assert await why(outside, hostile.url("/half")) == "packed"
    assert (await get(outside, hostile.url("/same"))).status == 304


async def test_the_time_for_all_of_it_is_bounded(outside: Outside, hostile: Hostile) -> None:
    hostile.pages |= {"/drip": dripping(), "/silent": silent(), "/round": moved("/round")}
    brief = replace(TERMS, seconds=0.3)
    assert await why(outside, hostile.url("/drip"), brief) == "slow"
    assert await why(outside, hostile.url("/silent"), brief) == "slow"
    assert hostile.sent < 1000


async def test_a_wrong_type_is_not_read(outside: Outside, hostile: Hostile) -> None:
    terms = replace(TERMS, types=frozenset({"text/html"}))
    hostile.pages |= {"/": page("x"), "/pdf": endless("application/pdf"), "/none": status(404)}
    assert (await get(outside, hostile.url(), terms)).body == b"x"
    assert await why(outside, hostile.url("/pdf"), terms) == "type"
    assert (await get(outside, hostile.url("/none"), terms)).status == 404


async def test_where_nobody_listens_nothing_is_reached(outside: Outside) -> None:
    assert await why(outside, "http://127.0.0.1:1/") == "unreachable"
    assert await why(outside, "http://nowhere.invalid/") == "unreachable"


async def test_a_name_is_looked_up_by_the_system() -> None:
    assert await by_name("127.0.0.1", 80) == ["127.0.0.1"]
