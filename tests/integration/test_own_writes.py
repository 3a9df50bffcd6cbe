"""What the bridge itself writes makes it look at nothing; and a time that a wrong clock set holds nothing up."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from shared.models.hands import Kind
from shared.models.messages import OriginMessage, PlanMessage
from shared.watchers.discovery import NEXT, discover
from shared.watchers.read_plan import read_plan
from shared.watchers.timers import sweep_plans
from tests.engine import engine

DAY = timedelta(days=1)


@pytest.fixture
async def contract():
    """Give an engine that has just made a contract's tasks, and come to rest."""
    made = engine()
    workspace = create_contract(made.world, "Supply", made.inside.at + 400 * DAY)
    await made.look(f"workspace-{workspace}")
    await made.rest()
    return made


async def origin_of(contract):
    (origin,) = [key async for key in contract.services.origins.list_origins()]
    return origin


def queued(contract):
    return [OriginMessage.model_validate_json(body).origin for body in contract.inside.origins.show()]


async def read_all(contract):
    async for row in contract.services.plans.list_all():
        await read_plan(PlanMessage(plan=row.plan_id), contract.services)


async def test_tasks_that_were_just_made_cause_no_look(contract):
    for _ in range(4):
        contract.forward(timedelta(seconds=15))
        await sweep_plans(contract.services)
        await contract.rest()
        await read_all(contract)

        assert queued(contract) == []


async def test_what_a_live_look_writes_is_left_to_it_and_what_is_left_then_is_announced(contract):
    task = next(iter(contract.world.graph.tasks))
    contract.world.graph.person_patch_task(contract.world.users["lwhite"], task, percentComplete=50)
    busy = contract.inside.wire("busy")

    async with busy.hands.holding(Kind.ORIGIN, await origin_of(contract)):
        await read_all(contract)
        assert queued(contract) == []
    await read_all(contract)

    assert queued(contract) == [await origin_of(contract)]


async def test_a_dead_workers_hands_leave_nothing_unannounced(contract):
    # What is looked at again a minute after the hint is over by then.
    contract.forward(timedelta(minutes=2))
    await contract.rest()
    task = next(iter(contract.world.graph.tasks))
    contract.world.graph.person_patch_task(contract.world.users["lwhite"], task, percentComplete=50)
    await contract.inside.wire("dying").hands.take(Kind.ORIGIN, await origin_of(contract))
    contract.forward(timedelta(minutes=2))

    await read_all(contract)

    assert queued(contract) == [await origin_of(contract)]


async def test_one_sweep_with_a_clock_a_day_ahead_keeps_no_plan_unread(contract):
    plans = [row async for row in contract.services.plans.list_all()]
    contract.forward(DAY)
    await sweep_plans(contract.services)
    contract.inside.plans.messages.clear()
    contract.forward(-DAY)

    assert await sweep_plans(contract.services) == len(plans)


async def test_one_discovery_with_a_clock_a_day_ahead_keeps_nothing_undiscovered(contract):
    await contract.services.cursors.save(NEXT, (contract.inside.at + DAY).isoformat())
    before = contract.inside.calls["opentext GET"]

    await discover(contract.services)

    assert contract.inside.calls["opentext GET"] > before
