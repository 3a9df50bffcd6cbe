"""From trouble to healed by the page alone, on the local host: a permission is missing, the page says so and heals."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from local.demo.observe import links, tasks
from local.demo.world import create_contract
from local.local_system import FUNCTION_KEY, ROOT, running
from local.simulators.faults import Fault
from tests.browser.conftest import Watched

NAME = "Contoso Supply 4711"
TASKS = 4
LONG = 30_000
"""Milliseconds that are waited for, at the most: looks take seconds, the machine may be busy."""


@pytest.fixture(scope="module")
async def system():
    """Run everything."""
    async with running(ROOT / "mapping.yaml") as started:
        yield started


async def until(happens):
    """Wait for something, as long as a busy machine may need."""
    async with asyncio.timeout(LONG / 1000):
        while not await happens():  # noqa: ASYNC110 - it happens in other processes
            await asyncio.sleep(0.1)


async def items(system, workspace):
    return (await links(system)).get(f"workspace-{workspace}", {}).values()


async def held(system, workspace):
    return sum(link.hold is not None for link in await items(system, workspace)) == TASKS


async def are_open(system, workspace):
    return sum(link.details_done for link in await items(system, workspace)) == TASKS


async def test_what_a_missing_permission_held_comes_once_the_page_has_it_tried(system, browser):
    graph = system.world.graph
    graph.faults.add(Fault.status(403, path="/planner", times=100_000))
    workspace = create_contract(system.world, NAME, datetime.now(UTC) + timedelta(days=400))
    await system.hint(node_id=workspace)
    await until(lambda: held(system, workspace))
    page = await browser.new_page(locale="en-GB")
    shown = await Watched(page, f"{system.app_url}/api/operations").open("now", FUNCTION_KEY)

    trouble = page.locator(".trouble", has_text="items held").first
    assert "403" in await trouble.inner_text()
    assert tasks(system, starting=NAME) == []

    graph.faults.queue.clear()
    await trouble.get_by_role("button", name="Try now").click()
    await page.get_by_text("will be looked at.").wait_for(timeout=LONG)
    await until(lambda: are_open(system, workspace))
    await page.goto(f"{shown.url}#origin/workspace-{workspace}")
    await page.get_by_text("An operator had it looked at again").wait_for(timeout=LONG)

    life = await page.locator(".life").inner_text()
    assert life.rindex("Task made:") < life.index("An operator"), "the newest first: the tasks came because of it"
    assert life.count("Task made:") == len(tasks(system, starting=NAME)) == TASKS
    assert shown.wrong == []
    await page.close()
