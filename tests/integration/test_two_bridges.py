"""Two bridges on one plan, as a cloned Content Server makes them: each has its own tasks, and only them."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import Inside
from local.simulators.faults import Fault
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.operations.rebuild import rebuild
from shared.operations.troubles import read_troubles
from tests.integration.measured_work import END
from tests.repository import ROOT

MINUTES = timedelta(minutes=6)


def bridge(name, graph=None):
    """Make a bridge over a Content Server of its own, in which the same contract has the same id."""
    inside = Inside(ROOT / "mapping.yaml", settings={"BRIDGE_INSTANCE": name, "SETTLE_SECONDS": "60"})
    workspace = create_contract(inside.world, "Supply", END)
    if graph is not None:
        inside.graph = graph.handle
    return inside, f"workspace-{workspace}"


async def look(inside, origin):
    inside.origins.messages.append(OriginMessage(origin=origin).model_dump_json())
    await inside.drain()


async def tasks_of(inside, origin):
    return {link.task_id for link in (await inside.services().origins.find_links(origin)).values()}


@pytest.fixture
async def two():
    """Give both, with their tasks at rest in one Planner, which both reach by one app."""
    east, origin = bridge("east")
    west, same = bridge("west", east.world.graph)
    assert origin == same
    await look(east, origin)
    await look(west, origin)
    for _ in range(3):
        for one in (east, west):
            await one.pass_time(MINUTES, times=1)
    return east, west, origin


async def test_each_has_its_own_tasks_and_neither_deletes_nor_tells_of_the_others(two):
    east, west, origin = two

    mine, theirs = await tasks_of(east, origin), await tasks_of(west, origin)

    assert len(mine) == len(theirs) == 4
    assert not mine & theirs
    assert mine | theirs == set(east.world.graph.tasks)
    assert await read_troubles(east.services()) == ()
    assert await read_troubles(west.services()) == ()


async def test_a_rebuild_claims_its_own_bridges_tasks_alone_and_says_whose_the_others_are(two):
    east, west, origin = two
    mine, theirs = await tasks_of(east, origin), await tasks_of(west, origin)
    east.account.tables.clear()

    said: list[str] = []
    await rebuild(east.services(), said.append)
    await look(east, origin)

    assert await tasks_of(east, origin) == mine
    assert await tasks_of(west, origin) == theirs
    assert mine | theirs == set(east.world.graph.tasks)


async def test_a_lost_answer_is_not_settled_by_the_other_bridges_task(two):
    """It has the same title, dates and people, and was made by the same app."""
    east, west, origin = two
    mine = await tasks_of(east, origin)
    workspace = create_contract(west.world, "Lease", END)
    assert create_contract(east.world, "Lease", END) == workspace
    await look(east, f"workspace-{workspace}")
    ours = await tasks_of(east, f"workspace-{workspace}") | mine

    east.world.graph.faults.add(Fault.dropped(method="POST", path="/planner/tasks", times=8))
    await look(west, f"workspace-{workspace}")
    assert await tasks_of(west, f"workspace-{workspace}") == {None}
    east.world.graph.faults.queue.clear()
    await west.pass_time(timedelta(minutes=1), times=6)

    links = await west.services().origins.find_links(f"workspace-{workspace}")
    assert {link.state for link in links.values()} == {LinkState.OPEN}
    assert not {link.task_id for link in links.values()} & ours
