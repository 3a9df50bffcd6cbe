"""Plans, gates, cursors, nodes, creators, slots and makings."""

import asyncio
from datetime import timedelta
from typing import cast

import pytest

from shared.errors import StaleError
from shared.models.making import Making, MakingKind
from shared.store.plans import PlanRow
from shared.store.queues import Queues
from shared.wiring.stores import storage_over
from tests.integration.store_builders import NOW, ORIGIN, SECOND

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PLAN = PlanRow(plan_id="xqQg5FS2LkCp935s-FIFm2QAFkHM", group_id="1111", next_read=NOW)
MAKING = Making(kind=MakingKind.BUCKET, parent=PLAN.plan_id, name="Review / legal #1?", at=NOW)


@pytest.fixture
def control(tables):
    return storage_over(tables, cast("Queues", None), owner="test", now=lambda: NOW)


async def test_a_plan_is_written_once_and_then_by_its_etag(control):
    etag = await control.plans.save(PLAN, None)
    moved = PLAN.model_copy(update={"next_read": NOW + MINUTE, "digest": "d"})
    newer = await control.plans.save(moved, etag)

    assert await control.plans.find(PLAN.plan_id) == moved.model_copy(update={"etag": newer})
    with pytest.raises(StaleError):
        await control.plans.save(PLAN, etag)
    with pytest.raises(StaleError):
        await control.plans.save(PLAN, None)


async def test_plans_are_listed_with_their_etags(control):
    await control.plans.save(PLAN, None)
    await control.plans.save(PLAN.model_copy(update={"plan_id": "other"}), None)

    plans = [row async for row in control.plans.list_all()]

    assert sorted(row.plan_id for row in plans) == ["other", PLAN.plan_id]
    for row in plans:
        await control.plans.save(row, row.etag)


async def test_of_many_sweeps_that_move_a_plan_one_wins(control):
    """Their rows may well be equal: what counts is who wrote."""
    etag = await control.plans.save(PLAN, None)
    moved = PLAN.model_copy(update={"next_read": NOW + MINUTE})

    results = await asyncio.gather(*(control.plans.save(moved, etag) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, StaleError) for result in results) == 5


async def test_what_was_never_written_is_not_found(control):
    assert await control.plans.find("x") is None
    assert [row async for row in control.plans.list_all()] == []
    assert await control.gates.find("graph", NOW) is None
    assert await control.cursors.find("x") is None
    assert await control.nodes.find_origins(1) == ()
    assert await control.creators.list_all() == frozenset()
    assert await control.makings.find("bucket", "p", "n") is None


async def test_a_gate_is_never_shortened(control):
    await control.gates.close("graph", NOW + MINUTE, now=NOW)
    await control.gates.close("graph", NOW + SECOND, now=NOW)
    assert await control.gates.find("graph", NOW) == NOW + MINUTE

    await control.gates.close("graph", NOW + 2 * MINUTE, now=NOW)
    await control.gates.close("opentext", NOW, now=NOW)

    found = {name: gate.until for name, gate in (await control.gates.list_all()).items()}
    assert found == {"graph": NOW + 2 * MINUTE, "opentext": NOW}


async def test_of_gates_closed_at_once_the_longest_stands(control):
    await asyncio.gather(*(control.gates.close("graph", NOW + number * SECOND, now=NOW) for number in range(8)))

    assert await control.gates.find("graph", NOW) == NOW + 7 * SECOND


async def test_a_cursor_is_what_was_written_last(control):
    await control.cursors.save("subscriptions/due", "1")
    await control.cursors.save("subscriptions/due", "")

    assert await control.cursors.find("subscriptions/due") == ""


async def test_a_node_leads_to_the_origins_that_show_it(control):
    for _ in range(2):
        await control.nodes.link(5711, ORIGIN)
        await control.nodes.link(5711, "workflow-1")
        await control.nodes.link(571, "workflow-2")
    assert set(await control.nodes.find_origins(5711)) == {ORIGIN, "workflow-1"}

    for _ in range(2):
        await control.nodes.unlink(5711, ORIGIN)

    assert await control.nodes.find_origins(5711) == ("workflow-1",)


async def test_creators_are_remembered_once(control):
    for creator in ("application:1", "user:2", "user:2"):
        await control.creators.add(creator)

    assert await control.creators.list_all() == {"application:1", "user:2"}


async def test_of_many_makers_one_announces(control):
    results = await asyncio.gather(*(control.makings.reserve(MAKING) for _ in range(5)), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["NoneType"] + 4 * ["StaleError"]


async def test_a_making_that_came_to_nothing_is_announced_anew_by_one(control):
    await control.makings.reserve(MAKING)
    other = await control.makings.find(MAKING.kind, MAKING.parent, MAKING.name)
    again = MAKING.model_copy(update={"at": NOW + MINUTE})
    await control.makings.reserve(again, replaces=other)

    with pytest.raises(StaleError):
        await control.makings.reserve(again, replaces=other)
    assert (await control.makings.find(MAKING.kind, MAKING.parent, MAKING.name)).at == NOW + MINUTE


async def test_what_was_made_is_found_with_its_id(control):
    await control.makings.reserve(MAKING)
    await control.makings.finish(MAKING.model_copy(update={"id": "bucket-1"}))

    found = await control.makings.find(MAKING.kind, MAKING.parent, MAKING.name)

    assert found.id == "bucket-1"
    assert await control.makings.find("plan", MAKING.parent, MAKING.name) is None
