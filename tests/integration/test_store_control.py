"""Plans, gates, cursors, nodes, creators, slots and makings."""

import asyncio
from datetime import timedelta

import pytest

from shared.errors import StaleError
from shared.store.control import Control, Making, PlanRow
from tests.integration.store_builders import NOW, ORIGIN, SECOND

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PLAN = PlanRow(plan_id="xqQg5FS2LkCp935s-FIFm2QAFkHM", group_id="1111", next_read=NOW)
MAKING = Making(kind="bucket", parent=PLAN.plan_id, name="Review / legal #1?", at=NOW)


@pytest.fixture
def control(tables):
    return Control(tables)


async def test_a_plan_is_written_once_and_then_by_its_etag(control):
    etag = await control.save_plan(PLAN, None)
    moved = PLAN.model_copy(update={"next_read": NOW + MINUTE, "digest": "d"})
    newer = await control.save_plan(moved, etag)

    assert await control.find_plan(PLAN.plan_id) == moved.model_copy(update={"etag": newer})
    with pytest.raises(StaleError):
        await control.save_plan(PLAN, etag)
    with pytest.raises(StaleError):
        await control.save_plan(PLAN, None)


async def test_plans_are_listed_with_their_etags(control):
    await control.save_plan(PLAN, None)
    await control.save_plan(PLAN.model_copy(update={"plan_id": "other"}), None)

    plans = [row async for row in control.list_plans()]

    assert sorted(row.plan_id for row in plans) == ["other", PLAN.plan_id]
    for row in plans:
        await control.save_plan(row, row.etag)


async def test_of_many_sweeps_that_move_a_plan_one_wins(control):
    """Their rows may well be equal: what counts is who wrote."""
    etag = await control.save_plan(PLAN, None)
    moved = PLAN.model_copy(update={"next_read": NOW + MINUTE})

    results = await asyncio.gather(*(control.save_plan(moved, etag) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, StaleError) for result in results) == 5


async def test_what_was_never_written_is_not_found(control):
    assert await control.find_plan("x") is None
    assert [row async for row in control.list_plans()] == []
    assert await control.find_gate("graph") is None
    assert await control.find_cursor("x") is None
    assert await control.find_origins(1) == ()
    assert await control.list_creators() == frozenset()
    assert await control.find_making("bucket", "p", "n") is None


async def test_a_gate_is_never_shortened(control):
    await control.close_gate("graph", NOW + MINUTE)
    await control.close_gate("graph", NOW + SECOND)
    assert await control.find_gate("graph") == NOW + MINUTE

    await control.close_gate("graph", NOW + 2 * MINUTE)
    await control.close_gate("opentext", NOW)

    assert await control.list_gates() == {"graph": NOW + 2 * MINUTE, "opentext": NOW}


async def test_of_gates_closed_at_once_the_longest_stands(control):
    await asyncio.gather(*(control.close_gate("graph", NOW + number * SECOND) for number in range(8)))

    assert await control.find_gate("graph") == NOW + 7 * SECOND


async def test_a_cursor_is_what_was_written_last(control):
    await control.save_cursor("subscriptions/due", "1")
    await control.save_cursor("subscriptions/due", "")

    assert await control.find_cursor("subscriptions/due") == ""


async def test_a_node_leads_to_the_origins_that_show_it(control):
    for _ in range(2):
        await control.link_node(5711, ORIGIN)
        await control.link_node(5711, "workflow-1")
        await control.link_node(571, "workflow-2")
    assert set(await control.find_origins(5711)) == {ORIGIN, "workflow-1"}

    for _ in range(2):
        await control.unlink_node(5711, ORIGIN)

    assert await control.find_origins(5711) == ("workflow-1",)


async def test_creators_are_remembered_once(control):
    for creator in ("application:1", "user:2", "user:2"):
        await control.add_creator(creator)

    assert await control.list_creators() == {"application:1", "user:2"}


async def take(control, owner, now=NOW, size=2):
    return await control.take_slot("opentext", size=size, owner=owner, until=now + MINUTE, now=now)


async def test_no_more_work_on_a_system_than_it_has_slots(control):
    taken = await asyncio.gather(*(take(control, f"worker-{number}") for number in range(8)))
    slots = [slot for slot in taken if slot is not None]
    assert len(slots) == 2
    assert await take(control, "late") is None

    await control.free_slot(slots[0])

    assert await take(control, "late") is not None
    assert await take(control, "later") is None


async def test_a_slot_that_ran_out_is_taken_and_its_old_owner_does_not_free_it(control):
    old = await take(control, "died", size=1)
    new = await take(control, "next", now=NOW + MINUTE, size=1)
    assert new is not None

    await control.free_slot(old)
    assert await take(control, "third", now=NOW + MINUTE, size=1) is None
    await control.free_slot(new)
    await control.free_slot(new)
    assert await take(control, "third", now=NOW + MINUTE, size=1) is not None


async def test_systems_have_slots_of_their_own(control):
    assert await take(control, "a", size=1)
    assert await control.take_slot("graph", size=1, owner="b", until=NOW + MINUTE, now=NOW)


async def test_of_many_makers_one_announces(control):
    results = await asyncio.gather(*(control.reserve_making(MAKING) for _ in range(5)), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["NoneType"] + 4 * ["StaleError"]


async def test_a_making_that_came_to_nothing_is_announced_anew_by_one(control):
    await control.reserve_making(MAKING)
    other = await control.find_making(MAKING.kind, MAKING.parent, MAKING.name)
    again = MAKING.model_copy(update={"at": NOW + MINUTE})
    await control.reserve_making(again, replaces=other)

    with pytest.raises(StaleError):
        await control.reserve_making(again, replaces=other)
    assert (await control.find_making(MAKING.kind, MAKING.parent, MAKING.name)).at == NOW + MINUTE


async def test_what_was_made_is_found_with_its_id(control):
    await control.reserve_making(MAKING)
    await control.finish_making(MAKING.model_copy(update={"id": "bucket-1"}))

    found = await control.find_making(MAKING.kind, MAKING.parent, MAKING.name)

    assert found.id == "bucket-1"
    assert await control.find_making("plan", MAKING.parent, MAKING.name) is None


async def test_a_delivery_is_taken_by_one_of_many(control):
    results = await asyncio.gather(*(control.take_delivery("d", NOW) for _ in range(5)), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["NoneType"] + 4 * ["StaleError"]


async def test_a_delivery_that_came_to_nothing_is_taken_again(control):
    await control.take_delivery("d", NOW)
    await control.forget_delivery("d", NOW)

    await control.take_delivery("d", NOW)


async def test_deliveries_are_forgotten_by_the_hour(control):
    """What was signed within the last hour stays: its signature may still be good."""
    for hours in range(4):
        await control.take_delivery("d", NOW - hours * HOUR)

    assert await control.drop_deliveries(NOW - HOUR) == 2
    assert await control.drop_deliveries(NOW - HOUR) == 0
    await control.take_delivery("d", NOW - 2 * HOUR)
    with pytest.raises(StaleError):
        await control.take_delivery("d", NOW - HOUR)


async def test_no_more_deliveries_are_forgotten_at_once_than_the_limit(control):
    for number in range(3):
        await control.take_delivery(f"d{number}", NOW - 9 * HOUR)

    assert [await control.drop_deliveries(NOW, limit=2) for _ in range(2)] == [2, 1]
