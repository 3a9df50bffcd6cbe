"""Claims, the way back from a plan, and reservations."""

import asyncio

import pytest

from shared.errors import RefusedError
from shared.store.tasks import (
    Claim,
    IndexRow,
    PlanIndex,
    Tasks,
    indexing,
    reserving,
    unindexing,
    unreserving,
)
from tests.integration.store_builders import ORIGIN, reservation

TASK = "01gzSlKkIUSUl6DF_EilrmQAKDhh"
PLAN = "xqQg5FS2LkCp935s-FIFm2QAFkHM"
ROW = IndexRow(origin=ORIGIN, item="a|b", etag='W/"1"', details_etag='W/"2"')


@pytest.fixture
def tasks(tables):
    return Tasks(tables)


async def test_a_task_nobody_claimed_is_nobodys(tasks):
    assert await tasks.find_claim(TASK) is None


async def test_a_claim_may_be_made_again_by_the_same_link(tasks):
    await tasks.claim(TASK, origin=ORIGIN, item="a|b")
    await tasks.claim(TASK, origin=ORIGIN, item="a|b")

    assert await tasks.find_claim(TASK) == Claim(origin=ORIGIN, item="a|b")


@pytest.mark.parametrize(
    ("origin", "item"), [pytest.param("workflow-1", "a|b", id="origin"), pytest.param(ORIGIN, "a|c", id="item")]
)
async def test_a_claim_of_another_link_is_refused_and_names_the_first(tasks, origin, item):
    await tasks.claim(TASK, origin=ORIGIN, item="a|b")

    with pytest.raises(RefusedError, match=rf"{ORIGIN} a\|b") as caught:
        await tasks.claim(TASK, origin=origin, item=item)
    assert caught.value.code == "claimed"


async def test_of_many_claims_at_once_one_holds(tasks):
    claims = [tasks.claim(TASK, origin=ORIGIN, item=f"item-{number}") for number in range(8)]
    results = await asyncio.gather(*claims, return_exceptions=True)

    assert [result for result in results if result is None] == [None]
    assert all(isinstance(result, RefusedError) for result in results if result is not None)


async def test_a_claim_is_let_go_by_its_origin_alone(tasks):
    await tasks.claim(TASK, origin=ORIGIN, item="a|b")

    with pytest.raises(RefusedError):
        await tasks.unclaim(TASK, origin="workflow-1")
    await tasks.unclaim(TASK, origin=ORIGIN)
    await tasks.unclaim(TASK, origin=ORIGIN)

    assert await tasks.find_claim(TASK) is None


async def test_a_plan_nobody_knows_is_empty(tasks):
    assert await tasks.read_plan(PLAN) == PlanIndex()


async def test_one_query_reads_all_that_is_known_of_a_plan(tasks, tables):
    other = ROW.model_copy(update={"item": "c"})
    await tasks.change(
        [indexing(PLAN, TASK, ROW), indexing(PLAN, "other", other), indexing("plan-2", "elsewhere", ROW)]
    )
    await tasks.change([reserving(reservation("a|b", PLAN)), reserving(reservation("a/c", PLAN))])
    before = tables.calls

    index = await tasks.read_plan(PLAN)

    assert tables.calls - before == 1
    assert index.tasks == {TASK: ROW, "other": other}
    assert sorted(index.reservations, key=lambda each: each.item) == [
        reservation("a/c", PLAN),
        reservation("a|b", PLAN),
    ]


async def test_a_plan_of_more_tasks_than_a_page_is_read_whole(tables, tasks):
    """Written a hundred in one transaction, which is all that the service takes."""
    await tasks.change([indexing(PLAN, "first", ROW)])
    before = tables.calls

    await tasks.change(indexing(PLAN, f"task-{number}", ROW) for number in range(1100))

    assert tables.calls - before == 11
    assert len((await tasks.read_plan(PLAN)).tasks) == 1101


async def test_index_rows_and_reservations_are_rewritten_and_removed(tasks):
    newer = ROW.model_copy(update={"etag": 'W/"9"'})
    announced = reserving(reservation(plan_id=PLAN))
    await tasks.change([indexing(PLAN, TASK, ROW), announced])
    await tasks.change([indexing(PLAN, TASK, newer), announced])
    assert (await tasks.read_plan(PLAN)).tasks == {TASK: newer}

    for _ in range(2):
        await tasks.change([unindexing(PLAN, TASK), unreserving(PLAN, ORIGIN, "a|b")])

    assert await tasks.read_plan(PLAN) == PlanIndex()


async def test_a_row_that_is_gone_already_keeps_no_other_from_being_written(tasks):
    await tasks.change([unreserving(PLAN, ORIGIN, "a|b"), indexing(PLAN, TASK, ROW)])

    assert (await tasks.read_plan(PLAN)).tasks == {TASK: ROW}
