"""A POST of which not all could be remembered: by whom the bridge makes its tasks, and what it had asked for."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.table_errors import failure
from local.simulators.faults import Fault
from local.simulators.odd_data import rows
from shared.models.holds import HoldCause
from shared.models.messages import OriginMessage
from tests.contracts import END, mapping_of, write_mapping
from tests.engine import engine


async def test_tasks_are_remembered_although_it_could_not_be_written_down_who_made_them():
    """Left to be settled, a person could move one to another plan meanwhile: it would be made a second time."""
    started = engine(mapping_of(2))
    origin = f"workspace-{create_contract(started.world, 'Supply', END)}"
    refused = 0

    async def gate(moment: str, table: str, operation: str) -> None:
        nonlocal refused
        # The only row that is made after the claims and before the links.
        if moment == "before" and table == "control" and operation == "get" and claims():
            refused += 1
            raise failure(503, "ServerBusy")

    def claims() -> bool:
        tasks: Mapping[str, Mapping[str, object]] = started.inside.account.tables.get("tasks", {})
        return sum("claim" in rows for rows in tasks.values()) == 2

    before = started.inside.account.gate
    started.inside.account.gate = gate
    await started.look(origin)
    started.inside.account.gate = before

    assert refused
    links = [
        row["data"] for key, row in started.inside.account.tables["origins"][origin].items() if key.startswith("link|")
    ]
    assert len(links) == 2
    assert all('"state":"open"' in link for link in links)


MAPPING = """version: 1
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
rules:
  - id: RULE
    on: workspace
    when: {workspace_type: Contract}
    plan: contracts
    tasks:
      - {key: brief, title: "Brief", assign: "attribute:Contract.Owner"}
"""


async def test_whom_a_post_named_whose_answer_was_lost_is_no_persons_choice_when_its_rule_comes_back():
    """It was settled while no rule asked for it: nothing but what was posted says what was agreed on."""
    file = write_mapping(MAPPING.replace("RULE", "briefing"))
    started = engine(file)
    inside, content, graph = started.inside, started.world.content, started.world.graph
    workspace = create_contract(started.world, "Supply", END)
    graph.faults.add(Fault.status(504, method="POST", path="/planner/tasks", after=True, times=1))
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    await inside.drain()
    inside.reload(write_mapping(MAPPING.replace("RULE", "other").replace("Brief", "Other")), "without the rule")
    await inside.pass_time(timedelta(seconds=30), times=10)

    content.set_attribute("pwilliams", workspace, "Contract.Owner", "nkaur@contoso.example")
    inside.reload(file, "with the rule")
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    await inside.drain()

    (task,) = [task for task in graph.tasks.values() if task["title"] == "Brief"]
    assert set(task["assignments"]) == {started.world.users["nkaur"]}


@pytest.mark.parametrize("without_id", [pytest.param(False, id="by its id"), pytest.param(True, id="without an id")])
async def test_a_post_whose_answer_was_lost_is_not_repeated_while_a_task_that_may_be_its_own_cant_be_read(
    *, without_id
):
    """Only a list in which nothing of ours went unread states that there is none."""
    started = engine(write_mapping(MAPPING.replace("RULE", "briefing")))
    inside, graph = started.inside, started.world.graph
    origin = f"workspace-{create_contract(started.world, 'Supply', END)}"
    odd = {"percentComplete": "much", **({"id": None} if without_id else {})}
    unreadable = rows(lambda found: [{**one, **odd} if "planId" in one else one for one in found])
    graph.faults.add(Fault.status(504, method="POST", path="/planner/tasks", after=True))
    graph.faults.hook = lambda method, _: Fault.odd(unreadable) if method == "GET" else None

    await started.look(origin)
    await inside.pass_time(timedelta(minutes=1), times=5)

    [task] = graph.tasks
    [link] = (await started.services.origins.find_links(origin)).values()
    assert link.hold is HoldCause.AMBIGUOUS
    assert link.reason.endswith(": one without an id" if without_id else f": {task}")

    graph.faults.hook = None
    await inside.pass_time(timedelta(minutes=5), times=5)
    [link] = (await started.services.origins.find_links(origin)).values()
    assert (link.hold, link.task_id, [*graph.tasks]) == (None, task, [task])
