"""The operations page in a real Chromium: who sees what, what is asked before it is done, that all can be read."""

import json

import pytest

from shared.models.holds import HoldCause
from shared.models.messages import OriginMessage
from shared.models.troubles import Cause, Where
from tests.browser import scenes
from tests.browser.stage import KEY

VIEWS = ("now", "held", "failing", "letters", "done")
WIDTHS = (360, 768, 1600)
HOSTILE = "<img src=x onerror=alert(1)> <script>alert(2)</script> \"'&</td>"

CONTRAST = """() => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, place) => sum + v * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = parts(getComputedStyle(one).backgroundColor);
      if (color.length < 4 || color[3] > 0.99) return color;
    }
    return parts(getComputedStyle(document.documentElement).backgroundColor);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const weak = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility() || element.closest("script, style, noscript, .hidden, .skip")) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) weak.push(`${ratio.toFixed(2)} ${element.tagName}.${element.className}: ${walker.currentNode.textContent.trim().slice(0, 40)}`);
  }
  return weak;
}"""  # noqa: E501
"""Text that is hard to read: WCAG 2.2 asks for a contrast of 4.5."""


async def test_without_a_key_it_shows_nothing_and_asks_for_nothing(opened, trouble):
    shown = await (await opened(trouble)).open(key="")

    text = await shown.text()
    assert "Function key" in text
    assert "workspace-" not in text
    assert shown.asked == [shown.url]
    assert await shown.page.get_by_role("navigation").count() == 0


async def test_a_key_that_is_wrong_is_forgotten_and_said(opened, trouble):
    shown = await (await opened(trouble)).open(key="")
    await shown.page.get_by_label("Function key").fill("wrong")
    await shown.page.keyboard.press("Enter")

    await shown.page.get_by_role("alert").wait_for()
    assert "does not know this key" in await shown.text()
    assert await shown.page.evaluate("sessionStorage.length + localStorage.length") == 0


async def test_the_key_is_kept_for_the_tab_alone_and_goes_in_a_header(opened, trouble):
    shown = await (await opened(trouble)).open()
    other = await shown.page.context.new_page()
    await other.goto(shown.url)
    await shown.page.reload()

    await shown.shown()
    assert await other.get_by_label("Function key").is_visible(), "another tab has to ask for it"
    assert await shown.page.evaluate("localStorage.length + document.cookie.length") == 0
    assert not [url for url in shown.asked if KEY in url]


async def test_what_was_read_goes_with_the_key(opened, trouble):
    shown = await (await opened(trouble)).open()
    await shown.page.get_by_role("button", name="Forget the key").click()

    assert "Planner" not in await shown.page.locator("main").inner_text()
    assert await shown.page.locator("#view > *").count() == 0
    assert await shown.page.evaluate("sessionStorage.length") == 0


async def test_what_comes_from_outside_is_text_in_every_view(opened):
    bridge = await scenes.at_rest(contracts=1)
    await scenes.held(bridge, "workspace-50001", 2, HoldCause.REFUSED, HOSTILE)
    await scenes.told(bridge, Where.SYSTEM, HOSTILE, Cause.FAILED, ago=scenes.HOUR, text=HOSTILE)
    await bridge.services.agenda.put_dead(scenes.letter(bridge, body=HOSTILE, reason=HOSTILE))
    shown = await (await opened(bridge)).open()

    for view in ("now", "held", "letters", "origin/workspace-50001"):
        await shown.go(view) if view != "now" else None
        assert "<img src=x" in await shown.text(), view
        assert await shown.page.locator("main img, main script").count() == 0, view
    assert shown.wrong == []


@pytest.mark.parametrize("dark", [pytest.param(False, id="light"), pytest.param(True, id="dark")])
@pytest.mark.parametrize("width", WIDTHS)
async def test_every_view_fits_and_can_be_read(opened, trouble, width, dark):
    shown = await (await opened(trouble, width=width, dark=dark)).open()

    for view in (*VIEWS[1:], "now"):
        await shown.go(view)
        over = await shown.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{view} is {over} px too wide"
        assert await shown.page.evaluate(CONTRAST) == [], view
    assert shown.wrong == []


async def test_a_life_fits_and_can_be_read(opened, life):
    bridge, origin = life
    shown = await (await opened(bridge, width=360, dark=True)).open(f"origin/{origin}")

    assert await shown.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert await shown.page.evaluate(CONTRAST) == []
    assert "An operator had it looked at again" in await shown.text()


async def test_by_keyboard_one_comes_to_the_content_and_the_view_stays(opened, trouble):
    shown = await (await opened(trouble)).open("held")
    assert await shown.page.evaluate("document.activeElement.id") == "main", "where it went on from the key"
    await shown.page.reload()
    await shown.shown()

    await shown.page.keyboard.press("Tab")
    await shown.page.keyboard.press("Enter")

    assert await shown.page.evaluate("document.activeElement.id") == "main"
    assert "Held items" in await shown.text()
    assert shown.page.url.endswith("#held")


async def test_ten_thousand_held_items_come_page_by_page(opened):
    bridge = await scenes.at_rest(contracts=1)
    await scenes.many_held(bridge, 10_000)
    shown = await (await opened(bridge)).open("held")

    assert "50 of 10,000" in await shown.text()
    await shown.page.get_by_role("button", name="Show more").click()
    await shown.page.get_by_text("100 of 10,000").wait_for()
    assert await shown.page.locator("tbody tr").count() == 100


async def test_what_many_would_feel_is_asked_first_and_can_be_left(opened):
    bridge = await scenes.at_rest(contracts=1)
    for number in range(12):
        await scenes.held(bridge, f"workspace-{70000 + number}", 2, HoldCause.REFUSED, "Planner refused the change")
    shown = await (await opened(bridge, entra=True)).open()

    await shown.page.get_by_role("button", name="Try now").focus()
    await shown.page.keyboard.press("Enter")
    assert "24 items" in await shown.page.get_by_role("dialog").inner_text()
    await shown.page.keyboard.press("Escape")
    assert bridge.inside.origins.messages == [], "left, so nothing was done"

    await shown.page.get_by_role("button", name="Try now").click()
    await shown.page.get_by_role("dialog").get_by_role("button", name="Try now").click()
    await shown.page.get_by_text("12 origins will be looked at.").wait_for()
    frees = {OriginMessage.model_validate_json(text).frees for text in bridge.inside.origins.messages}
    assert (len(bridge.inside.origins.messages), frees) == (12, {HoldCause.REFUSED})


async def test_an_origin_is_found_looked_at_again_and_its_evidence_saved(opened):
    bridge = await scenes.at_rest(contracts=1)
    origin = (await scenes.known(bridge, "workspace"))[0]
    shown = await (await opened(bridge)).open()

    await shown.page.get_by_label("Find an origin").fill(origin.removeprefix("workspace-"))
    await shown.page.keyboard.press("Enter")
    await shown.page.get_by_role("button", name="Look again").click()
    await shown.page.get_by_text(f"{origin} will be looked at.").wait_for()
    async with shown.page.expect_download() as waiting:
        await shown.page.get_by_role("button", name="Evidence").click()
    saved = await (await waiting.value).path()

    assert [OriginMessage.model_validate_json(text).origin for text in bridge.inside.origins.messages] == [origin]
    assert json.loads(saved.read_text("utf-8"))
    assert shown.wrong == []


async def test_what_the_rules_say_and_where_the_systems_differ_is_asked_and_shown(opened, life):
    bridge, origin = life
    shown = await (await opened(bridge)).open(f"origin/{origin}")

    await shown.page.get_by_role("button", name="What each rule says").click()
    await shown.page.get_by_text("what was read").wait_for()
    assert "contract-approval" in await shown.page.locator("#why").inner_text()

    await shown.page.get_by_role("button", name="Where both systems differ").click()
    await shown.page.get_by_text("compared.").wait_for()
    assert shown.wrong == []


async def test_letters_are_sent_again_and_dropped(opened):
    bridge = await scenes.at_rest(contracts=1)
    await scenes.letters(bridge)
    shown = await (await opened(bridge)).open("letters")

    await shown.page.get_by_role("button", name="Send again").first.click()
    await shown.page.get_by_text("1 letter sent again.").wait_for()
    await shown.page.get_by_role("button", name="Drop all").click()
    await shown.page.get_by_role("dialog").get_by_role("button", name="Drop", exact=True).click()
    await shown.page.get_by_text("No message failed for good.").wait_for()

    assert await bridge.services.agenda.list_dead() == ()


async def test_an_app_that_does_not_answer_is_said(opened):
    bridge = await scenes.at_rest(contracts=1)
    shown = await (await opened(bridge)).open()
    await shown.page.route("**/api/operations/*", lambda route: route.abort())

    await shown.page.evaluate("location.hash = 'held'")
    await shown.page.get_by_text("The app does not answer.").wait_for()

    assert await shown.page.get_by_role("button", name="Try again").is_visible()
