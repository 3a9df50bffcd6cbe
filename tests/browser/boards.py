"""The board in a browser, over a whole system that runs for the test."""

import contextlib

from rich.console import Console

from local.board.server import board_of
from local.board.stage import Stage
from local.demo.playing import STORIES
from local.serving import held_port

LONG = 30_000
"""Milliseconds that are waited for, at the most: looks take seconds, the machine may be busy."""


@contextlib.asynccontextmanager
async def staged_board(scene):
    """Serve the board with a scene; give its stage and address."""
    with held_port() as port:
        url = f"http://127.0.0.1:{port}"
        stage = Stage(Console(quiet=True), url)
        async with board_of(stage, port):
            try:
                await stage.play(STORIES[scene], whole=False)
                yield stage, url
            finally:
                await stage.end()


class Visitor:
    """Somebody at the board, with what went wrong on the page."""

    def __init__(self, page, url):
        self.page, self.url = page, url
        self.wrong: list[str] = []
        self.asked: list[str] = []
        page.set_default_timeout(LONG)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda line: self.wrong.append(line.text) if line.type in ("error", "warning") else None)
        page.on("request", lambda request: self.asked.append(request.url))

    async def open(self, view="planner"):
        await self.page.goto(f"{self.url}/#{view}")
        await self.page.locator("#view section, #frame iframe").first.wait_for()
        return self

    async def be(self, name):
        await self.page.get_by_label("You are").select_option(name)

    async def go(self, system):
        await self.page.get_by_role("navigation").get_by_role("link", name=system).click()

    def card(self, title):
        return self.page.locator("#view .card", has_text=title)

    async def press(self, name, within=None):
        await (within or self.page).get_by_role("button", name=name, exact=True).click()

    async def fill(self, yes, **fields):
        """Fill in the form that is open, by its labels, and send it."""
        form = self.page.locator("#form")
        for label, value in fields.items():
            control = form.get_by_label(label.replace("_", " "), exact=True)
            if await control.evaluate("one => one.tagName") == "SELECT":
                await control.select_option(value)
            else:
                await control.fill(value)
        # Its own answer: the board's last word still stands there, and a page that is left takes its request along.
        async with self.page.expect_response(lambda answer: "/acts/" in answer.url):
            await self.press(yes, form)
        await self.said()

    async def said(self):
        """Return what the board says."""
        told = self.page.locator("#said p")
        await told.wait_for()
        return await told.inner_text()

    async def has_read_twice(self):
        """Wait until the page has read anew what there is, and has had the time to draw it."""
        for _ in range(2):
            await self.page.wait_for_event("response", lambda answer: answer.url.endswith("/state"))

    async def text(self):
        return await self.page.locator("#view").inner_text()
