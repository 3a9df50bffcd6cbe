"""Plans and buckets that a rule makes are made once, and known again whatever they are called."""

from datetime import UTC, datetime, timedelta

import pytest

from local.demo.world import CONTRACTS_GROUP, create_contract
from local.simulators import odd_data
from local.simulators.faults import Fault
from tests.engine import engine

END = datetime(2028, 1, 31, tzinfo=UTC)
OWN_PLAN = f"""version: 1
rules:
  - id: project
    on: workspace
    when: {{workspace_type: Contract}}
    plan: {{per: workspace, group: {CONTRACTS_GROUP}, title: "{{{{ workspace.name }}}}", buckets: [First, Second]}}
    tasks:
      - {{key: begin, title: "Begin {{{{ workspace.name }}}}", bucket: First, assign: "role:Legal"}}
      - {{key: later, title: "Later {{{{ workspace.name }}}}", bucket: Third, assign: "role:Legal"}}
"""


@pytest.fixture
def started(tmp_path):
    """Run under a mapping that makes a plan for each workspace."""
    file = tmp_path / "mapping.yaml"
    file.write_text(OWN_PLAN)
    return engine(file)


async def test_a_workspace_gets_one_plan_with_its_buckets_and_keeps_it_when_renamed(started):
    graph, content = started.world.graph, started.world.content
    plans = len(graph.plans)
    workspace = create_contract(started.world, "Apollo", END)
    await started.look(f"workspace-{workspace}")

    content.rename("pwilliams", workspace, "Artemis")
    started.forward(timedelta(minutes=11))
    await started.look(f"workspace-{workspace}", "resync")

    assert len(graph.plans) == plans + 1
    made = next(plan for plan in graph.plans.values() if plan["title"] == "Apollo")
    assert set(graph.plan_buckets(made["id"])) >= {"First", "Second", "Third"}
    assert sorted(task["title"] for task in graph.plan_tasks(made["id"])) == ["Begin Artemis", "Later Artemis"]


async def test_a_plan_whose_making_was_never_answered_is_found_by_listing(started):
    """The POST arrived, its answer did not: after the settling time the plan is found, not made again."""
    graph = started.world.graph
    plans = len(graph.plans)
    workspace = create_contract(started.world, "Apollo", END)
    graph.faults.add(Fault.status(504, method="POST", path="/planner/plans", after=True, times=1))
    await started.look(f"workspace-{workspace}")

    for _ in range(10):
        await started.tick()

    assert len(graph.plans) == plans + 1
    assert len([task for task in graph.tasks.values() if "Apollo" in task["title"]]) == 2


async def test_a_plan_that_a_wrong_clock_announced_is_made_after_the_settling_time(started):
    """Believed, nothing of its name would be made until that clock's day has come."""
    graph, day = started.world.graph, timedelta(days=1)
    workspace = create_contract(started.world, "Apollo", END)
    graph.faults.add(Fault.status(504, method="POST", path="/planner/plans", times=1))
    started.forward(day)
    await started.look(f"workspace-{workspace}")
    started.forward(-day)
    await started.look(f"workspace-{workspace}", "operator")
    assert [task for task in graph.tasks.values() if "Apollo" in task["title"]] == []

    started.forward(timedelta(minutes=3))
    await started.look(f"workspace-{workspace}", "operator")

    assert len([task for task in graph.tasks.values() if "Apollo" in task["title"]]) == 2


async def test_a_bucket_that_can_not_be_read_is_not_made_again_and_the_way_back_is_its_reading(started):
    """It may be the one that is wanted: only a list that was read whole states that it is not there."""
    graph = started.world.graph
    workspace = create_contract(started.world, "Apollo", END)
    odd = Fault.odd(
        odd_data.rows(lambda found: [*found, {"id": None, "name": 7}]), path="/buckets", method="GET", times=9
    )
    graph.faults.add(odd)
    await started.look(f"workspace-{workspace}")
    assert [task for task in graph.tasks.values() if "Apollo" in task["title"]] == []

    for _ in range(40):
        await started.tick(timedelta(minutes=15))

    assert len([task for task in graph.tasks.values() if "Apollo" in task["title"]]) == 2
