"""The board's stories: somebody is the reviewer, a colleague, an administrator, and breaks things."""

import asyncio
import contextlib

import pytest

from local.demo.observe import tasks
from local.local_system import FUNCTION_KEY
from tests.browser.boards import LONG, Visitor, staged_board
from tests.browser.pictures import draw
from tests.browser.test_page import CONTRAST

CONTRACT = "Contoso Supply 4711"
DOCUMENT = "Supply contract.docx"
APPROVE = f"Approve {DOCUMENT}"
LEASE = "Fabrikam Lease 12"
TASKS = 4
DEATH_SECONDS = 150
"""Until others take over from a worker that died, and more: shared.timing.DEAD_AFTER."""


@pytest.fixture(scope="module")
async def board():
    """Run everything, with the contract that waits for its reviewer."""
    async with staged_board("contracts") as started:
        yield started


@pytest.fixture
async def comes(board, browser):
    """Give what opens the board in a browser context of its own."""
    async with contextlib.AsyncExitStack() as stack:

        async def come(*, width=1440, dark=False):
            context = await browser.new_context(
                viewport={"width": width, "height": 1000},
                locale="en-GB",
                timezone_id="Europe/Berlin",
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
            )
            stack.push_async_callback(context.close)
            return await Visitor(await context.new_page(), board[1]).open()

        yield come


@pytest.fixture
async def visitor(comes):
    """Somebody at a usual screen."""
    return await comes()


async def test_as_the_reviewer_one_approves_and_the_workflow_advances_and_leaves_evidence(board, visitor):
    stage, url = board
    await visitor.be("dfoxhoven")
    card = visitor.card(APPROVE)
    await card.get_by_label("Approve").check()
    await draw(visitor.page, "board-planner-light", full_page=False)
    await visitor.press("Complete", card)
    await visitor.press("A minute")
    await visitor.card("Countersign").wait_for()

    await visitor.go("OpenText")
    step = visitor.page.locator(".steps li", has_text="Approver")
    await step.get_by_text("via the bridge, completed in Planner by dfoxhoven").wait_for()
    evidence = visitor.page.locator(".documents li", has_text=".json").filter(has_not_text="version 1 by")
    async with visitor.page.expect_download() as saving:
        await evidence.get_by_role("link").click()

    await draw(visitor.page, "board-opentext-light", full_page=False)
    assert "completed by Deke Foxhoven" in await step.inner_text()
    assert b"sent_on" in (await (await saving.value).path()).read_bytes()
    assert visitor.wrong == []
    assert [one for one in visitor.asked if not one.startswith((url, "data:"))] == [], "nothing comes from elsewhere"
    assert stage.wrong == ""


async def test_as_a_colleague_one_is_refused_with_a_note_and_nothing_moves(board, visitor):
    stage, _ = board
    await start_another_approval(visitor)
    await visitor.go("Planner")
    card = visitor.page.locator("#view .card:not(.done)", has_text=APPROVE)
    await card.wait_for()
    await visitor.be("lwhite")
    await card.get_by_label("Approve").check()
    await visitor.press("Complete", card)
    await visitor.press("A minute")

    await card.locator(".note", has_text="not a performer").wait_for()
    workflow = max(stage.system.world.content.state.processes)
    assert [visit.completed_at for visit in stage.system.world.content.workflow(workflow).visits] == [None]
    assert visitor.wrong == []


async def test_a_category_is_renamed_the_trouble_is_told_and_nothing_is_closed(board, visitor):
    stage, _ = board
    before = open_tasks(stage)
    await visitor.be("Admin")
    await visitor.go("OpenText")
    await rename_category(visitor, "Contract", "Agreement")
    await visitor.press("Change", visitor.page.locator("tr", has_text="Agreement.Region"))
    await visitor.fill("Save", Value="DACH")
    await until_told(visitor, "is now called Agreement")

    await visitor.go("Operations")
    await visitor.page.frame_locator("#frame iframe").get_by_text("is now called Agreement").first.wait_for()
    await draw(visitor.page, "board-operations-light", full_page=False)
    await visitor.go("OpenText")
    await rename_category(visitor, "Agreement", "Contract")
    assert open_tasks(stage) == before
    assert visitor.wrong == []


async def test_the_links_that_the_bridge_wrote_open_here(board, visitor):
    stage, url = board
    system = stage.system
    space = next(iter(system.world.content.state.workspaces))
    written = str(system.world.content.attribute(space, "Contract.Task"))

    await visitor.page.goto(written)
    await visitor.page.get_by_role("dialog", name="Approve ").wait_for()
    task = visitor.page.url
    await visitor.page.goto(f"{system.content_url}/app/nodes/{space}")
    await visitor.page.locator(f"#node-{space}.target").wait_for()

    assert task == f"{url}/#task/{written.rpartition('/')[2]}"
    assert visitor.page.url == f"{url}/#node/{space}"
    assert visitor.wrong == []


async def test_a_card_is_ticked_by_keyboard_and_dragged_by_mouse(board, visitor):
    stage, _ = board
    card = visitor.card(f"{CONTRACT}: legal review")
    await card.get_by_role("checkbox").first.focus()
    await visitor.page.keyboard.press("Space")
    await visitor.said()
    await card.locator(":checked").wait_for()
    assert await visitor.page.evaluate("document.activeElement.dataset.key.startsWith('tick:')"), (
        "it stays where it was"
    )
    (task,) = [task for task in tasks(stage.system, starting=CONTRACT) if task["title"].endswith("legal review")]
    world, bucket = stage.system.world, visitor.page.get_by_role("group", name="Prepare")
    await card.get_by_text(" · due ").hover()
    await visitor.page.mouse.down()
    pressed = await card.element_handle()
    world.graph.person_create_task(world.users["lwhite"], task["planId"], "Somebody else's, meanwhile")
    await visitor.has_read_twice()
    assert await pressed.evaluate("one => one.isConnected"), "it is not drawn anew under one's hand"
    await bucket.hover()
    await visitor.page.mouse.up()
    await bucket.get_by_label(f"{CONTRACT}: legal review").wait_for()

    ticks = world.graph.details[task["id"]]["checklist"].values()
    assert [tick["isChecked"] for tick in ticks] == [True, False]
    assert world.graph.tasks[task["id"]]["bucketId"] == world.graph.bucket_id(task["planId"], "Prepare")
    assert visitor.wrong == []


async def test_the_tour_leads_through_six_steps_in_the_right_persons_name(visitor):
    tour = visitor.page.get_by_role("region", name="Guided tour")
    await visitor.press("Next", tour)
    await visitor.press("Be Deke", tour)
    person = await visitor.page.get_by_label("You are").input_value()
    seen = []
    while await tour.get_by_role("button", name="Done").count() == 0:
        seen.append((await tour.inner_text()).split(" · ")[0])
        await visitor.press("Next", tour)
    await visitor.press("Done", tour)

    assert person == "dfoxhoven"
    assert seen == [f"{number} of 6" for number in range(2, 6)]
    assert "Yours now." in await tour.inner_text()


async def test_what_is_refused_is_said_and_shown_as_it_was(visitor):
    await visitor.be("Admin")
    box = visitor.card(f"{CONTRACT}: legal review").get_by_label("Check term and termination")
    await box.click()

    assert "Admin has no account in Planner" in await visitor.said()
    await visitor.card(f"{CONTRACT}: legal review").get_by_role("checkbox", checked=False).last.wait_for()
    assert not await box.is_checked()


@pytest.mark.parametrize("dark", [pytest.param(False, id="light"), pytest.param(True, id="dark")])
@pytest.mark.parametrize("width", [360, 1440])
async def test_the_board_fits_and_can_be_read(comes, width, dark):
    visitor = await comes(width=width, dark=dark)

    for system in ("OpenText", "Planner"):
        await visitor.go(system)
        over = await visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{system} is {over} px too wide"
        assert await visitor.page.evaluate(CONTRAST) == [], system
    assert visitor.wrong == []


async def test_the_worker_is_killed_in_the_middle_of_a_creation_and_each_task_is_there_once(board, visitor):
    """A worker that died may still live as far as others know: for a minute they leave alone what it had in hand."""
    stage, _ = board
    await visitor.be("pwilliams")
    await visitor.press("Kill the worker at the next new task")
    await visitor.go("OpenText")
    await visitor.press("New workspace")
    await visitor.fill("Make it", Name=LEASE)
    await until(lambda: not stands(stage, "crash"))

    await visitor.go("Planner")
    await until(lambda: sum(has_details(stage, task) for task in tasks(stage.system, starting=LEASE)) >= TASKS)
    await visitor.card(LEASE).nth(TASKS - 1).wait_for()
    titles = [await card.get_attribute("aria-label") for card in await visitor.card(LEASE).all()]
    assert sorted(set(titles)) == sorted(titles), "one of each"
    assert len(titles) == len(tasks(stage.system, starting=LEASE)) == TASKS
    assert visitor.wrong == []


async def test_another_scene_begins_at_the_same_address_and_with_nothing_of_the_last(board, visitor):
    stage, _ = board
    await visitor.press("Begin: Empty")
    await visitor.press("Begin", visitor.page.locator("#ask"))
    await visitor.page.locator("#setting", has_text="The scene is being set").wait_for()
    await visitor.page.locator("#setting").wait_for(state="hidden")

    await visitor.go("OpenText")
    await visitor.page.locator("#view", has_text="Nothing is there yet").wait_for()
    assert tasks(stage.system) == []
    assert visitor.wrong == []


async def start_another_approval(visitor):
    """Start one more workflow with the document, as its owner."""
    await visitor.be("pwilliams")
    await visitor.go("OpenText")
    document = visitor.page.locator(".documents li").filter(
        has=visitor.page.get_by_role("link", name=DOCUMENT, exact=True)
    )
    await visitor.press("Start a workflow", document)
    await visitor.fill("Start")


async def rename_category(visitor, old, new):
    await visitor.press("Rename a category")
    await visitor.fill("Rename", Category=old, New_name=new)


async def until_told(visitor, text):
    """Wait until the bridge tells of a trouble."""
    headers = {"x-functions-key": FUNCTION_KEY}
    async with asyncio.timeout(LONG / 1000):
        while (  # noqa: ASYNC110 - it happens in other processes
            text
            not in await (
                await visitor.page.request.get(f"{visitor.url}/api/operations/troubles", headers=headers)
            ).text()
        ):
            await asyncio.sleep(0.2)


def open_tasks(stage):
    return {task["id"] for task in tasks(stage.system) if task["percentComplete"] < 100}


def has_details(stage, task):
    return stage.system.world.graph.details[task["id"]]["description"] != ""


def stands(stage, name):
    return next(one["stands"] for one in stage.troubles.view() if one["name"] == name)


async def until(happens):
    """Wait for something that takes no longer than the death of a worker."""
    async with asyncio.timeout(DEATH_SECONDS):
        while not happens():  # noqa: ASYNC110 - it happens in other processes
            await asyncio.sleep(0.1)
