"""A completion that the record can't be told of stands all the same; the record is told once it takes it."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START
from shared.models.events import EventKind
from shared.models.holds import HoldCause
from shared.models.link import LinkState
from tests.engine import engine

ITEM = "contract-package|legal-review"
TELLING = (EventKind.RECORD_REFUSED, EventKind.RECORDED)


@pytest.fixture
async def completed():
    """A contract whose record is under a hold, and a task of it that was completed."""
    started = engine()
    workspace = create_contract(started.world, "Supply", START + timedelta(days=400))
    origin = f"workspace-{workspace}"
    await started.look(origin)
    await started.rest()
    inside = started.inside
    well = inside.content

    async def under_a_hold(method, path, query, headers, body):
        if method in ("PUT", "POST") and "/categories" in path:
            return 400, {"content-type": "application/json"}, b'{"error": "The record is under a hold"}'
        return await well(method, path, query, headers, body)

    inside.content = under_a_hold
    task = next(key for key, body in started.world.graph.tasks.items() if "legal review" in body["title"])
    started.world.graph.complete(started.world.users["lwhite"], task)
    await started.tick(timedelta(minutes=1))
    return started, origin, workspace, well


async def state(started, origin):
    services = started.services
    link = (await services.origins.find_links(origin))[ITEM]
    told = [entry.what for entry in await services.origins.list_entries(origin) if entry.item == ITEM]
    return link, [EventKind(what) for what in told if what in TELLING]


async def test_it_is_completed_and_held_with_the_reason_that_is_told_once(completed):
    started, origin, _, _ = completed

    await started.tick(timedelta(minutes=2))
    link, told = await state(started, origin)

    assert (link.state, link.hold) == (LinkState.COMPLETED, HoldCause.RECORD)
    assert "The record is under a hold" in link.reason
    assert told == [EventKind.RECORD_REFUSED]


async def test_the_record_is_told_once_it_takes_it(completed):
    started, origin, workspace, well = completed
    started.inside.content = well

    for _ in range(5):
        await started.tick(timedelta(minutes=2))
    link, told = await state(started, origin)

    assert started.world.content.attribute(workspace, "Contract.Review") == "Done"
    assert (link.state, link.hold) == (LinkState.COMPLETED, None)
    assert told == [EventKind.RECORD_REFUSED, EventKind.RECORDED]
