"""A real Chromium, and the page in it."""

import contextlib

import pytest
from playwright.async_api import Error, async_playwright

from local.browser import ARGUMENTS, find_chromium, why_none
from tests.browser import scenes
from tests.browser.stage import KEY, staged


# Of this folder alone: a browser that nobody looks at any more takes memory to the end all the same.
@pytest.fixture(scope="package")
async def browser():
    """Launch Chromium: on x86-64 Linux the npm registry's; elsewhere an installed Chrome, or it is skipped."""
    async with async_playwright() as playwright:
        reason = why_none()
        try:
            if reason:
                found = await playwright.chromium.launch(channel="chrome")
            else:
                chromium = find_chromium()
                found = await playwright.chromium.launch(
                    executable_path=chromium.executable, args=ARGUMENTS, env={**chromium.environment}
                )
        except Error as error:
            if not reason:
                raise
            pytest.skip(f"{reason}, and no Chrome is installed: {str(error).splitlines()[0]}")
        try:
            yield found
        finally:
            await found.close()


SHOWN_ANEW = """view => new Promise((done) => {
  const watch = new MutationObserver(() => { watch.disconnect(); done(); });
  watch.observe(document.getElementById("view"), { childList: true });
  location.hash = view;
})"""
"""Go to a view, and wait until it is there. The page's own policy lets no test evaluate text in it."""


class Watched:
    """A page of the browser, with what went wrong in it."""

    def __init__(self, page, url):
        self.page, self.url = page, url
        self.wrong: list[str] = []
        self.asked: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda line: self.wrong.append(line.text) if line.type in ("error", "warning") else None)
        page.on("dialog", lambda dialog: self.wrong.append(dialog.message))
        page.on("request", lambda request: self.asked.append(request.url))

    async def open(self, view="now", key=KEY):
        await self.page.goto(f"{self.url}#{view}")
        if key:
            await self.page.get_by_label("Function key").fill(key)
            await self.page.get_by_role("button", name="Open", exact=True).click()
            await self.shown()
        return self

    async def go(self, view):
        await self.page.evaluate(SHOWN_ANEW, view)

    async def shown(self):
        await self.page.locator("#view > *").first.wait_for()

    async def text(self):
        return await self.page.locator("body").inner_text()


@pytest.fixture
async def opened(browser):
    """Give what opens the page over a bridge, in a browser context of its own."""
    async with contextlib.AsyncExitStack() as stack:

        async def open_(bridge, *, width=1440, height=900, dark=False, entra=False):
            url, wired = await stack.enter_async_context(staged(bridge.inside))
            wired.entra = entra
            context = await browser.new_context(
                viewport={"width": width, "height": height},
                locale="en-GB",
                timezone_id="Europe/Berlin",
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
            )
            stack.push_async_callback(context.close)
            return Watched(await context.new_page(), url)

        yield open_


@pytest.fixture(scope="package")
async def trouble():
    """A bridge in trouble, to which nothing is done."""
    return await scenes.in_trouble()


@pytest.fixture(scope="package")
async def rest():
    """A bridge at rest, to which nothing is done."""
    return await scenes.at_rest()


@pytest.fixture(scope="package")
async def life():
    """One approval's life, and its key."""
    return await scenes.one_life()
