"""A rule that names the workflow map meets each instance of it, whatever title people gave it."""

from datetime import timedelta

import pytest

from shared.models.opentext import Part
from shared.models.origin import Needs
from shared.preview.preview import preview_origin
from tests.engine import engine
from tests.integration.opentext_world import World

ASKED = Needs(attributes=False, map=True)
MAPPING = """\
version: 1
plans: {contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}}
rules:
  - id: approval
    on: step
    when: {map: %s}
    plan: contracts
    task: {title: "{{ workflow.name }}: {{ step.name }}"}
    outcomes: {Approve: Approve, Reject: Reject}
"""


async def test_a_running_workflow_says_its_map_whatever_its_title():
    world = World()
    process = world.approval()
    world.server.state.processes[process].name = "Only for Liz"
    found = await world.client.workflows.read(process, ASKED)
    node = next(iter(world.server.state.maps))

    assert (found.name, found.map_id, found.map_name) == ("Only for Liz", node, "Contract Approval")


async def test_the_map_of_a_workflow_is_asked_for_once_and_only_where_a_rule_names_maps():
    world = World()
    process = world.approval()
    await world.client.workflows.read(process, ASKED)
    first = world.client.sessions.calls
    await world.client.workflows.read(process, ASKED)
    again = world.client.sessions.calls - first
    unasked = await world.client.workflows.read(process, Needs(attributes=False))
    bare = world.client.sessions.calls - first - again

    assert (again, unasked.map_id) == (bare, None)


async def test_a_renamed_map_is_read_under_its_new_name():
    world = World()
    process = world.approval()
    await world.client.workflows.read(process, ASKED)
    node = next(iter(world.server.state.maps))
    world.server.state.nodes[node].name = "Approval of Contracts"
    world.at += timedelta(minutes=11)
    found = await world.client.workflows.read(process, ASKED)

    assert (found.map_id, found.map_name) == (node, "Approval of Contracts")


async def test_a_server_that_does_not_list_running_workflows_leaves_the_map_not_known_and_the_rest_is_read():
    """OpenText facts 1: a module that is not installed answers with the mappings registry."""
    world = World()
    process = world.approval()
    world.server.switch(running_list=False)
    found = await world.client.workflows.read(process, ASKED)
    first = world.client.sessions.calls
    await world.client.workflows.read(process, ASKED)
    later = world.client.sessions.calls - first

    assert (found.map_id, found.map_name) == (None, None)
    assert "not installed" in found.not_known[Part.MAP]
    assert later == (await _calls_of(world, process, Needs(attributes=False)))


async def _calls_of(world, process, needs):
    before = world.client.sessions.calls
    await world.client.workflows.read(process, needs)
    return world.client.sessions.calls - before


@pytest.mark.parametrize("named", ["Contract Approval", "[Contract Approval, 4711]", '"Contract*"'])
async def test_an_instance_with_a_title_of_its_own_gets_its_task_by_its_map(tmp_path, named):
    started, process = _started(tmp_path, named)
    started.world.content.state.processes[process].name = "Supply 4711"
    await started.look(f"workflow-{process}")

    assert [task["title"] for task in started.world.graph.tasks.values()] == ["Supply 4711: Approver"]


async def test_a_renamed_map_ends_nothing_and_its_new_name_is_told(tmp_path):
    started, process = _started(tmp_path, "Contract Approval")
    await started.look(f"workflow-{process}")
    map_id = started.world.content.state.processes[process].map.id
    started.world.content.state.nodes[map_id].name = "Approval of Contracts"
    started.forward(timedelta(minutes=11))
    await started.look(f"workflow-{process}")
    links = await started.services.origins.find_links(f"workflow-{process}")
    shown = await preview_origin(f"workflow-{process}", started.services)

    assert [link.state for link in links.values()] == ["open"]
    assert [one.renamed_to for one in shown.wanted.unknown] == ["Approval of Contracts"]


def _started(tmp_path, named):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING % named, encoding="utf-8")
    started = engine(file)
    content = started.world.content
    space = content.create_workspace("Contract", "Contoso", user="pwilliams")
    document = content.add_document(space, "Contract.docx", user="pwilliams")
    process = content.start_workflow("Contract Approval", [document], initiator="pwilliams", managers=["bridge"])
    return started, process
