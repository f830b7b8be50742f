"""Makes the pictures of docs/pictures: a demo school in a browser, with a conversation under way in its staffroom."""

import shutil
import sys
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.serving import PASSWORD, Served, post, serving

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs/pictures"
LAPTOP, PHONE = (1280, 800), (360, 740)
READER = "amara"
HERE = ("daniel", "leila", "priya", "sandra", "tom")
# Who says what; `>` answers the line before.
TALK = (
    ("tom", "Has the coach for Thursday been booked? Year 4 asks me every seven minutes."),
    ("sandra", "> Booked, 9:15 at the gate. Forty-nine seats, and one for the penguin."),
    ("leila", "I have the packed lunch list. Two still missing, I am ringing home now."),
    ("priya", "Fatima’s mum is coming along as a helper. أهلًا وسهلًا بها!"),
    ("daniel", "> Wonderful. Please sign her in at the office first."),
    (READER, "Thank you all. This is what I call a quiet afternoon."),
)


def main() -> None:
    """Start a demo, let people talk, and take the picture."""
    with serving({"CORRIDOR_PRESENCE_QUIET": "0"}) as server, sync_playwright() as playwright:
        browser = chromium(playwright)
        crowd = [room_of(browser, server, name) for name in HERE]
        talk(server)
        page = room_of(browser, server, READER)
        page.get_by_role("textbox", name="Message", exact=True).fill(
            "And somebody please count the penguin on the way b"
        )
        expect(page.locator("[data-here]")).to_have_count(len(HERE) + 1)
        crowd[2].locator("#text").press_sequentially("Already")
        expect(page.locator('[data-part="typing"]')).to_be_visible()
        keep(page, "staffroom")
        call_on(server, "tom")
        classroom = f"/rooms/{server.who('leila')['rooms']['classroom']}"
        shots: tuple[tuple[str, str, str, tuple[int, int], Literal["light", "dark"]], ...] = (
            ("corridor", "tom", "/", LAPTOP, "light"), ("classroom-phone", "leila", classroom, PHONE, "dark"),
            ("big-screen", "leila", f"{classroom}/display", LAPTOP, "light"),
            ("corridor-urdu", "dev", "/?lang=ur", PHONE, "light"),
        )  # fmt: skip
        for name, who, path, size, scheme in shots:
            shown = signed_in(browser, server, who, size, scheme).new_page()
            shown.goto(path, wait_until="networkidle")
            keep(shown, name)
        browser.close()


def keep(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    picture = PICTURES / f"{name}.png"
    page.screenshot(path=picture)
    print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1024} KiB")


def chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])


def signed_in(
    browser: Browser,
    server: Served,
    name: str,
    size: tuple[int, int] = LAPTOP,
    scheme: Literal["light", "dark"] = "light",
) -> BrowserContext:
    """A browser of that person's own."""
    context = browser.new_context(
        base_url=server.url, locale="en-GB", timezone_id="Europe/London",
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce",
    )  # fmt: skip
    place = {"school": "oakfield", "name": name, "password": PASSWORD}
    expect(context.request.post("/api/v1/sessions", data=place)).to_be_ok()
    return context


def room_of(browser: Browser, server: Served, name: str) -> Page:
    """The staffroom in a browser of that person's own, connected and read to the end."""
    context, room = signed_in(browser, server, name), server.staffroom()
    me = context.request.get("/api/v1/me").json()["rooms"]
    read = {"room": room, "seq": next(each["head"] for each in me if each["id"] == room)}
    expect(context.request.post("/api/v1/commands/read", data=read)).to_be_ok()
    page = context.new_page()
    page.goto(f"/rooms/{room}")
    expect(page.locator('[data-part="line"]')).to_have_attribute("data-state", "live")
    return page


def call_on(server: Served, name: str) -> None:
    who = server.who(name)["person"]
    with server.signed_in(READER) as client:
        post(client, server.staffroom(), f"@[Tom Hughes]({who}) could you show the visitors the **garden** at two?")


def talk(server: Served) -> None:
    before = ""
    for name, line in TALK:
        with server.signed_in(name) as client:
            more: dict[str, Any] = {"reply_to": before} if line.startswith("> ") else {}
            before = post(client, server.staffroom(), line.removeprefix("> "), **more)["message"]


if __name__ == "__main__":
    main()
