"""What a page costs whoever opens it: Lighthouse on a slow phone, its script, its scrolling, its rest."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from bench.browser import lighthouse, scrolling, traffic
from bench.servers import corridor, npm_installed
from bench.targets import Target
from bench.work import Work, make_demo, seed
from tests.harness import free_port

SAID: Final = 50  # messages of the room's page that Lighthouse opens
KB: Final = 1000
WARM_UP: Final = 3
HOME, ROOM = "home", "room"
THROUGH: Final = "through a room with 10,000 messages"
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
QUIET: Final = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
_PAGES: Final = {HOME: "a learner's home", ROOM: f"a classroom with {SAID} messages"}

TARGETS = [
    *(
        target
        for name, what in _PAGES.items()
        for target in (
            Target(f"{what}, slow phone", "points for performance", f"browser.{name}.performance", 90, at_least=True),
            Target(f"{what}, slow phone", "points for accessibility", f"browser.{name}.accessibility", 100,
                   at_least=True),
            Target(f"{what}, slow phone", "s until it answers", f"browser.{name}.interactive", 5),
        )
    ),
    Target(f"{_PAGES[HOME]}, first visit", "KB of script, packed", "browser.script", 150),
    Target(f"{_PAGES[HOME]}, first visit", "KB of HTML", "browser.html", 100),
    *(
        target
        for way, how in (("", "by the clock"), ("_cpu", "of processor time"))
        for target in (
            Target(THROUGH, f"ms in the longest task, {how}", f"browser.scroll.longest{way}",
                   50, f"browser.nothing.longest{way}", "an empty page", compared=False),
            Target(THROUGH, f"tasks over 50 ms, {how}", f"browser.scroll.long{way}", 0),
        )
    ),
    Target("a room's page at rest", "KB a minute, both ways", "browser.rest", 1),
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A running server of the demonstration schools, and two people of one of them."""

    url: str
    chromium: str
    folder: Path
    learner: str  # cookies, as they stand in a header
    teacher: str
    classroom: str
    staffroom: str
    head: int  # of the staffroom


def measure(work: Work) -> None:
    """Each part for itself: one that fails is noted, and the others go on."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        work.notes.append(f"round {work.round}, browser: there is no Chromium, so nothing was measured")
        return
    parts: dict[str, Callable[[Work, Place], None]] = {
        "Lighthouse": _lighthouse, "weight": _weight, "scrolling": _scroll, "rest": _rest,
    }  # fmt: skip
    with _demonstration(work, chromium) as place:
        for name in work.in_turn(list(parts)):
            try:
                parts[name](work, place)
            except (RuntimeError, OSError, PlaywrightError) as error:
                work.notes.append(f"round {work.round}, browser, {name} failed: {error}")


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise RuntimeError(f"the server did not answer: {error}") from error


def _lighthouse(work: Work, place: Place) -> None:
    if not npm_installed("lighthouse"):
        work.notes.append(f"round {work.round}, browser: npm cannot install Lighthouse here, so it was not asked")
        return
    for name, path in work.in_turn([(HOME, "/"), (ROOM, f"/rooms/{place.classroom}")]):
        url = place.url + path
        with _listening(place, place.learner) as port:
            report = lighthouse.audit(port, url, place.folder)
        found = lighthouse.figures(report, url)
        for what, value in found.items():
            work.record(f"browser.{name}.{what}", value)
        work.keep(f"browser, Lighthouse, {name}", {**found, "not_accessible": lighthouse.complaints(report)})


def _weight(work: Work, place: Place) -> None:
    with _opened(place, place.learner) as (_, context):
        found = traffic.weigh(context, f"{place.url}/")
    work.keep("browser, weight", found)
    work.record("browser.script", found["script"] / KB)
    work.record("browser.html", found["html"] / KB)


def _scroll(work: Work, place: Place) -> None:
    url = f"{place.url}/rooms/{place.staffroom}"
    for name in work.in_turn(["scroll", "nothing"]):
        with _page(place, place.teacher) as (browser, page):
            scrolled = name == "scroll"
            found = (
                scrolling.scroll(browser, page, url, place.head)
                if scrolled
                else scrolling.scroll_nothing(browser, page)
            )
        work.keep(f"browser, {name}", found)
        for what in ("longest", "longest_cpu", "long", "long_cpu"):
            work.record(f"browser.{name}.{what}", found[what])


def _rest(work: Work, place: Place) -> None:
    with _page(place, place.learner) as (_, page):
        found = traffic.rest(page, f"{place.url}/rooms/{place.classroom}", work.scale.resting_seconds)
    work.keep("browser, rest", found)
    work.record("browser.rest", found["bytes"] / KB)


@contextmanager
def _demonstration(work: Work, chromium: str) -> Iterator[Place]:
    """A server as shipped on demonstration schools of this round's own."""
    data = work.folder / f"browser-{work.round}"
    data.mkdir()
    people = {(each["school"], each["name"]): each for each in make_demo(data)}
    learner, teacher = people["oakfield", "dev"], people["oakfield", "amara"]
    classroom, staffroom = learner["rooms"]["classroom"], teacher["rooms"]["staffroom"]
    said = {classroom: SAID, staffroom: work.scale.messages_scrolled}
    heads = seed({"talk": {"rooms": said}}, data)["heads"]
    with corridor(data, pin=False) as server:
        url = f"http://127.0.0.1:{server.port}"
        with _answering():
            one, other = _sign_in(url, learner), _sign_in(url, teacher)
            _warm_up(url, {"/": one, f"/rooms/{classroom}": one, f"/rooms/{staffroom}": other})
        yield Place(url, chromium, data, one, other, classroom, staffroom, heads[staffroom])


def _sign_in(url: str, person: Mapping[str, Any]) -> str:
    given = {name: person[name] for name in ("school", "name", "password")}
    answer = httpx.post(f"{url}/api/v1/sessions", json=given, timeout=60, trust_env=False).raise_for_status()
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


def _warm_up(url: str, pages: Mapping[str, str]) -> None:
    """Nobody is the first to open these pages: a server of many days has read its templates long ago."""
    for path, cookies in pages.items():
        for _ in range(WARM_UP):
            httpx.get(url + path, headers={"Cookie": cookies, "Accept": "text/html"}, timeout=60, trust_env=False)


@contextmanager
def _opened(place: Place, cookies: str) -> Iterator[tuple[Browser, BrowserContext]]:
    """A browser that knows nothing of us but who this is."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place.chromium, args=QUIET)
        context = browser.new_context(locale="en-GB", viewport={"width": 1000, "height": 760})
        _enter(context, place, cookies)
        yield browser, context
        browser.close()


@contextmanager
def _listening(place: Place, cookies: str) -> Iterator[int]:
    """A browser that others may use: gives its port. Cookies are its own, so that its WebSockets have them, too."""
    port = free_port()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(dir=place.folder) as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=place.chromium, args=[*QUIET, f"--remote-debugging-port={port}"], no_viewport=True
        )
        _enter(context, place, cookies)
        yield port
        context.close()


def _enter(context: BrowserContext, place: Place, cookies: str) -> None:
    pairs = [each.split("=", 1) for each in cookies.split("; ")]
    context.add_cookies([{"name": name, "value": value, "url": place.url} for name, value in pairs])


@contextmanager
def _page(place: Place, cookies: str) -> Iterator[tuple[Browser, Page]]:
    with _opened(place, cookies) as (browser, context):
        yield browser, context.new_page()
