"""Plans that are gone, come back, or can't be used for a moment: nothing waits for ever, and nothing is made twice."""

from datetime import UTC, datetime, timedelta

import pytest

from local.demo.world import CONTRACTS_GROUP, create_contract
from local.simulators.faults import Fault
from shared.models.holds import HoldCause
from shared.models.link import LinkState
from shared.models.words import WaitedFor
from tests.engine import engine

END = datetime(2028, 1, 31, tzinfo=UTC)
OWN_PLAN = f"""version: 1
rules:
  - id: project
    on: workspace
    when: {{workspace_type: Contract}}
    plan: {{per: workspace, group: {CONTRACTS_GROUP}, title: "{{{{ workspace.name }}}}"}}
    tasks:
      - {{key: begin, title: "Begin {{{{ workspace.name }}}}", bucket: "Review ", assign: "role:Legal"}}
"""
ITEM = "project|begin"


@pytest.fixture
def started(tmp_path):
    """Run under a mapping that makes a plan for each workspace."""
    file = tmp_path / "mapping.yaml"
    file.write_text(OWN_PLAN)
    return engine(file)


def named(graph, title):
    return next(plan for plan in graph.plans.values() if plan["title"] == title)


async def link_of(started, workspace):
    return (await started.services.origins.find_links(f"workspace-{workspace}"))[ITEM]


async def test_a_plan_made_again_under_its_title_is_used_again(started):
    graph = started.world.graph
    workspace = create_contract(started.world, "Apollo", END)
    await started.look(f"workspace-{workspace}")
    graph.delete_plan(named(graph, "Apollo")["id"])
    again = graph.add_plan(CONTRACTS_GROUP, "Apollo", ["Review"])
    plans = len(graph.plans)

    started.forward(timedelta(minutes=30))
    for _ in range(3):
        await started.look(f"workspace-{workspace}", WaitedFor.RESYNC)
        started.forward(timedelta(minutes=20))

    link = await link_of(started, workspace)
    assert (link.state, link.plan_id) == (LinkState.OPEN, again)
    assert len(graph.plans) == plans


async def test_a_plan_that_is_gone_holds_no_lost_task(started):
    """The answer to the POST was lost, then the plan went: the reservation ends, and another plan is used."""
    graph = started.world.graph
    workspace = create_contract(started.world, "Apollo", END)
    graph.faults.add(Fault.status(504, method="POST", path="/planner/tasks", after=True, times=1))
    await started.look(f"workspace-{workspace}")
    assert (await link_of(started, workspace)).state is LinkState.RESERVED
    graph.delete_plan(named(graph, "Apollo")["id"])

    for _ in range(30):
        await started.tick(timedelta(minutes=2))

    link = await link_of(started, workspace)
    assert link.state in (LinkState.OPEN, LinkState.HELD)
    assert link.state is LinkState.OPEN or link.reason
    assert sum(task["title"] == "Begin Apollo" for task in graph.tasks.values()) <= 1


async def test_a_bucket_is_known_by_its_name_as_the_service_keeps_it(started):
    graph = started.world.graph
    workspace = create_contract(started.world, "Apollo", END)
    await started.look(f"workspace-{workspace}")
    for _ in range(3):
        started.forward(timedelta(minutes=11))
        await started.look(f"workspace-{workspace}", WaitedFor.RESYNC)

    assert list(graph.plan_buckets(named(graph, "Apollo")["id"])).count("Review") == 1


async def test_a_permission_that_comes_a_moment_late_costs_seconds(started):
    graph = started.world.graph
    workspace = create_contract(started.world, "Apollo", END)
    graph.faults.add(Fault.status(403, method="POST", path="/planner/plans", times=99))
    await started.look(f"workspace-{workspace}")
    held = await link_of(started, workspace)
    assert (held.state, held.hold) == (LinkState.HELD, HoldCause.TARGET)
    assert held.retry_at - started.inside.at <= timedelta(seconds=15)

    graph.faults.queue.clear()
    for _ in range(3):
        await started.tick(timedelta(seconds=20))

    assert (await link_of(started, workspace)).state is LinkState.OPEN


async def test_a_bucket_that_a_person_deleted_costs_the_next_task_seconds():
    """Where it was is known by heart for minutes: what Planner does not find is looked up anew."""
    started = engine()
    graph = started.world.graph
    await started.look(f"workspace-{create_contract(started.world, 'Apollo', END)}")
    bucket = next(task["bucketId"] for task in graph.tasks.values() if task["title"] == "Apollo: legal review")
    graph.delete_bucket(started.world.users["lwhite"], bucket)

    await started.look(f"workspace-{create_contract(started.world, 'Gemini', END)}")
    for _ in range(3):
        await started.tick(timedelta(seconds=20))

    assert [task["title"] for task in graph.tasks.values()].count("Gemini: legal review") == 1
