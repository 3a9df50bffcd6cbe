"""The way back from a plan's tasks to their links is put right by a look, where a worker died before it was written."""

from datetime import timedelta

import pytest

from local.demo.world import CONTRACTS_GROUP, create_contract
from local.in_process.system import START
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.reconciler.reconcile import reconcile
from shared.store.tasks import IndexRow, indexing, unindexing
from tests.engine import engine


@pytest.fixture
async def contract():
    """A bridge with a contract at rest, the contract's origin, and one of its links."""
    started = engine()
    origin = f"workspace-{create_contract(started.world, 'Supply', START + timedelta(days=400))}"
    await started.look(origin)
    await started.rest()
    link = next(iter((await started.services.origins.find_links(origin)).values()))
    return started, origin, link


async def rows(started, plan):
    return (await started.services.tasks.read_plan(plan)).tasks


async def look(started, origin, plan):
    await reconcile(OriginMessage(origin=origin, waited_for=WaitedFor.CHANGED, plan=plan), started.services)


async def test_a_row_that_is_missing_is_written_and_one_that_is_left_over_goes(contract):
    started, origin, link = contract
    whole = await rows(started, link.plan_id)
    left, anothers = IndexRow(origin=origin, item="gone"), IndexRow(origin="workspace-1", item="a|b")
    changes = [unindexing(link.plan_id, link.task_id), indexing(link.plan_id, "left-over", left)]
    await started.services.tasks.change([*changes, indexing(link.plan_id, "anothers", anothers)])

    await look(started, origin, link.plan_id)

    assert await rows(started, link.plan_id) == {**whole, "anothers": anothers}


async def test_a_row_in_a_plan_that_no_link_names_any_more_goes_when_that_plan_is_read(contract):
    started, origin, _ = contract
    plan = started.world.graph.add_plan(CONTRACTS_GROUP, "Another", ["To do"])
    await started.services.tasks.change([indexing(plan, "left-over", IndexRow(origin=origin, item="gone"))])

    await look(started, origin, plan)

    assert await rows(started, plan) == {}


async def test_what_a_look_agreed_on_stands_in_the_row_at_once(contract):
    """Whatever caused it: a row that stayed behind would bring one more look at each read of its plan."""
    started, origin, link = contract
    people = started.world.users["lwhite"]
    started.world.graph.person_patch_task(people, link.task_id, priority=1)

    await started.look(origin)

    after = (await started.services.origins.find_links(origin))[link.item]
    row = (await rows(started, link.plan_id))[link.task_id]
    assert after.etag != link.etag
    assert row.says(IndexRow.of(origin, after))
